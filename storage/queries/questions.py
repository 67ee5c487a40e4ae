"""A question is a receipt with more than one possible answer; it waits until a person has chosen."""

import orjson
from sqlalchemy import Connection, select

from domain.money import Money
from domain.refusal import Code, refuse
from domain.value import Text
from storage.entries import Question
from storage.json_text import sets, words
from storage.queries.paging import limited
from storage.rows import AnyRow, AnySelect
from storage.tables.ledger import QUESTION, RECEIPT
from storage.tables.records import ACCOUNT


def questions(connection: Connection, status: str = "open", after: int = 0, limit: int = 50) -> tuple[Question, ...]:
    """Return questions after an id, the oldest first; an empty status means all."""
    query = _questions().where(QUESTION.c.id > after).order_by(QUESTION.c.id).limit(limited(limit))
    if status:
        query = query.where(QUESTION.c.status == status)
    return tuple(_question(row) for row in connection.execute(query))


def question(connection: Connection, question_id: int) -> Question:
    """Return one question; refused when there is none (E_NOTFOUND)."""
    row = connection.execute(_questions().where(QUESTION.c.id == question_id)).first()
    if row is None:
        raise refuse(Code.NOTFOUND, f"there is no question {question_id}", f"没有待答问题 {question_id}")
    return _question(row)


def _questions() -> AnySelect:
    return (
        select(
            QUESTION, ACCOUNT.c.entity, ACCOUNT.c.customer_id, RECEIPT.c.source, RECEIPT.c.external_id,
            RECEIPT.c.minor, RECEIPT.c.currency,
        )
        .join(RECEIPT, RECEIPT.c.id == QUESTION.c.receipt_id)
        .join(ACCOUNT, ACCOUNT.c.id == QUESTION.c.account_id)
    )  # fmt: skip


def _question(row: AnyRow) -> Question:
    return Question.model_validate(
        row._asdict()
        | {
            "question_id": row.id,
            "amount": Money(minor=row.minor, currency=row.currency),
            "text": Text(en=row.text_en, zh=row.text_zh),
            "candidates": sets(row.candidates),
            "answer": words(row.answer) if orjson.loads(row.answer) else (),
        }
    )
