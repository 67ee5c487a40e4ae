"""What the API counts of its own calls, in the text format of Prometheus; no id and no payload is in it."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NO_ROUTE = "none"
"""The route of a call to what is not there: its path is the caller's, and may be anything."""


class Metrics:
    """Calls by method, route and status, and how long they took, since this process began."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, int], tuple[int, float]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a call that is answered."""
        calls, took = self._seen.get((method, route, status), (0, 0.0))
        self._seen[method, route, status] = calls + 1, took + seconds

    def exposed(self) -> str:
        """Return everything as Prometheus reads it."""
        lines = [
            "# HELP ltc_http_request_seconds Calls of the API and the seconds they took.",
            "# TYPE ltc_http_request_seconds summary",
        ]
        for (method, route, status), (calls, took) in sorted(self._seen.items()):
            labels = f'{{method="{method}",route="{route}",status="{status}"}}'
            lines += [
                f"ltc_http_request_seconds_count{labels} {calls}",
                f"ltc_http_request_seconds_sum{labels} {took:.6f}",
            ]
        return "\n".join(lines) + "\n"


class Counted:
    """The middleware that counts every call under its route."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on and count its answer; one that breaks is counted as the 500 that its caller gets."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, since = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", _NO_ROUTE)
            method = scope["method"] if route != _NO_ROUTE else "ANY"
            self._metrics.count(method, route, status, time.perf_counter() - since)
