"""What waits for a second person is not asked for once more: two agreements would give the same away twice."""

from collections.abc import Mapping

from domain.account.effects import GivenAway
from domain.account.requests import Request, described
from domain.account.state import Account
from domain.refusal import Code, refuse

_NOT_CONTENT = frozenset({"second", "agreed", "terms_hash", "issue_on", "by", "minor"})
"""What two askings of the same may differ in; the amount is compared by itself."""


def same_waiting(account: Account, effect: GivenAway) -> Request | None:
    """Return the request under way that asks for the same: the same operation, amount and grounds, whoever asks."""
    said = _content(effect)
    for request in account.requests:
        asked = request.effect
        if request.outcome or type(asked) is not type(effect) or not isinstance(asked, GivenAway):
            continue
        if _content(asked) == said and getattr(effect, "minor", None) in (None, getattr(asked, "minor", None)):
            return request
    return None


def check_not_asked(account: Account, effect: GivenAway) -> None:
    """Refuse what waits for a second person already (E_STATE, naming its approval)."""
    waiting = same_waiting(account, effect) if effect.second is not None else None
    if waiting is not None:
        said = described(effect)
        raise refuse(
            Code.STATE,
            f"{waiting.id} asks for the same ({said.en}) and is under way: decide on that one, recall it, or give "
            "another reason",
            f"{waiting.id} 已就同一事项（{said.zh}）在审批中：请对其作出决定、撤回，或填写不同的原因",
            approval=waiting.id,
        )


def _content(effect: GivenAway) -> Mapping[str, object]:
    return effect.model_dump(mode="json", exclude=set(_NOT_CONTENT))
