"""What operations read on a workflow's page in the Temporal UI: why it is here, who must do what, what to send."""

import json
from datetime import datetime

from domain.machine import Blocker, Explanation, Line
from domain.money import Money
from domain.value import Value

LONGEST_DETAILS = 18_000
"""The UI documents 20 KB for details; more is cut, the event log has all."""


_SEATED = frozenset({"decide", "transfer_seat", "add_signer", "recall"})
"""A seat is what these need; a plain name is enough to send them by hand."""
_ROLES = {"release_credit": "credit", "retry_effect": "ops", "skip_effect": "ops", "abort": "ops"}


class Invoice(Value):
    """One line of the money table."""

    number: str
    due_on: str
    gross: Money
    open: Money
    note: str = ""


class Page(Value):
    """Everything a cockpit shows.

    Attributes:
        role: whose commands these are, where a command needs no other.
        example: the fields of a decision on the open approval.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    explanation: Explanation
    invoices: tuple[Invoice, ...]
    timeline: tuple[Line, ...]
    attention: tuple[tuple[str, str], ...]
    role: str = "sales"
    example: tuple[tuple[str, str], ...] = ()


def markdown(page: Page) -> str:
    """Write the page as markdown, without images or HTML, English and 中文."""
    parts = [
        f"### {page.title}",
        " · ".join(f"**{name}** {value}" for name, value in page.facts if value),
        _attention(page),
        _waiting(page),
        _money(page.invoices),
        _timers(page.explanation),
        _timeline(page.timeline),
        _moves(page),
    ]
    return "\n\n".join(part for part in parts if part)[:LONGEST_DETAILS]


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def _attention(page: Page) -> str:
    if not page.attention:
        return ""
    lines = [f"- `{effect}`: {error}" for effect, error in page.attention]
    return "\n".join(["**Needs attention 需要处理** — send `retry_effect`, `skip_effect` or `abort`:", *lines])


def _waiting(page: Page) -> str:
    rows = [_owed(blocker, page) for blocker in page.explanation.waiting]
    if not rows:
        return "**Waiting for** nobody: time alone moves it. 无人待办，仅等待时间。"
    return "\n".join(["| who 谁 | what 做什么 | by 期限 | send 发送 |", "|---|---|---|---|", *rows])


def _owed(blocker: Blocker, page: Page) -> str:
    payload = _payload(blocker.command, blocker.who, page) if blocker.command else ""
    return f"| {blocker.who} | {blocker.what.en} {blocker.what.zh} | {_when(blocker.by)} | {payload} |"


def _payload(command: str, who: str, page: Page) -> str:
    person = "you" if who.startswith("role:") or who in ("customer", "ltc") else who
    role = who.removeprefix("role:") if who.startswith("role:") else _ROLES.get(command, page.role)
    actor = person if command in _SEATED else {"id": person, "roles": [role]}
    body = {"actor": actor, "command": {"kind": command, **dict(page.example if command == "decide" else ())}}
    return f"`{json.dumps(body, ensure_ascii=False)}`"


def _money(invoices: tuple[Invoice, ...]) -> str:
    if not invoices:
        return ""
    rows = [f"| {i.number} | {i.due_on} | {i.gross} | {i.open} | {i.note} |" for i in invoices]
    return "\n".join(["| invoice 发票 | due 到期 | total 金额 | open 未清 | |", "|---|---|---|---|---|", *rows])


def _timers(explanation: Explanation) -> str:
    if not explanation.timers:
        return ""
    rows = [f"- {_when(at)}: {why.en} {why.zh}" for at, why in explanation.timers[:5]]
    return "\n".join(["**Next timers 接下来的定时**", *rows])


def _timeline(timeline: tuple[Line, ...]) -> str:
    rows = [f"- {_when(line.at)} #{line.seq} {line.kind} ({line.actor}) {line.note}" for line in timeline[-8:][::-1]]
    return "\n".join(["**Last events 最近事件**", *rows]) if rows else ""


def _moves(page: Page) -> str:
    return (
        f"Allowed now 当前可用: {', '.join(f'`{move}`' for move in page.explanation.moves) or '–'}. "
        f"Send them with the update `submit` or the signal `command`. Policy 制度: {page.explanation.clause}"
    )
