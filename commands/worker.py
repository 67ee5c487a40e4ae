"""A worker is stateless: start as many as the load needs, stop them at any time."""

import asyncio

import typer

import worker as composition
from settings import Settings

app = typer.Typer()


@app.command("worker", epilog="Example: TEMPORAL_ADDRESS=temporal:7233 ./ltc worker")
def worker() -> None:
    """Run the workflows and activities of LTC until stopped."""
    asyncio.run(composition.run(Settings.load()))
