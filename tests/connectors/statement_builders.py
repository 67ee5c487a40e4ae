"""Writes statements as banks do, from the values that a reader must make of them."""

from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from domain.money import Money, exponent
from domain.statements.statement import Balance, Direction, Entry, Party, Payment, Statement, StatementKind

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:{kind}.{version}"
_ROOTS = {
    StatementKind.CAMT_052: ("BkToCstmrAcctRpt", "Rpt"),
    StatementKind.CAMT_053: ("BkToCstmrStmt", "Stmt"),
    StatementKind.CAMT_054: ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}


def digits(money: Money) -> str:
    """Write an amount without its sign."""
    return f"{abs(Decimal(money.minor).scaleb(-exponent(money.currency))):f}"


def _el(name: str, *inner: str, ccy: str = "") -> str:
    attribute = f' Ccy="{ccy}"' if ccy else ""
    return f"<{name}{attribute}>{''.join(inner)}</{name}>"


def _text(name: str, text: str) -> str:
    return _el(name, escape(text)) if text else ""


def _amount(money: Money, name: str = "Amt") -> str:
    return _el(name, digits(money), ccy=money.currency)


def _mark(minor: int) -> str:
    return _el("CdtDbtInd", "DBIT" if minor < 0 else "CRDT")


def _balance(balance: Balance) -> str:
    day = _el("Dt", _el("Dt", str(balance.on))) if balance.on else ""
    kind = _el("Tp", _el("CdOrPrtry", _el("Cd", balance.code)))
    return _el("Bal", kind, _amount(balance.amount), _mark(balance.amount.minor), day)


def _party(role: str, party: Party, modern: bool) -> str:
    name = _text("Nm", party.name)
    said = _el(role, _el("Pty", name) if modern else name) if name else ""
    account = _el(f"{role}Acct", _el("Id", _text("IBAN", party.account))) if party.account else ""
    return said + account


def _payment(payment: Payment, modern: bool) -> str:
    references = _el(
        "Refs",
        _text("AcctSvcrRef", payment.servicer_reference),
        _text("EndToEndId", payment.end_to_end_id or "NOTPROVIDED"),
        _text("MndtId", payment.mandate_id),
    )
    amounts = ""
    if payment.amount is not None and modern:
        amounts = _amount(payment.amount) + _mark(payment.amount.minor)
    elif payment.amount is not None:
        amounts = _el("AmtDtls", _el("TxAmt", _amount(payment.amount)))
    parties = _el("RltdPties", _party("Dbtr", payment.debtor, modern), _party("Cdtr", payment.creditor, modern))
    structured = [_el("Strd", _el("CdtrRefInf", _text("Ref", text))) for text in payment.structured]
    remittance = _el("RmtInf", *(_text("Ustrd", text) for text in payment.unstructured), *structured)
    returned = _el("RtrInf", _el("Rsn", _text("Cd", payment.return_code))) if payment.return_code else ""
    return _el("TxDtls", references, amounts, parties, remittance, returned)


def _entry(entry: Entry, modern: bool) -> str:
    return _el(
        "Ntry",
        _text("NtryRef", entry.entry_reference),
        _amount(entry.amount),
        _el("CdtDbtInd", "CRDT" if entry.direction is Direction.CREDIT else "DBIT"),
        _el("RvslInd", "true") if entry.is_reversal else "",
        _el("Sts", _el("Cd", entry.state) if modern else entry.state),
        _el("BookgDt", _el("Dt", str(entry.booked_on))) if entry.booked_on else "",
        _el("ValDt", _el("DtTm", f"{entry.valued_on}T10:00:00+02:00")) if entry.valued_on else "",
        _text("AcctSvcrRef", entry.servicer_reference),
        _el("NtryDtls", *(_payment(payment, modern) for payment in entry.payments)),
        _text("AddtlNtryInf", entry.text),
    )


def camt(statements: Sequence[Statement], *, namespace: str | None = "", modern: bool = True) -> bytes:
    """Write a camt file.

    Args:
        namespace: None for none, empty for the one of kind and version.
        modern: as versions from 8 on write states and parties; else as version 2 does.
    """
    kind, version = statements[0].kind, statements[0].version
    message, name = _ROOTS[kind]
    if namespace == "":
        namespace = NAMESPACE.format(kind=kind, version=version)
    written = [
        _el(
            name,
            _text("Id", one.statement_id),
            _text("ElctrncSeqNb", one.number),
            _el("Acct", _el("Id", _text("IBAN", one.account)), _text("Ccy", one.currency or "")),
            *(_balance(balance) for balance in one.balances),
            *(_entry(entry, modern) for entry in one.entries),
        )
        for one in statements
    ]
    attribute = f' xmlns="{namespace}"' if namespace else ""
    head = _el("GrpHdr", _text("MsgId", "M-1"))
    body = f"<Document{attribute}>{_el(message, head, *written)}</Document>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def comma(money: Money) -> str:
    """Write an amount without its sign as SWIFT does."""
    text = digits(money).replace(".", ",")
    return text if "," in text else f"{text},"


def _mt_balance(tag: str, balance: Balance) -> str:
    mark = "D" if balance.amount.minor < 0 else "C"
    day = f"{balance.on:%y%m%d}" if balance.on else ""
    return f":{tag}:{mark}{day}{balance.amount.currency}{comma(balance.amount)}\n"


_MT_MARKS = {
    (Direction.CREDIT, False): "C", (Direction.DEBIT, False): "D", (Direction.CREDIT, True): "RD",
    (Direction.DEBIT, True): "RC",
}  # fmt: skip


def _mt_entry(entry: Entry) -> str:
    booked = f"{entry.booked_on:%m%d}" if entry.booked_on else ""
    bank = f"//{entry.servicer_reference}" if entry.servicer_reference else ""
    mark = _MT_MARKS[entry.direction, entry.is_reversal]
    own = entry.entry_reference or "NONREF"
    line = f":61:{entry.valued_on:%y%m%d}{booked}{mark}{comma(entry.amount)}NTRF{own}{bank}\n"
    payment = entry.payments[0]
    other = payment.debtor if entry.direction is Direction.CREDIT else payment.creditor
    text = "".join(payment.unstructured)
    reference = f"?20EREF+{payment.end_to_end_id}" if payment.end_to_end_id else ""
    purpose = f"?21SVWZ+{text}" if text else ""
    account = f"?31{other.account}" if other.account else ""
    name = f"?32{other.name}" if other.name else ""
    return f"{line}:86:166?00GUTSCHRIFT{reference}{purpose}{account}{name}\n"


def mt940(statements: Sequence[Statement], *, break_line: str = "\n", framed: bool = False) -> bytes:
    """Write an MT940 file, or MT942 where a statement has no balances."""
    text = ""
    for one in statements:
        text += "{1:F01BANKDEFFXXXX0000000000}{2:O940}{4:\n" if framed else ""
        text += f":20:{one.statement_id}\n:25:{one.account}\n:28C:{one.number}\n"
        if one.kind is StatementKind.MT942:
            text += f":34F:{one.entries[0].amount.currency}0,\n:13D:2601051200+0100\n"
        else:
            text += _mt_balance("60F", one.balances[0])
        text += "".join(_mt_entry(entry) for entry in one.entries)
        text += "" if one.kind is StatementKind.MT942 else _mt_balance("62F", one.balances[-1])
        text += "-}\n" if framed else "-\n"
    return text.replace("\n", break_line).encode()
