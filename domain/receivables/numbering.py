"""The numbers of our own documents: one form for every series, so that no other system's number is taken for one."""

import re
from datetime import date
from enum import StrEnum


class Series(StrEnum):
    """What is numbered, each without a gap per legal entity and year (N2)."""

    INVOICES = "INV"
    CREDIT_NOTES = "CN"
    DEBIT_NOTES = "DN"


_OURS = re.compile(rf"({'|'.join(Series)})-\d{{4}}-\d{{6,}}", re.IGNORECASE)


def number_of(series: Series, issued_on: date, n: int) -> str:
    """Return the n-th number of a series in the year of a day, e.g. ``INV-2026-000123``."""
    return f"{series}-{issued_on.year}-{n:06d}"


def is_ours(number: str) -> bool:
    """Tell whether a number has the form of our own documents: one given out already, or one that will be."""
    return _OURS.fullmatch(number.strip()) is not None
