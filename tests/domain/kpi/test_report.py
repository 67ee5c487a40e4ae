"""The figures of small facts are what a person works out by hand."""

from dataclasses import replace
from decimal import Decimal

from domain.kpi import tree
from domain.kpi.facts import AllocationFact, Facts
from domain.kpi.inputs import Inputs
from domain.kpi.monthly import Month
from domain.kpi.receivable import receivables
from domain.kpi.report import figures
from domain.kpi.spread import ratio
from tests.domain.kpi.facts_made import FACTS, LADDER, OPEN, PAID_LATE, at, on

ASKED = Inputs(run_on=on(3, 10), cutoffs=(on(2, 20), on(2, 23)), as_of=(on(1, 31),))
EMPTY = Facts("CNY", (), (), (), (), (), (), LADDER)


def value(path: str, facts: Facts = FACTS, asked: Inputs = ASKED) -> object:
    """Return the value of one figure, by its path."""
    node: tree.Node | None = figures(facts, asked).root
    for name in path.split("/"):
        node = (
            node.row(name)
            if isinstance(node, tree.Series)
            else node.get(name)
            if isinstance(node, tree.Section)
            else None
        )
    assert isinstance(node, tree.Figure), path
    return node.value


def six(path: str) -> Decimal:
    """Return a figure to six places."""
    found = value(path)
    assert isinstance(found, Decimal)
    return round(found, 6)


def test_events_count_by_kind_and_moments_only_over_the_kinds_asked_for() -> None:
    asked = replace(ASKED, kinds=("lead_created", "quote_accepted", "deal_lost"))
    assert value("events/lead_created", asked=asked) == 2
    assert value("events/deal_lost", asked=asked) == 0
    assert value("last_event", asked=asked) == at(1, 15, 9, 1)
    assert value("last_event") == at(3, 31)
    assert value("events/order_created") == 1
    assert (value("deals"), value("won")) == (4, 1)


def test_durations_run_to_the_last_settlement() -> None:
    assert value("lead_to_cash_days/max") == 50
    assert value("order_to_cash_days/max") == 40
    assert value("order_to_invoice_days/max") == 5
    assert value("lead_to_cash_days/n") == 1


def test_a_deal_half_paid_has_no_cash_day() -> None:
    half = replace(FACTS, allocations=FACTS.allocations[:1])
    assert value("lead_to_cash_days/n", half) == 0
    assert value("order_to_invoice_days/n", half) == 1


def test_receivables_totals() -> None:
    assert value("ar/totals/invoices") == 3
    assert value("ar/totals/amount") == 1030_01
    assert value("ar/totals/settled_amount") == 980_01
    assert value("ar/totals/open_amount") == 50_00
    assert value("ar/totals/late_amount") == 880_00
    assert six("ar/totals/share_late") == Decimal("0.5")
    assert six("ar/totals/share_disputed") == Decimal("0.666667")
    assert value("ar/terms_days/30") == 2
    assert value("ar/terms_days/10") == 1
    assert (value("ar/paid/early"), value("ar/paid/on_due_date"), value("ar/paid/late")) == (1, 0, 1)
    assert value("ar/late_histogram/4-10") == 1
    assert value("ar/late_interest_8pct") == 96  # 88000 · 8 % · 5 / 365 = 96.4
    assert value("ar/disputes/closed") == 1
    assert value("ar/disputes/open") == 1
    assert value("ar/disputes/resolution_days/max") == 2
    assert value("ar/by_customer/Beta/invoices") == 2
    assert value("ar/by_country/DE/open") == 0


def test_a_part_payment_is_off_the_receivable_from_its_value_date() -> None:
    first = receivables(FACTS)[0]
    assert [first.open_minor(day) for day in (on(1, 19), on(1, 20), on(2, 9), on(2, 10), on(2, 24))] == [
        0, 880_00, 880_00, 480_00, 0,
    ]  # fmt: skip
    assert first.settled_on == on(2, 24)


def test_a_reversal_opens_an_invoice_again_and_a_deposit_settles_it_at_issue() -> None:
    reversed_ = AllocationFact("1", -480_00, on(2, 25), at(2, 25))
    assert receivables(replace(FACTS, allocations=(*FACTS.allocations, reversed_)))[0].settled_on is None
    deposit = AllocationFact("1", 880_00, on(1, 2), at(1, 20))
    assert receivables(replace(FACTS, allocations=(deposit,)))[0].settled_on == on(1, 20)


def test_months_add_up() -> None:
    january, february = "ar/monthly/2026-01", "ar/monthly/2026-02"
    assert value(f"{january}/sales") == value(f"{january}/ar_end") == 980_01
    assert value(f"{january}/DSO_simple") == 31
    assert value(f"{february}/receipts") == 980_01
    assert value(f"{february}/receipts_n") == 3
    assert value(f"{february}/ar_end_overdue") == value(f"{february}/ar_end") == 50_00
    assert value(f"{february}/BPDSO") == 0
    assert value(f"{february}/ADD") == 28
    assert value("ar/monthly/2026-03/DSO_simple") is None
    assert value("ar/monthly/2026-03/DSO_countback") == 59


def test_dso_over_ninety_days_includes_the_day_eighty_nine_before() -> None:
    asked = replace(ASKED, months=(Month(2026, 4), Month(2026, 5)))
    # since 31 January, the issue day of PAID_EARLY
    assert value("ar/monthly/2026-04/DSO_90", asked=asked) == ratio(50_00 * 90, 100_01 + 50_00)
    assert value("ar/monthly/2026-05/DSO_90", asked=asked) is None


def test_ageing_counts_the_due_day_as_not_due() -> None:
    assert value("ar/aging/2026-02-20/open_amount") == 530_00
    assert value("ar/aging/2026-02-20/buckets/not_due/amount") == 50_00
    assert value("ar/aging/2026-02-20/buckets/1-30/amount") == 480_00
    assert value("ar/aging/2026-02-23/buckets/1-30/n") == 2
    assert value("ar/aging/2026-02-23/by_country/DE/1-30/amount") == 480_00
    assert value("ar/aging/2026-02-23/by_customer/Acme/not_due/n") == 0


def test_dunning_counts_what_was_sent_with_what_was_open_then() -> None:
    sent = "ar/dunning/dunning_dispute_hold"
    assert (value(f"{sent}/reminder/n"), value(f"{sent}/reminder/amount")) == (1, 480_00)
    assert (value(f"{sent}/L1/n"), value(f"{sent}/L1/amount")) == (0, 0)
    assert value("ar/dunning/dunning_no_disputed/reminder/n") == 1


def test_dunning_without_hold_is_computed_up_to_the_run_date() -> None:
    assert value("ar/dunning/all/reminder/n") == 2
    assert value("ar/dunning/all/reminder/amount") == 530_00
    assert value("ar/dunning/all/L1/amount") == 50_00
    early = replace(ASKED, run_on=on(3, 1))
    assert value("ar/dunning/all/L1/n", asked=early) == 0
    assert value("ar/dunning/all/reminder/n", asked=replace(ASKED, run_on=on(2, 21))) == 0


def test_a_payment_on_the_day_of_a_stage_comes_before_it() -> None:
    on_the_day = replace(
        FACTS, invoices=(PAID_LATE,), ladder=replace(LADDER, stages=(replace(LADDER.stages[0], day=5),))
    )
    assert value("ar/dunning/all/reminder/n", on_the_day) == 0


def test_under_a_ladder_without_hold_all_is_what_was_sent() -> None:
    ignoring = replace(FACTS, ladder=replace(LADDER, dispute_hold="none"))
    assert value("ar/dunning/all/reminder/n", ignoring) == 1
    assert value("ar/dunning/all/L1/n", ignoring) == 0


def test_a_notice_for_an_invoice_that_no_longer_stands_is_not_counted() -> None:
    assert value("ar/dunning/dunning_dispute_hold/reminder/n", replace(FACTS, invoices=(OPEN,))) == 0


def test_sales_overview() -> None:
    totals = "sales/totals"
    stages = [value(f"sales/stages/{stage}") for stage in ("Won", "Lost", "Engaging", "Prospecting")]
    assert stages == [1, 1, 1, 1]
    assert value(f"{totals}/win_rate") == Decimal("0.5")
    assert value(f"{totals}/won_value") == 880_00
    assert value(f"{totals}/mean_cycle_won") == 10
    assert value(f"{totals}/mean_cycle_lost") == 22
    assert value(f"{totals}/mean_discount") == Decimal("0.12")
    assert value(f"{totals}/open_list_value") == 500_00
    assert value("sales/pipeline_open/with_account") == 1
    assert value("sales/pipeline_open/weighted_by_product_win_rate") == 250_00
    assert value("sales/velocity_per_day") == 88_00
    assert value("sales/by_agent/Bob/win_rate") is None
    assert value("sales/by_agent/Ann/lost") == 1
    assert value("sales/by_close_month/2026-02/lost") == 1
    assert value("sales/by_engage_quarter/2026Q1/n") == 3


def test_a_discount_of_exactly_the_limit_is_not_above_it() -> None:
    asked = replace(ASKED, discount_percents=(11, 12))
    assert value("sales/approvals_by_discount/>11%/value", asked=asked) == 880_00
    assert value("sales/approvals_by_discount/>12%/n", asked=asked) == 0


def test_deals_without_an_account_are_in_no_account() -> None:
    accounts = figures(FACTS, ASKED).root.get("sales")
    assert isinstance(accounts, tree.Section)
    by_account = accounts.get("by_account")
    assert isinstance(by_account, tree.Section)
    assert list(by_account.entries) == ["Acme"]


def test_the_pipeline_at_the_end_of_a_day() -> None:
    row = "sales/as_of/2026-01-31"
    assert (value(f"{row}/engaged"), value(f"{row}/open"), value(f"{row}/won_cum")) == (2, 1, 1)
    assert (value(f"{row}/lost_cum"), value(f"{row}/mean_age_open_days")) == (0, 21)
    assert value(f"{row}/open_list_value") == 1000_00


def test_no_facts_no_answers() -> None:
    assert value("ar/totals/mean_days_to_settle", EMPTY, Inputs()) is None
    assert value("ar/run_date", EMPTY, Inputs()) is None
    assert value("sales/totals/win_rate", EMPTY, Inputs()) is None
    assert value("first_event", EMPTY, Inputs()) is None


def test_figures_are_written_in_major_units() -> None:
    section = tree.Section(
        {
            "n": tree.count(2),
            "amount": tree.money(1250),
            "mean": tree.money_mean(Decimal("1250.5")),
            "dso": tree.dso(Decimal("61.33333")),
            "none": tree.mean(None),
            "at": tree.minute(at(1, 5, 9, 7)),
            "rows": tree.Series("month", (tree.Section({"month": tree.text("2026-01")}),)),
            "empty": tree.Section({}),
        }
    )
    assert tree.write(section, 2) == (
        '{\n  "n": 2,\n  "amount": 12.50,\n  "mean": 12.505000,\n  "dso": 61.3333,\n  "none": null,\n'
        '  "at": "2026-01-05T09:07:00Z",\n  "rows": [\n    {\n      "month": "2026-01"\n    }\n  ],\n  "empty": {}\n}'
    )
