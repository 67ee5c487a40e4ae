"""Whose money it is, and who paid it: by what is on record, never by resemblance; two answers are none.

An invoice that the payer names decides, since that is what they say themselves. That they are another than the
customer (三流不一致) is flagged then, or keeps the money unidentified until somebody claims it, as the policy says.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Literal

from domain.value import Value

PayerMismatch = Literal["accept", "flag", "hold"]


class PayerFacts(Value):
    """What is on record about a payment; ids of customers, each once.

    Attributes:
        virtual: whose virtual account it was paid into.
        named: who has the invoices that it names, in the legal entity and currency of the bank account.
        by_account: whose the payer's account is known to be.
        by_tax_id: whose tax id stands in the reference.
        by_name: whose legal name is exactly the payer's.
        names: the legal name of each of them.
        payer: the name that the bank gives.
    """

    virtual: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    by_account: tuple[str, ...] = ()
    by_tax_id: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    payer: str = ""


class Identified(Value):
    """Whose money a payment is.

    Attributes:
        customer_id: empty when that is not known for certain.
        rule: what decided: ``reference``, ``virtual_account``, ``account``, ``tax_id``, ``name`` or ``none``.
        evidence: sentences that prove it, for people.
        flagged: who paid is not shown to be the customer.
    """

    customer_id: str = ""
    rule: str = "none"
    evidence: tuple[str, ...] = ()
    flagged: bool = False


_RULES = (
    ("virtual", "virtual_account", "paid into their virtual account", "付入其专属虚拟账户"),
    ("by_account", "account", "paid from an account known as theirs", "付款账户为其已登记账户"),
    ("by_tax_id", "tax_id", "their tax id stands in the reference", "附言中有其税号"),
    ("by_name", "name", "the payer's name is exactly theirs", "付款人名称与其完全一致"),
)  # fmt: skip


def identify(facts: PayerFacts, mismatch: PayerMismatch) -> Identified:
    """Decide whose money a payment is.

    Args:
        facts: what is on record.
        mismatch: what becomes of a payment whose payer is not shown to be the customer.
    """
    payer = _payer(facts)
    if len(facts.named) > 1 and payer.customer_id not in facts.named:
        return _nobody((f"it names invoices of {_list(facts.named)} / 附言涉及多个客户的发票：{_list(facts.named)}",))
    if len(facts.named) != 1:
        return payer
    return _of_reference(facts, payer, mismatch)


def _of_reference(facts: PayerFacts, payer: Identified, mismatch: PayerMismatch) -> Identified:
    customer = facts.named[0]
    said = f"it names an invoice of {customer} / 附言中有 {customer} 的发票"
    if payer.rule == "virtual_account" and payer.customer_id != customer:
        return _nobody((*payer.evidence, said))
    if not _is_other(facts, payer, customer) or mismatch == "accept":
        return Identified(customer_id=customer, rule="reference", evidence=(said,))
    other = payer.customer_id or facts.payer
    strange = f"paid by {other}, not by {customer}: three-way mismatch / 付款人 {other} 与客户 {customer} 不符（三流）"
    if mismatch == "hold":
        ask = "claim it with their third-party payment letter / 请凭第三方付款证明认领"
        return Identified(evidence=(said, strange, ask), flagged=True)
    return Identified(customer_id=customer, rule="reference", evidence=(said, strange), flagged=True)


def _payer(facts: PayerFacts) -> Identified:
    """Return the only customer that the strongest evidence allows; weaker evidence may choose between several."""
    left: tuple[str, ...] = ()
    found: list[str] = []
    rule = "none"
    for field, name, en, zh in _RULES:
        customers: tuple[str, ...] = getattr(facts, field)
        both = tuple(one for one in left if one in customers) if left else customers
        if not both:
            continue
        rule = name if not left else rule
        left = both
        found.append(f"{_list(both)}: {en} / {_list(both)}：{zh}")
    if len(left) != 1:
        return _nobody(tuple(found))
    return Identified(customer_id=left[0], rule=rule, evidence=tuple(found))


def _is_other(facts: PayerFacts, payer: Identified, customer: str) -> bool:
    """Tell whether somebody else paid, as far as the bank says who did."""
    shown = (*facts.virtual, *facts.by_account, *facts.by_tax_id, *facts.by_name)
    if customer in shown:
        return False
    if payer.customer_id:
        return True
    return bool(facts.payer) and folded(facts.payer) != folded(dict(facts.names).get(customer, ""))


def folded(name: str) -> str:
    """Write a name so that capitals, full-width forms, spaces and punctuation make no difference."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "", plain)


def _nobody(evidence: Iterable[str]) -> Identified:
    return Identified(evidence=tuple(evidence))


def _list(customers: Sequence[str]) -> str:
    return ", ".join(customers)
