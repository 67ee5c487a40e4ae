"""Text as a cell of a table that people open in a spreadsheet: what others wrote never becomes a formula there."""

import unicodedata

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a cell begins that a spreadsheet computes; full-width forms of the signs are taken for them in East Asia."""


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: a quote before it, which is not shown, keeps it a text."""
    return f"'{text}" if unicodedata.normalize("NFKC", text[:1]).startswith(_FORMULA) else text
