"""A port that cannot be used is one line that says which, and what to do."""

import os
import socket
from collections.abc import Iterator

import pytest

from tieback.lab.ports import needs_root, require_free_port
from tieback.model.errors import LabError

ADDRESS = "127.77.255.2"


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((ADDRESS, 0)) as listener:
        yield listener.getsockname()[1]


def test_a_taken_port_is_named(taken: int) -> None:
    message = rf"^127\.77\.255\.2:{taken}: the port is in use by process {os.getpid()} \(.+\)\. Stop the program on"
    with pytest.raises(LabError, match=message):
        require_free_port(ADDRESS, taken)


def test_a_free_port_is_fine(taken: int) -> None:
    """At another address; it raises nothing, and a server can listen there."""
    require_free_port("127.77.255.3", taken)
    with socket.create_server(("127.77.255.3", taken)) as listener:
        assert listener.getsockname() == ("127.77.255.3", taken)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(LabError, match=r"all of 127\.0\.0\.0/8 is loopback"):
        require_free_port("192.0.2.1", 20002)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may listen anywhere")
def test_low_ports_may_need_root() -> None:
    assert needs_root(ADDRESS, 1)
    with pytest.raises(LabError, match="ip_unprivileged_port_start"):
        require_free_port(ADDRESS, 1)


def test_high_ports_do_not() -> None:
    assert not needs_root(ADDRESS, 20003)
