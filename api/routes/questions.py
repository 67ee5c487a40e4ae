"""What money is for, where nothing but a person can tell: the questions with their evidence, and their answers."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import Field

from api.answers import told
from api.bodies import body_of
from api.callers import Caller
from api.deps import CallerDep, Edge, EdgeDep, Filter, KeyDep, caller_of
from api.idempotency import submission_id
from api.identifiers import CustomerId
from api.paging import CursorQuery, LimitQuery
from api.parties import known_customer
from api.statement_intake import Intake
from api.submitting import submit_to_account
from domain.account.commands import Allocate, Share
from domain.refusal import Code, Refused, refuse
from domain.statements.answering import Answering, Verdict
from domain.value import Strict
from domain.words import Name
from storage.operations.bank_answers import answer_line, close_question, was_answered
from storage.queries.open_questions import (
    Candidate,
    OpenQuestion,
    QuestionPage,
    candidate,
    chosen_numbers,
    one_question,
    open_questions,
)
from storage.queries.receipts import allocations_of_receipt
from workflows.messages import AccountSubmission

router = APIRouter(tags=["questions"], dependencies=[Depends(caller_of)])
Missing = Literal["open", "tolerance"]
QuestionPath = Annotated[str, Path(pattern=r"^[rb][0-9]{1,15}$", description="`r12` or `b34`, as listed.")]


class Answer(Strict):
    """Which invoices a receipt pays (`candidate`, or `shares` with amounts), or what a line is (`verdict`). 答复。"""

    candidate: Annotated[int | None, Field(ge=1, le=100, description="Of `candidates`, counted from 1. 候选序号")] = (
        None
    )
    shares: Annotated[tuple[Share, ...], Field(max_length=100)] = ()
    verdict: Verdict | None = None
    customer: Annotated[CustomerId | None, Field(description="For the verdict `receipt`. 客户")] = None
    receipt: Annotated[Name | None, Field(description="External id, for the verdict `reverse`. 收款编号")] = None
    reason: Annotated[str, Field(max_length=2000)] = ""


class QuestionAnswered(OpenQuestion):
    """A question as it stands after its answer.

    Attributes:
        repeated: it had been answered so before, and nothing was done again.
    """

    repeated: bool = False


ANSWER = body_of(Answer)
_OPEN: Missing = "open"
_TOLERANCE: Missing = "tolerance"
"""A candidate is a set that the amount settles, if need be within tolerance."""


@router.get("/api/questions", summary="What finance must answer about money that came in. 待答问题")
async def list_questions(
    edge: EdgeDep, caller: CallerDep, entity: Filter = "", cursor: CursorQuery = "", limit: LimitQuery = 50
) -> QuestionPage:
    """Read the open ones, the oldest first."""
    return await edge.database.read(open_questions, caller.entity_of(entity), cursor, limit)


@router.post(
    "/api/questions/{question_id}/answer", openapi_extra=ANSWER.documented, summary="Answer a question. 回答问题"
)
async def answer(
    edge: EdgeDep, caller: CallerDep, question_id: QuestionPath, key: KeyDep, response: Response,
    body: Annotated[Answer, Depends(ANSWER)],
) -> QuestionAnswered:  # fmt: skip
    """Allocate what a person chose, or post a line as they say; the same answer again changes nothing."""
    question = await edge.database.read(one_question, question_id)
    if not caller.sees(question.entity):
        raise refuse(Code.NOTFOUND, f"there is no question {question_id}", f"没有待答问题 {question_id}")
    repeated = question.status != "open"
    if question_id.startswith("b"):
        repeated = await _line(edge, caller, int(question_id[1:]), key, body) or repeated
    elif repeated:
        await _check_same(edge, question, body)
    else:
        repeated = await _receipt(edge, caller, question, key, response, body)
    stands = await edge.database.read(one_question, question_id)
    return QuestionAnswered(**dict(stands), repeated=repeated)


async def _line(edge: Edge, caller: Caller, line_id: int, key: str, body: Answer) -> bool:
    """Do what an answer says, and tell whether it had been done under this key before."""
    if body.verdict is None:
        raise refuse(Code.GATE, "say what the line is by `verdict`", "请用 verdict 说明该笔明细")
    customer_id = await known_customer(edge, body.customer) if body.verdict == "receipt" else ""
    answering = Answering(
        verdict=body.verdict,
        customer_id=customer_id,
        external_id=body.receipt or "",
        reason=body.reason,
        key=submission_id(caller, key),
    )
    repeated = await edge.database.read(was_answered, line_id, answering.key)
    taken = await edge.database.write(answer_line, line_id, answering, caller.id, edge.now())
    await Intake(edge.database, edge.workflows, {}).post(taken)
    return repeated


async def _receipt(
    edge: Edge, caller: Caller, question: OpenQuestion, key: str, response: Response, body: Answer
) -> bool:
    """Do what an answer says, and tell whether it had been done under this key before."""
    number = int(question.id[1:])
    if body.verdict == "dismiss":
        await edge.database.write(close_question, number, caller.id, edge.now())
        return False
    shares, missing = body.shares, _OPEN
    if body.candidate is not None:
        chosen = await edge.database.read(candidate, number, body.candidate)
        shares, missing = _shares_of(chosen), _TOLERANCE
    if not shares:
        raise _nothing_chosen()
    command = Allocate(source=question.source, external_id=question.external_id, shares=shares, missing=missing)
    submission = AccountSubmission(id=submission_id(caller, key), actor=caller.actor(), command=command)
    account = (question.entity, question.customer_id, question.amount.currency)
    answered = told(response, await submit_to_account(edge, account, submission))
    await edge.database.write(close_question, number, caller.id, edge.now())
    return answered.repeated


def _shares_of(chosen: Candidate) -> tuple[Share, ...]:
    return tuple(Share(number=number, minor=minor) for number, minor in chosen.shares)


def _nothing_chosen() -> Refused:
    return refuse(
        Code.GATE,
        "choose a `candidate`, or give `shares`: number and minor of each invoice",
        "请选择 candidate，或填写 shares（每张发票的 number 与 minor）",
    )


async def _check_same(edge: Edge, question: OpenQuestion, body: Answer) -> None:
    """Refuse an answer to what was answered otherwise (E_DECIDED), by what was chosen and not by what is open now."""
    if body.verdict == "dismiss":
        same = not question.answer
    elif body.candidate is not None:
        same = {*chosen_numbers(question.candidates, body.candidate)} == {*question.answer}
    elif body.shares:
        lines = await edge.database.read(allocations_of_receipt, question.source, question.external_id)
        same = _sums((share.number, share.minor) for share in body.shares) == _sums(
            (line.number, line.minor)
            for line in lines
            if line.kind == "cash" and line.minor > 0 and line.number in question.answer
        )
    else:
        raise _nothing_chosen()
    if not same:
        answers = ", ".join(question.answer) or "nothing"
        raise refuse(Code.DECIDED, f"{question.id} was answered: {answers}", f"{question.id} 已回答")


def _sums(shares: Iterable[tuple[str, int]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for number, minor in shares:
        sums[number] += minor
    return sums
