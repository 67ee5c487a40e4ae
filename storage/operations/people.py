"""A delegation or absence made at run time is never deleted: it is revoked, and the log of them stays."""

from datetime import datetime

from sqlalchemy import Connection, Table, select, update

from domain.organisation import Absence, Delegation
from domain.refusal import Code, refuse
from storage.operations.statements import insert_one
from storage.tables.masters import ABSENCE, DELEGATION


def add_delegation(connection: Connection, delegation: Delegation, by: str, at: datetime) -> int:
    """Register that somebody stands in for another, and return its id."""
    return insert_one(connection, DELEGATION, dict(delegation) | {"created_by": by, "created_at": at})


def add_absence(connection: Connection, absence: Absence, by: str, at: datetime) -> int:
    """Register that somebody is away, and return its id."""
    return insert_one(connection, ABSENCE, dict(absence) | {"created_by": by, "created_at": at})


def revoke_delegation(connection: Connection, delegation_id: int, at: datetime) -> None:
    """End a delegation; doing it again changes nothing; refused when there is none (E_NOTFOUND)."""
    _revoke(connection, DELEGATION, delegation_id, at)


def withdraw_absence(connection: Connection, absence_id: int, at: datetime) -> None:
    """Take an absence back; doing it again changes nothing; refused when there is none (E_NOTFOUND)."""
    _revoke(connection, ABSENCE, absence_id, at)


def _revoke(connection: Connection, table: Table, row_id: int, at: datetime) -> None:
    if connection.execute(select(table.c.id).where(table.c.id == row_id)).first() is None:
        raise refuse(Code.NOTFOUND, f"there is no {table.name} {row_id}", f"没有编号为 {row_id} 的记录")
    connection.execute(update(table).where(table.c.id == row_id, table.c.revoked_at.is_(None)).values(revoked_at=at))
