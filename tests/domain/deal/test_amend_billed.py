"""Whatever is amended after whatever is billed, what is invoiced less what is credited is what is ordered (M6)."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deal import commands as c
from domain.deal import effects as f
from domain.deal.reading import order_lines
from domain.deal.state import Stage
from domain.money import Money
from domain.quotes import QuoteLine
from domain.quoting import amounts_of
from domain.receivables.billed import billed
from domain.refusal import Refused
from domain.terms import BillingPart, FulfilmentTerms, PartKind, Trigger
from tests.domain.deal.driver import SALES, Driver, cny, line
from tests.domain.deal.terms_fixture import TERMS, terms

PARTS = (
    BillingPart(id="deposit", kind=PartKind.DEPOSIT, share_bp=2_000, upon=Trigger.ORDERED),
    BillingPart(id="order", share_bp=1_333, upon=Trigger.ORDERED),
    BillingPart(id="delivery", share_bp=3_334, upon=Trigger.DELIVERED),
    BillingPart(id="acceptance", share_bp=3_333, upon=Trigger.ACCEPTED),
)
BILLED = terms(
    billing=TERMS.billing.model_copy(update={"parts": PARTS}),
    fulfilment=FulfilmentTerms(acceptance_required=True),
)
FIRST = (line(1, "7", "99.99", "99.99"), line(2, "3", "0.01", "0.01"), line(3, "10", "333.33", "333.33"))


class Books:
    """What the invoices and credit notes of a deal come to, by order line, as its effects ask for them."""

    def __init__(self, deal: Driver) -> None:
        self.deal = deal
        self.minor: Counter[int] = Counter()
        self.items: list[str] = []

    def settle(self) -> None:
        """Let everything happen that is asked of the outside."""
        while self.deal.deal.pending:
            kind = self.deal.deal.pending[0].effect.kind
            effect = self.deal.waiting_first(kind)
            self.deal.answer_first(kind, self._answer(effect))

    def _answer(self, effect: f.DealEffect) -> object:
        if isinstance(effect, f.IssueInvoice):
            self.items.append(effect.item)
            if effect.purpose == "standard":
                self.minor.update({one.position: b.minor for one, b in zip(effect.lines, billed(effect), strict=True)})
            some = cny("1.00")
            return c.Issued(item=effect.item, number=f"INV-{effect.item}", net=some, gross=some, due_on="2026-12-01")
        if isinstance(effect, f.CreditInvoice):
            assert effect.items
            assert all(one.minor > 0 for one in effect.amounts)
            self.minor.subtract({one.position: one.minor for one in effect.amounts})
            return c.Credited(number="", credit_note="", amount=Money.zero("CNY"))
        return c.Booked(erp_reference="SO-1") if isinstance(effect, f.CreateOrder) else c.Done()


def ordered(d: Driver) -> dict[int, int]:
    lines = order_lines(d.deal)
    return {one.position: amount.minor for one, amount in zip(lines, amounts_of(lines), strict=True)}


def changed(quantities: tuple[int, int, int]) -> tuple[QuoteLine, ...]:
    lines = (one.model_copy(update={"quantity": str(n)}) for one, n in zip(FIRST, quantities, strict=True) if n)
    return tuple(lines)


QUANTITIES = st.tuples(st.integers(0, 7), st.integers(0, 3), st.integers(1, 10))


@settings(deadline=None, max_examples=60)
@given(early=st.lists(QUANTITIES, max_size=3), late=st.lists(QUANTITIES, max_size=3))
def test_what_is_invoiced_less_what_is_credited_is_what_is_ordered(
    early: list[tuple[int, int, int]], late: list[tuple[int, int, int]]
) -> None:
    d = Driver(BILLED, ()).ordered(*FIRST)
    books = Books(d)
    books.settle()
    for amendments in (early, late):
        for quantities in amendments:
            try:
                d.do(c.Amend(lines=changed(quantities), reason="changed"), SALES)
            except Refused:
                continue
            books.settle()
            assert all(0 <= books.minor[place] <= minor for place, minor in ordered(d).items())
            assert all(not minor for place, minor in books.minor.items() if place not in ordered(d))
        if not d.deal.fulfilment.complete:
            d.do(c.RecordDelivery())
            books.settle()
    d.do(c.AcceptDelivery(accepted_by="customer"))
    books.settle()
    assert {place: minor for place, minor in books.minor.items() if minor} == ordered(d)
    assert len(set(books.items)) == len(books.items)
    assert d.stage() is Stage.ACTIVE


def test_a_change_that_lowers_one_line_and_raises_another_bills_and_credits() -> None:
    d = Driver(BILLED, ()).ordered(*FIRST)
    books = Books(d)
    books.settle()
    d.do(c.Amend(lines=changed((3, 3, 10)), reason="less"))
    books.settle()
    assert d.do(c.Amend(lines=changed((7, 3, 5)), reason="other")) == (
        "order_amended", "delta_due", "reduction_required",
    )  # fmt: skip
    delta = d.waiting("issue_invoice").effect
    assert isinstance(delta, f.IssueInvoice)
    assert (delta.item, [one.position for one in delta.lines]) == ("amendment:r3", [1])
    # Of 80 % that are not the deposit, 13.33 % are billed: of 699.93 and of 299.97, 116.63 less 49.98.
    assert delta.amounts == (f.LineAmount(position=1, minor=6_665),)
    assert (delta.deposit_item, delta.deduct_upto_bp, delta.whole_bp) == ("deposit", 1_333, 8_000)
