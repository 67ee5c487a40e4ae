"""A policy is one content: its own file, the organisation and the price book, hashed together, checked together."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from connectors.calendars.public_holidays import UnknownCalendar, resolve
from connectors.conditions.cel_conditions import CelConditions
from connectors.policy_files.price_list import PriceList, read_prices
from connectors.policy_files.problems import PolicyError, Problem, dotted
from connectors.policy_files.validation import validated
from connectors.policy_files.yaml_tree import Document, Tree, read
from domain.policy.document import Policy
from domain.policy.fault import Fault
from domain.policy.org_document import Organisation
from domain.policy.places import CalendarRules
from domain.policy.price_book import Product
from domain.policy.sanity import faults
from domain.working_hours import weekly_hours

M = TypeVar("M", bound=BaseModel)

_HASH_LENGTH = 32
_ANY_YEAR = 2026


@dataclass(frozen=True, slots=True)
class LoadedPolicy:
    """A policy that is whole, with what it refers to.

    Attributes:
        name: its id and content hash, ``acme-standard@3f2a…``; deals are pinned to it.
        document: everything as canonical JSON; `restore` reads it.
    """

    name: str
    document: str
    policy: Policy
    org: Organisation
    products: tuple[Product, ...]


def load(path: Path) -> LoadedPolicy:
    """Read a policy and the files beside it.

    Raises:
        PolicyError: something is wrong; all of it is told.
    """
    files = _Files(path)
    policy = files.model("policy", path.name, Policy)
    tree = files.documents["policy"].tree
    org_name, prices_name = _named(tree, "org"), _named(tree, "price_book")
    org = files.model("org", org_name, Organisation) if org_name else None
    prices = files.prices(prices_name) if prices_name else PriceList()
    if policy is not None and org is not None:
        found = faults(policy, org, prices.products, CelConditions())
        files.problems += [files.problem(fault, prices) for fault in (*found, *_calendar_faults(policy))]
    if files.problems or policy is None or org is None:
        raise PolicyError(tuple(dict.fromkeys(files.problems)))
    return _whole(policy, org, prices.products, tree, files.documents["org"].tree)


def restore(document: str) -> LoadedPolicy:
    """Read back what `LoadedPolicy.document` holds, as it was when it was loaded."""
    trees = json.loads(document)
    policy = Policy.model_validate_json(json.dumps(trees["policy"]), strict=True)
    org = Organisation.model_validate_json(json.dumps(trees["org"]), strict=True)
    products = tuple(Product.model_validate(row) for row in trees["price_book"])
    return _whole(policy, org, products, trees["policy"], trees["org"])


def unpriced(loaded: LoadedPolicy) -> LoadedPolicy:
    """Return a policy without its price book, for deals that were not priced from it: recorded or made up."""
    trees = json.loads(loaded.document)
    return _whole(loaded.policy, loaded.org, (), trees["policy"], trees["org"])


def _whole(
    policy: Policy, org: Organisation, products: tuple[Product, ...], policy_tree: Tree, org_tree: Tree
) -> LoadedPolicy:
    content = {"policy": policy_tree, "org": org_tree, "price_book": [one.model_dump(mode="json") for one in products]}
    document = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    name = f"{policy.id}@{sha256(document.encode()).hexdigest()[:_HASH_LENGTH]}"
    return LoadedPolicy(name=name, document=document, policy=policy, org=org, products=products)


class _Files:
    """The files of one policy, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self.paths: dict[str, str] = {}
        self.documents: dict[str, Document] = {}
        self.problems: list[Problem] = []

    def model(self, part: str, name: str, kind: type[M]) -> M | None:
        text = self._text(part, name)
        self.documents[part] = Document() if text is None else read(text)
        if text is None:
            return None
        found, problems = validated(self.paths[part], self.documents[part], kind)
        self.problems += problems
        return found

    def prices(self, name: str) -> PriceList:
        text = self._text("price_book", name)
        if text is None:
            return PriceList()
        found, problems = read_prices(self.paths["price_book"], text)
        self.problems += problems
        return found

    def problem(self, fault: Fault, prices: PriceList) -> Problem:
        """Return a fault with its file and line."""
        if fault.part == "price_book":
            line, key = prices.lines[int(fault.path[0])], dotted(fault.path[1:])
        else:
            line, key = self.documents[fault.part].line_of(fault.path), dotted(fault.path)
        return Problem(file=self.paths[fault.part], line=line, key=key, wrong=fault.wrong, allowed=fault.allowed)

    def _text(self, part: str, name: str) -> str | None:
        path = self._folder / name
        self.paths[part] = str(path)
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(Problem(file=str(path), line=0, key="", wrong=f"cannot be read: {error}"))
            return None


def _named(tree: Tree, key: str) -> str:
    name = tree.get(key) if isinstance(tree, dict) else None
    return name if isinstance(name, str) and "/" not in name and "\\" not in name else ""


def _calendar_faults(policy: Policy) -> tuple[Fault, ...]:
    found = []
    for name, rules in policy.calendars.items():
        why = _unknown_source(rules)
        if why:
            path = ("calendars", name, "source")
            found.append(Fault(part="policy", path=path, wrong=why, allowed="always, CN, DE, DE-BE …"))
    return tuple(found)


def _unknown_source(rules: CalendarRules) -> str:
    try:
        hours = None if rules.hours is None else weekly_hours(rules.hours, rules.weekend)
        resolve(rules.source, first_year=_ANY_YEAR, last_year=_ANY_YEAR, zone="UTC", hours=hours)
    except UnknownCalendar as error:
        return str(error)
    except ValueError:
        return ""  # the hours cannot be read, which is told where they stand
    return ""
