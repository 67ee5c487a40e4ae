"""A preview says what of a cancellation waits for a second person: just that is asked, of the roles that it names."""

from typing import Any

import pytest

from domain.account import effects as account
from domain.account.effects import TakeRefund
from domain.cancellation import SecondAsked
from domain.policy.resolve_tiers import tier_roles
from domain.receivables.cancel_asks import waits_whole
from domain.receivables.second_person import Second
from domain.terms import Alone, RequestKind
from simulation.ledger import MemoryLedger
from storage.database import Database
from storage.operations.cancelling import preview_cancellation
from storage.operations.ledger import LedgerBooks
from tests.domain.policy.shipped import standard
from tests.storage.samples import HASH, KEY, NOW, at, cny, issue, receipt, terms
from tests.storage.test_ledger_cancelling import DAY, cancelling

INVOICES = ("INV-2026-000001", "INV-2026-000002")


async def paid(ledger: Any, parts: tuple[tuple[str, int, tuple[int, ...]], ...], refunded: int, **limits: int) -> None:
    """Bill two halves of the order, receive money for them, and pay some of receipt ``a`` back before."""
    alone = tuple(Alone.model_validate({"kind": kind, "minor": minor}) for kind, minor in limits.items())
    limited = terms().model_copy(update={"alone": alone})
    await ledger.load_case(account.LoadCase(**KEY), NOW, limited, HASH, "示例客户")
    for n, before in ((1, 0), (2, 5_000)):
        half = issue(f"half-{n}").model_copy(update={"share_bp": 5_000, "shares_before_bp": before})
        await ledger.issue_invoice(f"i{n}", NOW, half)
    for name, minor, invoices in parts:
        more = refunded if name == "a" else 0
        await ledger.operate(f"r-{name}", at(20), receipt(name, minor + more, [INVOICES[n] for n in invoices]))
    if refunded:
        back = TakeRefund(
            source="bank", external_id="a", minor=refunded, reason="twice", by="x", terms_hash=HASH, **KEY
        )
        await ledger.operate("back", at(21), back)


ONE, TWO = (("a", 4_000, (0,)),), (("a", 4_000, (0,)), ("b", 3_000, (1,)))
WHOLE, OVER_BOTH = (("a", 5_000, (0,)),), (("a", 10_000, (0, 1)),)
CASES = [
    pytest.param(ONE, 0, 4_000, 0, id="at the limit"),
    pytest.param(ONE, 0, 3_999, 4_000, id="above it"),
    pytest.param(WHOLE, 500, 5_500, 0, id="at the limit with what was paid back before"),
    pytest.param(WHOLE, 500, 5_499, 5_000, id="above it with what was paid back before"),
    pytest.param(TWO, 0, 7_000, 0, id="two receipts at the limit"),
    pytest.param(TWO, 0, 6_999, 7_000, id="two receipts above it together"),
    pytest.param(OVER_BOTH, 0, 20_000, 0, id="one receipt of two invoices"),
    pytest.param(OVER_BOTH, 0, 10_000, 5_000, id="one receipt of two invoices, weighed with itself"),
    pytest.param(OVER_BOTH, 0, 9_999, 10_000, id="one receipt of two invoices above it"),
]


@pytest.mark.parametrize(("parts", "refunded", "limit", "waits"), CASES)
async def test_a_refund_that_will_wait_is_said_before(
    ledger: LedgerBooks, database: Database, parts: Any, refunded: int, limit: int, waits: int
) -> None:
    memory = MemoryLedger()
    for books in (ledger, memory):
        await paid(books, parts, refunded, refund=limit)
    wanted = cancelling(paid_part="refund")
    seen = database.transact(preview_cancellation, DAY, wanted)
    assert (seen.second, [(one.kind, one.amount.minor, one.over.minor) for one in seen.asks]) == (
        bool(waits), [("refund", waits, limit)] if waits else [],
    )  # fmt: skip
    done = await ledger.cancel_billing("x", DAY, wanted)
    assert (done.waits, done.preview) == (False, seen)
    assert await memory.cancel_billing("x", DAY, wanted) == done

    freed = [cash for note in done.notes for cash in note.freed]
    total, waited = sum(cash.minor for cash in freed), 0
    for n, cash in enumerate(freed):
        asked = TakeRefund(
            **cash.model_dump(), reason="withdrawn", by="li", along_minor=total - cash.minor,
            second=Second(over_minor=limit, by="li"), terms_hash=HASH, **KEY,
        )  # fmt: skip
        waited += cash.minor if (await ledger.operate(f"b{n}", at(24), asked)).waits else 0
    assert waited == waits


async def test_what_stays_unapplied_takes_nobody_and_a_credit_holds_the_whole(
    ledger: LedgerBooks, database: Database
) -> None:
    await paid(ledger, TWO, 0, refund=1, credit=9_999)
    seen = database.transact(preview_cancellation, DAY, cancelling())
    assert seen.asks == (SecondAsked(kind="credit", amount=cny(10_000), in_all=cny(10_000), over=cny(9_999)),)
    assert waits_whole(seen)
    both = database.transact(preview_cancellation, DAY, cancelling(paid_part="refund"))
    assert [one.kind for one in both.asks] == ["credit", "refund"]
    agreed = database.transact(preview_cancellation, DAY, cancelling(paid_part="refund", agreed="D-1-c1"))
    assert [one.kind for one in agreed.asks] == ["refund"]
    assert (agreed.second, waits_whole(agreed), agreed.content_hash) == (True, False, both.content_hash)


@pytest.mark.parametrize(
    ("kind", "minor", "roles"),
    [
        ("write_off", 2_000_001, ("finance_head",)),
        ("write_off", 20_000_001, ("finance_head", "cfo")),
        ("credit", 5_000_001, ("finance_head",)),
        ("refund", 500_001, ("finance_head",)),
        ("receipt", 500_001, ()),
    ],
)
def test_the_roles_are_those_of_the_tiers_that_the_amount_takes(kind: RequestKind, minor: int, roles: object) -> None:
    assert tier_roles(standard(), kind, cny(minor), NOW) == roles
