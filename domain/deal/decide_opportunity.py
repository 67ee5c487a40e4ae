"""An opportunity moves one stage at a time, and leaves a stage only with all its exit criteria shown."""

from datetime import datetime

from domain.approval import events as approval
from domain.approval.machine import OPEN
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.decide_lead import check_reason
from domain.deal.reading import Events, terms_of
from domain.deal.state import Deal, Stage
from domain.machine import Actor
from domain.refusal import Code, refuse
from domain.terms import OpportunityTerms


def advance(deal: Deal, command: c.Advance, actor: Actor, now: datetime) -> Events:
    """Move to the next stage, or further where the policy allows skipping."""
    rules = terms_of(deal).opportunity
    here = _position(rules, deal.opportunity.stage)
    there = here + 1 if not command.to else _position(rules, command.to)
    if here + 1 >= len(rules.stages):
        raise refuse(Code.STATE, "this is the last stage: create a quote", "已是最后阶段：请创建报价单")
    if there <= here:
        raise refuse(
            Code.STATE, f"{command.to} is not ahead: step_back goes back", f"{command.to} 不在前方：请用 step_back"
        )
    if there > here + 1 and not rules.skip_stages:
        raise refuse(
            Code.GATE,
            f"one stage at a time: next is {rules.stages[here + 1].id}",
            f"每次只能推进一个阶段：下一阶段为 {rules.stages[here + 1].id}",
        )
    met = tuple(dict.fromkeys((*deal.opportunity.met, *command.met, *_shown(deal))))
    needed = rules.stages[here].exit
    missing = [criterion for criterion in needed if criterion not in met]
    if missing:
        names = ", ".join(missing)
        raise refuse(
            Code.GATE,
            f"to leave {rules.stages[here].id}, still missing: {names}",
            f"离开阶段 {rules.stages[here].id} 还缺：{names}",
            missing=names,
        )
    return (e.StageAdvanced(stage=rules.stages[there].id, met=met),)


def step_back(deal: Deal, command: c.StepBack, actor: Actor, now: datetime) -> Events:
    """Move to an earlier stage."""
    rules = terms_of(deal).opportunity
    if _position(rules, command.to) >= _position(rules, deal.opportunity.stage):
        raise refuse(Code.STATE, f"{command.to} is not behind: advance goes on", f"{command.to} 不在后方：请用 advance")
    return (e.SteppedBack(stage=command.to, reason=command.reason),)


def lose(deal: Deal, command: c.Lose, actor: Actor, now: datetime) -> Events:
    """Lose the deal; an approval that is open is recalled with it."""
    check_reason(command.reason, command.text, terms_of(deal).opportunity.lost_reasons)
    lost = e.DealLost(reason=command.reason, competitor=command.competitor, text=command.text)
    return (*recalled(deal, "the deal is lost"), lost)


def decline_quote(deal: Deal, command: c.DeclineQuote, actor: Actor, now: datetime) -> Events:
    """The customer says no to the sent quote."""
    check_reason(command.reason, command.text or "declined by the customer", terms_of(deal).opportunity.lost_reasons)
    declined = e.QuoteDeclined(version=deal.quotes[-1].version)
    return (declined, e.DealLost(reason=command.reason, text=command.text))


def recalled(deal: Deal, reason: str) -> Events:
    """Return what takes back an approval that is open; nothing when none is."""
    if deal.approval is None or deal.approval.status not in OPEN or deal.stage is not Stage.QUOTE_PENDING:
        return ()
    return (
        approval.ApprovalRecalled(approval_id=deal.approval.id, reason=reason),
        e.QuoteNotApproved(version=deal.quotes[-1].version, outcome="recalled"),
    )


def _shown(deal: Deal) -> tuple[str, ...]:
    """Return the criteria that the deal's own facts show."""
    return ("quote_sent",) if any(quote.sent_at is not None for quote in deal.quotes) else ()


def _position(rules: OpportunityTerms, stage: str) -> int:
    for position, known in enumerate(rules.stages):
        if known.id == stage:
            return position
    names = ", ".join(known.id for known in rules.stages)
    raise refuse(Code.NOTFOUND, f"{stage!r} is not a stage: {names}", f"没有阶段“{stage}”：{names}")
