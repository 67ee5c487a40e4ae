"""A half-delivered order is cancelled as its preview showed, under every schedule that the shipped policy has."""

from typing import Any

import pytest

from activities.fiscal import Fiscal
from activities.invoicing import InvoicingActivities
from activities.tax_papers import TaxPapers
from connectors.letterhead.policy_letterheads import PolicyLetterheads
from connectors.policy_files.calendars import PolicyCalendars
from domain.account.effects import LoadCase
from domain.approval.seats import Step
from domain.cancellation import CancellationPreview
from domain.deal import commands as c
from domain.deal.decide_cancel import previewable
from domain.deal.effects import CancelBilling, IssueInvoice
from domain.deal.machine import blank
from domain.deal.state import Stage
from domain.machine import SYSTEM, Job
from domain.money import Money
from domain.policy.compile import account_terms, deal_terms
from domain.quotes import QuoteLine
from domain.refusal import Code
from domain.value import Value
from simulation.ledger import MemoryLedger
from storage.database import Database
from storage.operations.cancelling import preview_cancellation
from storage.operations.ledger import LedgerBooks
from storage.queries.invariants import invariants
from tests.activities.outside import Outside
from tests.activities.test_tax_papers import MUELLER
from tests.domain.deal.driver import CUSTOMER, START, Driver
from tests.domain.deal.terms_fixture import seat
from tests.domain.policy.shipped import standard
from tests.domain.policy.test_compile import part
from tests.storage.samples import HASH

CLASSES = [one.id for one in standard().classes if not one.block_quotes]
SCHEDULES = {one.id: one.schedule for one in standard().classes}
BILLED = {"once": 800_000, "halves": 0, "milestones": 800_000 - 480_000, "project": 800_000}
"""What is billed at last of a delivered half of 16,000.00, without tax: the rest of it was billed upon the order."""
PLACES = [("CN01", "CNY", "CN"), ("DE01", "EUR", "DE"), ("DE01", "EUR", "IE")]


class Accounts:
    """Takes every word to an account."""

    async def cancelled(self, job: object, result: object) -> None:
        """Take it."""


class Half:
    """An order of four, of which two are delivered; what its schedule bills by then is issued in a ledger."""

    def __init__(self, class_id: str, place: tuple[str, str, str]) -> None:
        entity, currency, country = place
        policy, calendars, outside = standard(), PolicyCalendars(standard()), Outside()
        sold = part(policy, currency, entity, pinned_class=class_id, country=country)
        self.d = Driver(terms=deal_terms(policy, sold, calendars, START))
        self.d.deal = blank("D-1", entity, CUSTOMER, currency)
        self.account = account_terms(policy, sold, calendars, START)
        self.key = {"entity": entity, "customer_id": CUSTOMER.customer_id, "currency": currency}
        tax_id = "" if country == "IE" else MUELLER.tax_id
        outside.directory.parties[CUSTOMER.customer_id] = MUELLER.model_copy(
            update={"country": country, "tax_id": tax_id}
        )
        fiscal = Fiscal(outside.office, outside.office)
        self.papers = TaxPapers(outside.directory, PolicyLetterheads(policy), outside.papers, fiscal)
        self.outside = outside
        self._price = Money.of("4000.00", currency)

    async def delivered(self, ledger: Any, opened: bool = True) -> None:
        """Order four, deliver two, and issue in a ledger what the schedule bills by then."""
        if opened:
            await ledger.load_case(LoadCase.model_validate(self.key), START, self.account, HASH, "Müller AG")
        line = QuoteLine(position=1, sku="CTRL-100", quantity="4", list_price=self._price, net_price=self._price)
        self.d.quoted(line).accept(po_reference="PO-1", evidence="signed.pdf")
        self.d.quiet()
        if self.d.stage() is Stage.CREDIT_HOLD or any(one.effect.kind == "check_credit" for one in self.d.deal.pending):
            self.d.done("check_credit", c.CreditDecision(exposure_minor=0))
        self.d.quiet()
        self.d.done("create_order", c.Booked(erp_reference="SO-1"))
        self.d.do(c.RecordDelivery(lines=(c.DeliveredLine(position=1, quantity="2"),)))
        while waiting := [one for one in self.d.deal.pending if one.effect.kind == "issue_invoice"]:
            effect = self.d.waiting_first("issue_invoice")
            assert isinstance(effect, IssueInvoice)
            issued = await ledger.issue_invoice(waiting[0].id, self.d.now, effect)
            self.d.do(c.EffectDone(effect_id=waiting[0].id, result=issued), SYSTEM, cause=waiting[0].id)
        self.d.quiet()

    def asks(self, **wanted: str) -> CancelBilling:
        """Return what previewing a cancellation asks of the ledger."""
        command = c.Cancel.model_validate({"reason": "withdrawn", **wanted})
        effect = previewable(self.d.deal, command, self.d.now)
        assert isinstance(effect, CancelBilling)
        return effect

    async def cancel(self, ledger: Any, **wanted: str) -> Value:
        """Cancel as a worker does."""
        self.d.do(c.Cancel.model_validate({"reason": "withdrawn", **wanted}))
        return await self._answered(ledger)

    async def agreed(self, ledger: Any) -> Value:
        """Let a second person agree, and the ledger do it."""
        approval = self.d.deal.approval
        assert approval is not None
        steps = (Step(id="credit", rank=1, needed=1, clause="", seats=(seat("finance_head", "zhou"),)),)
        self.d.done("resolve_approval", c.Resolved(approval_id=approval.id, steps=steps))
        self.d.vote("zhou")
        return await self._answered(ledger)

    async def _answered(self, ledger: Any) -> Value:
        pending = self.d.waiting("cancel_billing")
        invoicing = InvoicingActivities(ledger, Accounts(), self.papers)  # type: ignore[arg-type]  # one word of many
        job = Job[Value](id=pending.id, owner="deal/D-1", at=self.d.now, effect=pending.effect, now=self.d.now)
        result: Value = await self.outside.run(invoicing.cancel_billing, job)
        self.d.do(c.EffectDone.model_validate({"effect_id": pending.id, "result": result}), SYSTEM, cause=pending.id)
        return result


async def look(ledger: Any, database: Database, half: Half, effect: CancelBilling) -> CancellationPreview:
    if isinstance(ledger, MemoryLedger):
        return await ledger.preview_cancellation(half.d.now, effect)
    return await database.write(preview_cancellation, half.d.now, effect)


@pytest.mark.parametrize("named", [True, False], ids=["named", "unnamed"])
@pytest.mark.parametrize("place", PLACES, ids=[f"{entity}-{country}" for entity, _, country in PLACES])
@pytest.mark.parametrize("class_id", CLASSES)
async def test_what_was_delivered_stays_owed_as_it_was_shown(
    class_id: str, place: tuple[str, str, str], named: bool, ledger: LedgerBooks, database: Database
) -> None:
    found = []
    for books in (ledger, MemoryLedger()):
        half = Half(class_id, place)
        await half.delivered(books)
        seen = await look(books, database, half, half.asks())
        result = await half.cancel(books, **({"preview": seen.content_hash} if named else {}))

        assert isinstance(result, c.BillingCancelled), result
        assert (result.waits, result.preview) == (False, seen)
        assert [(one.item, one.gross) for one in result.issued] == [(one.item, one.gross) for one in seen.billed]
        assert sum(one.net.minor for one in result.issued) == BILLED[SCHEDULES[class_id]]
        assert half.d.stage() is Stage.CANCELLING
        found.append(result)
    assert found[0] == found[1]
    assert [check.name for check in database.look(invariants) if not check.holds] == []


@pytest.mark.parametrize("class_id", CLASSES)
async def test_what_was_not_seen_is_not_done(class_id: str, ledger: LedgerBooks) -> None:
    for books in (ledger, MemoryLedger()):
        half = Half(class_id, ("DE01", "EUR", "DE"))
        await half.delivered(books)
        result = await half.cancel(books, preview="0" * 64)
        assert isinstance(result, c.DealRefusal)
        assert result.code == Code.STALE
        assert (half.d.deal.cancellation, half.d.stage()) == (None, Stage.ACTIVE)


FORGONE = {"once": 800_000, "halves": 0, "milestones": 320_000, "project": 800_000}
"""What of the delivered half was not billed, without tax."""


@pytest.mark.parametrize("place", PLACES, ids=[f"{entity}-{country}" for entity, _, country in PLACES])
@pytest.mark.parametrize("class_id", CLASSES)
async def test_what_will_never_be_billed_is_shown_and_weighed_like_a_credit(
    class_id: str, place: tuple[str, str, str], ledger: LedgerBooks, database: Database
) -> None:
    found = []
    for books in (ledger, MemoryLedger()):
        half = Half(class_id, place)
        await half.delivered(books)
        kept = await look(books, database, half, half.asks())
        seen = await look(books, database, half, half.asks(delivered="credited"))
        net = FORGONE[SCHEDULES[class_id]]
        assert seen.forgone == Money(minor=net + tax(net, place), currency=place[1])
        assert (kept.forgone, seen.billed) == (Money.zero(place[1]), ())
        if not seen.credits:
            assert [one.gross for one in kept.billed] == [seen.forgone]
        given = seen.given_up.minor
        assert (given, seen.in_all.minor) == (seen.credited.minor + net + tax(net, place),) * 2
        limit = next(one.minor for one in half.account.alone if one.kind == "credit")
        asks = [("credit", given, given, limit)] if given > limit else []
        assert [(one.kind, one.amount.minor, one.in_all.minor, one.over.minor) for one in seen.asks] == asks

        result = await half.cancel(books, delivered="credited", preview=seen.content_hash)

        assert isinstance(result, c.BillingCancelled), result
        assert (result.waits, result.preview, result.issued) == (given > limit, seen, ())
        if result.waits:
            approval = half.d.deal.approval
            assert approval is not None
            assert approval.subject.amount == seen.given_up
            assert (half.d.stage(), approval.status) == (Stage.ACTIVE, "resolving")
        else:
            assert half.d.stage() is Stage.CANCELLING
        found.append(result)
    assert found[0] == found[1]


def tax(net: int, place: tuple[str, str, str]) -> int:
    return net * {"CN01": 13, "DE01": 19}[place[0]] // 100


async def test_nobody_gives_up_alone_what_a_customer_without_an_account_got(
    ledger: LedgerBooks, database: Database
) -> None:
    for books in (ledger, MemoryLedger()):
        half = Half("B", ("DE01", "EUR", "DE"))
        await half.delivered(books, opened=False)
        result = await half.cancel(books, delivered="credited")
        assert isinstance(result, c.BillingCancelled)
        assert [(one.amount.minor, one.over.minor) for one in result.preview.asks] == [(952_000, 0)]
        assert result.waits
        done = await half.agreed(books)
        assert isinstance(done, c.BillingCancelled), done
        assert (done.waits, done.preview.forgone, done.notes, done.issued) == (
            False,
            Money.of("9520.00", "EUR"),
            (),
            (),
        )
        assert half.d.stage() is Stage.CANCELLING
