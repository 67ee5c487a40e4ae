"""G4 and G5 through the real workflows, on both databases: who pays early takes off what was offered."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.account import commands as a
from domain.money import Money
from embedded.temporal_server import TemporalServer
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from tests.workflows.money import balances, billed, pay, policy_with

SCHEME = {"steps": [{"rate_bp": 200, "within": "issue+10d"}]}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, postgres_url: Callable[[], Awaitable[str]]) -> str:
    return await postgres_url() if request.param == "postgresql" else ""


@pytest.fixture(
    scope="module",
    params=[("included", "remaining"), ("excluded", "full"), ("mixed", "none")],
    ids=["included-remaining", "excluded-full", "mixed-none"],
)
async def ltc(
    request: pytest.FixtureRequest,
    temporal_server: TemporalServer,
    tmp_path_factory: pytest.TempPathFactory,
    database_url: str,
) -> AsyncIterator[Company]:
    """A company whose class C has 2 % within ten days, with tax of 19 % or none."""
    folder = tmp_path_factory.mktemp("discounts")
    mode, on_partial = request.param
    policy = policy_with(
        folder / "policy",
        (("terms", "net30", "discount"), SCHEME | {"tax": mode, "on_partial": on_partial}),
        (("entities", "CN01", "tax", "rates", "S19"), 1900),
    )
    async with company(temporal_server, folder, policy_file=policy, database_url=database_url) as opened:
        yield opened


G4 = {
    "included": ("11900.00", "11662.00", -186_200),
    "excluded": ("11900.00", "11700.00", -190_000),
    "mixed": ("11862.00", "11662.00", -186_200),
}
G5 = {"remaining": "490.00", "full": "480.00", "none": "500.00"}


async def test_g4_the_early_price_of_each_tax_mode_settles_the_invoice(
    ltc: Company, request: pytest.FixtureRequest
) -> None:
    mode = request.node.callspec.params["ltc"][0]
    gross, early, tax = G4[mode]
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "10000.00", tax_code="S19")
    assert invoice.gross == Money.of(gross, "CNY")
    await pay(journey, "1", early, invoice.issued_on + timedelta(days=7))
    await ltc.ended(journey.id)
    assert (await journey.deal()).stage == "closed.paid"
    assert await balances(journey) == {
        "cash": Money.of(early, "CNY").minor, "revenue": -1_000_000, "tax": tax, "discounts": 20_000,
    }  # fmt: skip
    await ltc.assert_sound()


async def test_g5_after_half_the_rest_is_settled_by_what_the_terms_leave_of_the_discount(
    ltc: Company, request: pytest.FixtureRequest
) -> None:
    on_partial = request.node.callspec.params["ltc"][1]
    journey = Journey(ltc, await ltc.customer())
    invoice = await billed(journey, "1000.00", tax_code="Z")
    await pay(journey, "1", "500.00", invoice.issued_on)
    assert (await journey.case()).case.open_minor == 50_000
    await pay(journey, "2", G5[on_partial], invoice.issued_on + timedelta(days=1))
    await ltc.ended(journey.id)
    given = {"discounts": 50_000 - Money.of(G5[on_partial], "CNY").minor}
    assert (await balances(journey)).get("discounts", 0) == given["discounts"]
    bounce = a.ReverseReceiptNow(
        source="bank", external_id=f"{journey.deal_id}-2", amount=Money.of(G5[on_partial], "CNY"), reason="R01"
    )
    await journey.send_account(bounce)
    assert await open_and_given(journey) == (50_000, 0)
    await ltc.assert_sound()


async def open_and_given(journey: Journey) -> tuple[int, Any]:
    found = await balances(journey)
    return found.get("receivable", 0), found.get("discounts", 0)
