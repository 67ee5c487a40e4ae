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
    assert kept == {**MARCH, "recorded_by": "fay", "at": "2026-11-25T09:00:00Z"}
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
    assert (await finance.get(RATES)).json() == {"rates": []}


async def test_only_finance_keep_rates(client: Client) -> None:
    assert (await client("sue", "sales").post(RATES, json=MARCH)).status_code == 403
