"""Which commands an account takes and from whom: the one table that `decide` refuses by and `explain` shows."""

from collections.abc import Callable

from domain.account.reading import has_open_request, holds_back, is_parked
from domain.account.state import Account
from domain.account.why_not import why_not
from domain.machine import Actor
from domain.nobody import UNIDENTIFIED, of_nobody
from domain.receivables.freed import REFUNDING
from domain.refusal import Code, refuse

_FINANCE = frozenset({"finance", "admin"})
_SALES = frozenset({"finance", "sales", "sales_manager", "credit", "admin"})
_PLANS = frozenset({"finance", "credit", "admin"})
_OPS = frozenset({"ops", "finance", "admin"})
_SEATED = frozenset({"decide", "transfer_seat", "add_signer", "recall"})
"""A seat in an approval, not a role, is what these need."""
_ROLES: dict[str, frozenset[str]] = {
    "record_receipt": _FINANCE,
    "allocate": _FINANCE,
    "unallocate": _FINANCE,
    "reverse_receipt": _FINANCE,
    "claim_receipt": _FINANCE,
    "exchange": _FINANCE,
    "undo_exchange": _FINANCE,
    "dispute": _SALES,
    "resolve": _SALES,
    "promise": _SALES,
    "withdraw_promise": _SALES,
    "plan": _PLANS,
    "withdraw_plan": _PLANS,
    "write_off": _FINANCE,
    "credit": _FINANCE,
    "refund": REFUNDING,
    "say_refund": _FINANCE,
    "pause_dunning": _SALES,
    "resume_dunning": _SALES,
    "release_hold": frozenset({"credit"}),
    "set_hold": _PLANS,
    "lift_hold": _PLANS,
    "hand_over": _FINANCE | {"credit"},
    "say_notice": _SALES,
    "note": _SALES | {"ops"},
    "customer_replied": _SALES,
    "import_open_item": _FINANCE,
    "mail_statement": _SALES,
    "retry_effect": _OPS,
    "skip_effect": _OPS,
    "adopt_log": _OPS,
    **dict.fromkeys(sorted(_SEATED), frozenset()),
}
_OUTSIDE = frozenset({"customer_replied", "record_receipt", "reverse_receipt", "import_open_item", "note"})
"""What a verified bank, payment provider, mailbox or import may report without holding a role here."""


def _has_debt(account: Account) -> bool:
    return account.case.open_minor > 0


_OF_NOBODY = _SEATED | {
    "record_receipt", "unallocate", "reverse_receipt", "claim_receipt", "refund", "say_refund", "note", "retry_effect",
    "skip_effect", "adopt_log",
}  # fmt: skip
"""What can be done with money that nobody has claimed: there is no customer who could owe, read or promise."""
_FINER: dict[str, Callable[[Account], bool]] = {
    # What was written off can be paid, too, where nothing is open.
    "allocate": lambda account: account.case.unapplied_minor > 0,
    "dispute": _has_debt,
    "resolve": lambda account: account.case.disputed_minor > 0,
    "promise": _has_debt,
    "withdraw_promise": lambda account: account.case.promises > 0,
    "plan": _has_debt,
    "withdraw_plan": lambda account: account.case.promises > 0,
    "write_off": _has_debt,
    "pause_dunning": lambda account: account.pause is None,
    "resume_dunning": lambda account: account.pause is not None or bool(account.undeliverable),
    "release_hold": holds_back,
    "set_hold": lambda account: account.hold is None,
    "lift_hold": lambda account: account.hold is not None,
    "hand_over": lambda account: _has_debt(account) and not account.handed_over,
    "say_notice": lambda account: account.in_hand is not None and not account.in_hand.said,
    "retry_effect": is_parked,
    "skip_effect": is_parked,
    "refund": lambda account: account.case.unapplied_minor > 0,
    "exchange": lambda account: account.case.unapplied_minor > 0,
    "say_refund": lambda account: any(one.unknown for one in account.refunds),
    # A decision may come again when all is over: it gets its first answer.
    "decide": lambda account: bool(account.requests),
    **dict.fromkeys(("add_signer", "recall", "transfer_seat"), has_open_request),
}
_OURS = frozenset(
    {
        "pause_dunning",
        "resume_dunning",
        "release_hold",
        "set_hold",
        "lift_hold",
        "say_notice",
        "retry_effect",
        "skip_effect",
        "say_refund",
        *_SEATED,
    }
)
"""What the account knows by itself, whatever the ledger is doing."""
_WHILE_LOADING = frozenset({"retry_effect"})


def possible(account: Account, kind: str) -> bool:
    """Tell whether a public command of this kind can be taken now, whoever sends it."""
    if not account.loaded and kind not in _WHILE_LOADING:
        return False
    if _takes_a_customer(account, kind):
        return False
    finer = _FINER.get(kind)
    return finer is None or finer(account)


def _takes_a_customer(account: Account, kind: str) -> bool:
    return account.customer_id == UNIDENTIFIED and kind not in _OF_NOBODY


def moves(account: Account) -> tuple[str, ...]:
    """Return the kinds of the public commands that can be taken now."""
    return tuple(kind for kind in _ROLES if kind != "adopt_log" and possible(account, kind))


def check_role(kind: str, actor: Actor) -> None:
    """Refuse an actor who holds none of the roles that a command needs (E_AUTH)."""
    if kind in _SEATED or (kind in _OUTSIDE and actor.via in ("webhook", "import")):
        return
    allowed = _ROLES[kind]
    if not allowed.intersection(actor.roles):
        names = ", ".join(sorted(allowed))
        raise refuse(
            Code.AUTH,
            f"{kind} needs one of the roles {names}",
            f"{kind} 需要以下角色之一：{names}",
            needed=names,
        )


def check_state(account: Account, kind: str) -> None:
    """Refuse what cannot be done where the account is (E_STATE), or with money of nobody (E_GATE).

    What a ledger operation under way may be changing (what is open, unapplied, disputed) is left to the ledger.
    """
    if _takes_a_customer(account, kind):
        raise of_nobody(kind)
    ledger_knows = kind in _FINER and any(pending.lane == "ledger" for pending in account.pending)
    if possible(account, kind) or (account.loaded and ledger_knows and kind not in _OURS):
        return
    allowed, why = ", ".join(moves(account)) or "–", why_not(account, kind)
    raise refuse(
        Code.STATE,
        f"{kind} is not possible now ({why.en}); possible are: {allowed}",
        f"当前不能执行 {kind}（{why.zh}）；可执行：{allowed}",
        allowed=allowed,
    )
