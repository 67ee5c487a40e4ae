"""A worker is stateless: start as many as the load needs, stop them at any time."""

import asyncio
import logging

import typer

import worker as composition
from settings import Settings

app = typer.Typer()


@app.command("worker", epilog="Example: TEMPORAL_ADDRESS=temporal:7233 ./ltc worker")
def worker() -> None:
    """Run the workflows and activities of LTC until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(composition.run(Settings.load()))
