"""XML from outside, read so that it can neither reach anywhere nor grow: no entities, no DTD, no network, a depth."""

from collections.abc import Iterator, Sequence

from lxml import etree

from domain.statements.problem import ProblemKind, UnreadableFile

_RESOURCE_LIMIT = 114  # libxml2's XML_ERR_RESOURCE_LIMIT: too deep, or an entity that multiplies


class Node:
    """An element, asked by local names alone: which namespace it has, if any, does not matter."""

    __slots__ = ("_below", "_element")

    def __init__(self, element: "etree._Element") -> None:
        self._element = element
        self._below: dict[str, list[Node]] | None = None

    @property
    def name(self) -> str:
        """Return the local name."""
        return _local(self._element)

    @property
    def namespace(self) -> str | None:
        """Return the namespace; None without one."""
        found = etree.QName(self._element).namespace
        return None if found is None else str(found)

    @property
    def line(self) -> int:
        """Return the line of the start tag, from 1; the parser counts no further than 65535."""
        return int(self._element.sourceline or 0)

    def child(self, *path: str) -> "Node | None":
        """Return the first element on a path of local names, the first branch that has it all."""
        return next(self.children(*path), None)

    def children(self, *path: str) -> Iterator["Node"]:
        """Return all elements on a path of local names, in the order of the file."""
        first, *rest = path
        for node in self._named(first):
            if rest:
                yield from node.children(*rest)
            else:
                yield node

    def each(self, name: str) -> Iterator["Node"]:
        """Return the children of a local name one by one, none of them kept: there may be many thousands."""
        return (Node(found) for found in self._element if _local(found) == name)

    def descendants(self, name: str) -> Iterator["Node"]:
        """Return all elements of a local name below this one, however deep."""
        return (node for node in self.everything() if node is not self and node.name == name)

    def everything(self) -> Iterator["Node"]:
        """Return this element and all below it, in the order of the file."""
        yield self
        for found in self._element:
            yield from Node(found).everything()

    def text(self, *path: str) -> str:
        """Return the text of this element, or of the first one on a path; empty where there is none."""
        found = self.child(*path) if path else self
        return "" if found is None else str(found._element.text or "").strip()

    def first(self, *paths: tuple[str, ...]) -> str:
        """Return the first text that is not empty on several paths."""
        return next((text for path in paths if (text := self.text(*path))), "")

    def attribute(self, name: str) -> str:
        """Return an attribute; empty where there is none."""
        return str(self._element.get(name, "")).strip()

    def _named(self, name: str) -> "Sequence[Node]":
        """Return the children of a local name; they are sorted out once, since each is asked for by many paths."""
        if self._below is None:
            self._below = {}
            for found in self._element:
                self._below.setdefault(_local(found), []).append(Node(found))
        return self._below.get(name, ())


def parse(content: bytes) -> Node:
    """Read a document.

    Raises:
        UnreadableFile: it is no XML or is cut (the place is named), or it brings a DTD or grows when it is read.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True, recover=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        place = f"line {line}, column {column}"
        if error.code == _RESOURCE_LIMIT:
            raise _unsafe(place, "an entity that multiplies, or too deep a tree") from None
        raise UnreadableFile(
            ProblemKind.INCOMPLETE if _is_cut(error, content) else ProblemKind.FORMAT,
            place,
            f"this is no whole XML document: {error.msg.split(', line ')[0]}",
            f"XML 文件不完整或有误：{error.msg.split(', line ')[0]}",
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _unsafe("line 1", "a document type definition (DTD)")
    return Node(root)


def _is_cut(error: etree.XMLSyntaxError, content: bytes) -> bool:
    """Tell the errors of a document that ends too early, or where it ends, from those of one that is wrong before."""
    types, (line, column) = etree.ErrorTypes, error.position
    *_, last = content.rpartition(b"\n")
    at_the_end = line == content.count(b"\n") + 1 and column > len(last)
    return at_the_end or error.code in {
        types.ERR_TAG_NOT_FINISHED, types.ERR_GT_REQUIRED, types.ERR_DOCUMENT_EMPTY, types.ERR_DOCUMENT_END,
        types.ERR_LTSLASH_REQUIRED, types.ERR_CDATA_NOT_FINISHED, types.ERR_COMMENT_NOT_FINISHED,
        types.ERR_ATTRIBUTE_NOT_FINISHED, types.ERR_PI_NOT_FINISHED,
    }  # fmt: skip


def _unsafe(place: str, what: str) -> UnreadableFile:
    return UnreadableFile(
        ProblemKind.UNSAFE, place, f"a bank statement must not hold {what}; refused", f"对账单不得含有 {what}，已拒绝"
    )


def _local(element: "etree._Element") -> str:
    return str(element.tag).rpartition("}")[2]
