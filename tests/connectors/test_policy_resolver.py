"""A deal is answered by the policy it is pinned to and by the people of today."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from connectors.conditions.cel_conditions import CelConditions
from connectors.policy_files.loading import load
from connectors.policy_files.policy_resolver import PolicyResolver, PolicyUnknown
from domain.account.effects import LoadCase
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.approval.seats import Candidate, Subject
from domain.business_calendar import extended
from domain.deal.effects import AssignLead, ExtendCalendar, OpenDeal
from domain.money import Money
from domain.organisation import Absence, Delegation
from domain.policy.ports import CustomerFacts, ListPrice, OpenLeads
from domain.quotes import QuoteLine
from domain.refusal import Code, Refused
from tests.connectors.known_directory import KnownDirectory
from tests.sources import ROOT

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
STEADY = CustomerFacts(customer_id="c1", name="华东重工", country="CN", language="zh-CN", orders_12m=5)
GERMAN = CustomerFacts(customer_id="c2", name="Nord GmbH", country="DE", zone="Europe/Berlin", entity="DE01")
STANDARD = load(ROOT / "policies" / "standard.yaml")


def resolver(directory: KnownDirectory | None = None) -> PolicyResolver:
    return PolicyResolver(STANDARD, directory or KnownDirectory(STEADY, GERMAN), CelConditions())


def opening(customer: str = "c1", **more: object) -> OpenDeal:
    usual = {"deal_id": "d1", "customer_id": customer, "source": "web", "owner": "", "currency": "CNY"}
    return OpenDeal.model_validate({**usual, **more})


def asking(policy: str, minor: int = 20_000_000, customer_class: str = "B") -> ResolveApproval:
    subject = Subject(
        kind="quote", reference="quote 1", content_hash="h", amount=Money(minor=minor, currency="CNY"),
        measures=(("max_discount_bp", 1600), ("total_minor", minor), ("payment_days", 30), ("nonstandard_terms", 0)),
        requester="liu.yang", owner="liu.yang",
    )  # fmt: skip
    return ResolveApproval(
        approval_id="a1", policy=policy, customer_id="c1", subject=subject, customer_class=customer_class
    )


async def test_opening_a_deal_classifies_scores_assigns_and_pins_the_policy() -> None:
    directory = KnownDirectory(STEADY, GERMAN)
    directory.load = (OpenLeads(person="wang.fang", count=1),)
    opened = await resolver(directory).open_deal(opening(), NOW)
    assert (opened.terms.customer_class, opened.terms.entity, opened.terms.policy) == ("B", "CN01", STANDARD.name)
    assert (opened.customer.name, opened.customer.language) == ("华东重工", "zh-CN")
    assert (opened.score, opened.assignee) == (20, "sun.yu")
    assert directory.kept == {STANDARD.name: STANDARD.document}


async def test_the_entity_is_the_asked_one_else_the_customers_else_the_policys() -> None:
    ask = resolver()
    assert (await ask.open_deal(opening("c2"), NOW)).terms.entity == "DE01"
    assert (await ask.open_deal(opening("c2", entity="CN01"), NOW)).terms.entity == "CN01"
    for effect in (opening("nobody"), opening(entity="US01")):
        with pytest.raises(Refused) as refused:
            await ask.open_deal(effect, NOW)
        assert refused.value.code is Code.NOTFOUND


async def test_the_terms_of_an_account_are_named_by_their_content() -> None:
    ask = resolver()
    one, digest, name = await ask.account_terms(LoadCase(entity="CN01", customer_id="c1", currency="CNY"), NOW)
    again = await ask.account_terms(LoadCase(entity="CN01", customer_id="c1", currency="CNY"), NOW)
    other = await ask.account_terms(LoadCase(entity="CN01", customer_id="c1", currency="EUR"), NOW)
    assert (name, one.tolerance.minor, one.policy) == ("华东重工", 1000, STANDARD.name)
    assert again == (one, digest, name)
    assert other[1] != digest


@pytest.mark.parametrize(
    ("ordered", "still_open", "class_id", "first_level"),
    [(1, 1, "NEW", 1), (3, 3, "NEW", 1), (2, 1, "C", 3), (4, 1, "B", 3), (0, 0, "NEW", 1)],
)
async def test_an_account_is_of_the_class_that_the_customer_had_before_what_is_billed(
    ordered: int, still_open: int, class_id: str, first_level: int
) -> None:
    """A first order makes nobody old while it is being collected: the ladder of a new customer is strict."""
    customer = STEADY.model_copy(update={"orders_12m": ordered, "orders_open": still_open})
    ask = resolver(KnownDirectory(customer))
    terms, _, _ = await ask.account_terms(LoadCase(entity="CN01", customer_id="c1", currency="CNY"), NOW)
    assert (terms.customer_class, terms.dunning.levels[0].day) == (class_id, first_level)


async def test_a_deal_keeps_its_policy_when_a_new_one_is_loaded(tmp_path: Path) -> None:
    directory = KnownDirectory(STEADY)
    await resolver(directory).open_deal(opening(), NOW)
    for name in ("org.yaml", "pricebook.csv"):
        (tmp_path / name).write_text((ROOT / "policies" / name).read_text())
    text = (ROOT / "policies" / "standard.yaml").read_text()
    (tmp_path / "standard.yaml").write_text(text.replace("max_discount_bp > 1500", "max_discount_bp > 5000"))
    newer = load(tmp_path / "standard.yaml")
    ask = PolicyResolver(newer, directory, CelConditions())
    assert [step.id for step in (await ask.approval_steps(asking(newer.name), NOW)).steps] == ["mgr"]
    assert [step.id for step in (await ask.approval_steps(asking(STANDARD.name), NOW)).steps] == ["mgr", "head"]
    with pytest.raises(PolicyUnknown, match="standard@gone is not in this database"):
        await ask.approval_steps(asking("standard@gone"), NOW)


async def test_seats_are_filled_by_what_was_changed_at_run_time() -> None:
    directory = KnownDirectory(STEADY)
    ask = resolver(directory)

    async def managers() -> list[tuple[str, str]]:
        steps = (await ask.approval_steps(asking(STANDARD.name), NOW)).steps
        return [(one.person, one.on_behalf_of) for one in steps[0].seats[0].candidates]

    assert await managers() == [("wang.fang", ""), ("sun.yu", ""), ("becker", "")]
    version = (await ask.organisation()).version
    directory.runtime_absences = tuple(Absence(person=one, since=NOW) for one in ("wang.fang", "becker"))
    directory.runtime_delegations = (Delegation(delegator="wang.fang", delegate="zhao.lei", since=NOW),)
    assert await managers() == [("zhao.lei", "wang.fang"), ("sun.yu", "")]
    assert (await ask.organisation()).version != version
    later = await ask.approval_steps(asking(STANDARD.name), NOW - timedelta(hours=1))
    assert [one.person for one in later.steps[0].seats[0].candidates] == ["wang.fang", "sun.yu", "becker"]
    assert later.until == NOW
    assert (await ask.approval_steps(asking(STANDARD.name), NOW)).until is None


async def test_a_calendar_goes_on_where_it_ended_under_the_deals_own_policy() -> None:
    ask = resolver(KnownDirectory(STEADY))
    old = (await ask.open_deal(opening(), NOW)).terms.calendar
    assert old.valid_until == date(NOW.year + 4, 1, 1)
    late = NOW.replace(year=NOW.year + 7)
    effect = ExtendCalendar(policy=STANDARD.name, entity="CN01", known_until=old.valid_until)
    longer = extended(old, (await ask.longer_calendar(effect, late)).calendar, late.date())
    assert (longer.valid_from, longer.valid_until) == (old.valid_from, date(late.year + 4, 1, 1))
    assert longer.holidays[: len(old.holidays)] == old.holidays
    with pytest.raises(PolicyUnknown):
        await ask.longer_calendar(effect.model_copy(update={"policy": "standard@gone"}), late)
    with pytest.raises(Refused, match="E_STATE: holidays of CN are known from 1950 to 2100"):
        await ask.longer_calendar(effect, NOW.replace(year=2099))


async def test_an_account_keeps_its_policy_and_class_when_its_terms_are_compiled_again() -> None:
    ask = resolver(KnownDirectory(STEADY))
    case = LoadCase(entity="CN01", customer_id=STEADY.customer_id, currency="CNY")
    terms, digest, _ = await ask.account_terms(case, NOW)
    assert terms.customer_class == "B"
    changed = KnownDirectory(STEADY.model_copy(update={"strategic": True}))
    ask = resolver(changed)
    again = case.model_copy(update={"policy": terms.policy, "customer_class": "B"})
    assert (await ask.account_terms(again, NOW))[:2] == (terms, digest)
    later, _, _ = await ask.account_terms(again, NOW.replace(year=NOW.year + 3))
    assert later.model_copy(update={"calendar": terms.calendar, "dunning": terms.dunning}) == terms
    assert later.calendar.valid_until > terms.calendar.valid_until
    assert (await ask.account_terms(case, NOW))[0].customer_class == "A"


async def test_without_a_class_the_customer_is_classified_again() -> None:
    directory = KnownDirectory(STEADY)
    ask = resolver(directory)
    assert [step.id for step in (await ask.approval_steps(asking(STANDARD.name, customer_class=""), NOW)).steps] == [
        "mgr",
        "head",
    ]


async def test_a_signer_is_a_candidate_or_told_why_not() -> None:
    ask = resolver()
    subject = asking(STANDARD.name).subject
    check = CheckSigner(
        approval_id="a1", policy=STANDARD.name, subject=subject, who="zhao.lei", step="mgr", role="sales_manager"
    )
    answer = await ask.check_signer(check, NOW)
    assert (answer.approval_id, answer.refused) == ("a1", None)
    assert answer.candidate == Candidate(person="zhao.lei", limit=Money.parse("20000000.00 CNY"))
    refused = await ask.check_signer(check.model_copy(update={"who": "liu.yang"}), NOW)
    assert refused.candidate is None
    assert refused.refused is not None
    assert (refused.refused.en, refused.refused.zh) == ("liu.yang asked for the approval", "liu.yang 是申请人")


async def test_the_next_assignee_is_somebody_who_has_not_had_the_lead() -> None:
    ask = resolver()
    assert await ask.assign(AssignLead(customer_id="c1", not_to=("wang.fang", "sun.yu")), NOW) == "liu.yang"


async def test_people_are_found_by_id_and_by_role() -> None:
    ask = resolver()
    found = await ask.people(("role:legal", "braun", "nobody", "role:nobody"))
    assert [one.id for one in found] == ["he.xin", "braun"]


async def test_list_prices_are_those_of_the_deals_own_policy_and_of_the_products_set_since() -> None:
    directory = KnownDirectory(STEADY)
    ask = resolver(directory)

    async def wrong(listed: str) -> str:
        price = Money.of(listed, "CNY")
        line = QuoteLine(position=1, sku="CTRL-100", list_price=price, net_price=price)
        found = await ask.price_objection(asking(STANDARD.name).model_copy(update={"lines": (line,)}))
        return "" if found is None else found.en

    assert await wrong("12000.00") == ""
    assert await wrong("6000.00") == "line 1: the list price of CTRL-100 is 12,000.00 CNY, not 6,000.00 CNY"
    assert await ask.price_objection(asking(STANDARD.name)) is None

    directory.prices = (ListPrice(sku="CTRL-100", price=Money.of("13000.00", "CNY")),)
    assert await wrong("13000.00") == ""
    assert await wrong("12000.00") == "line 1: the list price of CTRL-100 is 13,000.00 CNY, not 12,000.00 CNY"


async def test_the_reference_process_asks_one_person_above_ten_per_cent_only() -> None:
    ref1 = load(ROOT / "policies" / "ref1.yaml")
    ask = PolicyResolver(ref1, KnownDirectory(STEADY), CelConditions())
    opened = await ask.open_deal(opening(owner="Darcel Schlecht", currency="USD"), NOW)
    assert (opened.assignee, opened.score, opened.terms.customer_class) == ("Darcel Schlecht", 0, "ALL")

    async def approvers(discount_bp: int, currency: str) -> list[str]:
        subject = Subject(
            kind="quote", reference="q", content_hash="h", amount=Money(minor=1, currency=currency),
            measures=(("max_discount_bp", discount_bp), ("total_minor", 1)), requester="Darcel Schlecht",
            owner="Darcel Schlecht", editors=("Darcel Schlecht",),
        )  # fmt: skip
        effect = ResolveApproval(approval_id="a", policy=ref1.name, customer_id="c1", subject=subject)
        steps = (await ask.approval_steps(effect, NOW)).steps
        return [one.person for step in steps for seat in step.seats for one in seat.candidates]

    assert await approvers(1000, "USD") == []
    assert await approvers(1001, "CAD") == ["approver"]
    assert await approvers(-200, "USD") == []
