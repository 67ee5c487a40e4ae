"""What a scenario came to, in a form in which two shells can be compared: cause for cause, to the cent and the minute.

Parties work side by side, so their answers come in any order and the numbers of facts differ. Every fact is therefore
named by what caused it, down to a person's command or a timer; facts of one cause keep their order.

An account may sum up its ledger for several causes at one instant, while an invoice or a credit note is still on its
way into it. Each of these facts is compared by its cause, and each sum by how far the ledger was when it was read.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from domain.machine import Fact
from domain.value import Value
from simulation.company import Company
from simulation.scenario import Scenario

EFFECT = re.compile(
    r"(?P<owner>account/[^/\s\"]+/[^/\s\"]+/[A-Z]{3}|(?:deal/)?D-\d+)/(?P<seq>\d+)/(?P<name>[a-z_]+(?:-\d+)?)"
)
APPROVAL = re.compile(r"([A-Z0-9]+\.C-\d+\.[A-Z]{3})\.\d+")
"""The approval of an account, named by the number of the fact that raised it."""
HASH = re.compile(r"\b[0-9a-f]{64}\b")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")
NAMED = re.compile(r"^(organisation|start)/.*$")
SUM = "case_changed"
EARLY = timedelta(seconds=15)
Facts = Mapping[str, Sequence[dict[str, Any]]]
Told = dict[str, list[str]]


class Observed(NamedTuple):
    """What a scenario came to.

    Attributes:
        told: the facts by (workflow, chain of causes), each as one line of text.
        balances: Σ of postings by (customer, ledger account), in minor units.
        open: what is open of every invoice, with what is disputed.
        unapplied: what is left of every receipt.
        notices: (customer, minute, stage, invoices, minor) of all that went out, in order.
        letters: how many effects wrote to somebody, by kind.
        sums: what an account was summed up to by (workflow, minute, how many transactions its ledger had that did more
            than sum it up), where several causes had it summed up in one minute.
        last_sums: the one of the highest revision of each such minute, with that revision.
    """

    told: Told
    balances: dict[tuple[str, str], int]
    open: dict[str, int]
    unapplied: dict[str, int]
    notices: list[tuple[str, str, str, tuple[str, ...], int]]
    letters: dict[str, int]
    sums: dict[tuple[str, str, int], str]
    last_sums: dict[tuple[str, str], str]


def minute(text: str) -> str:
    """Return an instant as UTC to the minute; a real one may be some seconds late, or early by what was late before."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    return (at + EARLY).strftime("%Y-%m-%d %H:%M")


def in_minutes(value: Value) -> str:
    """Return a value as text with all instants to the minute."""
    return _to_the_minute(value.model_dump_json())


def _to_the_minute(text: str) -> str:
    return INSTANT.sub(lambda match: minute(match.group()), text)


class Causes:
    """Names facts by what caused them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._places: dict[str, list[int]] = {}
        for workflow_id, log in facts.items():
            seen: Counter[str] = Counter()
            self._places[workflow_id] = []
            for fact in log:
                cause = self._nameless(fact["cause"])
                self._places[workflow_id].append(seen[cause])
                seen[cause] += 1

    def of(self, cause: str) -> str:
        """Return the chain of causes behind an effect, a command or a timer."""
        found = EFFECT.fullmatch(cause)
        return self._asked(found) if found else self.plain(cause)

    def plain(self, text: str) -> str:
        """Return a text with instants to the minute, and effects by their causes."""
        named = EFFECT.sub(self._asked, self._nameless(text))
        return _to_the_minute(named)

    def nameless(self, text: str) -> str:
        """Return a plain text without what is named by a place, or by the customer's name on this server."""
        return HASH.sub("#", APPROVAL.sub(r"\1", self.plain(text)))

    def _nameless(self, cause: str) -> str:
        """Leave out what each run, and each word of the organisation, is named by."""
        return NAMED.sub(lambda match: match[1], cause)

    def _asked(self, match: re.Match[str]) -> str:
        owner, seq = match["owner"], int(match["seq"])
        workflow_id = owner if "/" in owner else f"deal/{owner}"
        fact = self._facts[workflow_id][seq - 1]
        place = self._places[workflow_id][seq - 1]
        return f"{self.of(fact['cause'])} > {workflow_id}#{place}.{match['name']}"


def told(facts: Facts) -> Told:
    """Return all facts by their causes, in order within each."""
    causes = Causes(facts)
    lines: Told = {}
    for workflow_id, log in facts.items():
        shared = _summed_for_several(log)
        for fact in log:
            chain = f"{workflow_id} < {causes.of(fact['cause'])}"
            plain = causes.nameless if workflow_id.startswith("account/") else causes.plain
            shown = fact | {"event": {"kind": SUM}} if _is_sum(fact) and minute(fact["at"]) in shared else fact
            lines.setdefault(chain, []).append(_line(shown, plain))
    return dict(sorted(lines.items()))


def sums(facts: Facts) -> tuple[dict[tuple[str, str, int], str], dict[tuple[str, str], str]]:
    """Return the sums of minutes in which accounts were summed up for several causes, and the last of each minute."""
    found: dict[tuple[str, str, int], str] = {}
    last: dict[tuple[str, str], str] = {}
    for workflow_id, log in facts.items():
        for at in _summed_for_several(log):
            mine = [fact for fact in log if _is_sum(fact) and minute(fact["at"]) == at]
            only_read = 0
            for fact in sorted(mine, key=lambda fact: fact["event"]["case"]["revision"]):
                case = fact["event"]["case"]
                # Summing up is a transaction of the ledger as well, and comes between others in any order.
                key = (workflow_id, at, case["revision"] - only_read)
                shown = _to_the_minute(json.dumps(case | {"revision": 0}, sort_keys=True))
                assert found.setdefault(key, shown) == shown, "a ledger that has not changed has one sum"
                only_read += fact["cause"].endswith("/refresh_case")
                last[workflow_id, at] = _to_the_minute(json.dumps(case, sort_keys=True))
    return dict(sorted(found.items())), dict(sorted(last.items()))


def _is_sum(fact: dict[str, Any]) -> bool:
    return bool(fact["event"]["kind"] == SUM)


def _summed_for_several(log: Sequence[dict[str, Any]]) -> frozenset[str]:
    """Return the minutes in which an account was summed up for more than one cause."""
    asked: dict[str, set[str]] = {}
    for fact in log:
        if _is_sum(fact):
            asked.setdefault(minute(fact["at"]), set()).add(fact["cause"])
    return frozenset(at for at, found in asked.items() if len(found) > 1)


def _line(fact: dict[str, Any], plain: Callable[[str], str]) -> str:
    event = dict(fact["event"])
    if event["kind"] == "deal_released":
        # To the minute, as all times: both ends of the hold may be some seconds late.
        event["held_for_s"] = round(timedelta(seconds=event["held_for_s"]) / timedelta(minutes=1)) * 60
    # How a message looked on its way is no matter of the rules: what is empty may be left out there.
    event.pop("excerpt", None)
    actor = fact["actor"]
    who = f"{actor['id']}({actor['via']})"
    return f"{minute(fact['at'])} {who} {plain(json.dumps(event, ensure_ascii=False, sort_keys=True))}"


def dumped(log: Sequence[Fact[Any]]) -> list[dict[str, Any]]:
    """Return facts as JSON values."""
    return [fact.model_dump(mode="json") for fact in log]


def notices_in(facts: Facts) -> list[tuple[str, str, str, tuple[str, ...], int]]:
    """Return the notices that went out according to the facts."""
    sent = [
        (
            workflow_id.split("/")[2],
            minute(fact["at"]),
            fact["event"]["stage"],
            tuple(fact["event"]["invoices"]),
            fact["event"]["open_minor"],
        )
        for workflow_id, log in facts.items()
        for fact in log
        if fact["event"]["kind"] == "notice_sent"
    ]
    return sorted(sent, key=lambda one: (one[1], one[0], one[2], one[3]))


def of_simulation(scenario: Scenario, sim: Company) -> Observed:
    """Return what a scenario came to on the simulator."""
    facts = {workflow_id: dumped(log) for workflow_id, log in sim.facts.items()}
    books = sim.ledger.books.values()
    summed, last_sums = sums(facts)
    return Observed(
        told=told(facts),
        balances={
            (book.customer_id, account): minor
            for book in books
            for account, minor in sorted(book.balances.items())
            if minor
        },
        open={number: one.open_minor for book in books for number, one in sorted(book.invoices.items())},
        unapplied={"/".join(key): one.unapplied_minor for book in books for key, one in sorted(book.receipts.items())},
        notices=notices_in(facts),
        letters={kind: count for kind, count in sorted(sim.parties.told.items()) if count},
        sums=summed,
        last_sums=last_sums,
    )


MOST_SHOWN = 12
BEFORE, AFTER = 60, 160


def differences(real: Observed, simulated: Observed) -> list[str]:
    """Return where two shells differ, the first few places; a diff of the whole would be endless.

    Not all that a ledger was at one instant is summed up in both: what is must be the same.
    """
    found = []
    for name, theirs in real._asdict().items():
        ours = getattr(simulated, name)
        if name == "sums":
            ours = theirs | {key: line for key, line in ours.items() if key in theirs}
        if isinstance(theirs, dict):
            keys = [key for key in {**theirs, **ours} if theirs.get(key) != ours.get(key)]
            found += [f"{name} {key}:{_apart(theirs.get(key), ours.get(key))}" for key in keys]
        elif theirs != ours:
            found.append(f"{name}:{_apart(theirs, ours)}")
    return found[:MOST_SHOWN]


def _apart(real: object, simulated: object) -> str:
    """Show two values around the first place where they differ."""
    one, other = str(real), str(simulated)
    place = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    cut = slice(max(0, place - BEFORE), place + AFTER)
    return f"\n  real {one[cut]}\n  sim  {other[cut]}"
