"""Logs of Zeek in an archive are read as if they were in a folder; archives are hostile."""

import io
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic.test_log_groups import SEEN, as_json, facts, tab_separated, write
from tieback.intake.traffic import log_archive
from tieback.intake.traffic.log_archive import LogArchive
from tieback.intake.traffic.open import is_traffic, open_traffic
from tieback.model.errors import InputError
from tieback.model.flow import Flow
from tieback.model.sighting import Problem, UnreadKind
from tieback.model.unit import Unit
from tieback.pipeline.inputs.units import scan_units
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS, describe_traffic

type Pack = Callable[[Path, Iterable[tuple[str, bytes]]], None]


def pack_zip(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings(action="ignore"):
        for name, data in files:
            archive.writestr(name, data)  # it warns of a name that is there already


def pack_tar(path: Path, files: Iterable[tuple[str, bytes]], mode: str = "w") -> None:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def pack_tgz(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    pack_tar(path, files, "w:gz")


def pack_zip64(path: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """As a writer that does not know the sizes before: ``zipfile`` does it for more than 65,535 files or 4 GiB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
        pack_zip(path, files)
    assert b"PK\x06\x06" in path.read_bytes()


PACKS = [
    ("logs.zip", pack_zip), ("logs64.zip", pack_zip64), ("logs.tar", pack_tar), ("logs.tar.gz", pack_tgz),
    ("logs.tgz", pack_tgz),
]  # fmt: skip


def logs(folder: Path, suffix: str = "log", place: str = "zeek/") -> list[tuple[str, bytes]]:
    return [(place + path.name, path.read_bytes()) for path in write(folder, tab_separated, suffix)]


@each(("name", "pack"), PACKS)
def test_the_logs_in_an_archive_are_joined_by_their_connections(tmp_path: Path, name: str, pack: Pack) -> None:
    path = tmp_path / name
    pack(path, [*logs(tmp_path), ("zeek/files.log", b"#fields\tts\tfuid\n"), ("README", b"text")])
    found = list(describe_traffic([path], workers=1))
    flows = [one for one in found if isinstance(one, Flow)]
    assert sorted(facts(flows)) == sorted(SEEN)
    assert {one.path for one in flows} == {str(path)}
    others = "2 files in it are not Zeek logs of connections, and left out; first: zeek/files.log"
    assert [one for one in found if not isinstance(one, Flow)] == [Problem(others, str(path))]
    (unit,) = scan_units([path])
    assert isinstance(unit, Unit)
    assert (unit.version, unit.source) == (TRAFFIC_ANALYSIS, str(path))


def test_each_folder_and_period_of_an_archive_is_a_group_of_its_own(tmp_path: Path) -> None:
    files = [*logs(tmp_path, place="a/"), *logs(tmp_path, place="b/"), *logs(tmp_path, "11.log.gz", "b/")]
    pack_zip(tmp_path / "logs.zip", files)
    flows = [one for one in describe_traffic([tmp_path / "logs.zip"], workers=1) if isinstance(one, Flow)]
    assert sorted(facts(flows)) == sorted([*SEEN, *SEEN, *SEEN])


def test_other_archives_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("nothing of Zeek\n")
    pack_zip(tmp_path / "other.zip", [("a.log", b"nothing of Zeek\n"), ("b.txt", as_json([]).encode())])
    pack_tar(tmp_path / "other.tar", [("a.log", b"nothing of Zeek\n")])
    assert [is_traffic(tmp_path / name) for name in ("other.zip", "other.tar")] == [False, False]
    pack_tar(tmp_path / "mixed.tar", [("a.har", b'{"log":{"entries":[]}}'), *logs(tmp_path)])
    assert [one.source for one in scan_units([tmp_path / "mixed.tar"]) if isinstance(one, Unit)] == [
        f"{tmp_path / 'mixed.tar'}#a.har"
    ]


def read(path: Path) -> tuple[int, list[Problem]]:
    opened = open_traffic(path)
    try:
        return len(list(opened.flows())), opened.problems
    finally:
        opened.close()


def test_nothing_of_a_member_leaves_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths that lead outside, links and devices."""
    place = tmp_path / "in"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    files = [(f"../../{name}", data) for name, data in logs(tmp_path, place="")]
    pack_zip(tmp_path / "a.zip", files)
    pack_tar(tmp_path / "a.tar", files)
    with tarfile.open(tmp_path / "a.tar", "a") as archive:
        for name, kind in (("x.log", tarfile.SYMTYPE), ("y.log", tarfile.LNKTYPE), ("z.log", tarfile.CHRTYPE)):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    before = sorted(tmp_path.rglob("*"))
    assert [read(tmp_path / name) for name in ("a.zip", "a.tar")] == [(4, []), (4, [])]
    assert sorted(tmp_path.rglob("*")) == before


def test_an_archive_that_ends_too_early_is_damaged_and_its_whole_logs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "logs.tar"
    pack_tar(path, logs(tmp_path))
    path.write_bytes(path.read_bytes()[: 512 * 5 + 100])
    flows, problems = read(path)
    assert flows
    assert [one.unread for one in problems] == [UnreadKind.DAMAGED]
    path.with_suffix(".zip").write_bytes(b"PK\x03\x04" + bytes(40))
    assert not LogArchive(path.with_suffix(".zip")).has_logs()


def test_members_bytes_and_headers_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack_zip(tmp_path / "a.zip", logs(tmp_path))
    pack_tar(tmp_path / "a.tar", logs(tmp_path))
    long = tarfile.TarInfo("conn.log")
    long.type, long.size = tarfile.XHDTYPE, 1 << 40
    (tmp_path / "long.tar").write_bytes(long.tobuf() + bytes(1 << 16))
    assert not LogArchive(tmp_path / "long.tar").has_logs()
    monkeypatch.setattr(log_archive, "MAX_UNPACKED", 700)
    for name in ("a.zip", "a.tar"):
        _, problems = read(tmp_path / name)
        assert [(one.what, one.unread) for one in problems if "larger" in one.what] == [
            ("the logs in it are larger than 0 GiB", UnreadKind.LIMIT)
        ]
    monkeypatch.setattr(log_archive, "MAX_MEMBERS", 3)
    assert not LogArchive(tmp_path / "a.zip").has_logs()


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A folder, and an archive of each kind by its file name."""
    folder = tmp_path_factory.mktemp("archives")
    for name, pack in PACKS:
        pack(folder / name, logs(folder))
    assert all(LogArchive(folder / name).has_logs() for name, _ in PACKS)
    return folder, {name: (folder / name).read_bytes() for name, _ in PACKS}


@settings(max_examples=examples(100))
@given(
    st.sampled_from([name for name, _ in PACKS]),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=8)), max_size=12),
    st.integers(0, 1 << 20) | st.none(),
)
def test_a_damaged_archive_gives_flows_or_one_clear_error(
    archives: tuple[Path, dict[str, bytes]], name: str, patches: list[tuple[int, bytes]], end: int | None
) -> None:
    folder, whole = archives
    data = bytearray(whole[name])
    for place, patch in patches:
        at = place % len(data)
        data[at : at + len(patch)] = patch
    path = folder / f"damaged-{name}"
    path.write_bytes(data[: None if end is None else end % len(data)])
    said = ""
    try:
        count, problems = read(path)
    except InputError as error:
        count, problems, said = 0, [], error.diagnostics()
    assert count <= 64
    assert all(one.what for one in problems)
    assert not said or str(path) in said


@each("key", ["GNU.sparse.map", "GNU.sparse.size", "GNU.sparse.realsize"])
def test_a_tar_header_with_letters_for_a_number_is_damage(tmp_path: Path, key: str) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in logs(tmp_path):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        member = tarfile.TarInfo("conn.log")
        member.pax_headers = {key: "a,b"}
        archive.addfile(member)
    assert LogArchive(path).has_logs()
    flows, problems = read(path)
    assert flows
    assert [one.unread for one in problems] == [UnreadKind.DAMAGED]


@each(("name", "pack"), PACKS)
def test_an_archive_in_a_folder_is_read(tmp_path: Path, name: str, pack: Pack) -> None:
    folder = tmp_path / f"day-{name}"
    (folder / "sub").mkdir(parents=True)
    pack(folder / "sub" / name, logs(tmp_path))
    (folder / "notes.txt").write_text("text")
    pack(folder / f"other-{name}", [("a.log", b"nothing of Zeek\n"), ("b.txt", b"")])
    flows = [one for one in describe_traffic([folder], workers=1) if isinstance(one, Flow)]
    assert sorted(facts(flows)) == sorted(SEEN)
    found = [one for one in scan_units([folder]) if isinstance(one, Unit)]
    assert [(one.version, one.source) for one in found] == [(TRAFFIC_ANALYSIS, str(folder / "sub" / name))]


def test_archives_and_logs_of_a_folder_stand_side_by_side(tmp_path: Path) -> None:
    folder = tmp_path / "day"
    folder.mkdir()
    pack_zip(folder / "a.zip", logs(tmp_path))
    pack_tgz(folder / "b.tar.gz", logs(tmp_path))
    for name, data in logs(tmp_path, place=""):
        (folder / name).write_bytes(data)
    flows = [one for one in describe_traffic([folder], workers=1) if isinstance(one, Flow)]
    assert sorted(facts(flows)) == sorted([*SEEN, *SEEN, *SEEN])


def test_a_tar_with_apps_stays_a_shard_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "day"
    folder.mkdir()
    pack_tar(folder / "mixed.tar", [("a.har", b'{"log":{"entries":[]}}'), *logs(tmp_path)])
    assert [one.source for one in scan_units([folder]) if isinstance(one, Unit)] == [f"{folder / 'mixed.tar'}#a.har"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (32, 1 << 40),  # entries
        (40, 1 << 40),  # bytes of the directory
        (0, 0),  # the signature
        (56 + 8, 1 << 62),  # the place that the locator states
    ],
)
def test_zip64_with_other_figures_is_damage(tmp_path: Path, place: int, value: int) -> None:
    path = tmp_path / "a.zip"
    pack_zip64(path, logs(tmp_path))
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x06\x06") + place
    data[at : at + 8] = value.to_bytes(8, "little")
    path.write_bytes(data)
    assert not LogArchive(path).has_logs()


def test_a_directory_with_more_files_than_it_states_is_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.zip"
    pack_zip(path, [*((f"{number}.txt", b"") for number in range(8)), *logs(tmp_path)])
    monkeypatch.setattr(log_archive, "MAX_MEMBERS", 6)
    data = bytearray(path.read_bytes())
    data[-14:-10] = (1).to_bytes(2, "little") * 2
    path.write_bytes(data)
    assert not LogArchive(path).has_logs()


def test_a_bomb_is_searched_only_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """64 MiB of zeros before the logs, in 64 KiB."""
    path = tmp_path / "a.tar.gz"
    pack_tgz(path, [("zeros.bin", bytes(64 << 20)), *logs(tmp_path)])
    assert path.stat().st_size < 1 << 17
    monkeypatch.setattr(log_archive, "MAX_SEARCHED", 1 << 20)
    monkeypatch.setattr(log_archive, "MAX_GLANCED", 1 << 20)
    assert not log_archive.has_logs(path)
    monkeypatch.setattr(log_archive, "MAX_GLANCED", 65 << 20)
    assert log_archive.has_logs(path)


def test_a_log_that_is_a_bomb_is_cut_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (name, data), *others = logs(tmp_path)
    monkeypatch.setattr(log_archive, "MAX_UNPACKED", 1 << 20)
    for file, pack in (("a.zip", pack_zip), ("a.tar", pack_tar)):
        pack(tmp_path / file, [*others, (name, data + b"#" * (32 << 20))])
        count, problems = read(tmp_path / file)
        assert count
        assert UnreadKind.LIMIT in [one.unread for one in problems]


@each(("name", "pack"), PACKS)
def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path, name: str, pack: Pack) -> None:
    inner = tmp_path / "inner.zip"
    pack_zip(inner, logs(tmp_path))
    path = tmp_path / name
    pack(path, [("inner.zip", inner.read_bytes()), ("conn.log.zip", inner.read_bytes())])
    assert not LogArchive(path).has_logs()
    pack(path, [("inner.zip", inner.read_bytes()), *logs(tmp_path)])
    _, problems = read(path)
    assert [one.what for one in problems] == [
        "1 file in it is not Zeek logs of connections, and left out; first: inner.zip"
    ]


def test_a_sparse_log_is_left_out_and_counted(tmp_path: Path) -> None:
    """A tar header of 512 bytes can state a sparse file of terabytes."""
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in logs(tmp_path):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        member = tarfile.TarInfo("huge/conn.log")
        member.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 50)}
        archive.addfile(member)
    _, problems = read(path)
    assert "1 file in it is not Zeek logs of connections, and left out; first: huge/conn.log" in [
        one.what for one in problems
    ]


@settings(max_examples=examples(50))
@given(st.lists(st.tuples(st.text(max_size=40), st.binary(max_size=300)), max_size=6), st.sampled_from(PACKS))
def test_any_names_and_contents_are_found_or_not_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]], pack: tuple[str, Pack]
) -> None:
    name, write_archive = pack
    path = tmp_path_factory.mktemp("any") / name
    safe = [(one.encode("utf-8", "replace").decode().replace("\0", "_") or "_", data) for one, data in files]
    try:
        write_archive(path, safe)
    except (ValueError, OSError, AssertionError):
        return  # the writer refuses such a name, or a ZIP archive with at most one file is no ZIP64
    assert not log_archive.has_logs(path)
