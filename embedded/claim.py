"""A data folder belongs to one running LTC at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mendable import Mendable


class InUse(Mendable):
    """Another process holds the folder."""


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder until this process ends, however it ends; `InUse` if another one holds it."""
    with (folder / "claim").open("a+") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.seek(0)
            raise InUse(
                f"{folder} is in use by process {claim.read()}; stop that one, or choose another --data-dir"
            ) from None
        claim.truncate(0)
        claim.write(str(os.getpid()))
        claim.flush()
        yield
