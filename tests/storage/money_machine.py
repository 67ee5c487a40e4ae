"""A machine that does to an account in the real ledger whatever people and time do, and counts everything after it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from connectors.bookkeeping.beancount import title_of
from domain.account import effects as f
from domain.account.decide import open_account
from domain.account.evolve import fold
from domain.account.refunds import PayoutTold
from domain.commission.fold import commission
from domain.machine import Actor
from domain.money import Money
from domain.policy.commission import CommissionRule
from domain.refusal import Refused
from domain.span import Span
from domain.terms import Alone, ApprovalTerms, InterestTerms, PlanTerms, PromiseTerms, Tolerance
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.operations.ledger import LedgerBooks
from storage.queries.commission import commission_facts
from storage.queries.invariants import invariants
from storage.queries.journal import journal
from storage.rows import AnyRow
from tests.domain.account.run import FINANCE, REF_LEVELS, LedgerRefused, Run, dunning, terms
from tests.domain.policy.shipped import standard
from tests.storage.money_orders import Order
from tests.storage.recount import CHARGEBACK, Rows, earned, kind_of, recount, rows_of, sums

NOBODY = "unidentified"
ALONE = 300
COMMISSION = (
    CommissionRule(id="invoiced", basis="invoiced", rate_bp=300),
    CommissionRule(id="received", basis="cash_received", rate_bp=725),
)
LEVELS = tuple(
    level.model_copy(update={"fee_minor": 7 * place, "interest": place > 1}) for place, level in enumerate(REF_LEVELS)
)


class AtOnce(Database):
    """A database that answers on the thread that asks: the machine has no event loop."""

    async def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return self.transact(work, *args, **kwargs)

    async def read(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return self.look(work, *args, **kwargs)


class Asked(Run):
    """An account whose provider says nothing of a refund once its answers are used up."""

    def _outside(self, effect: Any) -> Any:
        if isinstance(effect, f.PayRefund | f.AskPayout) and not self.answers:
            return PayoutTold(status="unknown")
        return super()._outside(effect)


class MoneyMachine(RuleBasedStateMachine):
    """One customer's account, and that of money of nobody known, under every step there is.

    Attributes:
        emptied: makes the URL of a database without a row, for each example.
        counted: how often each step was taken, and how often refused.
    """

    emptied: ClassVar[Callable[[], str]]
    counted: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.database = AtOnce(type(self).emptied())
        self.orders: list[Order] = []
        self.came: dict[str, int] = {}
        self.bounced = 0
        self.closed: date | None = None

    @initialize(
        currency=st.sampled_from(["CNY", "JPY", "KWD"]),
        unit=st.sampled_from(["invoice", "customer"]),
        hold=st.sampled_from(["pause", "skip", "none"]),
        tolerance=st.sampled_from([Tolerance(), Tolerance(minor=20, bp=1_000)]),
        alone=st.sampled_from([(), ("write_off", "credit", "refund", "claim")]),
    )
    def start(self, currency: str, unit: Any, hold: Any, tolerance: Tolerance, alone: tuple[Any, ...]) -> None:
        self.currency = currency
        for customer_id in ("c1", NOBODY):
            card = CustomerCard(customer_id=customer_id, name=customer_id)
            self.database.transact(keep_customer, card, Run().now)
        ladder = dunning(
            unit=unit, dispute_hold=hold, min_open=self.money(0), levels=LEVELS,
            interest=InterestTerms(rate_bp=40, per="day"), pre_due=(Span.parse("-5d"),),
        )  # fmt: skip
        account_terms = terms(
            ladder,
            currency=currency,
            tolerance=tolerance,
            promise=PromiseTerms(max_open=3, max_per_year=1_000, max_days=400),
            plan=PlanTerms(max_instalments=3, first_within=10, max_days=60),
            alone=tuple(Alone(kind=kind, minor=ALONE) for kind in alone),
            approval=ApprovalTerms(max_age=Span.parse("15d")),
        )
        books = LedgerBooks(self.database)
        self.run, self.nobody = Asked(account_terms, books), Asked(account_terms, books, NOBODY)
        self.rows: Rows = self.database.look(rows_of)

    # --- what every step needs ---------------------------------------------------------------------------------------

    def money(self, minor: int) -> Money:
        return Money(minor=minor, currency=self.currency)

    @property
    def today(self) -> date:
        return self.run.now.date()

    def step(self, what: str, work: Callable[[], Any]) -> Any:
        """Do something at a moment of its own; what is refused has changed no row of the money."""
        self.run.until(self.run.now + timedelta(minutes=1))
        self.nobody.until(self.run.now)
        before = self.database.look(rows_of)
        try:
            done = work()
        except (Refused, LedgerRefused):
            assert self.database.look(rows_of) == before, what
            type(self).counted[f"{what}: refused"] += 1
            return None
        type(self).counted[what] += 1
        return done or True

    def send(self, command: Any, actor: Actor = FINANCE, run: Run | None = None) -> Any:
        return self.step(command.kind, lambda: (run or self.run).send(command, actor))

    def number(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from([invoice.number for invoice in self.rows.invoices])))

    def receipt(self, data: st.DataObject) -> AnyRow:
        return data.draw(st.sampled_from(self.rows.receipts))

    def of(self, receipt: AnyRow) -> Run:
        """Return the account that has a receipt."""
        return self.nobody if receipt.account_id == self.rows.account_of(NOBODY) else self.run

    # --- what holds after every step ---------------------------------------------------------------------------------

    @invariant()
    def everything_adds_up(self) -> None:
        self.rows = self.database.look(rows_of)
        recount(self.rows)
        self.what_came_in_is_what_was_reported()
        self.no_line_is_billed_beyond_its_order()
        self.the_account_and_the_deals_know_it()
        self.above_the_amount_two_people_agreed()
        self.commission_is_what_the_ledger_says()

    def what_came_in_is_what_was_reported(self) -> None:
        rows = self.rows
        assert {receipt.external_id: receipt.minor for receipt in rows.receipts} == self.came
        # What was charged back after it had been paid back is claimed from the customer.
        claimed = sum(invoice.gross_minor for invoice in rows.invoices if kind_of(invoice) == CHARGEBACK)
        assert sum(row.minor for row in rows.returns if row.kind == "reversed") + claimed == self.bounced
        cash = sum(leg.minor for leg in rows.postings if leg.account == "cash")
        paid_back = {one.refund_id for one in rows.outcomes if one.outcome == "done"}
        refunded = sum(one.minor for one in rows.refunds if one.refund_id in paid_back)
        assert cash == sum(self.came.values()) - self.bounced - refunded

    def no_line_is_billed_beyond_its_order(self) -> None:
        """M6: exactly what was ordered, once all of it is billed."""
        for order in self.orders:
            billed: Counter[int] = Counter()
            invoices = {
                row.id for row in self.rows.invoices if row.deal_id == order.deal_id and row.item in order.items
            }
            for row in self.rows.invoices:
                if row.id in invoices:
                    billed.update(amounts(row.lines))
            back: Counter[int] = Counter()
            for note in self.rows.notes:
                if note.invoice_id in invoices:
                    back.update(amounts(note.lines))
            for line in order.lines:
                whole = order.amount(line.position)
                assert 0 <= billed[line.position] - back[line.position] <= billed[line.position] <= whole
                assert order.shares or not order.items or billed[line.position] == whole

    def the_account_and_the_deals_know_it(self) -> None:
        rows = self.rows
        active, gone = sums(rows.allocations, "instalment_id"), sums(rows.returns, "receipt_id")
        used = sums(rows.allocations, "receipt_id", "cash")
        for run, customer_id in ((self.run, "c1"), (self.nobody, NOBODY)):
            own = rows.account_of(customer_id)
            parts = [part for part in rows.parts if part.account_id == own]
            case = run.account.case
            assert case.open_minor == sum(part.amount_minor - active[part.id] for part in parts)
            assert case.items == sum(part.amount_minor > active[part.id] for part in parts)
            mine = [one for one in rows.receipts if one.account_id == own]
            assert case.unapplied_minor == sum(one.minor - used[one.id] - gone[one.id] for one in mine)
            assert min(case.disputed_minor, case.promised_minor) >= 0
            assert case.disputed_minor + case.promised_minor <= case.open_minor
            assert not [pending for pending in run.account.pending if pending.parked]
        left: Counter[str] = Counter()
        number = {invoice.id: invoice.number for invoice in rows.invoices}
        for part in rows.parts:
            left[number[part.invoice_id]] += part.amount_minor - active[part.id]
        told = {word.number: word.open_minor for word in self.run.told}
        assert told == {one: left[one] for one in told}

    def commission_is_what_the_ledger_says(self) -> None:
        """M11: a fold that is told line by line ends at what the invoices are now."""
        facts = self.database.look(commission_facts, standard(), ())
        for one in COMMISSION:
            lines = commission(facts.sales, facts.changes, (one,))
            assert sum(line.minor for line in lines) == earned(self.rows, one.basis, one.rate_bp)

    def above_the_amount_two_people_agreed(self) -> None:
        """A7, of the refunds: neither alone nor cut into small ones."""
        if not self.run.terms.alone:
            return
        before: Counter[int] = Counter()
        failed = {one.refund_id for one in self.rows.outcomes if one.outcome == "failed"}
        for refund in self.rows.refunds:
            assert refund.agreed or refund.minor <= ALONE
            if not refund.agreed and refund.refund_id not in failed:
                before[refund.receipt_id] += refund.minor
        assert all(minor <= ALONE for minor in before.values())

    def teardown(self) -> None:
        """The state is the fold of its facts (T6), and what `verify` counts holds, too."""
        try:
            if hasattr(self, "run"):
                assert [check for check in self.database.look(invariants) if not check.holds] == []
                assert all(self.database.look(lambda connection: [title_of(one) for one in journal(connection)]))
                for run, customer_id in ((self.run, "c1"), (self.nobody, NOBODY)):
                    blank, _ = open_account("CN01", customer_id, self.currency)
                    assert fold(blank, run.facts) == run.account
        finally:
            self.database.close()


def amounts(lines: str) -> Counter[int]:
    """Return what stored lines come to at the prices of the order, by order line."""
    found: Counter[int] = Counter()
    for line in orjson.loads(lines):
        priced = line["priced_minor"]
        found[line["order_line"]] += line["net"]["minor"] if priced is None else priced
    return found
