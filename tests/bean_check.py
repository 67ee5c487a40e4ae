"""bean-check as a program of its own: it is GPL-2.0, so nothing here imports it."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from commands.programs import installed


def bean_check(folder: Path, lines: Iterable[str]) -> str:
    """Return what bean-check says about a file, nothing when it accepts it."""
    place = folder / "books.bean"
    place.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    done = subprocess.run(
        [installed("bean-check"), "--no-cache", place], capture_output=True, text=True, cwd=folder, check=False
    )
    said = done.stdout + done.stderr
    assert bool(said) == bool(done.returncode), said
    return said
