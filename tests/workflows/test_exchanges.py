"""Yuan pay an invoice in dollars through the real accounts of both currencies, and are taken back with their gain."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from domain.account import commands as a
from domain.account.exchanges import ExchangeNow, UndoExchange
from domain.machine import Actor, Submission
from domain.money import Money
from domain.receivables.entries import Instalment
from domain.receivables.exchange import Rate
from domain.refusal import Code, Refused
from domain.value import Value
from embedded.temporal_server import TemporalServer
from simulation.patience import patiently
from storage.operations.exchange_rates import keep_rate
from storage.queries.journal import trial_balance
from tests.workflows.harness import Company, company
from tests.workflows.money import policy_with
from workflows.client import account_workflow_id

FINANCE = Actor(id="wu.ting", roles=("finance",), via="api")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ISSUED, PAID = date(2026, 3, 2), date(2026, 3, 20)


@pytest.fixture(params=["sqlite", "postgresql"])
async def ltc(
    request: pytest.FixtureRequest, temporal_server: TemporalServer,
    tmp_path_factory: pytest.TempPathFactory, postgres_url: Callable[[], Awaitable[str]],
) -> AsyncIterator[Company]:  # fmt: skip
    """A company that keeps its books in yuan."""
    folder = tmp_path_factory.mktemp("exchanges")
    policy = policy_with(folder / "policy", (("entities", "CN01", "books"), {"currency": "CNY"}))
    url = await postgres_url() if request.param == "postgresql" else ""
    async with company(temporal_server, folder, policy_file=policy, database_url=url) as opened:
        yield opened


class Accounts:
    """The accounts of one customer, by currency."""

    def __init__(self, company: Company, customer_id: str) -> None:
        self.company, self.customer_id, self.numbers = company, customer_id, count()

    def id(self, currency: str) -> str:
        return account_workflow_id("CN01", self.customer_id, currency)

    async def send(self, currency: str, command: Value) -> None:
        submission = Submission[Any](id=f"k{next(self.numbers)}", actor=FINANCE, command=command)
        submit = self.company.workflows.submit_account
        await patiently(lambda: submit("CN01", self.customer_id, currency, submission))
        for one in ("CNY", "USD"):
            await self.company.settled(self.id(one))

    async def refused(self, currency: str, command: Value) -> Refused:
        with pytest.raises(Refused) as found:
            await self.send(currency, command)
        return found.value

    def balances(self, currency: str) -> dict[str, int]:
        lines = self.company.database.look(trial_balance, "CN01", currency)
        return {line.account: line.balance_minor for line in lines if line.balance_minor}


async def test_yuan_pay_dollars_and_are_taken_back_exactly(ltc: Company) -> None:
    own = Accounts(ltc, await ltc.customer())
    told = Rate(unit="USD", quote="CNY", rate=Decimal("7.10"), source="SAFE")
    await ltc.database.write(keep_rate, told, ISSUED, "wu.ting", AT)
    part = Instalment(index=1, due_on=date(2126, 4, 1), amount=Money(minor=100_000, currency="USD"))
    await own.send("USD", a.ImportOpenItem(number="U-1", issued_on=ISSUED, instalments=(part,)))
    money = Money(minor=715_003, currency="CNY")
    await own.send("CNY", a.RecordReceipt(source="bank", external_id="b1", amount=money, value_date=PAID))
    exchange = ExchangeNow(source="bank", external_id="b1", currency="USD", invoices=("U-1",))
    assert (await own.refused("CNY", exchange)).code is Code.GATE

    await own.send("CNY", exchange.model_copy(update={"rate": told.model_copy(update={"rate": Decimal("7.15")})}))

    kinds = [kind for kind in await ltc.kinds(own.id("USD")) if kind in ("receipt_taken_over", "invoice_settled")]
    assert kinds == ["receipt_taken_over", "invoice_settled"]
    assert "receipt_exchanged" in await ltc.kinds(own.id("CNY"))
    assert own.balances("CNY") == {"cash": 715_003, "exchange": -710_000, "exchange_gain": -5_003}
    assert own.balances("USD") == {"exchange": 100_000, "opening": -100_000}
    await ltc.assert_sound()

    undo = UndoExchange(source="bank", external_id="b1", exchange="bank/b1-X1", reason="another invoice")
    await own.send("CNY", undo)

    assert (await ltc.kinds(own.id("USD")))[-2:] == ["invoice_reopened", "case_changed"]
    assert own.balances("CNY") == {"cash": 715_003, "unapplied": -715_003}
    assert own.balances("USD") == {"receivable": 100_000, "opening": -100_000}
    for currency in ("CNY", "USD"):
        await ltc.assert_healthy(own.id(currency))
    await ltc.assert_sound()


async def test_what_is_not_this_accounts_to_exchange_is_refused(ltc: Company) -> None:
    own = Accounts(ltc, await ltc.customer())
    money = Money(minor=100, currency="CNY")
    await own.send("CNY", a.RecordReceipt(source="bank", external_id="c1", amount=money, value_date=PAID))
    same = ExchangeNow(source="bank", external_id="c1", currency="CNY")
    assert (await own.refused("CNY", same)).code is Code.CCY
    forged = a.RecordReceipt(source="exchange", external_id="c1-X1", amount=money, value_date=PAID)
    assert (await own.refused("CNY", forged)).code is Code.STATE
    strange = Rate(unit="USD", quote="EUR", rate=Decimal(1))
    with_rate = a.RecordReceipt(source="bank", external_id="c2", amount=money, value_date=PAID, rate=strange)
    assert (await own.refused("CNY", with_rate)).code is Code.CCY
