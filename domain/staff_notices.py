"""What a colleague is told has a sentence in both languages and its facts; a machine names only the template."""

import re
from datetime import datetime

from domain.deal.brief import Brief
from domain.local_time import zone_of
from domain.money import Money
from domain.notices import ApprovalNotice, OfferedLine, TaskNotice, UnknownTemplate
from domain.organisation import Person
from domain.quotes import QuoteLine
from domain.quoting import discount_bp
from domain.value import Text

Facts = tuple[tuple[str, str], ...]

APPROVAL_DUE = "approval_due"

TITLES: dict[str, Text] = {
    "lead_assigned": Text(en="A lead is yours: respond to it", zh="新线索已分配给您，请及时响应"),
    "lead_unassignable": Text(en="A lead has nobody: assign it", zh="线索无人可分配，请指派负责人"),
    "response_due": Text(en="The first response to your lead is due soon", zh="线索首次响应即将超时"),
    "response_breached": Text(en="A lead was not responded to in time", zh="线索首次响应已超时"),
    "nurture_ended": Text(en="A lead comes back from nurture: take it up again", zh="线索培育期结束，请重新跟进"),
    "deal_stalled": Text(en="Your deal has stalled: move it on or lose it", zh="商机停滞，请推进或关闭"),
    "approval_reminder": Text(en="Your decision is due soon", zh="审批即将超时"),
    "approval_escalated": Text(en="A decision is overdue and waits for you", zh="审批已超时并升级，请处理"),
    "approval_stuck": Text(
        en="An approval is stuck: too few may decide, or they are late and nobody stands above them",
        zh="审批卡住：可审批人员不足，或已超时且无上级，请调整人员或催办",
    ),
    "quote_not_approved": Text(en="Your quote was not approved", zh="报价单未获批准"),
    "quote_expired": Text(en="Your quote has expired: renew it or lose the deal", zh="报价单已过期，请更新或关闭商机"),
    "amendment_dropped": Text(en="An amendment of your order does not take effect", zh="订单变更未生效"),
    "cancellation_dropped": Text(en="An order is not cancelled, as you asked", zh="订单取消申请未生效"),
    "reduction_dropped": Text(
        en="The credit of a smaller order was not agreed to: its invoices stand as they are",
        zh="订单减少的红冲未获同意，原发票保持不变",
    ),
    "contract_overdue": Text(en="The contract is not signed in time: chase it", zh="合同逾期未签署，请催办"),
    "contract_unsigned": Text(
        en="An accepted quote is over: its contract was not signed in time. Make a new version, or lose the deal",
        zh="合同未在期限内签署，已接受的报价单失效：请出具新版本或关闭商机",
    ),
    "credit_held": Text(en="An order is on credit hold: release it or decline", zh="订单被信用冻结，请放行或拒绝"),
    "deliveries_held": Text(
        en="Deliver nothing more: the customer has not paid. It goes on when they have, or when credit releases it",
        zh="客户逾期未付，暂停交付：付清后自动恢复，或由信用人员放行",
    ),
    "deliveries_go_on": Text(en="The customer has paid: deliver on", zh="客户已付清逾期款，请继续交付"),
    "delivered_on_hold": Text(
        en="Something was delivered although deliveries are kept back", zh="交付已冻结，但仍有货物或服务被交付"
    ),
    "delivery_rejected": Text(en="The customer refused acceptance: rework is due", zh="客户拒绝验收，请安排整改"),
    "deal_reopened": Text(en="A closed deal is open again", zh="已关闭的商机重新打开"),
    "call_task": Text(en="Call the customer about overdue invoices", zh="请致电客户催收逾期账款"),
    "letter": Text(en="Print the attached reminder and send it by post", zh="请打印所附催款函并邮寄"),
    "debit_note": Text(en="Print the attached debit note and send it by post", zh="请打印所附费用及利息账单并邮寄"),
    "hand_over": Text(en="Hand the overdue claim over for collection", zh="请将逾期账款移交催收"),
    "promise_broken": Text(en="A promise to pay was broken: talk to the customer", zh="客户未履行付款承诺，请跟进"),
    "request_not_agreed": Text(en="What you asked for was not agreed to", zh="您的申请未获同意"),
    "request_not_done": Text(en="What was asked for and agreed to could not be done", zh="申请已获同意，但未能执行"),
    "request_overtaken": Text(en="What you asked for is not needed any more", zh="您的申请已不再需要"),
    "plan_broken": Text(
        en="An instalment was missed, so the payment plan is void: talk to the customer",
        zh="客户未按期支付分期款，还款计划已失效，请跟进",
    ),
    "refund_unknown": Text(
        en="The provider does not say what became of a refund: find out and say it",
        zh="支付渠道无法确认退款结果，请查明并登记",
    ),
    "refund_failed": Text(
        en="A refund was not paid: its money is unapplied again", zh="退款未支付成功，款项恢复为未核销"
    ),
    "write_off_proposed": Text(
        en="Nobody could collect this: decide whether it is written off", zh="多次催收未果，请决定是否核销"
    ),
    "stop_word": Text(
        en="A customer wrote something after which nobody may dun them: look at it, dunning is paused",
        zh="客户回复含停催词，催收已暂停，请核实后处理",
    ),
    "undeliverable": Text(en="A notice could not be delivered: correct the address", zh="通知无法送达，请更正地址"),
}
"""By template; ``approval_due`` has a mail of its own."""

_LABELS: dict[str, Text] = {
    "account": Text(en="account", zh="账户"),
    "amount": Text(en="amount", zh="金额"),
    "approval_id": Text(en="approval", zh="审批"),
    "deal": Text(en="deal", zh="商机"),
    "decided_by": Text(en="decided by", zh="决定人"),
    "hop": Text(en="handed on", zh="转派次数"),
    "invoice": Text(en="invoice", zh="发票"),
    "invoices": Text(en="invoices", zh="发票"),
    "number": Text(en="invoice", zh="发票"),
    "open": Text(en="open", zh="未付"),
    "outcome": Text(en="outcome", zh="结果"),
    "payer": Text(en="payer", zh="付款人"),
    "reason": Text(en="reason", zh="原因"),
    "reference": Text(en="about", zh="事项"),
    "requested_by": Text(en="asked by", zh="申请人"),
    "stage": Text(en="stage", zh="阶段"),
    "step": Text(en="step", zh="审批步骤"),
    "text": Text(en="what they wrote", zh="回复内容"),
    "channel": Text(en="by", zh="渠道"),
    "words": Text(en="stop words", zh="停催词"),
    "version": Text(en="version", zh="版本"),
    "why": Text(en="why", zh="原因"),
}
OUTCOMES: dict[str, Text] = {
    "rejected": Text(en="rejected", zh="已驳回"),
    "returned": Text(en="returned", zh="已退回"),
    "recalled": Text(en="recalled", zh="已撤回"),
    "expired": Text(en="expired", zh="已过期"),
    "skipped": Text(en="given up", zh="已放弃"),
    "refused": Text(en="agreed to, and then not possible", zh="已同意，但执行时被拒绝"),
    "overtaken": Text(en="overtaken by what happened meanwhile", zh="已因后续进展而失效"),
    "credit": Text(en="the credit limit does not bear it", zh="超出信用额度"),
    "cancelled": Text(en="cancelled with the order", zh="随订单取消"),
}
"""How an approval ends without one."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_REFERENCE = re.compile(r"^(quote|amendment|cancellation|reduction) (\d+)$")
_NTH = {
    "quote": "报价单第 {} 版",
    "amendment": "订单第 {} 次变更",
    "cancellation": "订单第 {} 次取消申请",
    "reduction": "订单第 {} 次红冲",
}
_RULES = Text(en="the approval rules of the policy name you", zh="按审批制度由您审批")


def named(customer_id: str, name: str) -> str:
    """Name a customer to a colleague: by name and by id, which is what commands take."""
    return customer_id if name in ("", customer_id) else f"{name} · {customer_id}"


def task_notice(template: str, facts: Facts, person: Person, due: datetime | None = None, link: str = "") -> TaskNotice:
    """Tell a person what they owe, with the facts as the reason and the deadline in their zone.

    Args:
        facts: names and values; ``customer`` is shown on its own.

    Raises:
        UnknownTemplate: there is no sentence for it.
    """
    if template not in TITLES:
        raise UnknownTemplate(template, "domain/staff_notices.py")
    shown = [(_label(name), _value(name, value)) for name, value in facts if value and name != "customer"]
    return TaskNotice(
        assignee=person.name,
        language=person.language,
        title=TITLES[template],
        why=Text(
            en="; ".join(f"{name.en}: {value.en}" for name, value in shown) or TITLES[template].en,
            zh="；".join(f"{name.zh}：{value.zh}" for name, value in shown) or TITLES[template].zh,
        ),
        customer=dict(facts).get("customer", ""),
        due_at=due.astimezone(zone_of(person.zone)) if due else None,
        link=link,
    )


def _value(name: str, value: str) -> Text:
    if name == "outcome" and value in OUTCOMES:
        return OUTCOMES[value]
    # What a customer wrote is told as they wrote it.
    return Text(en=value, zh=value) if name == "text" else spoken(value)


def spoken(value: str) -> Text:
    """Return what a fact says in each language: facts are kept as one line, whose parts may be ``English / 中文``."""
    parts = [_part(part) for part in value.split("; ")]
    return Text(en="; ".join(part.en for part in parts), zh="；".join(part.zh for part in parts))


def _part(value: str) -> Text:
    numbered = _REFERENCE.match(value)
    if numbered is not None:
        return Text(en=value, zh=_NTH[numbered[1]].format(numbered[2]))
    first, _, second = value.rpartition(" / ")
    both = first and _HAN.search(second) and not _HAN.search(first)
    return Text(en=first, zh=second) if both else Text(en=value, zh=value)


def labels() -> dict[str, Text]:
    """Return what facts are called, by name."""
    return dict(_LABELS)


def _label(name: str) -> Text:
    return _LABELS.get(name, Text(en=name.replace("_", " "), zh=name))


def approval_notice(facts: Facts, deal_id: str, person: Person, brief: Brief | None = None) -> ApprovalNotice:
    """Ask a person to decide; who is named is named by id, and how to decide is left to the caller.

    Args:
        facts: ``reference``, ``amount``, ``customer`` and ``requested_by``.
        deal_id: of the deal.
        person: who is asked.
        brief: the offer; none when the approval is over by now.
    """
    told, totals = dict(facts), brief.totals if brief else None
    return ApprovalNotice(
        approver=person.name,
        language=person.language,
        subject=f"{deal_id} {spoken(told['reference']).of(person.language)}",
        customer=told.get("customer", ""),
        amount=_amount(told["amount"]),
        discount_bp=totals.discount_bp if totals else 0,
        max_discount_bp=totals.max_discount_bp if totals else 0,
        lines=tuple(_offered(line) for line in brief.lines) if brief else (),
        requested_by=told["requested_by"],
        on_behalf_of=_stood_in_for(brief, person) if brief else "",
        reason=_RULES,
        content_hash=brief.content_hash if brief else "",
        due_at=brief.due_at.astimezone(zone_of(person.zone)) if brief and brief.due_at else None,
    )


def request_notice(facts: Facts, customer: str, person: Person, due: datetime | None = None) -> ApprovalNotice:
    """Ask a person to decide on what would be done with an account's money.

    Args:
        facts: ``reference``, ``amount``, ``requested_by``, ``reason`` and ``content_hash``.
        customer: of the account, as `named` names it.
        person: who is asked.
        due: when the step's clock runs out.
    """
    told = dict(facts)
    why = spoken(told.get("reason", ""))
    return ApprovalNotice(
        approver=person.name,
        language=person.language,
        subject=spoken(told["reference"]).of(person.language),
        customer=customer,
        amount=_amount(told["amount"]),
        requested_by=told["requested_by"],
        reason=Text(en=f"{_RULES.en}; {why.en}", zh=f"{_RULES.zh}；{why.zh}") if why.en else _RULES,
        content_hash=told["content_hash"],
        due_at=due.astimezone(zone_of(person.zone)) if due else None,
    )


def _offered(line: QuoteLine) -> OfferedLine:
    title = f"{line.description} ({line.sku})" if line.description else line.sku
    return OfferedLine(
        quantity=line.quantity,
        unit=line.unit,
        title=title,
        list_price=line.list_price,
        net_price=line.net_price,
        discount_bp=discount_bp(line),
    )


def _stood_in_for(brief: Brief, person: Person) -> str:
    return ", ".join(dict.fromkeys(one.on_behalf_of for one in brief.stand_ins if one.person == person.id))


def _amount(text: str) -> Money:
    """Read an amount as a fact carries it, ``12,500.00 CNY``."""
    return Money.parse(text.replace(",", ""))
