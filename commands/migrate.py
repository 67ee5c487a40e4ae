"""Migrations run as a job of their own before anything that needs the tables; running them again changes nothing."""

import typer

from settings import Settings
from storage.migrate import upgrade

app = typer.Typer()


@app.command("migrate", epilog="Example: LTC_DATABASE_URL=postgresql://ltc@db/ltc ./ltc migrate")
def migrate() -> None:
    """Bring the tables of the database to the form that this version needs."""
    upgrade(Settings.load().database_url)
