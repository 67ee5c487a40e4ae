"""A condition is true, false or an error; nothing absent, mistyped or too large ever passes for false."""

import pytest

from connectors.conditions.cel_conditions import CelConditions
from domain.ports import ConditionError

CEL = CelConditions()
Facts = tuple[tuple[str, int | str | bool], ...]


@pytest.mark.parametrize(
    ("expression", "facts", "expected"),
    [
        ("a > 500 || b >= 10000000", (("a", 501), ("b", 0)), True),
        ("a > 500 || b >= 10000000", (("a", 500), ("b", 9_999_999)), False),
        ("title in ['CEO', '采购总监'] && !known", (("title", "采购总监"), ("known", False)), True),
        ("name.contains('科技') && name.startsWith('示')", (("name", "示例科技"),), True),
        ("source == '1.5'", (("source", "1.5"),), True),
        ("true", (), True),
    ],
)
def test_conditions_over_integers_texts_and_truth_values(expression: str, facts: Facts, expected: object) -> None:
    assert CEL.holds(expression, facts) is expected


@pytest.mark.parametrize(
    ("expression", "facts", "sentence"),
    [
        ("a > 5 || b > 3", (("a", 6),), "b is absent"),
        ("b > 3 || a > 5", (("a", 6),), "b is absent"),
        ("a > 5", (("a", "x"),), "cannot be decided"),
        ("a > 5", (("a", True),), "cannot be decided"),
        ("a > 5", (("a", 5.5),), "a is float"),
        ("a > 5", (("a", None),), "a is NoneType"),
        ("a + 1 > 0", (("a", 2**63 - 1),), "overflow"),
        ("a > 0", (("a", 2**63),), "leaves 64 bits"),
        ("a / 0 > 1", (("a", 1),), "division by zero"),
        ("a ? b : 7", (("a", False), ("b", 1)), "gives 7"),
        ("a + 1", (("a", 1),), "gives 2"),
    ],
)
def test_whatever_else_happens_is_an_error(expression: str, facts: Facts, sentence: str) -> None:
    with pytest.raises(ConditionError, match=sentence):
        CEL.holds(expression, facts)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("a > ", "cannot be read"),
        ("", "cannot be read"),
        ("a > 1.5", "not decimals"),
        ("a > 5e2", "not decimals"),
        ("a > 5 or b > 3", "cannot be read"),
        ("typo > 5", "typo is not known here; known are a, b"),
        ("[1, 2].all(x, x > a)", "@not_strictly_false"),
        ("timestamp('2026-01-01T00:00:00Z') > a", "uses timestamp"),
        ("name(a)", "uses name"),
        ("size('中文') > a", "uses size"),
        ("a > 5 \\ b", "no backslash"),
        ("(" * 200 + "a" + ")" * 200, "cannot be read"),
        ("a" * 2001, "at most 2000"),
    ],
)
def test_malformed_conditions_are_found_before_they_run(expression: str, sentence: str) -> None:
    with pytest.raises(ConditionError, match=sentence):
        CEL.check(expression, ("a", "b"))


def test_names_are_found_without_evaluating() -> None:
    assert CEL.names("max_discount_bp > 500 || total_minor >= 10000000") == ("max_discount_bp", "total_minor")
