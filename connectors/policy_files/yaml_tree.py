"""YAML 1.2 as plain data with a line for every key: text stays text, and what can be misread is refused.

``on`` and ``NO`` are text. A key that stands twice, a float, an alias, a tag, or an integer in another form than plain
digits is a problem, not a guess.
"""

import re
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Tree = dict[str, "Tree"] | list["Tree"] | str | int | bool | None
Path = tuple[str | int, ...]

_PLAIN_INT = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_TAG = "tag:yaml.org,2002:"
_TEXTS = frozenset({f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value"})
_LARGEST = 1_000_000
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the text that cannot be read as plain data."""

    line: int
    path: Path
    wrong: str
    allowed: str


@dataclass(slots=True)
class Document:
    """A text as plain data, the line of every key, and what could not be read."""

    tree: Tree = None
    lines: dict[Path, int] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """Return the line of a key, or of the nearest key above it that is there."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 0


def read(text: str) -> Document:
    """Read a text; what is wrong with it stands in ``flaws``."""
    document = Document()
    if len(text) > _LARGEST:
        document.flaws.append(Flaw(0, (), f"the file has more than {_LARGEST} characters", "a smaller file"))
        return document
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 0
        document.flaws.append(Flaw(line, (), f"this is no YAML: {error.problem or error.context}", "YAML 1.2"))
        return document
    except (YAMLError, RecursionError) as error:
        document.flaws.append(Flaw(0, (), f"this is no YAML: {error}".splitlines()[0], "YAML 1.2"))
        return document
    if root is not None:
        document.tree = _Reader(document).value(root, ())
    return document


class _Reader:
    """Walks the nodes of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def value(self, node: Node, path: Path) -> Tree:
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen or len(path) > _DEEPEST:
            self._flaw(node, path, "an alias, or too deep", "write it out here")
            return None
        self._seen.add(id(node))
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value(item, (*path, position)) for position, item in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        self._flaw(node, path, f"{node.tag} cannot be read here", "text, integers, true, false, lists, mappings")
        return None

    def _mapping(self, node: MappingNode, path: Path) -> Tree:
        tree: dict[str, Tree] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode) or str(key_node.tag).endswith(":merge"):
                self._flaw(key_node, path, "a key must be text", "a plain key")
                continue
            key = str(key_node.value)
            if key in tree:
                self._flaw(key_node, (*path, key), "this key stands here twice", "each key once")
                continue
            self._document.lines[(*path, key)] = key_node.start_mark.line + 1
            tree[key] = self.value(value_node, (*path, key))
        return tree

    def _scalar(self, node: ScalarNode, path: Path) -> Tree:
        text, tag = str(node.value), str(node.tag)
        if tag in _TEXTS:
            return text
        if tag == f"{_TAG}null":
            return None
        if tag == f"{_TAG}bool":
            return text.lower() == "true"
        if tag == f"{_TAG}int" and _PLAIN_INT.fullmatch(text):
            return int(text)
        kind = tag.removeprefix(_TAG)
        allowed = "integers in plain digits; amounts and rates in quotes, e.g. '0.5'"
        self._flaw(node, path, f"{text} is a {kind} that can be misread", allowed)
        return None

    def _flaw(self, node: Node, path: Path, wrong: str, allowed: str) -> None:
        self._document.flaws.append(Flaw(node.start_mark.line + 1, path, wrong, allowed))
