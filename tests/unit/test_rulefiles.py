"""What is kept is read again only where it is whole and the user's own."""

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.recognise.anchors import AnchorScanner, anchors
from tieback.recognise.rules import SchemeRule
from tieback.rulefiles import MAX_FILES, cache_directory, discard, load_or_build, load_rules

SCHEMES = (SchemeRule("http", "url", "RFC 9110", 80), SchemeRule("https", "url", "RFC 9110", 443))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "cache"
    monkeypatch.setenv("TIEBACK_CACHE", str(place))
    return place


def made(calls: list[str], content: bytes = b"made") -> bytes:
    calls.append("made")
    return content


def kept(calls: list[str], source: bytes = b"source") -> bytes:
    return load_or_build("things", source, lambda: made(calls))


def test_it_is_made_once(cache: Path) -> None:
    calls: list[str] = []
    assert [kept(calls) for _ in range(3)] == [b"made"] * 3
    assert len(calls) == 1
    assert cache.stat().st_mode & 0o777 == 0o700
    assert [file.name.partition("-")[0] for file in cache.iterdir()] == ["things"]


def test_another_source_is_another_thing(cache: Path) -> None:
    calls: list[str] = []
    kept(calls, b"a"), kept(calls, b"b")
    assert len(calls) == len(list(cache.iterdir())) == 2


def test_what_is_of_no_use_is_forgotten(cache: Path) -> None:
    kept([])
    discard("things", b"source")
    discard("things", b"source")
    assert list(cache.iterdir()) == []


def test_the_oldest_go_and_nothing_else(cache: Path) -> None:
    kept([])
    foreign = cache / "letter.txt"
    foreign.write_text("mine")
    for number in range(MAX_FILES + 3):
        kept([], b"%d" % number)
        for file in cache.iterdir():
            os.utime(file, ns=(0, file.stat().st_mtime_ns - 10**9))
    assert foreign.exists()
    assert len(list(cache.iterdir())) == MAX_FILES + 1
    calls: list[str] = []
    kept(calls, b"%d" % (MAX_FILES + 2)), kept(calls, b"3")
    assert calls == []
    kept(calls, b"0")
    assert calls == ["made"]


@pytest.mark.parametrize(
    "content", [b"", b"short", bytes(32), bytes(32) + b"made"], ids=["empty", "cut", "no", "other"]
)
def test_damaged_cache_file_is_rebuilt(cache: Path, content: bytes) -> None:
    kept([])
    (file,) = cache.iterdir()
    file.write_bytes(content)
    calls: list[str] = []
    assert kept(calls) == b"made"
    assert kept(calls) == b"made"
    assert len(calls) == 1


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_is_neither_read_nor_written(cache: Path, mode: int) -> None:
    kept([])
    (file,) = cache.iterdir()
    cache.chmod(mode)
    calls: list[str] = []
    kept(calls), kept(calls, b"new")
    assert len(calls) == 2
    assert list(cache.iterdir()) == [file]


def test_a_file_that_others_may_write_is_not_read(cache: Path) -> None:
    kept([])
    (file,) = cache.iterdir()
    file.chmod(0o666)
    calls: list[str] = []
    kept(calls)
    assert calls


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_cache_file_of_another_user_is_not_read(cache: Path, what: str) -> None:
    kept([])
    (file,) = cache.iterdir()
    os.chown(cache if what == "folder" else file, 12345, -1)
    calls: list[str] = []
    kept(calls)
    assert calls


@pytest.mark.parametrize("what", ["folder", "file"])
def test_links_are_not_followed(cache: Path, tmp_path: Path, what: str) -> None:
    kept([])
    (file,) = cache.iterdir()
    if what == "folder":
        cache.rename(tmp_path / "elsewhere")
        cache.symlink_to(tmp_path / "elsewhere")
    else:
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    calls: list[str] = []
    kept(calls)
    assert calls


def test_fifo_in_the_cache_does_not_block(cache: Path) -> None:
    kept([])
    (file,) = cache.iterdir()
    file.unlink()
    os.mkfifo(file)
    calls: list[str] = []
    kept(calls)
    assert calls


def test_where_nothing_can_be_kept_it_works_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place in ("", str(tmp_path / "file"), str(tmp_path / "file" / "below")):
        monkeypatch.setenv("TIEBACK_CACHE", place)
        calls: list[str] = []
        assert [kept(calls), kept(calls)] == [b"made", b"made"]
        assert len(calls) == 2
        discard("things", b"source")


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"TIEBACK_CACHE": "/c"}, "/c"),
        ({"TIEBACK_CACHE": "", "HOME": "/h"}, None),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "/x/tieback"),
        ({"HOME": "/h"}, "/h/.cache/tieback"),
        ({}, None),
    ],
)
def test_where_things_are_kept(environment: dict[str, str], place: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TIEBACK_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cache_directory() == (Path(place) if place else None)


def test_an_error_is_the_callers_and_nothing_is_kept(cache: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        load_or_build("things", b"source", lambda: bytes(1 // 0))
    assert not cache.exists()


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    numbers: tuple[int, ...] = ()


def test_rules_are_the_same_read_or_kept(cache: Path) -> None:
    raw = b'name = "a"\nnumbers = [1, 2]\n'
    first, second = (load_rules(raw, _Table) for _ in range(2))
    assert first == second == _Table("a", (1, 2))
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("raw", [b"name = 1", b'other = "a"', b'name = "a"\nnumbers = ["1"]', b"= 1"])
def test_malformed_rules_are_an_error_each_time(cache: Path, raw: bytes) -> None:
    for _ in range(2):
        with pytest.raises(msgspec.DecodeError):
            load_rules(raw, _Table)


def test_anchors_find_the_same_compiled_or_kept(cache: Path) -> None:
    data = b"http://a.de and https://b.de:443"
    first, second = (AnchorScanner(anchors(SCHEMES)).scan(data, 0, len(data), 99) for _ in range(2))
    assert first == second
    assert len(first[0]) == 3
    assert len(list(cache.iterdir())) == 1


def test_anchors_of_another_machine_are_recompiled(cache: Path) -> None:
    data = b"http://a.de"
    first = AnchorScanner(anchors(SCHEMES)).scan(data, 0, len(data), 99)
    (file,) = cache.iterdir()
    (cache / "x").write_bytes(file.read_bytes())
    file.unlink()
    source: list[bytes] = []

    def other(name: str, what: bytes, _make: object) -> bytes:
        source.append(what)
        return load_or_build(name, what, lambda: b"not a database")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tieback.recognise.anchors.load_or_build", other)
        assert AnchorScanner(anchors(SCHEMES)).scan(data, 0, len(data), 99) == first
    assert not file.exists()


@given(st.binary(max_size=200))
@settings(max_examples=examples(50), deadline=None)
def test_anything_is_kept_as_it_is(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    place = tmp_path_factory.mktemp("cache")
    place.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIEBACK_CACHE", str(place))
        assert load_or_build("x", b"", lambda: content) == content
        assert load_or_build("x", b"", lambda: content) == content
