"""Documentation that runs: links lead somewhere, and a deal goes from lead to cash by the messages shown."""

import json
import re
import shlex
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter

from api.app import create_app
from cli import COMMANDS, run
from connectors.conditions.cel_conditions import CelConditions
from connectors.policy_files.loading import load
from connectors.policy_files.policy_resolver import PolicyResolver
from domain.account.commands import PublicAccountCommand
from domain.deal.commands import PublicDealCommand
from domain.deal.state import Stage
from domain.machine import Submission
from domain.organisation import Absence, Delegation
from domain.policy.ports import CustomerFacts, ListPrice, OpenLeads
from domain.value import Value
from simulation.engine import Simulator
from simulation.ledger import MemoryLedger
from tests.api.bodies_of_calls import json_bodies
from tests.sources import ROOT, tracked
from workflows.messages import DealInput, Envelope
from workflows.reading import actor_of
from workflows.search_attributes import DUE_AT, KEYWORDS, OLDEST_DUE_ON, VALUE, WAITING_FOR

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
README = (ROOT / "README.md").read_text()
LINK = re.compile(r"\[[^]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^```json (\w+)\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DEAL: TypeAdapter[Value] = TypeAdapter(PublicDealCommand)
ACCOUNT: TypeAdapter[Value] = TypeAdapter(PublicAccountCommand)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ROW = re.compile(r"`(\{\"kind\".*?\})`(?=[ ,:|])")


def anchors(page: Path) -> set[str]:
    """Return the fragments that a page's headings have, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(name: str) -> list[str]:
    page = ROOT / name
    found = []
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (fragment and place.suffix == ".md" and fragment not in anchors(place)):
            found.append(target)
    return found


@pytest.mark.parametrize("name", tracked("*.md"))
def test_links_lead_somewhere(name: str) -> None:
    assert broken(name) == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](#here) [b](#there) [c](gone.md) [d](https://example.com/x) `x`\n```\n[e](f)\n```\n")
    assert broken(str(page)) == ["#there", "gone.md"]


def test_the_readme_names_every_folder() -> None:
    folders = {f"{name.split('/')[0]}/" for name in tracked() if "/" in name and not name.startswith(".")}
    named = set(re.findall(r"`([a-z]+/)`", "".join(re.findall(r"^\|(.*?)\|", README, re.MULTILINE))))
    assert named == folders


def test_every_command_is_documented() -> None:
    text = "\n".join((ROOT / name).read_text() for name in ("README.md", *tracked("docs/*.md")))
    assert {name for name in COMMANDS if not re.search(rf"\./ltc {name}\b", text)} == set()


PAGES = ("README.md", *tracked("docs/*.md"))
SHOWN = re.compile(r"`\./ltc ([^`]+)`|^\./ltc ([^#\n]+)", re.MULTILINE)
CALL = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/api[^`]*)`(?:,? (?:body )?`(\{[^`]*\})`)?")


def of_pages(pattern: re.Pattern[str]) -> list[tuple[str, ...]]:
    found = (match for name in PAGES for match in pattern.findall((ROOT / name).read_text().replace("\n", " \n")))
    return sorted({tuple(" ".join(part.split()) for part in match) for match in found})


@pytest.mark.parametrize("shown", sorted({"".join(match) for match in of_pages(SHOWN)}))
def test_every_command_shown_has_its_options(shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An option that is not there is an error before help is given; nothing is run."""
    assert run([*shlex.split(shown), "--help"]) == 0
    assert "Usage: ltc" in capsys.readouterr().out


def test_an_option_that_is_not_there_would_be_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["period", "close", "CN01-2026-11", "--as", "wu.ting", "--help"]) == 2
    assert "No such option: --as" in COLOUR.sub("", capsys.readouterr().err)


def test_every_call_shown_is_there_with_its_parameters_and_its_body() -> None:
    paths, read = create_app().openapi()["paths"], 0
    for method, shown, body in of_pages(CALL):
        path, _, query = shown.partition("?")
        (template,) = [one for one in paths if same_path(path, one) and method.lower() in paths[one]]
        known = {one["name"] for one in paths[template][method.lower()].get("parameters", []) if one["in"] == "query"}
        assert {part.partition("=")[0] for part in query.split("&") if part} <= known, shown
        if body and "…" not in body:
            assert json_bodies()[f"{method} {template}"].read(body.encode()) is not None
            read += 1
    assert read >= 1


def same_path(shown: str, template: str) -> bool:
    """Tell whether a path as shown, with names or dots for what differs, is one of the API."""
    pairs = list(zip_longest(shown.split("/"), template.split("/"), fillvalue=""))
    return all(one == other or (other.startswith("{") and one != "") for one, other in pairs)


def test_every_decision_record_says_what_holds_it() -> None:
    wanted = ["Context", "Decision", "Consequences", "Held by"]
    records = tracked("docs/adr/*.md")
    numbers = [Path(name).name[:4] for name in records]
    assert numbers == [f"{n:04}" for n in range(1, len(records) + 1)]
    assert {
        name: headings
        for name in records
        if (headings := re.findall(r"^## (.+)$", (ROOT / name).read_text(), re.MULTILINE)) != wanted
    } == {}


@pytest.mark.parametrize("name", tracked("docs/adr/*.md"))
def test_what_holds_a_decision_is_there(name: str) -> None:
    held_by = (ROOT / name).read_text().partition("## Held by")[2]
    paths = re.findall(r"`((?:tests|domain|workflows|storage|pyproject)[\w/.]*)", held_by)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_queries_name_search_attributes_there_are() -> None:
    assert set(re.findall(r"\bLtc[A-Z]\w+", OPERATIONS)) <= {
        key.name for key in (*KEYWORDS, VALUE, WAITING_FOR, DUE_AT, OLDEST_DUE_ON)
    }


def messages(*kinds: str) -> list[tuple[str, dict[str, Any]]]:
    return [(kind, json.loads(body)) for kind, body in BLOCK.findall(OPERATIONS) if kind in kinds]


def read_in_full(adapter: TypeAdapter[Value], command: dict[str, Any]) -> Value:
    """Read a command and make sure that nothing of it was ignored."""
    value = adapter.validate_python(command)
    assert ignored(command, value) == []
    return value


def ignored(given: dict[str, Any], value: BaseModel) -> list[str]:
    """Return the names in a message that its reader does not know."""
    found = [name for name in given if name not in type(value).model_fields]
    for name, part in given.items():
        read = getattr(value, name, None)
        pairs = zip(part, read, strict=True) if isinstance(part, list) and isinstance(read, tuple) else [(part, read)]
        found += [
            f"{name}.{inner}"
            for raw, one in pairs
            if isinstance(raw, dict) and isinstance(one, BaseModel)
            for inner in ignored(raw, one)
        ]
    return found


def test_every_message_can_be_read_in_full() -> None:
    shown = messages("deal", "account", "any")
    assert len(shown) == 14
    for kind, body in shown:
        envelope = Envelope.model_validate(body)
        assert [name for name in ignored(body, envelope) if not name.startswith("command")] == []
        read_in_full(ACCOUNT if kind == "account" else DEAL, envelope.command)


def test_every_command_of_the_tables_can_be_read_in_full() -> None:
    before, _, after = OPERATIONS.partition("Of an account (amounts")
    rows = [(DEAL, text) for text in ROW.findall(before.partition("Of a deal:")[2])]
    rows += [(ACCOUNT, text) for text in ROW.findall(after)]
    assert len(rows) >= 20
    for adapter, text in rows:
        if "…" not in text:
            read_in_full(adapter, json.loads(text))


class OneCustomer:
    """A directory with one customer and nobody's absence."""

    async def customer(self, customer_id: str) -> CustomerFacts:
        assert customer_id == "C-100"
        return CustomerFacts(customer_id="C-100", name="示例客户", country="CN", language="zh-CN", zone="Asia/Shanghai")

    async def delegations(self) -> tuple[Delegation, ...]:
        return ()

    async def absences(self) -> tuple[Absence, ...]:
        return ()

    async def open_leads_by_owner(self) -> tuple[OpenLeads, ...]:
        return ()

    async def list_prices(self, skus: tuple[str, ...], currency: str) -> tuple[ListPrice, ...]:
        return ()

    async def keep_policy(self, policy: str, document: str) -> None:
        return None

    async def policy_document(self, policy: str) -> str:
        return ""


def test_a_deal_goes_from_lead_to_cash_by_the_messages_shown() -> None:
    """The shipped policy, its people and its price book; the messages in their order and nothing else."""
    policy = load(ROOT / "policies" / "standard.yaml")
    simulator = Simulator(PolicyResolver(policy, OneCustomer(), CelConditions()), MemoryLedger(), MONDAY)
    ((_, first),) = messages("start")
    start = DealInput.model_validate(first)
    assert ignored(first, start) == []
    deal = simulator.open_deal(start.deal_id, start.entity, start.customer, start.currency)
    account = f"account/{start.entity}/{start.customer.customer_id}/{start.currency}"

    stages = []
    for n, (kind, body) in enumerate(messages("deal", "account")):
        quotes = simulator.deals[deal].quotes
        text = json.dumps(body).replace("CONTENT_HASH", quotes[-1].content_hash if quotes else "")
        envelope = Envelope.model_validate_json(text)
        command = read_in_full(DEAL if kind == "deal" else ACCOUNT, envelope.command)
        submission = Submission[Value].model_construct(id=f"m{n}", actor=actor_of(envelope), command=command)
        simulator.submit(deal if kind == "deal" else account, submission)
        stages.append(simulator.deals[deal].stage)

    assert stages == [
        Stage.LEAD_ASSIGNED, Stage.OPPORTUNITY, Stage.QUOTE_DRAFT, Stage.QUOTE_PENDING, Stage.QUOTE_APPROVED,
        Stage.QUOTE_SENT, Stage.ACTIVE, Stage.ACTIVE, Stage.ACTIVE, Stage.PAID,
    ]  # fmt: skip
    assert {f"deal/{start.deal_id}", account} <= set(re.findall(r"`((?:deal|account)/[^`{]+)`", OPERATIONS))
