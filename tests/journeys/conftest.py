"""One demo serves all journeys: filling it takes half a minute."""

from collections.abc import AsyncIterator

import pytest

from tests.journeys.installation import Installation, running


@pytest.fixture(scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """``./ltc up --demo`` in an empty folder."""
    async with running(tmp_path_factory.mktemp("demo"), "--demo") as installation:
        yield installation
