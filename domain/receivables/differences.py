"""Gains and losses by exchange rates: what cash was worth when it came, less what it paid was worth when it was issued.

Both are functions of what is allocated now, not of the way there: whoever takes an allocation back has the books as if
it had never been made (M9), and an item whose last cent is paid has nothing left in the books' own currency (M8).
"""

from collections.abc import Sequence

from domain.value import Value


class ItemValue(Value):
    """An open item of a foreign currency, with what it was worth in the currency of the books when it was issued.

    Attributes:
        amount_minor: in its own currency.
        worth_minor: in the currency of the books, at least one minor unit.
        allocated_minor: what is allocated of it, of every kind, in its own currency.
        cash_minor: what of that is cash whose worth is known.
    """

    amount_minor: int
    worth_minor: int
    allocated_minor: int
    cash_minor: int

    @property
    def open_worth_minor(self) -> int:
        """What is open of it in the currency of the books: nothing exactly when nothing is open (M8)."""
        return self.worth_minor - self._worth_of(self.allocated_minor)

    @property
    def paid_worth_minor(self) -> int:
        """What the part that cash pays was worth when it was issued."""
        return self._worth_of(self.allocated_minor) - self._worth_of(self.allocated_minor - self.cash_minor)

    def _worth_of(self, minor: int) -> int:
        # Rounded down, so that the last minor unit of the books goes with the last one of the item.
        return self.worth_minor * minor // self.amount_minor


def worth_of_parts(amount_minor: int, worth_minor: int, parts: Sequence[int]) -> tuple[int, ...]:
    """Return what the parts of a receipt are worth, one after the other; all of it is worth the whole.

    Args:
        amount_minor: of the receipt, in its currency.
        worth_minor: what it was worth on its value date, in the currency of the books.
        parts: what it pays, item by item, in a fixed order.
    """
    found, before = [], 0
    for part in parts:
        after = before + part
        found.append(worth_minor * after // amount_minor - worth_minor * before // amount_minor)
        before = after
    return tuple(found)


def gain_and_loss(difference_minor: int) -> tuple[int, int]:
    """Split what an item has brought by rates into gain and loss, of which one is zero."""
    return max(difference_minor, 0), max(-difference_minor, 0)
