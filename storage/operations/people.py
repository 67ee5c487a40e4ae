"""A delegation or absence made at run time is never deleted: it is revoked, and the log of them stays."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Table, select, update

from domain.organisation import Absence, Delegation, closes_a_circle
from domain.refusal import Code, refuse
from storage.operations.statements import insert_one, one_at_a_time
from storage.queries.directory import delegations
from storage.tables.masters import ABSENCE, DELEGATION


def add_delegation(
    connection: Connection, delegation: Delegation, by: str, at: datetime, standing: Iterable[Delegation] = ()
) -> int:
    """Register that somebody stands in for another, and return its id.

    Args:
        connection: of the transaction.
        delegation: what is registered.
        by: who registers it.
        at: the real time.
        standing: the delegations of the organisation file, which count beside those made at run time.

    Raises:
        Refused: it leads back to its delegator through others that hold together with it (E_STATE).
    """
    # Two that close a circle must see each other.
    one_at_a_time(connection, DELEGATION)
    if closes_a_circle((*standing, *delegations(connection)), delegation):
        raise refuse(
            Code.STATE,
            f"{delegation.delegate} already lets {delegation.delegator} decide at that time, directly or through "
            "others: revoke that first, or choose somebody else or another time",
            f"该时段内 {delegation.delegate} 已直接或间接委托 {delegation.delegator}，委托不得成环："
            "请先撤销该委托，或另选他人或时段",
            delegator=delegation.delegator,
            delegate=delegation.delegate,
        )
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
