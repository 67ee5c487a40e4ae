"""What is asked of finance about money that came in: what a receipt pays, and what a line of a statement is."""

from datetime import date, datetime

from sqlalchemy import Connection, select

from domain.money import Money
from domain.receivables.entries import Match
from domain.refusal import Code, refuse
from domain.statements.posting import SOURCE
from domain.value import Text, Value
from storage.json_text import sets, words
from storage.operations.items import items_of
from storage.queries.bank_lines import line_by_id, reversible
from storage.queries.paging import cursor_of, limited, place_of
from storage.rows import AnyRow, AnySelect
from storage.tables.bank import BANK_ACCOUNT, BANK_LINE
from storage.tables.ledger import QUESTION, RECEIPT
from storage.tables.records import ACCOUNT

_MATCH, _LINE = "r", "b"


class OpenQuestion(Value):
    """A question with its evidence.

    Attributes:
        id: ``r12`` asks what a receipt pays, ``b34`` what a line of a bank statement is.
        candidates: sets of invoices that the receipt may pay, or the receipts that a reversal may take back.
        answer: the invoices chosen.
    """

    id: str
    entity: str
    customer_id: str
    source: str
    external_id: str
    amount: Money
    value_date: date
    payer: str
    reference: str
    text: Text
    evidence: tuple[str, ...]
    candidates: tuple[tuple[str, ...], ...]
    status: str
    answer: tuple[str, ...] = ()
    answered_by: str = ""
    asked_at: datetime


class QuestionPage(Value):
    """Some questions, and the cursor of the next page; empty at the end."""

    questions: tuple[OpenQuestion, ...]
    next: str = ""


class Candidate(Value):
    """What a chosen set of invoices comes to.

    Attributes:
        shares: (number, minor units), in the order of the set, never more than is open nor than is left.
    """

    entity: str
    customer_id: str
    currency: str
    source: str
    external_id: str
    status: str
    answer: tuple[str, ...]
    shares: tuple[tuple[str, int], ...]


def open_questions(connection: Connection, entity: str = "", cursor: str = "", limit: int = 50) -> QuestionPage:
    """Return a page of what is still open, the oldest first: receipts, then lines of statements."""
    kind, after = place_of(cursor, (str, int)) if cursor else (_MATCH, 0)
    most = limited(limit)
    found: list[OpenQuestion] = []
    if kind == _MATCH:
        query = _of_receipts().where(QUESTION.c.status == "open", QUESTION.c.id > after).order_by(QUESTION.c.id)
        query = query.where(ACCOUNT.c.entity == entity) if entity else query
        found += [_match(row) for row in connection.execute(query.limit(most + 1))]
        after = 0
    if len(found) <= most:
        query = _of_lines().where(BANK_LINE.c.status == "asked", BANK_LINE.c.id > after).order_by(BANK_LINE.c.id)
        query = query.where(BANK_ACCOUNT.c.entity == entity) if entity else query
        found += [_line(connection, row) for row in connection.execute(query.limit(most + 1 - len(found)))]
    page = tuple(found[:most])
    more = cursor_of(page[-1].id[0], int(page[-1].id[1:])) if len(found) > most else ""
    return QuestionPage(questions=page, next=more)


def one_question(connection: Connection, question_id: str) -> OpenQuestion:
    """Return one question, open or not (E_NOTFOUND)."""
    kind, number = question_id[:1], int(question_id[1:])
    row = None
    if kind == _MATCH:
        row = connection.execute(_of_receipts().where(QUESTION.c.id == number)).first()
    elif kind == _LINE:
        row = connection.execute(_of_lines().where(BANK_LINE.c.id == number)).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"there is no question {question_id}", f"没有待答问题 {question_id}")
    return _match(row) if kind == _MATCH else _line(connection, row)


def candidate(connection: Connection, number: int, place: int) -> Candidate:
    """Return what a candidate of a question comes to, counted from 1 (E_NOTFOUND, E_GATE)."""
    row = connection.execute(_of_receipts().where(QUESTION.c.id == number)).one()
    chosen = chosen_numbers(sets(row.candidates), place)
    return Candidate(
        entity=row.entity, customer_id=row.customer_id, currency=row.currency, source=row.source,
        external_id=row.external_id, status=row.status, answer=words(row.answer),
        shares=_shares(connection, row, chosen),
    )  # fmt: skip


def chosen_numbers(choices: tuple[tuple[str, ...], ...], place: int) -> tuple[str, ...]:
    """Return the invoices of a candidate, counted from 1 (E_GATE)."""
    if not 1 <= place <= len(choices):
        raise refuse(Code.GATE, f"choose a candidate from 1 to {len(choices)}", f"请选择 1 至 {len(choices)} 的候选")
    return choices[place - 1]


def _shares(connection: Connection, row: AnyRow, chosen: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    held = items_of(connection, row.account_id, chosen)
    left, shares = int(row.minor), []
    for number in chosen:
        open_minor = sum(one.item.open_minor for one in held if one.item.number == number)
        part = min(open_minor, left)
        if part:
            shares.append((number, part))
        left -= part
    return tuple(shares)


def _of_receipts() -> AnySelect:
    return (
        select(
            QUESTION.c.id, QUESTION.c.account_id, QUESTION.c.text_en, QUESTION.c.text_zh, QUESTION.c.candidates,
            QUESTION.c.status, QUESTION.c.answer, QUESTION.c.answered_by, QUESTION.c.asked_at, ACCOUNT.c.entity,
            ACCOUNT.c.customer_id, RECEIPT.c.source, RECEIPT.c.external_id, RECEIPT.c.minor, RECEIPT.c.currency,
            RECEIPT.c.value_date, RECEIPT.c.payer, RECEIPT.c.reference, RECEIPT.c.match,
        )
        .join(RECEIPT, RECEIPT.c.id == QUESTION.c.receipt_id)
        .join(ACCOUNT, ACCOUNT.c.id == QUESTION.c.account_id)
    )  # fmt: skip


def _of_lines() -> AnySelect:
    return select(BANK_LINE, BANK_ACCOUNT.c.entity.label("own_entity")).join(
        BANK_ACCOUNT, BANK_ACCOUNT.c.id == BANK_LINE.c.bank_account_id
    )


def _match(row: AnyRow) -> OpenQuestion:
    return OpenQuestion(
        id=f"{_MATCH}{row.id}", entity=row.entity, customer_id=row.customer_id, source=row.source,
        external_id=row.external_id, amount=Money(minor=row.minor, currency=row.currency), value_date=row.value_date,
        payer=row.payer, reference=row.reference, text=Text(en=row.text_en, zh=row.text_zh),
        evidence=Match.model_validate_json(row.match).evidence, candidates=sets(row.candidates), status=row.status,
        answer=words(row.answer), answered_by=row.answered_by, asked_at=row.asked_at,
    )  # fmt: skip


def _line(connection: Connection, row: AnyRow) -> OpenQuestion:
    line = line_by_id(connection, row.id)
    receipts = reversible(connection, line) if line is not None and row.movement == "taken_back" else ()
    return OpenQuestion(
        id=f"{_LINE}{row.id}", entity=row.own_entity, customer_id=row.customer_id, source=SOURCE,
        external_id=row.external_id, amount=Money(minor=row.minor, currency=row.currency), value_date=row.value_date,
        payer=row.payer_name, reference=row.reference, text=Text(en=row.reason_en, zh=row.reason_zh),
        evidence=words(row.evidence), candidates=tuple((one.external_id,) for one in receipts),
        status="open" if row.status == "asked" else "answered", answered_by=row.answered_by, asked_at=row.at,
    )  # fmt: skip
