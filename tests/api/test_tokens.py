"""A token of the configured issuer is as good as a key, and only where an issuer is configured."""

from dataclasses import replace

from fastapi import FastAPI

from api.callers import Caller
from api.deps import Edge
from storage.database import Database
from tests.api.conftest import Client
from tests.api.samples import deal_row, put_deal
from tests.api.scripted_workflows import ScriptedWorkflows


class Believing:
    """Believes one token; stands for an issuer, which test_oidc.py tests."""

    async def caller(self, token: str) -> Caller:
        return Caller(id=token, roles=("sales",), entity="CN01")


async def test_a_token_is_asked_of_the_issuer(
    client: Client, app: FastAPI, database: Database, workflows: ScriptedWorkflows
) -> None:
    put_deal(database, deal_row())
    nobody = client()
    headers = {"Authorization": "Bearer jwt-of-alice"}
    assert (await nobody.get("/api/deals", headers=headers)).status_code == 401
    edge: Edge = app.state.edge
    app.state.edge = replace(edge, issuer=Believing())
    assert (await nobody.get("/api/deals", headers=headers)).status_code == 200
    await nobody.post("/api/deals/D-1/commands", json={"kind": "send_quote"}, headers=headers)
    assert workflows.applied[0][1].actor.id == "jwt-of-alice"
    assert (await nobody.get("/api/stuck", headers=headers)).status_code == 403
    # What looks like a key is never tried as a token.
    assert (await nobody.get("/api/deals", headers={"Authorization": "Bearer ltc_x"})).status_code == 401
