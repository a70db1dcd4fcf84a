"""Network namespaces for tests: a client with nothing but a cable to a gateway. Nothing leaves the two."""

import contextlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

GATEWAY, CLIENT, SERVER = "10.77.1.1", "10.77.1.2", "10.77.2.1"
NETWORKS = "10.77.0.0/16"
_numbers = itertools.count()


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed here (Debian: {package})")
    return found


def must(*argv: str) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout


class Namespaces:
    """Two namespaces and a cable between them."""

    def __init__(self, ip: str) -> None:
        name = f"tieback{os.getpid()}x{next(_numbers)}"
        self._ip = ip
        self.client, self.gateway = f"{name}c", f"{name}g"
        self._processes: list[subprocess.Popen[bytes]] = []

    def make(self) -> None:
        for namespace in (self.client, self.gateway):
            must(self._ip, "netns", "add", namespace)
            must(self._ip, "-n", namespace, "link", "set", "lo", "up")
        cable = ("link", "add", "cable", "netns", self.client, "type", "veth", "peer", "name", "cable")
        must(self._ip, *cable, "netns", self.gateway)
        for namespace, address in ((self.client, CLIENT), (self.gateway, GATEWAY)):
            must(self._ip, "-n", namespace, "address", "add", f"{address}/24", "dev", "cable")
            must(self._ip, "-n", namespace, "link", "set", "cable", "up")
        must(self._ip, "-n", self.gateway, "address", "add", f"{SERVER}/32", "dev", "lo")

    def inside(self, namespace: str) -> tuple[str, ...]:
        """Words before a command that run it in there."""
        return (self._ip, "netns", "exec", namespace)

    def run(self, *argv: str, code: int | None = 0) -> str:
        """A client's command."""
        done = subprocess.run(
            [*self.inside(self.client), *argv], capture_output=True, text=True, timeout=30, check=False
        )
        assert code is None or done.returncode == code, f"{argv}: {done.stdout} {done.stderr}"
        return done.stdout

    def serve(self, *argv: str, directory: Path) -> None:
        """A server in the gateway's namespace."""
        log = (directory / "server.log").open("wb")
        with log:
            self._processes.append(
                subprocess.Popen([*self.inside(self.gateway), *argv], stdout=log, stderr=log, cwd=directory)
            )

    def start(self, *argv: str) -> None:
        """A program of the client's that stays."""
        self._processes.append(subprocess.Popen([*self.inside(self.client), *argv], stderr=subprocess.DEVNULL))

    def open(self, port: int) -> None:
        """Wait until a server listens there."""
        check = f"import socket; socket.create_connection(({SERVER!r}, {port}), 1)"
        for _ in range(100):
            done = subprocess.run(
                [*self.inside(self.gateway), sys.executable, "-c", check], capture_output=True, check=False
            )
            if done.returncode == 0:
                return
            time.sleep(0.05)
        pytest.fail(f"no server on port {port}")

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        for namespace in (self.client, self.gateway):
            with contextlib.suppress(subprocess.CalledProcessError):
                must(self._ip, "netns", "delete", namespace)


def made() -> Namespaces:
    """Two namespaces; skips where there can be none. Close them."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    ip = program("ip", "iproute2")
    _sweep(ip)
    found = Namespaces(ip)
    try:
        found.make()
    except subprocess.CalledProcessError as error:
        found.close()
        pytest.skip(f"no network namespaces here: {error.stderr.strip()}")
    return found


def _sweep(ip: str) -> None:
    """Delete the namespaces of processes that were killed: no process of theirs keeps them, only their names do."""
    for line in must(ip, "netns", "list").splitlines():
        name = line.split()[0]
        owner = re.fullmatch(r"tieback(\d+)x\d+[cg]", name)
        if owner is not None and not Path("/proc", owner[1]).exists():
            with contextlib.suppress(subprocess.CalledProcessError):
                must(ip, "netns", "delete", name)
