"""The API as one process, for production and for whoever runs the parts by hand."""

from typing import Annotated

import typer
import uvicorn

from settings import Settings

app = typer.Typer()


@app.command("api", epilog="Example: ./ltc api --host 0.0.0.0")
def api(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; LTC_PORT unless given.")] = None,
) -> None:
    """Serve the API and pages until stopped; Ctrl-C lets running requests finish."""
    settings = Settings.load()
    uvicorn.run(
        "api.app:create_app", factory=True, host=host, port=port or settings.port,
        timeout_graceful_shutdown=5, server_header=False,
    )  # fmt: skip
