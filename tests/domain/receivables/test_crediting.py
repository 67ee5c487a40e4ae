"""Credit notes are positive, capped by what is open or paid, and together undo the invoice to the cent."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.receivables.crediting import credit_note_of, credit_plan
from domain.receivables.entries import Allocation, AppliedCash, CreditNote
from domain.receivables.invoicing import invoice_of
from domain.receivables.postings import REVENUE, of_credit, of_invoice
from domain.refusal import Code, Refused
from domain.terms import TaxRate
from tests.domain.receivables.samples import item
from tests.domain.receivables.test_invoicing import ask, line


def cash(minor: int, external_id: str = "1", instalment: int = 1) -> AppliedCash:
    allocation = Allocation(number="a", instalment=instalment, kind="cash", minor=minor)
    return AppliedCash(source="bank", external_id=external_id, allocation=allocation)


def test_the_open_part_is_offset_and_the_rest_is_released() -> None:
    """G17: 1000 of which 400 are paid, credit 700: 600 offset, 100 become unapplied cash."""
    plan = credit_plan([item("a", 600, amount_minor=1000)], [cash(400)], 700)
    assert (plan.minor, plan.released_minor) == (700, 100)
    assert [(part.kind, part.minor) for part in plan.allocations] == [("credit", 700)]


def test_the_newest_cash_is_released_first() -> None:
    plan = credit_plan([item("a", 0, amount_minor=100)], [cash(60, "old"), cash(40, "new")], 50)
    assert [(entry.external_id, entry.allocation.minor) for entry in plan.released] == [("new", 40), ("old", 10)]


@pytest.mark.parametrize("minor", [0, -1, 1001])
def test_more_than_open_plus_paid_is_refused(minor: int) -> None:
    with pytest.raises(Refused) as refused:
        credit_plan([item("a", 600, amount_minor=1000)], [cash(400)], minor)
    assert refused.value.code == Code.AMOUNT


def test_no_amount_means_what_is_open_and_nothing_open_is_nothing_to_credit() -> None:
    assert credit_plan([item("a", 600, amount_minor=1000)], [cash(400)], None).minor == 600
    with pytest.raises(Refused):
        credit_plan([item("a", 0, amount_minor=1000)], [cash(1000)], None)


def test_the_tax_of_a_full_credit_is_that_of_the_invoice() -> None:
    """G3: 7612.50 at 19 %: +1446.38, positive."""
    invoice = invoice_of(ask(line(1, 761250, code="S19"), rates=(TaxRate(code="S19", rate_bp=1900),)), "n")
    plan = credit_plan([item("n", invoice.gross.minor)], [], None)
    note = credit_note_of(invoice, plan, "CN-1", date(2026, 3, 3), "wrong price", 0)
    assert (note.net.minor, note.taxes[0].tax.minor, note.gross.minor) == (761250, 144638, 905888)
    assert (note.offset_minor, note.released_minor) == (905888, 0)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=4), st.lists(st.integers(1, 10**5), max_size=5))
def test_credit_notes_of_all_of_it_undo_all_of_it(prices: list[int], credits: list[int]) -> None:
    lines = [line(place, minor, code="S13" if place % 2 else "S6") for place, minor in enumerate(prices, 1)]
    invoice = invoice_of(ask(*lines), "n")
    done, notes, left = 0, list[CreditNote](), invoice.gross.minor
    for minor in [*credits, left]:
        wanted = min(minor, left)
        if wanted:
            plan = credit_plan([item("n", left, amount_minor=invoice.gross.minor)], [], wanted)
            notes.append(credit_note_of(invoice, plan, "CN", date(2026, 3, 3), "r", done))
            done, left = done + wanted, left - wanted
    assert left == 0
    for place, whole in enumerate(invoice.taxes):
        assert sum(note.taxes[place].tax.minor for note in notes) == whole.tax.minor
        assert sum(note.taxes[place].base.minor for note in notes) == whole.base.minor
    legs = [leg for note in notes for leg in of_credit(note)]
    for account in {leg.account for leg in of_invoice(invoice)}:
        issued = sum(leg.minor for leg in of_invoice(invoice) if leg.account == account)
        assert sum(leg.minor for leg in legs if leg.account == account) == -issued
    assert all(note.net.minor >= 0 and note.gross.minor > 0 for note in notes)
    assert REVENUE in {leg.account for leg in of_invoice(invoice)}
