"""osmem-server is not started where its port is taken."""

import socket
from pathlib import Path

import pytest

from tieback.lab.osmem import start_osmem
from tieback.model.errors import LabError


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.77.255.6", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LabError, match=f"127.77.255.6:{port}: the port is in use"):
            start_osmem(tmp_path, "127.77.255.6", port)
