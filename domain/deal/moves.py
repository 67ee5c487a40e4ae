"""Which commands a deal takes where it is: the one table that `decide` refuses by and `explain` shows."""

from collections.abc import Callable

from domain.deal.amending import deciding
from domain.deal.reading import kept_back
from domain.deal.requests import Cancel
from domain.deal.state import Deal, Stage
from domain.deal.why_not import why_not
from domain.machine import Actor
from domain.receivables.freed import REFUNDING
from domain.refusal import Code, Refused, refuse
from domain.value import Value

_SALES = frozenset({"sales", "sales_manager", "ops", "admin"})
_OPS = frozenset({"ops", "admin"})
_CUSTOMERS = frozenset({"accept_quote", "decline_quote", "sign_contract", "accept_delivery", "reject_delivery"})
_OUTSIDE = _CUSTOMERS | {"capture", "record_delivery"}
"""What a customer, a web form, an e-sign provider or an ERP may report without holding a role here."""
_ROLES: dict[str, frozenset[str]] = {
    "hold": _SALES | {"finance", "credit"},
    "release": _SALES | {"finance", "credit"},
    "release_credit": frozenset({"credit"}),
    "retry_effect": _OPS,
    "skip_effect": _OPS,
    "abort": _OPS,
    "adopt_log": _OPS,
}
_SEATED = frozenset({"decide", "transfer_seat", "add_signer", "recall"})
"""A seat in the approval, not a role, is what these need."""

_ALWAYS = ("assign", "follow_up", "hold")
_PARKED = ("retry_effect", "skip_effect", "abort")
_WHILE_OPENING = frozenset({"capture", "retry_effect", "skip_effect", "abort"})
_WHILE_HELD = frozenset({"release", "retry_effect", "skip_effect", "abort"})
_SELLING = ("advance", "step_back", "lose")

_BY_STAGE: dict[Stage, frozenset[str]] = {
    Stage.LEAD_NEW: frozenset({*_ALWAYS, "disqualify"}),
    Stage.LEAD_ASSIGNED: frozenset({*_ALWAYS, "respond", "qualify", "disqualify"}),
    Stage.LEAD_WORKING: frozenset({*_ALWAYS, "qualify", "disqualify", "nurture"}),
    Stage.LEAD_NURTURE: frozenset({*_ALWAYS, "respond", "disqualify"}),
    Stage.OPPORTUNITY: frozenset({*_ALWAYS, *_SELLING, "create_quote"}),
    Stage.QUOTE_DRAFT: frozenset({*_ALWAYS, *_SELLING, "edit_quote", "submit_quote", "decide"}),
    Stage.QUOTE_PENDING: frozenset({*_ALWAYS, *_SELLING, *_SEATED, "edit_quote"}),
    Stage.QUOTE_APPROVED: frozenset({*_ALWAYS, *_SELLING, "edit_quote", "send_quote", "decide"}),
    Stage.QUOTE_SENT: frozenset({*_ALWAYS, *_SELLING, "edit_quote", "accept_quote", "decline_quote", "decide"}),
    Stage.QUOTE_EXPIRED: frozenset({*_ALWAYS, *_SELLING, "edit_quote", "create_quote"}),
    Stage.CONTRACT: frozenset({*_ALWAYS, "sign_contract", "lose", "cancel"}),
    Stage.CREDIT_HOLD: frozenset({*_ALWAYS, "release_credit", "lose", "cancel"}),
    Stage.ACTIVE: frozenset(
        {
            *_ALWAYS,
            "record_delivery",
            "correct_delivery",
            "accept_delivery",
            "reject_delivery",
            "amend",
            "cancel",
            *_SEATED,
            "end_recurring",
            "release_credit",
        }
    ),
    Stage.CANCELLING: frozenset({"follow_up"}),
}
_NONE: frozenset[str] = frozenset()


_OF_ORDERS = frozenset({"amendment", "cancellation", "credit_note"})
_WHILE_ASKED = frozenset({"assign", "follow_up"})
"""While the ledger carries a cancellation out, or says what it does: what it says must not change under it."""


def _parked(deal: Deal) -> bool:
    return any(pending.parked is not None for pending in deal.pending)


def _decidable(deal: Deal) -> bool:
    """Tell whether the approval is of what the deal is about: its order once there is one, else the quote."""
    return deal.approval is not None and (deal.order is None or deal.approval.subject.kind in _OF_ORDERS)


def _delivering(deal: Deal) -> bool:
    return deal.terms is not None and deal.terms.fulfilment.acceptance_required and deal.fulfilment.complete


_FINER: dict[str, Callable[[Deal], bool]] = {
    "amend": lambda deal: deal.cancellation is None,
    "decide": lambda deal: deal.approval is not None and deal.approval.status != "superseded" and _decidable(deal),
    "transfer_seat": lambda deal: deciding(deal) is not None,
    "add_signer": lambda deal: deciding(deal) is not None,
    "recall": lambda deal: deciding(deal) is not None,
    "submit_quote": lambda deal: bool(deal.quotes) and deal.quotes[-1].status in ("draft", "returned", "recalled"),
    "sign_contract": lambda deal: deal.contract is not None,
    "accept_delivery": lambda deal: _delivering(deal) and deal.fulfilment.accepted_at is None,
    "reject_delivery": lambda deal: (
        _delivering(deal) and deal.fulfilment.accepted_at is None and not deal.fulfilment.rework
    ),
    "record_delivery": lambda deal: deal.fulfilment.accepted_at is None,
    "correct_delivery": lambda deal: deal.fulfilment.accepted_at is None,
    "release_credit": lambda deal: deal.stage is Stage.CREDIT_HOLD or kept_back(deal),
    "advance": lambda deal: bool(deal.opportunity.stage),
    "end_recurring": lambda deal: deal.cancellation is None and any(item.ends_on is None for item in deal.recurring),
    "step_back": lambda deal: bool(deal.opportunity.stage),
}


def possible(deal: Deal, kind: str) -> bool:
    """Tell whether a public command of this kind can be taken where the deal is, whoever sends it."""
    if kind == "capture":
        return deal.version == 0
    if deal.version == 0:
        return False
    if kind in _PARKED:
        settling = deal.stage.closed or deal.stage is Stage.CANCELLING
        return _parked(deal) and not (kind == "abort" and settling)
    if not deal.opened or deal.stage.closed:
        return False
    if kind == "release":
        return deal.hold is not None
    if deal.hold is not None or kind not in _BY_STAGE.get(deal.stage, _NONE):
        return False
    if deal.cancellation is not None and deal.cancellation.under_way and kind not in _WHILE_ASKED:
        return False
    finer = _FINER.get(kind)
    return finer is None or finer(deal)


def moves(deal: Deal) -> tuple[str, ...]:
    """Return the kinds of the public commands that can be taken now, in alphabetical order."""
    if deal.version == 0:
        return ("capture",)
    kinds = {*_BY_STAGE.get(deal.stage, _NONE), *_PARKED, "release"}
    # A decision can be repeated later and is answered as the first one was, but it moves nothing any more.
    if deciding(deal) is None:
        kinds.discard("decide")
    return tuple(sorted(kind for kind in kinds if possible(deal, kind)))


def check_role(command: Value, kind: str, actor: Actor) -> None:
    """Refuse an actor whose roles do not allow this kind of command (E_AUTH)."""
    if kind in _SEATED or (kind in _OUTSIDE and actor.via in ("webhook", "link", "import")):
        return
    if isinstance(command, Cancel) and command.paid_part == "refund":
        _check_paying_back(actor)
        return
    needed = _ROLES.get(kind, _SALES)
    if needed.isdisjoint(actor.roles) and not (kind in _CUSTOMERS and "customer" in actor.roles):
        names = ", ".join(sorted(needed))
        raise refuse(
            Code.AUTH,
            f"{actor.id} may not {kind}: one of the roles {names} is needed",
            f"{actor.id} 无权执行 {kind}：需要角色 {names} 之一",
            needed=names,
        )


def _check_paying_back(actor: Actor) -> None:
    """Refuse who may not refund (E_AUTH): a cancellation that pays back is a refund of all it frees."""
    if REFUNDING.isdisjoint(actor.roles):
        names = ", ".join(sorted(REFUNDING))
        raise refuse(
            Code.AUTH,
            f"{actor.id} may not pay back: cancelling with paid_part refund needs one of the roles {names}; let them "
            "cancel, or cancel with paid_part unapplied and have finance refund",
            f"{actor.id} 无权退款：取消并退还已付部分（paid_part: refund）需要角色 {names} 之一；"
            "请由其取消，或以 paid_part: unapplied 取消后由财务退款",
            needed=names,
        )


def check_state(deal: Deal, kind: str) -> None:
    """Refuse a command that the deal does not take where it is (E_STATE, E_HOLD, E_EXPIRED)."""
    if not possible(deal, kind):
        raise _why_not(deal, kind)


def _why_not(deal: Deal, kind: str) -> Refused:
    stage = deal.stage
    if stage.closed:
        return refuse(
            Code.STATE, f"the deal is {stage}, nothing can be done any more", f"商机已处于 {stage}，不能再操作"
        )
    if kind == "capture":
        return refuse(Code.STATE, "this lead is captured already", "该线索已登记")
    if not deal.opened and kind not in _WHILE_OPENING:
        return refuse(Code.STATE, "the deal is still being opened, try again in a moment", "商机正在建立，请稍后再试")
    if deal.hold is not None and kind not in _WHILE_HELD:
        return refuse(
            Code.HOLD,
            f"{deal.hold.by} holds the deal ({deal.hold.reason}): release it first",
            f"{deal.hold.by} 已冻结该商机（{deal.hold.reason}）：请先解除冻结",
        )
    if kind in ("accept_quote", "send_quote") and stage is Stage.QUOTE_EXPIRED:
        return refuse(Code.EXPIRED, "the quote has expired: create a new version", "报价已过期：请创建新版本")
    why = why_not(deal, kind).text
    return refuse(
        Code.STATE,
        f"{kind} is not possible in {stage} ({why.en}); possible are: {', '.join(moves(deal))}",
        f"{stage} 阶段不能执行 {kind}（{why.zh}）；可执行：{'、'.join(moves(deal))}",
        stage=stage,
    )
