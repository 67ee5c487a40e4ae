"""Yuan pay an invoice in dollars through the real accounts of both currencies, and are taken back with their gain."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from domain.account import commands as a
from domain.account.exchange_effects import ExchangeReceipt
from domain.account.exchanges import ExchangeNow, UndoExchange
from domain.account.requests import grounds
from domain.account.state import Account
from domain.approval.machine import seats_open
from domain.approval.requests import Decide
from domain.machine import Actor, Explanation, Submission
from domain.money import Money
from domain.receivables.entries import Instalment, Match, Receipt
from domain.receivables.exchange import EXCHANGED, Rate
from domain.refusal import Code, Refused
from domain.value import Value
from embedded.temporal_server import TemporalServer
from simulation.patience import patiently
from storage.operations.accounts import hold_account
from storage.operations.exchange_rates import keep_rate
from storage.operations.receipts import store_receipt
from storage.queries.journal import trial_balance
from storage.queries.work import stuck
from storage.tables.ledger import RECEIPT
from tests.workflows.harness import Company, company
from tests.workflows.journeys import OPS
from tests.workflows.money import policy_with
from workflows.client import account_workflow_id

FINANCE = Actor(id="wu.ting", roles=("finance",), via="api")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DOLLAR = Rate(unit="USD", quote="CNY", rate=Decimal("7.10"), source="SAFE")
ISSUED, PAID = date(2026, 3, 2), date(2026, 3, 20)


@pytest.fixture(params=["sqlite", "postgresql"])
async def ltc(
    request: pytest.FixtureRequest, temporal_server: TemporalServer,
    tmp_path_factory: pytest.TempPathFactory, postgres_url: Callable[[], Awaitable[str]],
) -> AsyncIterator[Company]:  # fmt: skip
    """A company that keeps its books in yuan, and asks a second person about a rate that is far off."""
    folder = tmp_path_factory.mktemp("exchanges")
    policy = policy_with(
        folder / "policy",
        (("entities", "CN01", "books"), {"currency": "CNY"}),
        (("account_approvals", "exchange"), [{"id": "rate", "over": "0.00 CNY", "seats": ["finance_head"]}]),
    )
    url = await postgres_url() if request.param == "postgresql" else ""
    async with company(temporal_server, folder, policy_file=policy, database_url=url) as opened:
        yield opened


class Accounts:
    """The accounts of one customer, by currency."""

    def __init__(self, company: Company, customer_id: str) -> None:
        self.company, self.customer_id, self.numbers = company, customer_id, count()

    def id(self, currency: str) -> str:
        return account_workflow_id("CN01", self.customer_id, currency)

    async def send(self, currency: str, command: Value, actor: Actor = FINANCE) -> None:
        submission = Submission[Any](id=f"k{next(self.numbers)}", actor=actor, command=command)
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
    told = DOLLAR
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


async def test_a_cent_at_an_absurd_rate_pays_nothing_until_a_second_person_has_agreed(ltc: Company) -> None:
    """No rate of the day is kept: the policy's 7.10 is what it is compared with."""
    own = Accounts(ltc, await ltc.customer())
    await ltc.database.write(keep_rate, DOLLAR, ISSUED, "wu.ting", AT)
    part = Instalment(index=1, due_on=date(2126, 4, 1), amount=Money(minor=100_000, currency="USD"))
    await own.send("USD", a.ImportOpenItem(number="U-2", issued_on=ISSUED, instalments=(part,)))
    money = Money(minor=1, currency="CNY")
    absurd = DOLLAR.model_copy(update={"rate": Decimal("0.00001")})
    told = a.RecordReceipt(source="bank", external_id="e1", amount=money, value_date=PAID)
    assert (await own.refused("CNY", told.model_copy(update={"rate": absurd}))).code is Code.LIMIT
    await own.send("CNY", told)
    asked = ExchangeNow(source="bank", external_id="e1", currency="USD", invoices=("U-2",), rate=absurd)
    await own.send("CNY", asked)
    assert own.balances("CNY") == {"cash": 1, "unapplied": -1}

    (request,) = (await ltc.ask(own.id("CNY"), "state", Account)).requests
    assert request.approval is not None
    subject = request.approval.subject
    assert (subject.kind, subject.amount, dict(subject.measures)) == ("exchange", money, {"in_all_minor": 710_000})
    assert isinstance(request.effect, ExchangeReceipt)
    assert grounds(request.effect).startswith(
        "1 USD = 0.00001 CNY (SAFE); known is 1 CNY = 0.140845070423 USD (policy standard) / "
    )
    assert (await own.refused("CNY", asked)).code is Code.STATE
    decision = Decide(approval_id=request.id, verdict="approve", content_hash=subject.content_hash)
    assert (await own.refused("CNY", decision)).code is Code.SOD
    _, seat = seats_open(request.approval)[0]
    await own.send("CNY", decision, Actor(id=seat.candidates[0].person))

    assert own.balances("CNY") == {"cash": 1, "exchange": -710_000, "exchange_loss": 709_999}
    assert own.balances("USD") == {"exchange": 100_000, "opening": -100_000}
    await ltc.assert_sound()


async def test_what_the_bank_exchanged_pays_what_was_instructed(ltc: Company) -> None:
    own = Accounts(ltc, await ltc.customer())
    await ltc.database.write(keep_rate, DOLLAR, ISSUED, "wu.ting", AT)
    part = Instalment(index=1, due_on=date(2126, 4, 1), amount=Money(minor=100_000, currency="USD"))
    await own.send("USD", a.ImportOpenItem(number="U-3", issued_on=ISSUED, instalments=(part,)))
    money = Money(minor=715_000, currency="CNY")
    stated = DOLLAR.model_copy(update={"rate": Decimal("7.15"), "source": "bank: 1,000.00 USD instructed"})
    told = a.RecordReceipt(
        source="bank", external_id="f1", amount=money, value_date=PAID, reference="for U-3", rate=stated
    )
    await own.send("CNY", told, FINANCE.model_copy(update={"via": "import"}))

    kinds = await ltc.kinds(own.id("CNY"))
    assert [kind for kind in kinds if kind.startswith("receipt")] == ["receipt_recorded", "receipt_exchanged"]
    assert own.balances("USD") == {"exchange": 100_000, "opening": -100_000}
    assert own.balances("CNY") == {"cash": 715_000, "exchange": -710_000, "exchange_gain": -5_000}
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


NAME = "bank/d1-X1"


def take_the_name(connection: Connection) -> None:
    """Let another account have what is called as the first exchange of the receipt d1 will be."""
    account = hold_account(connection, "CN01", "c-odd", "USD")
    money = Money(minor=1, currency="USD")
    odd = Receipt(source=EXCHANGED, external_id=NAME, amount=money, value_date=PAID, received_at=AT)
    store_receipt(connection, account.id, odd, "odd", Match(allocations=(), rule="none", evidence=()))


def give_the_name_back(connection: Connection) -> None:
    connection.execute(delete(RECEIPT).where(RECEIPT.c.external_id == NAME))


@pytest.mark.parametrize("mended", [True, False])
async def test_what_our_database_refuses_to_store_is_parked_and_goes_on_by_a_person(ltc: Company, mended: bool) -> None:
    own = Accounts(ltc, await ltc.customer())
    money = Money(minor=72_000, currency="CNY")
    await own.send("CNY", a.RecordReceipt(source="bank", external_id="d1", amount=money, value_date=PAID))
    await ltc.database.write(take_the_name)
    told = Rate(unit="USD", quote="CNY", rate=Decimal("7.20"), source="SAFE")

    refused = await own.refused("CNY", ExchangeNow(source="bank", external_id="d1", currency="USD", rate=told))

    assert (refused.code, "retry_effect" in refused.text.en) == (Code.STATE, True)
    assert own.balances("CNY") == {"cash": 72_000, "unapplied": -72_000}
    explained = await ltc.handle(own.id("CNY")).query("explain", result_type=Explanation)
    said = explained.waiting[0].what.en
    assert said.startswith("exchange_receipt failed (Unstorable: our own database refuses the data (IntegrityError")
    found = await ltc.database.read(stuck, AT, AT)
    assert [one.customer_id for one in found.accounts] == [own.customer_id]
    effect_id = said.rpartition("retry ")[2]
    more = a.RecordReceipt(source="bank", external_id="d2", amount=money, value_date=PAID)
    await own.send("CNY", more)
    assert own.balances("CNY") == {"cash": 144_000, "unapplied": -144_000}

    await ltc.database.write(give_the_name_back)
    if mended:
        await own.send("CNY", a.RetryEffect(effect_id=effect_id), OPS)
    else:
        await own.send("CNY", a.SkipEffect(effect_id=effect_id, reason="asked anew"), OPS)

    exchanged = {"cash": 144_000, "unapplied": -72_000, "exchange": -72_000}
    assert own.balances("CNY") == (exchanged if mended else {"cash": 144_000, "unapplied": -144_000})
    assert (await ltc.database.read(stuck, AT, AT)).accounts == ()
    for currency in ("CNY", "USD") if mended else ("CNY",):
        await ltc.assert_healthy(own.id(currency))
    await ltc.assert_sound()
