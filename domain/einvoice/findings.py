"""What is wrong with an electronic invoice, as data: which rule, where, and the sentence in both languages."""

from enum import StrEnum

from domain.value import Text, Value


class Source(StrEnum):
    """Who says so: our own checks, the official schema (XSD), or the official business rules (schematron)."""

    OWN = "own"
    SCHEMA = "schema"
    RULES = "rules"


class Severity(StrEnum):
    """A fatal finding means that the document must not be sent."""

    FATAL = "fatal"
    WARNING = "warning"


class OwnRule(StrEnum):
    """Our own checks; each is exact where the official one tolerates, or asks for what no official rule asks."""

    LINE_NET = "LTC-LINE-NET"
    ADJUSTMENT = "LTC-ADJUSTMENT"
    SUM_OF_LINES = "LTC-SUM-LINES"
    SUM_OF_ALLOWANCES = "LTC-SUM-ALLOWANCES"
    SUM_OF_CHARGES = "LTC-SUM-CHARGES"
    NET = "LTC-NET"
    TAX_GROUPS = "LTC-TAX-GROUPS"
    TAX_BASE = "LTC-TAX-BASE"
    TAX_AMOUNT = "LTC-TAX-AMOUNT"
    TAX_TOTAL = "LTC-TAX-TOTAL"
    GROSS = "LTC-GROSS"
    PREPAID = "LTC-PREPAID"
    PAYABLE = "LTC-PAYABLE"
    CURRENCY = "LTC-CURRENCY"
    TAX_RATE = "LTC-TAX-RATE"
    TAX_REASON = "LTC-TAX-REASON"
    TAX_PARTIES = "LTC-TAX-PARTIES"
    TYPE = "LTC-TYPE"
    DUE = "LTC-DUE"
    PRESENT = "LTC-PRESENT"
    TEXT = "LTC-TEXT"


class Finding(Value):
    """One thing that is wrong.

    Attributes:
        rule: its id: one of `OwnRule`, or an official one such as ``BR-CO-15``.
        where: the business term (``BT-131 of line 2``), or the element's path for an official rule.
        text: what is wrong, and where it is an amount, what it should be.
    """

    rule: str
    source: Source
    severity: Severity
    where: str
    text: Text


def own(rule: OwnRule, where: str, en: str, zh: str) -> Finding:
    """Build a finding of our own; all of them are fatal."""
    return Finding(rule=rule, source=Source.OWN, severity=Severity.FATAL, where=where, text=Text(en=en, zh=zh))


class Syntax(StrEnum):
    """The form in which an electronic invoice is written: UBL 2.1, or CII as Factur-X and ZUGFeRD embed it."""

    UBL = "ubl"
    CII = "cii"


class CheckedFile(Value):
    """A written electronic invoice with all that was found wrong with it.

    Attributes:
        name: the file's name, e.g. ``INV-2026-000123.xml``.
        content: the bytes that were checked; empty where our own checks found something and nothing was written.
        rule_set: the version of the official rules it was checked by.
    """

    name: str
    media_type: str
    content: bytes
    findings: tuple[Finding, ...] = ()
    rule_set: str = ""

    @property
    def sendable(self) -> bool:
        """Whether it may go out: nothing fatal was found."""
        return all(finding.severity is not Severity.FATAL for finding in self.findings)
