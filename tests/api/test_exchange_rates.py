"""Finance keep the rates of the days; gains and losses are reckoned by them."""

from typing import Any

import pytest

from tests.api.conftest import Client

RATES = "/api/exchange-rates"
MARCH: dict[str, Any] = {"unit": "USD", "quote": "CNY", "rate": "7.1035", "on": "2026-03-02", "source": "SAFE"}


async def test_a_rate_is_kept_once_and_a_corrected_one_comes_first(client: Client) -> None:
    finance = client("fay", "finance")
    first = await finance.post(RATES, json=MARCH)
    assert first.status_code == 201
    (kept,) = first.json()["rates"]
    assert kept == {
        **MARCH, "recorded_by": "fay", "at": "2026-11-25T09:00:00Z", "entity": "CN01", "confirmed_by": "",
    }  # fmt: skip
    again = await finance.post(RATES, json=MARCH)
    assert again.json() == first.json()
    corrected = await finance.post(RATES, json=MARCH | {"rate": "7.1"})
    assert [one["rate"] for one in corrected.json()["rates"]] == ["7.1", "7.1035"]
    for asked, found in (("?currency=CNY", 2), ("?currency=EUR", 0), ("?from=2026-03-03", 0), ("?to=2026-03-02", 2)):
        listed = await finance.get(RATES + asked)
        assert len(listed.json()["rates"]) == found


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate": "0"}, {"rate": "-7"}, {"rate": 7.1}, {"rate": "7,1"}, {"rate": "1e3"}, {"rate": "NaN"},
        {"quote": "USD"}, {"unit": "usd"}, {"unit": "ZZZ"}, {"quote": "XTS"},
        {"rate": "0.0000000000001"}, {"on": "2026-02-30"},
    ],
)  # fmt: skip
async def test_what_is_no_rate_is_refused(client: Client, wrong: dict[str, Any]) -> None:
    finance = client("fay", "finance")
    answered = await finance.post(RATES, json=MARCH | wrong)
    assert answered.status_code == 422
    assert (await finance.get(RATES)).json() == {"rates": [], "waiting": []}


async def test_only_finance_keep_rates(client: Client) -> None:
    assert (await client("sue", "sales").post(RATES, json=MARCH)).status_code == 403


async def test_a_key_of_one_entity_keeps_rates_for_that_alone_and_sees_them_and_the_companys(client: Client) -> None:
    german, whole = client("fay", "finance", entity="DE01"), client("eve", "finance", entity="")
    assert (await german.post(RATES, json=MARCH | {"entity": "CN01"})).status_code == 403
    own = await german.post(RATES, json=MARCH | {"rate": "7.2"})
    assert [(one["rate"], one["entity"]) for one in own.json()["rates"]] == [("7.2", "DE01")]
    assert (await whole.post(RATES, json=MARCH)).json()["rates"][0]["entity"] == ""
    assert (await whole.post(RATES, json=MARCH | {"entity": "XX99"})).status_code == 422
    assert (await whole.post(RATES, json=MARCH | {"entity": "CN01", "rate": "7.3"})).status_code == 201
    for caller, seen in ((german, ["7.1035", "7.2"]), (whole, ["7.3", "7.1035", "7.2"])):
        assert [one["rate"] for one in (await caller.get(RATES)).json()["rates"]] == seen


async def test_a_rate_far_off_the_policys_waits_for_a_second_person(client: Client) -> None:
    """7.10 is the policy's: an absurd rate of one person moves nobody's books."""
    absurd = MARCH | {"rate": "999999999999"}
    for _ in range(2):
        first = await client("fay", "finance").post(RATES, json=absurd)
        assert (first.status_code, first.json()["rates"]) == (202, [])
        (waiting,) = first.json()["waiting"]
        assert (waiting["rate"], waiting["recorded_by"]) == ("999999999999", "fay")
    assert (await client("sue", "sales").post(RATES, json=absurd)).status_code == 403
    second = await client("eve", "finance").post(RATES, json=absurd)
    assert (second.status_code, second.json()["waiting"]) == (201, [])
    assert [(one["recorded_by"], one["confirmed_by"]) for one in second.json()["rates"]] == [("fay", "eve")]
