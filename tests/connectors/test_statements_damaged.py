"""However a file is damaged, it is read, or refused with a reason; nothing else ever comes out of a reader."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank_statements.csv_profile import load_profiles
from connectors.bank_statements.reading import read
from domain.money import Money
from domain.statements.bookings import count_once
from domain.statements.figures import figures
from domain.statements.incoming import incoming
from domain.statements.judging import Verdict, judge
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import Direction, Entry, Payment, Statement, StatementKind
from domain.storable import unstorable
from tests.connectors.statement_builders import camt, mt940
from tests.connectors.statement_strategies import balances_of
from tests.sources import ROOT

PROFILES = load_profiles(ROOT / "policies" / "banks.yaml")
DAY = date(2026, 1, 5)
AMOUNT = Money(minor=777, currency="EUR")
ENTRY = Entry(
    index=1, direction=Direction.CREDIT, amount=AMOUNT, booked_on=DAY, valued_on=DAY,
    payments=(Payment(amount=AMOUNT, unstructured=("INV-1",)),),
)  # fmt: skip
WHOLE = Statement(
    kind=StatementKind.CAMT_053, version="001.08", statement_id="S", account="DE89", number="1", currency="EUR",
    balances=balances_of([ENTRY], 1000, "EUR", DAY), entries=(ENTRY,),
)  # fmt: skip
FILES = (
    camt([WHOLE, WHOLE]),
    mt940([WHOLE.model_copy(update={"kind": StatementKind.MT940})] * 2, framed=True),
    "交易日期,借方发生额,贷方发生额,余额,流水号,对方户名,对方账号,摘要,用途\n2026-01-05,,7.77,17.77,T1,,,,\n".encode(
        "gb18030"
    ),
)
PIECES = st.binary(max_size=4) | st.sampled_from(
    [b"\n:61:", b"-", b",", b"..", b"0", b"<Ntry>", b'"', b":62F:", b"<!", b"\0", b"&#0;"]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(FILES)))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(content)))
        content[start : start + draw(st.integers(0, 20))] = draw(PIECES)
    return bytes(content[: draw(st.just(len(content)) | st.integers(0, len(content)))])


def statements_of(content: bytes) -> tuple[Statement, ...]:
    with suppress(UnreadableFile):
        return read(content, PROFILES).statements
    return ()


def look_at(content: bytes) -> None:
    for statement in statements_of(content):
        assert [fault for fault in unstorable(statement) if "NUL" in fault.why.en] == []
        assert figures(statement).entries == len(statement.entries) + len(statement.unreadable)
        judged = judge(statement)
        assert (judged.verdict is Verdict.POST) == (judged.reasons == ())
        if judged.verdict is Verdict.POST:
            for booking in count_once(statement, ()).new:
                assert sum(one.amount.minor for one in incoming(booking)) == booking.entry.amount.minor


@given(damaged())
def test_a_damaged_file_is_read_or_refused(content: bytes) -> None:
    look_at(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    look_at(content)


@pytest.mark.parametrize("content", FILES)
@pytest.mark.parametrize("nul", [b"\0", b"&#0;"])
def test_no_nul_comes_out_of_a_reader_wherever_it_stands(content: bytes, nul: bytes) -> None:
    """PostgreSQL takes none: the file was accepted by the one database and an internal error of the other."""
    for place in range(len(content) + 1):
        for statement in statements_of(content[:place] + nul + content[place:]):
            assert [fault for fault in unstorable(statement) if "NUL" in fault.why.en] == []


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (FILES[1].replace(b"INV-1", b"INV\0-1", 1), "line 7"),
        (FILES[1].replace(b":20:S", b":20:S\0", 1), "line 2"),
        (FILES[2].replace(b"T1", b"T\x001"), "line 2"),
    ],
)
def test_a_nul_is_refused_with_its_line(content: bytes, place: str) -> None:
    with pytest.raises(UnreadableFile) as told:
        read(content, PROFILES)
    assert (told.value.problem.kind, told.value.problem.place) == (ProblemKind.FORMAT, place)
    assert "NUL" in told.value.problem.text.en
    assert "NUL" in told.value.problem.text.zh


def test_undamaged_the_files_are_read() -> None:
    assert [len(statements_of(content)) for content in FILES] == [2, 2, 1]


@given(st.data())
def test_a_document_is_incomplete_wherever_it_is_cut_off(data: st.DataObject) -> None:
    """Cut off in the middle of the name of an end tag, it was told to be wrong."""
    content = FILES[0]
    end = data.draw(st.integers(content.index(b"<Document") + 1, len(content.rstrip()) - 1))
    with pytest.raises(UnreadableFile) as told:
        read(content[:end])
    assert told.value.problem.kind is ProblemKind.INCOMPLETE


def test_a_document_that_is_wrong_before_its_end_is_not() -> None:
    with pytest.raises(UnreadableFile) as told:
        read(FILES[0].replace(b"</Ntry>", b"</Entry>", 1))
    assert told.value.problem.kind is ProblemKind.FORMAT
