"""A customer who names no zone is where their country is, else where the legal entity is that sells to them."""

import zoneinfo
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.country_zones import zone_of_country
from tests.api.conftest import Client

TWO_LETTERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("CN", "Asia/Shanghai"), ("DE", "Europe/Berlin"), ("US", "America/New_York"), ("AU", "Australia/Sydney"),
        ("BR", "America/Sao_Paulo"), ("CA", "America/Toronto"), ("RU", "Europe/Moscow"), ("GB", "Europe/London"),
        ("JP", "Asia/Tokyo"), ("UA", "Europe/Kyiv"), ("ZZ", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_country_is_where_most_of_it_lives(country: str, zone: str) -> None:
    assert zone_of_country(country) == zone


@given(country=TWO_LETTERS)
def test_every_zone_is_one_that_the_clock_knows(country: str) -> None:
    zone = zone_of_country(country)
    assert not zone or zone in zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ({"country": "CN"}, "Asia/Shanghai"),
        ({"country": "CN", "zone": "Europe/Paris"}, "Europe/Paris"),
        ({"country": "CN", "entity": "DE01"}, "Asia/Shanghai"),
        ({"entity": "DE01"}, "Europe/Berlin"),
        ({}, "Asia/Shanghai"),
        ({"zone": "UTC"}, "UTC"),
    ],
)
async def test_a_customer_and_a_company_of_a_lead_get_their_zone(
    client: Client, said: dict[str, Any], zone: str
) -> None:
    sales = client("sam", "sales", entity="")
    made = await sales.post("/api/customers", json={"name": "A GmbH", "customer_id": "C-1"} | said)
    assert (made.status_code, made.json()["zone"]) == (201, zone)
    lead = {"customer": {"name": "B GmbH"} | said, "source": "web", "currency": "EUR", "contact": "x@b.example"}
    captured = (await sales.post("/api/deals", json=lead)).json()
    assert (await sales.get(f"/api/customers/{captured['customer_id']}")).json()["zone"] == zone
