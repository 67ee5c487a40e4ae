"""Recorded payments as a bank tells of them: a camt.053 of the day, that adds up from one to the next."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from domain.money import Money, exponent

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


class Transfer(NamedTuple):
    """One payment as it stands on the bank's statement.

    Attributes:
        reference: the bank's own, another one for every payment.
        text: what the payer wrote.
    """

    amount: Money
    reference: str
    payer: str
    text: str


def camt053(account: str, at: datetime, opening: Money, transfers: Sequence[Transfer]) -> bytes:
    """Write the statement of an account over payments of one moment; its id follows from the moment."""
    root = Element("Document", xmlns=NAMESPACE)
    message = SubElement(root, "BkToCstmrStmt")
    head = SubElement(message, "GrpHdr")
    identity = statement_id(at)
    _text(head, "MsgId", identity)
    statement = SubElement(message, "Stmt")
    _text(statement, "Id", identity)
    own = SubElement(statement, "Acct")
    _text(SubElement(SubElement(own, "Id"), "Othr"), "Id", account)
    _text(own, "Ccy", opening.currency)
    closing = opening.minor + sum(transfer.amount.minor for transfer in transfers)
    _balance(statement, "OPBD", opening, at)
    _balance(statement, "CLBD", Money(minor=closing, currency=opening.currency), at)
    for transfer in transfers:
        _entry(statement, transfer, at)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def statement_id(at: datetime) -> str:
    """Return the id of the statement of a moment."""
    return f"{at:%Y-%m-%dT%H%M%S}"


def _balance(statement: Element, code: str, amount: Money, at: datetime) -> None:
    balance = SubElement(statement, "Bal")
    _text(SubElement(SubElement(balance, "Tp"), "CdOrPrtry"), "Cd", code)
    _amount(balance, amount)
    _text(balance, "CdtDbtInd", "CRDT")
    _text(SubElement(balance, "Dt"), "Dt", f"{at:%Y-%m-%d}")


def _entry(statement: Element, transfer: Transfer, at: datetime) -> None:
    entry = SubElement(statement, "Ntry")
    _amount(entry, transfer.amount)
    _text(entry, "CdtDbtInd", "CRDT")
    _text(SubElement(entry, "Sts"), "Cd", "BOOK")
    for name in ("BookgDt", "ValDt"):
        _text(SubElement(entry, name), "Dt", f"{at:%Y-%m-%d}")
    _text(entry, "AcctSvcrRef", transfer.reference)
    details = SubElement(SubElement(entry, "NtryDtls"), "TxDtls")
    _amount(details, transfer.amount)
    debtor = SubElement(SubElement(details, "RltdPties"), "Dbtr")
    _text(SubElement(debtor, "Pty"), "Nm", transfer.payer)
    if transfer.text:
        _text(SubElement(details, "RmtInf"), "Ustrd", transfer.text)


def _amount(parent: Element, money: Money) -> None:
    amount = SubElement(parent, "Amt", Ccy=money.currency)
    amount.text = f"{Decimal(money.minor).scaleb(-exponent(money.currency)):f}"


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
