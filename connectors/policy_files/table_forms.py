"""What documents about tables of others have in common: headings, and how their text is encoded."""

import codecs
from typing import Annotated

from pydantic import AfterValidator, Field


def _known(encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise ValueError(f"{encoding} is no encoding, write e.g. gb18030, utf-8-sig, windows-1252") from None
    return encoding


Label = Annotated[str, Field(min_length=1, max_length=80)]
Encoding = Annotated[str, AfterValidator(_known)]
