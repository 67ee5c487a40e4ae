"""What a collection agency is given, and how it reads: a claim that can be followed from invoices to notices."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple

from domain.figures import is_chinese
from domain.money import Money
from domain.receivables.second_person import Second, Weighed, checked_agreed, weighed
from domain.refusal import Code, refuse
from domain.spreadsheet import harmless
from domain.value import Value


class ClaimedItem(Value):
    """An instalment that is open when the claim is handed over."""

    number: str
    instalment: int
    issued_on: date
    due_on: date
    amount: Money
    open: Money
    component: str = "principal"


class GivenNotice(Value):
    """A notice that went out, about which invoices."""

    at: datetime
    stage: str
    channel: str
    claimed: Money
    invoices: tuple[str, ...]


class GivenPromise(Value):
    """What the customer promised, by itself or in a plan, and what became of it; an open one has no outcome."""

    number: str
    on: date
    amount: Money
    outcome: str = ""
    plan: str = ""


class Dossier(Value):
    """An account as it is handed over.

    Attributes:
        papers: the keys under which invoices and notices are kept as they were sent.
    """

    items: tuple[ClaimedItem, ...]
    notices: tuple[GivenNotice, ...] = ()
    promises: tuple[GivenPromise, ...] = ()
    papers: tuple[str, ...] = ()


def checked_hand_over(
    second: Second | None, agreed_minor: int | None, minor: int, currency: str, reason: str
) -> Weighed | None:
    """Return what a second person must agree to before it is handed over, none when one is enough.

    Raises:
        Refused: nothing is open (E_STATE), or more is than was agreed to (E_STALE).
    """
    if not minor:
        raise refuse(Code.STATE, "nothing is open that could be handed over", "没有可移交的未清款项")
    checked_agreed(agreed_minor, minor, currency)
    return weighed(second, minor, currency, evidence=reason)


class Packed(NamedTuple):
    """A file of the pack."""

    name: str
    content: bytes


def history(dossier: Dossier) -> bytes:
    """Return what is owed, what was sent and what was promised, a line each; CSV in UTF-8 with its mark, for Excel."""
    rows: list[tuple[object, ...]] = [("what", "day", "document", "amount", "currency", "open", "note")]
    for item in dossier.items:
        note = f"{item.component}, instalment {item.instalment}, issued {item.issued_on}"
        rows.append(("owed", item.due_on, item.number, *_amounts(item.amount, item.open), note))
    for notice in dossier.notices:
        told = f"{notice.stage} by {notice.channel}"
        rows.append(("notice", notice.at.date(), ", ".join(notice.invoices), *_amounts(notice.claimed), told))
    for promise in dossier.promises:
        note = " ".join(part for part in (promise.outcome or "open", promise.plan) if part)
        rows.append(("promise", promise.on, promise.number, *_amounts(promise.amount), note))
    return _csv(rows)


def contents(files: Iterable[Packed]) -> bytes:
    """Return the list of what is in the pack, with the SHA-256 of each file."""
    return _csv([("file", "sha256"), *((file.name, sha256(file.content).hexdigest()) for file in files)])


def _amounts(amount: Money, left: Money | None = None) -> tuple[str, str, str]:
    return amount.plain, amount.currency, "" if left is None else left.plain


def _csv(rows: Iterable[tuple[object, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([harmless(str(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


class AgencyLetter(NamedTuple):
    """What the agency is written."""

    subject: str
    text: str


def handing_over(language: str, seller: str, customer: str, open_: Money, digest: str) -> AgencyLetter:
    """Ask an agency to collect what is in the pack."""
    if is_chinese(language):
        return AgencyLetter(
            f"移交催收：{customer}，{open_}",
            f"{seller} 现将对 {customer} 的逾期债权 {open_} 移交贵方催收。\n\n"
            f"附件包含对账单、发票、催款函及客户承诺记录。附件 SHA-256：{digest}\n"
            "客户直接向我方付款时，我方将另行通知。",
        )
    return AgencyLetter(
        f"For collection: {customer}, {open_}",
        f"{seller} hands over the overdue claim of {open_} against {customer} for collection.\n\n"
        f"The attached file has the statement of account, the invoices, the notices that were sent and what the "
        f"customer promised. Its SHA-256 is {digest}.\nWhat the customer pays to us directly, we shall tell you.",
    )


def news(language: str, customer: str, what: str, amount: Money, reference: str, left: Money) -> AgencyLetter:
    """Tell an agency that money came to us, or went back."""
    if is_chinese(language):
        done = "已向我方付款" if what == "paid" else "的付款被退回"
        return AgencyLetter(
            f"{customer}：{'收款' if what == 'paid' else '退款'} {amount}",
            f"{customer} {done}：{amount}（{reference}）。尚欠 {left}。",
        )
    done = "has paid us" if what == "paid" else "had a payment returned"
    return AgencyLetter(
        f"{customer}: {'payment' if what == 'paid' else 'returned payment'} of {amount}",
        f"{customer} {done}: {amount} ({reference}). {left} are open now.",
    )
