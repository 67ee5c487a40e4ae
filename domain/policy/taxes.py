"""What a legal entity charges: tax codes with their rates by day of supply, and what holds for customers abroad."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from domain.einvoice.codes import TaxCategory
from domain.policy.countries import Country
from domain.policy.forms import BasisPoints, Name
from domain.value import Strict


def _day(raw: object) -> object:
    return date.fromisoformat(raw) if isinstance(raw, str) else raw


class DatedRateRules(Strict):
    """A rate that holds for supplies since a day."""

    rate_bp: BasisPoints
    since: Annotated[date, BeforeValidator(_day)]


class ReasonRules(Strict):
    """Why there is no tax, as printed."""

    en: Name
    zh: Name


class CodeRules(Strict):
    """A tax code: its rate alone, or in full.

    Attributes:
        category: of EN 16931: ``S`` with rates, or ``Z``, ``E``, ``AE``, ``K``, ``G``, ``O`` without.
        rate_bp: the rate before any of ``dated``.
        dated: rates since a day of supply, rising.
        reason: printed where there is no tax; ``E`` needs one, the other categories have their own.
    """

    category: TaxCategory = TaxCategory.STANDARD
    rate_bp: BasisPoints | None = None
    dated: tuple[DatedRateRules, ...] = ()
    reason: ReasonRules | None = None

    @model_validator(mode="before")
    @classmethod
    def _rate_alone(cls, raw: object) -> object:
        if isinstance(raw, int):
            return {"rate_bp": raw}
        if isinstance(raw, dict) and isinstance(raw.get("dated"), list):
            # A tuple, since what a validator returns is read as Python's, where a list is no tuple.
            return {**raw, "dated": tuple(raw["dated"])}
        return raw


class AbroadRules(Strict):
    """What holds for customers of another country than the entity's own; of several rules the first that fits counts.

    Attributes:
        countries: of the customer; ``EU`` is every member, none at all is every country.
        with_vat_id: whether the customer must have a VAT identifier of its country, or must have none.
        category: what every code becomes: ``AE`` (reverse charge), ``K``, ``G`` (export), ``Z`` or ``O``; without it
            the entity's own rates hold.
        reason: printed instead of the category's own.
        rates: codes that have other rates there.
    """

    countries: tuple[Country, ...] = ()
    with_vat_id: bool | None = None
    category: TaxCategory | None = None
    reason: ReasonRules | None = None
    rates: dict[Name, CodeRules] = Field(default_factory=dict)


class TaxRules(Strict):
    """Tax codes with their rates in basis points; no rates at all means no tax.

    Attributes:
        default: the code of lines that name none.
        price_includes_tax: whether list and net prices contain it.
        abroad: for customers of other countries.
    """

    rates: dict[Name, CodeRules] = Field(default_factory=dict)
    default: str = ""
    price_includes_tax: bool = False
    abroad: tuple[AbroadRules, ...] = ()
