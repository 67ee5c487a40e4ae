"""MT940 and MT942 in the dialects of many banks, and what is wrong in them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank_statements.mt_details import Details, details_of
from connectors.bank_statements.reading import read
from domain.money import Money
from domain.statements.figures import figures
from domain.statements.judging import Verdict, adds_up, judge
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import Direction, Statement, StatementKind
from tests.connectors.statement_builders import mt940
from tests.connectors.statement_strategies import mt_statements

HEAD = ":20:REF\n:25:DE89\n:28C:1/1\n"
OPEN = ":60F:C260105EUR10,\n"


def one(text: str) -> Statement:
    (found,) = read(text.encode()).statements
    return found


def with_entry(line: str, closing: str = "17,77") -> Statement:
    return one(f"{HEAD}{OPEN}:61:{line}\n:62F:C260105EUR{closing}\n-\n")


@given(st.lists(mt_statements(), min_size=1, max_size=3), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_what_is_written_is_read_back(statements: list[Statement], break_line: str, framed: bool) -> None:
    assert read(mt940(statements, break_line=break_line, framed=framed)).statements == tuple(statements)


@given(st.lists(mt_statements(), min_size=1, max_size=3))
def test_a_statement_that_was_written_adds_up(statements: list[Statement]) -> None:
    for found in read(mt940(statements)).statements:
        assert adds_up(found) is (True if found.kind is StatementKind.MT940 else None)
        assert judge(found).verdict is Verdict.POST


@pytest.mark.parametrize(
    ("mark", "minor", "direction", "is_reversal"),
    [
        ("C", 777, Direction.CREDIT, False), ("D", -777, Direction.DEBIT, False), ("CR", 777, Direction.CREDIT, False),
        ("DR", -777, Direction.DEBIT, False), ("RC", -777, Direction.DEBIT, True), ("RD", 777, Direction.CREDIT, True),
        ("RCR", -777, Direction.DEBIT, True), ("c", 777, Direction.CREDIT, False), ("rc", -777, Direction.DEBIT, True),
    ],
)  # fmt: skip
def test_a_reversal_has_the_sign_of_its_own_movement(
    mark: str, minor: int, direction: Direction, is_reversal: bool
) -> None:
    (entry,) = with_entry(f"2601050105{mark}7,77NTRFNONREF").entries
    assert (entry.amount.minor, entry.direction, entry.is_reversal) == (minor, direction, is_reversal)


def test_an_expected_entry_is_no_booking() -> None:
    found = with_entry("2601050105EC7,77NTRFNONREF", closing="10,")
    assert [entry.state for entry in found.entries] == ["PDNG"]
    assert judge(found).verdict is Verdict.POST


@pytest.mark.parametrize(
    ("line", "minor", "bank"),
    [
        ("2601050105C7,77NTRFNONREF//B-1", 777, "B-1"),
        ("260105    CR7,77NMSCNONREF//B-1\n/ABC/DEF", 777, "B-1"),
        ("260105C000000000007.77NMSCNONREF//B-1", 777, "B-1"),
        ("260105C0000000000000000000007,77NMSCNONREF//B-1", 777, "B-1"),
        ("2601050105CR\n7,77N062NONREF//B-1", 777, "B-1"),
        ("2601050105C7,77NTRFA-LONG-REFERENCE-OF-THIRTY-CHARS//B-1", 777, "B-1"),
        ("2601050105C7,77NOVBNL11RABO0987654321\nf. spark bedrijf n.v.", 777, ""),
        ("2601050105CF7,77S   X", 777, ""),
    ],
)
def test_the_dialects_of_an_entry_are_read(line: str, minor: int, bank: str) -> None:
    (entry,) = with_entry(line).entries
    assert (entry.amount.minor, entry.servicer_reference) == (minor, bank)


@pytest.mark.parametrize(
    "line",
    [
        "2601050105C7,,77NTRFNONREF", "2601050105C7,771NTRFNONREF", "2601050105CxyzNTRFNONREF",
        "2601050105X7,77NTRFNONREF", "garbled", "2601050105C1234567890123456,00NTRFNONREF",
        "2601050105C1.234,56NTRFNONREF",
    ],
)  # fmt: skip
def test_what_is_no_entry_is_told_and_stops_only_its_own_statement(line: str) -> None:
    good = f"{HEAD}:60F:C260105EUR1,\n:61:2601050105C1,NTRFNONREF\n:62F:C260105EUR2,\n-\n"
    first, second = read(f"{HEAD}{OPEN}:61:{line}\n:86:text\n:62F:C260105EUR17,77\n-\n{good}".encode()).statements
    assert (len(first.entries), len(first.unreadable)) == (0, 1)
    assert first.problems[0].place == "entry 1 (line 5)"
    assert judge(first).verdict is Verdict.QUARANTINE
    assert (figures(first).entries, figures(first).bad_entries, figures(first).information_blocks) == (1, 1, 1)
    assert judge(second).verdict is Verdict.POST


def test_30_february_is_a_problem_of_its_statement_and_never_the_29th() -> None:
    found = with_entry("2602300301C7,77NTRFNONREF")
    assert (found.entries[0].valued_on, found.entries[0].booked_on) == (None, date(2026, 3, 1))
    assert [(problem.kind, problem.text.en) for problem in found.problems] == [(ProblemKind.DATE, "260230 is no day")]
    assert adds_up(found) is True
    assert judge(found).verdict is Verdict.QUARANTINE


@pytest.mark.parametrize(
    ("line", "booked"),
    [
        ("2601020102", date(2026, 1, 2)), ("2512310102", date(2026, 1, 2)), ("2601021231", date(2025, 12, 31)),
        ("2402280229", date(2024, 2, 29)), ("991231", None), ("9912310101", date(2000, 1, 1)),
    ],
)  # fmt: skip
def test_a_booking_day_has_the_year_that_brings_it_nearest(line: str, booked: date | None) -> None:
    found = with_entry(f"{line}C7,77NTRFNONREF")
    assert (found.entries[0].booked_on, found.problems) == (booked, ())


def test_the_text_behind_the_closing_balance_belongs_to_no_entry() -> None:
    found = one(f"{HEAD}{OPEN}:61:260105C7,77NTRFNONREF\n:86:paid\n:62F:C260105EUR17,77\n:86:sum of all\n-\n")
    assert found.entries[0].payments[0].unstructured == ("paid",)
    assert found.information_blocks == 2


def test_a_tag_in_the_middle_of_a_text_is_text() -> None:
    found = one(f"{HEAD}{OPEN}:61:260105C7,77NTRFNONREF\n:86:see\n:99:this\n- and\n:62F:C260105EUR17,77\n-\n")
    assert found.entries[0].payments[0].unstructured == ("see", ":99:this", "- and")


def test_statements_without_a_reference_of_their_own_are_told_apart() -> None:
    second = ":28C:2/1\n:60F:C260105EUR17,77\n:62F:C260106EUR17,77\n"
    first, other = read(f"{HEAD}{OPEN}:61:260105C7,77NTRFNONREF\n:62F:C260105EUR17,77\n{second}-\n".encode()).statements
    assert (first.number, other.number) == ("1/1", "2/1")
    assert (other.statement_id, other.account) == ("REF", "DE89")
    assert [adds_up(first), adds_up(other)] == [True, True]


def test_an_mt942_has_its_currency_from_its_floor_limit() -> None:
    found = one(f"{HEAD}:34F:PLN0,\n:61:2601050105C7,77NTRFNONREF\n-\n")
    assert (found.kind, found.currency) == (StatementKind.MT942, None)
    assert found.entries[0].amount == Money(minor=777, currency="PLN")
    assert judge(found).verdict is Verdict.POST


def test_an_entry_without_any_currency_is_counted_and_not_posted() -> None:
    found = one(f"{HEAD}:13D:2601051200+0100\n:61:2601050105C7,77NTRFNONREF\n-\n")
    assert (figures(found).credits_n, found.entries[0].amount.currency) == (1, "XXX")
    assert [problem.kind for problem in found.problems] == [ProblemKind.CURRENCY]


def test_totals_that_differ_are_noted() -> None:
    text = f"{HEAD}:34F:EUR0,\n:61:2601050105C7,77NTRFNONREF\n:90D:0EUR0,\n:90C:{{}}\n-\n"
    assert one(text.format("1EUR7,77")).notes == ()
    assert [note.kind for note in one(text.format("2EUR9,")).notes] == [ProblemKind.TOTALS]


@pytest.mark.parametrize("tag", [":62F:C260105EUR17,7", ":62F:C260105EUR", ":62F:", ":62", ""])
def test_a_cut_mt940_is_never_posted(tag: str) -> None:
    found = one(f"{HEAD}{OPEN}:61:260105C7,77NTRFNONREF\n{tag}")
    assert judge(found).verdict is not Verdict.POST


@pytest.mark.parametrize("line", ["", "260105", "260105C", "260105C7", "260105C7,7", "260105C7,77NTRFNONREF"])
def test_a_cut_mt942_names_the_place(line: str) -> None:
    whole = f"{HEAD}:34F:EUR0,\n:61:2601050105C7,77NTRFNONREF\n"
    assert judge(one(f"{whole}-\n")).verdict is Verdict.POST
    found = read(f"{whole}-\n{whole}:61:{line}".encode()).statements[-1]
    assert judge(found).verdict is Verdict.QUARANTINE
    assert ("line 12", ProblemKind.INCOMPLETE) in [(problem.place, problem.kind) for problem in found.problems]


@pytest.mark.parametrize("line", ["", "260105", "260105C", "260105C7", "260105C7,7"])
def test_half_a_line_at_the_end_is_a_cut_even_without_a_frame(line: str) -> None:
    found = one(f"{HEAD}:34F:EUR0,\n:61:2601050105C7,77NTRFNONREF\n:61:{line}")
    assert ProblemKind.INCOMPLETE in {problem.kind for problem in found.problems}
    assert judge(found).verdict is Verdict.QUARANTINE


@pytest.mark.parametrize("balance", ["C260105EUR1.000,00", "C260105EURx", "X260105EUR1,", "C260105EUR1,005", "EUR"])
def test_a_closing_balance_that_cannot_be_read_quarantines(balance: str) -> None:
    found = one(f"{HEAD}{OPEN}:61:260105C7,77NTRFNONREF\n:62F:{balance}\n-\n")
    assert judge(found).verdict is Verdict.QUARANTINE
    assert (adds_up(found), found.balances[1:]) == (None, ())


def test_a_forward_balance_that_cannot_be_read_is_only_noted() -> None:
    found = one(f"{HEAD}{OPEN}:61:260105C7,77NTRFNONREF\n:62F:C260105EUR17,77\n:65:D2601\n-\n")
    assert [note.kind for note in found.notes] == [ProblemKind.BALANCE]
    assert judge(found).verdict is Verdict.POST


def test_bytes_that_are_no_utf8_are_read_as_latin_1() -> None:
    text = f"{HEAD}{OPEN}:61:260105C7,77NTRFNONREF\n:86:Zahlung über\n:62F:C260105EUR17,77\n-\n"
    file = read(text.encode("latin-1"))
    assert (file.encoding, file.statements[0].entries[0].payments[0].unstructured) == ("latin-1", ("Zahlung über",))
    assert read(text.encode("utf-8-sig")).encoding == "utf-8"


def test_a_file_without_a_statement_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="holds no MT940 or MT942 statement"):
        read(b":20:REF\n:28C:1\n-\n")


@pytest.mark.parametrize(
    ("text", "details"),
    [
        (
            "166?00GUTSCHRIFT?20EREF+E-1?21MREF+M-1?22SVWZ+Rechnung INV-?2312 danke?30GENODEM1?31DE89?32ACME?33 AG",
            Details(("Rechnung INV-12 danke",), end_to_end_id="E-1", mandate_id="M-1", name="ACME AG", account="DE89"),
        ),
        ("166?00TEXT?20EREF+NOTPROVIDED?21SVWZ+hello", Details(remittance=("hello",))),
        ("166?00TEXT?20no keyword ?21at all", Details(remittance=("no keyword at all",))),
        ("020~00TEXT~20SVWZ+hello~32ACME", Details(remittance=("hello",), name="ACME")),
        (
            "/TRTP/SEPA OVERBOEKING/IBAN/NL25ABNA0987654321/BIC/ABNANL2A/NAME/FOO\nBAR/REMI/INV-1 2/EREF/E-1",
            Details(remittance=("INV-1 2",), end_to_end_id="E-1", name="FOOBAR", account="NL25ABNA0987654321"),
        ),
        ("/EREF/NOTPROVIDED/REMI/USTD//thanks/RTRN/AC04", Details(remittance=("thanks",), return_code="AC04")),
        ("/REMI/STRD/CUR/RF18539", Details(remittance=("STRD/CUR/RF18539",), structured=("RF18539",))),
        ("plain text\nof two lines", Details(remittance=("plain text", "of two lines"))),
        ("", Details()),
    ],
)  # fmt: skip
def test_what_stands_in_the_text_is_taken_apart(text: str, details: Details) -> None:
    assert details_of(text) == details
