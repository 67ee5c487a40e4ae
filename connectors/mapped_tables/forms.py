"""How a table of another system is written, and where a value of ours stands in it."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, model_validator

from connectors.policy_files.problems import PolicyError, Problem
from connectors.policy_files.table_forms import Encoding, Label
from connectors.policy_files.validation import validated
from connectors.policy_files.yaml_tree import read
from domain.money import Money
from domain.value import Misfit, Strict

M = TypeVar("M", bound=BaseModel)
_PARTS = {"YYYY": "[0-9]{4}", "MM": "[0-9]{1,2}", "DD": "[0-9]{1,2}"}
_TIME = (
    r"(?:[T ]+[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?)?"
)
"""A time may follow a day; anything else says that it is no day."""
_ZEROS = re.compile(r"(\.[0-9]*?)0+$")


def _day_form(form: str) -> str:
    if any(form.count(part) != 1 for part in _PARTS):
        raise ValueError(f"{form} is no form of a day, write e.g. YYYY-MM-DD, DD.MM.YYYY or M/D: MM/DD/YYYY")
    return form


DayForm = Annotated[str, AfterValidator(_day_form)]


class Source(Strict):
    """Where a value comes from.

    Attributes:
        column: the heading of its column; without one it is always ``default``.
        values: what a cell means; with it, a cell that stands nowhere in it is refused.
        default: for an empty cell.
    """

    column: Label | None = None
    values: dict[str, str] = Field(default_factory=dict)
    default: str = ""

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if self.column is None and not self.default:
            raise ValueError("give a column, a default, or both")
        return self


class TableForm(Strict):
    """How a file is written.

    Attributes:
        encodings: tried in this order.
        day: the form of days; one digit is read where two may stand.
    """

    encodings: Annotated[tuple[Encoding, ...], Field(min_length=1)] = ("utf-8-sig", "gb18030")
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", ""] = ""
    day: DayForm = "YYYY-MM-DD"

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self

    def money(self, text: str, currency: str) -> Money:
        """Read an amount exactly (Misfit, E_AMOUNT); zeros at its end say nothing of the currency's places."""
        thousands, decimal = re.escape(self.thousands), re.escape(self.decimal)
        grouped = rf"[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+|" if thousands else ""
        if re.fullmatch(rf"-?(?:{grouped}[0-9]+)(?:{decimal}[0-9]+)?", text) is None:
            raise Misfit(f"{text!r} is no amount", f"{text!r} 不是金额")
        plain = (text.replace(self.thousands, "") if thousands else text).replace(self.decimal, ".")
        return Money.of(_ZEROS.sub(r"\1", plain).removesuffix("."), currency)

    def date(self, text: str) -> date:
        """Read a day, with or without a time behind it (Misfit)."""
        form = re.escape(self.day)
        # Without anything between them, months and days have two digits: 202615 is no day.
        for part, pattern in _PARTS.items():
            wide = pattern.replace("1,2", "2") if set(self.day) <= set("YMD") else pattern
            form = form.replace(part, f"(?P<{part}>{wide})")
        match = re.fullmatch(form + _TIME, text)
        if match is None:
            raise Misfit(f"{text!r} is no day of the form {self.day}", f"{text!r} 不是 {self.day} 格式的日期")
        try:
            return date(int(match["YYYY"]), int(match["MM"]), int(match["DD"]))
        except ValueError as error:
            raise Misfit(f"{match[0]!r} is no day of the year: {error}", f"{match[0]!r} 不是有效日期") from error


def load_map(path: Path, model: type[M]) -> M:
    """Read a map (YAML).

    Raises:
        PolicyError: something in it is wrong; all of it is told with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError((Problem(file=str(path), line=0, key="", wrong=f"cannot be read: {error}"),)) from None
    found, problems = validated(str(path), read(text), model)
    if found is None or problems:
        raise PolicyError(problems)
    return found
