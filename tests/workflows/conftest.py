"""One company serves all tests of a module; they keep apart by their customers and deals."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from embedded.temporal_server import TemporalServer
from tests.workflows.harness import Company, company
from tests.workflows.journeys import Journey
from tests.workflows.ports import Switch

Begin = Callable[..., Awaitable[Journey]]


@pytest.fixture(scope="module")
async def ltc(temporal_server: TemporalServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Company]:
    """A company with one worker."""
    async with company(temporal_server, tmp_path_factory.mktemp("ltc")) as opened:
        yield opened


@pytest.fixture(scope="module")
async def switch() -> Switch:
    """What takes the ports of the module's company away, where the module hands it to its company."""
    return Switch()


@pytest.fixture
def begin(ltc: Company) -> Begin:
    """A function that starts a deal of a new customer and does it up to a step, none for no step at all."""

    async def begun(step: str = "", **options: object) -> Journey:
        journey = Journey(ltc, await ltc.customer(), **options)  # type: ignore[arg-type]  # passed on
        if step:
            await journey.until(step)
        return journey

    return begun
