"""G14 through the real workflows: end of month and 30 days, and 30 days and then end of month, are two terms."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from embedded.temporal_server import TemporalServer
from storage.entries import CustomerCard
from storage.operations.customers import put_customer
from tests.workflows.harness import company, fresh
from tests.workflows.journeys import Journey
from tests.workflows.money import billed, policy_with

RULES = {"C": ("net30", "eom+30d", date(2026, 3, 2)), "B": ("eom30", "issue+30d then eom", date(2026, 2, 28))}
ISSUED = datetime(2026, 1, 15, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


async def test_g14_two_terms_that_are_often_taken_for_one(temporal_server: TemporalServer, tmp_path: Path) -> None:
    changes = [
        (("terms", name), {"instalments": [{"share_bp": 10_000, "due": rule}]}) for name, rule, _ in RULES.values()
    ]
    async with company(temporal_server, tmp_path, policy_file=policy_with(tmp_path / "policy", *changes)) as ltc:
        for class_id, (name, _, due_on) in RULES.items():
            card = CustomerCard(
                customer_id=fresh(), name="客户", language="zh-CN", zone="Asia/Shanghai", country="CN",
                email="a@customer.example", class_override=class_id,
            )  # fmt: skip
            await ltc.database.write(put_customer, card, ISSUED)
            invoice = await billed(Journey(ltc, card.customer_id, begins_at=ISSUED), "1000.00")
            assert (invoice.payment_terms, invoice.issued_on) == (name, ISSUED.date())
            assert [part.due_on for part in invoice.instalments] == [due_on]
        await ltc.assert_sound()
