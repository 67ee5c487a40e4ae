"""What enters a history is small: empty fields are left out, and answers that nobody reads there are packed.

A field is left out when it is empty (none, "", 0, false, no items) and that is its default; so an empty default may
never become another one. Whoever reads plain JSON, as the Temporal UI does, reads everything but the packed answers.
"""

import json
import zlib
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)

from workflows.packing_words import WORDS_1

PACKED: Final = frozenset({"opened", "loaded", "resolved", "logged"})
"""Answers of local activities with terms and seats in them: a kilobyte and more, shown nowhere."""
_EMPTY = (None, "", 0, ())
_ENCODING = "encoding"


class SparseJson(PydanticJSONPlainPayloadConverter):
    """Plain JSON without what is empty."""

    def to_payload(self, value: Any) -> Payload | None:
        """Write a value."""
        if not isinstance(value, BaseModel):
            return super().to_payload(value)
        return Payload(metadata={_ENCODING: self.encoding.encode()}, data=_text_of(value))


class PackedJson(PydanticJSONPlainPayloadConverter):
    """The same JSON, compressed, for the answers in `PACKED`."""

    @property
    def encoding(self) -> str:
        """Name the encoding; it may never mean anything else."""
        return "json/deflate-1"

    def to_payload(self, value: Any) -> Payload | None:
        """Write a value of one of the kinds."""
        if not isinstance(value, BaseModel) or getattr(value, "kind", "") not in PACKED:
            return None
        return Payload(metadata={_ENCODING: self.encoding.encode()}, data=_packed(_text_of(value)))

    def from_payload(self, payload: Payload, type_hint: type | None = None) -> Any:
        """Read it again."""
        plain = Payload(metadata=payload.metadata, data=_unpacked(payload.data))
        return super().from_payload(plain, type_hint)


# The packing one is first: it takes only what it knows.
_CONVERTERS: Final = (
    PackedJson(),
    *(
        SparseJson() if isinstance(one, JSONPlainPayloadConverter) else one
        for one in DefaultPayloadConverter.default_encoding_payload_converters
    ),
)


class LtcPayloads(CompositePayloadConverter):
    """Temporal's converters with ours in the place of its JSON.

    Temporal makes one for every task of every workflow; what it is made of keeps nothing, so it is made once.
    """

    def __init__(self) -> None:
        """Take what is there."""
        super().__init__(*_CONVERTERS)


DATA_CONVERTER: Final = DataConverter(payload_converter_class=LtcPayloads)


def thin(value: BaseModel) -> dict[str, Any]:
    """Return a model as JSON values, without its empty fields."""
    written: dict[str, Any] = to_jsonable_python(value)
    _thin(written, value)
    return written


def _text_of(value: BaseModel) -> bytes:
    return json.dumps(thin(value), ensure_ascii=False, separators=(",", ":")).encode()


def _packed(text: bytes) -> bytes:
    packing = zlib.compressobj(9, wbits=-zlib.MAX_WBITS, zdict=WORDS_1)
    return packing.compress(text) + packing.flush()


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=WORDS_1)
    return unpacking.decompress(data) + unpacking.flush()


def _thin(written: Any, value: object) -> None:
    """Take what is empty out of what was written for a value, in place."""
    if isinstance(value, BaseModel):
        # A model may write itself in another form, as a due rule does; that stays as it is.
        if isinstance(written, dict):
            _thin_fields(written, value)
    elif isinstance(value, tuple | list) and isinstance(written, list) and len(written) == len(value):
        for inner, one in zip(written, value, strict=True):
            _thin(inner, one)


def _thin_fields(written: dict[str, Any], value: BaseModel) -> None:
    for name, field in type(value).model_fields.items():
        if name not in written:
            continue
        now = getattr(value, name)
        if not isinstance(now, BaseModel) and now in _EMPTY and now == field.default:
            del written[name]
        else:
            _thin(written[name], now)
