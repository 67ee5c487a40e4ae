"""What was reported before the bank's statement shows it is asked about; other money never is."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.money import Money
from domain.nobody import UNIDENTIFIED
from domain.statements.incoming import Movement
from domain.statements.posting import Line
from domain.statements.told_before import ASKED, NEAR, ToldBefore, about, may_be_known


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def line(**told: Any) -> Line:
    known = {
        "line_id": 1, "entity": "DE01", "external_id": "b-1", "movement": Movement.RECEIPT, "amount": eur(14_000_00),
        "value_date": date(2026, 11, 28), "servicer_reference": "NU7-5", "end_to_end_id": "E2E-1",
    }  # fmt: skip
    return Line.model_validate(known | told)


def told(**changes: Any) -> ToldBefore:
    known = {
        "source": "bank", "external_id": "NU7-5", "customer_id": "C-1", "value_date": date(2026, 11, 28),
        "amount": eur(14_000_00),
    }  # fmt: skip
    return ToldBefore.model_validate(known | changes)


@pytest.mark.parametrize(
    ("changes", "customer_id"),
    [
        ({}, UNIDENTIFIED),
        ({}, "C-2"),
        ({"external_id": "E2E-1", "source": "psp"}, "C-2"),
        ({"external_id": "my-own-id"}, "C-1"),
        ({"external_id": "nu7-5"}, "C-2"),
        ({"external_id": "my-own-id"}, UNIDENTIFIED),
        ({"external_id": "my-own-id", "customer_id": UNIDENTIFIED}, "C-2"),
        ({"external_id": "my-own-id", "value_date": date(2026, 12, 8)}, "C-1"),
        ({"value_date": date(2026, 11, 18)}, "C-2"),
    ],
    ids=str,
)
def test_it_may_be_the_same_money(changes: dict[str, Any], customer_id: str) -> None:
    one = told(**changes)
    asked = may_be_known(line(), customer_id, [told(amount=eur(1)), one])
    assert asked is not None
    assert asked.status == "asked"
    assert asked.reason is not None
    said = f"{one.source}/{one.external_id} ({one.customer_id}, {one.value_date})"
    assert (
        asked.reason.en == f"money of this amount was reported before: {said}: is it the same (same) or another (new)?"
    )
    assert asked.reason.zh == f"此前已登记同额收款：{said}：同一笔还是另一笔？"


@pytest.mark.parametrize(
    ("of_line", "changes", "customer_id"),
    [
        ({}, {"external_id": "other"}, "C-2"),
        ({}, {"amount": eur(13_999_99)}, "C-1"),
        ({}, {"value_date": date(2026, 12, 9)}, "C-1"),
        ({"asked_about": ("bank/NU7-5",)}, {}, "C-1"),
        ({"servicer_reference": "", "end_to_end_id": ""}, {"external_id": "", "customer_id": "C-2"}, "C-1"),
    ],
    ids=str,
)
def test_it_is_other_money_or_was_asked_about(
    of_line: dict[str, Any], changes: dict[str, Any], customer_id: str
) -> None:
    assert may_be_known(line(**of_line), customer_id, [told(**changes)]) is None


def test_what_its_booking_was_said_to_be_is_asked_about_whosever_it_is_now() -> None:
    changes = {"external_id": "other", "customer_id": "C-2", "value_date": date(2026, 10, 1), "said_line": 7}
    assert may_be_known(line(), "C-1", [told(**changes)]) is None
    asked = may_be_known(line(), "C-1", [told(**changes, said_again=True), told()])
    assert asked is not None
    assert asked.reason is not None
    assert "before: bank/other (C-2, 2026-10-01; b7 was said to be the same), bank/NU7-5 (C-1, 2026-11-28):" in (
        asked.reason.en
    )
    assert "bank/other (C-2, 2026-10-01；b7 已被认定为同一笔), bank/NU7-5 (C-1, 2026-11-28)：" in asked.reason.zh
    assert asked.told == ("bank/other", "bank/NU7-5")


def test_an_answer_to_another_question_is_no_answer_to_this_one() -> None:
    assert may_be_known(line(answers=1), "C-1", [told()]) is not None


def test_what_no_question_has_named_is_asked_about_whatever_was_answered() -> None:
    """Reported since, or of whom the answer names: the first question spoke of other receipts."""
    one, since, of_another = told(), told(external_id="since"), told(external_id="own", customer_id="C-2")
    first = may_be_known(line(), "C-1", [one, of_another])
    assert first is not None
    assert (first.rule, first.evidence) == (ASKED, ("bank/NU7-5",))
    answered = line(answers=1, asked_about=first.evidence)
    assert may_be_known(answered, "C-1", [one, of_another]) is None
    for customer_id, unnamed in (("C-1", "bank/since"), ("C-2", "bank/own")):
        again = may_be_known(answered, customer_id, [one, since, of_another])
        assert again is not None
        assert again.evidence == ("bank/NU7-5", unnamed)
        assert again.reason is not None
        assert unnamed in again.reason.en
        assert "NU7-5" not in again.reason.en
        assert may_be_known(line(answers=2, asked_about=again.evidence), customer_id, [one, since, of_another]) is None


def test_many_are_named_some_at_a_time_and_each_once() -> None:
    many = [told(external_id=f"e{number}") for number in range(45)]
    rounds: list[int] = []
    named: tuple[str, ...] = ()
    while (asked := may_be_known(line(asked_about=named), "C-1", many)) is not None:
        assert asked.reason is not None
        rounds.append(len(asked.evidence) - len(named))
        assert all(f"{name} (" in asked.reason.zh for name in asked.evidence[len(named) :])
        named = asked.evidence
    assert (rounds, named) == ([20, 20, 5], tuple(one.name for one in many))


def test_what_is_near_a_day_ends_with_time() -> None:
    one = timedelta(days=1)
    assert about(date(2026, 11, 28)) == (date(2026, 11, 28) - NEAR, date(2026, 11, 28) + NEAR)
    assert about(date.max) == (date.max - NEAR, date.max)
    assert about(date.max - NEAR - one) == (date.max - 2 * NEAR - one, date.max - one)
    assert about(date.min) == (date.min, date.min + NEAR)
    assert about(date.min + NEAR + one) == (date.min + one, date.min + 2 * NEAR + one)
