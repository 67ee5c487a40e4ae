"""The page of finance shows every call about money, each with a body that the call itself reads."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from itertools import zip_longest
from typing import Any, NamedTuple

import pytest

from api.app import create_app
from api.authorisation import ALLOWED, FINANCE
from tests.api.bodies_of_calls import json_bodies
from tests.sources import ROOT

PAGE = (ROOT / "docs" / "finance.md").read_text()
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMANDS = ("POST /api/invoices/{number}/commands", "POST /api/accounts/{customer_id}/commands")
UPLOADS = {"POST /api/statements"}
WITHOUT_A_BODY = {"POST /api/periods/{period_id}/close"}


@cache
def paths() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = create_app().openapi()["paths"]
    return found


class Shown(NamedTuple):
    """A call as the page shows it: its name in the API, its query and its body, empty without one."""

    call: str
    query: tuple[str, ...]
    body: str


@cache
def calls() -> tuple[Shown, ...]:
    return tuple(every_call())


def every_call() -> Iterator[Shown]:
    for block in BLOCK.findall(PAGE):
        words = shlex.split(block, comments=True)
        starts = [place for place, word in enumerate(words) if word == "curl"]
        for start, end in zip_longest(starts, starts[1:]):
            yield read(words[start + 1 : end])


def read(words: list[str]) -> Shown:
    """Read the words of a call; one that is unknown is a mistake of the page."""
    method, address, body = "", "", ""
    left = iter(words)
    for word in left:
        if word == "-X":
            method = next(left)
        elif word == "-d":
            body = next(left)
            method = method or "POST"
        elif word == "-F":
            assert next(left).startswith("file=@")
            method = "POST"
        elif word == "-H":
            assert next(left) == "Authorization: Bearer $KEY"
        elif word != "${JSON[@]}":
            assert (word.startswith("$URL/api/"), address) == (True, ""), word
            address = word.removeprefix("$URL")
    path, _, query = address.partition("?")
    method = method or "GET"
    (template,) = [one for one, methods in paths().items() if same(path, one) and method.lower() in methods]
    return Shown(f"{method} {template}", tuple(part.partition("=")[0] for part in query.split("&") if part), body)


def same(path: str, template: str) -> bool:
    pairs = zip_longest(path.split("/"), template.split("/"), fillvalue="")
    return all(one == other or (one != "" and other.startswith("{") and other.endswith("}")) for one, other in pairs)


def test_each_call_has_its_parameters_and_a_body_that_is_read() -> None:
    for shown in calls():
        check(shown)


def check(shown: Shown) -> None:
    method, _, path = shown.call.partition(" ")
    parameters = paths()[path][method.lower()].get("parameters", [])
    queries = {one["name"] for one in parameters if one["in"] == "query"}
    wanted = {one["name"] for one in parameters if one["in"] == "query" and one.get("required")}
    assert wanted <= set(shown.query) <= queries, shown
    reader = json_bodies().get(shown.call)
    assert bool(shown.body) == (reader is not None), shown
    if reader is not None:
        assert reader.read(shown.body.encode()) is not None, shown
    else:
        assert method == "GET" or shown.call in UPLOADS | WITHOUT_A_BODY, shown


def test_no_call_of_finance_is_left_out() -> None:
    alone = {f"{method} {path}" for (method, path), roles in ALLOWED.items() if method != "GET" and roles == FINANCE}
    assert len(alone) > 10
    assert alone <= {shown.call for shown in calls()}


@pytest.mark.parametrize("call", COMMANDS)
def test_no_command_about_money_is_left_out(call: str) -> None:
    (content,) = json_bodies()[call].documented["requestBody"]["content"].values()
    kinds = set(content["schema"]["discriminator"]["mapping"])
    assert kinds == {re.findall(r'"kind": "(\w+)"', shown.body)[0] for shown in calls() if shown.call == call}


def test_a_call_that_is_not_there_would_be_found() -> None:
    with pytest.raises(ValueError, match="not enough values to unpack"):
        read(["$URL/api/receipts/12/allocate", "${JSON[@]}", "-d", "{}"])
