"""Listeners of this machine: free subnets, the lab that holds one, and ports of programs that the lab did not start."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.ports import free_port, free_subnet
from tieback.lab.listeners import (
    STORE_VARIABLE,
    Listener,
    foreign_ports,
    holder_text,
    listeners,
    owners,
    reserved_subnet,
)
from tieback.model.errors import LabError

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = "00000000:00000000 00:00000000 00000000     0        0"


@pytest.fixture(scope="module")
def subnet() -> int:
    return free_subnet()


def table(tmp_path: Path, name: str, *lines: str) -> None:
    tmp_path.joinpath(name).write_text(HEAD + "".join(f"   0: {line}\n" for line in lines))


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("tcp", f"0A004D7F:23F0 00000000:0000 0A {REST} 77", Listener("127.77.0.10", 9200, 77)),
        ("tcp", f"00000000:18EB 00000000:0000 0A {REST} 5", Listener("", 6379, 5)),
        ("tcp6", f"{'0' * 32}:18EB {'0' * 32}:0000 0A {REST} 5", Listener("", 6379, 5)),
        ("tcp6", f"0000000000000000FFFF00000A054D7F:0050 {'0' * 32}:0000 0A {REST} 6", Listener("127.77.5.10", 80, 6)),
        ("tcp6", f"0000000000000000FFFF000000000000:0050 {'0' * 32}:0000 0A {REST} 6", Listener("", 80, 6)),
        ("tcp6", f"00000000000000000000000001000000:0050 {'0' * 32}:0000 0A {REST} 6", None),
        ("tcp", f"0A004D7F:23F0 0A004D7F:C001 01 {REST} 77", None),
        ("tcp", "0A004D7F:23F0 00000000:0000 0A", None),
        ("tcp", f"ZZ004D7F:23F0 00000000:0000 0A {REST} 77", None),
        ("tcp", f"0A004D7F:23F0 00000000:0000 0A {REST} x", None),
    ],
)
def test_lines_of_proc_net(name: str, line: str, expected: Listener | None, tmp_path: Path) -> None:
    table(tmp_path, name, line)
    assert listeners(tmp_path) == ([expected] if expected else [])


@given(text=st.text(max_size=300))
def test_a_strange_table_never_raises(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.getbasetemp() / "strange"
    folder.mkdir(exist_ok=True)
    (folder / "tcp").write_text(HEAD + text, errors="replace")
    listeners(folder)


def test_a_system_without_the_table_has_no_listeners(tmp_path: Path) -> None:
    assert listeners(tmp_path) == []


@pytest.fixture
def server(tmp_path: Path, subnet: int) -> Iterator[tuple[str, int, int]]:
    """A listening process with the mark of a lab's server: address, port and process ID."""
    address = f"127.77.{subnet}.10"
    code = f"import socket; s = socket.create_server(({address!r}, 0)); print(s.getsockname()[1], flush=True); input()"
    environment = {STORE_VARIABLE: f"{tmp_path}/lab/stores/fieldhand"}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        start_new_session=True,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        yield address, int(child.stdout.readline()), child.pid
        child.kill()


def test_the_holder_of_a_port_is_named_with_its_lab(server: tuple[str, int, int], tmp_path: Path) -> None:
    address, port, pid = server
    text = holder_text(address, port)
    assert text.startswith(f" by process {pid} (python")
    assert text.endswith(f" of the lab in {tmp_path}/lab")
    # Another port of this subnet, whose process is not visible, still names the lab.
    assert holder_text(address, 1) == f" of the lab in {tmp_path}/lab"


def test_a_program_that_listens_on_all_addresses_is_named_as_such(subnet: int) -> None:
    port = free_port()
    with socket.create_server(("0.0.0.0", port)):
        text = holder_text(f"127.77.{subnet}.10", port)
    assert text.startswith(f" by process {os.getpid()} (")
    assert text.endswith(") on all addresses of this machine")


def test_ports_of_programs_that_the_lab_did_not_start(server: tuple[str, int, int], subnet: int) -> None:
    address, port, pid = server
    everywhere = free_port()
    other = f"127.77.{subnet}.11"
    with socket.create_server(("0.0.0.0", everywhere)), socket.create_server((other, 0)) as own:
        found = foreign_ports({address, other}, frozenset({pid}))
        assert everywhere in found[address] & found[other]
        assert port not in found[address]
        assert own.getsockname()[1] in found[other] - found[address]
        assert port in foreign_ports({address}, frozenset())[address]


def test_owners_of_unknown_sockets_are_missing() -> None:
    assert owners({1 << 60}) == {}
    assert owners(()) == {}


def test_a_subnet_with_a_listener_is_not_chosen(server: tuple[str, int, int], subnet: int) -> None:
    with reserved_subnet(subnet) as chosen:
        assert chosen != subnet


def test_two_labs_that_start_at_once_get_two_subnets(subnet: int) -> None:
    with reserved_subnet(subnet) as first, reserved_subnet(subnet) as second:
        assert first == subnet
        assert second != first
    with reserved_subnet(subnet) as again:
        assert again == subnet


def test_no_free_subnet_is_an_error_with_advice(subnet: int) -> None:
    with (
        reserved_subnet(subnet, range(0)),
        pytest.raises(LabError, match=r"no subnet of 127\.77\.0\.0/16 is free\. Stop a lab"),
        reserved_subnet(subnet, range(0)),
    ):
        pass
