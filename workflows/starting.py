"""Whoever starts a workflow gives it the same summary and first search attributes, which cost no event."""

from typing import TypedDict

from temporalio.common import TypedSearchAttributes

from domain.money import Money
from workflows.messages import AccountInput, DealInput, StatementInput
from workflows.search_attributes import at_start

_LONGEST_NAME = 80
"""The server keeps 400 bytes of a summary; a Chinese character is three."""


class Labels(TypedDict):
    """What a workflow is started with for people to read."""

    static_summary: str
    search_attributes: TypedSearchAttributes


def deal_labels(start: DealInput, value: Money | None = None) -> Labels:
    """Return the labels of a deal: customer, amount, and terms where they are known."""
    state = start.state
    if state is not None:
        value = state.order.total if state.order else state.lead.value
    terms = state.terms.payment.id if state and state.terms else ""
    parts = (start.customer.name[:_LONGEST_NAME], str(value or start.currency), terms)
    stage = state.stage.value if state else "lead.new"
    return {
        "static_summary": " · ".join(part for part in parts if part),
        "search_attributes": at_start(stage, start.customer.name, start.currency),
    }


def account_labels(start: AccountInput) -> Labels:
    """Return the labels of an account; its customer's name is known once its case is loaded."""
    name = start.state.customer_name if start.state else ""
    customer = name or start.customer_id
    return {
        "static_summary": f"Receivables 应收账款 · {customer[:_LONGEST_NAME]} · {start.currency}",
        "search_attributes": at_start("account.current", customer, start.currency),
    }


def statement_labels(start: StatementInput) -> Labels:
    """Return the labels of a bank statement."""
    return {
        "static_summary": f"Bank statement 银行对账单 · {start.account} · {start.known_as[:_LONGEST_NAME]}",
        "search_attributes": at_start("statement.posting", start.account, ""),
    }
