"""A JWT is believed for what its issuer signed: who it is, for us, until when; nothing else in it counts."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Protocol

import jwt

from api.callers import Caller
from api.problems import Fault, Rejected, reject

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Asymmetric only: a shared-secret token could be forged with the public key."""
LEEWAY_S = 30
LONGEST_ID = 200


class Tokens(Protocol):
    """Whoever can tell for whom a token is."""

    async def caller(self, token: str) -> Caller:
        """Return who a token is for (401 when it is not to be believed, 503 when nobody can tell now)."""


class SigningKeys(Protocol):
    """Where the issuer's public keys come from."""

    def key_for(self, token: str) -> jwt.PyJWK:
        """Return the key that signed a token; `jwt.PyJWTError` if it is not the issuer's."""


class DiscoveredKeys:
    """The keys an issuer publishes, found by OpenID discovery on first use and kept for a while."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer.rstrip("/")
        self._client: jwt.PyJWKClient | None = None

    def key_for(self, token: str) -> jwt.PyJWK:
        """Return the key that signed a token."""
        if self._client is None:
            where = f"{self._issuer}/.well-known/openid-configuration"
            try:
                with urllib.request.urlopen(where, timeout=5) as answer:
                    self._client = jwt.PyJWKClient(json.load(answer)["jwks_uri"], timeout=5)
            except (OSError, KeyError, ValueError) as error:
                raise jwt.PyJWKClientConnectionError(f"{where}: {error}") from error
        return self._client.get_signing_key_from_jwt(token)


class Issuer:
    """The one issuer whose tokens are accepted, and the audience they must be meant for."""

    def __init__(self, issuer: str, audience: str, keys: SigningKeys) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys

    async def caller(self, token: str) -> Caller:
        """Return who a token is for (401 when it is not to be believed, 503 when the issuer does not answer)."""
        return await asyncio.to_thread(self._read, token)

    def _read(self, token: str) -> Caller:
        try:
            key = self._keys.key_for(token)
            claims: Mapping[str, Any] = jwt.decode(
                token, key.key, algorithms=ALGORITHMS, audience=self._audience, issuer=self._issuer,
                leeway=LEEWAY_S, options={"require": ["exp", "sub"]},
            )  # fmt: skip
        except jwt.PyJWKClientConnectionError as error:
            raise reject(Fault.AWAY, "the token's issuer does not answer", "令牌签发方没有响应") from error
        except jwt.PyJWTError as error:
            raise _unbelieved() from error
        return _caller_of(claims)


def _caller_of(claims: Mapping[str, Any]) -> Caller:
    person, roles = claims.get("preferred_username") or claims["sub"], claims.get("roles", [])
    entity = claims.get("ltc_entity")
    if not isinstance(person, str) or not isinstance(roles, list) or not isinstance(entity, str):
        raise _unbelieved()
    if len(person) > LONGEST_ID or not all(isinstance(role, str) for role in roles):
        raise _unbelieved()
    return Caller(id=person, roles=tuple(roles), entity="" if entity == "*" else entity)


def _unbelieved() -> Rejected:
    return reject(
        Fault.KEY,
        "this token is not valid here: it must be signed by the configured issuer for this audience, not be expired,"
        " and name 'roles' and 'ltc_entity' ('*' for all)",
        "令牌无效：须由已配置的签发方为本系统签发、未过期，并包含 roles 与 ltc_entity（* 表示全部）",
    )
