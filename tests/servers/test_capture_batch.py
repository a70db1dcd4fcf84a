"""Batches of live captures: the real proxy, a script as the app, and a device over a real adb with emulated Android.

The emulation of ``pm`` knows an APK by its size. What Android itself does is not verified here.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.lab.capturing import website
from tests.lab.namespaces import NETWORKS, SERVER
from tests.servers.test_capture_adb import DEVICE, Phone, phone

pytest.importorskip("mitmproxy")
pytest.importorskip("adbutils")
pytestmark = pytest.mark.servers
__all__ = ["phone"]

APKS = Path(__file__).parents[2] / "labs" / "apps"
APP = """
import os, pathlib, time, urllib.request
name = os.environ["PACKAGE"]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": "http://" + os.environ["PROXY"]}))
url = "http://127.0.0.1:%d/" + name + "?email=anna.berg@workhub.test"
opener.open(urllib.request.Request(url, headers={"Host": name.split(".")[1] + ".test"})).read()
mark = pathlib.Path(os.environ["MARK"] + "." + name)
if name == "org.fieldhand.app" and not mark.exists():
    mark.touch()
    time.sleep(600)
"""


def run(directory: Path, *words: str, prefix: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
    argv = [*prefix, sys.executable, "-m", "tieback", *words]
    return subprocess.Popen(
        argv,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(directory / "state"), **environment},
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]], str]:
    out, err = process.communicate(timeout=180)
    return process.returncode, [json.loads(line) for line in out.splitlines()], err


def states(documents: list[dict[str, Any]]) -> dict[str, str]:
    assert documents[-1]["schema"] == "tieback/capture_batch/1"
    return {app["package"]: app["state"] for app in documents[-1]["apps"]}


def servers(directory: Path, manifest: str, workspace: Path) -> set[tuple[str, str]]:
    """Apps and servers of a scan of the manifest that the batch wrote."""
    code, (report,), err = ended(
        run(directory, "scan", "-w", str(workspace), "--manifest", manifest, "--format", "json")
    )
    assert code == 0, err
    return {(server["bundle_id"], server["host"]) for server in report["servers"]}


@pytest.mark.more
def test_a_killed_batch_resumes_and_scan_attributes_each_capture(tmp_path: Path) -> None:
    workspace, app, apps = tmp_path / "workspace", tmp_path / "app.py", tmp_path / "apps.txt"
    apps.write_text("com.workhub.mobile\norg.fieldhand.app\ncom.tillroll.pos\n")
    with website({}) as port:
        app.write_text(APP % port)
        words = (
            "capture", "-w", str(workspace), "--apps", str(apps), "--listen", ":0", "--destinations", "loopback",
            "--seconds", "120", "--explore", f"{sys.executable} {app}", "--format", "json",
        )  # fmt: skip
        mark = tmp_path / "mark"
        first = run(tmp_path, *words, MARK=str(mark))
        for _ in range(1200):
            if mark.with_name("mark.org.fieldhand.app").exists():
                break
            time.sleep(0.05)
        first.send_signal(signal.SIGKILL)
        code, documents, _ = ended(first)
        assert (code, [one["app"] for one in documents]) == (-signal.SIGKILL, ["com.workhub.mobile"])
        code, documents, err = ended(run(tmp_path, *words, MARK=str(mark)))
    assert code == 0, err
    assert [one["app"] for one in documents[:-1]] == ["org.fieldhand.app", "com.tillroll.pos"]
    assert states(documents) == dict.fromkeys(("com.workhub.mobile", "org.fieldhand.app", "com.tillroll.pos"), "done")
    batch = documents[-1]
    assert [app["flows"] for app in batch["apps"]] == [1, 1, 1]
    assert [Path(app["path"]).name.partition("-")[0] for app in batch["apps"]] == list(states(documents))
    assert servers(tmp_path, batch["manifest"], workspace) == {
        ("com.workhub.mobile", "workhub.test"),
        ("org.fieldhand.app", "fieldhand.test"),
        ("com.tillroll.pos", "tillroll.test"),
    }


SCRIPTS = {
    "pm": """
        size_of() { wc -c < "$1"; }
        case "$1" in
            path) grep -qx "$2" STATE/installed 2>/dev/null && echo package:/data/app/base.apk ;;
            install)
                package=$(awk -v size=$(size_of "$3") '$1 == size { print $2 }' STATE/sizes)
                case "$package" in
                    org.fieldhand.app) echo "Failure [INSTALL_FAILED_NO_MATCHING_ABIS]" ;;
                    *) echo "$package" >> STATE/installed; echo "install $package" >> STATE/log; echo Success ;;
                esac ;;
            uninstall) sed -i "/^$2$/d" STATE/installed; echo "uninstall $2" >> STATE/log; echo Success ;;
            list) while read -r size name uid; do echo "package:$name uid:$uid"; done < STATE/sizes ;;
        esac""",
    "monkey": f"""
        proxy=$(settings get global http_proxy)
        trap "" HUP
        uid=$(awk -v name="$2" '$2 == name {{ print $3 }}' STATE/sizes)
        as_app="setsid setpriv --reuid $uid --clear-groups curl -s --max-time 20"
        $as_app -x "http://$proxy" http://{SERVER}:8001/$2 >>STATE/curl.log 2>&1 </dev/null &
        sleep 0.3
        echo "Events injected: 1" """,
}


@pytest.mark.more
def test_apps_are_installed_captured_and_removed_one_after_the_other(phone: Phone, tmp_path: Path) -> None:
    for name, text in SCRIPTS.items():
        (phone.state / "bin" / name).write_text(f"#!/bin/sh\n{text.replace('STATE', str(phone.state))}\n")
    packages = {"workhub": "com.workhub.mobile", "fieldhand": "org.fieldhand.app", "tillroll": "com.tillroll.pos"}
    sizes = [
        f"{(APKS / f'{name}.apk').stat().st_size} {package} {10_200 + number}\n"
        for number, (name, package) in enumerate(packages.items())
    ]
    (phone.state / "sizes").write_text("".join(sizes))
    apps, workspace = tmp_path / "apps.csv", tmp_path / "workspace"
    apps.write_text("app,seconds\n" + "".join(f"{APKS / name}.apk,4\n" for name in packages))
    words = (
        "capture", "-w", str(workspace), "--apps", str(apps), "--listen", ":0", "--destinations", NETWORKS,
        "--device", f"adb:{DEVICE}", "--format", "json",
    )  # fmt: skip
    prefix = phone.spaces.inside(phone.spaces.gateway)
    code, documents, err = ended(run(tmp_path, *words, prefix=prefix))
    assert code == 3, err
    assert states(documents) == {
        "com.workhub.mobile": "done", "org.fieldhand.app": "failed", "com.tillroll.pos": "done",
    }  # fmt: skip
    batch = documents[-1]
    assert [app["fresh"] for app in batch["apps"]] == [True] * 3
    assert "INSTALL_FAILED_NO_MATCHING_ABIS" in batch["apps"][1]["reason"]
    log = [line for line in (phone.state / "log").read_text().splitlines() if "stall " in line]
    assert log == [
        f"{what} {package}"
        for package in ("com.workhub.mobile", "com.tillroll.pos")
        for what in ("install", "uninstall")
    ]
    assert ((phone.state / "installed").read_text(), phone.setting, phone.reversed_ports) == ("", "null", "")
    found = servers(tmp_path, batch["manifest"], workspace)
    assert found == {("com.workhub.mobile", SERVER), ("com.tillroll.pos", SERVER)}
    again, _, err = ended(run(tmp_path, *words, prefix=prefix))
    assert (again, "3 of 3 apps were captured or failed before" in err) == (3, True)
