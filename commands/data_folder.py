"""A command works with the data folder of ``./ltc up``, or with what the environment says."""

import os
from pathlib import Path
from typing import Annotated

import typer

from settings import Settings

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="The data folder of ./ltc up.", show_default=".ltc")]

BooksDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="The data folder of ./ltc up or of a replay.",
        show_default=".ltc; where LTC_ variables are set, theirs",
    ),
]
"""Where the books are that a command reads."""


def settings_in(data_dir: Path | None) -> Settings:
    """Return the settings that ``./ltc up`` last ran with in a folder, or those of the environment."""
    if data_dir is not None:
        os.environ["LTC_DATA_DIR"] = str(data_dir.resolve())
    return Settings.load()
