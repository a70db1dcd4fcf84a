"""`make demo`: two at once, in a machine with a server that is not the demo's; and what it prints."""

import fcntl
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("osmem_server")
pytest.importorskip("pymongo")

from tests.lab.namespaces import program
from tests.lab.paper import mistakes, pages, picture_is_blank

ROOT = Path(__file__).parents[2]
TIEBACK = Path(sys.executable).with_name("tieback")

pytestmark = [pytest.mark.servers, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demos")


@pytest.fixture(scope="module")
def demos(folder: Path) -> list[dict[str, Any]]:
    if os.geteuid() != 0:
        pytest.skip("needs root for a network namespace")
    done = subprocess.run(
        [program("unshare", "util-linux"), "--net", sys.executable, "-m", "tests.lab.two_demos", folder, TIEBACK],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=360,
        check=False,
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("network namespaces are not permitted here")
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.more
def test_two_demos_at_once_both_succeed(demos: list[dict[str, Any]]) -> None:
    assert [one["code"] for one in demos] == [0, 0], demos
    subnets = [set(re.findall(r"at 127\.77\.(\d+)\.\d+:", one["output"])) for one in demos]
    assert sorted(subnets, key=str) == [{"0"}, {"1"}], "each has a subnet of its own"


@pytest.mark.more
def test_a_demo_reports_only_stores_that_it_started(demos: list[dict[str, Any]], folder: Path) -> None:
    for name, demo in zip(("one", "two"), demos, strict=True):
        stores = demo["report"]["exposures"]
        grant = tomllib.loads((folder / name / "lab" / "lab.toml").read_text())
        reported = {address.rpartition(":")[0] or address for one in stores for address in one["addresses"]}
        assert reported == set(grant["hosts"].values())
        assert {one["product"] for one in stores} == {"opensearch", "mongodb", "postgresql"}
        # Valkey listens on all addresses of this machine; nothing was sent to it.
        ports = {one["target"].rpartition(":")[2] for one in demo["report"]["probes"] if one["outcome"] == "ok"}
        assert "6379" not in ports
        records = demo["report"]["headline"]["records"]
        assert (records["value"], records["quality"]) == (4850, "exact")


@pytest.mark.more
def test_the_demo_prints_its_findings_in_few_lines(demos: list[dict[str, Any]]) -> None:
    for demo in demos:
        output = demo["output"]
        findings = demo["report"]["findings"]
        assert len(output.splitlines()) <= 45, output
        assert f"{len(findings)} findings: 4 critical, 1 high, " in output
        for finding in findings:
            assert f"{finding['severity']}  {finding['title']}: " in output
        assert "Azurite" not in output
        assert "PouchDB" not in output


@pytest.mark.more
def test_the_pdf_of_the_demo_has_at_most_eight_pages(demos: list[dict[str, Any]], folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint")
    assert demos[0]["code"] == 0
    for name in ("report.pdf", "report.html"):
        subprocess.run(
            [TIEBACK, "report", "--format", name[7:], "-o", tmp_path / name, "-w", folder / "one" / "workspace"],
            check=True,
            timeout=120,
        )
    paper = pages((tmp_path / "report.pdf").read_bytes())
    assert len(paper) <= 8
    assert mistakes(paper, (tmp_path / "report.html").read_text()) == []
    for number in range(1, len(paper) + 1):
        assert not picture_is_blank(tmp_path / "report.pdf", number, tmp_path), number
    # Two hosts refused most ports: one line each.
    assert len([line for page in paper for line in page if " refused: " in line or line.startswith("refused: ")]) == 2


def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (tmp_path / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [ROOT / "tools" / "demo", tmp_path], capture_output=True, text=True, timeout=60, check=False
        )
    assert done.returncode == 4
    assert done.stderr == (
        f"Another demo is running in {tmp_path}. Wait until it ends, or use another folder: make demo DEMO=FOLDER\n"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / ".lock"]
