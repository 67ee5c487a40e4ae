"""A child process ends when we do, even when we are killed."""

import shutil
from collections.abc import Sequence


def bound_to_us(command: Sequence[str]) -> list[str]:
    """Extend a command so that Linux ends it orderly with its parent; elsewhere it is as it was."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else list(command)
