"""camt.052, .053 and .054 of every version, with any namespace or none: the file, its statements and balances."""

import re

from connectors.bank_statements.camt_entries import account_of, entry_of
from connectors.bank_statements.findings import Findings
from connectors.bank_statements.xml_tree import Node, parse
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import Balance, Entry, Statement, StatementFile, StatementKind, UnreadableEntry

MESSAGES = {
    "BkToCstmrAcctRpt": (StatementKind.CAMT_052, "Rpt"),
    "BkToCstmrStmt": (StatementKind.CAMT_053, "Stmt"),
    "BkToCstmrDbtCdtNtfctn": (StatementKind.CAMT_054, "Ntfctn"),
}
"""The element that holds the message, its kind, and what it calls a statement. Version 1 adds ``V01`` to the former."""
_VERSION = re.compile(r"camt\.05[234]\.([0-9]{3}\.[0-9]{2})")


def read_camt(content: bytes) -> StatementFile:
    """Read a camt file.

    Raises:
        UnreadableFile: it is no XML, is cut, is unsafe, is another message, or holds no statement.
    """
    root = parse(content)
    message, kind, name = _message(root)
    version = _VERSION.search(message.namespace or "")
    number = version[1] if version else ""
    statements = tuple(_statement(node, kind, number) for node in message.children(name))
    if not statements:
        raise UnreadableFile(
            ProblemKind.FORMAT,
            f"line {message.line}",
            f"this {kind} holds no statement ({name})",
            f"该 {kind} 文件中没有对账单（{name}）",
        )
    return StatementFile(kind=kind, version=number, namespace=message.namespace, encoding="xml", statements=statements)


def _message(root: Node) -> tuple[Node, StatementKind, str]:
    for node in root.everything():
        found = MESSAGES.get(re.sub(r"V[0-9]{2}$", "", node.name))
        if found is not None:
            return node, *found
    raise UnreadableFile(
        ProblemKind.FORMAT,
        f"line {root.line}",
        f"{root.name} holds no bank statement; camt.052, camt.053 and camt.054 are read",
        f"{root.name} 中没有银行对账单；可读取 camt.052、camt.053 和 camt.054",
    )


def _statement(node: Node, kind: StatementKind, version: str) -> Statement:
    found = Findings()
    currency = node.text("Acct", "Ccy") or _currency_of_balances(node)
    entries: list[Entry] = []
    unreadable: list[UnreadableEntry] = []
    for index, entry in enumerate(node.each("Ntry"), 1):
        read = entry_of(entry, index, currency, found)
        if isinstance(read, Entry):
            entries.append(read)
        else:
            unreadable.append(read)
    balances = [_balance(balance, currency, found) for balance in node.children("Bal")]
    account = node.child("Acct")
    return Statement(
        kind=kind,
        version=version,
        statement_id=node.text("Id"),
        account=account_of(account) if account else "",
        number=node.first(("LglSeqNb",), ("ElctrncSeqNb",)),
        currency=currency or None,
        balances=tuple(balance for balance in balances if balance is not None),
        entries=tuple(entries),
        unreadable=tuple(unreadable),
        problems=tuple(found.problems),
        notes=tuple(found.notes),
    )


def _currency_of_balances(node: Node) -> str:
    """Return the currency of an account that does not name one: that of its first balance."""
    amount = node.child("Bal", "Amt")
    return amount.attribute("Ccy") if amount else ""


def _balance(node: Node, currency: str, found: Findings) -> Balance | None:
    code = node.first(("Tp", "CdOrPrtry", "Cd"), ("Tp", "CdOrPrtry", "Prtry"), ("Tp", "Cd"), ("Tp", "Prtry"))
    place = f"balance {code} (line {node.line})"
    amount = node.child("Amt")
    money = found.amount(node.text("Amt"), (amount.attribute("Ccy") if amount else "") or currency, place)
    mark = node.text("CdtDbtInd")
    if money is None:
        return None
    if mark not in ("CRDT", "DBIT"):
        found.problem(ProblemKind.SIGN, place, f"{mark!r} is neither CRDT nor DBIT", f"“{mark}”不是 CRDT 或 DBIT")
        return None
    day = Findings()
    on = day.iso_day(node.first(("Dt", "Dt"), ("Dt", "DtTm")), place)
    # No posting needs the day of a balance, so one that does not exist is only told.
    found.notes += day.problems
    return Balance(code=code, amount=money.negated() if mark == "DBIT" else money, on=on)
