"""The API counts its calls by route, whatever a caller puts into the path."""

from fastapi import FastAPI

from api.metrics import Metrics
from tests.api.conftest import Client


def test_calls_are_counted_with_the_time_they_took() -> None:
    metrics = Metrics()
    for seconds in (0.25, 0.5):
        metrics.count("GET", "/api/deals/{deal_id}", 200, seconds)
    metrics.count("GET", "/api/deals", 401, 0.125)
    assert metrics.exposed().splitlines()[1:] == [
        "# TYPE ltc_http_request_seconds summary",
        'ltc_http_request_seconds_count{method="GET",route="/api/deals",status="401"} 1',
        'ltc_http_request_seconds_sum{method="GET",route="/api/deals",status="401"} 0.125000',
        'ltc_http_request_seconds_count{method="GET",route="/api/deals/{deal_id}",status="200"} 2',
        'ltc_http_request_seconds_sum{method="GET",route="/api/deals/{deal_id}",status="200"} 0.750000',
    ]


async def test_the_port_of_the_api_serves_them_without_a_key(client: Client, app: FastAPI) -> None:
    alice, anybody = client("alice", "sales"), client()
    counted = 'ltc_http_request_seconds_count{method="GET",route="/api/deals/{deal_id}",status="404"}'

    async def calls() -> int:
        answer = await anybody.get("/metrics")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        found = [line for line in answer.text.splitlines() if line.startswith(counted)]
        return int(found[0].rsplit(" ", 1)[1]) if found else 0

    before = await calls()
    for deal_id in ("D-404", "D-405", "x" * 50):
        assert (await alice.get(f"/api/deals/{deal_id}")).status_code == 404
    assert await calls() == before + 3
    for path in ("/nowhere/secret-1", "/nowhere/secret-2"):
        assert (await anybody.request("BREW", path)).status_code == 404
    told = (await anybody.get("/metrics")).text
    assert 'method="ANY",route="none",status="404"' in told
    assert [word for word in ("secret", "BREW", "D-404") if word in told] == []
