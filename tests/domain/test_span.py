"""A span reads and writes the policy's own form, and always says which time it counts."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.span import BusinessSpan, Clock, Span, Unit, WallSpan
from domain.value import Strict, Value


class Sla(Strict):
    response: BusinessSpan
    poll: WallSpan


class State(Value):
    span: Span


@pytest.mark.parametrize(
    ("text", "default", "span"),
    [
        ("30d", None, Span(amount=30, unit=Unit.DAYS)),
        ("5bd", None, Span(amount=5, unit=Unit.BUSINESS_DAYS)),
        ("-7bd", None, Span(amount=-7, unit=Unit.BUSINESS_DAYS)),
        ("30d", Clock.BUSINESS, Span(amount=30, unit=Unit.DAYS)),
        ("4h", Clock.BUSINESS, Span(amount=4, unit=Unit.HOURS, clock=Clock.BUSINESS)),
        ("30m", Clock.WALL, Span(amount=30, unit=Unit.MINUTES, clock=Clock.WALL)),
        ("8h business", Clock.WALL, Span(amount=8, unit=Unit.HOURS, clock=Clock.BUSINESS)),
        (" 24h  wall ", None, Span(amount=24, unit=Unit.HOURS, clock=Clock.WALL)),
        ("007d", None, Span(amount=7, unit=Unit.DAYS)),
    ],
)
def test_the_policys_form_is_read(text: str, default: Clock | None, span: Span) -> None:
    assert Span.parse(text, default) == span


@pytest.mark.parametrize(
    "text",
    ["", "30", "d", "30 d", "1.5h", "+3d", "3w", "4hbusiness", "30d wall", "5bd business", "4h office", "3D",
     "1234567d", "3d 4h", "３d"],
)  # fmt: skip
def test_anything_else_is_an_error_that_names_the_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r"8h business.*5bd"):
        Span.parse(text, Clock.WALL)


@pytest.mark.parametrize("text", ["4h", "30m"])
def test_hours_without_a_clock_are_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="say business or wall"):
        Span.parse(text)


@pytest.mark.parametrize("text", ["30d", "-7bd", "8h business", "90m wall", "0d"])
def test_text_and_json_round_trip(text: str) -> None:
    span = Span.parse(text)
    assert str(span) == text
    assert State(span=span).model_dump_json() == f'{{"span":"{text}"}}'
    assert State.model_validate_json(State(span=span).model_dump_json()).span == span
    assert Span.model_validate(span.model_dump()) == span


def test_a_policy_field_has_its_own_default_clock() -> None:
    sla = Sla.model_validate({"response": "4h", "poll": "5m"})
    assert (str(sla.response), str(sla.poll)) == ("4h business", "5m wall")
    assert str(Sla.model_validate({"response": "4h wall", "poll": "5bd"}).response) == "4h wall"
    assert Sla.model_validate(sla.model_dump()) == sla


def test_a_policy_field_refuses_what_is_no_span() -> None:
    with pytest.raises(ValidationError) as refused:
        Sla.model_validate({"response": "soon", "poll": 5})
    assert [error["loc"] for error in refused.value.errors()] == [("response",), ("poll",)]


def test_duration_and_negation() -> None:
    assert Span.parse("90m wall").duration == timedelta(minutes=90)
    assert Span.parse("8h business").duration == timedelta(hours=8)
    assert str(Span.parse("3bd").negated()) == "-3bd"
    with pytest.raises(ValueError, match="no fixed length"):
        _ = Span.parse("3d").duration


def test_the_json_schema_is_a_string_with_the_pattern() -> None:
    schema = State.model_json_schema()
    assert "8h business" in str(schema)
    assert "string" in str(schema["properties"]["span"]) + str(schema.get("$defs"))
