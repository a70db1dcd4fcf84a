"""Object stores on loopback for the tests of inputs: SeaweedFS, which is real, and emulations of the three clouds."""

import json
import signal
import socket
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import msgspec
import pytest

from tests.lab.direct import open_directly
from tests.lab.ports import free_subnet
from tieback.lab.interface import StartContext
from tieback.lab.process import stop
from tieback.lab.programs import MissingProgramError, servers_folder
from tieback.lab.servers import azurite, seaweedfs
from tieback.lab.store import LAB_ACCOUNT
from tieback.storage.objects.bucket import Bucket
from tieback.storage.objects.location import parse_object_url

BUCKET = "corpus"
SUBNET = free_subnet()
"""Another one in each process of the tests, and none of those that labs take."""


class ObjectStore(msgspec.Struct, frozen=True):
    """A running store with one bucket."""

    name: str
    url: str
    """Of the bucket."""
    environment: dict[str, str]
    """With which a user reaches it."""
    put: Callable[[str, bytes], None]
    presigned: Callable[[str], str] | None = None
    """A link to a key, good for whoever has it."""


def _through_our_bucket(url: str, environment: dict[str, str]) -> Callable[[str, bytes], None]:
    def put(key: str, content: bytes) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            Bucket.open(parse_object_url(url)).write(key, content)

    return put


def _signed(environment: dict[str, str], method: Literal["GET", "PUT"], key: str) -> str:
    import obstore
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        endpoint=environment["AWS_ENDPOINT_URL"],
        access_key_id=environment["AWS_ACCESS_KEY_ID"],
        secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region=environment["AWS_REGION"],
        client_options={"allow_http": True},
    )
    return obstore.sign(store, method, key, timedelta(hours=1))


def _s3(name: str, endpoint: str, key: str, secret: str) -> ObjectStore:
    environment = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_REGION": "us-east-1",
    }
    _request("PUT", _signed(environment, "PUT", ""))
    url = f"s3://{BUCKET}/"
    return ObjectStore(
        name,
        url,
        environment,
        _through_our_bucket(url, environment),
        lambda key: _signed(environment, "GET", key),
    )


@contextmanager
def seaweedfs_store(folder: Path) -> Iterator[ObjectStore]:
    """The real one, which asks for a signature."""
    store = msgspec.structs.replace(seaweedfs.KIND.stores[1], address=f"127.77.{SUBNET}.221")
    try:
        server = seaweedfs.start(StartContext(store, folder / "seaweedfs", folder))
    except MissingProgramError as error:
        pytest.skip(str(error))
    try:
        yield _s3("seaweedfs", f"http://{store.address}:{store.port}", LAB_ACCOUNT.user, LAB_ACCOUNT.password)
    finally:
        stop(server)


@contextmanager
def moto_store(folder: Path) -> Iterator[ObjectStore]:
    """An emulation of S3."""
    program = servers_folder() / "moto" / "bin" / "moto_server"
    with _program(folder, program, lambda port: ["-H", "127.0.0.1", "-p", str(port)]) as port:
        yield _s3("moto", f"http://127.0.0.1:{port}", "emulated", "emulated-secret")


@contextmanager
def azurite_store(folder: Path) -> Iterator[ObjectStore]:
    """The vendor's emulator of Azure Blob Storage."""
    store = msgspec.structs.replace(azurite.KIND.stores[0], address=f"127.77.{SUBNET}.230", holdings=())
    try:
        server = azurite.start(StartContext(store, folder / "azurite", folder))
    except MissingProgramError as error:
        pytest.skip(str(error))
    try:
        azurite._put(server, f"/{BUCKET}", "restype=container", b"", {}, accept=(409,))
        url = f"az://{BUCKET}/"
        environment = {
            "AZURE_STORAGE_ACCOUNT_NAME": azurite._ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": azurite._KEY,
            "AZURE_STORAGE_ENDPOINT": f"http://{store.address}:{store.port}/{azurite._ACCOUNT}",
        }
        yield ObjectStore("azurite", url, environment, _through_our_bucket(url, environment))
    finally:
        stop(server)


@contextmanager
def gcs_store(folder: Path) -> Iterator[ObjectStore]:
    """fake-gcs-server, an emulation of Google Cloud Storage."""
    found = sorted(
        (servers_folder() / "gcs").glob("lib/python*/site-packages/fake_gcs*/vendor/*/bin/fake-gcs-server-*")
    )
    program = found[0] if found else servers_folder() / "gcs" / "fake-gcs-server"
    if found:
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def words(port: int) -> list[str]:
        where = ["-host", "127.0.0.1", "-port", str(port), "-public-host", f"127.0.0.1:{port}"]
        return ["-scheme", "http", "-backend", "memory", *where]

    with _program(folder, program, words) as port:
        base = f"http://127.0.0.1:{port}"
        kind = {"Content-Type": "application/json"}
        _request("POST", f"{base}/storage/v1/b?project=p", json.dumps({"name": BUCKET}).encode(), kind)

        def put(key: str, content: bytes) -> None:
            name = quote(key, safe="")
            _request("POST", f"{base}/upload/storage/v1/b/{BUCKET}/o?uploadType=media&name={name}", content)

        yield ObjectStore("gcs", f"gs://{BUCKET}/", {"GOOGLE_BASE_URL": base, "GOOGLE_SKIP_SIGNATURE": "true"}, put)


@contextmanager
def _program(folder: Path, program: Path, words: Callable[[int], list[str]]) -> Iterator[int]:
    """A server of the tests' own, on a free port of loopback."""
    if not program.exists():
        pytest.skip(f"{program.name} is not installed: tools/install-test-servers installs it")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with (folder / f"{program.name}.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *words(port)], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder
        )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None
            time.sleep(0.05)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _request(method: str, url: str, content: bytes | None = None, headers: dict[str, str] | None = None) -> None:
    request = urllib.request.Request(url, data=content, headers=headers or {}, method=method)
    try:
        with open_directly(request, timeout=20):
            pass
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url.partition('?')[0]}: {error.read(500)!r}") from None
