"""What waits for a second person is not asked for once more: two agreements would give the same away twice.

A receipt has a name of its own, its source's: told again as it was, it is the one that waits; told otherwise, refused.
"""

from collections.abc import Iterator, Mapping

from domain.account.commands import Moved
from domain.account.effects import ApplyReceipt, GivenAway
from domain.account.requests import Request, described, frozen
from domain.account.state import Account
from domain.refusal import Code, Refused, refuse
from domain.value import Value

_NOT_CONTENT = frozenset(
    {
        "second", "agreed", "terms_hash", "issue_on", "by", "minor", "tolerance", "via", "policy", "checks", "compared",
        "dispute", "besides",
    }
)  # fmt: skip
"""What two askings of the same may differ in; the amount and which dispute it is are compared by themselves."""
_WEIGHED = ("minor", "dispute")
"""What the ledger says where who asks has not."""


def same_waiting(account: Account, effect: GivenAway) -> Request | None:
    """Return the request under way that asks for the same: the same operation, amount and grounds, whoever asks."""
    said = _content(effect)
    for request in account.requests:
        asked = request.effect
        if request.outcome or type(asked) is not type(effect) or not isinstance(asked, GivenAway):
            continue
        known = all(getattr(effect, name, None) in (None, getattr(asked, name, None)) for name in _WEIGHED)
        if known and _content(asked) == said:
            return request
    return None


def waits_for(account: Account, effect: Value, result: Value) -> str:
    """Return the approval of what the ledger has weighed and not done, empty when it has done it."""
    waits = result.movement.waits if isinstance(result, Moved) else None
    if waits is None or not isinstance(effect, GivenAway):
        return ""
    request = same_waiting(account, frozen(effect, waits))
    return "" if request is None else request.id


def asked_once(account: Account, effect: GivenAway) -> GivenAway:
    """Return what the ledger is asked; what waits for a second person already is refused (E_STATE, E_IDEM).

    A receipt that waits with the same content is asked again and found waiting, even where no other request is taken.
    """
    if effect.second is None:
        return effect
    waiting = same_waiting(account, effect)
    if isinstance(effect, ApplyReceipt):
        _check_key_free(account, effect)
        return effect if waiting is None else effect.model_copy(update={"second": effect.second.among_them()})
    if waiting is not None:
        said = described(effect)
        raise refuse(
            Code.STATE,
            f"{waiting.id} asks for the same ({said.en}) and is under way: decide on that one, recall it, or give "
            "another reason",
            f"{waiting.id} 已就同一事项（{said.zh}）在审批中：请对其作出决定、撤回，或填写不同的原因",
            approval=waiting.id,
        )
    return effect


def key_taken(effect: ApplyReceipt, approval: str) -> Refused:
    """Build the refusal (E_IDEM) of a receipt whose name another report has that waits, under an approval if any."""
    name = f"{effect.receipt.source}/{effect.receipt.external_id}"
    where = f" ({approval})" if approval else ""
    return refuse(
        Code.IDEM,
        f"another report of receipt {name} with other content waits for a second person{where}: decide on that one or "
        "recall it, or report this money under the id that its source gives it",
        f"收款 {name} 另有一份内容不同的登记正在等待第二人审批{where}：请先对其作出决定或撤回，"
        "或使用来源给出的编号登记本笔",
        approval=approval,
    )


def _check_key_free(account: Account, effect: ApplyReceipt) -> None:
    said = _content(effect)
    for approval, other in _receipts_under_way(account):
        same_key = (other.receipt.source, other.receipt.external_id) == (
            effect.receipt.source, effect.receipt.external_id,
        )  # fmt: skip
        if same_key and _content(other) != said:
            raise key_taken(effect, approval)


def _receipts_under_way(account: Account) -> Iterator[tuple[str, ApplyReceipt]]:
    """Yield the receipts that wait, each with its approval, and those that the ledger is weighing."""
    for request in account.requests:
        if not request.outcome and isinstance(request.effect, ApplyReceipt):
            yield request.id, request.effect
    for pending in account.pending:
        if isinstance(pending.effect, ApplyReceipt) and pending.effect.second is not None:
            yield "", pending.effect


def _content(effect: GivenAway) -> Mapping[str, object]:
    said = effect.model_dump(mode="json", exclude=set(_NOT_CONTENT))
    if isinstance(effect, ApplyReceipt):
        # When it was reported is no part of it.
        said["receipt"].pop("received_at")
    return said
