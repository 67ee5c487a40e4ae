"""The files that a commit would hold, seen as git sees them."""

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = "storage/migrations/versions/"


def tracked(pattern: str = "*") -> list[str]:
    """Return the paths, from the root, of what is committed or could be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", pattern]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file())


def parsed() -> dict[str, ast.Module]:
    """Return every Python file of ours, parsed."""
    return {name: ast.parse((ROOT / name).read_text()) for name in tracked("*.py")}
