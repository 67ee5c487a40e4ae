"""bean-check as a program of its own: it is GPL-2.0, so nothing here imports it."""

import re
import subprocess
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
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


_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}) ")
_LEG = re.compile(r"  ([A-Z][\w:-]+)  (-?[0-9.]+) ([A-Z]{3})")


def posted_until(lines: Iterable[str], last: date) -> dict[tuple[str, str], Decimal]:
    """Add up what a file posts up to the end of a day, by (account, currency)."""
    found: dict[tuple[str, str], Decimal] = {}
    on = date.min
    for line in lines:
        if dated := _DATED.match(line):
            on = date.fromisoformat(dated[1])
        elif (leg := _LEG.match(line)) and on <= last:
            found[leg[1], leg[3]] = found.get((leg[1], leg[3]), Decimal(0)) + Decimal(leg[2])
    return {key: amount for key, amount in found.items() if amount}
