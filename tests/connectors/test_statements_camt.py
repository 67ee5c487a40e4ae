"""camt files of every version, namespace and state of repair."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.bank_statements.reading import LARGEST_BYTES, read
from domain.money import Money
from domain.statements.figures import figures
from domain.statements.judging import Verdict, judge
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import Direction, Entry, Party, Statement, StatementKind
from tests.connectors.statement_builders import camt
from tests.connectors.statement_strategies import balances_of, camt_statements

DAY = date(2026, 1, 5)


def entry(minor: int, index: int = 1, currency: str = "EUR") -> Entry:
    side = Direction.CREDIT if minor >= 0 else Direction.DEBIT
    return Entry(
        index=index, direction=side, amount=Money(minor=minor, currency=currency), booked_on=DAY, valued_on=DAY
    )


def statement(*entries: Entry, kind: StatementKind = StatementKind.CAMT_053) -> Statement:
    return Statement(
        kind=kind, version="001.08", statement_id="S-1", account="DE89370400440532013000", currency="EUR",
        balances=balances_of(list(entries), 1000, "EUR", DAY), entries=entries,
    )  # fmt: skip


def one(content: bytes) -> Statement:
    (found,) = read(content).statements
    return found


def refused(content: bytes) -> tuple[ProblemKind, str]:
    with pytest.raises(UnreadableFile) as unreadable:
        read(content)
    return unreadable.value.problem.kind, unreadable.value.problem.place


@given(st.lists(camt_statements(), min_size=1, max_size=2), st.booleans())
def test_what_is_written_is_read_back(statements: list[Statement], modern: bool) -> None:
    kind, version = statements[0].kind, statements[0].version
    alike = [one.model_copy(update={"kind": kind, "version": version}) for one in statements]
    file = read(camt(alike, modern=modern))
    assert file.statements == tuple(alike)
    assert (file.kind, file.version) == (kind, version)


@pytest.mark.parametrize("namespace", [None, "urn:bank:of:its:own", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.99"])
def test_the_namespace_makes_no_difference(namespace: str | None) -> None:
    file = read(camt([statement(entry(885))], namespace=namespace))
    assert file.statements[0].entries == statement(entry(885)).entries
    assert file.namespace == namespace
    assert file.version == ("001.99" if namespace and "camt" in namespace else "")


def test_an_envelope_and_the_first_version_are_read_too() -> None:
    body = camt([statement(entry(885))]).decode().split("\n", 1)[1]
    assert one(f"<Envelope><AppHdr/>{body}</Envelope>".encode()) == statement(entry(885))
    first = camt([statement(entry(885))]).replace(b"BkToCstmrStmt", b"BkToCstmrStmtV01")
    assert one(first) == statement(entry(885))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "gb18030"])
def test_the_declared_encoding_is_used(encoding: str) -> None:
    named = entry(885).model_copy(update={"text": "Zahlung über"})
    text = camt([statement(named)]).decode().replace("UTF-8", encoding)
    assert one(text.encode(encoding)).entries == (named,)


@pytest.mark.parametrize(
    ("written", "minor"),
    [("8.850", 885), ("8.85", 885), ("8.8500000", 885), ("9", 900), ("9.", 900), (".5", 50), ("+1.10", 110)],
)
def test_an_amount_is_exact_however_many_zeros_it_has(written: str, minor: int) -> None:
    content = camt([statement(entry(777))]).replace(
        b'<Amt Ccy="EUR">7.77</Amt>', f'<Amt Ccy="EUR">{written}</Amt>'.encode()
    )
    assert [found.amount.minor for found in one(content).entries] == [minor]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("8.8501", ProblemKind.AMOUNT), ("12..34", ProblemKind.AMOUNT), ("1,00", ProblemKind.AMOUNT),
        ("1e3", ProblemKind.AMOUNT), ("NaN", ProblemKind.AMOUNT), ("INF", ProblemKind.AMOUNT), ("", ProblemKind.AMOUNT),
        ("-1.00", ProblemKind.SIGN), ("99999999999999999999", ProblemKind.AMOUNT), ("１.00", ProblemKind.AMOUNT),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_told_and_stops_only_its_own_statement(written: str, kind: ProblemKind) -> None:
    whole = statement(entry(500)).model_copy(update={"statement_id": "S-2"})
    content = camt([statement(entry(100), entry(777, 2)), whole]).replace(
        b'<Amt Ccy="EUR">7.77</Amt>', f'<Amt Ccy="EUR">{written}</Amt>'.encode()
    )
    bad, good = read(content).statements
    assert [(found.index, found.written) for found in bad.unreadable] == [(2, written)]
    assert [problem.kind for problem in bad.problems] == [kind]
    assert bad.problems[0].place.startswith("entry 2 (line ")
    assert judge(bad).verdict is Verdict.QUARANTINE
    assert (figures(bad).entries, figures(bad).bad_entries, figures(bad).credits_n) == (2, 1, 1)
    assert good == whole
    assert judge(good).verdict is Verdict.POST


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("2026-01-05</Dt></BookgDt>", "2026-02-30</Dt></BookgDt>", ProblemKind.DATE),
        ("2026-01-05</Dt></BookgDt>", "05.01.2026</Dt></BookgDt>", ProblemKind.DATE),
        ('Ccy="EUR">7.77', 'Ccy="EURO">7.77', ProblemKind.CURRENCY),
        ('Ccy="EUR">7.77', 'Ccy="USD">7.77', ProblemKind.CURRENCY),
        (">7.77</Amt><CdtDbtInd>CRDT", ">7.77</Amt><CdtDbtInd>CREDIT", ProblemKind.SIGN),
        (">17.77<", ">17.78<", ProblemKind.BALANCE),
    ],
)  # fmt: skip
def test_one_wrong_thing_quarantines_the_statement(before: str, after: str, kind: ProblemKind) -> None:
    content = camt([statement(entry(777))]).decode()
    assert content.count(before) == 1
    judged = judge(one(content.replace(before, after).encode()))
    assert judged.verdict is Verdict.QUARANTINE
    assert kind in {reason.kind for reason in judged.reasons}


def test_the_day_of_a_balance_is_only_noted() -> None:
    content = camt([statement(entry(777))]).replace(
        b"<Dt><Dt>2026-01-05</Dt></Dt></Bal>", b"<Dt><Dt>2026-13-05</Dt></Dt></Bal>"
    )
    found = one(content)
    assert [note.kind for note in found.notes] == [ProblemKind.DATE] * 2
    assert judge(found).verdict is Verdict.POST


def test_what_was_instructed_in_another_currency_is_not_what_was_moved() -> None:
    details = (
        "<NtryDtls><TxDtls><Amt Ccy='SEK'>300.00</Amt><AmtDtls><InstdAmt><Amt Ccy='SEK'>300.00</Amt></InstdAmt>"
        "<TxAmt><Amt Ccy='EUR'>7.77</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>"
    )
    content = camt([statement(entry(777))]).decode().replace("<NtryDtls></NtryDtls>", details)
    (payment,) = one(content.encode()).entries[0].payments
    assert payment.amount == Money(minor=777, currency="EUR")
    assert payment.original == Money(minor=30000, currency="SEK")


def exchange(*told: str) -> str:
    return "<CcyXchg>" + "".join(told) + "</CcyXchg>"


TOLD = (
    "<SrcCcy>CZK</SrcCcy>", "<TrgtCcy>EUR</TrgtCcy>", "<UnitCcy>CZK</UnitCcy>", "<XchgRate>.04</XchgRate>",
)  # fmt: skip
"""What a bank says of 200.00 CZK that became 8.00 EUR, of which 0.23 are its charges."""


@pytest.mark.parametrize(
    ("beside", "around", "found"),
    [
        (exchange(*TOLD), "", [(".04", "CZK", "EUR", "CZK")]),
        (exchange(TOLD[0], TOLD[3]), "", [(".04", "CZK", "", "")]),
        (exchange(*TOLD) * 2, "", [(".04", "CZK", "EUR", "CZK")]),
        (exchange(TOLD[3]) + exchange("<XchgRate>25</XchgRate>"), "", [(".04", "", "", ""), ("25", "", "", "")]),
        ("", exchange(*TOLD), [(".04", "CZK", "EUR", "CZK")]),
        (exchange(TOLD[0]), exchange(*TOLD), [("", "CZK", "", "")]),
        ("", "", []),
    ],
)
def test_how_the_bank_says_that_it_exchanged_is_read_as_it_stands(
    beside: str, around: str, found: list[tuple[str, ...]]
) -> None:
    details = (
        f"<AmtDtls><TxAmt><Amt Ccy='EUR'>7.77</Amt>{around}</TxAmt></AmtDtls><NtryDtls><TxDtls><AmtDtls>"
        f"<InstdAmt><Amt Ccy='CZK'>200.00</Amt></InstdAmt><TxAmt><Amt Ccy='EUR'>7.77</Amt>{beside}</TxAmt>"
        "<CntrValAmt><Amt Ccy='EUR'>8.00</Amt></CntrValAmt></AmtDtls></TxDtls></NtryDtls>"
    )
    content = camt([statement(entry(777))]).decode().replace("<NtryDtls></NtryDtls>", details)
    (payment,) = one(content.encode()).entries[0].payments
    assert [(told.rate, told.source, told.target, told.unit) for told in payment.exchanges] == found
    if beside:
        assert {told.gross for told in payment.exchanges} == {Money(minor=800, currency="EUR")}
    assert ("exchanges" in payment.model_dump()) == bool(found)
    assert type(payment).model_validate_json(payment.model_dump_json()) == payment


def test_an_exchange_of_an_entry_with_several_payments_is_of_none_of_them() -> None:
    detail = "<TxDtls><AmtDtls><InstdAmt><Amt Ccy='CZK'>100.00</Amt></InstdAmt></AmtDtls></TxDtls>"
    details = f"<AmtDtls><TxAmt>{exchange(*TOLD)}</TxAmt></AmtDtls><NtryDtls>{detail * 2}</NtryDtls>"
    content = camt([statement(entry(777))]).decode().replace("<NtryDtls></NtryDtls>", details)
    assert [payment.exchanges for payment in one(content.encode()).entries[0].payments] == [(), ()]


def test_accounts_in_other_schemes_and_parties_are_found() -> None:
    content = camt([statement(entry(777))]).decode()
    other = content.replace("<IBAN>DE89370400440532013000</IBAN>", "<Othr><Id>12-345</Id></Othr>")
    assert one(other.encode()).account == "12-345"
    details = (
        "<NtryDtls><TxDtls><RltdPties><UltmtDbtr><Pty><Nm>Real Payer</Nm></Pty></UltmtDbtr><DbtrAcct><Id><Othr>"
        "<Id>99 88</Id></Othr></Id></DbtrAcct></RltdPties></TxDtls></NtryDtls>"
    )
    (payment,) = one(content.replace("<NtryDtls></NtryDtls>", details).encode()).entries[0].payments
    assert payment.debtor == Party(name="Real Payer", account="9988")


def test_a_file_cut_anywhere_is_refused_and_the_place_named() -> None:
    content = camt([statement(entry(777), entry(100, 2))])
    for end in range(len(b'<?xml version="1.0" encoding="UTF-8"?>\n') + 1, len(content), 7):
        kind, place = refused(content[:end])
        assert kind in (ProblemKind.INCOMPLETE, ProblemKind.FORMAT)
        assert place.startswith("line ")
    assert refused(content[: len(content) // 2])[0] is ProblemKind.INCOMPLETE


ENTITIES = '<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))


@pytest.mark.parametrize(
    "hostile",
    [
        f"<!DOCTYPE Document [{ENTITIES}]><Document>&a9;</Document>",
        f'<!DOCTYPE Document [{ENTITIES}]><Document x="&a9;"/>',
        f'<!DOCTYPE Document [{ENTITIES}<!ATTLIST Document x CDATA "&a9;">]><Document/>',
        f"<!DOCTYPE D [<!ENTITY a '{'x' * 50000}'>]><D>{'&a;' * 50000}</D>",
        '<!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/hostname">]><D>&x;</D>',
        '<!DOCTYPE D [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><D/>',
        '<!DOCTYPE D SYSTEM "http://127.0.0.1:9/x.dtd"><D/>',
        "<!DOCTYPE D><D/>",
        "<D>" * 100_000,
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_bombs_entities_and_document_types_are_refused(hostile: str, encoding: str) -> None:
    assert refused(hostile.encode(encoding))[0] is ProblemKind.UNSAFE


def test_other_files_are_refused_with_their_reason() -> None:
    assert refused(b"")[0] is ProblemKind.FORMAT
    assert refused(b" \n")[0] is ProblemKind.FORMAT
    assert refused(b"<Document><CstmrCdtTrfInitn/></Document>")[0] is ProblemKind.FORMAT
    assert refused(b"<Document>\n<BkToCstmrStmt><GrpHdr/></BkToCstmrStmt></Document>") == (ProblemKind.FORMAT, "line 2")
    assert refused(b"PK\x03\x04zipped")[0] is ProblemKind.FORMAT
    assert refused(b"x" * (LARGEST_BYTES + 1))[0] is ProblemKind.SIZE


def test_a_file_of_twenty_megabytes_is_read() -> None:
    padded = entry(1).model_copy(update={"text": "x" * 1000})
    content = camt([statement(*(padded.model_copy(update={"index": place}) for place in range(1, 15_001)))])
    assert len(content) > 18_000_000
    found = one(content)
    assert (len(found.entries), judge(found).verdict) == (15_000, Verdict.POST)
