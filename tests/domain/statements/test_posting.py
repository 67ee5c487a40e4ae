"""What becomes of a line, what its commands say, and what a person may answer."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.money import Money
from domain.refusal import Refused
from domain.statements.answering import Answering, answered
from domain.statements.identity import name_of
from domain.statements.incoming import Movement
from domain.statements.posting import (
    Line,
    Reversible,
    clipped,
    receipt_of,
    reversal_of,
    taken_back,
    which_receipt,
)
from domain.statements.statement import Statement, StatementKind
from tests.statements_made import OWN, cny, credit, statement_of

LINE = Line(
    line_id=1, entity="CN01", external_id="x-1", movement=Movement.TAKEN_BACK, amount=cny(-5_00),
    value_date=date(2026, 11, 20), return_code="AC04", reference="returned",
)  # fmt: skip


def receipt(external_id: str, left: int, because: str = "the bank's reference") -> Reversible:
    return Reversible(
        entity="CN01", customer_id="C-1", external_id=external_id, left=Money(minor=left, currency="CNY"),
        because=because,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("candidates", "found"),
    [
        ((receipt("a", 5_00),), "a"),
        ((receipt("a", 9_00), receipt("b", 4_99)), "a"),
        ((receipt("a", 5_00), receipt("b", 5_00)), None),
        ((receipt("a", 4_99),), None),
        ((receipt("a", 5_00, because=""),), None),
        ((), None),
    ],
)
def test_only_one_receipt_with_its_reference_and_the_money_is_taken_back(
    candidates: tuple[Reversible, ...], found: str | None
) -> None:
    one = taken_back(LINE, candidates)
    assert (one and one.external_id) == found


@pytest.mark.parametrize(("count", "en", "zh"), [(5, "", ""), (7, ", and 2 more", "，另有 2 笔")])
def test_a_question_says_how_many_receipts_it_does_not_name(count: int, en: str, zh: str) -> None:
    reason = which_receipt([receipt(f"r{place}", 5_00) for place in range(count)]).reason
    assert reason is not None
    assert reason.en.endswith(f"r4 (C-1, 5.00 CNY){en}")
    assert reason.zh.endswith(f"r4 (C-1, 5.00 CNY){zh}")


def test_a_reversal_takes_back_what_the_line_says() -> None:
    command = reversal_of(LINE, receipt("a", 9_00))
    assert (command.source, command.external_id, command.amount, command.reason) == (
        "bank", "a", cny(5_00), "AC04 returned",
    )  # fmt: skip


@given(st.text(alphabet="ab 1-", max_size=40), st.integers(1, 20))
def test_a_text_is_cut_between_words_only(text: str, longest: int) -> None:
    cut = clipped(text, longest)
    assert len(cut) <= longest
    assert text.startswith(cut)
    assert cut == text or text[len(cut)] == " " or cut == ""


def test_a_receipt_says_who_paid_and_what_they_wrote() -> None:
    line = LINE.model_copy(update={"amount": cny(5_00), "reference": "INV-1 " * 500})
    command = receipt_of(line)
    assert (command.external_id, command.amount.minor, command.value_date) == ("x-1", 5_00, date(2026, 11, 20))
    assert (len(command.reference) <= 2000, command.reference.endswith("INV-1")) == (True, True)


@pytest.mark.parametrize(
    ("movement", "answer", "status", "chosen"),
    [
        (Movement.RECEIPT, {"verdict": "new"}, "ready", ""),
        (Movement.RECEIPT, {"verdict": "same"}, "same", ""),
        (Movement.RECEIPT, {"verdict": "receipt", "customer_id": "C-1"}, "ready", "customer:C-1"),
        (Movement.CAME_BACK, {"verdict": "receipt", "customer_id": "C-1"}, "ready", "customer:C-1"),
        (Movement.CAME_BACK, {"verdict": "dismiss"}, "set_aside", ""),
        (Movement.TAKEN_BACK, {"verdict": "reverse", "external_id": "a"}, "ready", "receipt:a"),
    ],
)
def test_an_answer_says_what_is_done_with_a_line(
    movement: Movement, answer: dict[str, str], status: str, chosen: str
) -> None:
    found = answered(movement, Answering.model_validate(answer))
    assert (found.status, found.chosen) == (status, chosen)


@pytest.mark.parametrize(
    ("movement", "answer", "before", "chosen"),
    [
        (Movement.RECEIPT, {"verdict": "new"}, "customer:C-2", "customer:C-2"),
        (Movement.RECEIPT, {"verdict": "receipt", "customer_id": "C-1"}, "customer:C-2", "customer:C-1"),
        (Movement.RECEIPT, {"verdict": "same"}, "customer:C-2", ""),
        (Movement.RECEIPT, {"verdict": "dismiss"}, "customer:C-2", ""),
        (Movement.TAKEN_BACK, {"verdict": "new"}, "receipt:a", ""),
    ],
)
def test_whose_a_line_is_holds_until_somebody_says_otherwise(
    movement: Movement, answer: dict[str, str], before: str, chosen: str
) -> None:
    assert answered(movement, Answering.model_validate(answer), before).chosen == chosen


@pytest.mark.parametrize(
    ("movement", "answer"),
    [
        (Movement.RECEIPT, {"verdict": "reverse", "external_id": "a"}),
        (Movement.CAME_BACK, {"verdict": "new"}),
        (Movement.TAKEN_BACK, {"verdict": "receipt", "customer_id": "C-1"}),
        (Movement.OUTGOING, {"verdict": "dismiss"}),
        (Movement.CAME_BACK, {"verdict": "receipt"}),
        (Movement.TAKEN_BACK, {"verdict": "reverse"}),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(movement: Movement, answer: dict[str, str]) -> None:
    with pytest.raises(Refused):
        answered(movement, Answering.model_validate(answer))


def named(**changed: object) -> tuple[str, str, str]:
    name = name_of(statement_of([credit(1_00)]).model_copy(update=changed))
    return name.account, name.known_as, name.digest


def test_a_statement_is_known_by_its_account_and_the_banks_id() -> None:
    account, known_as, digest = named()

    assert (account, known_as) == (OWN, "S-1")
    assert named(account="DE89 3704 0044 0532 0130 00EUR")[:2] == (OWN, "S-1")
    assert named(notes=()) == (account, known_as, digest)
    assert named(kind=StatementKind.CAMT_052)[1] == "S-1 camt.052"
    assert named(kind=StatementKind.MT940, number="7/1")[1] == "S-1 7/1 2026-11-20 MT940"
    assert named(statement_id="", kind=StatementKind.CSV)[1] != ""
    assert named(entries=())[2] != digest


def test_what_was_noted_while_reading_is_no_other_content() -> None:
    one = statement_of([credit(1_00)])
    other = Statement.model_validate(one.model_dump() | {"version": "001.02", "information_blocks": 3})
    assert name_of(one) == name_of(other)
