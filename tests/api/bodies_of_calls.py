"""What reads the body of each call, as the routes have it."""

from typing import Any

from fastapi.routing import APIRoute

from api import webhooks
from api.app import GUARDED
from api.bodies import JsonBody


def json_bodies() -> dict[str, JsonBody[Any]]:
    """Return what reads the body of each call that takes JSON, by its method and path."""
    routes = [route for module in GUARDED for route in module.router.routes if isinstance(route, APIRoute)]
    return {
        f"{method} {route.path}": part.call
        for route in routes
        for method in route.methods or ()
        for part in route.dependant.dependencies
        if isinstance(part.call, JsonBody)
    } | {"POST /api/webhooks/{source}": webhooks.EVENT}
