"""Without a grant nothing is contacted: a scan works in an empty network namespace, and never tries to connect."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import samples

ROOT = Path(__file__).parents[2]
REAL_APPS = samples.directory("apps")

# Python's own audit events see every connect and look-up of the interpreter, whether it would have worked or not.
WATCH = """
import os, sys
def watch(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        target = args[-1]
        if isinstance(target, (str, bytes)) and event == "socket.connect":
            return
        with open(os.environ["TIEBACK_WATCH"], "a") as log:
            log.write(f"{event} {args[1:]!r}\\n")
sys.addaudithook(watch)
"""


def _namespace() -> list[str]:
    """A command prefix that leaves the network behind, or skips."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    prefix = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let us make a network namespace")
    return prefix


@pytest.mark.timeout(170)
def test_a_scan_without_a_grant_contacts_nothing(tmp_path: Path) -> None:
    apps = sorted((ROOT / "labs" / "apps").glob("*.apk"))
    if REAL_APPS.is_dir():
        apps += sorted(REAL_APPS.glob("*.apk"))
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    watched = tmp_path / "watched"
    done = subprocess.run(
        [
            *_namespace(),
            sys.executable,
            "-m",
            "tieback",
            "scan",
            *apps,
            "-w",
            tmp_path / "ws",
            "--report",
            tmp_path / "r.json",
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path), "TIEBACK_WATCH": str(watched)},
        capture_output=True,
        text=True,
        timeout=160,
        check=False,
    )
    # CertChain.apk among the real files is a signature without an app: it is named, the rest is done.
    failed = [line for line in done.stderr.splitlines() if line.startswith("tieback: ")]
    assert [line for line in failed if "CertChain.apk" not in line] == []
    assert done.returncode == (3 if failed else 0), done.stderr
    assert "Traceback" not in done.stderr
    assert not watched.exists(), watched.read_text()
    assert "es.fieldhand.test" in (tmp_path / "r.json").read_text()
