"""What stands in ``:86:``: German sub-fields (``?20``), Dutch code words (``/REMI/``), or free text."""

import re
from dataclasses import dataclass, field

from mt940 import models, options, processors, tags

_GERMAN = re.compile(r"\s*[0-9]{3}(?P<mark>[?~<^])[0-9]{2}")
_WORDS = (
    "ACCW", "ACRN", "ADDR", "ALFA", "BENM", "BIC", "BUSP", "CREF", "CSID", "CNTP", "EREF", "HARD", "HRTX", "IBAN", "ID",
    "INIT", "ISDT", "MARF", "NAME", "ORDP", "PREF", "PURP", "REMI", "RTRN", "SVCL", "SWOC", "TIMI", "TRCD", "TRTP",
    "ULTB", "ULTC", "ULTD",
)  # fmt: skip
_CODE_WORD = re.compile(rf"/({'|'.join(_WORDS)})/")
_NOT_PROVIDED = "NOTPROVIDED"


@dataclass(frozen=True, slots=True)
class Details:
    """What a ``:86:`` tells about the payment.

    Attributes:
        remittance: the text in the pieces that it was cut into.
        return_code: why it came back, where it says so.
    """

    remittance: tuple[str, ...] = ()
    end_to_end_id: str = ""
    mandate_id: str = ""
    name: str = ""
    account: str = ""
    return_code: str = ""
    structured: tuple[str, ...] = field(default=())


def details_of(text: str) -> Details:
    """Read a ``:86:``; what is in no known form is remittance text as it stands."""
    german = _GERMAN.match(text)
    if german is not None:
        return _german(re.sub(rf"{re.escape(german['mark'])}(?=\n?[0-9])", "?", text.lstrip()))
    joined = "".join(text.split("\n"))
    if _CODE_WORD.search(joined):
        return _dutch(joined)
    return Details(remittance=tuple(line for line in text.split("\n") if line.strip()))


def _german(text: str) -> Details:
    collection = models.Transactions(options=options.Options.all())
    read = processors.transaction_details_post_processor(
        collection, tags.TransactionDetails(), {"transaction_details": text}, {"transaction_details": text}
    )
    parts = {key: str(value).strip() for key, value in read.items() if value}
    # The library reads ``SVWZ+`` and its like; without them the purpose is all of ?20 to ?29 and ?60 to ?63.
    remittance = (parts.get("purpose", ""), parts.get("additional_purpose", ""))
    return Details(
        remittance=tuple(piece for piece in remittance if piece),
        end_to_end_id=_provided(parts.get("end_to_end_reference", "")),
        mandate_id=parts.get("additional_position_reference", ""),
        name=parts.get("applicant_name", ""),
        account=(parts.get("gvc_applicant_iban") or parts.get("applicant_iban", "")).replace(" ", ""),
    )


def _dutch(text: str) -> Details:
    pieces = _CODE_WORD.split(text)
    words = dict(zip(pieces[1::2], (piece.strip() for piece in pieces[2::2]), strict=True))
    told = words.get("REMI", "")
    # Structured remittance is /REMI/STRD/CUR/reference or /REMI//ISO/RF…; ordinary text has no slash in front.
    structured = re.match(r"(?:/|STRD/)(?:CUR|ISO|SCOR)/([A-Z0-9]+)", told)
    text_only = re.sub(r"^(?:USTD)?/{1,2}", "", told)
    return Details(
        remittance=(text_only,) if text_only else (),
        structured=(structured[1],) if structured else (),
        end_to_end_id=_provided(words.get("EREF", "")),
        mandate_id=words.get("MARF", ""),
        name=words.get("NAME", ""),
        account=words.get("IBAN", "").replace(" ", ""),
        return_code=words.get("RTRN", ""),
    )


def _provided(text: str) -> str:
    return "" if text.upper() == _NOT_PROVIDED else text
