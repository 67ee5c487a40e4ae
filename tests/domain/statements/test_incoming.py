"""A booking becomes receipts: batches split where they add up, reversals told apart, references gathered."""

from datetime import date

import pytest

from domain.money import Money
from domain.statements.bookings import Booking, Doubt, key_of
from domain.statements.incoming import Incoming, Movement, incoming, reference
from domain.statements.posting import Outcome, first_outcome
from domain.statements.statement import Direction, Entry, Party, Payment
from domain.statements.told_exchange import ToldExchange

DAY = date(2026, 1, 5)


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


def payment(minor: int | None, name: str = "", **more: object) -> Payment:
    amount = None if minor is None else eur(minor)
    return Payment(amount=amount, debtor=Party(name=name), creditor=Party(name=f"to {name}")).model_copy(update=more)


def received(minor: int, *payments: Payment, **more: object) -> tuple[Incoming, ...]:
    side = Direction.DEBIT if minor < 0 else Direction.CREDIT
    entry = Entry(index=1, direction=side, amount=eur(minor), valued_on=DAY, payments=payments).model_copy(update=more)
    return incoming(Booking(booking_id="B-1", key=key_of("A", entry), entry=entry))


def test_a_batch_that_adds_up_is_split() -> None:
    first, second = received(300, payment(100, "A"), payment(200, "B"), batch_count=2)
    assert [(one.external_id, one.amount.minor, one.payer.name) for one in (first, second)] == [
        ("B-1/1", 100, "A"), ("B-1/2", 200, "B"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "payments",
    [
        (payment(100, "A"), payment(199, "B")), (payment(100, "A"), payment(None, "B")),
        (payment(100, "A"), payment(200, "B", amount=Money(minor=200, currency="SEK"))),
    ],
)  # fmt: skip
def test_a_batch_that_does_not_is_kept_whole(payments: tuple[Payment, ...]) -> None:
    (whole,) = received(300, *payments)
    assert (whole.external_id, whole.amount.minor, whole.payer) == ("B-1", 300, Party())


def test_a_batch_of_which_the_bank_shows_a_part_is_kept_whole() -> None:
    assert len(received(300, payment(100), payment(200), batch_count=3)) == 1


def test_a_single_payment_is_the_entry_whatever_it_says_of_itself() -> None:
    (whole,) = received(885, payment(10575, "A"))
    assert (whole.amount.minor, whole.payer.name) == (885, "A")
    assert received(885)[0].payer == Party()


@pytest.mark.parametrize(
    ("minor", "is_reversal", "code", "movement"),
    [
        (5, False, "", Movement.RECEIPT), (5, True, "", Movement.CAME_BACK), (5, False, "AC04", Movement.CAME_BACK),
        (-5, False, "", Movement.OUTGOING), (-5, True, "", Movement.TAKEN_BACK),
        (-5, False, "MD06", Movement.TAKEN_BACK),
    ],
)  # fmt: skip
def test_a_movement_is_told_by_direction_and_return(
    minor: int, is_reversal: bool, code: str, movement: Movement
) -> None:
    (found,) = received(minor, payment(minor, "A", return_code=code), is_reversal=is_reversal)
    assert (found.movement, found.amount.minor, found.return_code) == (movement, minor, code)
    assert found.payer.name == ("A" if minor > 0 else "to A")


@pytest.mark.parametrize(
    ("entry", "parts", "movements"),
    [
        (-100, (-150, 50), (Movement.OUTGOING, Movement.RECEIPT)),
        (100, (150, -50), (Movement.RECEIPT, Movement.OUTGOING)),
        (-100, (-100, 0), (Movement.OUTGOING, Movement.OUTGOING)),
        (100, (100, 0), (Movement.RECEIPT, Movement.RECEIPT)),
    ],
)
def test_a_part_of_a_batch_is_what_its_own_sign_says(
    entry: int, parts: tuple[int, ...], movements: tuple[Movement, ...]
) -> None:
    """A credit that a bank netted against debits was set aside as money that went out."""
    found = received(entry, *(payment(minor, str(minor)) for minor in parts))
    assert tuple(one.movement for one in found) == movements
    assert [one.amount.minor for one in found] == list(parts)
    names = [
        str(minor) if side is Movement.RECEIPT else f"to {minor}" for minor, side in zip(parts, movements, strict=True)
    ]
    assert [one.payer.name for one in found] == names


def test_a_part_that_came_back_is_told_by_its_own_sign() -> None:
    found = received(-100, payment(-150, return_code="AC04"), payment(50, return_code="AC04"))
    assert [one.movement for one in found] == [Movement.TAKEN_BACK, Movement.CAME_BACK]


def test_without_a_day_there_is_nothing_to_post() -> None:
    with pytest.raises(ValueError, match="entry 1 has no day"):
        received(5, valued_on=None)
    assert received(5, valued_on=None, booked_on=DAY)[0].value_date == DAY


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (("INV-1", "thanks"), "INV-1 thanks"),
        (("x" * 33 + " I", "NV-1 paid"), "x" * 33 + " I NV-1 paid " + "x" * 33 + " INV-1 paid"),
        (("x" * 20, "INV-1"), "x" * 20 + " INV-1"),
        ((" ", ""), ""),
    ],
)
def test_text_cut_at_the_end_of_a_full_line_is_given_both_ways(pieces: tuple[str, ...], text: str) -> None:
    assert reference(Payment(unstructured=pieces)) == text


def test_the_best_evidence_comes_first() -> None:
    told = Payment(structured=("RF18",), end_to_end_id="E2E", unstructured=("INV-1",))
    assert reference(told, "credit transfer") == "RF18 E2E INV-1 credit transfer"


def test_what_was_instructed_in_another_currency_states_its_rate() -> None:
    dollars = Money(minor=100_000, currency="USD")
    (one,) = received(91_000, payment(91_000, "A", original=dollars))
    assert str(one.rate) == "1 USD = 0.91 EUR (bank: 1,000.00 USD instructed)"
    (unknown,) = received(91_000, payment(None, "A", original=dollars))
    assert unknown.rate == one.rate
    for amounts in ({"original": eur(91_000)}, {"original": None}, {"original": dollars.negated()}):
        assert received(91_000, payment(91_000, "A", **amounts))[0].rate is None
    # What the entry has of it is not what the payment says: nobody knows which of the two was instructed.
    assert received(90_000, payment(91_000, "A", original=dollars))[0].rate is None
    assert received(-91_000, payment(-91_000, "A", original=dollars.negated()))[0].rate is None


def test_a_rate_that_is_not_of_its_amounts_is_asked_of_a_person_and_not_kept() -> None:
    dollars, told = Money(minor=100_000, currency="USD"), ToldExchange(rate="0.91", source="USD", target="EUR")
    (fits,) = received(91_000, payment(91_000, "A", original=dollars, exchanges=(told,)))
    assert (str(fits.rate), fits.rate_doubt) == ("1 USD = 0.91 EUR (bank: 1,000.00 USD instructed)", None)
    assert first_outcome(fits) == Outcome(status="ready")
    (off,) = received(92_000, payment(92_000, "A", original=dollars, exchanges=(told,)))
    assert off.rate is None
    assert off.rate_doubt is not None
    assert first_outcome(off) == Outcome(status="asked", reason=off.rate_doubt)
    # What may be counted already is asked first, and what is no receipt has no use for a rate.
    assert first_outcome(off, Doubt.DAY).reason != off.rate_doubt
    returned = received(92_000, payment(92_000, "A", original=dollars, exchanges=(told,), return_code="AC04"))
    assert first_outcome(returned[0]).reason != off.rate_doubt
    paid_out = received(-92_000, payment(-92_000, "A", original=dollars.negated(), exchanges=(told,)))
    assert (paid_out[0].rate_doubt, first_outcome(paid_out[0]).status) == (None, "set_aside")
