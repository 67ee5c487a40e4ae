"""A port is taken as asked, or a free one is found; what holds it is said in one sentence."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from mendable import WrongCall

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port of this machine."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def demand(port: int, option: str) -> int:
    """Return a port that a person asked for; taken already is a `WrongCall` naming the option to change."""
    if not is_free(port):
        raise WrongCall(f"port {port} is in use; stop what holds it or choose another with {option}")
    return port


def free(count: int) -> tuple[int, ...]:
    """Find free ports, all different."""
    with ExitStack() as stack:
        return tuple(stack.enter_context(_held()) for _ in range(count))


@contextmanager
def _held() -> Iterator[int]:
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        yield port
