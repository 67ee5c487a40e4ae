"""Records the histories that `test_histories` replays: ``.venv/bin/python -m tests.workflows.record_histories``.

Record anew only before a release whose deals need not go on; after one, a change that breaks the replay needs
``workflow.patched``, or waits for the deals to end.
"""

import asyncio
import tempfile
from pathlib import Path

from embedded.temporal_server import TemporalServer
from tests.workflows.harness import company
from tests.workflows.recorded import FOLDER, record


async def main() -> None:
    """Live the journeys on a server of their own."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        async with TemporalServer(Path(name) / "temporal") as server, company(server, Path(name)) as ltc:
            await record(ltc, FOLDER)


if __name__ == "__main__":
    asyncio.run(main())
