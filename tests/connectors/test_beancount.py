"""What we write is a beancount file, whatever stands in names; bean-check, a program of its own, is the judge."""

import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.bookkeeping.beancount import account_name, beancount_lines, title_of
from domain.receivables.journal import AccountBalance, JournalEntry, balances_of
from domain.receivables.postings import Posting
from tests.bean_check import bean_check

ON = date(2026, 3, 2)
NASTY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def entry(minor: int, currency: str = "CNY", **changed: object) -> JournalEntry:
    legs = (
        Posting(account="receivable", minor=minor, currency=currency),
        Posting(account="revenue", minor=-minor, currency=currency),
    )
    usual: dict[str, object] = {
        "name": "invoice:k", "what": "invoice", "on": ON, "entity": "CN01", "customer_id": "c-1",
        "customer_name": "示例科技", "document": "INV-1", "deals": ("D-1",), "legs": legs,
    }  # fmt: skip
    return JournalEntry.model_validate(usual | changed)


def test_an_invoice_is_one_transaction_with_its_document_and_deal() -> None:
    assert list(beancount_lines([entry(123_456)])) == [
        'option "title" "LTC ledger"',
        "2026-03-02 commodity CNY",
        "2026-03-02 open Assets:CN01:Receivable CNY",
        "2026-03-02 open Income:CN01:Revenue CNY",
        "",
        '2026-03-02 * "示例科技" "Invoice 发票 INV-1"',
        '  entry: "invoice:k"',
        '  customer: "c-1"',
        '  document: "INV-1"',
        '  deals: "D-1"',
        "  Assets:CN01:Receivable  1234.56 CNY",
        "  Income:CN01:Revenue  -1234.56 CNY",
        "",
        "2026-03-03 balance Assets:CN01:Receivable  1234.56 ~ 0 CNY",
        "2026-03-03 balance Income:CN01:Revenue  -1234.56 ~ 0 CNY",
    ]


def test_an_entry_without_a_title_is_our_mistake() -> None:
    assert title_of(entry(1, what="credit_note/CN-1")) == "Credit note 红字发票"
    with pytest.raises(LookupError, match="entries 'gift' have no title"):
        title_of(entry(1, what="gift"))


def test_nothing_is_a_file_too(tmp_path: Path) -> None:
    assert bean_check(tmp_path, beancount_lines([])) == ""


def test_balances_are_kept_apart_by_entity_and_currency() -> None:
    found = balances_of([entry(5), entry(-2), entry(7, "JPY"), entry(1, entity="DE01")])
    assert found == tuple(
        AccountBalance(entity=entity, currency=currency, account=account, debit_minor=debit, credit_minor=credit)
        for entity, currency, account, debit, credit in (
            ("CN01", "CNY", "receivable", 5, 2), ("CN01", "CNY", "revenue", 2, 5),
            ("CN01", "JPY", "receivable", 7, 0), ("CN01", "JPY", "revenue", 0, 7),
            ("DE01", "CNY", "receivable", 1, 0), ("DE01", "CNY", "revenue", 0, 1),
        )
    )  # fmt: skip
    assert [line.balance_minor for line in found[:2]] == [3, -3]


@pytest.mark.parametrize(
    ("entity", "component"),
    [("CN01", "CN01"), ("cn", "Xcn"), ("CN_1", "CN-5F-1"), ("CN-1", "CN-2D-1"), ("示例", "X-793A--4F8B-"), ("1", "1")],
)
def test_an_entity_is_a_part_of_the_account(entity: str, component: str) -> None:
    assert account_name(entity, "bad_debt") == f"Expenses:{component}:BadDebt"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(
    st.lists(
        st.builds(
            entry,
            st.integers(-(10**15), 10**15).filter(bool),
            st.sampled_from(["CNY", "JPY", "KWD"]),
            entity=NASTY,
            customer_name=NASTY,
            customer_id=NASTY,
            document=NASTY,
            name=NASTY,
            on=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_bean_check_accepts_whatever_stands_in_a_name(tmp_path: Path, entries: list[JournalEntry]) -> None:
    assert bean_check(tmp_path, beancount_lines(entries)) == ""


def test_bean_check_finds_a_balance_that_is_a_cent_off(tmp_path: Path) -> None:
    lines = [line.replace("1234.56 ~", "1234.57 ~") for line in beancount_lines([entry(123_456)])]
    assert "Balance failed for 'Assets:CN01:Receivable'" in bean_check(tmp_path, lines)


def test_bean_check_finds_a_transaction_that_does_not_balance(tmp_path: Path) -> None:
    lines = [line.replace("  1234.56 CNY", "  1234.55 CNY") for line in beancount_lines([entry(123_456)])]
    assert "does not balance" in bean_check(tmp_path, lines)


def test_nothing_of_beancount_is_loaded_with_the_product() -> None:
    import sys

    from tests.sources import ROOT

    said = "import sys, commands.export; print('beancount' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
