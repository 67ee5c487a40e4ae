"""An approval driven by hand: what the machine says is folded in as its owner would, and a refusal changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from domain.approval import clock, machine, signers
from domain.approval.evolve import evolve, find_step
from domain.approval.seats import Approval, Candidate, Purpose, Seat, Step, Subject, Verdict
from domain.business_calendar import CompiledCalendar
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Code, Refused
from domain.terms import ApprovalTerms
from domain.value import Text, Value

START = datetime.fromisoformat("2026-09-07T10:00:00+08:00")
HASH = "a" * 64
SUBJECT = Subject(
    kind="quote",
    reference="quote 1",
    content_hash=HASH,
    amount=Money.of("50000.00", "CNY"),
    measures=(("max_discount_bp", 1200), ("total_minor", 5_000_000)),
    requester="li",
    owner="sun",
    editors=("qian",),
)


def seat(seat_id: str, *people: str | Candidate, manager: str = "", limit: Money | None = None) -> Seat:
    candidates = tuple(one if isinstance(one, Candidate) else Candidate(person=one) for one in people)
    return Seat(id=seat_id, role="role", candidates=candidates, manager=manager, manager_limit=limit)


def step(step_id: str, rank: int, *seats: Sequence[str | Candidate] | Seat, needed: int = 1, **covers: int) -> Step:
    """Build a step whose seats are lists of people, named ``{step}.{n}``."""
    return Step(
        id=step_id,
        rank=rank,
        needed=needed,
        clause=f"{step_id} fires",
        seats=tuple(
            one if isinstance(one, Seat) else seat(f"{step_id}.{n}", *one) for n, one in enumerate(seats, start=1)
        ),
        covers=tuple(sorted(covers.items())),
    )


class Case:
    """One approval and its time."""

    def __init__(
        self,
        *steps: Step,
        terms: ApprovalTerms | None = None,
        subject: Subject = SUBJECT,
        previous: Approval | None = None,
        now: datetime = START,
    ) -> None:
        self.now = now
        asked = machine.request("D-1-q1", subject, terms or ApprovalTerms())
        self.approval = evolve(None, asked[0], now)
        self.resolved = self.fold(machine.resolve(self.approval, steps, now, previous))

    @property
    def status(self) -> str:
        return self.approval.status

    def step(self, step_id: str) -> Step:
        return find_step(self.approval, step_id)

    def seat(self, seat_id: str) -> Seat:
        return next(one for a_step in self.approval.steps for one in a_step.seats if one.id == seat_id)

    def people(self, seat_id: str) -> tuple[str, ...]:
        return tuple(one.person for one in self.seat(seat_id).candidates)

    def open(self) -> tuple[str, ...]:
        """Return the seats that can be decided."""
        return tuple(one.id for _, one in machine.seats_open(self.approval))

    def fold(self, events: tuple[Value, ...]) -> tuple[Value, ...]:
        for event in events:
            self.approval = evolve(self.approval, event, self.now)
        return events

    def decide(
        self, person: str, verdict: Verdict = "approve", *, seen: str = HASH, reason: str = "why", behalf: str = ""
    ) -> tuple[Value, ...]:
        return machine.decide_seat(
            self.approval,
            actor=Actor(id=person),
            verdict=verdict,
            content_hash=seen,
            reason=reason,
            on_behalf_of=behalf,
            now=self.now,
        )

    def vote(
        self, person: str, verdict: Verdict = "approve", *, seen: str = HASH, reason: str = "why", behalf: str = ""
    ) -> tuple[str, ...]:
        """Decide, and return the kinds of what happened."""
        return kinds(self.fold(self.decide(person, verdict, seen=seen, reason=reason, behalf=behalf)))

    def refused(
        self,
        code: Code,
        person: str,
        verdict: Verdict = "approve",
        *,
        seen: str = HASH,
        reason: str = "why",
        behalf: str = "",
    ) -> Refused:
        with pytest.raises(Refused) as caught:
            self.decide(person, verdict, seen=seen, reason=reason, behalf=behalf)
        assert caught.value.code == code, caught.value.text.en
        assert caught.value.text.zh != caught.value.text.en
        return caught.value

    def again(self, *steps: Step) -> tuple[str, ...]:
        """Resolve the seats anew, as after a change of the organisation."""
        return kinds(self.fold(machine.resolve(self.approval, steps, self.now)))

    def ask(self, person: str, purpose: Purpose, who: str) -> tuple[str, ...]:
        found = signers.question(self.approval, actor=Actor(id=person), who=who, purpose=purpose, reason="why")
        return kinds(self.fold(found))

    def ask_refused(self, code: Code, person: str, purpose: Purpose, who: str) -> Refused:
        with pytest.raises(Refused) as caught:
            signers.question(self.approval, actor=Actor(id=person), who=who, purpose=purpose, reason="why")
        assert caught.value.code == code, caught.value.text.en
        return caught.value

    def answer(self, candidate: Candidate | None, why: Text | None = None) -> tuple[Value, ...]:
        return self.fold(signers.answered(self.approval, candidate, why))

    def sign(self, person: str, purpose: Purpose, who: str) -> tuple[str, ...]:
        """Ask for a signer, and have the organisation allow it."""
        self.ask(person, purpose, who)
        return kinds(self.answer(Candidate(person=who)))

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def alarms(self, calendar: CompiledCalendar) -> list[tuple[datetime, str]]:
        """Return what is armed, soonest first, as ``what step/nth``."""
        armed = sorted(clock.alarms(self.approval, calendar), key=lambda alarm: alarm.at)
        return [(alarm.at, f"{alarm.what} {alarm.reference}".strip()) for alarm in armed]

    def ring(self, what: clock.What, reference: str = "") -> tuple[str, ...]:
        return kinds(self.fold(clock.rang(self.approval, what, reference)))

    def pause(self, calendar: CompiledCalendar) -> tuple[str, ...]:
        return kinds(self.fold(clock.pause(self.approval, calendar, self.now)))

    def resume(self) -> tuple[str, ...]:
        return kinds(self.fold(clock.resume(self.approval)))


def kinds(events: tuple[Value, ...]) -> tuple[str, ...]:
    return tuple(getattr(event, "kind", type(event).__name__) for event in events)
