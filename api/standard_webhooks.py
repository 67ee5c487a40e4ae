"""A webhook is believed before it is read: signed over its very bytes, by a secret of its source, within five minutes.

The scheme is Standard Webhooks 1.0 with ``v1`` signatures (HMAC-SHA256).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

from api.problems import Fault, Rejected, reject
from domain.value import Value
from mendable import Mendable

WINDOW_S = 300
_ID = re.compile(r"[\x21-\x7e]{1,256}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Delivery(Value):
    """A message that is what its source sent.

    Attributes:
        message_id: the same for every delivery of one message.
        digest: of its body.
    """

    message_id: str
    digest: str


def verify(secrets: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Delivery:
    """Believe a delivery, or refuse it (401).

    Args:
        secrets: those of the source, separated by spaces; the old one stays beside the new while it is replaced.
    """
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _SECONDS.fullmatch(stamp):
        raise _forged("webhook-id and webhook-timestamp are needed", "缺少 webhook-id 或 webhook-timestamp")
    if abs(int(stamp) - now.timestamp()) > WINDOW_S:
        raise _forged(f"the timestamp is more than {WINDOW_S} s away", f"时间戳偏差超过 {WINDOW_S} 秒")
    signed = f"{message_id}.{stamp}.".encode() + body
    expected = [signature(secret, signed) for secret in secrets.split()]
    given = headers.get("webhook-signature", "").encode(errors="replace").split(b" ")
    # Every pair is compared, so that the time taken does not tell which was close.
    matches = [hmac.compare_digest(mine, theirs) for mine in expected for theirs in given]
    if not any(matches):
        raise _forged("no signature matches", "签名不匹配")
    return Delivery(message_id=message_id, digest=hashlib.sha256(body).hexdigest())


def signature(secret: str, signed: bytes) -> bytes:
    """Return one signature as its header carries it: ``v1,`` and the base64 of the HMAC."""
    return b"v1," + base64.b64encode(hmac.digest(key_of(secret), signed, "sha256"))


def key_of(secret: str) -> bytes:
    """Return the bytes of a ``whsec_`` secret; `Mendable` if it is none."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise Mendable("a webhook secret is 'whsec_' and base64; see LTC_WEBHOOK_SECRETS") from error
    if len(key) < 16:
        raise Mendable("a webhook secret has at least 16 bytes; see LTC_WEBHOOK_SECRETS")
    return key


def _forged(en: str, zh: str) -> Rejected:
    return reject(Fault.KEY, f"this webhook is not accepted: {en}", f"Webhook 未被接受：{zh}")
