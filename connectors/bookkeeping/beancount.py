"""The journal as a beancount file: plain text that bean-check proves; the same books give the same bytes.

The accounts are ours under the roots that beancount knows, one set for each legal entity: ``Assets:CN01:Receivable``.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from domain.money import Money
from domain.receivables.chart import Side, side_of
from domain.receivables.journal import AccountBalance, JournalEntry, balances_of

_ROOTS = {
    Side.ASSET: "Assets",
    Side.LIABILITY: "Liabilities",
    Side.EQUITY: "Equity",
    Side.INCOME: "Income",
    Side.EXPENSE: "Expenses",
}
_TITLES = {
    "invoice": "Invoice 发票",
    "earned": "Revenue earned 收入确认",
    "credit_note": "Credit note 红字发票",
    "release": "Cash released 释放收款",
    "receipt": "Receipt 收款",
    "allocation": "Cash applied 核销",
    "unallocation": "Cash taken back 反核销",
    "bounce": "Receipt bounced 退票",
    "claim": "Receipt moved 收款转出",
    "claimed": "Receipt claimed 收款认领",
    "refund": "Refund under way 退款中",
    "refund_paid": "Refund paid 已退款",
    "refund_failed": "Refund failed 退款失败",
    "write_off": "Written off 坏账核销",
    "recovery": "Bad debt recovered 坏账收回",
    "deposit_given_up": "Unpaid deposit given up 未付预付款冲销",
    "exchange": "Exchanged into another currency 折算转出",
    "exchanged": "Exchanged from another currency 折算转入",
    "exchange_undone": "Exchange taken back 折算撤销转回",
    "exchange_returned": "Exchanged money returned 折算撤销转出",
    "exchange_difference": "Exchange difference 汇兑损益",
}


def beancount_lines(entries: Sequence[JournalEntry]) -> Iterator[str]:
    """Write a journal as beancount, without line ends: accounts, transactions, and what they must come to.

    The balances are asserted on the day after the last entry, since beancount asserts at the beginning of a day.
    """
    yield 'option "title" "LTC ledger"'
    if not entries:
        return
    first, last = min(entry.on for entry in entries), max(entry.on for entry in entries)
    balances = balances_of(entries)
    for currency in sorted({line.currency for line in balances}):
        yield f"{first} commodity {currency}"
    for name, currencies in _opened(balances):
        yield f"{first} open {name} {currencies}"
    for entry in entries:
        yield ""
        yield from _transaction(entry)
    yield ""
    for line in balances:
        yield _assertion(line, last + timedelta(days=1))


def account_name(entity: str, account: str) -> str:
    """Return the name of a posting account of a legal entity, as beancount allows it."""
    return f"{_ROOTS[side_of(account)]}:{_component(entity)}:{''.join(map(str.title, account.split('_')))}"


def title_of(entry: JournalEntry) -> str:
    """Return for people what changed.

    Raises:
        LookupError: the ledger has entries of this name and they have no title, which is a mistake in this file.
    """
    what = entry.what.partition("/")[0]
    try:
        return _TITLES[what]
    except KeyError as error:
        raise LookupError(f"entries {what!r} have no title in connectors/bookkeeping/beancount.py") from error


def _opened(balances: Iterable[AccountBalance]) -> Iterator[tuple[str, str]]:
    currencies: dict[str, list[str]] = {}
    for line in balances:
        currencies.setdefault(account_name(line.entity, line.account), []).append(line.currency)
    for name, used in sorted(currencies.items()):
        yield name, ",".join(used)


def _transaction(entry: JournalEntry) -> Iterator[str]:
    said = " ".join(filter(None, (title_of(entry), entry.document)))
    yield f"{entry.on} * {_quoted(entry.customer_name or entry.customer_id)} {_quoted(said)}"
    facts = (
        ("entry", entry.name),
        ("customer", entry.customer_id),
        ("document", entry.document),
        ("deals", " ".join(entry.deals)),
    )
    for key, value in facts:
        if value:
            yield f"  {key}: {_quoted(value)}"
    for leg in entry.legs:
        amount = Money(minor=leg.minor, currency=leg.currency)
        yield f"  {account_name(entry.entity, leg.account)}  {amount.plain} {leg.currency}"


def _assertion(line: AccountBalance, on: date) -> str:
    amount = Money(minor=line.balance_minor, currency=line.currency)
    # Without a tolerance of its own a balance may be off by a whole unit of the last place.
    return f"{on} balance {account_name(line.entity, line.account)}  {amount.plain} ~ 0 {line.currency}"


def _component(name: str) -> str:
    """Return a name as a part of an account: what is no letter or digit becomes its code point, so names stay apart."""
    text = "".join(one if one.isascii() and one.isalnum() else f"-{ord(one):X}-" for one in name)
    return text if text[:1].isupper() or text[:1].isdigit() else f"X{text}"


def _quoted(text: str) -> str:
    plain = "".join(one if one.isprintable() else " " for one in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
