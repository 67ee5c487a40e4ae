"""What is wrong with a policy is told all at once: file, line, keys, what is wrong and what may stand there."""

from domain.value import Value
from mendable import Mendable


class Problem(Value):
    """One thing that is wrong with a policy.

    Attributes:
        file: the file's path as it was given.
        line: counted from 1; 0 where the file as a whole is meant.
        key: the keys that lead to it, ``approvals.matrix[1].needed``.
        wrong: what is wrong.
        allowed: what may stand there; empty where ``wrong`` says it.
    """

    file: str
    line: int
    key: str
    wrong: str
    allowed: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        mend = f" (allowed: {self.allowed})" if self.allowed else ""
        return f"{where}: {self.key + ': ' if self.key else ''}{self.wrong}{mend}"


class PolicyError(Mendable):
    """A policy cannot be used; the message has one line for each problem.

    Attributes:
        problems: everything that is wrong, in the order of the files.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(one) for one in problems))
        self.problems = problems


def dotted(path: tuple[str | int, ...]) -> str:
    """Write the keys that lead to a value: ``approvals.matrix[1].needed``."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")
