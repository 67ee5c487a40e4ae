"""Every database that the embedded PostgreSQL hands out is fresh, and nothing of it stays."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg
import pytest

from embedded.postgres_server import PostgresServer, binaries
from mendable import Mendable

Fresh = Callable[[], Awaitable[str]]


async def test_each_database_is_fresh(postgres_url: Fresh) -> None:
    first, second = await postgres_url(), await postgres_url()

    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE deal (id text)")
    with psycopg.connect(second) as connection:
        row = connection.execute("SELECT to_regclass('deal')").fetchone()

    assert first != second
    assert row == (None,)


async def test_it_serves_production_versions(postgres_url: Fresh) -> None:
    with psycopg.connect(await postgres_url()) as connection:
        assert connection.info.server_version >= 150000


async def test_it_leaves_no_folder_and_no_process() -> None:
    async with PostgresServer() as server:
        assert server.is_running()
        assert (server.folder / "data").exists()
    assert not server.is_running()
    assert not server.folder.exists()


async def test_what_was_committed_survives_a_kill() -> None:
    async with PostgresServer() as server:
        url = await server.fresh_database()
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE deal (id text)")

        await server.kill()
        assert not server.is_running()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)
        await server.start()

        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT to_regclass('deal')").fetchone()
        assert row == ("deal",)


def test_chosen_binaries_win(tmp_path: Path) -> None:
    for name in ("initdb", "postgres"):
        (tmp_path / name).touch()
    assert binaries(str(tmp_path)) == tmp_path


def test_without_binaries_the_mend_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedded.postgres_server.MACHINE", tmp_path)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Mendable, match="apt-get install postgresql"):
        binaries()
