"""M8 counted anew from the rows, by its definition: both currencies, every difference once, every exchange exact."""

import re
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction

from domain.money import exponent
from domain.receivables import postings as accounts
from storage.rows import AnyRow
from tests.storage.recount import CASH, EXCHANGED, Rows, half_up, sums

_SAID = re.compile(r"1 (?P<unit>[A-Z]{3}) = (?P<rate>[0-9.]+) (?P<quote>[A-Z]{3})")


def m8(rows: Rows, books: str) -> None:
    """Per item of a foreign currency: open in both currencies or in neither; what rates brought is posted once."""
    worths_are_kept(rows, books)
    told = brought(rows)
    kept: Counter[int] = sums(rows.differences, "instalment_id")
    assert [*kept.keys() - told.keys()] == []
    assert {item: kept[item] for item in told} == told
    posted: dict[int, Counter[str]] = defaultdict(Counter)
    currency = {account.id: account.currency for account in rows.accounts}
    for leg in rows.postings:
        if leg.currency != currency[leg.account_id]:
            assert leg.currency == books, leg
            posted[leg.account_id][leg.account] += leg.minor
    expected: dict[int, Counter[str]] = defaultdict(Counter)
    account_of = {part.id: part.account_id for part in rows.parts}
    for item, minor in told.items():
        of_account = expected[account_of[item]]
        of_account[accounts.EXCHANGE_GAIN if minor > 0 else accounts.EXCHANGE_LOSS] -= minor
        of_account[accounts.EXCHANGE] += minor
    assert _left(posted) == _left(expected)


def _left(posted: dict[int, Counter[str]]) -> dict[int, dict[str, int]]:
    found = {one: {name: minor for name, minor in legs.items() if minor} for one, legs in posted.items()}
    return {one: legs for one, legs in found.items() if legs}


def worths_are_kept(rows: Rows, books: str) -> None:
    """What cash pays in an account of a foreign currency has a worth in the books, on both sides; nothing else has."""
    currency = {account.id: account.currency for account in rows.accounts}
    items, receipts = ({row[0] for row in table} for table in (rows.item_worths, rows.receipt_worths))
    assert {row.currency for row in (*rows.item_worths, *rows.receipt_worths)} <= {books}
    for one in rows.allocations:
        if one.kind == CASH:
            foreign = bool(books) and currency[one.account_id] != books
            assert (one.instalment_id in items) == (one.receipt_id in receipts) == foreign, one


def brought(rows: Rows) -> Counter[int]:
    """Return what rates have brought of each item: what its cash was worth, less what it pays was worth."""
    found: Counter[int] = Counter()
    worth = {row.receipt_id: row.minor for row in rows.receipt_worths}
    whole = {row.id: row.minor for row in rows.receipts}
    paid: dict[int, Counter[int]] = defaultdict(Counter)
    for one in rows.allocations:
        if one.kind == CASH:
            paid[one.receipt_id][one.instalment_id] += one.minor
    for receipt, minor in worth.items():
        before = 0
        for item, cash in sorted(paid[receipt].items()):
            found[item] += minor * (before + cash) // whole[receipt] - minor * before // whole[receipt]
            before += cash
    active, cash_of = sums(rows.allocations, "instalment_id"), sums(rows.allocations, "instalment_id", CASH)
    amount = {part.id: part.amount_minor for part in rows.parts}
    for row in rows.item_worths:
        item = row.instalment_id
        upto, without = (row.minor * minor // amount[item] for minor in (active[item], active[item] - cash_of[item]))
        found[item] -= upto - without
        assert (active[item] == amount[item]) == (upto == row.minor), row
    return found


def exchanges(rows: Rows, books: str) -> None:
    """Of each exchange: what left one receipt is what came into another, at the rate that is kept with it."""
    receipts = {row.id: row for row in rows.receipts}
    undone = {row.exchange_id for row in rows.undone}
    out, back, returned, gone = (
        sums(rows.returns, "receipt_id", kind)
        for kind in ("exchanged", "exchange_undone", "exchange_returned", "refunded")
    )
    used = sums(rows.allocations, "receipt_id", CASH)
    given: Counter[int] = Counter()
    taken: Counter[int] = Counter()
    for one in rows.exchanges:
        source, target = receipts[one.from_receipt_id], receipts[one.to_receipt_id]
        assert (source.currency, target.currency) == (one.given_currency, one.got_currency)
        assert source.source != target.source == EXCHANGED
        assert (target.external_id, target.minor) == (one.external_id, one.got_minor)
        assert at_its_rate(one), one
        given[source.id] += one.given_minor
        taken[source.id] += one.given_minor if one.id in undone else 0
        assert returned[target.id] == (one.got_minor if one.id in undone else 0), one
        assert one.id not in undone or not used[target.id], one
        assert not gone[target.id], one
    for receipt in receipts:
        assert (out[receipt], -back[receipt]) == (given[receipt], taken[receipt])
    worth = {row.receipt_id: row.minor for row in rows.receipt_worths}
    for one in rows.exchanges:
        if one.given_currency == books and one.to_receipt_id in worth:
            assert worth[one.to_receipt_id] == one.given_minor, one
    made = {one.to_receipt_id for one in rows.exchanges}
    assert made == {row.id for row in rows.receipts if row.source == EXCHANGED}


def at_its_rate(one: AnyRow) -> bool:
    """Tell whether either side of an exchange, at its rate, is the other."""
    said = _SAID.match(one.rate)
    assert said is not None, one
    rate = Fraction(Decimal(said["rate"]))
    if said["unit"] != one.given_currency:
        rate = 1 / rate
    shift = Fraction(10) ** (exponent(one.got_currency) - exponent(one.given_currency))
    there, here = half_up(one.given_minor * rate * shift), half_up(one.got_minor / (rate * shift))
    return bool(there == one.got_minor or here == one.given_minor)
