"""A quote is priced by its lines, approved by its content hash, and sent only as it was approved (A3)."""

from datetime import datetime

from domain.approval import events as approval
from domain.approval import machine as approvals
from domain.approval.seats import Subject
from domain.deal import commands as c
from domain.deal import events as e
from domain.deal.billable import check_billable
from domain.deal.clocks import valid_until
from domain.deal.reading import Events, quote_of, terms_of
from domain.deal.state import Deal
from domain.due_dates import Due, DueRule
from domain.local_time import local_day
from domain.machine import Actor
from domain.money import LARGEST_MINOR, too_large
from domain.quotes import Quote, QuoteLine, Totals
from domain.quoting import content_hash, totals_of, with_tax_codes
from domain.receivables.taxation import rates_on
from domain.refusal import Code, refuse
from domain.terms import DealTerms

_LARGEST_LINES = 24_000
"""Bytes of all lines of one quote as JSON, about 120 short ones, so that the state stays below 64 KB."""
_LINE_FRAME = 190
_LIVE = ("submitted", "pending", "approved", "sent")


def priced(lines: tuple[QuoteLine, ...], terms: DealTerms, currency: str) -> tuple[QuoteLine, ...]:
    """Return the lines with their tax categories, checked (E_CCY, E_AMOUNT, E_GATE, E_LIMIT)."""
    for line in lines:
        for price in (line.list_price, line.net_price):
            if price.currency != currency:
                raise refuse(
                    Code.CCY, f"line {line.position} is in {price.currency}, the deal in {currency}",
                    f"第 {line.position} 行币种为 {price.currency}，商机币种为 {currency}",
                )  # fmt: skip
    positions = [line.position for line in lines]
    if len(set(positions)) != len(positions) or min(positions) < 1:
        raise refuse(Code.GATE, "number the lines 1, 2, 3 … without repeating a position", "行号须从 1 起且不得重复")
    if sum(_LINE_FRAME + len(f"{line.sku}{line.description}{line.unit}".encode()) for line in lines) > _LARGEST_LINES:
        raise refuse(
            Code.LIMIT,
            "these lines are too long for one quote: shorten the descriptions or split the deal",
            "报价行过长：请缩短描述或拆分商机",
        )
    check_billable(lines, terms.billing.parts)
    return with_tax_codes(lines, terms.billing.default_tax)


def totals_within_reach(lines: tuple[QuoteLine, ...], terms: DealTerms, now: datetime) -> Totals:
    """Return what checked lines come to at the tax rates of today, if it is an amount at all (E_AMOUNT)."""
    totals = _totals(lines, terms, now)
    if max(totals.gross.minor, totals.list_total.minor) > LARGEST_MINOR:
        raise too_large(max(totals.gross, totals.list_total, key=lambda sum_: sum_.minor), totals.gross.currency)
    return totals


def measures_of(totals: Totals) -> tuple[tuple[str, int], ...]:
    """Return the amounts and discounts that approval rules compare; the larger, the worse."""
    return (
        ("max_discount_bp", totals.max_discount_bp),
        ("discount_bp", totals.discount_bp),
        ("total_minor", totals.total.minor),
        ("gross_minor", totals.gross.minor),
    )


def _draft(
    deal: Deal, lines: tuple[QuoteLine, ...], nonstandard: bool, editor: str, version: int, now: datetime
) -> Quote:
    terms = terms_of(deal)
    checked = priced(lines, terms, deal.currency)
    totals = totals_within_reach(checked, terms, now)
    before = deal.quotes[-1].editors if deal.quotes else ()
    return Quote(
        version=version,
        status="draft",
        lines=checked,
        totals=totals,
        content_hash=content_hash(checked, terms, nonstandard),
        nonstandard_terms=nonstandard,
        editor=editor,
        editors=tuple(dict.fromkeys((*before, editor))),
    )


def create_quote(deal: Deal, command: c.CreateQuote, actor: Actor, now: datetime) -> Events:
    """Create the first or the next version as a draft; a blocked customer gets none (E_HOLD)."""
    _check_not_blocked(terms_of(deal))
    version = deal.quotes[-1].version + 1 if deal.quotes else 1
    return (e.QuoteCreated(quote=_draft(deal, command.lines, command.nonstandard_terms, actor.id, version, now)),)


def edit_quote(deal: Deal, command: c.EditQuote, actor: Actor, now: datetime) -> Events:
    """Change the draft; what was submitted stays as it was, and a new version takes its place."""
    _check_not_blocked(terms_of(deal))
    quote = quote_of(deal)
    if quote.status == "draft":
        same = _draft(deal, command.lines, command.nonstandard_terms, actor.id, quote.version, now)
        return (e.QuoteEdited(quote=same),)
    created = e.QuoteCreated(
        quote=_draft(deal, command.lines, command.nonstandard_terms, actor.id, quote.version + 1, now)
    )
    if quote.status not in _LIVE:
        return (created,)
    superseded = e.QuoteSuperseded(version=quote.version)
    if deal.approval is None:
        return (superseded, created)
    return (approval.ApprovalSuperseded(approval_id=deal.approval.id), superseded, created)


def submit_quote(deal: Deal, command: c.SubmitQuote, actor: Actor, now: datetime) -> Events:
    """Submit the draft for approval; a returned or recalled version is submitted again as the next one."""
    terms, quote = terms_of(deal), quote_of(deal)
    _check_not_blocked(terms)
    until = _validity(terms, command.valid_until, now)
    copied: Events = ()
    if quote.status != "draft":
        quote = _draft(deal, quote.lines, quote.nonstandard_terms, actor.id, quote.version + 1, now)
        copied = (e.QuoteCreated(quote=quote),)
    submitted = e.QuoteSubmitted(version=quote.version, content_hash=quote.content_hash, valid_until=until, by=actor.id)
    subject = subject_of(deal, quote, terms, actor.id, now)
    asked = approvals.request(f"{deal.deal_id}-q{quote.version}", subject, terms.approval)
    return (*copied, submitted, *asked)


def send_quote(deal: Deal, command: c.SendQuoteNow, actor: Actor, now: datetime) -> Events:
    """Send the approved version, if it is still what was approved and still valid."""
    quote = quote_of(deal)
    if deal.approval is None or deal.approval.subject.content_hash != quote.content_hash:
        raise refuse(
            Code.STALE, "what was approved is not this version: submit it again", "审批的不是此版本：请重新提交"
        )
    if quote.valid_until is None or now >= quote.valid_until:
        raise refuse(Code.EXPIRED, "the quote has expired: create a new version", "报价已过期：请创建新版本")
    return (
        e.QuoteSent(
            version=quote.version,
            content_hash=quote.content_hash,
            valid_until=quote.valid_until,
            total=quote.totals.total,
        ),
    )


def _check_not_blocked(terms: DealTerms) -> None:
    if terms.quote.blocked:
        raise refuse(
            Code.HOLD,
            f"customers of class {terms.customer_class} get no quotes: reclassify the customer first",
            f"{terms.customer_class} 类客户不可报价：请先调整客户分类",
        )


def _validity(terms: DealTerms, asked: datetime | None, now: datetime) -> datetime:
    if asked is None:
        return valid_until(terms, now, terms.quote.validity)
    if asked.tzinfo is None or asked <= now:
        raise refuse(Code.GATE, "valid_until must lie ahead, with its zone", "valid_until 必须是未来的时间并带时区")
    latest = valid_until(terms, now, terms.quote.validity_max)
    if asked > latest:
        raise refuse(
            Code.LIMIT,
            f"a quote is valid until {latest.isoformat()} at most",
            f"报价有效期最长至 {latest.isoformat()}",
            latest=latest.isoformat(),
        )
    return asked


def subject_of(deal: Deal, quote: Quote, terms: DealTerms, requester: str, now: datetime) -> Subject:
    """Return a version of the quote as what is to be approved."""
    totals, at_list = quote.totals, _at_list(quote, terms, now)
    return Subject(
        kind="quote",
        reference=f"quote {quote.version}",
        content_hash=quote.content_hash,
        amount=totals.total,
        measures=(
            *measures_of(totals),
            ("list_total_minor", at_list.total.minor),
            ("list_gross_minor", at_list.gross.minor),
            ("payment_days", _payment_days(terms)),
            ("nonstandard_terms", int(quote.nonstandard_terms)),
        ),
        requester=requester,
        owner=deal.owner,
        editors=quote.editors,
    )


def _at_list(quote: Quote, terms: DealTerms, now: datetime) -> Totals:
    """Return what the quote would come to if nothing were given away."""
    listed = tuple(line.model_copy(update={"net_price": line.list_price}) for line in quote.lines)
    return _totals(listed, terms, now)


def _totals(lines: tuple[QuoteLine, ...], terms: DealTerms, now: datetime) -> Totals:
    billing = terms.billing
    rates = rates_on(billing.rates, local_day(terms.zone, now))
    return totals_of(lines, rates, billing.price_includes_tax, terms.payment.untaxed_bp)


def _payment_days(terms: DealTerms) -> int:
    """Return the most days that the customer may take to pay, counting a month as 31."""
    return max((part.due.days + 31 * _months(part.due) for part in terms.payment.instalments), default=0)


def _months(rule: DueRule) -> int:
    """Return how many months a due rule may add to its days."""
    if rule.kind is Due.EOM_NET and rule.day:
        return 2
    return int(rule.kind in (Due.EOM_NET, Due.NET_EOM, Due.NET_DAY))
