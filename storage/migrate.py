"""The tables move forward in one transaction, by one process at a time; replicas that start together wait."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

from mendable import Mendable
from storage.database import Database, DatabaseAway, engine_of, normalised
from storage.tables.catalogue import METADATA

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 5_824_301  # any number, as long as only migrations use it


def upgrade(url: str, target: str = "head") -> None:
    """Bring the tables of a database to the newest form, making them when there are none (`DatabaseAway`)."""
    database = normalised(url)
    if database.get_backend_name() == "sqlite" and database.database:
        Path(database.database).parent.mkdir(parents=True, exist_ok=True)
    engine = _engine(database)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            command.upgrade(_config(connection), target)
            _check_references(connection)
    except OperationalError as error:
        raise DatabaseAway(database, error.orig or error) from error
    finally:
        engine.dispose()


def downgrade(url: str, target: str = "base") -> None:
    """Take steps back; data in dropped tables is lost."""
    engine = _engine(normalised(url))
    with engine.begin() as connection:
        command.downgrade(_config(connection), target)
        _check_references(connection)
    engine.dispose()


def _engine(database: URL) -> Engine:
    """Return an engine for changing tables: SQLite makes one anew to change it, and others refer to it meanwhile."""
    engine = engine_of(database)
    if database.get_backend_name() == "sqlite":
        event.listen(engine, "connect", lambda dbapi, entry: dbapi.execute("PRAGMA foreign_keys=OFF"))
    return engine


def _check_references(connection: Connection) -> None:
    """Check what SQLite was not asked to check during the step; nothing is committed if a reference leads nowhere."""
    if connection.dialect.name == "sqlite":
        lost = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
        if lost:
            raise AssertionError(f"the step would leave references that lead nowhere: {lost[:5]}")


def require_current(database: Database) -> None:
    """Raise `Mendable` unless the tables are those this version needs."""
    here = database.look(_revision)
    wanted = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if here != wanted:
        raise Mendable(f"the tables are at {here or 'nothing'}, this version needs {wanted}; run ./ltc migrate")


def differences(database: Database) -> list[object]:
    """Return what the tables in the database and in the code disagree about."""
    return database.look(lambda connection: list(compare_metadata(_context(connection), METADATA)))


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
