"""A list of open items is read as its map says, in any encoding; a wrong row is set aside and stops no other."""

import contextlib
import gzip
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.mapped_tables.forms import TableForm, load_map
from connectors.mapped_tables.open_items import OpenItemMap, OpenItems, read_open_items
from connectors.mapped_tables.table import UnreadableTable
from connectors.policy_files.problems import PolicyError
from domain.money import Money
from tests.sources import ROOT

PLAIN = """
entity: {column: company, values: {"1000": CN01, "2000": DE01}}
customer: {column: account}
name: {column: name}
number: {column: document}
issued_on: {column: posted}
due_on: {column: due}
currency: {column: currency, default: EUR}
amount: {column: open}
attributes: {code: {column: terms}}
"""
HEADINGS = "company,account,name,document,posted,due,currency,open,terms\n"
CHINESE = """
encodings: [utf-8, gb18030]
thousands: ","
day: YYYY年MM月DD日
entity: {default: CN01}
customer: {column: 客户编号}
name: {column: 客户名称}
number: {column: 发票号码}
issued_on: {column: 开票日期}
due_on: {column: 到期日}
currency: {default: CNY}
amount: {column: 未收金额}
"""
GERMAN = PLAIN + 'encodings: [windows-1252]\ndelimiter: ";"\ndecimal: ","\nthousands: "."\nday: DD.MM.YYYY\n'


def read(folder: Path, mapped: str, content: bytes, name: str = "items.csv") -> OpenItems:
    (folder / "map.yaml").write_text(mapped, encoding="utf-8")
    (folder / name).write_bytes(content)
    return read_open_items(folder / name, load_map(folder / "map.yaml", OpenItemMap))


def test_a_plain_list_packed_or_not(tmp_path: Path) -> None:
    content = (HEADINGS + "1000,0007,Ace co,0019,2020-02-27,2020-03-13,USD,8734.71,NAA8\n").encode()
    for found in (
        read(tmp_path, PLAIN, content), read(tmp_path, PLAIN, gzip.compress(content), "items.csv.gz"),
    ):  # fmt: skip
        (one,) = found.items
        assert (one.line, one.entity, one.customer_id, one.name, one.number) == (2, "CN01", "0007", "Ace co", "0019")
        assert (one.issued_on, one.due_on) == (date(2020, 2, 27), date(2020, 3, 13))
        assert one.amount == Money(minor=873_471, currency="USD")
        assert one.attributes == (("code", "NAA8"),)
        assert found.set_aside == ()


def test_a_nul_is_refused_with_its_line(tmp_path: Path) -> None:
    content = (
        HEADINGS + "1000,1,A,1,2026-01-01,2026-01-02,USD,1,\r\n1000,2,A\0,2,2026-01-01,2026-01-02,USD,1,\r\n"
    ).encode()
    with pytest.raises(UnreadableTable, match=r"a NUL at line 3; write it anew"):
        read(tmp_path, PLAIN, content)


def test_a_chinese_list(tmp_path: Path) -> None:
    text = (
        "客户编号,客户名称,发票号码,开票日期,到期日,未收金额\n"
        '="0042",上海示例,\'0001,2026年3月2日,2026年04月01日,"1,234.50"\n'
    )
    (one,) = read(tmp_path, CHINESE, text.encode("gb18030")).items
    assert (one.customer_id, one.name, one.number, one.due_on) == ("0042", "上海示例", "0001", date(2026, 4, 1))
    assert one.amount == Money(minor=123_450, currency="CNY")


def test_the_map_that_the_documentation_shows_can_be_read(tmp_path: Path) -> None:
    (shown,) = re.findall(
        r"```yaml\n(encodings.*?)```", (ROOT / "docs" / "operations.md").read_text("utf-8"), re.DOTALL
    )
    heading = "Buchungskreis;Kundennummer;Kunde;Beleg;Belegdatum;Nettofälligkeit;Währung;Offen;E-Mail;Land"
    text = f"{heading}\n2000;K1;Müller;R-1;02.03.2026;01.04.2026;;1.234,50;ap@mueller.example;AT\n"
    (one,) = read(tmp_path, shown, text.encode()).items
    assert (one.entity, one.email, one.amount) == ("DE01", "ap@mueller.example", Money(minor=123_450, currency="EUR"))
    assert one.attributes == (("country", "AT"),)


def test_a_german_list(tmp_path: Path) -> None:
    text = HEADINGS.replace(",", ";") + "2000;K1;Müller & Söhne;R-1;2.3.2026;01.04.2026;;1.234,5;\n"
    (one,) = read(tmp_path, GERMAN, text.encode("windows-1252")).items
    assert (one.entity, one.name, one.issued_on) == ("DE01", "Müller & Söhne", date(2026, 3, 2))
    assert one.amount == Money(minor=123_450, currency="EUR")
    assert one.attributes == ()


def check_said_once(english: str, chinese: str, row: str) -> None:
    """Fail if English words stand in the Chinese sentence, or the English one says anything twice."""
    names = {*HEADINGS.strip().split(","), *re.findall("[A-Za-z]+", row), "YYYY", "MM", "DD", "ISO", "CNY", "USD"}
    theirs = {"values", "ap", "customer", "example", "CN", "GB", "en", "zh", "day"}
    assert {*re.findall("[A-Za-z]+", chinese)} <= {name[:40] for name in names | theirs}
    words = english.replace(";", "").replace(":", "").split()
    runs = list(zip(words, words[1:], words[2:], strict=False))
    assert [run for run in runs if runs.count(run) > 1] == []


@pytest.mark.parametrize(
    ("row", "column", "why", "mend"),
    [
        ("3000,7,A,1,2020-02-27,2020-03-13,USD,1.00,", "company", "'3000' is none of 1000, 2000", "under values"),
        ("1000,7,A,1,2020-02-30,2020-03-13,USD,1.00,", "posted", "'2020-02-30' is no day of the year", "YYYY-MM-DD"),
        ("1000,7,A,1,2020-02-27,2020-13-01,USD,1.00,", "due", "'2020-13-01' is no day of the year", "YYYY-MM-DD"),
        ("1000,7,A,1,27.02.2020,2020-03-13,USD,1.00,", "posted", "is no day of the form YYYY-MM-DD", "YYYY-MM-DD"),
        ("1000,7,A,1,2020-02-27,,USD,1.00,", "due", "'' is no day of the form YYYY-MM-DD", "YYYY-MM-DD"),
        ("1000,7,A,1,2020-02-27,2020-03-13,USD,1.005,", "open", "1.005 has more decimal places than USD", "1234.50"),
        ("1000,7,A,1,2020-02-27,2020-03-13,USD,1e3,", "open", "'1e3' is no amount", "1234.50"),
        ("1000,7,A,1,2020-02-27,2020-03-13,USD,NaN,", "open", "'NaN' is no amount", "1234.50"),
        ('1000,7,A,1,2020-02-27,2020-03-13,USD,"1,5",', "open", "'1,5' is no amount", "1234.50"),
        ("1000,7,A,1,2020-02-27,2020-03-13,USD,-1.00,", "open", "-1.00 USD is not above zero", "as receipts"),
        ("1000,7,A,1,2020-02-27,2020-03-13,USD,0,", "open", "0.00 USD is not above zero", "as receipts"),
        ("1000,7,A,1,2020-02-27,2020-03-13,dollar,1.00,", "currency", "'dollar' is no currency", "e.g. CNY"),
        ("1000,7/8,A,1,2020-02-27,2020-03-13,USD,1.00,", "account", "'7/8' is no customer id", "without a slash"),
        ("1000,7,A,,2020-02-27,2020-03-13,USD,1.00,", "document", "'' is no invoice number", "number of the invoice"),
        ("1000,7,A,1", "posted", "'' is no day", "YYYY-MM-DD"),
        ("1000,7,A,1,2020-02-27 xx,2020-03-13,USD,1.00,", "posted", "is no day of the form YYYY-MM-DD", "YYYY-MM-DD"),
        ("1000,7,A,1,2020-02-27,2020-03-13,ZZZ,1.00,", "currency", "'ZZZ' is no currency", "e.g. CNY"),
        (f"1000,7,{'A' * 5000},1,2020-02-27,2020-03-13,USD,1.00,", "name", "is no name", "name of the customer"),
        (f"1000,7,A,1,2020-02-27,2020-03-13,USD,{10**16}.00,", "open", "is above the largest amount", "1234.50"),
    ],
)
def test_a_wrong_row_is_set_aside_with_its_line_column_and_mend(
    tmp_path: Path, row: str, column: str, why: str, mend: str
) -> None:
    good = "1000,7,A,G,2020-02-27,2020-03-13,USD,1.00,"
    found = read(tmp_path, PLAIN, f"{HEADINGS}{good}\n{row}\n".encode())
    assert [one.number for one in found.items] == ["G"]
    (aside,) = found.set_aside
    assert aside.line == 3
    english, _, chinese = aside.why.partition(" / 列 ")
    assert english.startswith(f"column {column}: ")
    assert why in english.partition("; ")[0]
    assert mend in english.partition("; ")[2]
    assert chinese.startswith(f"{column}：")
    check_said_once(english, chinese, row)
    assert [word for word in ("\n", "[type=", "pydantic", "Value error") if word in aside.why] == []


@pytest.mark.parametrize(
    ("column", "said", "why", "mend"),
    [
        ("email", "not an email", "is no e-mail address", "leave it empty"),
        ("country", "China", "'China' is no code of a country", "ISO 3166"),
        ("language", "?", "'?' is no language", "write en or zh"),
        ("language", "fr", "'fr' is not spoken here", "write en or zh"),
    ],
)
def test_what_the_customer_cannot_be_is_set_aside(tmp_path: Path, column: str, said: str, why: str, mend: str) -> None:
    row = f"1000,7,A,1,2020-02-27,2020-03-13,USD,1.00,{said}\n"
    mapped = PLAIN.replace("attributes: {code: {column: terms}}", f"{column}: {{column: terms}}")
    (aside,) = read(tmp_path, mapped, f"{HEADINGS}{row}".encode()).set_aside
    english, _, chinese = aside.why.partition(" / 列 ")
    assert (why in english, mend in english, chinese.startswith("terms：")) == (True, True, True)
    check_said_once(english, chinese, row)


@pytest.mark.parametrize(
    "behind",
    ["", " 10:20", " 10:20:30", "T10:20:30.123Z", " 9:05 PM", " 00:00:00+08:00", " 10.20", "T00:00:00-0500"],
)
def test_a_time_may_follow_a_day(behind: str) -> None:
    assert TableForm(day="DD.MM.YYYY").date(f"01.10.2026{behind}") == date(2026, 10, 1)


@pytest.mark.parametrize("behind", [" xx", "x", " 10", "5", ".", " 10:20 Uhr", "\n10:20", " - 02.10.2026"])
def test_what_else_follows_a_day_says_that_it_is_none(behind: str) -> None:
    with pytest.raises(ValueError, match="is no day"):
        TableForm(day="DD.MM.YYYY").date(f"01.10.2026{behind}")


def test_zeros_at_the_end_say_nothing_of_the_places(tmp_path: Path) -> None:
    form = TableForm()
    assert form.money("1054.0", "JPY") == Money(minor=1054, currency="JPY")
    assert form.money("10.500", "USD") == Money(minor=1050, currency="USD")
    assert form.money("100", "KWD") == Money(minor=100_000, currency="KWD")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "lacks the column company"), (b"company,account\n", "lacks the column document, posted"),
        (b"\xff\xfe\xff", "is in none of the encodings"), (b'a,"b', "cannot be read on at line 1"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_told(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(UnreadableTable, match=why):
        read(tmp_path, "encodings: [utf-8]\n" + PLAIN, content)
    with pytest.raises(UnreadableTable, match="cannot be read"):
        read(tmp_path, PLAIN, b"not packed", "items.csv.gz")


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("open}", "open, columns: x}", "there is no such key"), ("{column: due}", "{}", "give a column, a default"),
        ("attributes: {code: {column: terms}}", "day: MM/DD", "is no form of a day"),
        ("attributes: {code: {column: terms}}", "encodings: [klingon]", "klingon is no encoding"),
        ("attributes: {code: {column: terms}}", 'decimal: ","\nthousands: ","', "decimal and thousands must differ"),
        ("amount: {column: open}\n", "", "amount"),
    ],
)  # fmt: skip
def test_a_map_that_cannot_be_right_is_told_by_its_line(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    (tmp_path / "map.yaml").write_text(PLAIN.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError, match=wrong):
        load_map(tmp_path / "map.yaml", OpenItemMap)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.binary(max_size=300))
def test_no_bytes_give_a_traceback(tmp_path: Path, content: bytes) -> None:
    with contextlib.suppress(UnreadableTable):
        found = read(tmp_path, PLAIN, HEADINGS.encode() + content)
        assert all("\n" not in one.why for one in found.set_aside)


@given(st.integers(1, 10**15), st.sampled_from(["CNY", "JPY", "KWD"]), st.sampled_from([".", ","]))
def test_an_amount_comes_back_as_it_was_written(minor: int, currency: str, decimal: str) -> None:
    money = Money(minor=minor, currency=currency)
    form = TableForm(decimal=decimal, thousands="." if decimal == "," else ",")  # type: ignore[arg-type]
    whole, _, rest = money.plain.partition(".")
    grouped = f"{int(whole):,}".replace(",", form.thousands)
    for text in (grouped, whole):
        assert form.money(f"{text}{decimal}{rest}" if rest else text, currency) == money


@pytest.mark.parametrize("text", ["1,23.45", "1.234,50", "1,2345", ",5", "5.", "+5", "5-", "1 000", "٣", ""])
def test_an_amount_in_another_form_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        TableForm(thousands=",").money(text, "CNY")
