"""XML is built as a tree and never as text, so what people write stays text; what would be empty is not written."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from lxml import etree

from domain.einvoice.presence import UNPRINTABLE
from domain.money import Money, exponent

Node: TypeAlias = etree._Element
Part: TypeAlias = Node | None


class Vocabulary:
    """The elements of one syntax, named by prefix: ``cbc:ID``."""

    def __init__(self, namespaces: Mapping[str | None, str]) -> None:
        """Take the namespace of each prefix, none being that of the root element."""
        self._namespaces = dict(namespaces)

    def leaf(self, name: str, text: str, **attributes: str) -> Part:
        """Make an element that holds a text, nothing for an empty text; ValueError for a character XML refuses."""
        if not text.strip():
            return None
        if UNPRINTABLE.search(text):
            raise ValueError(
                f"{name}: {text!r} holds a character that XML refuses; check the invoice before it is written"
            )
        node = self._node(name, attributes)
        node.text = text
        return node

    def group(self, name: str, *parts: Part) -> Part:
        """Make an element of those parts that there are, nothing where there is none."""
        children = [part for part in parts if part is not None]
        if not children:
            return None
        node = self._node(name, {})
        node.extend(children)
        return node

    def empty(self, name: str) -> Part:
        """Make an element that the schema demands even where it says nothing."""
        return self._node(name, {})

    def document(self, name: str, parts: Iterable[Part]) -> bytes:
        """Return the XML of a root element: the same parts give the same bytes."""
        root = etree.Element(self._qualified(name), nsmap=self._namespaces)
        root.extend([part for part in parts if part is not None])
        content = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
        assert isinstance(content, bytes)
        return content

    def _node(self, name: str, attributes: Mapping[str, str]) -> Node:
        return etree.Element(self._qualified(name), attributes, nsmap=self._namespaces)

    def _qualified(self, name: str) -> str:
        prefix, _, local = name.rpartition(":")
        return f"{{{self._namespaces[prefix or None]}}}{local}"


def plain(number: Decimal) -> str:
    """Write a number in digits, without exponent and needless zeros."""
    return f"{number.normalize():f}"


def amount(money: Money) -> str:
    """Write an amount with all decimal places of its currency: ``-1234.50``."""
    return f"{Decimal(money.minor).scaleb(-exponent(money.currency)):f}"


def percentage(basis_points: int) -> str:
    """Write a rate in percent: 1950 is ``19.5``."""
    return plain(Decimal(basis_points).scaleb(-2))


def compact(day: date) -> str:
    """Write a day as CII does: ``20260305``."""
    return f"{day:%Y%m%d}"
