"""What is wrong with a statement or a file: typed, in both languages, with its place."""

from enum import StrEnum

from domain.value import Text, Value


class ProblemKind(StrEnum):
    """What is wrong; the value stands in answers and stored rows."""

    AMOUNT = "amount"
    BALANCE = "balance"
    CHAIN = "chain"
    CURRENCY = "currency"
    DATE = "date"
    FIELD = "field"
    FORMAT = "format"
    INCOMPLETE = "incomplete"
    SIGN = "sign"
    SIZE = "size"
    TOTALS = "totals"
    UNSAFE = "unsafe"


class Problem(Value):
    """One thing that keeps a statement, or a whole file, from being posted.

    Attributes:
        kind: what is wrong.
        place: where, as a person finds it: ``line 12, column 5``, ``entry 3``; empty for the statement as a whole.
        text: the sentence for a person.
    """

    kind: ProblemKind
    place: str
    text: Text

    def __str__(self) -> str:
        return f"{self.place}: {self.text.en}" if self.place else self.text.en


class UnreadableFile(Exception):
    """A file of which nothing can be used.

    Attributes:
        problem: what is wrong, and where.
    """

    def __init__(self, kind: ProblemKind, place: str, en: str, zh: str) -> None:
        self.problem = Problem(kind=kind, place=place, text=Text(en=en, zh=zh))
        super().__init__(str(self.problem))
