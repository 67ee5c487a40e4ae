"""How deals end: a deal is prospecting until it is qualified, engaging until it is won or lost, from day to day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from domain.kpi import tree
from domain.kpi.facts import DealFact, Facts, attribute
from domain.kpi.monthly import Month
from domain.kpi.spread import average, median, ratio, spread
from domain.money import Rounding, round_minor


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A deal by calendar days.

    Attributes:
        engaged_on: the day of its creation, if it was ever qualified.
        won_on: the day its quote was accepted.
        lost_on: the day it was lost, if it was not won.
    """

    deal: DealFact
    engaged_on: date | None
    won_on: date | None
    lost_on: date | None

    @property
    def closed_on(self) -> date | None:
        """Return the day it was won or lost."""
        return self.won_on or self.lost_on

    @property
    def cycle_days(self) -> int | None:
        """Return calendar days from engagement to close."""
        return (self.closed_on - self.engaged_on).days if self.closed_on and self.engaged_on else None

    @property
    def discount(self) -> Decimal | None:
        """Return 1 - net / list of a won deal, below zero when sold above list."""
        net, list_minor = self.deal.quote_minor, self.deal.list_minor
        return None if net is None or list_minor is None or not self.won_on else ratio(list_minor - net, list_minor)

    @property
    def list_minor(self) -> int:
        """Return the list price, zero where none is known."""
        return self.deal.list_minor or 0

    @property
    def won_minor(self) -> int:
        """Return what a won deal was sold for."""
        return self.deal.quote_minor or 0 if self.won_on else 0


def opportunities(facts: Facts) -> tuple[Opportunity, ...]:
    """Read every deal by calendar days."""
    return tuple(_opportunity(facts, deal) for deal in facts.deals)


def _opportunity(facts: Facts, deal: DealFact) -> Opportunity:
    return Opportunity(
        deal,
        engaged_on=facts.day(deal.created_at) if deal.qualified_at else None,
        won_on=facts.day(deal.accepted_at) if deal.accepted_at else None,
        lost_on=facts.day(deal.lost_at) if deal.lost_at and not deal.accepted_at else None,
    )


def overview(deals: Sequence[Opportunity]) -> tree.Section:
    """Return the fifteen figures of any group of deals."""
    won = [deal for deal in deals if deal.won_on]
    lost = [deal for deal in deals if deal.lost_on]
    values = [deal.won_minor for deal in won]
    engaging = sum(deal.closed_on is None and deal.engaged_on is not None for deal in deals)
    return tree.Section(
        {
            "n": tree.count(len(deals)),
            "won": tree.count(len(won)),
            "lost": tree.count(len(lost)),
            "engaging": tree.count(engaging),
            "prospecting": tree.count(len(deals) - len(won) - len(lost) - engaging),
            "win_rate": tree.mean(win_rate(deals)),
            "won_value": tree.money(sum(values)),
            "adv": tree.money_mean(average(values)),
            "median_value": tree.money_mean(median(values)),
            "mean_cycle_won": tree.mean(average(_cycles(won))),
            "median_cycle_won": tree.mean(median(_cycles(won))),
            "mean_cycle_lost": tree.mean(average(_cycles(lost))),
            "median_cycle_lost": tree.mean(median(_cycles(lost))),
            "mean_discount": tree.mean(average(_discounts(won))),
            "open_list_value": tree.money(_list_minor(deal for deal in deals if not deal.closed_on)),
        }
    )


def win_rate(deals: Iterable[Opportunity]) -> Decimal | None:
    """Return won / (won + lost), nothing while none is closed."""
    closed = [deal for deal in deals if deal.closed_on]
    return ratio(sum(deal.won_on is not None for deal in closed), len(closed))


def statistics(deals: Sequence[Opportunity]) -> tree.Section:
    """Return the totals, the stages and the spreads of cycles, values and discounts."""
    won = [deal for deal in deals if deal.won_on]
    lost = [deal for deal in deals if deal.lost_on]
    totals = overview(deals)
    return tree.Section(
        {
            "totals": totals,
            "stages": tree.Section(
                {stage.capitalize(): totals.entries[stage] for stage in ("won", "lost", "engaging", "prospecting")}
            ),
            "cycle_won": spread(_cycles(won)),
            "cycle_lost": spread(_cycles(lost)),
            "value_won": spread([deal.won_minor for deal in won], tree.money_mean),
            "discount_won": spread(_discounts(won)),
            "pipeline_open": _pipeline(deals),
            "velocity_per_day": tree.Figure(tree.Unit.MONEY_DAY, _velocity(won)),
        }
    )


def approvals_by_discount(deals: Iterable[Opportunity], percents: Iterable[int]) -> tree.Section:
    """Count won deals and their value by discount strictly above a percentage of list, compared as integers."""
    won = [deal for deal in deals if deal.discount is not None]
    return tree.Section({f">{percent}%": _above(won, percent) for percent in percents})


def _above(won: Iterable[Opportunity], percent: int) -> tree.Section:
    minors = [d.won_minor for d in won if (d.list_minor - d.won_minor) * 100 > percent * d.list_minor]
    return tree.Section({"n": tree.count(len(minors)), "value": tree.money(sum(minors))})


def by_attribute(deals: Iterable[Opportunity], name: str) -> tree.Section:
    """Return the figures of each group; deals without the attribute are in no group."""
    return _by(deals, lambda deal: attribute(deal.deal.attributes, name))


def by_calendar(deals: Sequence[Opportunity]) -> tree.Section:
    """Return the figures by quarter and month of close and of engagement."""

    def month(day: date | None) -> str | None:
        return Month.of(day).label if day else None

    def quarter(day: date | None) -> str | None:
        return Month.of(day).quarter if day else None

    return tree.Section(
        {
            "by_close_quarter": _by(deals, lambda deal: quarter(deal.closed_on)),
            "by_close_month": _by(deals, lambda deal: month(deal.closed_on)),
            "by_engage_quarter": _by(deals, lambda deal: quarter(deal.engaged_on)),
            "by_engage_month": _by(deals, lambda deal: month(deal.engaged_on)),
        }
    )


def as_of(deals: Sequence[Opportunity], days: Iterable[date]) -> tree.Series:
    """Return the pipeline at the end of each day; a deal never qualified is never in it."""
    return tree.Series("date", tuple(_as_of(deals, day) for day in days))


def _as_of(deals: Sequence[Opportunity], day: date) -> tree.Section:
    engaged = [(deal, deal.engaged_on) for deal in deals if deal.engaged_on and deal.engaged_on <= day]
    opened = [(deal, since) for deal, since in engaged if not deal.closed_on or deal.closed_on > day]
    won = [deal for deal in deals if deal.won_on and deal.won_on <= day]
    return tree.Section(
        {
            "date": tree.day(day),
            "engaged": tree.count(len(engaged)),
            "open": tree.count(len(opened)),
            "open_list_value": tree.money(_list_minor(deal for deal, _ in opened)),
            "won_cum": tree.count(len(won)),
            "won_value_cum": tree.money(sum(deal.won_minor for deal in won)),
            "lost_cum": tree.count(sum(deal.lost_on is not None and deal.lost_on <= day for deal in deals)),
            "mean_age_open_days": tree.mean(average([(day - since).days for _, since in opened])),
        }
    )


def _pipeline(deals: Sequence[Opportunity]) -> tree.Section:
    opened = [deal for deal in deals if not deal.closed_on]
    return tree.Section(
        {
            "n": tree.count(len(opened)),
            "list_value": tree.money(_list_minor(opened)),
            "with_account": tree.count(sum(attribute(d.deal.attributes, "account") is not None for d in opened)),
            "weighted_by_product_win_rate": tree.money(_weighted_minor(deals)),
        }
    )


def _weighted_minor(deals: Sequence[Opportunity]) -> int:
    """Sum the list prices of open deals times the win rate of their product as shown (six places), rounded half up."""
    exact = Decimal(0)
    for product in _groups(deals, lambda deal: attribute(deal.deal.attributes, "product")).values():
        rate = round(win_rate(product) or Decimal(0), 6)
        exact += _list_minor(deal for deal in product if not deal.closed_on) * rate
    return round_minor(exact, Rounding.HALF_UP)


def _velocity(won: Sequence[Opportunity]) -> Decimal | None:
    """Return revenue per day: closed deals times win rate times mean value, over the mean cycle of the won."""
    cycle = average(_cycles(won))
    return ratio(sum(deal.won_minor for deal in won), cycle) if cycle else None


def _cycles(deals: Iterable[Opportunity]) -> list[int]:
    return [deal.cycle_days for deal in deals if deal.cycle_days is not None]


def _discounts(won: Iterable[Opportunity]) -> list[Decimal]:
    return [deal.discount for deal in won if deal.discount is not None]


def _list_minor(deals: Iterable[Opportunity]) -> int:
    return sum(deal.list_minor for deal in deals)


def _by(deals: Iterable[Opportunity], group: Callable[[Opportunity], str | None]) -> tree.Section:
    return tree.Section({name: overview(members) for name, members in _groups(deals, group).items()})


def _groups(deals: Iterable[Opportunity], group: Callable[[Opportunity], str | None]) -> dict[str, list[Opportunity]]:
    groups: dict[str, list[Opportunity]] = {}
    for deal in deals:
        name = group(deal)
        if name is not None:
            groups.setdefault(name, []).append(deal)
    return dict(sorted(groups.items()))
