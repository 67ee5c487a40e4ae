"""What a colleague is mailed is in their language throughout: its frame, its labels, and what facts say in words."""

import ast
import re
from datetime import UTC, datetime

import pytest

from connectors.mail.wording import Wording
from domain import staff_notices
from domain.organisation import Person
from domain.value import Text
from tests.sources import ROOT

WORDING = Wording()
WORDS = re.compile(r"[A-Za-z]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]")
DUE = datetime(2026, 3, 4, 9, tzinfo=UTC)
CODES = frozenset(
    {"CNY", "INV", "reminder", "bank", "Wang", "Fang", "ACME", "CST", "POST", "verdict", "approve", "UTC"}
)
"""What stays as it is in every language: codes, numbers and names."""


def reader(language: str) -> Person:
    return Person(
        id="wang.fang",
        name="Wang Fang",
        email="w@example.com",
        roles=("finance",),
        language=language,
        zone="Asia/Shanghai",
    )


def facts() -> staff_notices.Facts:
    """Return one of every fact that has a label, some of them in both languages as the core keeps them."""
    said = dict.fromkeys(staff_notices.labels(), "INV-1")
    return tuple((said | {
        "reference": "write off INV-1 / 核销坏账 INV-1",
        "outcome": "refused",
        "why": "exposure 12.00 CNY is above the limit 10.00 CNY / 敞口 12.00 CNY 超过信用额度 10.00 CNY",
        "reason": "the ladder has come to reminder-1 / 催收已到 reminder-1; INV-1",
        "amount": "12.00 CNY",
        "text": "INV-1",
        "customer": "ACME",
    }).items())  # fmt: skip


@pytest.mark.parametrize("template", sorted(staff_notices.TITLES))
def test_every_task_is_in_one_language(template: str) -> None:
    english = WORDING.task_assigned(staff_notices.task_notice(template, facts(), reader("en"), DUE))
    assert HAN.search(f"{english.subject}\n{english.text}") is None
    chinese = WORDING.task_assigned(staff_notices.task_notice(template, facts(), reader("zh-CN"), DUE))
    assert {*WORDS.findall(f"{chinese.subject}\n{chinese.text}")} <= CODES


@pytest.mark.parametrize("reference", ["write off INV-1 / 核销坏账 INV-1", "quote 2", "cancellation 1", "reduction 3"])
def test_every_question_is_in_one_language(reference: str) -> None:
    told = dict(facts()) | {"reference": reference, "requested_by": "Wang Fang", "content_hash": "12"}
    for language, wrong in (("en", HAN), ("zh", re.compile(r"quote|write off|cancellation|reduction|above|ladder"))):
        asked = staff_notices.request_notice(tuple(told.items()), "ACME", reader(language), DUE)
        letter = WORDING.approval_requested(asked)
        assert wrong.search(f"{letter.subject}\n{letter.text}") is None
        offered = staff_notices.approval_notice(tuple(told.items()), "D-1", reader(language))
        assert wrong.search(WORDING.approval_requested(offered).subject) is None


def test_a_line_is_split_only_where_its_second_half_is_the_chinese_of_its_first() -> None:
    assert staff_notices.spoken("bank/2026/1") == Text(en="bank/2026/1", zh="bank/2026/1")
    assert staff_notices.spoken("a / b").zh == "a / b"
    assert staff_notices.spoken("已付 / 未付").en == "已付 / 未付"
    assert staff_notices.spoken("A / B / 甲").en == "A / B"


def named_facts() -> set[str]:
    """Return the names of the facts with which deals and accounts tell their staff anything."""
    found: set[str] = set()
    for path in (*ROOT.glob("domain/deal/consequences*.py"), *ROOT.glob("domain/account/consequences*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_notify", "_staff"):
                found |= {keyword.arg for keyword in node.keywords if keyword.arg is not None}
            if isinstance(node, ast.Assign) and any(getattr(to, "id", "") in ("facts", "told") for to in node.targets):
                found |= {
                    key.value
                    for inner in ast.walk(node.value)
                    if isinstance(inner, ast.Dict)
                    for key in inner.keys
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                }
    # Only a question has these, and its mail says them in its own words.
    return found - {"two_sided", "content_hash"}


def test_every_fact_has_a_label_in_both_languages() -> None:
    names = named_facts()
    assert {"stage", "open", "invoices", "outcome", "decided_by"} <= names
    assert names - set(staff_notices.labels()) == set()
    assert all(HAN.search(label.zh) and not HAN.search(label.en) for label in staff_notices.labels().values())
