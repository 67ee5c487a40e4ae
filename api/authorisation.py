"""Which roles may call what: one line per call, and a call without a line does not start.

This is the outer door. What a role may do to a deal or account is decided by its own rules (E_AUTH), who may decide
an approval by its seats.
"""

from collections.abc import Mapping, Sequence

from domain.refusal import Code, refuse
from storage.entries import FileHand

ANYONE: frozenset[str] = frozenset()
"""Everybody who is authenticated."""
SALES = frozenset({"sales", "sales_manager", "ops", "admin"})
FINANCE = frozenset({"finance", "admin"})
MONEY = frozenset({"finance", "credit", "admin"})
RECEIVABLES = SALES | MONEY
MASTERS = SALES | MONEY
OPERATIONS = frozenset({"ops", "admin", "finance"})
CLASSES = MONEY | {"sales_manager"}
"""Who may say what makes a customer's class: an override, an exclusion, or the facts that the policy classifies by."""
BANK_FILES = MONEY | {"ops"}
"""Who may read what a bank sent: it names everybody who paid."""
OF_DEALS = SALES | {"legal"}
"""Who works on deals, and reads what others who do have handed in."""
PRICES = frozenset({"sales_manager", "finance", "admin"})

ALLOWED: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "/api/customers"): ANYONE,
    ("POST", "/api/customers"): MASTERS,
    ("GET", "/api/customers/{customer_id}"): ANYONE,
    ("PATCH", "/api/customers/{customer_id}"): MASTERS,
    ("PUT", "/api/customers/{customer_id}/contacts"): MASTERS,
    ("PUT", "/api/customers/{customer_id}/classification"): CLASSES,
    ("POST", "/api/customers/{customer_id}/merge"): frozenset({"sales_manager", "ops", "finance", "admin"}),
    ("GET", "/api/products"): ANYONE,
    ("POST", "/api/products"): PRICES,
    ("GET", "/api/deals"): ANYONE,
    ("POST", "/api/deals"): SALES,
    ("GET", "/api/deals/{deal_id}"): ANYONE,
    ("GET", "/api/deals/{deal_id}/timeline"): ANYONE,
    ("GET", "/api/deals/{deal_id}/explain"): ANYONE,
    ("GET", "/api/deals/{deal_id}/state"): ANYONE,
    ("GET", "/api/deals/{deal_id}/commands"): ANYONE,
    ("POST", "/api/deals/{deal_id}/commands"): ANYONE,
    ("POST", "/api/deals/{deal_id}/cancellation-preview"): ANYONE,
    ("GET", "/api/approvals"): ANYONE,
    ("GET", "/api/approvals/{approval_id}"): ANYONE,
    ("POST", "/api/approvals/{approval_id}/decisions"): ANYONE,
    ("POST", "/api/approvals/{approval_id}/transfer"): ANYONE,
    ("POST", "/api/approvals/{approval_id}/signers"): ANYONE,
    ("POST", "/api/approvals/{approval_id}/recall"): ANYONE,
    ("GET", "/api/delegations"): ANYONE,
    ("POST", "/api/delegations"): ANYONE,
    ("DELETE", "/api/delegations/{delegation_id}"): ANYONE,
    ("GET", "/api/absences"): ANYONE,
    ("POST", "/api/absences"): ANYONE,
    ("DELETE", "/api/absences/{absence_id}"): ANYONE,
    ("GET", "/api/receipts"): RECEIVABLES,
    ("POST", "/api/receipts"): FINANCE,
    ("GET", "/api/receipts/{receipt_id}"): RECEIVABLES,
    ("POST", "/api/receipts/{receipt_id}/allocations"): FINANCE,
    ("POST", "/api/receipts/{receipt_id}/unallocate"): FINANCE,
    ("POST", "/api/receipts/{receipt_id}/reversals"): FINANCE,
    ("POST", "/api/receipts/{receipt_id}/claim"): FINANCE,
    ("POST", "/api/receipts/{receipt_id}/exchanges"): FINANCE,
    ("POST", "/api/receipts/{receipt_id}/exchanges/{number}/undo"): FINANCE,
    ("POST", "/api/receipts/{receipt_id}/refunds"): FINANCE,
    ("POST", "/api/receipts/{receipt_id}/refunds/{number}/outcome"): FINANCE,
    ("GET", "/api/accounts"): RECEIVABLES,
    ("GET", "/api/accounts/{customer_id}"): RECEIVABLES,
    ("GET", "/api/accounts/{customer_id}/statement"): RECEIVABLES,
    ("GET", "/api/accounts/{customer_id}/statement.pdf"): RECEIVABLES,
    ("GET", "/api/accounts/{customer_id}/explain"): RECEIVABLES,
    ("POST", "/api/accounts/{customer_id}/commands"): RECEIVABLES,
    ("GET", "/api/invoices"): RECEIVABLES,
    ("GET", "/api/invoices/{number}"): RECEIVABLES,
    ("GET", "/api/invoices/{number}/explain"): RECEIVABLES,
    ("GET", "/api/invoices/{number}.pdf"): RECEIVABLES,
    ("GET", "/api/invoices/{number}.xml"): RECEIVABLES,
    ("POST", "/api/invoices/{number}/commands"): RECEIVABLES,
    ("GET", "/api/trial-balance"): FINANCE,
    ("GET", "/api/periods"): FINANCE,
    ("POST", "/api/periods/{period_id}/close"): FINANCE,
    ("POST", "/api/periods/{period_id}/reopen"): FINANCE,
    ("GET", "/api/exchange-rates"): RECEIVABLES,
    ("POST", "/api/exchange-rates"): FINANCE,
    ("GET", "/api/commission"): SALES | FINANCE,
    ("GET", "/api/credit-notes/{number}"): RECEIVABLES,
    ("GET", "/api/credit-notes/{number}.pdf"): RECEIVABLES,
    ("GET", "/api/credit-notes/{number}.xml"): RECEIVABLES,
    ("POST", "/api/files"): ANYONE,
    ("GET", "/api/files/{sha256}"): ANYONE,
    ("GET", "/api/customers/{customer_id}/bank-accounts"): MONEY,
    ("PUT", "/api/customers/{customer_id}/bank-accounts"): FINANCE,
    ("GET", "/api/questions"): MONEY,
    ("POST", "/api/questions/{question_id}/answer"): FINANCE,
    ("POST", "/api/statements"): FINANCE,
    ("GET", "/api/statements"): MONEY,
    ("GET", "/api/statements/{row}"): MONEY,
    ("POST", "/api/statements/{row}/decision"): FINANCE,
    ("GET", "/api/tasks"): ANYONE,
    ("GET", "/api/stuck"): OPERATIONS,
    ("GET", "/api/invariants"): OPERATIONS,
}


def admit(method: str, path: str, roles: tuple[str, ...]) -> None:
    """Refuse a caller none of whose roles may make this call (E_AUTH)."""
    needed = ALLOWED[method, path]
    if needed and needed.isdisjoint(roles):
        names = ", ".join(sorted(needed))
        raise refuse(
            Code.AUTH,
            f"{method} {path} needs one of the roles {names}",
            f"{method} {path} 需要以下角色之一：{names}",
            needed=names,
        )


def may_classify(roles: tuple[str, ...]) -> None:
    """Refuse a caller who may not say by what a customer is classified (E_AUTH)."""
    if CLASSES.isdisjoint(roles):
        names = ", ".join(sorted(CLASSES))
        raise refuse(
            Code.AUTH,
            f"strategic and revenue make a customer's class, terms and credit: one of the roles {names} may set them, "
            "leave them out",
            f"strategic 与 revenue 决定客户分级、账期与信用额度：须由角色 {names} 之一设置，请勿填写",
            needed=names,
        )


def may_read_upload(person: str, roles: tuple[str, ...], hands: Sequence[FileHand]) -> None:
    """Refuse who has nothing to do with a file (E_AUTH): to know its hash is not to be told what is in it.

    Whoever handed it in may read it, and those who handle all deals and all money; sales and legal read what sales,
    operations or legal handed in, and what was handed in before it was kept by whom.
    """
    if any(hand.person == person for hand in hands):
        return
    of_deals = not hands or any(OF_DEALS.intersection(hand.roles) for hand in hands)
    readers = BANK_FILES | {"admin"} | (OF_DEALS if of_deals else frozenset())
    if readers.isdisjoint(roles):
        names = ", ".join(sorted(readers))
        raise refuse(
            Code.AUTH,
            f"this file is read by who handed it in, or with one of the roles {names}",
            f"此文件仅限上传者或具备以下角色之一者读取：{names}",
            needed=names,
        )


def may_see_bank_files(roles: tuple[str, ...]) -> None:
    """Refuse a caller who may not read what a bank sent (E_AUTH)."""
    if BANK_FILES.isdisjoint(roles):
        names = ", ".join(sorted(BANK_FILES))
        raise refuse(
            Code.AUTH,
            f"this file is a bank's: one of the roles {names} may read it",
            f"此文件来自银行：须由角色 {names} 之一读取",
            needed=names,
        )
