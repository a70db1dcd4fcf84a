"""``tieback inventory fetch`` and ``store`` with commands of the user: small Python programs."""

import json
import sys
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

FETCHER = """
import os, shutil, sys
from pathlib import Path
apps = Path(sys.argv[1])
name = os.environ["TIEBACK_APP_ID"]
with open(sys.argv[2], "a") as log:
    log.write(f"{name} {os.environ['TIEBACK_APP_VERSION']} {os.environ['TIEBACK_APP_PLATFORM']}\\n")
if name == "com.workhub.mobile":
    shutil.copy(apps / "workhub.apk", "workhub.apk")
elif name == "com.tillroll.pos":
    shutil.copy(apps / "tillroll.apk", "base.apk")
    shutil.copy(apps / "fieldhand.apk", "split_config.de.apk")
elif name == "com.wrong":
    shutil.copy(apps / "fieldhand.apk", "wrong.apk")
elif name == "com.signed":
    sys.exit("no such device")
"""
INVENTORY = (
    "bundle id;name;version;platform;device;signer\n"
    "com.workhub.mobile;Workhub;3;android;d1;\ncom.workhub.mobile;Workhub;3;android;d2;\n"
    "com.tillroll.pos;Tillroll;1.8.8;android;d1;\ncom.wrong;Wrong;1;android;d1;\ncom.signed;Signed;1;android;d3;\n"
    "com.none;None;1;android;d1;\n;By name;1;android;d3;\n"
)


@pytest.fixture
def fleet(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "fleet.csv").write_text(INVENTORY)
    (tmp_path / "fetcher.py").write_text(FETCHER)
    assert run("inventory", "import", "fleet.csv", "--yes").code == 0
    return run


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_fetch_checks_what_it_gets_resumes_and_counts(fleet: Run, apps: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} {tmp_path / 'fetcher.py'} {apps} {tmp_path / 'log'}"
    ended = fleet("inventory", "fetch", "--command", command, "--format", "json")
    assert ended.code == 3
    *found, coverage = lines(ended.out)
    outcomes = {str(one["app"]["bundle_id"]): one["outcome"] for one in found}  # type: ignore[index]
    assert outcomes == {
        "com.workhub.mobile": "fetched", "com.tillroll.pos": "fetched", "com.wrong": "another app",
        "com.signed": "failed", "com.none": "not available",
    }  # fmt: skip
    reasons = {str(one["app"]["bundle_id"]): str(one["reason"]) for one in found}  # type: ignore[index]
    assert reasons["com.signed"] == "exit code 1: no such device"
    assert reasons["com.wrong"] == "it is org.fieldhand.app (android)"
    assert "instead of 3" in reasons["com.workhub.mobile"]
    assert (coverage["apps"], coverage["installs"], coverage["fetched"], coverage["fetched_installs"]) == (6, 7, 2, 3)
    assert coverage["missing"] == {
        "another app": {"apps": 1, "installs": 1}, "failed": {"apps": 1, "installs": 1},
        "no identifier": {"apps": 1, "installs": 1}, "not available": {"apps": 1, "installs": 1},
    }  # fmt: skip
    assert (coverage["devices"], coverage["devices_missing"]) == (3, 2)
    kept = {path.name for path in (tmp_path / "packages" / "android").iterdir()}
    assert kept == {"com.workhub.mobile-3.apk", "com.tillroll.pos-1.8.8.apks"}
    assert [path.name for path in (tmp_path / "packages").iterdir()] == ["android"]
    log = (tmp_path / "log").read_text().splitlines()
    assert "com.workhub.mobile 3 android" in log
    again = fleet("inventory", "fetch", "--command", command, "--format", "json")
    assert (tmp_path / "log").read_text().splitlines() == log
    assert "3 packages are missing since an earlier run; --retry tries again" in again.err
    retried = fleet("inventory", "fetch", "--command", command, "--retry", "--most", "1")
    assert len((tmp_path / "log").read_text().splitlines()) == len(log) + 1
    assert "2 packages are missing since an earlier run" in retried.err
    assert (again.code, retried.code) == (3, 3), "the same packages are missing, so the exit code is the same"


def test_a_reason_is_whole_or_ends_with_a_mark(fleet: Run, tmp_path: Path) -> None:
    (tmp_path / "junk.py").write_text(
        "import os\nopen(os.path.join(os.environ['TIEBACK_FETCH_DIR'], 'x' * 100 + '.apk'), 'w').write('junk')\n"
    )
    command = f"{sys.executable} {tmp_path / 'junk.py'}"
    (found, _) = lines(fleet("inventory", "fetch", "--command", command, "--most", "1", "--format", "json").out)
    assert found["outcome"] == "unreadable"
    assert len(str(found["reason"])) > 200
    (tmp_path / "long.py").write_text("import sys\nsys.exit('x' * 5000)\n")
    command = f"{sys.executable} {tmp_path / 'long.py'}"
    retry = fleet("inventory", "fetch", "--command", command, "--retry", "--most", "1", "--format", "json")
    assert str(lines(retry.out)[0]["reason"]).endswith("x…")


def test_coverage_without_a_command(fleet: Run) -> None:
    ended = fleet("inventory", "fetch")
    assert "missing, not tried: 5 apps, 6 installs (86 %)" in ended.out
    assert "missing, no identifier: 1 app, 1 install" in ended.out


def test_a_command_that_cannot_start_or_takes_too_long(fleet: Run, tmp_path: Path) -> None:
    assert "cannot be started" in fleet("inventory", "fetch", "--command", "/no/such/program").err
    assert "Check the quotes" in fleet("inventory", "fetch", "--command", "'x").err
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(60)\n")
    slow = f"{sys.executable} {tmp_path / 'slow.py'}"
    ended = fleet("inventory", "fetch", "--command", slow, "--most", "1", "--timeout", "1")
    assert ended.code == 4
    assert "it ran too long" in ended.err


def test_no_shell_reads_the_command(fleet: Run, tmp_path: Path) -> None:
    (tmp_path / "args.py").write_text("import sys\nsys.exit(' '.join(sys.argv[1:]))\n")
    command = f"{sys.executable} {tmp_path / 'args.py'} $HOME ; touch {tmp_path / 'pwned'}"
    ended = fleet("inventory", "fetch", "--command", command, "--most", "1")
    assert "exit code 1: $HOME ; touch" in ended.err
    assert not (tmp_path / "pwned").exists()


STORE = """
import json, os
name = os.environ["TIEBACK_APP_ID"]
if name == "com.workhub.mobile":
    facts = {"id": "com.other", "state": "removed", "storefront": "DE", "genre": "Business", "installs": "10,000+"}
    print(json.dumps(facts))
elif name == "com.none":
    print("no JSON")
"""


def test_store_facts_are_beside_devices_and_back_ends(fleet: Run, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text(
        "package;platform;country;status;version;downloads;category;date\n"
        "com.tillroll.pos;android;us;available;2.0;1,000+;Finance;2026-11-01\n"
        "com.tillroll.pos;android;us;removed;;;;2026-10-01\n;android;;;;;;\ncom.none;android;;x;;;;01.02.2026\n"
    )
    ended = fleet("inventory", "store", "facts.csv")
    assert "1 fact, 2 records ignored" in ended.err
    (tmp_path / "look.py").write_text(STORE)
    ended = fleet("inventory", "store", "--command", f"{sys.executable} {tmp_path / 'look.py'}")
    assert "com.none: unknown" in ended.err.replace("None", "com.none")
    assert "1 app looked up, 4 unknown" in ended.err
    found = {str(one["bundle_id"]): one for one in lines(fleet("inventory", "review", "--format", "json").out)}
    tillroll, workhub, other = found["com.tillroll.pos"], found["com.workhub.mobile"], found["com.none"]
    assert (tillroll["store_state"], tillroll["downloads"], tillroll["category"]) == ("available", 1000, "Finance")
    assert (workhub["gone_from_store"], workhub["gone_from_devices"], workhub["back_end"]) == (
        True,
        False,
        "not_analysed",
    )
    assert (workhub["downloads"], workhub["category"]) == (10000, "Business")
    assert (other["gone_from_store"], other["store_state"]) == (None, "unknown")
    assert "gone from the store" in " ".join(fleet("inventory", "review").out.split())
    assert "Pass a file" in fleet("inventory", "store").err
