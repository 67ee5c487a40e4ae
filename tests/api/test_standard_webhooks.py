"""The published vector is believed; everything that differs from it by anything is not."""

from datetime import UTC, datetime

import pytest

from api.problems import Fault, Rejected
from api.standard_webhooks import WINDOW_S, signature, verify
from mendable import Mendable

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
STAMP = 1614265330
BODY = b'{"test": 2432232314}'
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": str(STAMP),
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def at(seconds: float = 0) -> datetime:
    return datetime.fromtimestamp(STAMP + seconds, UTC)


def test_the_published_vector_is_believed() -> None:
    delivery = verify(SECRET, HEADERS, BODY, at())
    assert delivery.message_id == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert len(delivery.digest) == 64


@pytest.mark.parametrize("seconds", [-WINDOW_S, WINDOW_S])
def test_the_window_has_two_sides_and_includes_its_ends(seconds: int) -> None:
    verify(SECRET, HEADERS, BODY, at(seconds))
    with pytest.raises(Rejected, match="300 s away"):
        verify(SECRET, HEADERS, BODY, at(seconds + (1 if seconds > 0 else -1)))


def test_while_a_secret_is_replaced_both_are_believed() -> None:
    verify(f"{OTHER} {SECRET}", HEADERS, BODY, at())
    verify(f"{SECRET} {OTHER}", HEADERS, BODY, at())


def test_one_of_several_signatures_is_enough() -> None:
    given = HEADERS | {"webhook-signature": f"v1,AAAA v1a,BBBB {HEADERS['webhook-signature']}"}
    verify(SECRET, given, BODY, at())


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "msg_other"},
        {"webhook-id": ""},
        {"webhook-id": "msg p5"},
        {"webhook-timestamp": str(STAMP + 1)},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "inf"},
        {"webhook-timestamp": "-5"},
        {"webhook-timestamp": "1614265330.0"},
        {"webhook-timestamp": "9" * 40},
        {"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,not base64"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v0,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": "v1,G0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    ],
)
def test_whatever_differs_is_not_believed(changed: dict[str, str]) -> None:
    with pytest.raises(Rejected) as caught:
        verify(SECRET, HEADERS | changed, BODY, at())
    assert caught.value.fault is Fault.KEY


@pytest.mark.parametrize("missing", sorted(HEADERS))
def test_every_header_is_needed(missing: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != missing}
    with pytest.raises(Rejected):
        verify(SECRET, headers, BODY, at())


@pytest.mark.parametrize("body", [b'{"test":2432232314}', BODY + b" ", b"", b"\xff"])
def test_the_very_bytes_are_signed(body: bytes) -> None:
    with pytest.raises(Rejected, match="no signature"):
        verify(SECRET, HEADERS, body, at())


def test_another_secret_signs_otherwise() -> None:
    with pytest.raises(Rejected, match="no signature"):
        verify(OTHER, HEADERS, BODY, at())


@pytest.mark.parametrize("secret", ["whsec_###", "whsec_AAAA", "whsec_"])
def test_a_secret_that_is_none_says_how_it_should_be(secret: str) -> None:
    with pytest.raises(Mendable, match="LTC_WEBHOOK_SECRETS"):
        signature(secret, b"x")


def test_no_secret_at_all_believes_nothing() -> None:
    with pytest.raises(Rejected):
        verify("", HEADERS, BODY, at())
