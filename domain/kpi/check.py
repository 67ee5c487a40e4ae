"""A check passes over nothing: every key of the check file is met, or named with what was expected and what we got."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from domain.kpi import tree
from domain.kpi.checkfile import PARTS, CheckFile, Json
from domain.kpi.report import Figures
from domain.money import exponent
from domain.value import Text

_LABELS = frozenset({"dataset", "side"})
"""Keys at the root that name the file and measure nothing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that is not met; ``got`` is nothing where the key is not computed at all."""

    path: str
    expected: str
    got: str | None

    @property
    def text(self) -> Text:
        """Say what differs, in both languages."""
        if self.got is None:
            return Text(en=f"{self.path}: not computed", zh=f"{self.path}：没有计算此项")
        return Text(
            en=f"{self.path}: expected {self.expected}, got {self.got}",
            zh=f"{self.path}：应为 {self.expected}，实际为 {self.got}",
        )


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many figures were met, and every one that was not."""

    met: int
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Tell whether something was compared and nothing differs."""
        return self.met > 0 and not self.differences


def compare(figures: Figures, check: CheckFile) -> Comparison:
    """Compare every key of a check file, in its order.

    Counts, money and dates must be equal, means and rates within 1e-6, the DSO family within 5e-5 (`tree.TOLERANCES`),
    moments to the minute. A key at the root may be one of the chain, of sales or of receivables.
    """
    places = exponent(figures.currency)
    root = figures.root
    for part in PARTS:
        section = root.get(part)
        if isinstance(section, tree.Section):
            root = root.merged(section)
    expected = {name: value for name, value in check.expected.items() if name not in _LABELS}
    results = list(_section(root, expected, "", places))
    return Comparison(results.count(None), tuple(result for result in results if result))


_Result = Difference | None


def _node(node: tree.Node | None, expected: Json, path: str, places: int) -> Iterator[_Result]:
    """Yield nothing for every figure that is met, a difference for every one that is not."""
    if isinstance(node, tree.Section) and isinstance(expected, dict):
        yield from _section(node, expected, path, places)
    elif isinstance(node, tree.Series) and isinstance(expected, list):
        yield from _series(node, expected, path, places)
    elif isinstance(node, tree.Figure) and not isinstance(expected, dict | list):
        met = _meets(node, expected, places)
        yield None if met else Difference(path, str(expected), tree.write(node, places))
    elif isinstance(expected, dict) and expected:
        for name, value in expected.items():
            yield from _node(None, value, f"{path}.{name}", places)
    else:
        yield Difference(path, str(expected), None)


def _section(section: tree.Section, expected: dict[str, Json], path: str, places: int) -> Iterator[_Result]:
    for name, value in expected.items():
        yield from _node(section.get(name), value, f"{path}.{name}" if path else name, places)


def _series(series: tree.Series, expected: list[Json], path: str, places: int) -> Iterator[_Result]:
    for index, row in enumerate(expected):
        label = row.get(series.key) if isinstance(row, dict) else None
        ours = series.row(label) if isinstance(label, str) else None
        yield from _node(ours, row, f"{path}[{index if label is None else label}]", places)


def _meets(figure: tree.Figure, expected: Json, places: int) -> bool:
    if expected is None or figure.value is None:
        return expected is None and figure.value is None
    if isinstance(figure.value, datetime):
        return isinstance(expected, str) and _minute(figure.value) == _minute_of(expected)
    number = figure.number(places)
    if number is None:
        return isinstance(expected, str) and expected == figure.value
    if isinstance(expected, bool) or not isinstance(expected, int | Decimal):
        return False
    return abs(number - Decimal(expected)) <= tree.TOLERANCES[figure.unit]


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _minute_of(text: str) -> datetime | None:
    """Read a moment; a text that is none meets nothing."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _minute(at if at.tzinfo else at.replace(tzinfo=UTC))
