"""A body is taken as it stands or refused; nothing in it is guessed, and no nasty one gets further."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from api.bodies import JsonBody, definitions
from api.problems import Fault, Rejected
from domain.deal.requests import Capture, Nurture, PublicDealCommand

COMMAND: JsonBody[PublicDealCommand] = JsonBody(TypeAdapter(PublicDealCommand), "Tested")
CAPTURE = '{"kind":"capture","source":"web","value":{"minor":%s,"currency":"CNY"}}'

NASTY: list[bytes] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'"capture"',
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"kind":"capture","source":"\\ud800"}',
    b'{"kind":"capture","source":"\xc3\x28"}',
    b'{"kind":"capture","source":"a\\u0000b"}',
    b'{"kind":"capture","source":""}',
    b'{"kind":"capture"}',
    b'{"kind":"capture","source":"web","extra":1}',
    b'{"kind":"capture","source":["web"]}',
    b'{"kind":"capture","source":"web","attributes":[["a"]]}',
    b'{"kind":"capture","source":"web","value":{"minor":1,"currency":"CNY","rate":2}}',
    b'{"kind":{"a":1}}',
    b'{"kind":"effect_done","effect_id":"x","result":{"kind":"done"}}',
    b'{"kind":"elapsed","what":"quote_expiry"}',
    b'{"kind":"opened"}',
    b'{"source":"web"}',
    b'{"kind":"nurture","until":"2026-01-01T00:00:00"}',
    b'{"kind":"nurture","until":"9999-12-31T23:59:59Z"}',
    b'{"kind":"nurture","until":"0001-01-01T00:00:00Z"}',
    b'{"kind":"nurture","until":1767225600}',
    b'{"kind":"nurture","until":"soon"}',
    b'{"kind":"record_delivery","lines":[{"position":true,"quantity":"1"}]}',
    b'{"kind":"record_delivery","lines":[{"position":1,"quantity":1}]}',
    *(
        (CAPTURE % minor).encode()
        for minor in (
            '"1"', "true", "1.0", "1.5", "1e3", "NaN", "Infinity", "null", "9" * 30, "9" * 5000, "-" + "9" * 18,
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("raw", NASTY, ids=lambda raw: repr(raw[:40]))
def test_a_nasty_body_is_refused_with_the_field_named(raw: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        COMMAND.read(raw)
    assert caught.value.fault is Fault.BODY
    assert caught.value.fields
    # The answer must be writable, whatever was sent.
    assert all(fault.why.en.encode() and fault.why.zh.encode() for fault in caught.value.fields)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b'{"kind":"capture","source":"web","source":"fair"}', "source"),
        (b'{"kind":"lose","kind":"capture","source":"web"}', "kind"),
        (b'{"kind":"capture","source":"web","value":{"minor":1,"minor":2,"currency":"CNY"}}', "minor"),
        (b'{"kind":"capture","source":"web",%s"contact":"b"}' % (b'"contact":"a",' * 50_000), "contact"),
        (b'{"kind":"capture","source":"web","\\u0073ource":"fair"}', "source"),
    ],
    ids=lambda one: repr(one[:40]),
)
def test_a_name_that_stands_twice_is_refused_whichever_a_reader_would_take(raw: bytes, name: str) -> None:
    with pytest.raises(Rejected) as caught:
        COMMAND.read(raw)
    (wrong,) = caught.value.fields
    assert (caught.value.fault, wrong.field) == (Fault.BODY, name)


def test_a_good_body_is_the_command() -> None:
    assert COMMAND.read((CAPTURE % "125").encode()) == Capture.model_validate(
        {"source": "web", "value": {"minor": 125, "currency": "CNY"}}
    )
    read = COMMAND.read(b'{"kind":"nurture","until":"2026-01-01T09:00:00+08:00"}')
    assert isinstance(read, Nurture)
    assert read.until.isoformat() == "2026-01-01T09:00:00+08:00"


def test_what_the_document_refers_to_is_there() -> None:
    def references(schema: Any) -> set[str]:
        if isinstance(schema, dict):
            own = {schema["$ref"].rsplit("/", 1)[1]} if "$ref" in schema else set()
            return own.union(*(references(part) for part in schema.values()))
        return set().union(*(references(part) for part in schema)) if isinstance(schema, list) else set()

    assert references(COMMAND.documented) <= definitions().keys()
    assert "Tested.RecordDelivery" in references(COMMAND.documented)
