"""A lead has an owner who answers in time, and becomes an opportunity only by score or by a person's reason."""

from datetime import datetime

from domain.approval.standing import OPEN
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.reading import Events, terms_of
from domain.deal.state import Deal, Stage
from domain.machine import Actor
from domain.money import LARGEST_MINOR, Money
from domain.nobody import check_somebody
from domain.refusal import Code, refuse

_LARGEST_ATTRIBUTES = 8_000
"""Bytes of all attributes of a lead together, so that the state stays small."""


def capture(deal: Deal, command: c.Capture, actor: Actor, now: datetime) -> Events:
    """Capture a lead of somebody who can be named (E_GATE)."""
    check_somebody(deal.customer.customer_id, "a deal")
    if not (deal.customer.name.strip() or deal.customer.customer_id or command.contact.strip()):
        raise refuse(
            Code.GATE, "name the contact or the company", "请填写联系人或公司名称", missing="contact or company"
        )
    if sum(len(f"{name}{text}".encode()) for name, text in command.attributes) > _LARGEST_ATTRIBUTES:
        raise refuse(
            Code.LIMIT,
            f"the attributes have more than {_LARGEST_ATTRIBUTES} bytes: leave the long texts where they are",
            f"属性总长超过 {_LARGEST_ATTRIBUTES} 字节：长文本请保留在来源系统",
        )
    value = command.value
    if value is not None and value.currency != deal.currency:
        raise refuse(
            Code.CCY,
            f"the deal is in {deal.currency}, not {value.currency}",
            f"商机币种为 {deal.currency}，而不是 {value.currency}",
        )
    if value is not None and not 0 <= value.minor <= LARGEST_MINOR:
        most = Money(minor=LARGEST_MINOR, currency=value.currency)
        raise refuse(
            Code.AMOUNT,
            f"{value} is not the value of a deal: name one from 0 to {most}",
            f"{value} 不是有效的商机金额：须在 0 与 {most} 之间",
        )
    return (
        e.LeadCaptured(
            deal_id=deal.deal_id,
            entity=deal.entity,
            customer=deal.customer,
            currency=deal.currency,
            source=command.source,
            contact=command.contact,
            owner=command.owner,
            value=value,
            attributes=command.attributes,
        ),
    )


def opened(deal: Deal, result: c.Opened) -> Events:
    """Take the compiled terms, and the assignee if there is one."""
    events: Events = (
        e.DealOpened(
            terms=result.terms, customer=result.customer, score=result.score, score_reasons=result.score_reasons
        ),
    )
    owner = result.assignee or deal.owner
    if not owner:
        return (*events, e.LeadUnassignable())
    return (*events, e.LeadAssigned(owner=owner, by_rule=owner != deal.owner))


def assign(deal: Deal, command: c.Assign, actor: Actor, now: datetime) -> Events:
    """Give the deal to a person; a lead's response clock starts again, and an open approval is seated again.

    Raises:
        Refused: E_STATE (has it already), E_SOD (has decided on the quote that is being approved).
    """
    if command.owner == deal.owner and deal.stage is not Stage.LEAD_NEW:
        raise refuse(Code.STATE, f"{command.owner} has the deal already", f"该商机已由 {command.owner} 负责")
    assigned = e.LeadAssigned(owner=command.owner, hop=deal.lead.hops)
    current = deal.approval
    if current is None or current.status not in OPEN:
        return (assigned,)
    if any(seat.decided_by == command.owner for step in current.steps for seat in step.seats):
        raise refuse(
            Code.SOD,
            f"{command.owner} has decided on the quote that is being approved: assign the deal when that is over",
            f"{command.owner} 已对正在审批的报价作出决定：请在审批结束后再分配商机",
            person=command.owner,
        )
    return (assigned, e.SeatsQuestioned(approval_id=current.id))


def assignee(deal: Deal, result: c.Assignee) -> Events:
    """Hand the lead on after a breach, if it still waits for its first response."""
    if deal.stage is not Stage.LEAD_ASSIGNED or not deal.lead.breached:
        return ()
    if not result.owner:
        return (e.LeadUnassignable(),)
    return (e.LeadAssigned(owner=result.owner, hop=deal.lead.hops + 1, by_rule=True),)


def respond(deal: Deal, command: c.Respond, actor: Actor, now: datetime) -> Events:
    """Record the first response; a lead in nurture is taken up again."""
    answer = e.LeadResponded(note=command.note)
    return (e.NurtureEnded(), answer) if deal.stage is Stage.LEAD_NURTURE else (answer,)


def follow_up(deal: Deal, command: c.FollowUp, actor: Actor, now: datetime) -> Events:
    """Record a contact with the customer."""
    return (e.FollowedUp(channel=command.channel, note=command.note),)


def qualify(deal: Deal, command: c.Qualify, actor: Actor, now: datetime) -> Events:
    """Make an opportunity of the lead; below the threshold somebody must say why (E_GATE)."""
    terms = terms_of(deal)
    threshold, score = terms.lead.qualify_at, deal.lead.score
    if threshold is not None and score < threshold and not command.override_reason.strip():
        raise refuse(
            Code.GATE,
            f"the score is {score}, {threshold} is needed: give an override_reason",
            f"评分 {score} 低于门槛 {threshold}：请填写 override_reason",
            missing="override_reason",
            score=score,
            needed=threshold,
        )
    stages = terms.opportunity.stages
    qualified = e.LeadQualified(
        score=score, stage=stages[0].id if stages else "", override_reason=command.override_reason
    )
    # Who qualifies a lead has spoken with the customer.
    return (qualified,) if deal.lead.responded_at else (e.LeadResponded(), qualified)


def disqualify(deal: Deal, command: c.Disqualify, actor: Actor, now: datetime) -> Events:
    """End the lead for a reason of the policy."""
    check_reason(command.reason, command.text, terms_of(deal).lead.disqualify_reasons)
    return (e.LeadDisqualified(reason=command.reason, text=command.text),)


def nurture(deal: Deal, command: c.Nurture, actor: Actor, now: datetime) -> Events:
    """Put the lead aside until a date that lies ahead (E_GATE)."""
    if command.until.tzinfo is None or command.until <= now:
        raise refuse(Code.GATE, "until must be a moment ahead, with its zone", "until 必须是未来的时间并带时区")
    return (e.LeadNurtured(until=command.until),)


def check_reason(reason: str, text: str, reasons: tuple[str, ...]) -> None:
    """Refuse a reason that the policy does not list, and ``other`` without a text (E_GATE)."""
    if reason not in reasons:
        names = ", ".join(reasons)
        raise refuse(
            Code.GATE,
            f"{reason!r} is not a reason: use one of {names}",
            f"“{reason}”不在原因列表中：请用 {names} 之一",
            allowed=names,
        )
    if reason == "other" and not text.strip():
        raise refuse(Code.GATE, "the reason other needs a text", "原因为 other 时必须填写说明", missing="text")
