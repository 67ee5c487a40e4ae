"""A month's receivables add up: the end is the beginning plus sales less what was applied, by value date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.kpi import dso as formula
from domain.kpi import tree
from domain.kpi.facts import ReceiptFact
from domain.kpi.receivable import Receivable


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """Return the month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, label: str) -> "Month":
        """Read ``2017-03`` (ValueError otherwise)."""
        return cls.of(date.fromisoformat(f"{label}-01"))

    @property
    def label(self) -> str:
        """Return ``2017-03``."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def quarter(self) -> str:
        """Return the calendar quarter, ``2017Q1``."""
        return f"{self.year:04d}Q{(self.number + 2) // 3}"

    def next(self) -> "Month":
        """Return the month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def first_day(self) -> date:
        """Return its first day."""
        return date(self.year, self.number, 1)

    def last_day(self) -> date:
        """Return its last day."""
        return self.next().first_day() - timedelta(days=1)


def span(days: Iterable[date], months: Iterable[Month]) -> tuple[Month, ...]:
    """Return every month from the earliest to the latest of days and months; none without any."""
    named = [*map(Month.of, days), *months]
    if not named:
        return ()
    run = [min(named)]
    while run[-1] < max(named):
        run.append(run[-1].next())
    return tuple(run)


@dataclass(frozen=True, slots=True)
class _Flow:
    """What happened in a month, and what was open at its end."""

    month: Month
    sales: formula.PeriodSales
    sales_90_minor: int
    invoices: int
    receipts: Sequence[ReceiptFact]
    end_minors: Sequence[int]
    overdue_minors: Sequence[int]


def monthly(items: Sequence[Receivable], receipts: Sequence[ReceiptFact], months: Sequence[Month]) -> tree.Series:
    """Return sales, receipts, receivables and the DSO family of every month; what is disputed is included."""
    flows = [_flow(items, receipts, month) for month in months]
    rows, begin = [], 0
    for index, flow in enumerate(flows):
        rows.append(_row(flow, begin, [past.sales for past in reversed(flows[: index + 1])]))
        begin = sum(flow.end_minors)
    return tree.Series("month", tuple(rows))


def _flow(items: Sequence[Receivable], receipts: Sequence[ReceiptFact], month: Month) -> _Flow:
    end = month.last_day()
    since = end - timedelta(days=89)
    issued = [item.invoice for item in items if Month.of(item.invoice.issued_on) == month]
    open_minors = [(item.open_minor(end), item.invoice.due_on) for item in items]
    return _Flow(
        month=month,
        sales=formula.PeriodSales(sum(invoice.minor for invoice in issued), end.day),
        sales_90_minor=sum(item.invoice.minor for item in items if since <= item.invoice.issued_on <= end),
        invoices=len(issued),
        receipts=[receipt for receipt in receipts if Month.of(receipt.value_date) == month],
        end_minors=[minor for minor, _ in open_minors if minor],
        overdue_minors=[minor for minor, due in open_minors if minor and due < end],
    )


def _row(flow: _Flow, begin_minor: int, newest_first: Sequence[formula.PeriodSales]) -> tree.Section:
    end_minor, overdue_minor = sum(flow.end_minors), sum(flow.overdue_minors)
    current_minor, sales = end_minor - overdue_minor, flow.sales
    return tree.Section(
        {
            "month": tree.text(flow.month.label),
            "days": tree.count(sales.days),
            "invoices": tree.count(flow.invoices),
            "sales": tree.money(sales.minor),
            "receipts_n": tree.count(len(flow.receipts)),
            "receipts": tree.money(sum(receipt.minor for receipt in flow.receipts)),
            "ar_end_n": tree.count(len(flow.end_minors)),
            "ar_end": tree.money(end_minor),
            "ar_end_overdue_n": tree.count(len(flow.overdue_minors)),
            "ar_end_overdue": tree.money(overdue_minor),
            "DSO_simple": tree.dso(formula.dso(end_minor, sales)),
            "DSO_90": tree.dso(formula.dso(end_minor, formula.PeriodSales(flow.sales_90_minor, 90))),
            "DSO_countback": tree.dso(formula.countback(end_minor, newest_first)),
            "BPDSO": tree.dso(formula.dso(current_minor, sales)),
            "ADD": tree.dso(formula.delinquent_days(end_minor, current_minor, sales)),
            "CEI": tree.dso(formula.collection_effectiveness(begin_minor, sales.minor, end_minor, current_minor)),
        }
    )
