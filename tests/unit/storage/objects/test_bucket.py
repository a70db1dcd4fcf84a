"""A bucket behind a small host of our own: what is said when it is busy, refuses, or an object is gone or another."""

import sys
from collections import deque
from collections.abc import Iterator

import pytest

from tests.lab.file_host import FileHost, etag, file_host
from tieback.model.errors import InputError, TiebackError
from tieback.model.remote import UNKNOWN_SIZE
from tieback.storage.objects import bucket as module
from tieback.storage.objects.bucket import Bucket
from tieback.storage.objects.location import parse_object_url

pytest.importorskip("obstore", reason="the extra [cloud] is not installed")

LATER = "Check the URL and the credentials, or run again later"
CONTENT = bytes(range(256)) * 8000


@pytest.fixture(scope="module")
def started() -> Iterator[FileHost]:
    with file_host() as host:
        yield host


@pytest.fixture
def host(started: FileHost, monkeypatch: pytest.MonkeyPatch) -> FileHost:
    started.files = {"/b/apps/a.apk": CONTENT, "/b/apps/deep/ü c%20.apk": b"x", "/b/other": b""}
    started.script, started.asked = {}, []
    for name, value in started.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(module, "MAX_TRIES", 3)
    return started


def opened(url: str = "s3://b/") -> Bucket:
    return Bucket.open(parse_object_url(url))


def test_a_listing(host: FileHost) -> None:
    found = [one for page in opened().pages("apps/") for one in page]
    assert [(one.url, one.size) for one in found] == [
        ("s3://b/apps/a.apk", len(CONTENT)),
        ("s3://b/apps/deep/ü c%20.apk", 1),
    ]
    # What a listing and an answer say of one object is the same, and so its state has one name.
    looked = opened().stat("apps/deep/ü c%20.apk")
    assert looked is not None
    assert looked.url == found[1].url
    assert looked.etag == found[1].etag == etag(b"x")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ((), CONTENT),
        ((7,), CONTENT[7:]),
        ((1000, 500), CONTENT[1000:1500]),
        ((0, UNKNOWN_SIZE, etag(CONTENT)), CONTENT),
    ],
)
def test_ranges_of_an_object_are_read(host: FileHost, where: tuple[int, ...], expected: bytes) -> None:
    assert b"".join(opened().read("apps/a.apk", *where)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [429, 503])
def test_busy_object_store_is_retried(host: FileHost, status: int) -> None:
    host.script["/b/apps/a.apk"] = deque([status, status])
    assert b"".join(opened().read("apps/a.apk")) == CONTENT
    assert host.count("/b/apps/a.apk") == 3


def test_interrupted_download_resumes(host: FileHost) -> None:
    host.script["/b/apps/a.apk"] = deque(["cut", "cut"])
    assert b"".join(opened().read("apps/a.apk", etag=etag(CONTENT))) == CONTENT
    assert host.count("/b/apps/a.apk") == 3


@pytest.mark.parametrize(
    ("key", "script", "wanted", "said"),
    [
        ("none", [], "", "not found, or no longer there. Check the URL"),
        ("apps/a.apk", [], "0" * 32, "the object changed after it was listed. Run again to read the current version"),
        ("apps/a.apk", [403], "", "access is denied. Check the credentials in the environment and their permissions"),
        ("apps/a.apk", [503] * 3, "", f"the object store stays busy (HTTP 503 Planned). {LATER}"),
        ("apps/a.apk", [400], "", f"the object store refused the request (HTTP 400 Planned). {LATER}"),
    ],
)
def test_object_store_errors_have_advice(host: FileHost, key: str, script: list[int], wanted: str, said: str) -> None:
    host.script[f"/b/{key}"] = deque(script)
    with pytest.raises(InputError) as raised:
        list(opened().read(key, 0, UNKNOWN_SIZE, wanted))
    assert str(raised.value) == f"s3://b/{key}: {said}"


def test_key_that_the_client_cannot_address_is_rejected(host: FileHost) -> None:
    host.files["/b/apps/../c.apk"] = b"x"
    with pytest.raises(InputError, match=r"apps/\.\./c\.apk.*use a narrower prefix, or a manifest"):
        list(opened().pages(""))


def test_unreachable_object_store_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TRIES", 1)
    environ = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "verysecret",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as raised:
        opened().stat("a")
    assert str(raised.value).startswith("s3://b/a: cannot read from the object store: ")
    assert "secret" not in str(raised.value)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(TiebackError) as raised:
        opened("gs://b/a")
    text = str(raised.value)
    assert text.startswith("gs://b: obstore is not installed, but object stores need it. Install the extra cloud: ")


@pytest.mark.parametrize(
    ("environ", "opens"),
    [
        ({}, False),
        ({"AWS_PROFILE": "none"}, False),
        ({"AWS_SKIP_SIGNATURE": "true"}, True),
        ({"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}, True),
    ],
)
def test_instance_metadata_is_not_queried_if_disabled(environ: dict[str, str], opens: bool) -> None:
    settings = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent", **environ}
    if opens:
        Bucket.open(parse_object_url("s3://b/a"), settings)
        return
    with pytest.raises(InputError, match="no credentials in the environment"):
        Bucket.open(parse_object_url("s3://b/a"), settings)


def test_plain_http_is_allowed_only_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_TRIES", 1)
    environ = {"AWS_ENDPOINT_URL": "http://192.0.2.1:9", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match="cannot read from the object store"):
        opened().stat("a")
