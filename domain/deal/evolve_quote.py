"""What the facts of quotes and contracts make of a deal; only the current version keeps its lines."""

from collections.abc import Callable
from datetime import datetime

from domain.deal import events as e
from domain.deal.state import Contract, Deal, Opportunity, Stage
from domain.deal.whole import in_letters
from domain.quotes import Quote
from domain.value import Value

_KEPT_VERSIONS = 10


def _moved(deal: Deal, at: datetime) -> Opportunity:
    return deal.opportunity.model_copy(update={"moved_at": at, "stalled": False})


def _latest(deal: Deal, **changes: object) -> tuple[Quote, ...]:
    if not deal.quotes:
        return ()
    return (*deal.quotes[:-1], deal.quotes[-1].model_copy(update=changes))


def _created(deal: Deal, event: e.QuoteCreated, at: datetime) -> Deal:
    told = bool(deal.quotes) and in_letters(deal, deal.quotes[-1].version)
    before = (deal.quotes if told else _latest(deal, lines=(), turned_down_by="", turned_down_for=""))[
        1 - _KEPT_VERSIONS :
    ]
    return deal.model_copy(
        update={
            "stage": Stage.QUOTE_DRAFT,
            "quotes": (*before, event.quote),
            "contract": None,
            "opportunity": _moved(deal, at),
        }
    )


def _edited(deal: Deal, event: e.QuoteEdited, at: datetime) -> Deal:
    quotes = (*deal.quotes[:-1], event.quote)
    return deal.model_copy(update={"quotes": quotes, "opportunity": _moved(deal, at)})


def _superseded(deal: Deal, event: e.QuoteSuperseded, at: datetime) -> Deal:
    return deal.model_copy(update={"quotes": _latest(deal, status="superseded")})


def _submitted(deal: Deal, event: e.QuoteSubmitted, at: datetime) -> Deal:
    approval_id = f"{deal.deal_id}-q{event.version}"
    quotes = _latest(deal, status="pending", valid_until=event.valid_until, approval_id=approval_id)
    return deal.model_copy(
        update={
            "stage": Stage.QUOTE_PENDING,
            "requester": event.by,
            "quotes": quotes,
            "opportunity": _moved(deal, at),
        }
    )


def _approved(deal: Deal, event: e.QuoteApproved, at: datetime) -> Deal:
    quotes = _latest(deal, status="approved")
    return deal.model_copy(update={"stage": Stage.QUOTE_APPROVED, "quotes": quotes, "opportunity": _moved(deal, at)})


def _not_approved(deal: Deal, event: e.QuoteNotApproved, at: datetime) -> Deal:
    quotes = _latest(deal, status=event.outcome, turned_down_by=event.by, turned_down_for=event.reason)
    return deal.model_copy(update={"stage": Stage.QUOTE_DRAFT, "quotes": quotes, "opportunity": _moved(deal, at)})


def _sent(deal: Deal, event: e.QuoteSent, at: datetime) -> Deal:
    quotes = _latest(deal, status="sent", sent_at=at)
    return deal.model_copy(update={"stage": Stage.QUOTE_SENT, "quotes": quotes, "opportunity": _moved(deal, at)})


def _reminded(deal: Deal, event: e.QuoteReminded, at: datetime) -> Deal:
    return deal.model_copy(update={"quotes": _latest(deal, reminded=event.nth)})


def _expired(deal: Deal, event: e.QuoteExpired, at: datetime) -> Deal:
    return deal.model_copy(
        update={
            "stage": Stage.QUOTE_EXPIRED,
            "quotes": _latest(deal, status="expired"),
            "contract": None,
            "opportunity": _moved(deal, at),
        }
    )


def _accepted(deal: Deal, event: e.QuoteAccepted, at: datetime) -> Deal:
    quotes = _latest(deal, status="accepted", accepted_by=event.accepted_by, evidence=event.evidence,
                     po_reference=event.po_reference)  # fmt: skip
    return deal.model_copy(update={"stage": Stage.CONTRACT, "quotes": quotes})


def _declined(deal: Deal, event: e.QuoteDeclined, at: datetime) -> Deal:
    return deal.model_copy(update={"quotes": _latest(deal, status="declined")})


def _contract_required(deal: Deal, event: e.ContractRequired, at: datetime) -> Deal:
    return deal.model_copy(update={"contract": Contract(required_since=at, sign_due=event.sign_due)})


def _contract_signed(deal: Deal, event: e.ContractSigned, at: datetime) -> Deal:
    contract = deal.contract or Contract(required_since=at)
    return deal.model_copy(update={"contract": contract.model_copy(update={event.side: event.signed_by})})


def _contract_overdue(deal: Deal, event: e.ContractOverdue, at: datetime) -> Deal:
    contract = deal.contract or Contract(required_since=at)
    return deal.model_copy(update={"contract": contract.model_copy(update={"reminded": True})})


QUOTE_CHANGES: dict[type[Value], Callable[..., Deal]] = {
    e.QuoteCreated: _created,
    e.QuoteEdited: _edited,
    e.QuoteSuperseded: _superseded,
    e.QuoteSubmitted: _submitted,
    e.QuoteApproved: _approved,
    e.QuoteNotApproved: _not_approved,
    e.QuoteSent: _sent,
    e.QuoteReminded: _reminded,
    e.QuoteExpired: _expired,
    e.QuoteAccepted: _accepted,
    e.QuoteDeclined: _declined,
    e.ContractRequired: _contract_required,
    e.ContractSigned: _contract_signed,
    e.ContractOverdue: _contract_overdue,
}
