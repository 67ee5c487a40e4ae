"""What a list of open items can have wrong is told by its line before anything is entered."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain.money import Money
from domain.opening import KnownInvoice, OpeningItem, judged
from domain.refusal import Refused

ENTITIES = {"CN01", "DE01"}


def item(line: int = 2, **changed: Any) -> OpeningItem:
    usual = {
        "line": line, "entity": "CN01", "customer_id": "0007", "name": "示例科技", "number": f"OLD-{line}",
        "issued_on": date(2020, 2, 27), "due_on": date(2020, 3, 13), "amount": Money(minor=100, currency="USD"),
    }  # fmt: skip
    return OpeningItem.model_validate(usual | changed)


def known(one: OpeningItem, **changed: Any) -> KnownInvoice:
    usual = {
        "entity": one.entity, "number": one.number, "customer_id": one.customer_id, "issued_on": one.issued_on,
        "due_on": one.due_on, "gross": one.amount, "imported": True,
    }  # fmt: skip
    return KnownInvoice.model_validate(usual | changed)


def outcomes(items: list[OpeningItem], there: list[KnownInvoice] | None = None) -> list[str]:
    return [one.outcome for one in judged(items, there or (), ENTITIES)]


def test_a_good_list_is_new_and_then_known() -> None:
    items = [item(2), item(3), item(4, entity="DE01", number="OLD-2")]
    assert outcomes(items) == ["new", "new", "new"]
    assert outcomes(items, [known(items[0]), known(items[2])]) == ["known", "new", "known"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"entity": "US01"}, "the policy has no legal entity 'US01': map it to one of CN01, DE01"),
        ({"number": "INV-2026-000007"}, "INV-2026-000007 has the form of our own numbers"),
        ({"number": "OLD-2"}, "OLD-2 stands in line 2 already"),
    ],
)
def test_what_cannot_be_entered_is_refused_with_its_reason(changed: dict[str, Any], said: str) -> None:
    first, second = judged([item(2), item(3, **changed)], (), ENTITIES)
    assert (first.outcome, second.outcome) == ("new", "refused")
    assert second.why is not None
    assert second.why.en.startswith(said)
    assert second.why.zh


@pytest.mark.parametrize(
    "changed",
    [
        {"gross": Money(minor=101, currency="USD")}, {"gross": Money(minor=100, currency="CAD")},
        {"customer_id": "7"}, {"due_on": date(2020, 3, 14)}, {"issued_on": date(2020, 2, 28)}, {"imported": False},
    ],
)  # fmt: skip
def test_another_invoice_under_the_number_is_refused(changed: dict[str, Any]) -> None:
    (verdict,) = judged([item()], [known(item(), **changed)], ENTITIES)
    assert verdict.outcome == "refused"
    assert verdict.why is not None
    assert "the ledger has another OLD-2" in verdict.why.en


@pytest.mark.parametrize(
    "changed",
    [
        {"customer_id": "a/b"}, {"customer_id": ""}, {"customer_id": "x" * 65}, {"number": ""}, {"number": " 7"},
        {"number": "7\n8"}, {"amount": Money(minor=0, currency="USD")}, {"amount": Money(minor=-5, currency="USD")},
        {"amount": Money(minor=5, currency="usd")},
    ],
)  # fmt: skip
def test_what_is_no_item_at_all_cannot_be_built(changed: dict[str, Any]) -> None:
    with pytest.raises((ValidationError, Refused)):
        item(**changed)


def test_an_item_due_before_it_was_issued_is_entered_as_it_is() -> None:
    assert outcomes([item(due_on=date(2020, 1, 1))]) == ["new"]
