"""Migrations run as a job of their own before anything that needs the tables; running them again changes nothing."""

import typer

from commands.data_folder import DataDir, settings_in
from storage.migrate import upgrade

app = typer.Typer()


@app.command("migrate", epilog="Example: LTC_DATABASE_URL=postgresql://ltc@db/ltc ./ltc migrate")
def migrate(data_dir: DataDir = None) -> None:
    """Bring the tables of the database to the form that this version needs."""
    upgrade(settings_in(data_dir).database_url)
