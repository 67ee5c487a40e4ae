"""Money that is reported: what no account could book is refused to who reports it, before anything is acknowledged."""

from datetime import date, datetime, timedelta

from domain.account.commands import RecordReceipt
from domain.receivables.allocating import checked_amount
from domain.receivables.entries import Receipt
from domain.receivables.exchange import check_original
from domain.refusal import Code, refuse

FORWARD_VALUE = timedelta(days=7)
"""How far ahead a bank may date the value of money that is there: holidays included."""
_ZONES_APART = timedelta(days=1)
"""How far the day of a place may be from that of UTC, by which a source is answered."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days outside are nobody's (9999-12-31 stands for none): what is counted from them ends outside of all calendars."""


def check_days(*days: date) -> None:
    """Refuse a day that nobody can mean (E_GATE): the ledger would try to count from it for ever."""
    strange = [day for day in days if not FIRST_DAY <= day <= LAST_DAY]
    if strange:
        raise refuse(
            Code.GATE,
            f"{strange[0]}: name a day from {FIRST_DAY} to {LAST_DAY}",
            f"{strange[0]}：日期须在 {FIRST_DAY} 至 {LAST_DAY} 之间",
        )


def check_issued(day: date, now: datetime) -> None:
    """Refuse the invoice of another system whose day has come nowhere (E_GATE): it is posted on that day."""
    if day > now.date() + _ZONES_APART:
        raise refuse(
            Code.GATE,
            f"it is issued on {day}, today is {now.date()}: bring it in when it is issued",
            f"开票日期为 {day}，今天是 {now.date()}：请在开票后导入",
        )


def check_report(command: RecordReceipt, today: date, via: str) -> None:
    """Refuse what no account takes for a receipt (E_AMOUNT, E_GATE, E_STATE).

    Args:
        command: the report.
        today: of the account; of UTC where the account is not asked yet.
        via: how it came. What `check_webhook` let pass is not refused any more.
    """
    checked_amount(command.amount, command.amount.currency)
    check_original(command.source, command.external_id)
    check_days(command.value_date)
    if command.value_date > today + FORWARD_VALUE + (_ZONES_APART if via == "webhook" else timedelta()):
        raise refuse(
            Code.GATE,
            f"the value date {command.value_date} is more than {FORWARD_VALUE.days} days after today, {today}: "
            "report the money when it is there",
            f"起息日 {command.value_date} 晚于今天（{today}）{FORWARD_VALUE.days} 天以上：请在款项到账后登记",
            value_date=command.value_date,
        )


def check_webhook(command: RecordReceipt, today: date) -> None:
    """Refuse a source's report before it is acknowledged: it hears of nothing that is refused later.

    Args:
        command: the report.
        today: of UTC.
    """
    check_report(command, today, via="")


def receipt_of(command: RecordReceipt, received_at: datetime) -> Receipt:
    """Return the money that a report tells of, as the ledger keeps it."""
    return Receipt(
        source=command.source,
        external_id=command.external_id,
        amount=command.amount,
        value_date=command.value_date,
        received_at=received_at,
        payer=command.payer,
        reference=command.reference,
        invoices=command.invoices,
        rate=command.rate,
    )
