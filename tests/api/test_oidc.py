"""A token counts for who its issuer says it is, for us, until it expires; any other is refused."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.callers import Caller
from api.oidc import DiscoveredKeys, Issuer
from api.problems import Fault, Rejected

OURS, FOREIGN = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def published() -> dict[str, Any]:
    key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(OURS.public_key()))
    return {"keys": [key | {"kid": "one", "use": "sig", "alg": "ES256"}]}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """An issuer on this machine that publishes its keys as OpenID discovery asks."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            where = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]  # an HTTPServer
            told = published() if self.path == "/jwks" else {"issuer": where, "jwks_uri": f"{where}/jwks"}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def issuer(address: str) -> Issuer:
    return Issuer(address, "ltc", DiscoveredKeys(address))


def claims(address: str, **changed: object) -> dict[str, Any]:
    usual = {
        "iss": address, "aud": "ltc", "sub": "u-17", "preferred_username": "alice", "roles": ["sales"],
        "ltc_entity": "CN01", "exp": datetime.now(UTC) + timedelta(minutes=5),
    }  # fmt: skip
    return {name: value for name, value in (usual | changed).items() if value is not None}


def signed(content: dict[str, Any], key: Any = OURS, kid: str = "one", algorithm: str = "ES256") -> str:
    return jwt.encode(content, key, algorithm=algorithm, headers={"kid": kid})


async def test_a_genuine_token_is_its_person(issuer: Issuer, address: str) -> None:
    assert await issuer.caller(signed(claims(address))) == Caller(id="alice", roles=("sales",), entity="CN01")


async def test_without_a_user_name_the_subject_counts_and_a_star_means_all_entities(
    issuer: Issuer, address: str
) -> None:
    token = signed(claims(address, preferred_username=None, ltc_entity="*"))
    assert await issuer.caller(token) == Caller(id="u-17", roles=("sales",), entity="")


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "other"},
        {"iss": "http://elsewhere"},
        {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
        {"exp": None},
        {"sub": None},
        {"roles": "admin"},
        {"roles": [1]},
        {"ltc_entity": None},
        {"preferred_username": "x" * 201},
    ],
)
async def test_a_token_that_says_something_else_is_refused(
    issuer: Issuer, address: str, changed: dict[str, Any]
) -> None:
    with pytest.raises(Rejected) as caught:
        await issuer.caller(signed(claims(address, **changed)))
    assert caught.value.fault is Fault.KEY


async def test_another_key_signs_nothing_here(issuer: Issuer, address: str) -> None:
    for token in (
        signed(claims(address), key=FOREIGN),
        signed(claims(address), kid="two"),
        signed(claims(address), key="s" * 64, algorithm="HS256"),
        jwt.encode(claims(address), "", algorithm="none"),
        "not.a.token",
        "",
    ):
        with pytest.raises(Rejected) as caught:
            await issuer.caller(token)
        assert caught.value.fault is Fault.KEY


async def test_an_issuer_that_is_away_is_not_a_wrong_key() -> None:
    away = Issuer("http://127.0.0.1:9", "ltc", DiscoveredKeys("http://127.0.0.1:9"))
    with pytest.raises(Rejected) as caught:
        await away.caller(signed(claims("http://127.0.0.1:9")))
    assert caught.value.fault is Fault.AWAY
