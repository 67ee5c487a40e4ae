"""A machine that does to an account in the real ledger whatever people and time do, and counts everything after it."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any, ClassVar

import orjson
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from connectors.bookkeeping.beancount import title_of
from domain.account import commands as c
from domain.account import effects as f
from domain.account.agenda import agenda
from domain.account.decide import open_account
from domain.account.evolve import fold
from domain.account.refunds import PayoutTold
from domain.commission.fold import commission
from domain.machine import SYSTEM, Actor
from domain.money import Money, exponent
from domain.policy.commission import CommissionRule
from domain.receivables.exchange import Rate
from domain.refusal import Refused
from domain.span import Span
from domain.terms import (
    AccountTerms,
    Alone,
    ApprovalTerms,
    BookTerms,
    InterestTerms,
    PlanTerms,
    PromiseTerms,
    Tolerance,
)
from storage.database import Database
from storage.entries import CustomerCard
from storage.operations.customers import keep_customer
from storage.operations.exchange_rates import keep_rate
from storage.operations.ledger import LedgerBooks
from storage.queries.commission import commission_facts
from storage.queries.invariants import invariants
from storage.queries.journal import journal
from storage.rows import AnyRow
from tests.domain.account.run import FINANCE, REF_LEVELS, LedgerRefused, Run, dunning, terms
from tests.domain.policy.shipped import standard
from tests.storage.money_orders import Order
from tests.storage.recount import CHARGEBACK, EXCHANGED, Rows, earned, kind_of, own_postings, recount, rows_of, sums
from tests.storage.recount_exchange import exchanges, m8

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

    @property
    def terms_hash(self) -> str:  # type: ignore[override]  # of each currency its own
        return f"hash-{self.terms.currency}"

    def _outside(self, effect: Any) -> Any:
        if isinstance(effect, f.PayRefund | f.AskPayout) and not self.answers:
            return PayoutTold(status="unknown")
        return super()._outside(effect)


class MoneyMachine(RuleBasedStateMachine):
    """One customer's accounts in two currencies, and that of money of nobody known, under every step there is.

    Attributes:
        emptied: makes the URL of a database without a row, for each example.
        currency: of the first account, and of money of nobody known.
        abroad: of the customer's other account.
        books: in which the legal entity keeps its books: one of the two, a third one, or nobody has said.
        rates: what one unit of a currency is worth in another, as it is kept last.
        counted: how often each step was taken, and how often refused.
    """

    emptied: ClassVar[Callable[[], str]]
    counted: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.database = AtOnce(type(self).emptied())
        self.runs: tuple[Run, ...] = ()
        self.orders: list[Order] = []
        self.came: dict[str, int] = {}
        self.bounced: Counter[str] = Counter()
        self.closed: date | None = None

    @initialize(
        currencies=st.permutations(["CNY", "JPY", "KWD"]),
        books=st.sampled_from([0, 0, 1, 1, 2, None]),
        rate_days=st.sampled_from([2, 4_000, 4_000]),
        rates=st.lists(st.decimals("0.1", "10", places=3), min_size=3, max_size=3),
        unit=st.sampled_from(["invoice", "customer"]),
        hold=st.sampled_from(["pause", "skip", "none"]),
        tolerance=st.sampled_from([Tolerance(), Tolerance(minor=20, bp=1_000)]),
        alone=st.sampled_from([(), ("write_off", "credit", "refund", "claim")]),
    )
    def start(
        self, currencies: list[str], books: int | None, rate_days: int, rates: list[Decimal], unit: Any, hold: Any,
        tolerance: Tolerance, alone: tuple[Any, ...],
    ) -> None:  # fmt: skip
        self.currency, self.abroad = currencies[:2]
        self.books = "" if books is None else currencies[books]
        for customer_id in ("c1", NOBODY):
            card = CustomerCard(customer_id=customer_id, name=customer_id)
            self.database.transact(keep_customer, card, Run().now)
        # Drawn between smallest units, so that small amounts of two currencies meet each other, too.
        self.rates = {
            (one, other): rate.scaleb(exponent(one) - exponent(other))
            for (one, other), rate in zip(combinations(currencies, 2), rates, strict=True)
        }
        for pair in self.rates:
            self.keep(pair, Run().now.date() - timedelta(days=60))
        ladder = dunning(
            unit=unit, dispute_hold=hold, levels=LEVELS,
            interest=InterestTerms(rate_bp=40, per="day"), pre_due=(Span.parse("-5d"),),
        )  # fmt: skip
        account_terms = terms(
            ladder,
            tolerance=tolerance,
            promise=PromiseTerms(max_open=3, max_per_year=1_000, max_days=400),
            plan=PlanTerms(max_instalments=3, first_within=10, max_days=60),
            alone=tuple(Alone(kind=kind, minor=ALONE) for kind in alone),
            approval=ApprovalTerms(max_age=Span.parse("15d")),
        )
        ledger = LedgerBooks(self.database)
        foreign = BookTerms(currency=self.books, rate_days=rate_days)
        here, there = (kept_in(one, account_terms, foreign) for one in (self.currency, self.abroad))
        self.run, self.other, self.nobody = Asked(here, ledger), Asked(there, ledger), Asked(here, ledger, NOBODY)
        self.runs = (self.run, self.other, self.nobody)
        self.rows: Rows = self.database.look(rows_of)

    # --- what every step needs ---------------------------------------------------------------------------------------

    def keep(self, pair: tuple[str, str], on: date) -> None:
        """Keep what the first of two currencies is worth in the second on a day."""
        told = Rate(unit=pair[0], quote=pair[1], rate=self.rates[pair], source="list")
        self.database.transact(keep_rate, told, on, "fin", self.now)

    @property
    def now(self) -> datetime:
        return self.run.now if self.runs else Run().now

    @property
    def today(self) -> date:
        return self.now.date()

    def step(self, what: str, work: Callable[[], Any]) -> Any:
        """Do something at a moment of its own; what is refused has changed no row of the money."""
        self.pass_time(timedelta(minutes=1))
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

    def about(self, command: Any) -> Any:
        """Tell the account that has it something about an invoice."""
        return self.send(command, run=self.holding(command.number))

    def pass_time(self, how_long: timedelta) -> None:
        """Let time pass in all accounts at once: what is due first happens first, or dates of numbers would go back."""
        until = self.run.now + how_long
        while due := [one for run in self.runs for one in first_due(run, until)]:
            moment = min(due)
            for run in self.runs:
                run.until(moment)
        for run in self.runs:
            run.until(until)

    def number(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from([invoice.number for invoice in self.rows.invoices])))

    def holding(self, number: str) -> Run:
        """Return the account in which an invoice is."""
        return self.of(next(invoice for invoice in self.rows.invoices if invoice.number == number))

    def receipt(self, data: st.DataObject) -> AnyRow:
        return data.draw(st.sampled_from(self.rows.receipts))

    def of(self, row: AnyRow) -> Run:
        """Return the account that has a receipt or an invoice."""
        return next(run for run in self.runs if self.account_id(run) == row.account_id)

    def account_id(self, run: Run) -> int:
        return self.rows.account_of(run.account.customer_id, run.account.currency)

    def late_words(self) -> list[Run]:
        """Return the accounts to which a word is still on its way that money came into them, or left them."""
        return [self.addressee(word) for run in self.runs for word in run.moved]

    def addressee(self, word: f.TellAccount) -> Run:
        return next(run for run in (self.run, self.other) if run.account.currency == word.currency)

    def hand_over(self) -> None:
        """Let every word between accounts arrive."""
        for run in self.runs:
            while run.moved:
                word = run.moved.pop(0)
                origin = f"account/CN01/{run.account.customer_id}/{run.account.currency}"
                told = c.ReceiptArrived(source=word.source, external_id=word.external_id, origin=origin)
                target = self.addressee(word)
                target.apply(told, SYSTEM, f"arrived-{word.external_id}-{target.account.version}")
                target.perform()

    # --- what holds after every step ---------------------------------------------------------------------------------

    @invariant()
    def everything_adds_up(self) -> None:
        self.rows = self.database.look(rows_of)
        recount(self.rows)
        m8(self.rows, self.books)
        exchanges(self.rows, self.books)
        self.what_came_in_is_what_was_reported()
        self.no_line_is_billed_beyond_its_order()
        self.the_account_and_the_deals_know_it()
        self.above_the_amount_two_people_agreed()
        self.commission_is_what_the_ledger_says()

    def what_came_in_is_what_was_reported(self) -> None:
        rows = self.rows
        reported = [receipt for receipt in rows.receipts if receipt.source != EXCHANGED]
        assert {receipt.external_id: receipt.minor for receipt in reported} == self.came
        cash: Counter[str] = Counter()
        for receipt in reported:
            cash[receipt.currency] += receipt.minor
        cash.subtract(self.bounced)
        # What was charged back after it had been paid back is claimed from the customer.
        bounced: Counter[str] = Counter()
        for invoice in rows.invoices:
            bounced[invoice.currency] += invoice.gross_minor if kind_of(invoice) == CHARGEBACK else 0
        currency = {receipt.id: receipt.currency for receipt in rows.receipts}
        for row in rows.returns:
            bounced[currency[row.receipt_id]] += row.minor if row.kind == "reversed" else 0
        assert bounced == self.bounced
        paid_back = {one.refund_id for one in rows.outcomes if one.outcome == "done"}
        for one in rows.refunds:
            cash[one.currency] -= one.minor if one.refund_id in paid_back else 0
        posted: Counter[str] = Counter()
        for leg in own_postings(rows):
            posted[leg.currency] += leg.minor if leg.account == "cash" else 0
        assert posted == cash

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
        late = self.late_words()
        for run in self.runs:
            if run in late:
                continue
            own = self.account_id(run)
            parts = [part for part in rows.parts if part.account_id == own]
            case = run.account.case
            assert case.open_minor == sum(part.amount_minor - active[part.id] for part in parts)
            assert case.items == sum(part.amount_minor > active[part.id] for part in parts)
            mine = [one for one in rows.receipts if one.account_id == own]
            assert case.unapplied_minor == sum(one.minor - used[one.id] - gone[one.id] for one in mine)
            assert min(case.disputed_minor, case.promised_minor) >= 0
            assert case.disputed_minor + case.promised_minor <= case.open_minor
            assert [pending for pending in run.account.pending if pending.parked] == []
        left: Counter[str] = Counter()
        number = {invoice.id: invoice.number for invoice in rows.invoices}
        for part in rows.parts:
            left[number[part.invoice_id]] += part.amount_minor - active[part.id]
        for run in (self.run, self.other):
            told = {word.number: word.open_minor for word in run.told}
            assert run in late or told == {one: left[one] for one in told}

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
            if self.runs:
                assert [check for check in self.database.look(invariants) if not check.holds] == []
                assert all(self.database.look(lambda connection: [title_of(one) for one in journal(connection)]))
                for run in self.runs:
                    blank, _ = open_account("CN01", run.account.customer_id, run.account.currency)
                    assert fold(blank, run.facts) == run.account
        finally:
            self.database.close()


def kept_in(currency: str, of: AccountTerms, books: BookTerms) -> AccountTerms:
    """Return terms of an account in a currency: that of the books needs none beside it, nor does one without books."""
    ladder = of.dunning.model_copy(update={"min_open": Money.zero(currency)})
    beside = None if books.currency in ("", currency) else books
    return of.model_copy(update={"currency": currency, "books": beside, "dunning": ladder})


def first_due(run: Run, until: datetime) -> list[datetime]:
    """Return when the next is due that an account does by itself, none when nothing is until then."""
    return [moment.at for moment in agenda(run.account)[:1] if moment.at <= until]


def amounts(lines: str) -> Counter[int]:
    """Return what stored lines come to at the prices of the order, by order line."""
    found: Counter[int] = Counter()
    for line in orjson.loads(lines):
        priced = line["priced_minor"]
        found[line["order_line"]] += line["net"]["minor"] if priced is None else priced
    return found
