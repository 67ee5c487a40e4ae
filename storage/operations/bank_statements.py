"""A statement is taken in once, whole or not at all; what is in doubt is held, and a person lets it go or drops it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from domain.refusal import Code, Refused, refuse
from domain.statements.identity import StatementName, name_of
from domain.statements.judging import Judgement, Verdict
from domain.statements.problem import Problem
from domain.statements.statement import Statement
from domain.value import Value
from storage.operations.bank_bookings import book
from storage.operations.statements import Upsert, insert_one
from storage.rows import AnyRow
from storage.tables.bank import BANK_ACCOUNT, BANK_LINE, BANK_STATEMENT
from storage.tables.records import TASK

_KEEP_ACCOUNT = Upsert(BANK_ACCOUNT, ["account"], changes=())
_KEEP_TASK = Upsert(TASK, ["owner_workflow", "task_id"], changes=())
_HELD = {Verdict.QUARANTINE: "quarantined", Verdict.ASK: "asked"}
HELD = frozenset(_HELD.values())


class TakenIn(Value):
    """A statement that was taken in.

    Attributes:
        row: ours.
        status: ``posting``, ``posted``, ``quarantined``, ``asked`` or ``discarded``.
        repeated: it was taken in before.
    """

    row: int
    workflow_id: str
    account: str
    known_as: str
    status: str
    repeated: bool = False


class Handing(Value):
    """Who hands a statement in, and for whom.

    Attributes:
        entity: the legal entity whose account it is, if it is not known yet.
        file: the SHA-256 of the file that it stood in.
    """

    entity: str
    by: str
    file: str = ""


def take_in(
    connection: Connection, statement: Statement, judgement: Judgement, handing: Handing, at: datetime
) -> TakenIn:
    """Keep a statement and what of it is to be posted; the same again has the same answer.

    Raises:
        Refused: another statement of this account has its id (E_IDEM), the account is another legal entity's
            (E_STATE), or the statement names no account (E_GATE).
    """
    name = name_of(statement)
    account = _account(connection, statement, name, handing, at)
    known = _known(connection, account, name)
    if known is not None:
        return _again(known, name)
    held = _HELD.get(judgement.verdict)
    row = {
        "bank_account_id": account.id, "known_as": name.known_as, "digest": name.digest,
        "workflow_id": f"statement/{name.account}/{name.known_as}", "kind": statement.kind,
        "statement_id": statement.statement_id, "number": statement.number, "status": held or "posting",
        "reasons": reasons_text(judgement.reasons), "body": statement.model_dump_json() if held else "",
        "entries": len(statement.entries) + len(statement.unreadable), "booked": 0, "repeated": 0,
        "file": handing.file, "taken_by": handing.by, "taken_at": at, "decision": "", "decided_by": "",
        "decided_reason": "", "decided_at": None,
    }  # fmt: skip
    taken = insert_one(connection, BANK_STATEMENT, row)
    if held is None:
        book(connection, taken, statement, at)
    else:
        _ask_person(connection, str(row["workflow_id"]), name, judgement.reasons)
    return TakenIn(
        row=taken, workflow_id=str(row["workflow_id"]), account=name.account, known_as=name.known_as,
        status=str(row["status"]),
    )  # fmt: skip


def decide(connection: Connection, statement_row: int, verdict: str, reason: str, by: str, at: datetime) -> TakenIn:
    """Let a held statement be posted (``release``) or drop it (``discard``); the same again changes nothing.

    Raises:
        Refused: there is none (E_NOTFOUND), it is not held (E_DECIDED), or it cannot be posted at all (E_STATE).
    """
    row = held_statement(connection, statement_row)
    if row.decision == verdict:
        return _taken(row, repeated=True)
    if row.status not in HELD:
        raise refuse(Code.DECIDED, f"{row.known_as} is {row.status}", f"对账单 {row.known_as} 状态为 {row.status}")
    status = "discarded" if verdict == "discard" else "posting"
    if status == "posting":
        _postable(statement := Statement.model_validate_json(row.body))
        book(connection, statement_row, statement, at)
    connection.execute(
        update(BANK_STATEMENT)
        .where(BANK_STATEMENT.c.id == statement_row)
        .values(status=status, decision=verdict, decided_by=by, decided_reason=reason, decided_at=at)
    )
    connection.execute(delete(TASK).where(TASK.c.owner_workflow == row.workflow_id, TASK.c.task_id == "held"))
    return _taken(row).model_copy(update={"status": status})


def held_statement(connection: Connection, statement_row: int) -> AnyRow:
    """Return the row of a statement, locked, with its account (E_NOTFOUND)."""
    row = connection.execute(
        select(BANK_STATEMENT, BANK_ACCOUNT.c.account, BANK_ACCOUNT.c.entity)
        .join(BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_STATEMENT.c.bank_account_id)
        .where(BANK_STATEMENT.c.id == statement_row)
        .with_for_update()
    ).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"there is no statement {statement_row}", f"没有对账单 {statement_row}")
    return row


def keep_question_task(connection: Connection, workflow_id: str) -> None:
    """Keep the task of answering a statement's questions exactly as long as it has one."""
    asked = connection.execute(
        select(BANK_LINE.c.id)
        .join(BANK_STATEMENT, BANK_STATEMENT.c.id == BANK_LINE.c.statement_row)
        .where(BANK_STATEMENT.c.workflow_id == workflow_id, BANK_LINE.c.status == "asked")
        .limit(1)
    ).first()
    if asked is None:
        connection.execute(delete(TASK).where(TASK.c.owner_workflow == workflow_id, TASK.c.task_id == "questions"))
        return
    task = {
        "owner_workflow": workflow_id, "task_id": "questions", "who": "role:finance", "due_at": None,
        "what_en": "Answer what this bank statement leaves open (GET /api/questions)",
        "what_zh": "回答该银行对账单的待答问题（GET /api/questions）", "command": "answer",
    }  # fmt: skip
    connection.execute(_KEEP_TASK.of(connection), task)


def reasons_text(reasons: Sequence[Problem]) -> str:
    """Write reasons as they are stored."""
    return f"[{','.join(reason.model_dump_json() for reason in reasons)}]"


def _account(
    connection: Connection, statement: Statement, name: StatementName, handing: Handing, at: datetime
) -> AnyRow:
    if not name.account:
        raise refuse(
            Code.GATE,
            f"{statement.statement_id or 'the statement'} names no bank account, so nobody can tell whose it is",
            f"对账单 {statement.statement_id} 未注明银行账户，无法确定归属",
        )
    row = {"account": name.account, "entity": handing.entity, "at": at}
    connection.execute(_KEEP_ACCOUNT.of(connection), row)
    held = connection.execute(
        select(BANK_ACCOUNT).where(BANK_ACCOUNT.c.account == name.account).with_for_update()
    ).one()
    if handing.entity and held.entity != handing.entity:
        raise refuse(
            Code.STATE,
            f"{name.account} is an account of {held.entity}, not of {handing.entity}",
            f"账户 {name.account} 属于 {held.entity}，不属于 {handing.entity}",
            entity=held.entity,
        )
    return held


def _known(connection: Connection, account: AnyRow, name: StatementName) -> AnyRow | None:
    return connection.execute(
        select(BANK_STATEMENT, BANK_ACCOUNT.c.account)
        .join(BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_STATEMENT.c.bank_account_id)
        .where(
            BANK_STATEMENT.c.bank_account_id == account.id,
            BANK_STATEMENT.c.known_as == name.known_as,
            (BANK_STATEMENT.c.status != "discarded") | (BANK_STATEMENT.c.digest == name.digest),
        )
        .order_by(BANK_STATEMENT.c.digest != name.digest, BANK_STATEMENT.c.status == "discarded")
    ).first()


def _again(known: AnyRow, name: StatementName) -> TakenIn:
    if known.digest == name.digest:
        return _taken(known, repeated=True)
    raise _other_content(known)


def _other_content(known: AnyRow) -> Refused:
    mend_en = "; discard that one first" if known.status in HELD else "; ask the bank which one is right"
    mend_zh = "；请先作废该对账单" if known.status in HELD else "；请向银行核实"
    return refuse(
        Code.IDEM,
        f"statement {known.known_as} of {known.account} is here with other content{mend_en}",
        f"账户 {known.account} 的对账单 {known.known_as} 已存在且内容不同{mend_zh}",
        statement=str(known.id),
    )


def _taken(row: AnyRow, *, repeated: bool = False) -> TakenIn:
    return TakenIn(
        row=row.id, workflow_id=row.workflow_id, account=row.account, known_as=row.known_as, status=row.status,
        repeated=repeated,
    )  # fmt: skip


def _ask_person(connection: Connection, workflow_id: str, name: StatementName, reasons: Sequence[Problem]) -> None:
    why_en, why_zh = (reasons[0].text.en, reasons[0].text.zh) if reasons else ("", "")
    task = {
        "owner_workflow": workflow_id, "task_id": "held", "who": "role:finance", "due_at": None,
        "what_en": f"Release or discard bank statement {name.known_as} of {name.account}: {why_en}",
        "what_zh": f"放行或作废账户 {name.account} 的银行对账单 {name.known_as}：{why_zh}", "command": "release",
    }  # fmt: skip
    connection.execute(insert(TASK), task)


def _postable(statement: Statement) -> None:
    """Refuse to post what has no day, whatever a person says (E_STATE)."""
    undated = [one for one in statement.entries if one.is_booked and one.booked_on is None and one.valued_on is None]
    if undated:
        raise refuse(
            Code.STATE,
            f"entry {undated[0].index} has no day, so it cannot be posted: discard it and ask the bank for another",
            f"第 {undated[0].index} 笔没有日期，无法入账：请作废并向银行重新索取",
        )
