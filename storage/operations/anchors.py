"""Once a day the heads of all logs are sealed together, so that no history can be written anew after its day."""

from datetime import date, datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from domain.refusal import Code, refuse
from storage.chain import anchor_hash
from storage.operations.statements import Upsert
from storage.tables.records import ANCHOR, ANCHOR_HEAD, CHAIN

_BEGIN = Upsert(ANCHOR, ["day"], changes=())
_ANCHORED = update(CHAIN).where(CHAIN.c.workflow_id == bindparam("w_id")).values(anchored_seq=bindparam("new_seq"))


def anchor_day(connection: Connection, day: date, at: datetime) -> str:
    """Seal the heads that moved since the last anchor, once a day (E_PERIOD for one past); returns what to publish.

    Of several processes at once one seals, and the others wait for what it has sealed.
    """
    connection.execute(_BEGIN.of(connection), {"day": day, "heads": 0, "prev_hash": "", "hash": "", "at": at})
    known: str = connection.execute(select(ANCHOR.c.hash).where(ANCHOR.c.day == day)).scalar_one()
    if known:
        return known
    others = select(ANCHOR.c.day, ANCHOR.c.hash).where(ANCHOR.c.day != day)
    last = connection.execute(others.order_by(ANCHOR.c.day.desc()).limit(1)).first()
    if last is not None and day < last.day:
        raise refuse(
            Code.PERIOD, f"{last.day} is sealed already, {day} comes too late", f"{last.day} 已封存，{day} 已过期"
        )
    prev_hash = "" if last is None else last.hash
    moved = connection.execute(
        select(CHAIN.c.workflow_id, CHAIN.c.seq, CHAIN.c.hash)
        .where(CHAIN.c.seq > CHAIN.c.anchored_seq)
        .order_by(CHAIN.c.workflow_id)
        .with_for_update()
    ).all()
    heads = [(row.workflow_id, row.seq, row.hash) for row in moved]
    sealed = anchor_hash(prev_hash, day.isoformat(), heads)
    own = update(ANCHOR).where(ANCHOR.c.day == day)
    connection.execute(own.values(heads=len(heads), prev_hash=prev_hash, hash=sealed))
    if heads:
        rows = [{"day": day, "workflow_id": name, "seq": seq, "hash": digest} for name, seq, digest in heads]
        connection.execute(insert(ANCHOR_HEAD), rows)
        connection.execute(_ANCHORED, [{"w_id": name, "new_seq": seq} for name, seq, _ in heads])
    return sealed
