"""Ids that people read: they sort by day, cannot be guessed, and are safe in a URL and in a workflow's id."""

import base64
import hashlib
import re
import secrets
import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.opening import CUSTOMER_ID

DealId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
CustomerId = Annotated[str, Field(pattern=f"^{CUSTOMER_ID}$")]
"""Names a customer that there is; other systems' ids, as open items bring them in, may have more than letters."""
NewCustomerId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Entity = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
_NOT_WORD = re.compile(r"[\W_]+")


def random_part(characters: int) -> str:
    """Return random characters without look-alikes that matter: base32, five bits each."""
    return base64.b32encode(secrets.token_bytes(characters)).decode()[:characters]


def new_deal_id(at: datetime) -> str:
    """Return an id for a new deal, e.g. ``D-261125-K3ZQ7XAB``."""
    return f"D-{at:%y%m%d}-{random_part(8)}"


def new_customer_id() -> str:
    """Return an id for a new customer, e.g. ``C-K3ZQ7XABMM``."""
    return f"C-{random_part(10)}"


def customer_id_of(name: str, tax_id: str, country: str) -> str:
    """Return the id a company gets when a lead names it: the same company, however typed, gets the same one."""
    same = f"tax {folded(tax_id)}" if tax_id else f"name {folded(name)} {country}"
    return f"C-{base64.b32encode(hashlib.sha256(same.encode()).digest()).decode()[:10]}"


def folded(text: str) -> str:
    """Return a text without case, width, spaces and punctuation."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text)).casefold()
