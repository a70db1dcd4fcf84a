"""The way to content by its name: files, hosts, object stores."""

from pathlib import Path

import pytest

from tests.each import each
from tests.lab.file_host import file_host
from tieback.intake.places.content import ContentReader, is_url, strip_query
from tieback.model.errors import InputError
from tieback.model.remote import ObjectLocation


@each(
    ("text", "url", "seen"),
    [
        ("s3://b/a?b.apk", True, "s3://b/a?b.apk"),
        ("gs://b/a", True, "gs://b/a"),
        ("az://c/a", True, "az://c/a"),
        ("https://h.example/a.apk?X-Amz-Signature=1#f", True, "https://h.example/a.apk"),
        ("http://127.0.0.1/a", True, "http://127.0.0.1/a"),
        ("s3:/b/a", False, "s3:/b/a"),
        ("file:///a", False, "file:///a"),
        ("folder/a.apk", False, "folder/a.apk"),
    ],
)
def test_names(text: str, url: bool, seen: str) -> None:
    assert (is_url(text), strip_query(text)) == (url, seen)


@pytest.mark.parametrize(("start", "size", "expected"), [(0, -1, b"0123456789"), (3, -1, b"3456789"), (3, 4, b"3456")])
def test_each_place_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int, size: int, expected: bytes
) -> None:
    pytest.importorskip("obstore", reason="the extra [cloud] is not installed")
    (tmp_path / "a.apk").write_bytes(b"0123456789")
    with file_host({"/b/a.apk": b"0123456789"}) as host:
        for name, value in host.environment().items():
            monkeypatch.setenv(name, value)
        reach = ContentReader()
        for place in (str(tmp_path / "a.apk"), f"{host.url}/b/a.apk", "s3://b/a.apk"):
            assert b"".join(reach.read(ObjectLocation(place, start, size))) == expected
        looked = [reach.stat(f"{host.url}/b/a.apk"), reach.stat("s3://b/a.apk")]
        assert [one and (one.size, one.etag) for one in looked] == [(10, "781e5e245d69b566979b86e28d23f2c7")] * 2
        assert [one.url for one in reach.list_objects("s3://b")] == ["s3://b/a.apk"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(ContentReader().read(ObjectLocation(str(tmp_path / "none"))))
