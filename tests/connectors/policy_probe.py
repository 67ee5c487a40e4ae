"""Everything a policy answers, asked in one go, so that two policies can be told apart by what they do."""

from datetime import UTC, datetime, timedelta

from connectors.conditions.cel_conditions import CelConditions
from connectors.letterhead.policy_letterheads import PolicyLetterheads
from connectors.policy_files.loading import LoadedPolicy
from connectors.policy_files.policy_resolver import PolicyResolver
from domain.account.effects import LoadCase
from domain.approval.questions import CheckSigner, ResolveApproval
from domain.approval.seats import Subject
from domain.commission.facts import Change, Sale, SoldLine
from domain.commission.fold import commission
from domain.deal.effects import AssignLead, OpenDeal
from domain.money import Money
from domain.organisation import Absence, Delegation
from domain.policy.compile import keeping_checks
from domain.policy.duplicates import duplicate_keys
from domain.policy.ports import CustomerFacts, OpenLeads
from domain.quotes import QuoteLine
from domain.statements.payer import PayerFacts, identify
from tests.connectors.known_directory import KnownDirectory

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
ATTRIBUTES = (("employees", "250"), ("budget_known", "true"), ("title", "CEO"), ("days_idle", "20"))
_SPECIAL: dict[str, dict[str, object]] = {
    "blacklisted": {"blacklisted": True, "orders_12m": 1},
    "strategic": {"strategic": True, "country": "DE", "zone": "Europe/Berlin"},
    "steady": {"orders_12m": 5, "owner": "hoffmann"},
    "new": {"country": "FR"},
    "project": {"pinned_class": "P"},
    "slow": {"orders_12m": 5, "dbt_12m_days": 40},
}
CUSTOMERS = tuple(
    CustomerFacts.model_validate({"name": "X", "country": "CN", "customer_id": name, **facts})
    for name, facts in _SPECIAL.items()
)
SUBJECTS = tuple(
    (minor, discount_bp, nonstandard, kind, currency)
    for minor, discount_bp, nonstandard, kind, currency in [
        (1, 501, 0, "quote", "CNY"),
        (10_000_000, 0, 1, "quote", "CNY"),
        (60_000_000, 1600, 0, "quote", "CNY"),
        (2_100_000_000, 0, 0, "quote", "CNY"),
        (1_400_000, 0, 0, "quote", "EUR"),
        (500_000_000, 0, 0, "amendment", "CNY"),
        (500_000_000, 0, 0, "write_off", "CNY"),
        (500_000_000, 0, 0, "credit_note", "EUR"),
        (500_000_000, 0, 0, "refund", "CNY"),
        (500_000_000, 0, 0, "claim", "CNY"),
        (500_000_000, 0, 0, "receipt", "CNY"),
        (500_000_000, 0, 0, "reversal", "CNY"),
        (500_000_000, 0, 0, "exchange", "CNY"),
    ]
)
SALES = tuple(
    Sale(
        entity="CN01", number=agent, deal_id="d", agent=agent, roles=roles, currency="CNY", at=NOW, on=NOW.date(),
        net_minor=200_000_000, gross_minor=200_000_000,
        lines=(SoldLine(sku="INST-DAY", net_minor=50_000_000), SoldLine(sku="PUMP-40", net_minor=150_000_000)),
    )
    for agent, roles in (("liu.yang", ("sales",)), ("zhao.lei", ("sales_head", "sales")))
)  # fmt: skip
PAID = tuple(
    Change(
        entity="CN01", number=sale.number, what="cash", document="b", at=NOW + timedelta(days=1), on=NOW.date(),
        gross_minor=sale.gross_minor,
    )
    for sale in SALES
)  # fmt: skip
AWAY = ("wang.fang", "sun.yu", "becker", "he.xin", "braun")
CHAIN = (("wang.fang", "sun.yu"), ("sun.yu", "becker"), ("becker", "he.xin"), ("li.na", "zhao.lei"))


def _subject(minor: int, discount_bp: int, nonstandard: int, kind: str, currency: str) -> Subject:
    measures = {
        "max_discount_bp": discount_bp, "discount_bp": discount_bp, "total_minor": minor, "gross_minor": minor,
        "payment_days": 60, "nonstandard_terms": nonstandard,
    }  # fmt: skip
    return Subject.model_validate(
        {
            "kind": kind, "reference": "q", "content_hash": "h", "measures": tuple(measures.items()),
            "amount": Money(minor=minor, currency=currency), "requester": "xu.jing",
        }
    )  # fmt: skip


async def probe(loaded: LoadedPolicy) -> list[str]:
    """Return every answer of the resolver as text, without the content hash, which any change changes."""
    directory = KnownDirectory(*CUSTOMERS)
    resolver = PolicyResolver(loaded, directory, CelConditions())
    found = [loaded.policy.id]
    for one in CUSTOMERS:
        for entity, currency in (("", "CNY"), ("DE01", "EUR"), ("CN01", "USD")):
            if entity not in ("", *loaded.policy.entities):
                continue
            opened = OpenDeal(
                deal_id="d", customer_id=one.customer_id, source="web", owner="", currency=currency,
                value=Money(minor=60_000_000, currency="CNY"), attributes=ATTRIBUTES, entity=entity,
            )  # fmt: skip
            found.append((await resolver.open_deal(opened, NOW)).model_dump_json())
            if entity:
                case = LoadCase(entity=entity, customer_id=one.customer_id, currency=currency)
                terms, _, _ = await resolver.account_terms(case, NOW)
                found.append(terms.model_dump_json())
    for away, chain in (((), ()), (AWAY, ()), (AWAY[:3], CHAIN)):
        directory.runtime_absences = tuple(Absence(person=name, since=NOW) for name in away)
        directory.runtime_delegations = tuple(Delegation(delegator=a, delegate=b, since=NOW) for a, b in chain)
        found += await _decisions(resolver, loaded)
    found += await _leads(resolver, directory)
    return [*(text.replace(loaded.name, "") for text in found), *await _data(resolver, loaded)]


async def _decisions(resolver: PolicyResolver, loaded: LoadedPolicy) -> list[str]:
    found = []
    for given in SUBJECTS:
        subject = _subject(*given)
        ask = ResolveApproval(
            approval_id="a",
            policy=loaded.name,
            customer_id="steady",
            subject=subject,
            customer_class="B",
            entity="CN01",
        )
        found += [step.model_dump_json() for step in (await resolver.approval_steps(ask, NOW)).steps]
        for who in ("zhao.lei", "sun.yu"):
            check = CheckSigner(
                approval_id="a", policy=loaded.name, subject=subject, who=who, step="mgr", role="sales_manager"
            )
            found.append((await resolver.check_signer(check, NOW)).model_dump_json())
    return found


async def _leads(resolver: PolicyResolver, directory: KnownDirectory) -> list[str]:
    found = []
    directory.runtime_absences = directory.runtime_delegations = ()
    for count in (0, 35, 40, 2_000_000):
        directory.load = tuple(OpenLeads(person=one.id, count=count) for one in resolver.current.org.people)
        found += [
            await resolver.assign(AssignLead(customer_id=one.customer_id, not_to=("wang.fang",)), NOW)
            for one in CUSTOMERS
        ]
    return found


def _unlisted(policy: str) -> ResolveApproval:
    price = Money(minor=100, currency="CNY")
    line = QuoteLine(position=1, sku="NOPE", list_price=price, net_price=price)
    subject = Subject(kind="quote", reference="quote 1", content_hash="0", amount=price)
    return ResolveApproval(approval_id="a", policy=policy, customer_id="steady", subject=subject, lines=(line,))


async def _data(resolver: PolicyResolver, loaded: LoadedPolicy) -> list[str]:
    keys = duplicate_keys(loaded.policy, name="X", tax_id="1", email="a@b.c", phone="2")
    letterheads = PolicyLetterheads(loaded.policy)
    people = await resolver.people([one.id for one in loaded.org.people])
    return [
        str(keys),
        *(one.model_dump_json() for one in people),
        *[(await letterheads.letterhead(entity)).model_dump_json() for entity in sorted(loaded.policy.entities)],
        (await resolver.rate_checks(loaded.name, "CN01", ("CNY", "USD"), NOW)).model_dump_json(),
        keeping_checks(loaded.policy, "CNY", "USD", NOW).model_dump_json(),
        str(await resolver.price_objection(_unlisted(loaded.name))),
        *(line.model_dump_json() for line in commission(SALES, PAID, loaded.policy.commission.rules)),
        str(identify(PayerFacts(named=("C-1",), payer="Another"), loaded.policy.statements.payer_mismatch)),
    ]
