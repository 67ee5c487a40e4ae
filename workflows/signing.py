"""The API, webhooks and workers sign what they send to a workflow; the key never enters a history.

The key is given to the process once, by its composition root. It is read by the updates' validators, which are not
replayed, and by the local activity that checks signals.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode

from workflows.messages import Envelope, Word

_KEY: list[bytes] = []


class NoSigningKey(Exception):
    """This process was not given the signing key; call `use_key` in its composition root."""


def use_key(key: str) -> None:
    """Give this process the key that it signs and verifies with."""
    _KEY[:] = [key.encode()]


def sign(workflow_id: str, message: Envelope | Word) -> str:
    """Return the signature of a message to a workflow: 144 bits, since it stands in every history."""
    if not _KEY:
        raise NoSigningKey
    content = message.model_dump(mode="json", exclude={"signature"})
    text = json.dumps([workflow_id, content], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    code = hmac.digest(_KEY[0], text.encode(), hashlib.sha256)
    return urlsafe_b64encode(code[:18]).decode()


def genuine(workflow_id: str, message: Envelope | Word) -> bool:
    """Tell whether the message's signature is ours."""
    return hmac.compare_digest(sign(workflow_id, message), message.signature)
