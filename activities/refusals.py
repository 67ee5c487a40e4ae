"""A port's refusal is the result of the activity that asked it, never an activity failure."""

from collections.abc import Awaitable
from typing import TypeVar

from domain.account.commands import AccountRefusal
from domain.deal.commands import DealRefusal
from domain.refusal import Refused
from domain.value import Value

R = TypeVar("R", bound=Value)


async def deal_result(work: Awaitable[R]) -> R | DealRefusal:
    """Await an effect of a deal; a refusal becomes its result."""
    try:
        return await work
    except Refused as refused:
        return DealRefusal(code=refused.code.value, text=refused.text)


async def account_result(work: Awaitable[R]) -> R | AccountRefusal:
    """Await an effect of an account; a refusal becomes its result."""
    try:
        return await work
    except Refused as refused:
        return AccountRefusal(code=refused.code.value, text=refused.text)
