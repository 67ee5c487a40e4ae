"""MT940 and MT942 as fields: which line begins one, where a statement ends, whatever frame a bank puts around them.

The ``mt-940`` library would do this too, but it keeps one balance of each kind, puts the text behind the closing
balance into the last entry, turns 30 February into the 29th, and gives up the whole file at one field that it cannot
read. So its knowledge of the fields and of the banks' dialects is used field by field, and the frame is read here.
"""

import re
from dataclasses import dataclass, field

_FIELD = re.compile(r":(13D?|20|21|25P?|28C?|34F|60[FM]?|61|62[FM]?|64|65|86|90[CD]?|NS):(.*)")
_WRAPPED_TAG = re.compile(r"^:(?:\r\n|\n|\r)(?=[0-9]{2}[A-Z]?:)", re.MULTILINE)
_BEFORE_AMOUNT = {
    "61": r"[0-9]{6}(?:[0-9]{4}|\s{4})?E?R?[CD][A-Z]?[\n ]?",
    "6": r"[CD][0-9]{6}[A-Z]{3}",
}
_CONTROL = "".join(map(chr, range(32)))
_OPENINGS = ("28", "60", "20", "25")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its tag without the colons, its text with the line breaks, and the line that it begins on."""

    tag: str
    text: str
    line: int

    @property
    def number(self) -> str:
        """Return the tag without its option: ``60`` for ``60F``."""
        return self.tag[:2]


@dataclass(slots=True)
class Block:
    """The fields of one statement.

    Attributes:
        is_closed: whether its end is marked (``-``).
        is_framed: whether an end can be expected, since the block or an earlier one of the file has a frame.
    """

    fields: list[Field] = field(default_factory=list)
    is_closed: bool = False
    is_framed: bool = False

    def first(self, *tags: str) -> Field | None:
        """Return the first field with one of these tags."""
        return next((one for one in self.fields if one.tag in tags), None)

    def numbered(self, number: str) -> list[Field]:
        """Return all fields of a number, whatever their option."""
        return [one for one in self.fields if one.number == number]


def comma_amount(one: Field) -> str:
    """Return the text of an entry or a balance with its amount as SWIFT has it: no leading zeros, a decimal comma.

    Some banks write a decimal point, or so many zeros that an amount is longer than it may be.
    """
    before = _BEFORE_AMOUNT["61" if one.tag == "61" else "6"]
    text = re.sub(rf"^({before})0+(?=[0-9])", r"\1", one.text.strip(), flags=re.IGNORECASE)
    return re.sub(rf"^({before}[0-9]+)\.([0-9]*)(?=[A-Z]|$)", r"\1,\2", text, flags=re.IGNORECASE)


def blocks(text: str) -> list[Block]:
    """Split a file into its statements; a statement begins with ``:20:``, or anew behind a closing balance."""
    reader = _Blocks()
    for number, line in enumerate(re.split(r"\r\n|\n|\r", _WRAPPED_TAG.sub(":", text)), 1):
        reader.take(line.strip(_CONTROL) if line.strip(_CONTROL) in ("", "-") else line.rstrip(), number)
    return reader.finished()


class _Blocks:
    """Takes a file line by line."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._tag = ""
        self._lines: list[str] = []
        self._line = 0
        self._framed = False

    def take(self, line: str, number: int) -> None:
        if line == "-" or line.startswith("-}"):
            self._end_field()
            self._framed = True
            if self._blocks:
                self._blocks[-1].is_closed = True
            return
        if "{4:" in line:
            self._framed = True
        begins = _FIELD.match(line)
        if begins is not None:
            self._end_field()
            self._tag, self._lines, self._line = begins[1], [begins[2]], number
        elif self._tag:
            self._lines.append(line)

    def finished(self) -> list[Block]:
        self._end_field()
        return self._blocks

    def _end_field(self) -> None:
        if self._tag:
            done = Field(tag=self._tag, text="\n".join(self._lines).strip("\n"), line=self._line)
            self._block_for(done).fields.append(done)
        self._tag = ""

    def _block_for(self, done: Field) -> Block:
        if not self._blocks or self._begins_anew(done):
            inherited = self._inherited(done) if self._blocks else []
            self._blocks.append(Block(fields=inherited))
        block = self._blocks[-1]
        block.is_framed = self._framed
        return block

    def _begins_anew(self, done: Field) -> bool:
        block = self._blocks[-1]
        if done.tag == "20" or block.is_closed:
            return True
        return done.number in _OPENINGS and bool(block.numbered("62"))

    def _inherited(self, done: Field) -> list[Field]:
        """Return reference and account for a statement that only repeats its number or balance."""
        if done.tag == "20" or self._blocks[-1].is_closed:
            return []
        kept = ("20", "25") if done.number in ("28", "60") else ("20",)
        return [one for one in self._blocks[-1].fields if one.number in kept]
