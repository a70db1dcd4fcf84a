"""The kernel's table of sockets and Android's list of packages.

The rows of ``/proc/net/tcp`` and ``tcp6`` below are from a Linux kernel; the lines of ``pm`` follow AOSP's
``PackageManagerShellCommand``.
"""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.capture.sockets import Socket, parse_packages, parse_sockets

TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:13AD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 104735 1 0000000000000000
   1: 0A00000A:B3F4 0102010A:18EB 01 00000000:00000000 02:000AE8F5 00000000 10123        0 104741 2 0000000000000000
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
   0: 0000000000000000FFFF00000100007F:9C4C 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 02:000A 00000000 10123        0 9 1
   1: B80D0120000000000000000001000000:9C4D B80D0120000000000000000002000000:01BB 01 00000000:00000000 02:000A 00000000 1010045        0 9 1
"""  # noqa: E501 - as the kernel prints them


def test_sockets_with_a_peer() -> None:
    assert list(parse_sockets(TCP + TCP6)) == [
        Socket("10.0.0.10", 46068, "10.1.2.1", 6379, 10123),
        Socket("127.0.0.1", 40012, "127.0.0.1", 8080, 10123),
        Socket("2001:db8::1", 40013, "2001:db8::2", 443, 1010045),
    ]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system has no /proc/net")
def test_this_machines_own_table_is_read() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]) as client:
        here = list(parse_sockets(Path("/proc/net/tcp").read_text()))
        mine = Socket("127.0.0.1", client.getsockname()[1], "127.0.0.1", server.getsockname()[1], os.geteuid())
        assert mine in here


@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=300))
def test_noise_never_raises(text: str) -> None:
    list(parse_sockets(text))
    parse_packages(text)


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        ("package:com.workhub.mobile uid:10123\n", {10123: ("com.workhub.mobile",)}),
        ("package:b.two uid:1001\r\npackage:a.one uid:1001\r\n", {1001: ("a.one", "b.two")}),
        ("package:com.two.users uid:10123,1010123\n", {10123: ("com.two.users",), 1010123: ("com.two.users",)}),
        ("package:/data/app/x==/base.apk=com.with.path uid:10124\n", {10124: ("com.with.path",)}),
        ("Error: java.lang.SecurityException\n/bin/sh: 1: pm: not found\n", {}),
    ],
)
def test_packages(text: str, packages: dict[int, tuple[str, ...]]) -> None:
    assert parse_packages(text) == packages
