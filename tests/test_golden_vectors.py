"""Where each golden vector is asserted exactly: a test that is renamed or dropped is missed here.

The seven that are about how the parts work together also run through the real workflows, on a server, with the ledger.
"""

import ast
import re

import pytest

from tests.sources import ROOT

WORKFLOWS = "tests/workflows/"
VECTORS: dict[int, tuple[str, ...]] = {
    # 100.00 by 3 is 33.34 33.33 33.33; JPY 100 by 3 is 34 33 33.
    1: ("tests/domain/test_money.py::test_g1_the_largest_remainder_wins_and_the_first_wins_a_tie",),
    # Two lines of 696.22 at 25 % bear 348.11, not 348.12.
    2: (
        "tests/domain/test_quoting.py::test_tax_is_computed_on_the_category_sum",
        "tests/domain/einvoice/test_amounts.py::test_tax_is_on_the_sum_of_the_category",
        "tests/workflows/test_einvoices.py::test_a_german_customer_gets_a_factur_x",
    ),
    # A credit of 7,612.50 at 19 % is a 381 with +1,446.38.
    3: (
        "tests/domain/receivables/test_crediting.py::test_the_tax_of_a_full_credit_is_that_of_the_invoice",
        "tests/domain/einvoice/test_amounts.py::test_a_credit_is_positive_and_its_tax_rounds_as_the_invoices_did",
        (
            "tests/workflows/test_einvoices.py"
            "::test_a_credit_note_is_a_document_of_positive_amounts_that_the_customer_receives"
        ),
    ),
    # 11,662.00 with the tax in the discount, 11,700.00 without; mixed is 11,862.00 and early 11,662.00.
    4: (
        (
            "tests/domain/receivables/test_discounting.py"
            "::test_g4_ten_thousand_and_nineteen_percent_with_two_percent_off_in_three_tax_modes"
        ),
        (
            "tests/storage/test_ledger_discounts.py"
            "::test_g4_is_settled_by_the_early_price_and_posted_with_the_tax_of_its_mode"
        ),
        "tests/workflows/test_discounts.py::test_g4_the_early_price_of_each_tax_mode_settles_the_invoice",
    ),
    # After 500 of 1,000 the rest is settled by 490 (remaining) or 480 (full), never by 980.
    5: (
        "tests/domain/receivables/test_discounting.py::test_g5_after_half_was_paid_early_the_rest_is_settled_early_by",
        "tests/storage/test_ledger_discounts.py::test_g5_the_rest_is_settled_and_a_bounce_of_it_opens_it_again",
        (
            "tests/workflows/test_discounts.py"
            "::test_g5_after_half_the_rest_is_settled_by_what_the_terms_leave_of_the_discount"
        ),
    ),
    # CNY 100,000, 30 days at 0.05 % a day: 1,500.00. EUR 10,000, 45 days at 10.15 %: 125.14, and 40.00.
    6: (
        "tests/domain/receivables/test_late_claims.py::test_interest_by_the_day_and_by_the_year",
        "tests/workflows/test_late_claims.py::test_interest_and_the_lump_sum_are_exact",
    ),
    # A receipt of 500 pays costs 10, interest 30 and principal 460; 540 are open.
    7: (
        "tests/domain/receivables/test_late_claims.py::test_costs_are_paid_first_then_interest_then_principal",
        "tests/workflows/test_late_claims.py::test_costs_are_paid_before_interest_and_interest_before_what_was_sold",
    ),
    # DSO 61.33, count-back 54.8, best possible 39.25, average days delinquent 22.08.
    8: ("tests/domain/kpi/test_dso.py::test_golden_vector_g8",),
    9: ("tests/domain/kpi/test_dso.py::test_golden_vector_g9",),  # CEI 83.33
    10: ("tests/domain/kpi/test_dso.py::test_golden_vector_g10",),  # DBT 3.0
    # 250 with 100, 150 and 150 open: a question; with b in the text, a and b.
    11: (
        "tests/domain/receivables/test_matching.py::test_two_covering_sets_are_a_question",
        "tests/domain/receivables/test_matching.py::test_text_that_names_one_decides_between_covering_sets",
        "tests/api/test_questions.py::asked",
    ),
    12: ("tests/domain/test_business_calendar.py::test_g12_an_hour_from_sunday_evening_is_monday_at_ten",),
    13: ("tests/domain/test_business_calendar.py::test_g13_eight_hours_across_the_national_day_week",),
    # Issued on 2026-01-15: eom+30d is 2026-03-02, 30d then eom is 2026-02-28.
    14: (
        "tests/domain/test_due_dates.py::test_g14_each_rule_by_its_name",
        "tests/workflows/test_terms.py::test_g14_two_terms_that_are_often_taken_for_one",
    ),
    # Level 1 of the first on day 3, of the second on day 9, with and without a gap; nothing skipped.
    15: (
        "tests/domain/account/test_dunning_dates.py::test_the_ladder_of_a_customer_re_anchors_on_what_is_left",
        "tests/workflows/test_golden.py::test_g15_the_ladder_re_anchors_on_what_is_left_and_skips_nothing",
    ),
    # Approved at 12 %, carried at 10 %, at 13 % only what was not covered is asked again.
    16: ("tests/domain/approval/test_carrying.py::test_g16_only_the_rules_that_are_not_covered_run_again",),
    # 1,000 of which 400 are paid, credited by 700: 600 offset, 100 free.
    17: (
        "tests/domain/receivables/test_crediting.py::test_the_open_part_is_offset_and_the_rest_is_released",
        "tests/workflows/test_golden.py::test_g17_a_credit_offsets_what_is_open_and_frees_what_was_paid_beyond",
    ),
    # Three times the same receipt is one; with another amount it is refused (E_IDEM) and told.
    18: (
        "tests/domain/account/test_decide.py::test_the_same_receipt_three_times_is_one_receipt",
        "tests/simulation/test_ledger.py::test_another_effect_with_the_same_receipt_is_told_so_and_changes_nothing",
    ),
}
THROUGH_WORKFLOWS = (2, 4, 5, 7, 14, 15, 17)


def test_every_vector_is_there() -> None:
    assert list(VECTORS) == list(range(1, 19))
    for number in THROUGH_WORKFLOWS:
        assert any(place.startswith(WORKFLOWS) for place in VECTORS[number]), number


@pytest.mark.parametrize(("number", "place"), [(number, place) for number in VECTORS for place in VECTORS[number]])
def test_the_test_of_a_vector_is_there_and_names_it(number: int, place: str) -> None:
    path, _, name = place.partition("::")
    source = (ROOT / path).read_text()
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    (found,) = (node for node in functions if node.name == name)
    assert re.search(rf"(?<![a-z0-9])g{number}(?![0-9])", ast.get_source_segment(source, found) or "", re.IGNORECASE)
