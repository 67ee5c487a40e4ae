"""An amendment brings what is billed to what is ordered now: the difference is billed, or credited, at once (M6)."""

from collections.abc import Sequence
from datetime import date

from domain.billing_periods import Period
from domain.deal import events as e
from domain.deal.effects import LineAmount, ServicePeriod
from domain.deal.reading import Events, order_lines
from domain.deal.recurring import apart, billed_in, for_days, item_id, lines_of
from domain.deal.state import BillingItem, Deal, Recurring
from domain.due_dates import WHOLE_BP
from domain.money import of_whole
from domain.quotes import QuoteLine
from domain.quoting import amounts_of
from domain.refusal import Code, refuse
from domain.terms import PartKind


def check_kept(ordered: Sequence[QuoteLine], lines: Sequence[QuoteLine]) -> None:
    """Refuse to leave out all that is billed once, or all that recurs with one period (E_GATE)."""
    kept = {line.every for line in lines}
    # In the order of the lines: that of a set is another one in every process, and a refusal is recorded.
    for every in dict.fromkeys(line.every for line in ordered if line.every not in kept):
        what = "once" if every is None else f"every {every}"
        raise refuse(
            Code.GATE,
            f"nothing would be left that is billed {what}: keep a line, end it (end_recurring), or cancel the deal",
            f"将没有任何按{every or '一次性'}计费的行：请至少保留一行、结束该项目（end_recurring）或取消订单",
        )


def adjustments(deal: Deal, lines: tuple[QuoteLine, ...], revision: int, today: date, reason: str, by: str) -> Events:
    """Return what an amendment bills and credits at once; what is not billed yet follows the new order by itself."""
    found: list[e.DeltaDue | e.ReductionRequired] = list(_of_shares(deal, lines, revision, reason))
    for item in deal.recurring:
        if item.started_on is not None and not item.over:
            found += _of_days(deal, item, lines, revision, today, reason)
    return tuple(one.model_copy(update={"by": by}) if isinstance(one, e.ReductionRequired) else one for one in found)


def _of_shares(
    deal: Deal, lines: Sequence[QuoteLine], revision: int, reason: str
) -> Sequence[e.DeltaDue | e.ReductionRequired]:
    """The billed shares of every line that is billed once, before and after."""
    shares = [item for item in deal.billing if item.share_bp and item.kind is not PartKind.DEPOSIT]
    new, old = (_billed(shares, lines_of(some, None)) for some in (lines, order_lines(deal)))
    more, less = apart(new, old)
    found: list[e.DeltaDue | e.ReductionRequired] = []
    if more:
        found.append(e.DeltaDue(item=f"amendment:r{revision}", amounts=more))
    if less:
        own = [item for item in deal.billing if item.status == "issued" and item.kind is not PartKind.DEPOSIT]
        items = tuple(item.id for item in reversed(own) if not item.part)
        found.append(e.ReductionRequired(amounts=less, items=items, reason=reason))
    return found


def _billed(shares: Sequence[BillingItem], lines: Sequence[QuoteLine]) -> dict[int, int]:
    """Return what the items that are billed come to of each line."""
    whole = sum(item.share_bp for item in shares) or WHOLE_BP
    found: dict[int, int] = {}
    for line, amount in zip(lines, amounts_of(lines) if lines else (), strict=True):
        before, minor = 0, 0
        for item in shares:
            upto = before + item.share_bp
            if item.status in ("requested", "issued"):
                minor += of_whole(amount.minor, upto, whole) - of_whole(amount.minor, before, whole)
            before = upto
        found[line.position] = minor
    return found


def _of_days(
    deal: Deal, item: Recurring, lines: Sequence[QuoteLine], revision: int, today: date, reason: str
) -> Sequence[e.DeltaDue | e.ReductionRequired]:
    """In advance, the billed days change from today on; in arrears, the days before are billed as agreed."""
    ordered, wanted = lines_of(order_lines(deal), item.every), lines_of(lines, item.every)
    if ordered == wanted or item.billed_until is None:
        return ()
    if item.arrears:
        return _before(item, ordered, wanted, today)
    if item.billed_until <= today:
        return ()
    days = Period(start=today, until=item.billed_until)
    service = ServicePeriod(every=item.every, days=days)
    more, less = apart(for_days(wanted, item.every, days), for_days(ordered, item.every, days))
    found: list[e.DeltaDue | e.ReductionRequired] = []
    if more:
        named = item_id(item.id, days, revision)
        found.append(e.DeltaDue(item=named, amounts=more, part=item.id, service=service))
    if less:
        items = billed_in(deal, item, today)
        found.append(e.ReductionRequired(amounts=less, items=items, reason=reason, service=service))
    return found


def _before(
    item: Recurring, ordered: Sequence[QuoteLine], wanted: Sequence[QuoteLine], today: date
) -> Sequence[e.DeltaDue]:
    if item.billed_until is None or item.billed_until >= today:
        return ()
    days = Period(start=item.billed_until, until=today)
    amounts = tuple(
        LineAmount(position=place, minor=minor) for place, minor in for_days(ordered, item.every, days).items()
    )
    kept = {line.position for line in wanted}
    return (
        e.DeltaDue(
            item=item_id(item.id, days),
            amounts=amounts,
            gone=tuple(line for line in ordered if line.position not in kept),
            part=item.id,
            service=ServicePeriod(every=item.every, days=days),
            upto=today,
        ),
    )
