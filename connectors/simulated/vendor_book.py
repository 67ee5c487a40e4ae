"""A simulated vendor does a request once per key and fails only as told, across processes, by one SQLite file."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from domain.ports import VendorRejected, VendorUnavailable
from domain.value import Value

_WAIT_FOR_LOCK_S = 10.0
_TABLES = """
CREATE TABLE IF NOT EXISTS request (
    vendor TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, digest TEXT NOT NULL, content TEXT NOT NULL,
    reference TEXT NOT NULL, PRIMARY KEY (vendor, key), UNIQUE (vendor, reference)
);
CREATE TABLE IF NOT EXISTS failure (
    place INTEGER PRIMARY KEY, vendor TEXT NOT NULL, way TEXT NOT NULL, times INTEGER NOT NULL CHECK (times > 0)
);
"""


class Vendor(StrEnum):
    """Who can be told to fail."""

    CRM = "crm"
    ERP = "erp"
    SIGNING = "signing"
    FISCAL = "fiscal"
    PAYOUTS = "payouts"


class Way(StrEnum):
    """How a vendor fails.

    ``timeout`` and ``server_error``: nothing was done. ``rejected``: it says no for good. ``duplicate``: it had done
    the request before we asked, and says so. ``slow``: it takes its time. ``lost_answer``: it did it, and the answer
    never arrives.
    """

    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    SLOW = "slow"
    LOST_ANSWER = "lost_answer"


class Failure(Value):
    """A failure still to come."""

    vendor: Vendor
    way: Way
    times: int


class Request(Value):
    """A request that a vendor carried out; ``content`` is its JSON."""

    vendor: Vendor
    key: str
    kind: str
    content: str
    reference: str


class Conflict(Exception):
    """The vendor says that it has this request already; its reference can be looked up by the key."""


class VendorBook:
    """What all simulated vendors know; every method but `ask` blocks for moments and may run in a thread."""

    def __init__(self, path: Path, slowness: timedelta = timedelta(seconds=2)) -> None:
        """Name the file, made when first needed, and how long ``slow`` takes."""
        self._path = path
        self._slowness = slowness

    def fail(self, vendor: Vendor, way: Way, times: int = 1) -> None:
        """Let the next requests to a vendor fail, after the failures it was told before."""
        with self._writing() as book:
            book.execute("INSERT INTO failure (vendor, way, times) VALUES (?, ?, ?)", (vendor, way, times))

    def heal(self, vendor: Vendor) -> None:
        """Forget the failures that a vendor was told."""
        with self._writing() as book:
            book.execute("DELETE FROM failure WHERE vendor = ?", (vendor,))

    def failures(self) -> tuple[Failure, ...]:
        """Return the failures still to come, in order."""
        with self._writing() as book:
            rows = book.execute("SELECT vendor, way, times FROM failure ORDER BY place").fetchall()
        return tuple(Failure(vendor=vendor, way=way, times=times) for vendor, way, times in rows)

    def requests(self, vendor: Vendor) -> tuple[Request, ...]:
        """Return what a vendor carried out, oldest first."""
        with self._writing() as book:
            rows = book.execute(
                "SELECT vendor, key, kind, content, reference FROM request WHERE vendor = ? ORDER BY rowid", (vendor,)
            ).fetchall()
        names = ("vendor", "key", "kind", "content", "reference")
        return tuple(Request.model_validate(dict(zip(names, row, strict=True))) for row in rows)

    async def ask(self, vendor: Vendor, key: str, prefix: str, effect: Value) -> str:
        """Return the reference of a request, carried out now unless its key is known; fails as told.

        Raises:
            VendorUnavailable: no answer; ask again under the same key.
            VendorRejected: the vendor says no, or the key was used for another request.
        """
        way = await asyncio.to_thread(self._next_failure, vendor)
        if way is Way.SLOW:
            await asyncio.sleep(self._slowness.total_seconds())
        if way in (Way.TIMEOUT, Way.SERVER_ERROR):
            raise VendorUnavailable(away(vendor, way, key))
        if way is Way.REJECTED:
            raise VendorRejected(rejection(vendor, key))
        if way is Way.DUPLICATE:
            await asyncio.to_thread(self._carry_out, vendor, key, prefix, effect)
        try:
            reference = await asyncio.to_thread(self._carry_out, vendor, key, prefix, effect)
        except Conflict:
            reference = await asyncio.to_thread(self._look_up, vendor, key, effect)
        if way is Way.LOST_ANSWER:
            raise VendorUnavailable(away(vendor, way, key))
        return reference

    async def knows(self, vendor: Vendor, reference: str) -> bool:
        """Tell whether a vendor gave out a reference."""
        return any(one.reference == reference for one in await asyncio.to_thread(self.requests, vendor))

    def _carry_out(self, vendor: Vendor, key: str, prefix: str, effect: Value) -> str:
        """Do what a vendor does with a new key; `Conflict` for a known one."""
        content = effect.model_dump_json()
        with self._writing() as book:
            (count,) = book.execute("SELECT count(*) FROM request WHERE vendor = ?", (vendor,)).fetchone()
            reference = f"{prefix}-{count + 1:06d}"
            row = (vendor, key, getattr(effect, "kind", ""), _digest(content), content, reference)
            try:
                book.execute("INSERT INTO request VALUES (?, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError as error:
                raise Conflict(key) from error
        return reference

    def _look_up(self, vendor: Vendor, key: str, effect: Value) -> str:
        with self._writing() as book:
            digest, reference = book.execute(
                "SELECT digest, reference FROM request WHERE vendor = ? AND key = ?", (vendor, key)
            ).fetchone()
        if digest != _digest(effect.model_dump_json()):
            raise VendorRejected(f"{vendor} has another request under {key}: 409, ask under a new key")
        return str(reference)

    def _next_failure(self, vendor: Vendor) -> Way | None:
        with self._writing() as book:
            row = book.execute(
                "SELECT place, way, times FROM failure WHERE vendor = ? ORDER BY place LIMIT 1", (vendor,)
            ).fetchone()
            if row is None:
                return None
            place, way, times = row
            if times > 1:
                book.execute("UPDATE failure SET times = times - 1 WHERE place = ?", (place,))
            else:
                book.execute("DELETE FROM failure WHERE place = ?", (place,))
        return Way(way)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock of the file, so that two workers take turns; a refusal inside leaves nothing behind."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=_WAIT_FOR_LOCK_S, isolation_level=None)) as book:
            book.execute("BEGIN IMMEDIATE")
            with book:
                for statement in _TABLES.split(";"):
                    book.execute(statement)
                yield book


def rejection(vendor: Vendor, key: str) -> str:
    """Return the sentence with which a vendor says no."""
    return f"{vendor} rejects {key}: 422, correct what it names, then retry the effect"


def away(vendor: Vendor, way: Way, key: str) -> str:
    """Return the sentence that stands for the answer which never came."""
    match way:
        case Way.TIMEOUT:
            return f"{vendor} did not answer in time; check that it runs"
        case Way.SERVER_ERROR:
            return f"{vendor} answers 500 Internal Server Error; wait, or ask its operator"
        case _:
            return f"{vendor} closed the connection before its answer; ask again under {key}"


def _digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()
