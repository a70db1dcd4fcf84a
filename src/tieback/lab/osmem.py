"""osmem-server (wheel ``osmem-server``): an emulation of OpenSearch, in memory, without authentication or TLS."""

import http.client
import json
from pathlib import Path
from typing import Any

from tieback.lab.ports import require_free_port
from tieback.lab.process import Launch, RunningServer, launch
from tieback.lab.wheels import program
from tieback.model.errors import LabError


def start_osmem(directory: Path, address: str, port: int, *, seed: Path | None = None) -> RunningServer:
    """Start osmem-server on ``address:port``; its records are lost when it stops.

    Args:
        directory: created if missing; contains only the log.
        address: the only address that it listens on.
        port: TCP port.
        seed: directory or ``.ndjson`` file to load before it responds.

    Raises:
        LabError: the wheel is missing, the port is in use, or the server did not start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    require_free_port(address, port)
    argv = [str(program("osmem_server", "bin", "osmem-server")), "-addr", f"{address}:{port}"]
    # Without its Japanese dictionary, it needs about 120 MB less memory and loads in half the time.
    argv += ["-no-stdin-watch", "-no-ja"]
    if seed is not None:
        argv += ["-seed", str(seed)]

    def ready() -> str | None:
        try:
            return str(request(address, port, "GET", "/", patience=1.0)["version"]["number"])
        except (http.client.HTTPException, KeyError, TypeError):
            return None

    process, version = launch(Launch(tuple(argv), directory, address, port), ready)
    return RunningServer("opensearch", version, address, port, process, emulation=True, directory=str(directory))


def request(
    address: str, port: int, method: str, path: str, body: bytes | None = None, *, patience: float = 60.0
) -> Any:
    """Send one JSON request to a lab server with Elasticsearch's HTTP interface.

    Raises:
        LabError: the status is not 2xx.
        OSError: the connection failed.
    """
    connection = http.client.HTTPConnection(address, port, timeout=patience)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if not 200 <= response.status < 300:
        raise LabError(f"{method} {path} failed: HTTP {response.status} {answer[:200]!r}", where=f"{address}:{port}")
    return json.loads(answer) if answer else None
