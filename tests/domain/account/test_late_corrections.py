"""A receipt recorded late corrects at once the interest that was not owed, and a bounce has it claimed again."""

from domain.account import commands as c
from domain.account.events import DebitNoteIssued, InvoiceCredited, InvoicePartlyPaid
from domain.receivables.entries import Instalment
from domain.terms import InterestTerms, LadderLevel
from tests.domain.account.run import Run, at, cny, dunning, on, terms

LEVELS = (
    LadderLevel(id="reminder", day=3),
    LadderLevel(id="final", day=10, fee_minor=1_000, interest=True),
    LadderLevel(id="last", day=20, interest=True),
)
FINE = InterestTerms(rate_bp=5, per="day")


def late() -> Run:
    """Return an account that was claimed ten days of 50 fen and a fee of 1,000, on day 10."""
    run = Run(terms(dunning(levels=LEVELS, unit="customer", interest=FINE)))
    run.imported("A", 100_000, due_day=0)
    run.until(at(13))
    return run


def receive(run: Run, external_id: str, minor: int, value_day: int) -> None:
    run.send(
        c.RecordReceipt(
            source="bank", external_id=external_id, amount=cny(minor), value_date=on(value_day), invoices=("A",)
        )
    )


def test_money_from_before_the_notice_corrects_its_debit_note() -> None:
    run = late()
    receive(run, "r1", 100_000, value_day=4)
    # Four days of 50 fen, and six of the 12.04 that the money was short by after the fee and the interest.
    (credited,) = run.events(InvoiceCredited)
    assert (credited.number, credited.credit_note, credited.minor) == ("DN-2026-000001", "CN-2026-000001", 296)
    assert [(one.number, one.open_minor) for one in run.events(InvoicePartlyPaid)] == [("A", 1_204)]
    assert (run.account.case.open_minor, run.account.case.unapplied_minor) == (1_204, 0)
    assert run.book.balances["late_interest"] == -204
    assert sum(run.book.balances.values()) == 0


def test_money_that_was_known_corrects_nothing() -> None:
    run = late()
    receive(run, "r1", 100_000, value_day=13)
    receive(run, "r2", 1_500, value_day=13)
    assert run.events(InvoiceCredited) == []
    assert run.account.case.open_minor == 0


def test_when_it_bounces_the_next_level_alone_claims_again() -> None:
    run = late()
    receive(run, "r1", 100_000, value_day=4)
    run.send(c.ReverseReceiptNow(source="bank", external_id="r1", amount=cny(100_000), reason="bounced"), moment=at(14))
    assert (len(run.events(DebitNoteIssued)), run.account.case.open_minor) == (1, 101_204)
    run.until(at(21))
    _, again = run.events(DebitNoteIssued)
    assert (again.note.fee_minor, again.note.interest_minor) == (0, 296 + 500)
    run.until(at(90))
    assert len(run.events(DebitNoteIssued)) == 2


def test_cash_put_on_again_pays_the_older_instalment_and_frees_its_interest() -> None:
    """What it was taken off came open by a bounce; the oldest is paid first, so the interest upon that falls."""
    daily = InterestTerms(rate_bp=40, per="day")
    run = Run(terms(dunning(levels=LEVELS[1:], unit="invoice", interest=daily)))
    parts = tuple(
        Instalment(index=place, due_on=on(due), amount=cny(minor))
        for place, due, minor in ((1, 0, 15_000), (2, 9, 7_200))
    )
    run.send(c.ImportOpenItem(number="A", issued_on=on(-9), instalments=parts), moment=at(9))
    run.pay("r1", 22_100, "A")
    run.pay("r2", 100, "A")
    run.send(c.ReverseReceiptNow(source="bank", external_id="r1", amount=cny(7_300), reason="bounced"), moment=at(12))
    run.until(at(13))
    (note,) = run.events(DebitNoteIssued)
    # 15,000 for nine days, and 200 for the two between the cash and the notice: 540 + 1.6.
    assert (note.note.interest_minor, run.book.open["A", 1].open_minor, run.book.open["A", 2].open_minor) == (
        542,
        200,
        7_100,
    )
    run.send(c.Unallocate(source="bank", external_id="r2", reason="wrong"))
    run.send(c.Allocate(source="bank", external_id="r2", shares=(c.Share(number="A", minor=100),)))
    # Now 100 of it for those two days: 540 + 0.8.
    (credited,) = run.events(InvoiceCredited)
    assert (credited.number, credited.minor) == ("DN-2026-000001", 1)
    assert (run.book.open["A", 1].open_minor, run.book.open["A", 2].open_minor) == (100, 7_200)
    assert run.book.balances["late_interest"] == -541


def test_what_was_written_off_and_was_not_owed_is_credited_when_it_is_recovered() -> None:
    run = late()
    name = run.events(DebitNoteIssued)[0].note.number
    run.send(c.WriteOffNow(number=name, reason="small", evidence="x"))
    receive(run, "r1", 100_000, value_day=0)
    assert run.events(InvoiceCredited) == []
    run.pay("r2", 1_500, name)
    assert [(one.number, one.minor) for one in run.events(InvoiceCredited)] == [(name, 500)]
    assert (run.account.case.open_minor, run.account.case.unapplied_minor) == (0, 500)
    assert run.book.balances.get("late_interest", 0) == 0
    assert sum(run.book.balances.values()) == 0
