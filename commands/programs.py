"""Other programs are called by their place in this environment, so that nothing depends on the PATH."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def installed(name: str) -> str:
    """Return the place of a program of this environment."""
    return str(Path(sys.executable).parent / name)


def run(command: Sequence[str]) -> int:
    """Run a program in LTC's folder with this terminal, and return its exit code."""
    return subprocess.run(command, cwd=ROOT).returncode
