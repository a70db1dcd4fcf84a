"""mongod is not started where its port is taken."""

import socket
from pathlib import Path

import pytest

pytest.importorskip("pymongo")

from tieback.lab.login import Login
from tieback.lab.mongod import start_mongod
from tieback.model.errors import LabError


@pytest.mark.parametrize("login", [None, Login("keeper", "secret")])
def test_a_taken_port(tmp_path: Path, login: Login | None) -> None:
    with socket.create_server(("127.77.255.5", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LabError, match=f"127.77.255.5:{port}: the port is in use"):
            start_mongod(tmp_path, "127.77.255.5", port, login=login)
