"""Whatever people, time and the organisation do, in whatever order, A1, A2, A4, A5 and A6 hold (domain.md 6.6)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.approval import clock, machine, signers
from domain.approval import events as e
from domain.approval.evolve import evolve, find_step
from domain.approval.seats import Approval, Candidate, Purpose, Seat, Step, Subject, Verdict
from domain.business_calendar import CompiledCalendar, working_time_between
from domain.machine import Actor
from domain.money import Money
from domain.refusal import Refused
from domain.terms import ApprovalTerms
from domain.value import Text, Value
from tests.domain.approval.case import START, Case, seat, step
from tests.domain.approval.test_clock import CHINA, DECIDE, terms

ALWAYS = CompiledCalendar.always()
PARTS = ("li", "sun", "qian")
OTHERS = ("wang", "zhao", "chen")
PEOPLE = (*PARTS, *OTHERS, "feng", "gao")
ENDS = (
    e.ApprovalGranted,
    e.ApprovalNotNeeded,
    e.ApprovalRejected,
    e.ApprovalReturned,
    e.ApprovalRecalled,
    e.ApprovalExpired,
)
FRESH = {"status": "open", "decided_by": "", "on_behalf_of": "", "carried": False, "inherited": False, "waits_for": ()}
RULES = (("a", 0), ("b", 10), ("c", 10), ("d", 20))

people = st.sampled_from(PEOPLE)
limits = st.sampled_from(
    (
        *[None] * 6,
        Money.of("80.00", "CNY"),
        Money.of("80.00", "CNY"),
        Money.of("55.00", "CNY"),
        Money.of("900.00", "EUR"),
    )
)
candidates = st.builds(
    Candidate,
    person=st.sampled_from((*OTHERS * 4, "feng", *PARTS)),
    on_behalf_of=st.sampled_from((*[""] * 9, *PEOPLE)),
    limit=limits,
    until=st.sampled_from((*[None] * 6, START + timedelta(hours=9))),
)
verdicts = st.sampled_from((*["approve"] * 4, "reject", "return"))
seats = st.builds(
    Seat,
    id=st.just(""),
    role=st.just("role"),
    candidates=st.lists(candidates, min_size=1, max_size=3).map(tuple),
    manager=st.sampled_from(("", *PEOPLE)),
    manager_limit=limits,
)


@st.composite
def resolutions(draw: st.DrawFn, before: tuple[Step, ...] = ()) -> tuple[Step, ...]:
    """Draw the steps of a subject; where there were steps before, the same ones, with some of their people changed."""
    shape = {(one.id, one.rank): one for one in before}
    fired = list(shape) or draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=4, unique=True))
    steps = []
    for name, rank in fired:
        old = shape.get((name, rank))
        known = [one for one in old.seats if not one.depth] if old else [None] * draw(st.integers(1, 3))
        found = []
        for n, one in enumerate(known, start=1):
            again = one is not None and draw(st.integers(0, 3)) > 0
            people_of = Seat(id="", role="role", candidates=one.candidates) if again and one else draw(seats)
            found.append(people_of.model_copy(update={"id": f"{name}.{n}"}))
        needed = old.needed - (len(old.seats) - len(known)) if old else draw(st.sampled_from((1, 1, 2, 3, 0)))
        steps.append(step(name, rank, *found, needed=needed, discount=draw(st.integers(1, 3))))
    return tuple(steps)


policies = st.builds(
    ApprovalTerms,
    sla=st.just("8h business"),
    warn_at_bp=st.sampled_from(((), (5000,))),
    on_breach=st.sampled_from(("none", "add", "reassign")),
    breach_again=st.sampled_from(("return", "ops")),
    max_age=st.sampled_from((None, "3d")),
    reapproval=st.sampled_from(("envelope", "envelope", "full")),
    carry_same_person=st.sampled_from((True, True, False)),
    signer_depth=st.sampled_from((0, 1, 2, 2)),
)


def reaches(subject: Subject, limit: Money | None) -> bool:
    if limit is None:
        return True
    return limit.currency == subject.amount.currency and abs(subject.amount.minor) <= limit.minor


class AnyApproval(RuleBasedStateMachine):
    """One approval after the other, to which anything may happen."""

    @initialize(policy=policies, steps=resolutions())
    def start(self, policy: ApprovalTerms, steps: tuple[Step, ...]) -> None:
        self.now = START
        self.policy = policy
        self.version = 0
        self.refusals: list[Text] = []
        self.saw: dict[tuple[str, str], list[dict[str, int]]] = {}
        self.approval: Approval | None = None
        self.submit(steps, 6_000)

    @property
    def current(self) -> Approval:
        assert self.approval is not None
        return self.approval

    def submit(self, steps: tuple[Step, ...], minor: int) -> None:
        self.version += 1
        self.votes: list[e.SeatDecided] = []
        self.ends: list[Value] = []
        self.needed = {one.id: max(1, one.needed) for one in steps}
        self.asked = {one.id: dict(one.covers) for one in steps}
        subject = Subject(
            kind="quote",
            reference=f"quote {self.version}",
            content_hash=str(self.version) * 64,
            amount=Money(minor=minor, currency="CNY"),
            requester="li",
            owner="sun",
            editors=("qian",),
        )
        previous = self.approval
        self.fold(machine.request(f"D-1-q{self.version}", subject, self.policy))
        self.fold(machine.resolve(self.current, steps, self.now, previous))

    def seated(self) -> set[str]:
        return {one.person for _, a_seat in machine.seats_open(self.current) for one in a_seat.candidates}

    def fold(self, events: tuple[Value, ...], *, voted: bool = False) -> bool:
        for event in events:
            self.check(event, events, voted=voted)
            self.approval = evolve(self.approval, event, self.now)
        return bool(events)

    def check(self, event: Value, batch: tuple[Value, ...], *, voted: bool) -> None:
        if isinstance(event, e.SeatDecided):
            self.check_vote(event, voted=voted)
        if isinstance(event, e.SignerAdded):
            self.needed[event.step] += 1
        if isinstance(event, e.StepEscalated):
            assert not any(isinstance(one, e.SeatDecided | e.ApprovalGranted) for one in batch)
        if isinstance(event, ENDS):
            self.ends.append(event)
            assert len(self.ends) == 1, "A5: one final decision"
        if isinstance(event, e.ApprovalGranted):
            self.check_granted(voted=voted)

    def check_vote(self, vote: e.SeatDecided, *, voted: bool) -> None:
        state = self.current
        a_step = find_step(state, vote.step)
        a_seat = next(one for one in a_step.seats if one.id == vote.seat)
        assert voted or vote.carried, "A6: a vote is a person's, or taken over from one"
        assert vote.content_hash == state.subject.content_hash
        assert a_seat.status == "open"
        assert not {vote.person, vote.on_behalf_of} & set(PARTS), "A1"
        fitting = [
            one
            for one in a_seat.candidates
            if (one.person, one.on_behalf_of) == (vote.person, vote.on_behalf_of)
            and (one.until is None or self.now < one.until)
            and (vote.verdict != "approve" or reaches(state.subject, one.limit))
        ]
        assert fitting, "A4: a candidate of the seat, in time and with the authority"
        if vote.inherited:
            now = self.asked[vote.step]
            seen = self.saw.get((vote.step, vote.person), [])
            assert any(all(value <= one.get(name, 0) for name, value in now.items()) for one in seen), "envelope"
        elif vote.carried:
            below = max(one.rank for one in state.steps if one.rank < a_step.rank)
            names = {one.id for one in state.steps if one.rank == below}
            source = [one for one in self.votes if one.step in names and one.person == vote.person]
            assert any(one.verdict == "approve" and not one.inherited for one in source), "the very next seat only"
        else:
            assert a_step.rank == state.at_rank
        if vote.verdict == "approve" and not vote.inherited:
            self.saw.setdefault((vote.step, vote.person), []).append(self.asked[vote.step])
        self.votes.append(vote)

    def check_granted(self, *, voted: bool) -> None:
        state = self.current
        assert voted or all(vote.inherited for vote in self.votes), "A6: never by time, people moving or silence"
        for a_step in state.steps:
            found = [one for one in self.votes if one.step == a_step.id and one.verdict == "approve"]
            names = [name for one in found for name in {one.person, one.on_behalf_of} - {""}]
            assert len(set(names)) == len(names), "A2: one person, one vote"
            assert len({one.seat for one in found}) == len(found) >= self.needed[a_step.id], "A2: quorum"
            assert {one.id for one in a_step.seats if one.depth} <= {vote.seat for vote in found}, "added signers"

    def attempt(self, command: Callable[[], tuple[Value, ...]], *, voted: bool = False) -> bool:
        """Do what may be refused."""
        try:
            found = command()
        except Refused as refused:
            self.refusals.append(refused.text)
            return False
        return self.fold(found, voted=voted)

    @rule(person=people, verdict=verdicts, behalf=st.sampled_from(("", "", *PEOPLE)), reason=st.sampled_from(("x", "")))
    def decide(self, person: str, verdict: Verdict, behalf: str, reason: str) -> None:
        seen = self.current.subject.content_hash
        self.vote(person, verdict, behalf, reason, seen)

    @rule(data=st.data(), verdict=verdicts)
    def decide_in_an_open_seat(self, data: st.DataObject, verdict: Verdict) -> None:
        if seated := self.seated():
            self.vote(data.draw(st.sampled_from(sorted(seated))), verdict, "", "x", self.current.subject.content_hash)

    @rule()
    def have_everybody_approve(self) -> None:
        for person in OTHERS * 2:
            self.vote(person, "approve", "", "x", self.current.subject.content_hash)

    @rule(person=people, verdict=verdicts)
    def decide_on_old_content(self, person: str, verdict: Verdict) -> None:
        assert not self.vote(person, verdict, "", "x", "0" * 64)

    def vote(self, person: str, verdict: Verdict, behalf: str, reason: str, seen: str) -> bool:
        def decided() -> tuple[Value, ...]:
            return machine.decide_seat(
                self.current,
                actor=Actor(id=person),
                verdict=verdict,
                content_hash=seen,
                reason=reason,
                on_behalf_of=behalf,
                now=self.now,
            )

        return self.attempt(decided, voted=True)

    @rule(
        data=st.data(),
        who=st.sampled_from(("feng", "gao", "feng", "gao", *PEOPLE)),
        purpose=st.sampled_from(get_args(Purpose)),
    )
    def ask_for_a_signer(self, data: st.DataObject, who: str, purpose: Purpose) -> None:
        person = data.draw(st.sampled_from(sorted(self.seated() or PEOPLE)))
        self.attempt(
            lambda: signers.question(self.current, actor=Actor(id=person), who=who, purpose=purpose, reason="x")
        )

    @precondition(lambda self: self.current.question is not None)
    @rule(limit=limits, eligible=st.sampled_from((True, True, True, False)))
    def hear_about_the_signer(self, limit: Money | None, *, eligible: bool) -> None:
        asked = self.current.question
        assert asked is not None
        candidate = Candidate(person=asked.who, limit=limit) if eligible else None
        self.fold(signers.answered(self.current, candidate, None if eligible else Text(en="no", zh="否")))

    @rule(data=st.data())
    def change_the_organisation(self, data: st.DataObject) -> None:
        if self.current.steps:
            decided = [a for one in self.current.steps for a in one.seats if a.status != "open"]
            self.fold(machine.resolve(self.current, data.draw(resolutions(self.current.steps)), self.now))
            kept = [a for one in self.current.steps for a in one.seats if a.status != "open"]
            assert kept == decided

    @rule(data=st.data())
    def let_an_alarm_ring(self, data: st.DataObject) -> None:
        armed = sorted(clock.alarms(self.current, ALWAYS), key=lambda alarm: alarm.at)
        if armed:
            self.now = max(self.now, armed[0].at)
            assert self.fold(clock.rang(self.current, armed[0].what, armed[0].reference)), (
                "what is armed does something"
            )

    @rule(what=st.sampled_from(get_args(clock.What)), reference=st.sampled_from(("a/1", "b/1", "c/2", "d/2", "x/1")))
    def let_any_alarm_ring(self, what: clock.What, reference: str) -> None:
        self.fold(clock.rang(self.current, what, reference))

    @rule(hours=st.integers(0, 12))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def pause(self) -> None:
        self.fold(clock.pause(self.current, ALWAYS, self.now))

    @rule()
    def resume(self) -> None:
        self.fold(clock.resume(self.current))

    @rule(person=people)
    def recall(self, person: str) -> None:
        if self.attempt(lambda: machine.recall(self.current, actor=Actor(id=person), reason="")):
            assert person in ("li", "sun")

    @precondition(lambda self: self.version < 8 and self.votes)
    @rule(data=st.data(), minor=st.sampled_from((5_000, 6_000, 9_000)), anew=st.sampled_from((True, False, False)))
    def submit_the_next_version(self, data: st.DataObject, minor: int, *, anew: bool) -> None:
        before = () if anew else self.current.steps
        if self.current.status in (*machine.OPEN, "approved"):
            self.approval = evolve(self.approval, e.ApprovalSuperseded(approval_id=self.current.id), self.now)
        self.submit(data.draw(resolutions(before)), minor)

    @precondition(lambda self: self.version < 8 and self.current.status == "approved" and self.current.steps)
    @rule(discount=st.integers(1, 3), of=st.integers(0, 3))
    def submit_the_same_again_with_one_change(self, discount: int, of: int) -> None:
        self.approval = evolve(self.approval, e.ApprovalSuperseded(approval_id=self.current.id), self.now)
        steps = [
            step(
                one.id,
                one.rank,
                *(a.model_copy(update=FRESH) for a in one.seats if not a.depth),
                needed=one.needed - sum(a.depth > 0 for a in one.seats),
                discount=discount if n == of else self.asked[one.id]["discount"],
            )
            for n, one in enumerate(self.current.steps)
        ]
        self.submit(tuple(steps), self.current.subject.amount.minor)

    @invariant()
    def what_is_over_stays_as_it_is(self) -> None:
        if self.ends:
            assert machine.seats_open(self.current) == ()
            assert clock.alarms(self.current, ALWAYS) == ()
            assert clock.blockers(self.current, ALWAYS, DECIDE) == ()
        else:
            assert self.current.status in machine.OPEN

    @invariant()
    def approved_is_what_was_granted(self) -> None:
        granted = any(isinstance(one, e.ApprovalGranted | e.ApprovalNotNeeded) for one in self.ends)
        assert (self.current.status == "approved") is granted

    @invariant()
    def somebody_is_waited_for(self) -> None:
        if self.current.status in ("pending", "stuck"):
            open_steps = [one for one in self.current.steps if one.rank == self.current.at_rank and not one.passed]
            assert open_steps
            if self.current.status == "pending":
                assert clock.blockers(self.current, ALWAYS, DECIDE)

    @invariant()
    def a_refusal_speaks_both_languages(self) -> None:
        assert all(text.en and text.zh for text in self.refusals)

    @invariant()
    def its_json_round_trips(self) -> None:
        assert Approval.model_validate_json(self.current.model_dump_json()) == self.current


AnyApproval.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyApproval = AnyApproval.TestCase

instants = st.integers(0, 3 * 86_400 * 10**6)


@given(pauses=st.lists(st.tuples(instants, instants), max_size=5), start=instants)
def test_the_time_used_up_between_pauses_is_the_length_of_the_clock(pauses: list[tuple[int, int]], start: int) -> None:
    """T4: whatever the pauses, the breach comes after exactly eight working hours outside them."""
    now = datetime(2026, 9, 28, tzinfo=UTC) + timedelta(microseconds=start)
    case = Case(step("mgr", 10, seat("mgr.1", "wang")), terms=terms(warn_at_bp=()), now=now)
    used = timedelta()
    for runs, rests in pauses:
        ((breach, _),) = case.alarms(CHINA)
        began = case.now
        case.now = min(breach, began + timedelta(microseconds=runs))
        used += working_time_between(CHINA, began, case.now)
        case.pause(CHINA)
        case.wait(microseconds=rests)
        case.resume()
    ((breach, what),) = case.alarms(CHINA)
    assert what == "approval_breach mgr/1"
    assert used + working_time_between(CHINA, case.now, breach) == timedelta(hours=8)
