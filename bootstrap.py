"""The environment is made from a hashed lock, by one process at a time, and stamped last: none is used half-made.

Run by ``ltc`` with nothing but the standard library, before anything is installed.
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
INSTALLER_LOCK = ROOT / "requirements-uv.lock"


def stamp(kind: str) -> Path:
    """Return the file that says for which lock and which Python the environment was made."""
    return VENV / f"ltc-{kind}"


def fingerprint(kind: str, python_version: str) -> str:
    """Name the content of a lock together with a Python version."""
    return f"{hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()} {python_version}\n"


def is_current(kind: str) -> bool:
    """Tell whether the environment holds the lock of a kind; run by the environment's own Python."""
    try:
        return stamp(kind).read_text() == fingerprint(kind, sys.version)
    except FileNotFoundError:
        return False


def ask(*arguments: str) -> str | None:
    """Return what the environment's Python prints, or None if it is missing, broken or fails."""
    try:
        done = subprocess.run([PYTHON, "-I", *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip("\n")


def make_venv() -> None:
    """Make an empty environment with its installer, in place of what is there."""
    say("making .venv (only on the first start)")
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)


def install(lock: Path) -> None:
    """Install exactly what a lock names, by uv, or by pip where there is no uv for this machine."""
    say(f"installing {lock.name}")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    wheels = ["--only-binary", ":all:"]
    uv = VENV / "bin" / "uv"
    subprocess.run([*pip, *wheels, "-r", str(INSTALLER_LOCK)])
    sync = [str(uv), "pip", "sync", "--quiet", "--require-hashes", *wheels, "--python", str(PYTHON), str(lock)]
    # First the machine's own certificates, which a company's network may need, then those that uv brings.
    for certificates in (["--system-certs"], []):
        if uv.exists() and subprocess.run([*sync, *certificates]).returncode == 0:
            return
    say("uv could not install it; trying pip, which takes longer")
    subprocess.run([*pip, *wheels, "-r", str(lock)], check=True)


def ensure(kind: str) -> None:
    """Bring the environment up to a lock; a development environment stays one."""
    version = ask("-c", "import sys; print(sys.version)")
    stamps = {kind: stamp(kind) for kind in LOCKS}
    kept = {kind for kind, path in stamps.items() if path.exists()}
    whole = any(version is not None and stamps[kind].read_text().endswith(f" {version}\n") for kind in kept)
    for path in stamps.values():
        path.unlink(missing_ok=True)
    if not whole:
        make_venv()
        version = ask("-c", "import sys; print(sys.version)")
    if version is None:
        raise OSError(f"{PYTHON} does not run")
    wanted = "dev" if kind == "dev" or "dev" in kept else "run"
    install(LOCKS[wanted])
    # The development lock holds every pin of the other, so it serves both.
    for done in {"run", wanted}:
        stamps[done].write_text(fingerprint(done, version))


def say(what: str) -> None:
    """Tell a person what takes so long, beside the output of the command."""
    print(f"ltc: {what}", file=sys.stderr, flush=True)


def main(action: str, kind: str) -> int:
    """Answer ``current`` by the exit code, or carry out ``ensure`` while no other process does."""
    if action == "current":
        return 0 if is_current(kind) else 1
    with (ROOT / ".venv.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if ask("-S", str(ROOT / "bootstrap.py"), "current", kind) is not None:
            return 0  # another launcher made it while this one waited
        try:
            ensure(kind)
        except (OSError, subprocess.CalledProcessError) as error:
            say(f"could not make .venv ({error}); check the network and the disk, then run ltc again")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
