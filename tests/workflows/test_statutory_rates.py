"""A rate of law that changes on 1 January: each day bears its own, exact to the cent through real workflows."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from embedded.temporal_server import TemporalServer
from storage.tables.late_claims import LATE_CLAIM
from tests.workflows.harness import Company, company
from tests.workflows.money import policy_with
from tests.workflows.test_late_claims import Debtor

LADDER = {"levels": [{"id": "late", "day": 35, "interest": True}]}
RATES = {
    "per": "year",
    "base": [{"since": "2026-07-01", "rate_bp": 152}, {"since": "2027-01-01", "rate_bp": -12}],
    "over_bp": 900,
}


@pytest.fixture
async def ltc(temporal_server: TemporalServer, tmp_path: Path, database_url: str) -> AsyncIterator[Company]:
    """A company whose German entity charges nine points over the base rate."""
    policy = policy_with(
        tmp_path / "policies", (("dunning", "ladders", "standard"), LADDER), (("dunning", "interest", "DE01"), RATES)
    )
    async with company(temporal_server, tmp_path, database_url=database_url, policy_file=policy) as opened:
        yield opened


async def test_each_half_year_is_claimed_at_its_own_rate(ltc: Company) -> None:
    debtor = Debtor(ltc, "DE01", "EUR", "C")
    await debtor.owes("OLD-1", "10000.00", date(2026, 12, 10))
    await debtor.until(date(2027, 1, 15))
    (issued,) = await debtor.told("debit_note_issued")
    columns = (LATE_CLAIM.c.from_on, LATE_CLAIM.c.until_on, LATE_CLAIM.c.days, LATE_CLAIM.c.rate_bp, LATE_CLAIM.c.minor)
    rows = await ltc.database.read(
        lambda connection: [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]
    )
    # 21 days at 10.52 % and 14 at 8.88 %: 6,052.60 and 3,406.03 cents, together 9,458.63.
    assert rows == [
        (date(2026, 12, 11), date(2026, 12, 31), 21, 1052, 6_053),
        (date(2027, 1, 1), date(2027, 1, 14), 14, 888, 3_406),
    ]
    assert (issued["note"]["interest_minor"], await debtor.open_minor()) == (9_459, 1_009_459)
    await ltc.assert_sound()
