"""``tieback scan`` of iOS packages and a capture that names only processes, up to the report."""

import csv
import io
import json
import plistlib
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples import few
from tests.unit.cli.conftest import Ran, Run
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.test_link import pktap

TYPE = "NSPrivacyCollectedDataType"
HTTP = (
    b"POST /e HTTP/1.1\r\nHost: eu.ads.test\r\nContent-Type: application/json\r\nContent-Length: 62\r\n\r\n"
    + json.dumps({"email": "anna.schmidt@mail.test", "phone": "+49 30 901820"}).encode().ljust(62)
)
BY_NAME = "known by its process name"
SEVERAL = "app unknown: several apps of the run have this process name"
COMMON = "app unknown: many apps have this process name"


def ipa(folder: Path, executable: str = "Shop", name: str = "shop") -> Path:
    """A package with a program, and with a manifest that declares mail addresses."""
    path = folder / f"{name}.ipa"
    with zipfile.ZipFile(path, "w") as archive:
        info = {"CFBundleIdentifier": f"test.{name}.app", "CFBundleName": name.title()}
        if executable:
            info["CFBundleExecutable"] = executable
        archive.writestr("Payload/A.app/Info.plist", plistlib.dumps(info))
        manifest = {f"{TYPE}s": [{TYPE: f"{TYPE}EmailAddress"}]}
        archive.writestr("Payload/A.app/PrivacyInfo.xcprivacy", plistlib.dumps(manifest, fmt=plistlib.FMT_BINARY))
    return path


def in_pktap(folder: Path, process: str) -> Path:
    packets = [(when, pktap(data, 1, comm=process.encode()[:16])) for when, data in wire.talk(HTTP, port=80)]
    path = folder / "phone.pcap"
    path.write_bytes(wire.pcap(packets, link=258))
    return path


def in_comments(folder: Path, process: str) -> Path:
    """As pymobiledevice3 writes captures: pcapng with the process in a comment of each packet."""
    comment = wire.option(1, f"PID: 7, ProcName: {process[:16]}, EPID: 7, EProcName: {process[:16]}, SVC: 0".encode())
    end = struct.pack("<HH", 0, 0)
    blocks = [wire.enhanced(data, options=comment + end) for _, data in wire.talk(HTTP, port=80)]
    path = folder / "phone.pcapng"
    path.write_bytes(wire.section() + wire.interface() + b"".join(blocks))
    return path


def scan(run: Run, *inputs: Path) -> Ran:
    ended = run("scan", *inputs, "-w", "ws", "--workers", "1")
    assert ended.code == 0, ended.err
    return ended


def rows(run: Run, kind: str) -> list[dict[str, object]]:
    document = json.loads(run("report", "-w", "ws", "--format", "json").out)
    return [dict(one) for one in document[kind]]


@pytest.mark.parametrize(
    ("capture", "executable"),
    [pytest.param(in_pktap, "Shop", marks=pytest.mark.more), (in_comments, "A shop with a long name")],
)
def test_one_app_with_this_program_is_compared(
    run: Run, tmp_path: Path, capture: Callable[[Path, str], Path], executable: str
) -> None:
    scan(run, ipa(tmp_path, executable), ipa(tmp_path, "Other", "other"), capture(tmp_path, executable))
    found = rows(run, "recipients")
    assert {(one["class"], one["declared"], one["app_match"], one["bundle_id"]) for one in found} == {
        ("email", "declared", "process_name", "test.shop.app"),
        ("phone", "not_declared", "process_name", "test.shop.app"),
    }
    assert BY_NAME in run("report", "-w", "ws", "--format", "markdown").out
    (item,) = rows(run, "declared")
    assert (item["title"], item["state"], item["bundle_id"]) == ("Email address", "seen", "test.shop.app")


@pytest.mark.parametrize(
    ("packages", "process", "match", "text"),
    few(
        [
            ((("Shop", "shop"), ("Shop", "twin")), "Shop", "several_apps", SEVERAL),
            ((("Runner", "shop"),), "Runner", "common_name", COMMON),
            pytest.param((("Shop", "shop"),), "Safari", "unknown", "", marks=pytest.mark.more),
        ],
        2,
    ),
    ids=["twins", "flutter", "another"],
)
def test_any_other_process_stays_unknown(
    run: Run, tmp_path: Path, packages: tuple[tuple[str, str], ...], process: str, match: str, text: str
) -> None:
    scan(run, *(ipa(tmp_path, *one) for one in packages), in_pktap(tmp_path, process))
    found = rows(run, "recipients")
    assert {(one["app"], one["bundle_id"], one["declared"], one["app_match"]) for one in found} == {
        (process, "", "unknown", match)
    }
    assert rows(run, "declared") == []
    markdown = run("report", "-w", "ws", "--format", "markdown").out
    assert text in markdown
    assert BY_NAME not in markdown
    table = csv.DictReader(io.StringIO(run("report", "-w", "ws", "--format", "recipients-csv").out.lstrip("\ufeff")))
    assert {one["app_match"] for one in table} == {match}
