"""No two processes of the tests get the same port or subnet."""

import subprocess
import sys

import pytest

from tests.lab.ports import _lock, _nothing_listens, free_port, free_ports, free_subnet

TAKE = "from tests.lab.ports import free_ports, free_subnet; print(*free_ports(50), free_subnet(), flush=True); input()"


def test_ports_and_subnets_differ() -> None:
    assert len({*free_ports(20), free_port(), free_port()}) == 22
    assert free_subnet() != free_subnet()


def test_port_of_another_process_is_not_assigned_twice() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TAKE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        *ports, subnet = map(int, other.stdout.readline().split())
        taken = {f"port-{port}" for port in ports} | {f"subnet-{subnet}"}
        assert not any(_lock(name, lambda: True) for name in taken)
        other.kill()
        other.wait()
    # Its locks end with it.
    assert _lock(f"subnet-{subnet}", lambda: True)


def test_a_subnet_in_which_something_listens_is_passed_over() -> None:
    import socket

    subnet = free_subnet()
    assert _nothing_listens(subnet)
    with socket.create_server((f"127.77.{subnet}.40", 0)):
        assert not _nothing_listens(subnet)


def test_what_is_in_use_is_not_locked() -> None:
    assert not _lock("never", lambda: False)
    with pytest.raises(ZeroDivisionError):
        _lock("never", lambda: bool(1 / 0))
