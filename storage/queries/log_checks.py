"""The log is whole: every fact in its place, every hash right, every read model at the end of its log."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, func, or_, select

from domain.value import Text
from storage.chain import Sealed, anchor_hash, sealed_hash
from storage.queries.checks import Check, checked
from storage.rows import AnyRow
from storage.tables.records import ACCOUNT, ANCHOR, ANCHOR_HEAD, CHAIN, DEAL, EVENT

_SPAN = func.max(EVENT.c.seq) - func.min(EVENT.c.seq) + 1
_ASKED = ("api", "webhook", "console", "link", "import")
"""The ways that commands come in; what timers, effects and words cause has ids of its own."""


def log_checks(connection: Connection) -> tuple[Check, ...]:
    """Recompute the hash chains, compare the versions, check the daily anchors, and that no command counted twice."""
    return _chains(connection), _versions(connection), _anchors(connection), _commands(connection)


def _chains(connection: Connection) -> Check:
    rows = connection.execute(
        select(EVENT, CHAIN.c.seq.label("head_seq"), CHAIN.c.hash.label("head_hash"))
        .outerjoin(CHAIN, CHAIN.c.workflow_id == EVENT.c.workflow_id)
        .order_by(EVENT.c.workflow_id, EVENT.c.seq)
        .execution_options(yield_per=2_000)
    )
    broken: dict[str, None] = {}
    before: AnyRow | None = None
    counted = 0
    for row in rows:
        counted += 1
        first = before is None or before.workflow_id != row.workflow_id
        prev_seq, prev_hash = (0, "") if first or before is None else (before.seq, before.hash)
        if first and before is not None:
            broken |= _end(before)
        if row.seq != prev_seq + 1 or row.prev_hash != prev_hash or not _is_sealed(row):
            broken.setdefault(f"{row.workflow_id} from {row.seq} on")
        before = row
    if before is not None:
        broken |= _end(before)
    empty = select(CHAIN.c.workflow_id).where(CHAIN.c.seq > 0, CHAIN.c.workflow_id.not_in(select(EVENT.c.workflow_id)))
    broken |= {f"{row[0]}: no event": None for row in connection.execute(empty)}
    promise = Text(en="every event follows the one before, by number and by hash", zh="事件按序号与哈希首尾相接")
    return checked("S3", promise, counted, broken)


def _commands(connection: Connection) -> Check:
    """The facts of one command are made at once: facts of one id in two places are a repeat that was taken for new."""
    commands = (
        select(EVENT.c.workflow_id, EVENT.c.cause, func.count().label("facts"), _SPAN.label("span"))
        .where(EVENT.c.via.in_(_ASKED), EVENT.c.kind != "command_refused")
        .group_by(EVENT.c.workflow_id, EVENT.c.cause)
        .subquery()
    )
    counted: int = connection.execute(select(func.count()).select_from(commands)).scalar_one()
    twice = select(commands).where(commands.c.span != commands.c.facts).order_by(commands.c.workflow_id)
    broken = [f"{row.workflow_id}: {row.cause}" for row in connection.execute(twice)]
    promise = Text(
        en="a command id has effects once in the life of its workflow", zh="同一命令编号在流程的一生中只生效一次"
    )
    return checked("commands", promise, counted, broken)


def _end(last: AnyRow) -> dict[str, None]:
    whole = last.seq == last.head_seq and last.hash == last.head_hash
    return {} if whole else {f"{last.workflow_id} ends at {last.seq}, not at {last.head_seq}": None}


def _is_sealed(row: AnyRow) -> bool:
    event = Sealed(*(getattr(row, name) for name in Sealed._fields))
    return sealed_hash(row.prev_hash, event) == str(row.hash)


def _versions(connection: Connection) -> Check:
    broken = [*_behind(connection, DEAL), *_behind(connection, ACCOUNT)]
    counted: int = connection.execute(select(func.count()).select_from(CHAIN)).scalar_one()
    promise = Text(en="read model version = last event = number of events", zh="读模型版本 = 最后事件序号 = 事件数")
    return checked("versions", promise, counted, broken)


def _behind(connection: Connection, table: Table) -> Iterator[str]:
    if table is DEAL:
        workflow_id = "deal/" + DEAL.c.deal_id
    else:
        workflow_id = "account/" + ACCOUNT.c.entity + "/" + ACCOUNT.c.customer_id + "/" + ACCOUNT.c.currency
    counts = select(EVENT.c.workflow_id, func.count().label("events")).group_by(EVENT.c.workflow_id).subquery()
    rows = connection.execute(
        select(workflow_id.label("workflow_id"), table.c.version, CHAIN.c.seq, counts.c.events)
        .select_from(table)
        .outerjoin(CHAIN, CHAIN.c.workflow_id == workflow_id)
        .outerjoin(counts, counts.c.workflow_id == workflow_id)
        .where(
            or_(
                table.c.version != func.coalesce(CHAIN.c.seq, 0),
                table.c.version != func.coalesce(counts.c.events, 0),
            )
        )
    )
    for row in rows:
        yield f"{row.workflow_id}: version {row.version}, head {row.seq or 0}, events {row.events or 0}"


def _anchors(connection: Connection) -> Check:
    anchors = connection.execute(select(ANCHOR).order_by(ANCHOR.c.day)).all()
    broken, prev_hash = [], ""
    for anchor in anchors:
        heads = connection.execute(
            select(ANCHOR_HEAD.c.workflow_id, ANCHOR_HEAD.c.seq, ANCHOR_HEAD.c.hash, EVENT.c.hash.label("logged"))
            .outerjoin(EVENT, (EVENT.c.workflow_id == ANCHOR_HEAD.c.workflow_id) & (EVENT.c.seq == ANCHOR_HEAD.c.seq))
            .where(ANCHOR_HEAD.c.day == anchor.day)
        ).all()
        covered = anchor_hash(prev_hash, anchor.day.isoformat(), [tuple(head[:3]) for head in heads])
        if (anchor.prev_hash, anchor.hash) != (prev_hash, covered):
            broken.append(f"anchor of {anchor.day}")
        broken += [f"{head.workflow_id} at {head.seq} since {anchor.day}" for head in heads if head.hash != head.logged]
        prev_hash = anchor.hash
    promise = Text(en="every daily anchor covers the heads as they are in the log", zh="每日锚点与事件日志一致")
    return checked("anchors", promise, len(anchors), broken)
