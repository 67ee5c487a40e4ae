"""Money in, money against invoices, money back: every balance is exact and a repeat changes nothing."""

import pytest

from domain.account import effects as account
from domain.receivables.entries import Allocation
from domain.refusal import Code, Refused
from domain.terms import Tolerance
from storage.operations.ledger import LedgerBooks
from tests.storage.samples import HASH, KEY, NOW, at, cny, credit_all, imported, issue, opened, receipt


@pytest.fixture
async def number(ledger: LedgerBooks) -> str:
    await opened(ledger)
    return (await ledger.issue_invoice("k-issue", NOW, issue())).number


async def test_an_invoice_is_issued_once_per_billing_item(ledger: LedgerBooks, number: str) -> None:
    again = await ledger.issue_invoice("another key", NOW, issue())
    second = await ledger.issue_invoice("k2", NOW, issue(item="i2"))
    assert number == again.number == "INV-2026-000001"
    assert again.gross == cny(10_000)
    assert again.net == cny(8850)
    assert again.due_on == "2026-04-01"
    assert second.number == "INV-2026-000002"


async def test_another_amount_for_the_same_item_is_refused(ledger: LedgerBooks, number: str) -> None:
    with pytest.raises(Refused) as refused:
        await ledger.issue_invoice("k", NOW, issue(minor=20_000))
    assert refused.value.code is Code.IDEM


async def test_a_date_before_the_last_in_the_series_is_refused_and_takes_no_number(
    ledger: LedgerBooks, number: str
) -> None:
    with pytest.raises(Refused) as refused:
        await ledger.issue_invoice("k2", NOW, issue(item="i2", on=NOW.date().replace(day=1)))
    assert refused.value.code is Code.PERIOD
    assert (await ledger.issue_invoice("k3", NOW, issue(item="i3"))).number == "INV-2026-000002"


async def test_a_receipt_that_names_its_invoice_settles_it(ledger: LedgerBooks, number: str) -> None:
    moved = await ledger.operate("r1", at(20), receipt("b1", 10_000, [number]))
    assert [(c.number, c.before_minor, c.open_minor, c.deal_id) for c in moved.changes] == [(number, 10_000, 0, "d1")]
    assert moved.allocations == (Allocation(number=number, instalment=1, kind="cash", minor=10_000),)
    assert moved.unapplied_minor == 0
    assert (moved.case.open_minor, moved.case.items, moved.case.unapplied_minor) == (0, 0, 0)
    assert moved.case.next is None


async def test_the_same_effect_again_gets_its_first_answer(ledger: LedgerBooks, number: str) -> None:
    first = await ledger.operate("r1", at(20), receipt("b1", 4_000, [number]))
    again = await ledger.operate("r1", at(21), receipt("b1", 4_000, [number]))
    assert again == first
    assert not again.repeated
    assert first.case.open_minor == 6_000


async def test_the_same_receipt_by_another_command_is_known(ledger: LedgerBooks, number: str) -> None:
    first = await ledger.operate("r1", at(20), receipt("b1", 4_000, [number]))
    again = await ledger.operate("r2", at(21), receipt("b1", 4_000, [number]))
    assert again.repeated
    assert again.changes == ()
    assert (again.reference, again.allocations) == (first.reference, first.allocations)
    assert again.case.open_minor == 6_000


async def test_the_same_receipt_with_other_content_is_refused(ledger: LedgerBooks, number: str) -> None:
    await ledger.operate("r1", at(20), receipt("b1", 4_000, [number]))
    with pytest.raises(Refused) as refused:
        await ledger.operate("r2", at(20), receipt("b1", 5_000, [number]))
    assert refused.value.code is Code.IDEM
    refreshed = await ledger.operate("x", at(20), account.RefreshCase(terms_hash=HASH, **KEY))
    assert refreshed.case.open_minor == 6_000


async def test_money_of_another_currency_is_refused(ledger: LedgerBooks, number: str) -> None:
    effect = receipt("b1", 4_000, [number])
    dollars = effect.receipt.model_copy(update={"amount": cny(1).model_copy(update={"currency": "USD"})})
    with pytest.raises(Refused) as refused:
        await ledger.operate("r1", at(20), effect.model_copy(update={"receipt": dollars}))
    assert refused.value.code is Code.CCY


async def test_too_much_stays_unapplied_and_is_allocated_by_name_later(ledger: LedgerBooks, number: str) -> None:
    moved = await ledger.operate("r1", at(20), receipt("b1", 12_000, [number]))
    assert (moved.unapplied_minor, moved.case.unapplied_minor) == (2_000, 2_000)
    await ledger.operate("i", at(20), imported("OLD-1", 5_000))
    shares = account.AllocateReceipt(
        source="bank", external_id="b1", shares=(("OLD-1", 2_000),), terms_hash=HASH, **KEY
    )
    after = await ledger.operate("a", at(21), shares)
    assert (after.unapplied_minor, after.case.unapplied_minor, after.case.open_minor) == (0, 0, 3_000)
    with pytest.raises(Refused) as refused:
        await ledger.operate("a2", at(21), shares)
    assert refused.value.code is Code.AMOUNT


async def test_taking_back_and_putting_again_restores_the_same_state(ledger: LedgerBooks, number: str) -> None:
    paid = await ledger.operate("r1", at(20), receipt("b1", 10_000, [number]))
    back = account.UnallocateReceipt(
        source="bank", external_id="b1", numbers=(), reason="wrong invoice", terms_hash=HASH, **KEY
    )
    undone = await ledger.operate("u", at(21), back)
    assert undone.changes[0].open_minor == 10_000
    # The cash is still there and covers it: no letter is due.
    assert (undone.case.next, undone.case.unapplied_minor) == (None, 10_000)
    again = account.AllocateReceipt(source="bank", external_id="b1", shares=((number, 10_000),), terms_hash=HASH, **KEY)
    redone = await ledger.operate("a", at(22), again)
    assert redone.case.model_copy(update={"revision": 0}) == paid.case.model_copy(update={"revision": 0})
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(10_000), reason="R01", terms_hash=HASH, **KEY
    )
    gone = await ledger.operate("x", at(23), bounce)
    assert gone.case.next is not None
    assert gone.case.next.at == at(4, month=4)


async def test_what_was_put_on_an_invoice_twice_is_taken_back_whole_or_newest_first(
    ledger: LedgerBooks, number: str
) -> None:
    await ledger.operate("r", at(20), receipt("b1", 700))
    for key, minor in (("a1", 400), ("a2", 300)):
        shares = account.AllocateReceipt(
            source="bank", external_id="b1", shares=((number, minor),), terms_hash=HASH, **KEY
        )
        await ledger.operate(key, at(20), shares)
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(350), reason="R01", terms_hash=HASH, **KEY
    )
    bounced = await ledger.operate("x", at(21), bounce)
    assert [part.minor for part in bounced.allocations] == [300, 50]
    assert await ledger.operate("x", at(21), bounce) == bounced
    assert bounced.changes[0].open_minor == 9_650
    back = account.UnallocateReceipt(
        source="bank", external_id="b1", numbers=(), reason="wrong", terms_hash=HASH, **KEY
    )
    undone = await ledger.operate("u", at(22), back)
    assert [part.minor for part in undone.allocations] == [350]
    assert (undone.changes[0].open_minor, undone.unapplied_minor) == (10_000, 350)


async def test_a_bounce_opens_the_invoice_again_under_its_old_due_date(ledger: LedgerBooks, number: str) -> None:
    await ledger.operate("r1", at(20), receipt("b1", 10_000, [number]))
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(3_000), reason="R01", terms_hash=HASH, **KEY
    )
    moved = await ledger.operate("x", at(21), bounce)
    assert moved.changes[0].open_minor == 3_000
    assert moved.unapplied_minor == 0
    assert moved.case.oldest_due_on == at(1, month=4).date()
    with pytest.raises(Refused) as refused:
        await ledger.operate("x2", at(22), bounce.model_copy(update={"amount": cny(7_001)}))
    assert refused.value.code is Code.AMOUNT


async def test_a_shortfall_within_tolerance_settles_and_bounces_with_its_cash(ledger: LedgerBooks, number: str) -> None:
    effect = receipt("b1", 9_990, [number], tolerance=Tolerance(minor=10, bp=50))
    moved = await ledger.operate("r1", at(20), effect)
    assert [(part.kind, part.minor) for part in moved.allocations] == [("cash", 9_990), ("tolerance", 10)]
    assert moved.changes[0].open_minor == 0
    bounce = account.ReverseReceipt(
        source="bank", external_id="b1", amount=cny(9_990), reason="R01", terms_hash=HASH, **KEY
    )
    assert (await ledger.operate("x", at(21), bounce)).changes[0].open_minor == 10_000


async def test_two_possible_answers_are_a_question(ledger: LedgerBooks) -> None:
    await opened(ledger)
    for nth in (1, 2):
        await ledger.operate(f"i{nth}", NOW, imported(f"OLD-{nth}", 700))
    moved = await ledger.operate("r", at(20), receipt("b1", 700))
    assert moved.match is not None
    assert moved.match.candidates == (("OLD-1",), ("OLD-2",))
    assert (moved.allocations, moved.unapplied_minor) == ((), 700)


async def test_a_cancelled_deal_credits_the_whole_and_what_was_paid_is_unapplied(
    ledger: LedgerBooks, number: str
) -> None:
    await ledger.operate("r1", at(20), receipt("b1", 4_000, [number]))
    credited = await ledger.credit_invoice("c", at(21), credit_all(number, at(21).date()))
    assert (credited.credit_note, credited.amount) == ("CN-2026-000001", cny(10_000))
    assert await ledger.credit_invoice("c", at(22), credit_all(number, at(21).date())) == credited
    nothing = await ledger.credit_invoice("c2", at(22), credit_all(number, at(22).date()))
    assert (nothing.credit_note, nothing.amount) == ("", cny(0))
    case = (await ledger.operate("x", at(22), account.RefreshCase(terms_hash=HASH, **KEY))).case
    assert (case.open_minor, case.unapplied_minor) == (0, 4_000)


async def test_a_write_off_names_itself_and_no_more_than_is_open(ledger: LedgerBooks, number: str) -> None:
    effect = account.WriteOff(number=number, minor=None, reason="insolvent", terms_hash=HASH, **KEY)
    moved = await ledger.operate("w", at(20), effect)
    assert (moved.minor, moved.changes[0].written_off, moved.changes[0].open_minor) == (10_000, True, 0)
    with pytest.raises(Refused) as refused:
        await ledger.operate("w2", at(20), effect)
    assert refused.value.code is Code.AMOUNT


async def test_an_unknown_invoice_is_refused(ledger: LedgerBooks, number: str) -> None:
    with pytest.raises(Refused) as refused:
        await ledger.operate("w", at(20), account.WriteOff(number="X", minor=1, reason="r", terms_hash=HASH, **KEY))
    assert refused.value.code is Code.NOTFOUND


async def test_an_open_item_is_imported_once(ledger: LedgerBooks) -> None:
    await opened(ledger)
    first = await ledger.operate("i", NOW, imported("007", 700))
    again = await ledger.operate("j", NOW, imported("007", 700))
    assert (first.repeated, again.repeated, again.case.open_minor) == (False, True, 700)
    with pytest.raises(Refused) as refused:
        await ledger.operate("k", NOW, imported("007", 701))
    assert refused.value.code is Code.IDEM


async def test_a_candidate_within_tolerance_is_settled_and_a_larger_shortfall_stays_open(ledger: LedgerBooks) -> None:
    """Two items are as near to the amount: a person chooses one, and what is missing of it is written off."""
    await opened(ledger)
    for number in ("OLD-1", "OLD-2", "OLD-3"):
        await ledger.operate(number, NOW, imported(number, 10_000))
    little = Tolerance(minor=20, bp=100)
    asked = await ledger.operate("r", at(20), receipt("b1", 9_990, tolerance=little))
    assert asked.match is not None
    assert asked.match.candidates == (("OLD-1",), ("OLD-2",), ("OLD-3",))
    told = {"source": "bank", "external_id": "b1", "tolerance": little, "terms_hash": HASH, **KEY}
    short = await ledger.operate("a1", at(21), account.AllocateReceipt(shares=(("OLD-1", 9_979),), **told))
    assert [(part.kind, part.minor) for part in short.allocations] == [("cash", 9_979)]
    assert short.case.open_minor == 20_021
    taken = account.UnallocateReceipt(
        source="bank", external_id="b1", numbers=(), reason="again", terms_hash=HASH, **KEY
    )
    await ledger.operate("u", at(21), taken)
    paid = await ledger.operate("a2", at(22), account.AllocateReceipt(shares=(("OLD-2", 9_990),), **told))
    assert [(part.kind, part.minor) for part in paid.allocations] == [("cash", 9_990), ("tolerance", 10)]
    assert [(one.number, one.open_minor) for one in paid.changes] == [("OLD-2", 0)]
    gone = await ledger.operate("u2", at(23), taken)
    assert [(one.number, one.open_minor) for one in gone.changes] == [("OLD-2", 10_000)]
