"""Due dates depend only on issue date, terms and calendar version; the parts add up to the total (T5, M5)."""

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import Field, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from domain.business_calendar import CompiledCalendar, Roll, add_business_days, roll
from domain.local_time import end_of_month
from domain.money import Money
from domain.span import Span, Unit
from domain.value import Value

WHOLE_BP = 10_000
"""All of an amount, in basis points."""

_NET = re.compile(r"(?:issue ?\+ ?)?([0-9]{1,4})d(?: then (?:(eom)|day ([1-9]|[12][0-9]|3[01])))?")
_EOM = re.compile(r"eom ?\+ ?([0-9]{1,4})d(?: cut ([1-9]|[12][0-9]|3[01]))?")
_ALLOWED = (
    "write issue, issue+30d, eom+30d, 'eom+30d cut 25', 'issue+30d then eom', 'issue+30d then day 15' or a date like "
    "2026-12-31 / 可写 issue、issue+30d、eom+30d（月结后30天）、eom+30d cut 25（25日截账）、"
    "issue+30d then eom（30天后的月末）、issue+30d then day 15（30天后的首个15日）或日期"
)


class Due(StrEnum):
    """From where a due date is counted."""

    ON_ISSUE = "on_issue"
    NET = "net"
    EOM_NET = "eom_net"
    NET_EOM = "net_eom"
    NET_DAY = "net_day"
    FIXED = "fixed"


class DueRule(Value):
    """When an instalment falls due, before rolling; in JSON it is the policy's own text.

    ``eom+30d`` is the end of the issue month and then 30 days, ``issue+30d then eom`` is 30 days and then the end of
    that month: issued on 2026-01-15 the first is 2026-03-02, the second 2026-02-28. ``eom+30d cut 25`` closes the
    books of a month on its 25th: what is issued later counts to the next. ``issue+30d then day 15`` is the first 15th
    that is 30 days after the issue or later; a month that has no such day ends instead.

    Attributes:
        kind: from where it is counted.
        days: calendar days, where the kind counts any.
        on: the date of a fixed one.
        day: of the month, on which the books close (``eom``) or payments go out (``then day``); 0 for none.
    """

    kind: Due
    days: int = Field(default=0, ge=0)
    on: date | None = None
    day: int = Field(default=0, ge=0, le=31)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the policy's form; ValueError names the forms there are."""
        words = " ".join(text.split())
        if words == "issue":
            return cls(kind=Due.ON_ISSUE)
        if net := _NET.fullmatch(words):
            kind = Due.NET_EOM if net[2] else Due.NET_DAY if net[3] else Due.NET
            return cls(kind=kind, days=int(net[1]), day=int(net[3] or 0))
        if eom := _EOM.fullmatch(words):
            return cls(kind=Due.EOM_NET, days=int(eom[1]), day=int(eom[2] or 0))
        try:
            return cls(kind=Due.FIXED, on=date.fromisoformat(words))
        except ValueError as error:
            raise ValueError(f"{text!r} is not a due rule: {_ALLOWED}") from error

    @model_validator(mode="before")
    @classmethod
    def _read(cls, raw: object) -> object:
        if not isinstance(raw, str):
            return raw
        rule = cls.parse(raw)
        return {"kind": rule.kind, "days": rule.days, "on": rule.on, "day": rule.day}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.kind is Due.FIXED) != (self.on is not None):
            raise ValueError("a fixed due rule, and no other, names its date")
        return self

    @model_serializer
    def _text(self) -> str:
        return str(self)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "title": "DueRule", "examples": ["issue+30d", "eom+30d", "issue+30d then eom"]}

    def due_on(self, issued_on: date) -> date:
        """Return the due date of a document, before rolling."""
        match self.kind:
            case Due.NET:
                return issued_on + timedelta(days=self.days)
            case Due.EOM_NET:
                closed = end_of_month(issued_on)
                if self.day and issued_on > _on_day(issued_on, self.day):
                    closed = end_of_month(closed + timedelta(days=1))
                return closed + timedelta(days=self.days)
            case Due.NET_EOM:
                return end_of_month(issued_on + timedelta(days=self.days))
            case Due.NET_DAY:
                earliest = issued_on + timedelta(days=self.days)
                here = _on_day(earliest, self.day)
                return here if here >= earliest else _on_day(end_of_month(earliest) + timedelta(days=1), self.day)
            case Due.ON_ISSUE | Due.FIXED:
                return self.on or issued_on

    def __str__(self) -> str:
        match self.kind:
            case Due.NET:
                return f"issue+{self.days}d"
            case Due.EOM_NET:
                return f"eom+{self.days}d{f' cut {self.day}' if self.day else ''}"
            case Due.NET_EOM:
                return f"issue+{self.days}d then eom"
            case Due.NET_DAY:
                return f"issue+{self.days}d then day {self.day}"
            case Due.ON_ISSUE | Due.FIXED:
                return "issue" if self.on is None else self.on.isoformat()


def _on_day(month: date, day: int) -> date:
    """Return a day of the month of a date, or its last one if it has no such day."""
    return min(month.replace(day=1) + timedelta(days=day - 1), end_of_month(month))


class Instalment(Value):
    """One part of an invoice: its share of the total in basis points, and when it falls due."""

    share_bp: int = Field(ge=0, le=WHOLE_BP)
    due: DueRule


class DiscountTax(StrEnum):
    """What an early payment does to the tax.

    ``included``: the discount is a part of the gross, and its tax is corrected when it is taken. ``excluded``: of the
    net alone, the tax stays. ``mixed``: the invoice's tax is on the discounted net from the start, taken or not.
    """

    INCLUDED = "included"
    EXCLUDED = "excluded"
    MIXED = "mixed"


class OnPartial(StrEnum):
    """What is discounted after a part was paid: what remains open, the whole if all of it was paid early, nothing."""

    REMAINING = "remaining"
    FULL = "full"
    NONE = "none"


class DiscountStep(Value):
    """A discount in basis points for payment within a rule; ``latest`` is the day with the grace, once dated."""

    rate_bp: int = Field(gt=0, lt=WHOLE_BP)
    within: DueRule
    latest: date | None = None


class CashDiscount(Value):
    """What a customer may take off for paying early (现金折扣), the highest rate first.

    Attributes:
        grace: how many days, or business days of the legal entity, a payment may come late; it is not printed.
    """

    steps: tuple[DiscountStep, ...] = Field(min_length=1)
    grace: Span | None = None
    tax: DiscountTax = DiscountTax.INCLUDED
    on_partial: OnPartial = OnPartial.REMAINING

    @property
    def untaxed_bp(self) -> int:
        """The part of the net, in basis points, that the invoice leaves untaxed from the start."""
        return self.steps[0].rate_bp if self.tax is DiscountTax.MIXED else 0

    @property
    def needs_calendar(self) -> bool:
        """Tell whether its grace counts business days that are not dates yet."""
        dated = all(step.latest is not None for step in self.steps)
        return not dated and self.grace is not None and self.grace.unit is Unit.BUSINESS_DAYS

    def dated(self, issued_on: date, calendar: CompiledCalendar) -> Self:
        """Return the same discount with its days for an issue day (CalendarEnded where the grace leads beyond it)."""
        return self.model_copy(update={"steps": tuple(self._dated(step, issued_on, calendar) for step in self.steps)})

    def _dated(self, step: DiscountStep, issued_on: date, calendar: CompiledCalendar) -> DiscountStep:
        until = step.within.due_on(issued_on)
        if step.latest is not None:
            return step
        return step.model_copy(
            update={"within": DueRule(kind=Due.FIXED, on=until), "latest": _later(until, self.grace, calendar)}
        )


def _later(day: date, grace: Span | None, calendar: CompiledCalendar) -> date:
    if grace is None:
        return day
    if grace.unit is Unit.BUSINESS_DAYS:
        return add_business_days(calendar, day, grace.amount)
    return day + timedelta(days=grace.amount)


class PaymentTerms(Value):
    """Named payment terms.

    Attributes:
        id: the name in the policy, e.g. ``net30``.
        instalments: the parts; their shares are the whole.
        roll: where a due date goes that is not a business day.
        legal_max_days: the latest due date the law allows, in days after the issue; rolling never passes it.
        discount: for paying early; due dates do not depend on it.
    """

    id: str
    instalments: tuple[Instalment, ...]
    roll: Roll = Roll.NONE
    legal_max_days: int | None = Field(default=None, ge=0)
    discount: CashDiscount | None = None

    @model_validator(mode="after")
    def _is_the_whole(self) -> Self:
        shares = sum(part.share_bp for part in self.instalments)
        if shares != WHOLE_BP:
            raise ValueError(f"terms {self.id}: shares are {shares} of {WHOLE_BP} basis points, they must be the whole")
        return self

    def dated(self, issued_on: date, calendar: CompiledCalendar) -> Self:
        """Return the same terms with the dates that they mean for an issue day; such terms need no calendar.

        Raises:
            CalendarEnded: the terms roll, and the calendar does not know a due date.
        """
        parts = tuple(
            Instalment(
                share_bp=part.share_bp, due=DueRule(kind=Due.FIXED, on=due_on(issued_on, part.due, self, calendar))
            )
            for part in self.instalments
        )
        discount = None if self.discount is None else self.discount.dated(issued_on, calendar)
        return self.model_copy(
            update={"instalments": parts, "roll": Roll.NONE, "legal_max_days": None, "discount": discount}
        )

    @property
    def needs_calendar(self) -> bool:
        """Tell whether a date of theirs depends on business days."""
        return self.roll is not Roll.NONE or (self.discount is not None and self.discount.needs_calendar)

    @property
    def untaxed_bp(self) -> int:
        """The part of the net, in basis points, that an invoice leaves untaxed (`DiscountTax.MIXED`)."""
        return self.discount.untaxed_bp if self.discount else 0

    @classmethod
    def single(cls, name: str, due: str, roll: Roll = Roll.NONE) -> Self:
        """Return terms of one instalment, e.g. ``single("net30", "issue+30d")``."""
        return cls(id=name, instalments=(Instalment(share_bp=WHOLE_BP, due=DueRule.parse(due)),), roll=roll)


class DueAmount(NamedTuple):
    """What is owed, and from the end of which day in the legal entity's zone it is late."""

    due_on: date
    amount: Money


def due_on(issued_on: date, rule: DueRule, terms: PaymentTerms, calendar: CompiledCalendar) -> date:
    """Return the due date of an instalment, rolled and kept inside the legal maximum.

    A date past the maximum becomes the last business day within it, when the terms roll at all. Only a fixed date
    may lie before the issue.

    Raises:
        CalendarEnded: the terms roll, and the calendar does not know the date.
    """
    due = rule.due_on(issued_on)
    rolled = roll(calendar, due, terms.roll)
    if terms.legal_max_days is not None:
        latest = issued_on + timedelta(days=terms.legal_max_days)
        if rolled > latest:
            rolled = latest if terms.roll is Roll.NONE else roll(calendar, latest, Roll.PRECEDING)
    return rolled if rule.kind is Due.FIXED else max(rolled, issued_on)


def instalments(
    total: Money, issued_on: date, terms: PaymentTerms, calendar: CompiledCalendar
) -> tuple[DueAmount, ...]:
    """Split a total into what is due when, in the order of the terms; the last one absorbs the rounding.

    Raises:
        CalendarEnded: the terms roll, and the calendar does not know a due date.
    """
    sign = -1 if total.minor < 0 else 1
    minors = [sign * (abs(total.minor) * part.share_bp // WHOLE_BP) for part in terms.instalments[:-1]]
    amounts = [total.model_copy(update={"minor": minor}) for minor in (*minors, total.minor - sum(minors))]
    return tuple(
        DueAmount(due_on(issued_on, part.due, terms, calendar), amount)
        for part, amount in zip(terms.instalments, amounts, strict=True)
    )
