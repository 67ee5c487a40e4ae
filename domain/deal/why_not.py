"""Why a command is not taken where a deal is: one sentence that is true in that state, and what to do instead, if any.

Only what `domain.deal.moves` refuses is asked here. What is named to be done instead can be done in that very state.
"""

from collections.abc import Callable
from typing import NamedTuple

from domain.deal.amending import deciding
from domain.deal.state import Deal, Stage
from domain.value import Text

_LEADS = frozenset({Stage.LEAD_NEW, Stage.LEAD_ASSIGNED, Stage.LEAD_WORKING, Stage.LEAD_NURTURE})
_ORDERED = frozenset({Stage.CONTRACT, Stage.CREDIT_HOLD, Stage.ACTIVE, Stage.CANCELLING})


class Why(NamedTuple):
    """A reason in both languages.

    Attributes:
        instead: the kind of command that does what is wanted here, empty where there is none.
    """

    en: str
    zh: str
    instead: str = ""

    @property
    def text(self) -> Text:
        """The reason with what to do instead."""
        if not self.instead:
            return Text(en=self.en, zh=self.zh)
        return Text(en=f"{self.en}: {self.instead}", zh=f"{self.zh}：请用 {self.instead}")


_NO_ORDER = Why("there is no order yet", "尚无订单")
_NOTHING_PARKED = Why("nothing waits for attention", "没有待处理的失败操作")
_NOTHING_DECIDED = Why("nothing is being approved", "没有待决的审批")


def why_not(deal: Deal, kind: str) -> Why:
    """Return why a deal that is open, and not on hold, does not take a public command."""
    if kind in ("retry_effect", "skip_effect") or (kind == "abort" and not _parked(deal)):
        return _NOTHING_PARKED
    if kind == "release":
        return Why("the deal is not on hold", "商机未被冻结")
    if deal.stage is Stage.CANCELLING:
        return Why("the order is being cancelled, which ends the deal", "订单正在取消，完成后商机即结束")
    asked = deal.cancellation
    if asked is not None and asked.under_way:
        return Why(
            f"the ledger is weighing or carrying out cancellation {asked.nth}: wait until it has answered",
            f"台账正在评估或执行第 {asked.nth} 次取消：请等待其结果",
        )
    return _REASONS[kind](deal)


def _parked(deal: Deal) -> bool:
    return any(pending.parked is not None for pending in deal.pending)


def _lead(deal: Deal, kind: str) -> Why:
    match deal.stage:
        case Stage.LEAD_NEW:
            return Why("nobody has the lead yet", "线索尚未分配", "assign")
        case Stage.LEAD_ASSIGNED:
            return Why("nobody has answered the lead yet", "线索尚未响应", "respond")
        case Stage.LEAD_WORKING:
            return Why("the lead is being worked on already", "线索已在跟进中")
        case Stage.LEAD_NURTURE if kind == "nurture":
            return Why("the lead is being nurtured already", "线索已在培育中")
        case Stage.LEAD_NURTURE:
            return Why("the lead is being nurtured: once it is answered it is worked on", "线索正在培育", "respond")
        case _:
            return Why("it is no lead any more", "已不是线索阶段")


def _disqualify(deal: Deal) -> Why:
    # An active order is cancelled, and so is one that waits for its contract; before there is one, the deal is lost.
    if deal.stage is Stage.ACTIVE:
        return Why("there is an order", "已有订单", "cancel")
    return Why("only a lead is disqualified; this is lost", "只有线索可判为无效；此阶段为丢单", "lose")


def _lose(deal: Deal) -> Why:
    if deal.stage in _LEADS:
        return Why("a lead is not lost", "线索没有丢单", "disqualify")
    return Why("an order is not lost", "订单没有丢单", "cancel")


def _cancel(deal: Deal) -> Why:
    if deal.stage in _LEADS:
        return Why("there is no order to cancel, only a lead", "没有可取消的订单，只有线索", "disqualify")
    return Why("there is no order to cancel yet", "尚无可取消的订单", "lose")


def _opportunity(deal: Deal) -> Why:
    if deal.stage in _LEADS:
        return Why("a lead has no stages of an opportunity", "线索没有商机阶段")
    if deal.stage in _ORDERED:
        return Why("what is ordered has no stages of an opportunity any more", "已成交，不再有商机阶段")
    return Why("this process has no stages of an opportunity", "此流程没有商机阶段")


def _create_quote(deal: Deal) -> Why:
    if deal.stage in _LEADS:
        return Why("a lead is quoted when it is qualified", "线索须先确认为商机才能报价")
    if deal.stage in _ORDERED:
        return Why("the quote is accepted", "报价已被接受")
    return Why("there is a version already", "已有报价版本", "edit_quote")


def _quote(deal: Deal, kind: str) -> Why:
    """Say why a version of a quote is not edited, submitted, sent, accepted or declined."""
    match deal.stage:
        case stage if stage in _LEADS:
            return Why("there is no quote: a lead is quoted when it is qualified", "尚无报价：线索须先确认为商机")
        case Stage.OPPORTUNITY:
            return Why("there is no quote yet", "尚无报价", "create_quote")
        case stage if stage in _ORDERED:
            return Why("the quote is accepted", "报价已被接受")
        case Stage.QUOTE_PENDING:
            return Why("the version is being approved", "报价版本正在审批")
        case Stage.QUOTE_APPROVED:
            return Why("the version is approved and not sent yet", "报价版本已审批，尚未发送", "send_quote")
        case Stage.QUOTE_EXPIRED:
            return Why("the version has expired", "报价版本已过期", "create_quote")
        case Stage.QUOTE_SENT:
            return Why("the version is sent and waits for the customer", "报价版本已发送，等待客户答复")
        case _:
            return _draft(deal)


def _draft(deal: Deal) -> Why:
    status = deal.quotes[-1].status if deal.quotes else ""
    if status in ("draft", "returned", "recalled"):
        return Why("the version is not approved yet", "报价版本尚未审批", "submit_quote")
    return Why(f"the version is {status}", f"报价版本状态为 {status}", "edit_quote")


def _sign(deal: Deal) -> Why:
    if deal.stage is Stage.CONTRACT:
        return Why("the contract is being drawn up, try again in a moment", "合同正在拟定，请稍后再试")
    if deal.stage in _ORDERED:
        return Why("no contract waits to be signed", "没有待签署的合同")
    return Why("there is no contract yet", "尚无合同")


def _order(deal: Deal) -> Why | None:
    """Say why nothing is done about an order that does not run yet."""
    if deal.stage not in _ORDERED:
        return _NO_ORDER
    if deal.stage is Stage.CONTRACT:
        return Why("the order waits for its contract", "订单等待签署合同")
    if deal.stage is Stage.CREDIT_HOLD:
        return Why("the order waits for credit", "订单等待信用放行")
    return None


def _amend(deal: Deal) -> Why:
    return _order(deal) or _cancelling(deal)


def _cancelling(deal: Deal) -> Why:
    return Why("its cancellation is being decided", "其取消申请正在审批", "recall")


def _deliver(deal: Deal) -> Why:
    return _order(deal) or Why("what was delivered is accepted already", "交付已验收")


def _judge(deal: Deal) -> Why:
    """Say why a delivery is neither accepted nor rejected."""
    if (early := _order(deal)) is not None:
        return early
    if deal.terms is None or not deal.terms.fulfilment.acceptance_required:
        return Why("no acceptance is agreed", "未约定验收")
    if deal.fulfilment.accepted_at is not None:
        return Why("what was delivered is accepted already", "交付已验收")
    if not deal.fulfilment.complete:
        return Why("not everything is delivered yet", "尚未全部交付")
    return Why("the delivery is rejected already and waits for its rework", "交付已被拒收，等待返工")


def _end_recurring(deal: Deal) -> Why:
    if (early := _order(deal)) is not None:
        return early
    if deal.cancellation is not None:
        return _cancelling(deal)
    if not deal.recurring:
        return Why("nothing is billed again and again", "没有周期性计费项目")
    return Why("what is billed again and again has ended, or its end is set", "周期性计费项目已结束或已设定结束日")


def _release_credit(deal: Deal) -> Why:
    return Why("credit holds nothing of this deal back", "信用未冻结本商机的任何事项")


def _seat(deal: Deal) -> Why:
    if deciding(deal) is None:
        return _NOTHING_DECIDED
    return Why("what is being approved takes no such word here", "当前审批在此阶段不接受该操作")


_REASONS: dict[str, Callable[[Deal], Why]] = {
    "abort": lambda _: Why("the deal is ending already", "商机已在结束"),
    **{
        kind: lambda deal, kind=kind: _lead(deal, kind)  # type: ignore[misc]  # the default binds the kind
        for kind in ("respond", "qualify", "nurture", "assign")
    },
    "adopt_log": lambda _: Why(
        "the event log has what the deal has: nothing is to be adopted", "事件日志与商机一致，无需采纳"
    ),
    "disqualify": _disqualify,
    "lose": _lose,
    "cancel": _cancel,
    "advance": _opportunity,
    "step_back": _opportunity,
    "create_quote": _create_quote,
    **{
        kind: lambda deal, kind=kind: _quote(deal, kind)  # type: ignore[misc]  # as above
        for kind in ("edit_quote", "submit_quote", "send_quote", "accept_quote", "decline_quote")
    },
    "sign_contract": _sign,
    "amend": _amend,
    "record_delivery": _deliver,
    "correct_delivery": _deliver,
    "accept_delivery": _judge,
    "reject_delivery": _judge,
    "end_recurring": _end_recurring,
    "release_credit": _release_credit,
    **dict.fromkeys(("decide", "transfer_seat", "add_signer", "recall"), _seat),
}
