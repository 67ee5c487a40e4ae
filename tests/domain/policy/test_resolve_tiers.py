"""An account's money takes the tiers that its amount exceeds, and always one: whoever asked is never among them."""

import pytest

from domain.approval.seats import IN_ALL, Step, Subject
from domain.money import Money
from domain.policy.document import Policy
from domain.policy.resolve_steps import approval_steps
from tests.domain.policy.shipped import CEL, NOW, changed, org, standard, subject
from tests.domain.policy.test_compile import account


def steps(of: Subject, policy: Policy | None = None) -> tuple[Step, ...]:
    return approval_steps(policy or standard(), org(), of, CEL, NOW, customer_class="B")


def off(minor: int, currency: str = "CNY", in_all: int = 0, requester: str = "wu.ting") -> Subject:
    return subject(
        minor=minor, currency=currency, kind="write_off", measures=((IN_ALL, in_all),), requester=requester, owner="",
        editors=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("minor", "in_all", "expected"),
    [
        (2_000_001, 0, ["write-off"]),
        (20_000_000, 0, ["write-off"]),
        (20_000_001, 0, ["write-off", "write-off-cfo"]),
        (1, 20_000_001, ["write-off", "write-off-cfo"]),
        (1, 0, ["write-off"]),
    ],
)
def test_the_tiers_of_the_shipped_policy_to_the_fen(minor: int, in_all: int, expected: list[str]) -> None:
    found = steps(off(minor, in_all=in_all))
    assert [step.id for step in found] == expected
    assert [step.rank for step in found] == list(range(1, len(expected) + 1))
    assert all(step.covers == () for step in found)


def test_who_asked_is_left_out_of_every_seat_with_the_reason() -> None:
    (step,) = steps(off(2_000_001, requester="zhou.qiang"))
    assert [one.person for one in step.seats[0].candidates] == ["huang.min"]
    assert [(one.person, one.why.en) for one in step.seats[0].excluded] == [("zhou.qiang", "asked for the approval")]


@pytest.mark.parametrize(
    ("currency", "minor", "expected"),
    [("EUR", 2_500_001, ["write-off", "write-off-cfo"]), ("EUR", 2_500_000, ["write-off"]),
     ("GBP", 1, ["write-off", "write-off-cfo"])],
)  # fmt: skip
def test_an_amount_of_another_currency_is_compared_as_written_or_is_above_everything(
    currency: str, minor: int, expected: list[str]
) -> None:
    assert [step.id for step in steps(off(minor, currency))] == expected


def test_the_terms_of_an_account_say_what_one_person_may_do_in_its_currency() -> None:
    terms = account()
    assert [(one.kind, one.minor) for one in terms.alone] == [
        ("write_off", 2_000_000), ("credit", 5_000_000), ("refund", 500_000), ("claim", 5_000_000),
        ("exchange", 0),
    ]  # fmt: skip
    assert terms.approval is not None
    assert str(terms.approval.max_age) == "15d"
    without = account(currency="GBP")
    assert {one.minor for one in without.alone} == {0}


def test_a_policy_that_asks_for_nobody_says_so() -> None:
    terms = account(changed((("account_approvals",), None)))
    assert (terms.alone, terms.approval) == ((), None)


def test_how_many_must_agree_is_as_in_the_matrix() -> None:
    tier = {"id": "x", "over": ["0.00 CNY"], "seats": ["cfo", "finance_head"], "needed": "all"}
    (step,) = steps(off(1), changed((("account_approvals", "write_off"), [tier])))
    assert (step.needed, [seat.role for seat in step.seats]) == (2, ["cfo", "finance_head"])
    assert step.clause == f"write_off > {Money(minor=0, currency='CNY')}"
