"""The entries of a camt message and the payments inside them."""

from collections.abc import Sequence

from connectors.bank_statements.findings import Findings
from connectors.bank_statements.xml_tree import Node
from domain.money import Money
from domain.statements.problem import ProblemKind
from domain.statements.statement import Direction, Entry, Party, Payment, UnreadableEntry
from domain.statements.told_exchange import ToldExchange

_MARKS = {"CRDT": Direction.CREDIT, "DBIT": Direction.DEBIT}
_ACCOUNT = (("Id", "IBAN"), ("Id", "BBAN"), ("Id", "Othr", "Id"), ("Id", "PrtryAcct", "Id"), ("Id", "UPIC"))
_AMOUNTS = (("Amt",), ("AmtDtls", "TxAmt", "Amt"), ("AmtDtls", "InstdAmt", "Amt"))
_EXCHANGED = ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt")
"""The amounts beside which a bank says how it exchanged."""
_LONGEST_TOLD = 40
_RETURN_REASON = (
    ("RtrInf", "Rsn", "Cd"), ("RtrInf", "Rsn", "Prtry"), ("RtrInf", "RtrRsn", "Cd"), ("RtrInf", "RtrRsn", "Prtry"),
)  # fmt: skip
_NOT_PROVIDED = "NOTPROVIDED"


def account_of(node: Node) -> str:
    """Return the number of an account, in whichever scheme it stands."""
    return node.first(*_ACCOUNT)


def entry_of(node: Node, index: int, account_currency: str, found: Findings) -> Entry | UnreadableEntry:
    """Read one entry; without an amount or a direction that can be trusted it stands apart as unreadable."""
    place = f"entry {index} (line {node.line})"
    amount = node.child("Amt")
    written = node.text("Amt")
    currency = (amount.attribute("Ccy") if amount else "") or account_currency
    direction = _direction(node, place, found)
    money = found.amount(written, currency, place)
    state = node.first(("Sts", "Cd"), ("Sts", "Prtry"), ("Sts",))
    is_reversal = node.text("RvslInd").lower() in ("true", "1")
    details = tuple(node.descendants("TxDtls"))
    # What the entry says of its exchange is about its only payment, and of several nobody knows which.
    alone = (node,) if len(details) == 1 else ()
    if money is None or direction is None:
        payments = tuple(_payment(detail, None, None) for detail in details)
        return UnreadableEntry(
            index=index, written=written, currency=currency, state=state, is_reversal=is_reversal, payments=payments
        )
    return Entry(
        index=index,
        direction=direction,
        amount=_signed(money, direction),
        state=state,
        booked_on=found.iso_day(node.first(("BookgDt", "Dt"), ("BookgDt", "DtTm")), place),
        valued_on=found.iso_day(node.first(("ValDt", "Dt"), ("ValDt", "DtTm")), place),
        is_reversal=is_reversal,
        servicer_reference=node.text("AcctSvcrRef"),
        entry_reference=node.text("NtryRef"),
        batch_count=_count(node),
        text=node.text("AddtlNtryInf"),
        payments=tuple(_payment(detail, money, direction, alone) for detail in details),
    )


def _direction(node: Node, place: str, found: Findings) -> Direction | None:
    mark = node.text("CdtDbtInd")
    if mark not in _MARKS:
        found.problem(ProblemKind.SIGN, place, f"{mark!r} is neither CRDT nor DBIT", f"“{mark}”不是 CRDT 或 DBIT")
    return _MARKS.get(mark)


def _signed(money: Money, direction: Direction) -> Money:
    return money if direction is Direction.CREDIT else money.negated()


def _count(node: Node) -> int:
    """Return how many payments the bank says a batch has; 0 where it does not say, or not in digits."""
    texts = [batch.text("NbOfTxs") for batch in node.descendants("Btch")]
    return sum(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= len("999999999999999"))


def _payment(node: Node, whole: Money | None, direction: Direction | None, around: Sequence[Node] = ()) -> Payment:
    end_to_end = node.text("Refs", "EndToEndId")
    return Payment(
        amount=_own_amount(node, whole, direction),
        original=_original(node, whole),
        end_to_end_id="" if end_to_end.upper() == _NOT_PROVIDED else end_to_end,
        mandate_id=node.text("Refs", "MndtId"),
        servicer_reference=node.text("Refs", "AcctSvcrRef"),
        debtor=_party(node, "Dbtr", "UltmtDbtr"),
        creditor=_party(node, "Cdtr", "UltmtCdtr"),
        structured=_structured(node),
        unstructured=tuple(text for part in node.children("RmtInf", "Ustrd") if (text := part.text())),
        return_code=node.first(*_RETURN_REASON),
        exchanges=next((told for one in (node, *around) if (told := _exchanges(one))), ()),
    )


def _exchanges(node: Node) -> tuple[ToldExchange, ...]:
    """Read how the bank says that it exchanged, as it wrote it; what it means is told from the amounts."""
    counter = node.child("AmtDtls", "CntrValAmt", "Amt")
    gross = Findings().amount(counter.text(), counter.attribute("Ccy"), "") if counter else None
    told = [
        ToldExchange(
            rate=one.text("XchgRate")[:_LONGEST_TOLD],
            source=one.text("SrcCcy")[:_LONGEST_TOLD],
            target=one.text("TrgtCcy")[:_LONGEST_TOLD],
            unit=one.text("UnitCcy")[:_LONGEST_TOLD],
            gross=gross,
        )
        for name in _EXCHANGED
        for one in node.children("AmtDtls", name, "CcyXchg")
    ]
    return tuple(dict.fromkeys(told))


def _own_amount(node: Node, whole: Money | None, direction: Direction | None) -> Money | None:
    """Return what the payment moved, in the entry's currency; another currency is what was instructed, not moved."""
    if whole is None or direction is None:
        return None
    own = _MARKS.get(node.text("CdtDbtInd"), direction)
    for money in _stated(node):
        if money.currency == whole.currency:
            return _signed(money, own)
    return None


def _original(node: Node, whole: Money | None) -> Money | None:
    if whole is None:
        return None
    return next((money for money in _stated(node) if money.currency != whole.currency), None)


def _stated(node: Node) -> list[Money]:
    """List the amounts that a payment states; one that cannot be read leaves the batch whole, so it is no problem."""
    amounts = [found for path in _AMOUNTS if (found := node.child(*path)) is not None]
    read = [Findings().amount(amount.text(), amount.attribute("Ccy"), "") for amount in amounts]
    return [money for money in read if money is not None]


def _party(node: Node, role: str, ultimate: str) -> Party:
    parties = "RltdPties"
    account = node.child(parties, f"{role}Acct")
    name = node.first(
        (parties, role, "Nm"), (parties, role, "Pty", "Nm"), (parties, ultimate, "Nm"), (parties, ultimate, "Pty", "Nm")
    )
    return Party(name=name, account=account_of(account).replace(" ", "") if account else "")


def _structured(node: Node) -> tuple[str, ...]:
    parts = node.children("RmtInf", "Strd", "CdtrRefInf")
    return tuple(text for part in parts if (text := part.first(("Ref",), ("CdtrRef",))))
