"""SeaweedFS makes sockets in /tmp that are named by its ports: which ports a server gets."""

import socket
from pathlib import Path

import msgspec

from tieback.lab.servers.seaweedfs import KIND, side_ports

OPEN, PROTECTED = KIND.stores
"""At 127.77.0.220 and 127.77.0.221."""


def bound(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def test_each_address_has_ports_of_its_own(tmp_path: Path) -> None:
    assert [side_ports(store, tmp_path) for store in KIND.stores] == [30_000, 30_009]
    assert side_ports(msgspec.structs.replace(OPEN, address="127.77.200.220"), tmp_path) == 33_600


def test_a_socket_that_was_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / "seaweedfs-master-grpc-30004.sock"
    bound(left).close()
    assert left.exists()
    assert side_ports(OPEN, tmp_path) == 30_000
    assert not left.exists()


def test_ports_of_a_running_server_are_passed_over(tmp_path: Path) -> None:
    with bound(tmp_path / "seaweedfs-master-grpc-30013.sock"):
        assert side_ports(PROTECTED, tmp_path) == 30_018


def test_a_file_that_cannot_be_removed_is_passed_over(tmp_path: Path) -> None:
    # A folder stands for a file of another user: the lab may not remove it either.
    (tmp_path / "seaweedfs-filer-grpc-30008.sock").mkdir()
    assert side_ports(OPEN, tmp_path) == 30_009
