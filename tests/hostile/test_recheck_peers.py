"""A re-check of a store whose address answers with anything but a refusal of access: never a fix."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.unit.pipeline.disclosure.test_recheck import GRANT, POLICY, everything, opened
from tieback.model.case import CaseState, RecheckVerdict
from tieback.pipeline.disclosure.recheck import recheck

MODES = ("302", "404", "429", "500", "502", "503", "reset", "close")
RARE = ("404", "500", "502")


def treat(peer: socket.socket, mode: str) -> None:
    if mode == "reset":
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return
    while mode != "close" and peer.recv(65536):
        peer.sendall(
            f"HTTP/1.1 {mode} X\r\nRetry-After: 30\r\nLocation: /login\r\nContent-Length: 4\r\n\r\nbusy".encode()
        )


@pytest.fixture(params=[pytest.param(mode, marks=pytest.mark.more) if mode in RARE else mode for mode in MODES])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server that treats every request in one way."""

    def talk(peer: socket.socket) -> None:
        with suppress(OSError), peer:
            treat(peer, request.param)

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(peer,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def test_it_is_not_fixed(tmp_path: Path, port: int) -> None:
    (looked,) = recheck(opened(tmp_path, port), GRANT, POLICY, everything)
    demands_login = looked.check.verdict is RecheckVerdict.CLOSED_AT_KNOWN_PLACES
    assert demands_login or looked.check.verdict is RecheckVerdict.UNREACHABLE
    assert not demands_login or "the product is not visible" in looked.check.reasons[0]
    assert looked.after.state is CaseState.FOUND
