"""What operations read on a workflow's page in the Temporal UI: why it is here, who must do what, what to send.

The page is half a window wide, its tables have no space between columns and its code blocks do not wrap: everything is
a list or a paragraph, and what is to be sent stands on a line of its own.
"""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from domain.machine import Blocker, E, Explanation, Line, Pending, holder_of
from domain.money import Money
from domain.value import Text, Value
from workflows.sampling import sample

LONGEST_DETAILS = 18_000
"""The UI documents 20 KB for details; more is cut, the event log has all."""


_SEATED = frozenset({"decide", "transfer_seat", "add_signer", "recall"})
"""A seat is what these need; a plain name is enough to send them by hand."""
_ROLES = {"release_credit": "credit", "retry_effect": "ops", "skip_effect": "ops", "abort": "ops", "adopt_log": "ops"}


class Invoice(Value):
    """One line of the money."""

    number: str
    due_on: str
    gross: Money
    open: Money


class Page(Value):
    """Everything a cockpit shows.

    Attributes:
        role: whose commands these are, where a command needs no other.
        commands: what may be sent.
        known: the fields of a message that the state knows, as `sampling.sample` takes them.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    explanation: Explanation
    invoices: tuple[Invoice, ...]
    timeline: tuple[Line, ...]
    attention: tuple[tuple[str, str], ...]
    role: str = "sales"
    commands: tuple[type[Value], ...] = ()
    known: tuple[tuple[str, Any], ...] = ()


def attention_of(
    pending: tuple[Pending[E], ...], holds: Callable[[Pending[E], Pending[E]], bool]
) -> tuple[tuple[str, str], ...]:
    """Return what waits for a person, and why; what waits behind it is named, too."""
    found = []
    for parked in (one for one in pending if one.parked is not None):
        behind = [one.id for one in pending if one.parked is None and holder_of(one, pending, holds) is parked]
        waits = f"; behind it waits 其后等待: {', '.join(behind)}" if behind else ""
        found.append((parked.id, f"{parked.parked}{waits}"))
    return tuple(found)


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


def alarm(trouble: Text) -> str:
    """Write what stands above everything else on the page: its facts are not recorded."""
    return f"**Needs attention 需要处理**: {trouble.en} {trouble.zh}"


def _when(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def _attention(page: Page) -> str:
    if not page.attention:
        return ""
    lines = [f"- `{effect}`: {error}" for effect, error in page.attention]
    return _list("Needs attention 需要处理 — send 发送 `retry_effect`, `skip_effect`, `abort`", lines)


def _waiting(page: Page) -> str:
    # Several people who owe the same thing are told it once; each sends it in their own name.
    groups = groupby(page.explanation.waiting, key=lambda one: (one.what, one.by, one.command))
    owed = [_owed(list(same), page) for _, same in groups]
    if not owed:
        return "**Waiting for nobody 无人待办**: time alone moves it 仅等待时间"
    return "\n\n".join(["**Waiting for 等待**", *owed])


def _owed(same: list[Blocker], page: Page) -> str:
    first = same[0]
    people = ", ".join(dict.fromkeys(one.who for one in same))
    lines = [f"**{people}**{_by(first.by)}", _both(first.what)]
    if first.command:
        lines.append(_payload(first.command, first.who, page))
    return "\n".join(lines)


def _by(at: datetime | None) -> str:
    return f" · by 期限 {_when(at)}" if at else ""


def _both(text: Text) -> str:
    return f"{text.en} · {text.zh}"


def _list(heading: str, lines: Iterable[str]) -> str:
    return "\n".join([f"**{heading}**", "", *lines])


def _payload(command: str, who: str, page: Page) -> str:
    person = "you" if who.startswith("role:") or who in ("customer", "ltc") else who
    role = who.removeprefix("role:") if who.startswith("role:") else _ROLES.get(command, page.role)
    actor = person if command in _SEATED else {"id": person, "roles": [role]}
    known = {"side": "theirs" if who == "customer" else "ours", **dict(page.known)}
    model = next(one for one in page.commands if one.model_fields["kind"].default == command)
    body = {"actor": actor, "command": sample(model, known)}
    return f"`{json.dumps(body, ensure_ascii=False)}`"


def _money(invoices: tuple[Invoice, ...]) -> str:
    if not invoices:
        return ""
    rows = [
        f"- {one.number} · due 到期 {one.due_on} · total 金额 {one.gross} · open 未清 **{one.open}**"
        for one in invoices
    ]
    return _list("Invoices 发票", rows)


def _timers(explanation: Explanation) -> str:
    if not explanation.timers:
        return ""
    return _list("Next timers 接下来的定时", [f"- {_when(at)}: {_both(why)}" for at, why in explanation.timers[:5]])


def _timeline(timeline: tuple[Line, ...]) -> str:
    rows = [f"- {_when(line.at)} #{line.seq} {line.kind} ({line.actor}) {line.note}" for line in timeline[-8:][::-1]]
    return _list("Last events 最近事件", rows) if rows else ""


def _moves(page: Page) -> str:
    return (
        f"**Allowed now 当前可用** {', '.join(f'`{move}`' for move in page.explanation.moves) or '–'}\n"
        "by the update `submit` or the signal `command` 通过 update `submit` 或 signal `command` 发送\n"
        f"**Policy 制度** {page.explanation.clause}"
    )
