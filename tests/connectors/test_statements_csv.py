"""CSV files by the profile of their bank: encodings, signs, running balances, and what is refused."""

from datetime import date
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank_statements.csv_profile import BankProfile, load_profiles
from connectors.bank_statements.reading import read
from connectors.policy_files.problems import PolicyError
from domain.money import Money
from domain.statements.judging import Verdict, adds_up, judge
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import Direction, Party, Statement, StatementKind
from tests.sources import ROOT

PROFILES = load_profiles(ROOT / "policies" / "banks.yaml")
CN_HEAD = "账号：,6222021234567890\n币种：,人民币\n\n"
CN_COLUMNS = "交易日期,借方发生额,贷方发生额,余额,交易流水号,对方户名,对方账号,摘要,附言\n"
DE_COLUMNS = (
    "Auftragskonto;Buchungstag;Valutadatum;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;"
    "Betrag;Waehrung\n"
)


def chinese(*rows: str, head: str = CN_HEAD.replace("人民币", "CNY"), encoding: str = "gb18030") -> bytes:
    return (head + CN_COLUMNS + "".join(f"{row}\n" for row in rows)).encode(encoding)


def one(content: bytes, profiles: tuple[BankProfile, ...] = PROFILES) -> Statement:
    (found,) = read(content, profiles).statements
    return found


GOOD = (
    '2026-01-05,,"1,000.00","11,000.00",T1,甲公司,62220,货款,发票INV-1',
    '2026-01-06 10:20:30,250.50,,"10,749.50",T2,乙公司,62221,手续费,',
)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8"])
def test_a_chinese_file_with_two_columns_is_read(encoding: str) -> None:
    file = read(chinese(*GOOD, encoding=encoding), PROFILES)
    found = file.statements[0]
    assert (file.profile, found.kind, found.account, found.currency) == (
        "cn-two-columns", StatementKind.CSV, "6222021234567890", "CNY",
    )  # fmt: skip
    first, second = found.entries
    assert (first.amount, first.direction) == (Money(minor=100_000, currency="CNY"), Direction.CREDIT)
    assert (second.amount, second.direction) == (Money(minor=-25_050, currency="CNY"), Direction.DEBIT)
    assert (first.servicer_reference, first.booked_on, second.booked_on) == ("T1", date(2026, 1, 5), date(2026, 1, 6))
    assert first.payments[0].debtor == Party(name="甲公司", account="62220")
    assert first.payments[0].unstructured == ("货款", "发票INV-1")
    assert [balance.amount.minor for balance in found.balances] == [1_000_000, 1_074_950]
    assert judge(found).verdict is Verdict.POST


def test_the_newest_first_adds_up_too() -> None:
    found = one(chinese(*reversed(GOOD)))
    assert [balance.amount.minor for balance in found.balances] == [1_000_000, 1_074_950]
    assert judge(found).verdict is Verdict.POST


def test_rows_behind_the_table_and_spreadsheet_tricks_are_passed_over() -> None:
    row = '="2026-01-05",--,"1,000.00\t","11,000.00",\'T1,甲公司,="0622",货款,'
    found = one(chinese(row.replace('="2026-01-05"', "2026-01-05").replace('="0622"', "'0622"), "", "合计,,,,,,,,"))
    (entry,) = found.entries
    assert (entry.servicer_reference, entry.payments[0].debtor.account) == ("T1", "0622")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ('2026-02-30,,"1,000.00","12,749.50",T3,,,,', ProblemKind.DATE),
        ('05.01.2026,,"1,000.00","11,749.50",T3,,,,', ProblemKind.DATE),
        ('2026-01-07,,"1000,00","11,749.50",T3,,,,', ProblemKind.AMOUNT),
        ('2026-01-07,,1.000,"11,749.50",T3,,,,', ProblemKind.CHAIN),
        ('2026-01-07,,1.0001,"10,750.50",T3,,,,', ProblemKind.AMOUNT),
        ('2026-01-07,,"10,00.00","11,749.50",T3,,,,', ProblemKind.AMOUNT),
        ('2026-01-07,5.00,5.00,"10,749.50",T3,,,,', ProblemKind.AMOUNT),
        ('2026-01-07,,,"10,749.50",T3,,,,', ProblemKind.AMOUNT),
        ("2026-01-07,,5.00,,T3,,,,", ProblemKind.CHAIN),
        ('2026-01-07,,5.00,"10,754.51",T3,,,,', ProblemKind.CHAIN),
        ("2026-01-07,,5.00", ProblemKind.INCOMPLETE),
    ],
)
def test_a_row_that_cannot_be_believed_quarantines_the_statement(row: str, kind: ProblemKind) -> None:
    judged = judge(one(chinese(*GOOD, row)))
    assert judged.verdict is Verdict.QUARANTINE
    assert kind in {reason.kind for reason in judged.reasons}


def test_a_red_entry_takes_back_what_was_on_its_side() -> None:
    credit = "2026-01-07,,-100.00,900.00,T3,,,,"
    debit = "2026-01-08,-50.00,,950.00,T4,,,,"
    back, forth = one(chinese(credit, debit)).entries
    assert (back.amount.minor, back.direction, back.is_reversal) == (-10_000, Direction.DEBIT, True)
    assert (forth.amount.minor, forth.direction, forth.is_reversal) == (5_000, Direction.CREDIT, True)


def test_marks_tell_the_direction_and_accounts_are_told_apart() -> None:
    head = "交易日,账号,借贷标志,交易金额,余额,币种,流水号,对方户名,对方账号,摘要\n"
    rows = (
        "20260105,A1,贷,100.00,100.00,CNY,1,甲,1,货款\n"
        "20260105,A2,C,7.00,7.00,USD,2,乙,2,货款\n"
        "20260106,A1,借,40.00,60.00,CNY,3,丙,3,付款\n"
    )
    first, second = read((head + rows).encode("gb18030"), PROFILES).statements
    assert [(entry.index, entry.amount.minor) for entry in first.entries] == [(1, 10_000), (2, -4_000)]
    assert [(found.account, adds_up(found)) for found in (first, second)] == [("A1", True), ("A2", True)]
    assert second.entries[0].amount.currency == "USD"
    unknown = one((head + rows.splitlines(keepends=True)[0].replace("贷", "?")).encode())
    assert [problem.kind for problem in unknown.problems] == [ProblemKind.SIGN]


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-8"])
def test_a_german_file_has_a_decimal_comma_and_asks_without_balances(encoding: str) -> None:
    rows = (
        "DE89;05.01.26;06.01.26;Rechnung über INV-1;Müller;DE11;1.234,56;EUR\nDE89;06.01.26;06.01.26;x;y;z;-7,5;EUR\n"
    )
    found = one((DE_COLUMNS + rows).encode(encoding))
    assert [entry.amount.minor for entry in found.entries] == [123_456, -750]
    assert (found.entries[0].valued_on, found.entries[0].payments[0].debtor.name) == (date(2026, 1, 6), "Müller")
    assert judge(found).verdict is Verdict.ASK


def test_debits_with_a_minus_in_their_own_column() -> None:
    columns = "Buchungstag;Wert;Verwendungszweck;Begünstigter / Auftraggeber;IBAN;Soll;Haben;Währung\n"
    rows = "05.01.2026;05.01.2026;x;A;DE1;-1.000,00;;EUR\n05.01.2026;05.01.2026;x;B;DE2;;2.000,00;EUR\n"
    found = one(("IBAN: DE89\n" + columns + rows + "Kontostand;;;;;;1.000,00;EUR\n").encode())
    assert [(entry.amount.minor, entry.is_reversal) for entry in found.entries] == [(-100_000, False), (200_000, False)]
    assert found.account == "DE89"


@given(
    st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=8),
    st.integers(-(10**9), 10**9),
    st.booleans(),
    st.sampled_from(["gb18030", "utf-8-sig"]),
)
def test_what_is_written_is_read_back_and_one_cent_more_is_found(
    amounts: list[int], opening: int, newest_first: bool, encoding: str
) -> None:
    def text(minor: int) -> str:
        return f'"{"-" if minor < 0 else ""}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"'

    def rows(shift: int) -> list[str]:
        balances = [*accumulate(amounts, initial=opening)][1:]
        balances[-1] += shift
        written = [
            f"2026-01-05,{text(-one) if one < 0 else ''},{text(one) if one > 0 else ''},{text(balance)},T{place},,,,"
            for place, (one, balance) in enumerate(zip(amounts, balances, strict=True))
        ]
        return written[::-1] if newest_first else written

    found = one(chinese(*rows(0), encoding=encoding))
    assert [entry.amount.minor for entry in found.entries] == (amounts[::-1] if newest_first else amounts)
    assert judge(found).verdict is Verdict.POST
    if len(amounts) > 1:
        assert judge(one(chinese(*rows(1), encoding=encoding))).verdict is Verdict.QUARANTINE


def refused(content: bytes, profile: str = "") -> UnreadableFile:
    with pytest.raises(UnreadableFile) as unreadable:
        read(content, PROFILES, profile)
    return unreadable.value


def test_a_file_of_no_known_bank_is_refused_by_name() -> None:
    assert "no bank profile finds its headings (tried: cn-two-columns, cn-marked" in str(refused(b"a,b,c\n1,2,3\n"))
    assert "tried: de-signed" in str(refused(chinese(*GOOD), "de-signed"))
    assert "tried: cn" in str(refused(bytes(range(256)) * 10))
    assert "headings" in str(refused(("x,y\n" * 100 + CN_COLUMNS).encode()))


@pytest.mark.parametrize(
    ("encoding", "broken", "said"),
    [("gb18030", b"\x81\xff", "81 is no text in gb18030"), ("utf-8", b"\xe4\xb8", "e4 b8 is no text in utf-8")],
)
def test_a_broken_byte_is_named_with_its_line(encoding: str, broken: bytes, said: str) -> None:
    """It was told that no profile finds its headings, which stand there."""
    content = chinese(*GOOD, encoding=encoding).replace("乙公司".encode(encoding), broken)
    for profile in ("", "cn-two-columns"):
        problem = refused(content, profile).problem
        assert (problem.kind, problem.place) == (ProblemKind.FORMAT, "line 6")
        assert said in problem.text.en
        assert "文件已损坏" in problem.text.zh
    assert "tried: de-signed" in str(refused(content, "de-signed"))


def test_of_several_encodings_the_one_that_reads_the_furthest_names_the_broken_byte() -> None:
    problem = refused((DE_COLUMNS + "M\xfcller\nx\x81\n").encode("latin-1")).problem
    assert (problem.place, problem.text.en.split(":")[0]) == ("line 3", "81 is no text in windows-1252")


def test_a_file_that_several_profiles_fit_is_asked_about() -> None:
    twice = (*PROFILES, PROFILES[0].model_copy(update={"name": "other"}))
    with pytest.raises(UnreadableFile, match=r"several bank profiles fit \(cn-two-columns, other\)"):
        read(chinese(*GOOD), twice)
    assert read(chinese(*GOOD), twice, "other").profile == "other"


def test_a_file_cut_inside_quotes_names_the_line() -> None:
    problem = refused(chinese(*GOOD)[: -len(GOOD[1].encode("gb18030")) + 30]).problem
    assert (problem.kind, problem.place) == (ProblemKind.INCOMPLETE, "line 6")


def test_a_currency_that_stands_nowhere_is_a_problem() -> None:
    nameless = tuple(profile.model_copy(update={"currency": None}) for profile in PROFILES)
    found = one(chinese(*GOOD, head=""), nameless)
    assert ProblemKind.CURRENCY in {problem.kind for problem in found.problems}
    assert judge(found).verdict is Verdict.QUARANTINE


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("encodings: [utf-8-sig, gb18030]", "encodings: [latin-99]", "latin-99 is no encoding"),
        ("day: YYYYMMDD", "day: '%Y'", "%Y is no form of a day"),
        ("thousands: '.'", "thousands: ','", "decimal and thousands must differ"),
        ("      credit: [贷方发生额, 贷方金额, 收入金额]\n", "", "give amount"),
        ("name: cn-marked", "name: cn-two-columns", "stands here twice"),
        ("name: cn-marked", "nam: cn-marked", "nam"),
    ],
)
def test_a_wrong_profile_is_told(tmp_path: Path, before: str, after: str, wrong: str) -> None:
    text = (ROOT / "policies" / "banks.yaml").read_text().replace('thousands: "."', "thousands: '.'")
    assert before in text
    place = tmp_path / "banks.yaml"
    place.write_text(text.replace(before, after, 1))
    with pytest.raises(PolicyError, match=wrong):
        load_profiles(place)


def test_a_missing_document_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load_profiles(tmp_path / "none.yaml")
