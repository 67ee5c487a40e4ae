"""A standard deal through the real workflows gives the same events however its decisions are sent."""

import pytest

from tests.workflows.conftest import Begin
from tests.workflows.harness import Company
from tests.workflows.journeys import Way

DEAL = [
    "lead_captured",
    "deal_opened",
    "lead_assigned",
    "lead_responded",
    "lead_qualified",
    "quote_created",
    "quote_submitted",
    "approval_requested",
    "seats_resolved",
    "step_opened",
    "effect_completed",
    "seat_decided",
    "step_opened",
    "effect_completed",
    "seat_decided",
    "approval_granted",
    "quote_approved",
    "quote_sent",
    "effect_completed",
    "quote_accepted",
    "credit_check_required",
    "credit_cleared",
    "order_created",
    "delivery_recorded",
    "delivery_accepted",
    "billing_item_due",
    "invoice_issued",
    "invoice_open_changed",
    "deal_closed",
]
BESIDE_DEAL = ["effect_completed", "invoice_sent", "order_booked", "receivable_opened"]
"""The answers of parties that work side by side, in whatever order they come: CRM, mail, ERP, account."""
ACCOUNT = [
    "account_opened",
    "case_loaded",
    "invoice_entered",
    "notice_due",
    "notice_sent",
    "notice_due",
    "notice_sent",
    "ledger_asked",
    "receipt_recorded",
    "invoice_settled",
    "effect_completed",
]
"""Without the sums of the case, which may be told together."""


@pytest.mark.parametrize("by", ["update", "signal"])
async def test_a_standard_deal_by_update_and_by_signal_gives_the_same_events(
    ltc: Company, begin: Begin, by: Way
) -> None:
    journey = await begin("pay", by=by)
    await ltc.ended(journey.id)
    await ltc.ended(journey.account)

    kinds = await journey.kinds()
    beside: list[str] = []
    in_order: list[str] = []
    for place, kind in enumerate(kinds):
        (beside if kind in BESIDE_DEAL and place > kinds.index("order_created") else in_order).append(kind)
    assert in_order == DEAL
    assert sorted(beside) == BESIDE_DEAL
    assert [kind for kind in await ltc.kinds(journey.account) if kind != "case_changed"] == ACCOUNT
    for workflow_id in (journey.id, journey.account):
        await ltc.assert_healthy(workflow_id)
    await ltc.assert_sound()
