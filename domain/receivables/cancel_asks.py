"""What of a cancellation waits for a second person: the credit as a whole, then each payment back as it is weighed."""

from collections.abc import Callable, Iterator, Sequence

from domain.cancellation import CancellationPreview, SecondAsked
from domain.deal.effects import CancelBilling
from domain.money import Money
from domain.receivables.cancelling import MadeCredit, needs_second
from domain.terms import AccountTerms, RequestKind

Refunded = Callable[[str, str], int]
"""How much was paid back of a receipt before, by its source and external id."""


def with_seconds(
    preview: CancellationPreview,
    effect: CancelBilling,
    made: Sequence[MadeCredit],
    terms: AccountTerms | None,
    refunded: Refunded,
) -> CancellationPreview:
    """Return the preview that says what a second person will be asked for; who that is, the policy says.

    Raises:
        Refused: nobody can say yet, as the account of its invoices is being opened (E_STATE).
    """
    asks = []
    if needs_second(effect, made, terms, 0 if preview.forgone is None else preview.forgone.minor):
        over = Money(minor=_limit(terms, "credit") or 0, currency=effect.currency)
        asks.append(SecondAsked(kind="credit", amount=preview.given_up, in_all=preview.in_all, over=over))
    asks += _refunds(effect, made, terms, refunded)
    return preview.model_copy(update={"second": bool(asks), "asks": tuple(asks)})


def waits_whole(preview: CancellationPreview) -> bool:
    """Tell whether nothing at all is done before a second person has agreed; what is only paid back waits by itself."""
    return any(one.kind == "credit" for one in preview.asks)


def _refunds(
    effect: CancelBilling, made: Sequence[MadeCredit], terms: AccountTerms | None, refunded: Refunded
) -> Iterator[SecondAsked]:
    """Yield the payments back that wait, as one: each is weighed with all that this command pays back."""
    limit = _limit(terms, "refund")
    if effect.paid_part != "refund" or limit is None:
        return
    freed = [cash for one in made if one.plan is not None for cash in one.plan.freed]
    total, waiting, most = sum(cash.minor for cash in freed), 0, 0
    taken: dict[tuple[str, str], int] = {}
    for cash in freed:
        key = (cash.source, cash.external_id)
        before = taken.get(key, 0) + refunded(*key)
        if total + before > limit:
            waiting, most = waiting + cash.minor, max(most, total + before)
        else:
            taken[key] = taken.get(key, 0) + cash.minor
    if waiting:
        amount, in_all, over = (Money(minor=minor, currency=effect.currency) for minor in (waiting, most, limit))
        yield SecondAsked(kind="refund", amount=amount, in_all=in_all, over=over)


def _limit(terms: AccountTerms | None, kind: RequestKind) -> int | None:
    return None if terms is None else next((alone.minor for alone in terms.alone if alone.kind == kind), None)
