"""Files of hosts: what is asked, what is said of an answer that is not the one that was hoped for."""

from collections import deque
from collections.abc import Iterator

import pytest

from tests.lab.file_host import FileHost, etag, file_host
from tieback.model.errors import InputError, UsageError
from tieback.model.remote import UNKNOWN_SIZE, RemoteObject
from tieback.scope.downloads import MAX_TRIES, Downloads, without_signature

CONTENT = bytes(range(256)) * 4000


@pytest.fixture(scope="module")
def started() -> Iterator[FileHost]:
    with file_host() as host:
        yield host


@pytest.fixture
def host(started: FileHost) -> FileHost:
    started.files = {"/a.apk": CONTENT, "/empty": b""}
    started.script, started.asked, started.queries, started.headers = {}, [], [], {}
    started.ranges = True
    return started


class Pauses(list[float]):
    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def read(
    host: FileHost, path: str, start: int = 0, size: int = UNKNOWN_SIZE, *, etag: str = "", pause: Pauses | None = None
) -> bytes:
    downloads = Downloads(Pauses() if pause is None else pause)
    return b"".join(downloads.read(host.url + path, start, size, etag))


def test_size_and_state_of_a_url(host: FileHost) -> None:
    downloads = Downloads(Pauses())
    told = RemoteObject(f"{host.url}/a.apk", len(CONTENT), etag(CONTENT), "Thu, 26 Nov 2026 08:00:00 GMT")
    assert downloads.stat(f"{host.url}/a.apk?X-Amz-Signature=secret") == told
    assert host.asked == [("/a.apk", "bytes=0-0")]
    assert host.queries == ["X-Amz-Signature=secret"]
    assert downloads.stat(f"{host.url}/none") is None
    assert downloads.stat(f"{host.url}/empty") == RemoteObject(f"{host.url}/empty", 0)
    host.ranges = False
    assert downloads.stat(f"{host.url}/a.apk") == told


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ((), CONTENT),
        ((0, UNKNOWN_SIZE), CONTENT),
        ((1000,), CONTENT[1000:]),
        ((1000, 500), CONTENT[1000:1500]),
        ((len(CONTENT) - 5, 500), CONTENT[-5:]),
    ],
)
def test_ranges_of_a_url_are_read(host: FileHost, where: tuple[int, ...], expected: bytes) -> None:
    assert read(host, "/a.apk", *where) == expected
    assert read(host, "/a.apk", *where, etag=etag(CONTENT)) == expected


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_busy_host_is_retried(host: FileHost, status: int) -> None:
    pauses = Pauses()
    host.script["/a.apk"] = deque([status, status])
    assert read(host, "/a.apk", pause=pauses) == CONTENT
    assert len(pauses) == 2
    assert 0.2 <= pauses[0] <= 0.25 < pauses[1]


def test_a_busy_host_names_its_pause(host: FileHost) -> None:
    pauses = Pauses()
    host.headers = {"Retry-After": "7"}
    host.script["/a.apk"] = deque([503])
    assert read(host, "/a.apk", pause=pauses) == CONTENT
    assert 7 <= pauses[0] <= 9


def test_interrupted_download_resumes(host: FileHost) -> None:
    host.script["/a.apk"] = deque(["cut", "cut"])
    assert read(host, "/a.apk", etag=etag(CONTENT)) == CONTENT
    assert [where for _, where in host.asked] == ["", f"bytes={len(CONTENT) // 2}-", f"bytes={len(CONTENT) * 3 // 4}-"]


@pytest.mark.parametrize(
    ("path", "script", "said"),
    [
        ("/none", [], "not found, or no longer there. Check the URL"),
        ("/a.apk", [403], "access is denied (HTTP 403). Use a link that needs no login"),
        ("/a.apk", [302], "the host redirects to 127.0.0.9. Use that URL directly"),
        ("/a.apk", [418], "the host refused the request (HTTP 418). Check the URL"),
        ("/a.apk", [503] * MAX_TRIES, "the host stays busy (HTTP 503). Check the URL, or run again later"),
        ("/a.apk", ["cut"] * 60, "the response is truncated. Check the URL, or run again later"),
    ],
)
def test_download_errors_have_advice(host: FileHost, path: str, script: list[object], said: str) -> None:
    host.script[path] = deque(script)
    with pytest.raises(InputError) as raised:
        read(host, f"{path}?sig=secret")
    assert str(raised.value) == f"{host.url}{path}: {said}"


def test_a_file_that_changed(host: FileHost) -> None:
    with pytest.raises(InputError, match="the file changed after it was listed"):
        read(host, "/a.apk", etag="0" * 32)
    # Between the two halves.
    host.script["/a.apk"] = deque(["cut", lambda: host.files.update({"/a.apk": CONTENT[::-1]})])
    with pytest.raises(InputError, match="the file changed after it was listed"):
        read(host, "/a.apk", etag=etag(CONTENT))


def test_a_host_without_ranges(host: FileHost) -> None:
    host.ranges = False
    with pytest.raises(InputError, match="does not support range requests"):
        read(host, "/a.apk", 10, 10)


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/a", "https://user:word@h.example/a", "ftp://h.example/a", "https:///a", "https://h:0/"]
)
def test_urls_that_are_rejected_without_a_request(url: str) -> None:
    with pytest.raises(UsageError):
        Downloads().stat(url)


def test_what_people_see() -> None:
    assert without_signature("https://h.example/a/b.apk?X-Amz-Signature=1#x") == "https://h.example/a/b.apk"
