"""What a route may reach: the database, the workflows, the caller, and the key that makes a repeat harmless."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request

from api.authorisation import admit
from api.callers import Caller
from api.oidc import Tokens
from api.problems import Fault, Rejected, reject
from domain.organisation import Delegation, Person
from domain.policy.document import Policy
from domain.refusal import Code, refuse
from settings import Settings
from storage.database import Database
from storage.operations.edge import holder
from workflows.client import Workflows

API_KEY_PREFIX = "ltc_"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


def wall_clock() -> datetime:
    """Return the real time; business time is the workflows'."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Edge:
    """What the composition root has built, shared by all requests.

    Attributes:
        policy: the process that new deals run by; without it a lead names its entity, and is its own.
        standing: the delegations of the organisation file.
        people: those of the organisation file.
        now: the real time.
        issuer: whose JWTs are accepted, none if not configured.
    """

    settings: Settings
    database: Database
    workflows: Workflows
    policy: Policy | None = None
    standing: tuple[Delegation, ...] = ()
    people: tuple[Person, ...] = ()
    issuer: Tokens | None = None
    now: Callable[[], datetime] = field(default=wall_clock)

    @property
    def default_entity(self) -> str:
        """The legal entity that sells to customers that have none of their own; empty if unknown."""
        return "" if self.policy is None else self.policy.default_entity

    @property
    def policy_in_force(self) -> Policy:
        """The process that new deals run by (E_STATE where this process was started without one)."""
        if self.policy is None:
            raise refuse(
                Code.STATE, "no policy is loaded here: set LTC_POLICY_FILE", "未加载流程策略：请设置 LTC_POLICY_FILE"
            )
        return self.policy

    def zone_of(self, entity: str) -> str:
        """Return the zone of a legal entity, of the default one for an unknown name; UTC without a policy."""
        if self.policy is None:
            return "UTC"
        return self.policy.entities.get(entity, self.policy.entities[self.policy.default_entity]).zone


def edge_of(request: Request) -> Edge:
    """Return what the composition root has built."""
    edge: Edge = request.app.state.edge
    return edge


EdgeDep = Annotated[Edge, Depends(edge_of)]


async def caller_of(request: Request, edge: EdgeDep) -> Caller:
    """Authenticate the caller and admit them to this call (401, E_AUTH)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise _unknown("no bearer key was sent", "未提供 Bearer 密钥")
    caller = await _by_key(edge, token) if token.startswith(API_KEY_PREFIX) else await _by_token(edge, token)
    admit(request.method, request.scope["route"].path, caller.roles)
    return caller


async def _by_key(edge: Edge, token: str) -> Caller:
    key = await edge.database.read(holder, token)
    if key is None:
        raise _unknown("this key is unknown or revoked", "密钥不存在或已撤销")
    return Caller(id=key.person, roles=key.roles, entity=key.entity)


async def _by_token(edge: Edge, token: str) -> Caller:
    if edge.issuer is None:
        raise _unknown("this key is unknown or revoked", "密钥不存在或已撤销")
    return await edge.issuer.caller(token)


def _unknown(en: str, zh: str) -> Rejected:
    return reject(Fault.KEY, en, zh)


CallerDep = Annotated[Caller, Depends(caller_of)]


def idempotency_key(
    request: Request,
    given: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="The same key with the same content gets the first answer again. 幂等键。",
        ),
    ] = None,
) -> str:
    """Return the request's idempotency key: the caller's, or one made for this request alone."""
    if given is not None and _KEY.fullmatch(given) is None:
        raise reject(
            Fault.REQUEST,
            "Idempotency-Key must be 1 to 128 visible ASCII characters",
            "Idempotency-Key 须为 1 至 128 个可见 ASCII 字符",
        )
    key: str = request.state.idempotency_key
    return key


KeyDep = Annotated[str, Depends(idempotency_key)]


def expected_version(
    if_match: Annotated[str | None, Header(description="Refuse with E_STALE unless it is at this version.")] = None,
) -> int | None:
    """Return the version that If-Match demands, as the ETag of a deal names it."""
    if if_match is None or if_match == "*":
        return None
    match = _VERSION.fullmatch(if_match.strip())
    if match is None:
        raise reject(Fault.REQUEST, 'If-Match must be a version, e.g. "12"', 'If-Match 须为版本号，例如 "12"')
    return int(match.group(1))


VersionDep = Annotated[int | None, Depends(expected_version)]

_PLAIN = r"^[^\x00-\x1f\x7f]+$"
IdPath = Annotated[str, Path(max_length=200, pattern=_PLAIN)]
RowPath = Annotated[int, Path(ge=1, le=2**53)]
Filter = Annotated[str, Query(max_length=200, pattern=_PLAIN.replace("+", "*"))]
