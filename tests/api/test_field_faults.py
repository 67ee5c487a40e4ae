"""What is wrong with a field is said in the caller's language, for every kind that a body or a parameter can raise."""

import json
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticKnownError
from pydantic_core.core_schema import ErrorType

import api.app
from api.bodies import _DOCUMENTED
from api.customer_bodies import CompanyBody, CustomerChanges
from api.errors import faults
from api.field_faults import OTHERWISE, ZH, FieldFault, fault_of
from domain.value import Misfit, Text
from storage.database import Database
from tests.api.conftest import Client
from tests.api.samples import deal_row, put_deal

PYTHON_ONLY = frozenset(
    {
        "needs_python_object", "frozen_field", "frozen_instance", "get_attribute_error", "dataclass_exact_type",
        "named_tuple_type", "default_factory_not_called", "iteration_error", "frozen_dict_type", "ordered_dict_type",
        "counter_type", "deque_type", "set_item_not_hashable", "missing_sentinel_error", "ellipsis_error",
        "is_instance_of", "is_subclass_of", "callable_type", "arguments_type", "missing_argument",
        "unexpected_keyword_argument", "missing_keyword_only_argument", "unexpected_positional_argument",
        "missing_positional_only_argument", "multiple_argument_values", "fraction_type", "fraction_parsing",
        "complex_type", "complex_str_parsing", "string_sub_type",
    }
)  # fmt: skip
"""Kinds of Python objects, arguments and types that no JSON, and no model of ours, has."""
WORDS = re.compile("type|error|pattern|expected$|encoding|tag|class|scheme|discriminator|attribute")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LONG = "x" * 30_000
VALUES: tuple[Any, ...] = (
    None, True, "", " ", "x", LONG, "9999-99-99", "2026-01-01T00:00:00", 0, -1, 1.5, 10**30, [], [None] * 200,
    ["x", "x"], {}, {"kind": "x"}, {"minor": 1.5, "currency": "x"}, {"minor": -1}, [{"kind": 1}],
    [{"number": "", "minor": 0}],
)  # fmt: skip


def context_of(kind: Any) -> dict[str, Any]:
    """Return the names that pydantic's sentence of a kind is filled with."""
    given: dict[str, Any] = {}
    for _ in range(8):
        try:
            PydanticKnownError(kind, given)
        except TypeError as error:
            (name,) = re.findall(r"'(\w+)'", str(error))[:1]
            number = name.startswith("tz_") or not WORDS.search(name)
            given[name] = 1 if number else "x"
        else:
            return given
    raise AssertionError(kind)


def test_every_kind_that_json_can_raise_has_a_sentence() -> None:
    assert set(get_args(ErrorType)) - PYTHON_ONLY == ZH.keys()


@pytest.mark.parametrize("kind", sorted(ZH))
def test_a_sentence_is_filled_with_what_its_kind_tells(kind: Any) -> None:
    names = {name for _, name, _, _ in Formatter().parse(ZH[kind]) if name}
    context = context_of(kind)
    assert names <= context.keys()
    told = fault_of({"type": kind, "loc": ("a", 0), "msg": "m", "ctx": context})
    assert (told.field, told.why.en) == ("a.0", "m")
    assert CHINESE.search(told.why.zh)
    assert "{" not in told.why.zh


def test_a_kind_that_nothing_raises_is_said_to_be_wrong_all_the_same() -> None:
    assert fault_of({"type": "new", "loc": (), "msg": "new"}) == ("body", fault_of(
        {"type": "new", "loc": (), "msg": "new"}
    ).why)  # fmt: skip
    assert fault_of({"type": "new", "loc": (), "msg": "new"}).why.zh == OTHERWISE


def test_what_we_refuse_ourselves_is_said_in_either_language_alone() -> None:
    ours = Misfit("is no time zone", "不是时区")
    told = fault_of({"type": "value_error", "loc": ("zone",), "msg": f"Value error, {ours}", "ctx": {"error": ours}})
    assert told == FieldFault("zone", Text(en="Value error, is no time zone", zh="取值无效：不是时区"))


@pytest.mark.parametrize("code", ["ZZ", "UK", "EL", "EU", "XI"])
@pytest.mark.parametrize("body", [CompanyBody, CustomerChanges])
def test_a_pair_of_capitals_that_is_no_country_is_told_in_both_languages(body: type[BaseModel], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        body.model_validate({"name": "A", "country": code})
    (told,) = faults(refused.value)
    assert told.field == "country"
    assert told.why.en == "Value error, is no country of ISO 3166, e.g. CN, DE, GR, GB"
    assert told.why.zh == "取值无效：不是 ISO 3166 的国家代码，例如 CN、DE、GR、GB"
    assert [body.model_validate({"name": "A", "country": one}).model_dump()["country"] for one in ("XK", "", "GR")] == [
        "XK", "", "GR",
    ]  # fmt: skip


def wrong(schema: dict[str, Any]) -> Iterator[str]:
    """Yield texts for a body: none, and each of its fields with values of all sorts."""
    yield from ("", "[]", "{", "null", "1", '{"unknown": 1}', '{"kind": "unknown"}')
    kinds = [option.get("const") for one in _variants(schema) if (option := one.get("properties", {}).get("kind", {}))]
    names = sorted({name for one in _variants(schema) for name in one.get("properties", {})})
    for value in VALUES:
        for kind in kinds or [None]:
            said: dict[str, Any] = dict.fromkeys(names, value) | ({"kind": kind} if kind else {})
            yield json.dumps(said)


def _variants(schema: dict[str, Any]) -> list[dict[str, Any]]:
    parts = schema.get("$defs", {})
    options = [one.get("$ref", "").rsplit("/", 1)[-1] for one in schema.get("oneOf", ())]
    return [parts[name] for name in options if name in parts] or [schema]


def test_every_fault_of_every_body_is_said_in_chinese() -> None:
    assert api.app.__name__, "its routes declare what they take"
    seen: set[str] = set()
    for body in _DOCUMENTED:
        for text in wrong(body._adapter.json_schema()):
            try:
                body._adapter.validate_json(text, strict=True, extra="forbid")
            except ValidationError as error:
                found = {str(fault["type"]) for fault in error.errors()}
                assert found <= ZH.keys(), found
                seen |= found
                for fault in faults(error):
                    assert CHINESE.search(fault.why.zh), fault
                    assert fault.why.en
                ours = [fault["ctx"]["error"] for fault in error.errors() if fault["type"] == "value_error"]
                assert {type(one) for one in ours} <= {Misfit}, "what we raise ourselves has a Chinese sentence"
    assert len(_DOCUMENTED) > 20
    assert seen >= {
        "missing", "extra_forbidden", "json_invalid", "string_type", "string_too_short", "string_too_long", "int_type",
        "literal_error", "union_tag_invalid", "bool_type", "model_type", "value_error",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "says"), [("en", "Field required"), ("zh-CN", "缺少必填字段")], ids=["English", "Chinese"]
)
async def test_the_answer_is_in_the_language_of_the_caller(
    client: Client, database: Database, language: str, says: str
) -> None:
    put_deal(database, deal_row())
    sales = client("alice", "sales")
    answer = await sales.post("/api/deals/D-1/commands", json={"kind": "cancel"}, headers={"Accept-Language": language})
    assert (answer.status_code, answer.json()["code"]) == (422, "E_BODY")
    assert {one["name"]: one["value"] for one in answer.json()["details"]} == {"cancel.reason": says}
    page = await sales.get("/api/deals?limit=0", headers={"Accept-Language": language})
    assert [one["name"] for one in page.json()["details"]] == ["query.limit"]
    assert bool(CHINESE.search(page.json()["details"][0]["value"])) is (language == "zh-CN")
    twice = await sales.post(
        "/api/deals/D-1/commands", content=b'{"kind": "cancel", "reason": "x", "reason": "y"}',
        headers={"Accept-Language": language, "Content-Type": "application/json"},
    )  # fmt: skip
    assert bool(CHINESE.search(twice.json()["details"][0]["value"])) is (language == "zh-CN")
