"""How an amount, a rate, a quantity or a day is written: the same everywhere, in the reader's language."""

from datetime import date, datetime
from decimal import Decimal

from domain.money import Money

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def is_chinese(language: str) -> bool:
    """Tell whether a language tag asks for 中文 (any ``zh*``)."""
    return language.lower().startswith("zh")


def number(money: Money) -> str:
    """Write an amount without its currency: ``12,500.00``."""
    return str(money).removesuffix(f" {money.currency}")


def amount(money: Money, language: str) -> str:
    """Write an amount with its currency: ``12,500.00 CNY``, and renminbi in 中文 as ``¥12,500.00``."""
    if is_chinese(language) and money.currency == "CNY":
        return f"{'-' if money.minor < 0 else ''}¥{number(money).removeprefix('-')}"
    return str(money)


def percent(rate_bp: int) -> str:
    """Write a rate of basis points: 1300 is ``13%``, 725 is ``7.25%``."""
    return f"{Decimal(rate_bp).scaleb(-2).normalize():f}%"


def quantity(value: Decimal) -> str:
    """Write a quantity without needless zeros: ``1,200`` or ``2.5``."""
    return f"{value.normalize():,f}"


def day(value: date, language: str) -> str:
    """Write a day so that nobody swaps day and month: ``5 Mar 2026``, ``2026年3月5日``."""
    if is_chinese(language):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def instant(value: datetime, language: str) -> str:
    """Write an instant in its own zone, with its offset: ``5 Mar 2026 09:30 (UTC+08:00)``."""
    offset = value.isoformat(timespec="minutes")[len("2026-03-05T09:30") :]
    return f"{day(value, language)} {value:%H:%M} (UTC{'' if offset == '+00:00' else offset})"


def capitals(money: Money) -> str:
    """Write an amount of renminbi in 大写 (``壹万贰仟伍佰元整``), as Chinese bank and tax papers require.

    The amount must be in CNY (ValueError otherwise: no other currency has this form); a negative one starts with 负.
    """
    if money.currency != "CNY":
        raise ValueError(f"{money.currency} has no 大写 form, only CNY has")
    yuan, rest = divmod(abs(money.minor), 100)
    jiao, fen = divmod(rest, 10)
    text = f"{_whole(yuan)}元" if yuan or not rest else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        text += "零"
    text += f"{_DIGITS[fen]}分" if fen else "整"
    return f"{'负' if money.minor < 0 else ''}{text}"


def _whole(value: int) -> str:
    """Write a whole number in 大写; one 零 stands for any run of zeros between two digits."""
    text, gap = "", False
    for group in range(len(_GROUPS) - 1, -1, -1):
        part = value // 10 ** (4 * group) % 10000
        for place in range(3, -1, -1):
            digit = part // 10**place % 10
            if digit:
                text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
            gap = not digit
        if part:
            text, gap = text + _GROUPS[group], gap and part % 10 == 0
    return text or _DIGITS[0]
