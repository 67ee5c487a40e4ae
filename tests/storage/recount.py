"""The invariants of money counted anew from the rows, by their definitions and not by the checks of `verify`."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from domain.receivables import postings as accounts
from domain.receivables.offers import DiscountOffer
from storage.rows import AnyRow
from storage.tables.billing import DEDUCTION
from storage.tables.exchange import DIFFERENCE, EXCHANGE_UNDONE, ITEM_WORTH, RECEIPT_EXCHANGE, RECEIPT_WORTH
from storage.tables.ledger import (
    ALLOCATION,
    CREDIT_NOTE,
    INSTALMENT,
    INVOICE,
    NUMBER,
    POSTING,
    RECEIPT,
    RECEIPT_RETURN,
)
from storage.tables.records import ACCOUNT
from storage.tables.refunds import REFUND, REFUND_OUTCOME

TABLES = {
    "invoices": INVOICE,
    "parts": INSTALMENT,
    "allocations": ALLOCATION,
    "notes": CREDIT_NOTE,
    "receipts": RECEIPT,
    "returns": RECEIPT_RETURN,
    "refunds": REFUND,
    "outcomes": REFUND_OUTCOME,
    "deductions": DEDUCTION,
    "postings": POSTING,
    "numbers": NUMBER,
    "item_worths": ITEM_WORTH,
    "receipt_worths": RECEIPT_WORTH,
    "differences": DIFFERENCE,
    "exchanges": RECEIPT_EXCHANGE,
    "undone": EXCHANGE_UNDONE,
}
LATE = {"fee": accounts.FEES, "interest": accounts.INTEREST}
CHARGEBACK = "chargeback"
CASH, SETTLING = "cash", ("cash", "tolerance", "discount")
EXCHANGED = "exchange"


class Rows(NamedTuple):
    """All that the ledger holds, as it is stored."""

    invoices: list[AnyRow]
    parts: list[AnyRow]
    allocations: list[AnyRow]
    notes: list[AnyRow]
    receipts: list[AnyRow]
    returns: list[AnyRow]
    refunds: list[AnyRow]
    outcomes: list[AnyRow]
    deductions: list[AnyRow]
    postings: list[AnyRow]
    numbers: list[AnyRow]
    item_worths: list[AnyRow]
    receipt_worths: list[AnyRow]
    differences: list[AnyRow]
    exchanges: list[AnyRow]
    undone: list[AnyRow]
    accounts: list[AnyRow]

    def account_of(self, customer_id: str, currency: str) -> int:
        """Return the id of a customer's account in a currency."""
        of = (customer_id, currency)
        return int(next(account.id for account in self.accounts if (account.customer_id, account.currency) == of))

    def currency_of(self, account_id: int) -> str:
        """Return the currency of an account."""
        return str(next(account.currency for account in self.accounts if account.id == account_id))


def rows_of(connection: Connection) -> Rows:
    """Read every row of the money."""
    found = {
        name: list(connection.execute(select(table).order_by(*table.primary_key.columns)))
        for name, table in TABLES.items()
    }
    accounts = select(ACCOUNT.c.id, ACCOUNT.c.customer_id, ACCOUNT.c.currency).order_by(ACCOUNT.c.id)
    return Rows(**found, accounts=list(connection.execute(accounts)))


def recount(rows: Rows) -> None:
    """Hold M1 to M7, M10 and M12, the numbers and the refunds of a ledger; an assertion names what does not add up.

    What money of other currencies adds to it (M8) is counted in `recount_exchange`.
    """
    m1(rows)
    m2(rows)
    m3_and_m10(rows)
    m4(rows)
    m5(rows)
    m6(rows)
    m7(rows)
    m12(rows)
    numbers_and_refunds(rows)


def half_up(exact: Fraction) -> int:
    """Return the nearest whole, half away from zero."""
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    return int(decimal.quantize(Decimal(1), ROUND_HALF_UP))


def sums(rows: Iterable[AnyRow], by: str, *kinds: str) -> Counter[Any]:
    """Return what rows come to by a column, of some kinds or of all."""
    found: Counter[Any] = Counter()
    for row in rows:
        key = getattr(row, by)
        if key is not None and (not kinds or row.kind in kinds):
            found[key] += row.minor
    return found


def m1(rows: Rows) -> None:
    """Per invoice: total = open + Σ active allocations, 0 ≤ open ≤ total; no reversal takes back more than there is."""
    active = sums(rows.allocations, "instalment_id")
    for part in rows.parts:
        open_minor = part.amount_minor - active[part.id]
        assert 0 <= open_minor <= part.amount_minor, part
        assert part.settled == (open_minor == 0), part
    back: Counter[int] = Counter()
    by_id = {one.id: one for one in rows.allocations}
    for one in rows.allocations:
        if one.reverses_id is not None:
            first = by_id[one.reverses_id]
            assert (one.instalment_id, one.receipt_id, one.kind) == (first.instalment_id, first.receipt_id, first.kind)
            back[first.id] -= one.minor
            assert back[first.id] <= first.minor, one


def m2(rows: Rows) -> None:
    """Per receipt: amount = unapplied + Σ allocations + refunded + reversed, all of them at least zero."""
    used, gone = sums(rows.allocations, "receipt_id", CASH), sums(rows.returns, "receipt_id")
    # What was let off for a payment goes with it; of a shortfall that was forgiven a credit note takes nothing back.
    beside = sums(rows.allocations, "receipt_id", *(("discount",) if rows.notes else ("tolerance", "discount")))
    for receipt in rows.receipts:
        assert used[receipt.id] >= 0, receipt
        assert gone[receipt.id] >= 0, receipt
        assert receipt.minor - used[receipt.id] - gone[receipt.id] >= 0, receipt
        assert used[receipt.id] or not beside[receipt.id], receipt


def m3_and_m10(rows: Rows) -> None:
    """Per account: what the documents come to is what the postings come to, in every posting account."""
    entries: Counter[tuple[str, str]] = Counter()
    for leg in rows.postings:
        entries[leg.entry, leg.currency] += leg.minor
    assert not any(entries.values()), entries
    posted: dict[int, Counter[str]] = defaultdict(Counter)
    for leg in own_postings(rows):
        posted[leg.account_id][leg.account] += leg.minor
    for account_id in {leg.account_id for leg in rows.postings}:
        expected = balances(Rows(*(_own(table, account_id, rows) for table in rows)))
        found = posted[account_id]
        if any(kind_of(invoice) == accounts.DEPOSITS for invoice in rows.invoices):
            # What of a deposit was given up moves with its credits, too: bad debt and what came back of it are one.
            for books in (expected, found):
                books[accounts.BAD_DEBT] += books.pop(accounts.RECOVERY, 0)
        assert {name: minor for name, minor in found.items() if minor} == {
            name: minor for name, minor in expected.items() if minor
        }, account_id


def own_postings(rows: Rows) -> list[AnyRow]:
    """Return what is posted in the currency of its account: what rates bring is posted in that of the books (M8)."""
    currency = {account.id: account.currency for account in rows.accounts}
    return [leg for leg in rows.postings if leg.currency == currency[leg.account_id]]


def _own(table: list[AnyRow], account_id: int, rows: Rows) -> list[AnyRow]:
    """Return the rows of one account; a return has that of its receipt."""
    if table is rows.returns:
        own = {receipt.id for receipt in rows.receipts if receipt.account_id == account_id}
        return [row for row in table if row.receipt_id in own]
    return [row for row in table if getattr(row, "account_id", account_id) == account_id]


def given_up(own: Rows, deposit: AnyRow) -> int:
    """Return the net of what was written off of a deposit and is neither deducted nor credited: nobody owes it."""
    parts = {part.id for part in own.parts if part.invoice_id == deposit.id}
    off = sum(one.minor for one in own.allocations if one.instalment_id in parts and one.kind == "writeoff")
    used = sum(one.minor for one in own.deductions if one.deposit_id == deposit.id)
    used += sum(note.gross_minor for note in own.notes if note.invoice_id == deposit.id)
    upto = [min(minor, deposit.gross_minor) for minor in (used, used + off)]
    return net_of_first(deposit, upto[1]) - net_of_first(deposit, upto[0])


def net_of_first(invoice: AnyRow, minor: int) -> int:
    """Return the net of the first units of an invoice: each tax category has its part of them."""
    if minor == invoice.gross_minor:
        return int(invoice.net_minor)
    net = reached = before = 0
    for part in orjson.loads(invoice.taxes):
        reached += part["base"]["minor"] + part["tax"]["minor"]
        upto, rate = half_up(Fraction(minor * reached, invoice.gross_minor)), Fraction(part["rate_bp"], 10_000)
        net += upto - before - half_up((upto - before) * rate / (1 + rate))
        before = upto
    return net


def balances(own: Rows) -> Counter[str]:
    """Return what the documents of one account come to, by posting account: debits are above zero.

    Deferred revenue is posted as earned on days to come, so that in the end none is left.
    """
    found: Counter[str] = Counter()
    kind = {invoice.id: kind_of(invoice) for invoice in own.invoices}
    for invoice in own.invoices:
        found[accounts.RECEIVABLE] += invoice.gross_minor - invoice.deducted_minor
    for document, sign in [*((invoice, -1) for invoice in own.invoices), *((note, 1) for note in own.notes)]:
        name = kind[document.id if sign < 0 else document.invoice_id]
        if name == CHARGEBACK:
            # The cash left twice; what is given up of the claim is lost.
            found[accounts.CASH if sign < 0 else accounts.BAD_DEBT] += sign * document.gross_minor
        elif name != "late":
            found[name] += sign * document.net_minor
            found[accounts.TAX] += sign * (document.gross_minor - document.net_minor)
    for part in own.parts:
        found[LATE.get(part.component, "")] -= part.amount_minor
    for off in own.deductions:
        found[accounts.DEPOSITS] += off.net_minor
        found[accounts.TAX] += off.minor - off.net_minor
    up = sum(given_up(own, invoice) for invoice in own.invoices if kind[invoice.id] == accounts.DEPOSITS)
    found.update({accounts.DEPOSITS: up, accounts.BAD_DEBT: -up})
    component = {part.id: LATE.get(part.component, "") for part in own.parts}
    for one in own.allocations:
        found[accounts.RECEIVABLE] -= one.minor
        _settled(found, one, component[one.instalment_id])
    found.update(_money(own))
    del found[""]
    return found


def _money(own: Rows) -> Counter[str]:
    """Return cash, what of it pays nothing, and what of it is on its way back."""
    came, gone = sum(row.minor for row in own.receipts), sum(row.minor for row in own.returns)
    # What was exchanged is where the bank has it: it went from one account of the customer into another.
    got = sum(row.minor for row in own.receipts if row.source == EXCHANGED)
    moved = got - sum(row.minor for row in own.returns if row.kind.startswith("exchange"))
    used = sum(row.minor for row in own.allocations if row.kind == CASH)
    done, here = {outcome.refund_id for outcome in own.outcomes}, {receipt.id for receipt in own.receipts}
    under_way = sum(one.minor for one in own.refunds if one.refund_id not in done and one.receipt_id in here)
    return Counter(
        {
            accounts.UNAPPLIED: used + gone - came,
            accounts.REFUNDS: -under_way,
            accounts.EXCHANGE: moved,
            accounts.CASH: came - gone - moved + under_way,
        }
    )


def kind_of(invoice: AnyRow) -> str:
    """Return what an invoice credits: revenue, a deposit, the opening balance.

    ``late`` is a debit note for fees and interest, ``chargeback`` one for money that was paid back and charged back.
    """
    if invoice.purpose == CHARGEBACK:
        return CHARGEBACK
    if invoice.number.startswith("DN-"):
        return "late"
    if invoice.deal_id is None:
        return accounts.OPENING
    return accounts.DEPOSITS if invoice.purpose == "deposit" else accounts.REVENUE


def _settled(found: Counter[str], one: AnyRow, late: str) -> None:
    match one.kind:
        case "discount":
            found[accounts.DISCOUNTS] += one.minor - one.tax_minor
            found[accounts.TAX] += one.tax_minor
        case "tolerance":
            found[accounts.TOLERANCE] += one.minor
        case "writeoff":
            # What is paid after all is income of its own: the bad debt stays what it was.
            found[accounts.BAD_DEBT if one.minor > 0 else accounts.RECOVERY] += one.minor
        case "credit" if late:
            found[late] += one.minor


def m4(rows: Rows) -> None:
    """A credit note = what it offsets, frees and restores of a deposit; capped by invoice, category and cash."""
    against, freed = sums(rows.allocations, "credit_note_id"), Counter[str]()
    for one in rows.allocations:
        if one.kind == CASH and one.reverses_id is not None:
            freed[one.reason] -= one.minor
    invoices = {invoice.id: invoice for invoice in rows.invoices}
    credited: Counter[int] = Counter()
    by_code: dict[int, Counter[str]] = defaultdict(Counter)
    for note in rows.notes:
        taxes = orjson.loads(note.taxes)
        credited[note.invoice_id] += note.gross_minor
        assert note.gross_minor == against[note.id] + note.restored_minor, note
        assert note.gross_minor == note.net_minor + sum(part["tax"]["minor"] for part in taxes), note
        assert 0 <= note.released_minor == freed[note.number], note
        assert note.released_minor + note.restored_minor <= note.gross_minor, note
        for part in taxes:
            by_code[note.invoice_id][part["code"]] += part["base"]["minor"] + part["tax"]["minor"]
    for invoice_id, minor in credited.items():
        invoice = invoices[invoice_id]
        assert minor <= invoice.gross_minor, invoice
        if minor == invoice.gross_minor:
            whole = {part["code"]: part["base"]["minor"] + part["tax"]["minor"] for part in orjson.loads(invoice.taxes)}
            assert {code: left for code, left in by_code[invoice_id].items() if left} == {
                code: minor for code, minor in whole.items() if minor
            }, invoice


def m5(rows: Rows) -> None:
    """An invoice = Σ lines net + Σ tax, the tax on each category's sum; its instalments are what is to be paid."""
    parts: Counter[int] = Counter()
    for part in rows.parts:
        parts[part.invoice_id] += part.amount_minor
    for invoice in rows.invoices:
        lines, taxes = orjson.loads(invoice.lines), orjson.loads(invoice.taxes)
        assert parts[invoice.id] == invoice.gross_minor - invoice.deducted_minor, invoice
        if not lines:
            assert invoice.net_minor == invoice.gross_minor, invoice
            continue
        assert invoice.net_minor == sum(line["net"]["minor"] for line in lines), invoice
        assert invoice.net_minor == sum(part["base"]["minor"] for part in taxes), invoice
        assert invoice.gross_minor == invoice.net_minor + sum(part["tax"]["minor"] for part in taxes), invoice
        for part in taxes:
            base, tax, rate = part["base"]["minor"], part["tax"]["minor"], Fraction(part["rate_bp"], 10_000)
            # On top of a net sum, or within a gross one.
            assert tax in (half_up(base * rate), half_up((base + tax) * rate / (1 + rate))), invoice


def m6(rows: Rows) -> None:
    """A deposit is deducted only as far as it was paid by then, and an invoice states what it deducts."""
    deposits = {invoice.id for invoice in rows.invoices if invoice.purpose == "deposit"}
    invoice_of = {part.id: part.invoice_id for part in rows.parts}
    off: Counter[int] = Counter()
    stated: Counter[int] = Counter()
    for one in rows.deductions:
        assert one.deposit_id in deposits, one
        off[one.deposit_id] += one.minor
        if one.minor > 0:
            stated[one.invoice_id] += one.minor
            paid = sum(
                cash.minor
                for cash in rows.allocations
                if invoice_of[cash.instalment_id] == one.deposit_id and cash.kind in SETTLING and cash.at <= one.at
            )
            assert off[one.deposit_id] <= paid, one
        assert off[one.deposit_id] >= 0, one
    for invoice in rows.invoices:
        assert invoice.deducted_minor == stated[invoice.id] <= invoice.gross_minor, invoice


def m7(rows: Rows) -> None:
    """Every amount is an integer, and every account has one currency."""
    for table in rows:
        for row in table:
            for name, value in row._mapping.items():
                if name.endswith("minor"):
                    assert type(value) is int, (name, row)
    kept: dict[int, set[str]] = defaultdict(set)
    for table in (rows.invoices, rows.notes, rows.receipts, own_postings(rows), rows.refunds):
        for row in table:
            kept[row.account_id].add(row.currency)
    assert all(len(currencies) == 1 for currencies in kept.values()), kept


def m12(rows: Rows) -> None:
    """A discount stands only beside cash of its own receipt in time, and that cash covers the discounted sum."""
    receipts = {receipt.id: receipt for receipt in rows.receipts}
    active: dict[int, Counter[tuple[str, int]]] = defaultdict(Counter)
    for one in rows.allocations:
        if one.receipt_id is not None:
            active[one.instalment_id][one.kind, one.receipt_id] += one.minor
    for part in rows.parts:
        taken = {receipt: minor for (kind, receipt), minor in active[part.id].items() if kind == "discount" and minor}
        if not taken:
            continue
        offer = DiscountOffer.model_validate_json(part.discount)
        cash = {receipt: minor for (kind, receipt), minor in active[part.id].items() if kind == CASH and minor}
        first = offer.steps[0]
        allowed = 0
        for receipt, off in taken.items():
            assert cash.get(receipt, 0) > 0, part
            day = receipts[receipt].value_date
            step = next(step for step in offer.steps if day <= step.latest)
            in_time = sum(minor for other, minor in cash.items() if receipts[other].value_date <= step.latest)
            # Cash covers it: so much off is at most the rate of what cash and discount settle together, rounded up.
            allowed += -(-step.minor * (in_time + off) // part.amount_minor) + 1
        assert 0 < sum(taken.values()) <= min(allowed, first.minor), part


def earned(rows: Rows, basis: str, rate_bp: int) -> int:
    """Return what one rule gives for all invoices as they are now (M11): of what is credited, nothing."""
    credited_net, credited = Counter[int](), Counter[int]()
    for note in rows.notes:
        credited_net[note.invoice_id] += note.net_minor
        credited[note.invoice_id] += note.gross_minor
    invoice_of = {part.id: part.invoice_id for part in rows.parts}
    cash: Counter[int] = Counter()
    for one in rows.allocations:
        if one.kind == CASH:
            cash[invoice_of[one.instalment_id]] += one.minor
    by_year: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    for invoice in rows.invoices:
        net, gross = invoice.net_minor - credited_net[invoice.id], invoice.gross_minor - credited[invoice.id]
        sold = invoice.deal_id is not None and (basis == "cash_received" or invoice.purpose != "deposit")
        if sold and gross > 0:
            paid = Fraction(cash[invoice.id], gross) if basis == "cash_received" else Fraction(1)
            by_year[invoice.issued_on.year, invoice.currency] += net * paid
    return sum(half_up(base * rate_bp / 10_000) for base in by_year.values())


def numbers_and_refunds(rows: Rows) -> None:
    """Numbers of a series are 1 to n with a document each and dates in order; a refund has one outcome (N2, N3, N6)."""
    series: dict[tuple[str, str, int], list[AnyRow]] = defaultdict(list)
    for number in rows.numbers:
        series[number.entity, number.series, number.year].append(number)
    documents = {(row.entity, row.number) for row in (*rows.invoices, *rows.notes)}
    for taken in series.values():
        assert [number.n for number in taken] == list(range(1, len(taken) + 1))
        assert [number.issued_on for number in taken] == sorted(number.issued_on for number in taken)
        assert all((number.entity, number.document) in documents for number in taken)
    billed = [(invoice.deal_id, invoice.item) for invoice in rows.invoices if invoice.deal_id is not None]
    assert len(billed) == len(set(billed))
    assert len({one.refund_id for one in rows.outcomes}) == len(rows.outcomes)
    back = sums(rows.returns, "receipt_id", "refunded", "refund_failed")
    failed = {one.refund_id for one in rows.outcomes if one.outcome == "failed"}
    kept: Counter[int] = Counter()
    for refund in rows.refunds:
        kept[refund.receipt_id] += 0 if refund.refund_id in failed else refund.minor
    assert {one: minor for one, minor in back.items() if minor} == {one: minor for one, minor in kept.items() if minor}
