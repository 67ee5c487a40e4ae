"""How one bank writes its CSV files: a document that the company keeps, one profile a bank."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from connectors.policy_files.problems import PolicyError, Problem
from connectors.policy_files.table_forms import Encoding, Label
from connectors.policy_files.validation import validated
from connectors.policy_files.yaml_tree import read
from domain.value import Strict

Labels = Annotated[tuple[Label, ...], Field(min_length=1)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
_PARTS = ("YYYY|YY", "MM", "DD")


def _dated(form: str) -> str:
    if any(len(re.findall(part, form)) != 1 for part in _PARTS):
        raise ValueError(f"{form} is no form of a day, write e.g. YYYY-MM-DD, DD.MM.YY or YYYYMMDD")
    return form


DayForm = Annotated[str, AfterValidator(_dated)]


class Marked(Strict):
    """A column that says whether the amount beside it came in or left."""

    column: Labels
    credit: Labels
    debit: Labels


class Columns(Strict):
    """The headings of the columns; several for one where the bank calls it now this, now that.

    Either ``amount`` is signed, or ``mark`` tells its direction, or ``debit`` and ``credit`` stand in two columns.
    """

    booked_on: Labels
    valued_on: Labels | None = None
    amount: Labels | None = None
    mark: Marked | None = None
    debit: Labels | None = None
    credit: Labels | None = None
    balance: Labels | None = None
    currency: Labels | None = None
    account: Labels | None = None
    reference: Labels | None = None
    name: Labels | None = None
    name_account: Labels | None = None
    text: tuple[Labels, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        two = self.debit is not None and self.credit is not None
        none = self.debit is None and self.credit is None
        if not (two if self.amount is None else none) or (self.mark is not None and self.amount is None):
            raise ValueError("give amount (with mark, unless it is signed), or both debit and credit")
        return self


class BankProfile(Strict):
    """One bank's files.

    Attributes:
        name: what ``--profile`` calls it.
        encodings: tried in this order.
        day: the form of days: ``YYYY-MM-DD``; a time behind it is passed over.
        account: the label before the table beside which the account number stands, where no column has it.
        currency: the currency of the account; the label or the column goes before it.
        footer: what the first cell of a row behind the table begins with (``合计``).
        debits_below_zero: debits carry a minus in their own column; else one there takes a debit back.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    bank: Label
    encodings: Annotated[tuple[Encoding, ...], Field(min_length=1)]
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'", ""] = ""
    day: DayForm
    currency: Currency | None = None
    currency_label: Labels | None = None
    account: Labels | None = None
    footer: tuple[Label, ...] = ()
    debits_below_zero: bool = False
    columns: Columns

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands must differ")
        return self


class BankProfiles(Strict):
    """The document: every bank's profile."""

    profiles: tuple[BankProfile, ...]


def profiles_beside(policy_file: Path) -> tuple[BankProfile, ...]:
    """Return the bank profiles that stand beside a policy (``banks.yaml``), none where there is no such file.

    Raises:
        PolicyError: something in it is wrong.
    """
    path = policy_file.parent / "banks.yaml"
    return load_profiles(path) if path.exists() else ()


def load_profiles(path: Path) -> tuple[BankProfile, ...]:
    """Read the document of the bank profiles.

    Raises:
        PolicyError: something in it is wrong; all of it is told.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError((Problem(file=str(path), line=0, key="", wrong=f"cannot be read: {error}"),)) from None
    found, problems = validated(str(path), read(text), BankProfiles)
    if found is None or problems:
        raise PolicyError(problems)
    names = [profile.name for profile in found.profiles]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        wrong = f"{', '.join(twice)} stands here twice"
        raise PolicyError((Problem(file=str(path), line=0, key="profiles", wrong=wrong, allowed="each name once"),))
    return found.profiles
