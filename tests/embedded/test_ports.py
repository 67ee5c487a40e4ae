"""A port that is taken is never given out, and is named with the option that changes it."""

import socket
from collections.abc import Iterator

import pytest

from embedded import ports
from mendable import WrongCall


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server((ports.LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


def test_free_ports_are_free_and_different() -> None:
    found = ports.free(5)
    assert len(set(found)) == 5
    assert all(ports.is_free(port) for port in found)


def test_a_taken_port_asked_for_is_refused(taken: int) -> None:
    assert not ports.is_free(taken)
    with pytest.raises(WrongCall, match=rf"^port {taken} is in use; .* with --port$") as told:
        ports.demand(taken, "--port")
    assert told.value.exit_code == 2


def test_a_free_port_asked_for_is_taken() -> None:
    (port,) = ports.free(1)
    assert ports.demand(port, "--port") == port
