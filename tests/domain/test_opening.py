"""What a list of open items can have wrong is told by its line before anything is entered."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from api.customer_bodies import CompanyBody
from api.identifiers import CustomerId, NewCustomerId
from domain.money import Money
from domain.opening import Home, KnownInvoice, OpeningItem, judged
from domain.refusal import Refused

IDS: tuple[Any, ...] = (CustomerId, NewCustomerId)
HOME = Home({"CN01", "DE01"}, {"CN", "XK"}, date(2026, 2, 27))


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
    return [one.outcome for one in judged(items, there or (), HOME)]


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
        ({"country": "ZZ"}, "there is no country ZZ (ISO 3166)"),
        ({"issued_on": date(2026, 3, 1)}, "OLD-3 is issued on 2026-03-01, today is 2026-02-27"),
    ],
)
def test_what_cannot_be_entered_is_refused_with_its_reason(changed: dict[str, Any], said: str) -> None:
    first, second = judged([item(2), item(3, **changed)], (), HOME)
    assert (first.outcome, second.outcome) == ("new", "refused")
    assert second.why is not None
    assert second.why.en.startswith(said)
    assert second.why.zh


def test_the_day_of_another_zone_and_due_before_issued_are_no_faults() -> None:
    items = [
        item(2, issued_on=date(2026, 2, 28)), item(3, due_on=date(2020, 1, 1)), item(4, country="CN"),
        item(5, country="XK", email="a@b.example", language="zh-CN", name="x" * 200),
    ]  # fmt: skip
    assert outcomes(items) == ["new"] * 4


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "x" * 201}, "is no name: 1 to 200 characters"), ({"name": " "}, "is no name"),
        ({"email": "not an email"}, "'not an email' is no e-mail address"), ({"email": "a@b, c@d"}, "is no e-mail"),
        ({"email": "@".join(("a" * 250, "b.example"))}, "is no e-mail address"),
        ({"country": "China"}, "'China' is no code of a country"), ({"country": "cn"}, "is no code"),
        ({"language": "Deutsch!"}, "'Deutsch!' is no language"), ({"language": "de-DE"}, "'de-DE' is not spoken here"),
        ({"issued_on": date(1900, 1, 1)}, "1900-01-01 is not in the years 1970 to 2199"),
        ({"due_on": date(9999, 12, 31)}, "9999-12-31 is not in the years"),
        ({"amount": Money(minor=1, currency="ZZZ")}, "'ZZZ' is no currency"),
        ({"attributes": (("a", "x" * 2001),)}, "a has more than 2000 characters"),
    ],
)  # fmt: skip
def test_what_no_customer_or_invoice_of_ours_could_be_is_no_item(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)) as told:
        item(**changed)
    assert len(str(told.value.errors()[0]["ctx"]["error"])) < 120


@pytest.mark.parametrize(
    "changed",
    [
        {"gross": Money(minor=101, currency="USD")}, {"gross": Money(minor=100, currency="CAD")},
        {"customer_id": "7"}, {"due_on": date(2020, 3, 14)}, {"issued_on": date(2020, 2, 28)}, {"imported": False},
    ],
)  # fmt: skip
def test_another_invoice_under_the_number_is_refused(changed: dict[str, Any]) -> None:
    (verdict,) = judged([item()], [known(item(), **changed)], HOME)
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


@pytest.mark.parametrize("field", ["name", "email", "country", "language"])
@pytest.mark.parametrize(
    "said",
    [
        "", " ", "x", "x" * 200, "x" * 201, "a@b.example", "a@b, c@d", "DE", "de", "DEU", "en", "EN-gb", "zh-Hans-CN",
        "fr", "de-DE", "english", "zh_CN",
    ],
)  # fmt: skip
def test_an_item_takes_the_customers_that_master_data_takes(field: str, said: str) -> None:
    adapter = TypeAdapter(CompanyBody.__annotations__[field])
    changed: dict[str, Any] = {field: said}
    assert _is_taken(lambda: item(**changed)) is _is_taken(lambda: adapter.validate_python(said))


@pytest.mark.parametrize(
    "said",
    ["", " ", "0007", "K 7", "A&B GmbH", "客户7", "a/b", " a", "a ", "a\x00", "a\n", "C-1_x.y", "x" * 64, "x" * 65],
)  # fmt: skip
def test_a_customer_that_an_item_brings_in_can_be_named_in_every_call(said: str) -> None:
    named, new = (_is_taken(lambda kind=kind: TypeAdapter(kind).validate_python(said)) for kind in IDS)  # type: ignore[misc]
    assert _is_taken(lambda: item(customer_id=said)) is named
    assert not new or named


def _is_taken(build: Callable[[], object]) -> bool:
    try:
        build()
    except ValidationError:
        return False
    return True
