"""A data folder has one owner, and the claim of a process that died holds nobody up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedded.claim import claimed
from mendable import Mendable
from tests.sources import ROOT


def test_a_second_owner_is_told_who_holds_it(tmp_path: Path) -> None:
    with (
        claimed(tmp_path),
        pytest.raises(Mendable, match=f"in use by process {os.getpid()}; stop that one"),
        claimed(tmp_path),
    ):
        pass


def test_the_claim_of_a_dead_process_does_not_hold(tmp_path: Path) -> None:
    code = (
        f"import os, pathlib, embedded.claim as c; c.claimed(pathlib.Path({str(tmp_path)!r})).__enter__(); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 9
    with claimed(tmp_path):
        assert (tmp_path / "claim").read_text() == str(os.getpid())
