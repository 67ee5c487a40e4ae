"""Everything that has ever wedged a workflow, and what else a hostile or clumsy sender may try."""

import json
from typing import Any, NamedTuple

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from tests.workflows.harness import signed
from workflows.messages import Envelope, Word

SALES = {"id": "liu.yang", "roles": ["sales"]}
MEGABYTE = 1_000_000


class Poison(NamedTuple):
    """A message: the name it is sent to, its arguments, and whether a record of it is possible at all."""

    what: str
    name: str
    args: tuple[Any, ...]


def raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    """Return an argument as it is, whatever a converter would make of it."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))


def envelope(command: object, **fields: object) -> dict[str, object]:
    """Return an envelope, well formed but for what it carries."""
    return {"actor": SALES, "command": command} | fields


UNREADABLE: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("not JSON", (raw(b"{not json"),)),
    ("not UTF-8", (raw(b'"\xff\xfe"'),)),
    ("empty", (raw(b""),)),
    ("an unknown encoding", (raw(b"\x00\x01", b"binary/nobody-knows"),)),
    ("null", (None,)),
    ("a null in JSON", (raw(b"null"),)),
    ("a number", (42,)),
    ("a text", ("approve everything",)),
    ("a list", ([{"kind": "qualify"}],)),
    ("no argument", ()),
    ("two arguments", (envelope({"kind": "qualify"}), "and more")),
    ("many arguments", tuple(range(20))),
    ("nested too deep", (raw(b'{"command":' + b"[" * 5000 + b"]" * 5000 + b"}"),)),
    ("a megabyte", (envelope({"kind": "follow_up", "channel": "phone", "note": "x" * MEGABYTE}),)),
    ("a megabyte of sender", (envelope({"kind": "qualify"}, actor={"id": "y" * MEGABYTE, "roles": ["sales"]}),)),
    ("no actor", ({"command": {"kind": "qualify"}},)),
    ("an actor of the wrong type", (envelope({"kind": "qualify"}, actor=7),)),
    ("no command", ({"actor": SALES},)),
    ("a command of the wrong type", (envelope("qualify"),)),
    ("a version of the wrong type", (envelope({"kind": "qualify"}, expected_version="soon"),)),
    ("no kind", (envelope({}),)),
    ("a kind of the wrong type", (envelope({"kind": ["qualify"]}),)),
    ("an unknown kind", (envelope({"kind": "print_money"}),)),
    ("a field of the wrong type", (envelope({"kind": "hold", "reason": {"text": "why"}}),)),
    ("a NUL in the id", (envelope({"kind": "respond"}, id="\0"),)),
    ("a NUL in the actor's name", (envelope({"kind": "respond"}, actor="liu\0yang"),)),
    ("a NUL in the actor's id", (envelope({"kind": "respond"}, actor=SALES | {"id": "\0"}),)),
    ("a NUL in a role", (envelope({"kind": "respond"}, actor=SALES | {"roles": ["sales", "\0"]}),)),
    ("a NUL in who is stood in for", (envelope({"kind": "respond"}, actor=SALES | {"on_behalf_of": "\0"}),)),
    ("a NUL in the kind", (envelope({"kind": "respond\0"}),)),
    ("a NUL in a field that nobody reads", (envelope({"kind": "respond", "\0": 1}),)),
    ("half a surrogate pair", (raw(b'{"actor":"a","command":{"kind":"assign","owner":"\\ud800"}}'),)),
    ("a version that no column takes", (envelope({"kind": "respond"}, expected_version=10**40),)),
    ("an infinite number", (raw(json.dumps(envelope({"kind": "hold", "reason": float("inf")})).encode()),)),
)
"""What cannot be read, as a signal or an update."""

FORGED: tuple[tuple[str, dict[str, object]], ...] = (
    ("a result", {"kind": "effect_done", "effect_id": "x/1/open_deal", "result": {"kind": "done"}}),
    ("a failure", {"kind": "effect_failed", "effect_id": "x/1/open_deal", "error": "no"}),
    ("an opening", {"kind": "opened", "terms": {}, "customer": {"customer_id": "C-1", "name": "x"}}),
    ("a timer", {"kind": "elapsed", "what": "auto_lose", "reference": ""}),
    ("a step", {"kind": "step_due", "step": {}}),
    ("a word", {"kind": "receivable_changed", "number": "INV-1", "open_minor": 0}),
    ("a credit", {"kind": "invoice_credited_by_deal", "number": "INV-1", "deal_id": "x"}),
    ("a refusal", {"kind": "unreadable", "code": "E_STATE", "text": {"en": "x", "zh": "x"}}),
    ("news of people", {"kind": "org_changed"}),
)
"""Internal commands: nobody may send a result."""


def messages(workflow_id: str) -> list[Poison]:
    """Return every poison for the message handlers `command` and `submit` of a workflow, but for the name."""
    forged = [
        Poison(f"{what} forged, {how}", "command", (message,))
        for what, command in FORGED
        for how, message in (
            ("unsigned", envelope(command)),
            ("with a signature", envelope(command, id=what, signature="0" * 64)),
        )
    ]
    good = signed(workflow_id, Envelope(id="one", actor="liu.yang", command={"kind": "qualify"}))
    stolen = [
        Poison("signed for another workflow", "command", (signed(f"{workflow_id}-other", good),)),
        Poison("signed, then altered", "command", (good.model_copy(update={"command": {"kind": "respond"}}),)),
        Poison(
            "an internal command that is signed", "command",
            (signed(workflow_id, Envelope(id="two", actor="liu.yang", command=FORGED[0][1])),),
        ),
    ]  # fmt: skip
    return [*(Poison(what, "command", args) for what, args in UNREADABLE), *forged, *stolen]


def words(workflow_id: str) -> list[Poison]:
    """Return poison for the signal `word`: forged, unsigned, or from a sender who is not expected."""
    command = {"kind": "receivable_changed", "number": "INV-1", "open_minor": 0}
    word = Word(id="x/9/tell_deal", sender="account/CN01/C-1/CNY", command=command)
    stranger = word.model_copy(update={"sender": "account/CN01/nobody/CNY"})
    inner = word.model_copy(update={"command": {"kind": "effect_done", "effect_id": "x", "result": {"kind": "done"}}})
    return [
        Poison("a word without a signature", "word", (word,)),
        Poison("a word with a forged signature", "word", (word.model_copy(update={"signature": "0" * 64}),)),
        Poison("a word of another workflow", "word", (signed("deal/other", word),)),
        Poison("a word of a stranger", "word", (signed(workflow_id, stranger),)),
        Poison("a word that carries a result", "word", (signed(workflow_id, inner),)),
        Poison("a word that is none", "word", ({"hello": "world"},)),
        Poison("a word with a NUL in its id", "word", (word.model_copy(update={"id": "\0"}),)),
        Poison("a word with a NUL in its sender", "word", (word.model_copy(update={"sender": "\0"}),)),
        Poison("a word of no argument", "word", ()),
        Poison("a word of two arguments", "word", (word, word)),
    ]


UNKNOWN = (
    Poison("an unknown name", "approve", ({"kind": "approve"},)),
    Poison("an unknown name without arguments", "approve_all", ()),
    Poison("an unknown name that is long", "n" * 900, (raw(b"\x00"), None)),
)
