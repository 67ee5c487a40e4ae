"""A person's answer about a line is kept once; what is to be posted then is ready for its workflow."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from domain.nobody import check_somebody
from domain.refusal import Code, refuse
from domain.statements.answering import Answered, Answering, answered
from domain.statements.bookings import account_key
from domain.statements.incoming import Movement
from storage.operations.bank_statements import TakenIn, held_statement, keep_question_task
from storage.queries.bank_lines import LINES, line_of, reversible
from storage.rows import AnyRow
from storage.tables.bank import BANK_LINE, BANK_STATEMENT, PAYER_ACCOUNT
from storage.tables.ledger import QUESTION


def answer_line(connection: Connection, line_id: int, answer: Answering, by: str, at: datetime) -> TakenIn:
    """Keep an answer and return the statement, to be posted again where the answer made a line ready.

    Raises:
        Refused: there is no such line (E_NOTFOUND), it was answered otherwise (E_DECIDED), or the answer does not fit
            (E_GATE): it names no receipt of this bank account, or one with less left than went back (E_AMOUNT).
    """
    line = connection.execute(select(BANK_LINE).where(BANK_LINE.c.id == line_id).with_for_update()).first()
    if line is None:
        raise refuse(Code.NOTFOUND, f"there is no question b{line_id}", f"没有待答问题 b{line_id}")
    if line.status == "asked" and answer.key and line.answer_key == answer.key:
        # Sent once more, it would answer what is asked since.
        return _statement_of(connection, line, False)
    earlier = line.status == "asked" or line.answers > 1
    given = answered(Movement(line.movement), answer, line.chosen if earlier else "")
    if line.status == "asked":
        _check_receipt(connection, line_id, answer, given)
        connection.execute(
            update(BANK_LINE)
            .where(BANK_LINE.c.id == line_id)
            .values(
                status=given.status, chosen=given.chosen, answers=line.answers + 1, answered_by=by, answered_at=at,
                answer_key=answer.key,
                reason_en=answer.reason, reason_zh=answer.reason,
            )
        )  # fmt: skip
        return _statement_of(connection, line, given.status == "ready")
    if not line.answered_by or line.chosen != given.chosen or not _fits(line, given.status):
        raise refuse(Code.DECIDED, f"b{line_id} is {line.status}", f"b{line_id} 状态为 {line.status}")
    return _statement_of(connection, line, False)


def was_answered(connection: Connection, line_id: int, key: str) -> bool:
    """Tell whether the last answer about a line was sent under a key."""
    known = connection.execute(select(BANK_LINE.c.answer_key).where(BANK_LINE.c.id == line_id)).scalar()
    return bool(key) and known == key


def _check_receipt(connection: Connection, line_id: int, answer: Answering, given: Answered) -> None:
    """Refuse a receipt that the line cannot take back: the line would only be asked about once more."""
    if answer.verdict != "reverse":
        return
    line = line_of(connection.execute(LINES.where(BANK_LINE.c.id == line_id)).one())
    found = reversible(connection, line.model_copy(update={"chosen": given.chosen}))
    back = line.amount.negated()
    if not found:
        candidates = reversible(connection, line.model_copy(update={"chosen": ""}))
        named = ", ".join(f"{one.external_id} ({one.left})" for one in candidates)
        raise refuse(
            Code.GATE,
            f"this bank account has no receipt {answer.external_id} in {back.currency}; "
            + (f"what may be meant: {named}" if named else "GET /api/receipts lists them")
            + "; one of another source is reversed by POST /api/receipts/{id}/reversals, and this answered with same",
            f"该银行账户没有 {back.currency} 收款 {answer.external_id}；"
            + (f"可能是：{named}" if named else "请用 GET /api/receipts 查询")
            + "；其他来源的收款请用 POST /api/receipts/{id}/reversals 冲回，并以 same 答复本问题",
            receipt=answer.external_id,
        )
    if found[0].left.minor < back.minor:
        raise refuse(
            Code.AMOUNT,
            f"{back} went back, of receipt {answer.external_id} {found[0].left} are left: name another",
            f"被收回 {back}，收款 {answer.external_id} 仅余 {found[0].left}：请指明其他收款",
            left=found[0].left,
        )


def _fits(line: AnyRow, status: str) -> bool:
    """Tell whether a line is as such an answer made it, or what has become of it since."""
    return line.status == status or (status, line.status) == ("ready", "posted")


def _statement_of(connection: Connection, line: AnyRow, ready: bool) -> TakenIn:
    row = held_statement(connection, line.statement_row)
    if ready:
        connection.execute(update(BANK_STATEMENT).where(BANK_STATEMENT.c.id == row.id).values(status="posting"))
    keep_question_task(connection, row.workflow_id)
    return TakenIn(
        row=row.id, workflow_id=row.workflow_id, account=row.account, known_as=row.known_as,
        status="posting" if ready else row.status,
    )  # fmt: skip


def close_question(connection: Connection, question_id: int, by: str, at: datetime) -> None:
    """Say who answered a question about a receipt; one that is open still is closed without an allocation."""
    connection.execute(
        update(QUESTION)
        .where(QUESTION.c.id == question_id, QUESTION.c.answered_by == "")
        .values(status="answered", answered_by=by, answered_at=at)
    )


def put_payer_accounts(
    connection: Connection, customer_id: str, accounts: tuple[tuple[str, str], ...], by: str, at: datetime
) -> None:
    """Replace the accounts on record of a customer (E_GATE where there is none): (number, ``payer`` or ``virtual``)."""
    check_somebody(customer_id, "an account on record")
    connection.execute(delete(PAYER_ACCOUNT).where(PAYER_ACCOUNT.c.customer_id == customer_id))
    rows = [
        {"account": account_key(number), "kind": kind, "customer_id": customer_id, "recorded_by": by, "at": at}
        for number, kind in dict.fromkeys(accounts)
    ]
    if rows:
        connection.execute(insert(PAYER_ACCOUNT), rows)
