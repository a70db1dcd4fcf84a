"""Inputs elsewhere, on a small host of our own: what they become, what is asked for that, and what is said of failures.

The engine here is a loop in this process: the real ones are in ``tests/servers/test_inputs_places.py``.
"""

import hashlib
import io
import json
import tarfile
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.inline_engine import InlineEngine, quiet
from tests.lab.file_host import FileHost, file_host
from tests.unit.intake.traffic.test_log_archive import PACKS, pack_tgz, pack_zip, pack_zip64
from tests.unit.intake.traffic.test_log_archive import logs as zeek_logs
from tests.unit.intake.traffic.test_log_groups import SEEN, facts
from tests.unit.pipeline.test_traffic import HTTP, capture
from tieback.intake.places.content import ContentReader
from tieback.intake.places.fetch import Fetcher
from tieback.intake.traffic.open import open_traffic
from tieback.model.errors import InputError
from tieback.model.remote import decode_location
from tieback.model.skipped import SkippedFiles
from tieback.model.unit import Unit
from tieback.pipeline.inputs import index
from tieback.pipeline.inputs.index import FIX_MANIFEST, INDEX_VERSION, index_inputs
from tieback.pipeline.inputs.spec import InputSpec, Manifest
from tieback.pipeline.inputs.units import scan_units
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.tables.objects import read_objects
from tieback.storage.recovery import recover
from tieback.storage.workspace import Workspace

pytest.importorskip("obstore", reason="the extra [cloud] is not installed")

APPS = Path(__file__).parents[4] / "labs" / "apps"
APP = (APPS / "workhub.apk").read_bytes()
OTHER_APP = (APPS / "tillroll.apk").read_bytes()
RUN = capture(HTTP)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def shard(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


PACKED = "a compressed shard: its members cannot be read one by one. Store it as plain .tar"
SHARD = shard({"0001.json": b"{}", "in/a.apk": APP, "run.pcap": RUN})


@pytest.fixture(scope="module")
def started() -> Iterator[FileHost]:
    with file_host() as host:
        yield host


@pytest.fixture
def host(started: FileHost, monkeypatch: pytest.MonkeyPatch) -> FileHost:
    started.files = {
        "/b/c/a.apk": APP,
        "/b/c/folder/": b"",
        "/b/c/notes.txt": b"text",
        "/b/c/odd name": OTHER_APP,
        "/b/c/run.pcap": RUN,
        "/b/s/0.tar": SHARD,
    }
    started.script, started.asked = {}, []
    started.ranges = True
    for name, value in started.environment().items():
        monkeypatch.setenv(name, value)
    return started


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "ws") as opened:
        yield opened


def units(workspace: Workspace, *inputs: InputSpec) -> list[Unit | InputError]:
    run = workspace.ledger.start_run([])
    with index_inputs(workspace, run, inputs, InlineEngine(), quiet) as listing:
        return list(scan_units(inputs, listing))


def shown(found: Sequence[Unit | InputError]) -> list[str]:
    return [
        f"!{one}" if isinstance(one, InputError) else f"{one.source} {one.version.partition('-')[0]} {one.key[:8]}"
        for one in found
    ]


def test_objects_of_a_bucket_are_classified_by_content(host: FileHost, workspace: Workspace) -> None:
    expected = [
        f"s3://b/c/a.apk app {sha(APP)[:8]}",
        f"s3://b/c/odd name app {sha(OTHER_APP)[:8]}",
        f"s3://b/c/run.pcap traffic {sha(RUN)[:8]}",
    ]
    assert shown(units(workspace, "s3://b/c")) == expected
    # The next run lists, and reads nothing.
    host.asked.clear()
    assert shown(units(workspace, "s3://b/c/")) == expected
    assert [path for path, _ in host.asked] == ["/b"]
    # What changed is read again, and that alone.
    host.files["/b/c/a.apk"] = OTHER_APP
    host.asked.clear()
    assert shown(units(workspace, "s3://b/c/"))[0] == f"s3://b/c/a.apk app {sha(OTHER_APP)[:8]}"
    assert sorted({path for path, _ in host.asked}) == ["/b", "/b/c/a.apk"]


def test_objects_and_members_that_are_passed_over_are_counted_in_every_run(
    host: FileHost, workspace: Workspace
) -> None:
    inputs = ("s3://b/c", "s3://b/s/0.tar")
    for _ in range(2):  # the second run reads what the first has indexed
        skipped: list[SkippedFiles] = []
        run = workspace.ledger.start_run([])
        with index_inputs(workspace, run, inputs, InlineEngine(), quiet) as listing:
            assert len(list(scan_units(inputs, listing, skipped.append))) == 5
        assert skipped == [
            SkippedFiles("s3://b/c", "not apps, captures or shards", 1, "notes.txt"),
            SkippedFiles("s3://b/s/0.tar", "not apps, captures or shards", 1, "0001.json"),
        ]


def test_of_an_object_without_a_name_only_the_ends_are_read(host: FileHost, workspace: Workspace) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("0.bin", bytes(3_000_000))
        archive.writestr("AndroidManifest.xml", b"")
    host.files |= {"/b/n/app": out.getvalue(), "/b/n/film": b"\0\0\0\x18ftyp" + bytes(3_000_000)}
    assert shown(units(workspace, "s3://b/n/")) == [f"s3://b/n/app app {sha(out.getvalue())[:8]}"]
    size = len(out.getvalue())
    assert [where for path, where in host.asked if path == "/b/n/film"] == ["bytes=0-65535"]
    assert [where for path, where in host.asked if path == "/b/n/app"] == [
        "bytes=0-65535",
        f"bytes={size - (1 << 20)}-{size - 1}",
        "",
    ]


def test_members_of_a_shard(host: FileHost, workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "0.tar").write_bytes(SHARD)
    members = [f"#in/a.apk app {sha(APP)[:8]}", f"#run.pcap traffic {sha(RUN)[:8]}"]
    for place in (tmp_path / "0.tar", "s3://b/s", f"{host.url}/b/s/0.tar"):
        name = "s3://b/s/0.tar" if place == "s3://b/s" else str(place)
        found = units(workspace, place)
        assert shown(found) == [name + member for member in members]
        first = found[0]
        assert isinstance(first, Unit)
        access = json.loads(first.access)
        assert SHARD[access["start"] :][: access["size"]] == APP


def test_a_manifest_is_believed_and_nothing_is_read(host: FileHost, workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "local.apk").write_bytes(APP)
    rows = [
        f"s3://b/c/gone.apk,{sha(APP)},5,",
        f"{host.url}/x?X-Amz-Signature=secret,{sha(RUN)},7,traffic",
        f"local.apk,{sha(APP)},,",
        "local.apk,,,",
        "local.apk,,,app",
        f"local.apk,,{len(APP)},app",
        "local.apk,,7,",
        "s3://b/c/a.apk,,8,",
        "s3://b/c/run.pcap,,,",
        "s3://b/c/none.pcap,,,",
        f"s3://b/c/bad.apk,{'0' * 63},,",
    ]
    path = tmp_path / "m.csv"
    path.write_text("path,sha256,size,kind\n" + "\n".join(rows) + "\n")
    assert sorted(shown(units(workspace, Manifest(path)))) == sorted(
        [
            f"s3://b/c/gone.apk app {sha(APP)[:8]}",
            f"{host.url}/x traffic {sha(RUN)[:8]}",
            *([f"{tmp_path}/local.apk app {sha(APP)[:8]}"] * 4),
            f"!{tmp_path}/local.apk: the file has {len(APP)} bytes, but the manifest gives 7. {FIX_MANIFEST}",
            f"!s3://b/c/a.apk: the object has {len(APP)} bytes, but the list gives 8. {FIX_MANIFEST}",
            f"s3://b/c/run.pcap traffic {sha(RUN)[:8]}",
            "!s3://b/c/none.pcap: not found. Check the list",
            f"!{path}, row 12: sha256 is not 64 hexadecimal digits. Correct the manifest; the other rows are read",
        ]
    )
    assert {path for path, _ in host.asked} == {"/b/c/a.apk", "/b/c/run.pcap", "/b/c/none.pcap"}
    assert host.count("/b/c/a.apk") == 1


def test_a_list_of_links(host: FileHost, workspace: Workspace) -> None:
    lines = ("# ours", f"{host.url}/b/c/a.apk?sig=secret", "s3://b/c/run.pcap", "/etc/passwd", f"{host.url}/b/none.apk")
    host.files["/list.txt"] = "\n".join(lines).encode()
    assert sorted(shown(units(workspace, f"{host.url}/list.txt?sig=other"))) == sorted(
        [
            f"{host.url}/b/c/a.apk app {sha(APP)[:8]}",
            f"s3://b/c/run.pcap traffic {sha(RUN)[:8]}",
            "!/etc/passwd: a remote list must not name local files. Pass the list with --manifest",
            f"!{host.url}/b/none.apk: not found. Check the list",
        ]
    )
    host.files["/list.jsonl"] = json.dumps({"path": "s3://b/x.apk", "sha256": sha(APP)}).encode()
    assert shown(units(workspace, f"{host.url}/list.jsonl")) == [f"s3://b/x.apk app {sha(APP)[:8]}"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("s3://b/none/", "s3://b/none/: no objects found. Check the bucket and the prefix"),
        (
            "s3://b/c/notes.txt",
            "s3://b/c/notes.txt: not an app, capture or shard. Use apps or captures",
        ),
        ("s3://b/plain/", "s3://b/plain/: no apps, captures or shards found. Check the URL"),
        ("s3://b/x.tgz", f"s3://b/x.tgz: {PACKED}"),
        (
            "s3://b/cut.tar",
            (
                "s3://b/cut.tar: the shard is damaged: the archive ends within 'in/a.apk'. "
                "Write it again; the members before the damage are used"
            ),
        ),
        (
            "http://127.0.0.1:{port}/page",
            "http://127.0.0.1:{port}/page: an HTML page, not a list of URLs. Use URLs of files, or of a list of URLs",
        ),
        ("s3://-b/x", "s3://-b/x: not the URL of an object store. Use s3://BUCKET/KEY, gs:// or az://"),
        ("http://192.0.2.1/x", "http://192.0.2.1/x: not https. Use https; plain HTTP is allowed only for loopback"),
        ("http://127.0.0.1:{port}/none.apk?sig=1", "http://127.0.0.1:{port}/none.apk: not found. Check the URL"),
    ],
)
def test_problems_of_inputs_are_reported(host: FileHost, workspace: Workspace, name: str, said: str) -> None:
    host.files["/page"] = b"\n<!doctype html>"
    host.files |= {"/b/plain/notes.txt": b"text", "/b/x.tgz": b"\x1f\x8b", "/b/cut.tar": SHARD[:3000]}
    found = shown(units(workspace, name.format(port=host.port)))
    assert found == ["!" + said.format(port=host.port)]


def test_an_object_that_vanishes_or_changes_costs_no_other(host: FileHost, workspace: Workspace) -> None:
    host.script["/b/c/a.apk"] = deque([lambda: host.files.pop("/b/c/a.apk")])
    host.script["/b/c/run.pcap"] = deque([lambda: host.files.update({"/b/c/run.pcap": RUN + b"more"})])
    assert shown(units(workspace, "s3://b/c/")) == [
        "!s3://b/c/a.apk: not found, or no longer there. Check the URL",
        f"s3://b/c/odd name app {sha(OTHER_APP)[:8]}",
        "!s3://b/c/run.pcap: the object changed after it was listed. Run again to read the current version",
    ]
    assert shown(units(workspace, "s3://b/c/")) == [
        f"s3://b/c/odd name app {sha(OTHER_APP)[:8]}",
        f"s3://b/c/run.pcap traffic {sha(RUN + b'more')[:8]}",
    ]


def test_killed_run_resumes(host: FileHost, workspace: Workspace) -> None:
    run = workspace.ledger.start_run([])
    with (
        pytest.raises(KeyboardInterrupt),
        index_inputs(workspace, run, ["s3://b/c/"], InlineEngine(dies_after=1), quiet),
    ):
        pytest.fail("it was not killed")
    # The part of its first batch was published, and the ledger never heard of it.
    assert workspace.ledger.counts() == {"released": 4}
    recover(workspace.lake, workspace.ledger)
    host.asked.clear()
    assert len(units(workspace, "s3://b/c/")) == 3
    read = {path for path, _ in host.asked if path != "/b"}
    assert len(read) == 2
    assert len(list(read_objects(workspace.lake, INDEX_VERSION))) == 4


def test_busy_server_is_retried(host: FileHost, workspace: Workspace) -> None:
    host.script["/b/c/a.apk"] = deque([503, 429, 503])
    assert shown(units(workspace, "s3://b/c/a.apk")) == [f"s3://b/c/a.apk app {sha(APP)[:8]}"]


def test_nothing_is_done_without_remote_inputs(workspace: Workspace) -> None:
    assert shown(units(workspace, APPS / "workhub.apk")) == [f"{APPS / 'workhub.apk'} app {sha(APP)[:8]}"]
    assert workspace.ledger.counts() == {}


@pytest.mark.parametrize("suffix", ["zip", "tar", "tar.gz", "tgz", "odd"])
@pytest.mark.parametrize("at", ["s3://b/l", "s3://b/l/day.{}", "{url}/b/l/day.{}"])
def test_an_archive_of_logs_elsewhere_is_one_input(
    host: FileHost, workspace: Workspace, tmp_path: Path, suffix: str, at: str
) -> None:
    packs = {name.partition(".")[2]: pack for name, pack in PACKS if "64" not in name} | {"odd": pack_zip64}
    path = tmp_path / f"day.{suffix}"
    packs[suffix](path, [*zeek_logs(tmp_path), ("README", b"text")])
    content = path.read_bytes()
    host.files[f"/b/l/day.{suffix}"] = content
    place = at.format(suffix, url=host.url) if "{url}" not in at else at.replace("{url}", host.url).format(suffix)
    (unit,) = units(workspace, place)
    assert isinstance(unit, Unit), unit
    assert (unit.version, unit.key, unit.size) == (TRAFFIC_ANALYSIS, sha(content), len(content))
    reader = ContentReader()
    access = decode_location(unit.access)
    with Fetcher(reader).fetch(access, unit.key, unit.source) as fetched:
        opened = open_traffic(fetched)
        flows = [seen.flow for seen in opened.flows()]
        opened.close()
    assert sorted(facts(flows)) == sorted(SEEN)


def test_other_archives_elsewhere_stay_what_they_are(host: FileHost, workspace: Workspace, tmp_path: Path) -> None:
    files = [("a.log", b"nothing of Zeek\n"), ("b.txt", b"text")]
    for name, pack in PACKS:
        pack(tmp_path / name, files)
        host.files[f"/b/l/{name}"] = (tmp_path / name).read_bytes()
    assert shown(units(workspace, "s3://b/l")) == [
        f"!s3://b/l/{name}: {PACKED}" for name in ("logs.tar.gz", "logs.tgz")
    ]
    for name in ("logs.zip", "logs64.zip"):
        (found,) = units(workspace, f"s3://b/l/{name}")
        assert "not an app, capture or shard" in str(found)


def test_a_zip_without_names_of_logs_is_not_fetched(host: FileHost, workspace: Workspace, tmp_path: Path) -> None:
    pack_zip(tmp_path / "a.zip", [("film.bin", bytes(range(256)) * 8000), ("catalogue.txt", b"")])
    host.files["/b/l/a.zip"] = (tmp_path / "a.zip").read_bytes()
    units(workspace, "s3://b/l")
    assert "" not in [where for path, where in host.asked if path == "/b/l/a.zip"]


def test_apps_in_a_shard_come_before_its_logs(host: FileHost, workspace: Workspace, tmp_path: Path) -> None:
    host.files["/b/l/0.tar"] = shard({"a.apk": APP, **dict(zeek_logs(tmp_path))})
    assert shown(units(workspace, "s3://b/l")) == [f"s3://b/l/0.tar#a.apk app {sha(APP)[:8]}"]


@pytest.mark.parametrize("cut", [100, 700, 3000])
def test_an_archive_of_logs_that_ends_too_early(host: FileHost, workspace: Workspace, tmp_path: Path, cut: int) -> None:
    for name, pack in PACKS:
        pack(tmp_path / name, zeek_logs(tmp_path))
        host.files[f"/b/l/{name}"] = (tmp_path / name).read_bytes()[:cut]
    for one in units(workspace, "s3://b/l"):
        assert isinstance(one, InputError) or one.version == TRAFFIC_ANALYSIS


def test_a_compressed_bomb_elsewhere_is_searched_only_to_the_limit(
    host: FileHost, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "MAX_SEARCHED", 1 << 20)
    pack_tgz(tmp_path / "a.tgz", [("zeros.bin", bytes(32 << 20)), *zeek_logs(tmp_path)])
    host.files["/b/l/a.tgz"] = (tmp_path / "a.tgz").read_bytes()
    assert shown(units(workspace, "s3://b/l")) == [f"!s3://b/l/a.tgz: {PACKED}"]
