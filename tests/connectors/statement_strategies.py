"""Statements of every shape that the formats can tell, for reading back what was written."""

from datetime import date

from hypothesis import strategies as st

from domain.money import Money
from domain.statements.statement import Balance, BalanceKind, Direction, Entry, Party, Payment, Statement, StatementKind

CURRENCIES = st.sampled_from(["EUR", "CNY", "JPY", "KWD"])
DAYS = st.dates(date(2020, 1, 1), date(2029, 12, 31))
WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh0123456789ÄÖÜäöüß中文发票 ", min_size=1, max_size=30).map(
    lambda text: "x" + " ".join(text.split())
)
PUNCTUATED = st.text("abc&<>\"'中%-/.: 19", min_size=1, max_size=40).map(lambda text: "x" + text.strip())
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=12)
ACCOUNTS = st.just("") | NAMES.map(lambda text: f"DE{text}")


def balances_of(entries: list[Entry], opening: int, currency: str, on: date) -> tuple[Balance, ...]:
    """Return an opening balance and the closing one that booked entries lead to."""
    closing = opening + sum(entry.amount.minor for entry in entries if entry.is_booked)
    ends = ((BalanceKind.OPENING_BOOKED, opening), (BalanceKind.CLOSING_BOOKED, closing))
    return tuple(Balance(code=code, amount=Money(minor=minor, currency=currency), on=on) for code, minor in ends)


@st.composite
def camt_statements(draw: st.DrawFn) -> Statement:
    kind = draw(st.sampled_from([StatementKind.CAMT_052, StatementKind.CAMT_053, StatementKind.CAMT_054]))
    currency = draw(CURRENCIES)
    entries = [
        _camt_entry(draw, index, currency) for index in range(1, draw(st.integers(min_value=1, max_value=4)) + 1)
    ]
    balances = balances_of(entries, draw(st.integers(-(10**9), 10**9)), currency, draw(DAYS))
    return Statement(
        kind=kind,
        version=draw(st.sampled_from(["001.02", "001.04", "001.08", "001.13"])),
        statement_id=draw(NAMES),
        account=draw(NAMES),
        number=draw(st.just("") | NAMES),
        currency=currency,
        balances=balances if kind is StatementKind.CAMT_053 else (),
        entries=tuple(entries),
    )


def _camt_entry(draw: st.DrawFn, index: int, currency: str) -> Entry:
    direction = draw(st.sampled_from(Direction))
    sign = 1 if direction is Direction.CREDIT else -1
    minor = sign * draw(st.integers(0, 10**12))
    payments = [
        Payment(
            amount=Money(minor=sign * draw(st.integers(1, 10**9)), currency=currency),
            end_to_end_id=draw(st.just("") | NAMES),
            mandate_id=draw(st.just("") | NAMES),
            servicer_reference=draw(st.just("") | NAMES),
            debtor=Party(name=draw(st.just("") | PUNCTUATED), account=draw(ACCOUNTS)),
            creditor=Party(name=draw(st.just("") | PUNCTUATED), account=draw(ACCOUNTS)),
            structured=tuple(draw(st.lists(NAMES, max_size=2))),
            unstructured=tuple(draw(st.lists(PUNCTUATED, max_size=3))),
            return_code=draw(st.sampled_from(["", "AC04"])),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Entry(
        index=index,
        direction=direction,
        amount=Money(minor=minor, currency=currency),
        state=draw(st.sampled_from(["BOOK", "PDNG", "INFO"])),
        booked_on=draw(st.none() | DAYS),
        valued_on=draw(st.none() | DAYS),
        is_reversal=draw(st.booleans()),
        servicer_reference=draw(st.just("") | NAMES),
        entry_reference=draw(st.just("") | NAMES),
        text=draw(st.just("") | PUNCTUATED),
        payments=tuple(payments),
    )


@st.composite
def mt_statements(draw: st.DrawFn) -> Statement:
    kind = draw(st.sampled_from([StatementKind.MT940, StatementKind.MT942]))
    currency = draw(CURRENCIES)
    entries = [_mt_entry(draw, index, currency) for index in range(1, draw(st.integers(1, 4)) + 1)]
    is_full = kind is StatementKind.MT940
    return Statement(
        kind=kind,
        statement_id=draw(NAMES),
        account=draw(NAMES),
        number=draw(st.integers(1, 99999).map(str)),
        currency=currency if is_full else None,
        balances=balances_of(entries, draw(st.integers(-(10**9), 10**9)), currency, draw(DAYS)) if is_full else (),
        entries=tuple(entries),
        information_blocks=len(entries),
    )


def _mt_entry(draw: st.DrawFn, index: int, currency: str) -> Entry:
    direction = draw(st.sampled_from(Direction))
    is_credit = direction is Direction.CREDIT
    amount = Money(minor=(1 if is_credit else -1) * draw(st.integers(1, 10**11)), currency=currency)
    valued_on = draw(DAYS)
    own = draw(st.just("") | NAMES.map(lambda text: f"R{text}"))
    reference = draw(st.just("") | NAMES.map(lambda text: f"B{text}"))
    other = Party(name=draw(st.just("") | WORDS), account=draw(ACCOUNTS))
    text = draw(st.just("") | WORDS)
    payment = Payment(
        amount=amount,
        end_to_end_id=draw(st.just("") | NAMES.map(lambda text: f"E{text}")),
        servicer_reference=reference,
        debtor=other if is_credit else Party(),
        creditor=Party() if is_credit else other,
        unstructured=(text,) if text else (),
    )
    return Entry(
        index=index,
        direction=direction,
        amount=amount,
        booked_on=draw(st.sampled_from([None, valued_on])),
        valued_on=valued_on,
        is_reversal=draw(st.booleans()),
        servicer_reference=reference,
        entry_reference=own,
        text=own,
        payments=(payment,),
    )
