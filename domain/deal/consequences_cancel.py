"""What a cancellation that is asked for asks of the outside: the ledger first, and word to who asked in the end."""

from domain.deal import effects as f
from domain.deal.cancelling import cancel_billing
from domain.deal.consequences_billing import Asked, first_dated, today_of
from domain.deal.events_cancel import CancellationAgreed, CancellationAsked
from domain.deal.state import Deal


def ask_ledger(deal: Deal, event: CancellationAsked | CancellationAgreed) -> Asked:
    """Have the ledger do it, if it still does what somebody has seen; their calendar first, where they need one."""
    asked = deal.cancellation
    if asked is None:
        return ()
    seen = {
        "paid_part": asked.paid_part,
        "expected": asked.preview,
        "by": asked.by,
        "agreed": asked.approval_id if asked.agreed else "",
    }
    effect = cancel_billing(deal, asked.delivered, asked.reason, today_of(deal)).model_copy(update=seen)
    dated = (first_dated(deal, one.payment, one.issue_on) for one in documents(effect))
    longer = next((found for found in dated if found), ())
    return (*longer, ("billing", effect))


def documents(effect: f.CancelBilling) -> tuple[f.IssueInvoice, ...]:
    """Return the invoices that a cancellation may issue."""
    if effect.delivered == "credited":
        return ()
    return (*effect.arrears, *(() if effect.final is None else (effect.final,)))
