"""A device over a real adb: Debian's adbd in a namespace of its own, the adb server and the run in another.

``pm``, ``settings``, ``am``, ``monkey``, ``chown`` and ``restorecon`` are emulations, shell scripts that keep their
state in files, and ``/data`` and ``/sdcard`` are empty file systems that adbd alone sees: what Android itself does is
not verified here, and ``getprop`` calls the device an emulation, so that no result of it is published. The transport,
the reversed port, the quoting, the table of sockets, the files, and that all is
undone, are real.
"""

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.capturing import Live
from tests.lab.namespaces import CLIENT, NETWORKS, SERVER, Namespaces, made, program
from tests.lab.ports import alone
from tests.unit.pipeline.capture.test_pcapdroid import pcap_of

pytest.importorskip("mitmproxy")
pytest.importorskip("adbutils")
pytestmark = pytest.mark.servers

PACKAGE, UID = "com.workhub.mobile", 10123
DEVICE = f"{CLIENT}:5555"
SCRIPTS = {
    "settings": """
        case "$1 $3" in
            "get http_proxy") cat STATE/http_proxy 2>/dev/null || echo null ;;
            "put http_proxy") echo "$4" > STATE/http_proxy ;;
            "delete http_proxy") rm -f STATE/http_proxy; echo "Deleted 1 rows" ;;
        esac""",
    "pm": f"""
        case "$1" in
            path) [ "$2" = {PACKAGE} ] && echo package:/data/app/base.apk ;;
            list) echo package:{PACKAGE} uid:{UID}; echo package:com.other uid:10200 ;;
        esac""",
    # PCAPdroid is emulated by its intents, after its documentation.
    "am": """echo "am $*" >> STATE/log
        case "$*" in
            *"CaptureCtrl -e action start"*)
                touch STATE/running; echo "$*" | sed 's/.*pcap_name \\([^ ]*\\).*/\\1/' > STATE/name ;;
            *"CaptureCtrl -e action stop"*)
                rm STATE/running; mkdir -p /sdcard/Download/PCAPdroid
                /bin/cat STATE/run.pcap > "/sdcard/Download/PCAPdroid/$(/bin/cat STATE/name)" ;;
        esac""",
    "dumpsys": """
        case "$1" in
            package) echo "    versionCode=91 minSdk=21" ;;
            activity) [ -f STATE/running ] && echo "  * ServiceRecord{1a u0 x}" || echo "(nothing)" ;;
        esac""",
    "monkey": f"""
        proxy=$(settings get global http_proxy)
        trap "" HUP
        as_app="setsid setpriv --reuid {UID} --clear-groups curl -s --max-time 20"
        $as_app -x "http://$proxy" http://{SERVER}:8001/slow >>STATE/curl.log 2>&1 </dev/null &
        $as_app http://{SERVER}:8001/past >>STATE/curl.log 2>&1 </dev/null &
        sleep 0.3
        echo "Events injected: 1" """,
    # Notes that the table of sockets was read.
    "cat": """/bin/cat "$@"; code=$?
        case "$*" in */proc/net/tcp*) echo read >> STATE/looks ;; esac
        exit $code""",
    "pkill": "exit 1",
    "pidof": "exit 1",
    "getprop": """
        case "$1" in
            ro.product.manufacturer) echo Emulation ;;
            ro.product.model) echo "of tests" ;;
            ro.build.version.release) echo 0 ;;
        esac""",
    "id": "cat STATE/uid 2>/dev/null || echo 2000",
    "chown": "exit 0",
    "restorecon": "exit 0",
}
MARK = ".made-by-tieback-tests"
SERVER_CODE = """
import http.server, pathlib, time
LOOKS = pathlib.Path("STATE/looks")
def looks():
    return LOOKS.read_text().count("read") if LOOKS.exists() else 0
class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        # Until the device's table was read with this connection in it: one reading may have begun before.
        enough, end = looks() + 2, time.monotonic() + 30
        while looks() < enough and time.monotonic() < end:
            time.sleep(0.05)
        self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"{}")
http.server.ThreadingHTTPServer(("ADDRESS", 8001), Slow).serve_forever()
"""


class Phone:
    """The emulated device and the adb server that knows it."""

    def __init__(self, spaces: Namespaces, directory: Path) -> None:
        self.spaces, self.state = spaces, directory / "device"
        self.home = directory / "home"
        self._adb = program("adb", "adb")

    @property
    def server_code(self) -> str:
        """Answers slowly, so that the run sees whose connection it is."""
        return SERVER_CODE.replace("ADDRESS", SERVER).replace("STATE", str(self.state))

    def boot(self) -> None:
        adbd = program("adbd", "adbd")
        programs = self.state / "bin"
        for folder in (programs, self.home):
            folder.mkdir(parents=True)
        for name, text in SCRIPTS.items():
            (programs / name).write_text(f"#!/bin/sh\n{text.replace('STATE', str(self.state))}\n")
            (programs / name).chmod(0o755)
        mount = 'mount -t tmpfs none /data && mount -t tmpfs none /sdcard && mkdir -p /sdcard/Download && exec "$@"'
        self.spaces.start(
            "sh", "-c", mount, "sh", "env", f"PATH={programs}:/usr/sbin:/usr/bin:/sbin:/bin", f"HOME={self.home}", adbd
        )
        for _ in range(50):
            if "connected" in self.adb("connect", DEVICE) and f"{DEVICE}\tdevice" in self.adb("devices"):
                return
            time.sleep(0.1)
        pytest.skip("adbd does not run here")

    def adb(self, *words: str) -> str:
        """A word to the adb server, which starts with the first."""
        argv = [*self.spaces.inside(self.spaces.gateway), "env", f"HOME={self.home}", self._adb, *words]
        return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False).stdout

    def end(self) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.adb("kill-server")

    @property
    def setting(self) -> str:
        """The device's proxy."""
        path = self.state / "http_proxy"
        return path.read_text().strip() if path.exists() else "null"

    def files(self, folder: str) -> list[str]:
        """What lies there; the whole tree below it."""
        return self.adb("-s", DEVICE, "shell", f"cd {folder} && find . -type f").split()

    @property
    def reversed_ports(self) -> str:
        return self.adb("-s", DEVICE, "reverse", "--list").strip()


@contextlib.contextmanager
def mount_points() -> Iterator[None]:
    """``/data`` and ``/sdcard``, where adbd's own file systems are mounted, which no other process sees.

    Those that are missing are made, and removed again; a mark tells the ones that a killed run has left.
    """
    with alone("adb"):
        ours = [
            folder for folder in (Path("/data"), Path("/sdcard")) if not folder.exists() or (folder / MARK).exists()
        ]
        for folder in ours:
            folder.mkdir(exist_ok=True)
            (folder / MARK).touch()
        try:
            yield
        finally:
            for folder in ours:
                (folder / MARK).unlink()
                folder.rmdir()


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    spaces = made()  # first of all: it skips where there can be none
    found = Phone(spaces, tmp_path)
    with contextlib.ExitStack() as stack:
        stack.callback(spaces.close)
        stack.enter_context(mount_points())
        stack.callback(spaces.close)  # before the mount points are removed, and once more if they cannot be had
        spaces.serve(sys.executable, "-c", found.server_code, directory=tmp_path)
        spaces.open(8001)
        subprocess.run(
            ["ip", "-n", spaces.client, "route", "add", "default", "via", "10.77.1.1"], check=True, timeout=10
        )
        stack.callback(found.end)
        found.boot()
        yield found


def live(phone: Phone, directory: Path, *words: str) -> Live:
    directory.mkdir(exist_ok=True)
    prefix = phone.spaces.inside(phone.spaces.gateway)
    return Live(directory, "--listen", ":0", "--destinations", NETWORKS, *words, prefix=prefix)


@pytest.mark.more
def test_an_app_is_led_here_named_and_everything_undone(phone: Phone, tmp_path: Path) -> None:
    with live(phone, tmp_path / "run", "--device", f"adb:{DEVICE}", "--only", PACKAGE) as run:
        flows = run.until(1)
        assert phone.setting == f"127.0.0.1:{run.port}"
        assert f"tcp:{run.port}" in phone.reversed_ports
        assert phone.files("/sdcard") == ["./Download/tieback-authority.crt"]
        flows, end = run.stop()
    assert phone.files("/sdcard") == []
    assert f"install Download/tieback-authority.crt on {DEVICE}" in run.said
    (flow,) = flows
    assert flow["app"] | {"name": PACKAGE, "bundle_id": PACKAGE, "uid": UID, "source": "uid-map"} == flow["app"]
    assert (flow["server"]["ip"], flow["detail"]) == (SERVER, "GET /slow 200")
    assert [(one["server"], one["app"]) for one in end["outside"]] == [(f"{SERVER}:8001", PACKAGE)]
    assert f"started {PACKAGE} on {DEVICE}" in run.said
    assert (phone.setting, phone.reversed_ports) == ("null", "")
    assert (phone.state / "log").read_text().splitlines() == [f"am force-stop {PACKAGE}"] * 2
    assert list((run.state / "undo").iterdir()) == []


@pytest.mark.more
def test_the_authority_is_trusted_for_the_run_where_the_shell_is_roots(phone: Phone, tmp_path: Path) -> None:
    (phone.state / "uid").write_text("0\n")
    with live(phone, tmp_path / "run", "--device", f"adb:{DEVICE}", "--only", PACKAGE) as run:
        run.until(1)
        (name,) = phone.files("/data/misc/user/0/cacerts-added")
        kept = phone.adb("-s", DEVICE, "shell", f"cat /data/misc/user/0/cacerts-added/{name}")
        assert kept.split() == run.authority.read_text().split()
        run.stop()
    assert phone.files("/data") == []


@pytest.mark.more
@pytest.mark.parametrize("before", [pytest.param("null", marks=pytest.mark.more), "proxy.corp.test:3128"])
def test_what_a_killed_run_left_is_undone_by_the_next(phone: Phone, tmp_path: Path, before: str) -> None:
    if before != "null":
        (phone.state / "http_proxy").write_text(before)
    with live(phone, tmp_path / "run", "--device", f"adb:{DEVICE}", "--only", PACKAGE) as run:
        for _ in range(400):
            if phone.setting.startswith("127.0.0.1:"):
                break
            time.sleep(0.05)
        run.process.send_signal(signal.SIGKILL)
        run.process.wait(10)
    assert phone.setting == f"127.0.0.1:{run.port}"
    with live(phone, tmp_path / "run", "--seconds", "0.1") as later:
        assert later.process.wait(60) == 0
        said = later.said
    assert "changes of an earlier run undone: " in said
    assert (phone.setting, phone.reversed_ports) == (before, "")


@pytest.mark.more
def test_an_app_that_is_not_there_changes_nothing(phone: Phone, tmp_path: Path) -> None:
    argv = [
        *phone.spaces.inside(phone.spaces.gateway), "env", f"XDG_STATE_HOME={tmp_path / 's'}", sys.executable, "-m",
        "tieback", "capture", "-w", str(tmp_path / "w"), "--listen", ":0", "--device", f"adb:{DEVICE}", "--only",
        "com.not.there",
    ]  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (4, "")
    assert "com.not.there is not installed" in done.stderr
    assert (phone.setting, phone.reversed_ports) == ("null", "")


def test_the_steps_of_a_device_are_tried_judged_and_undone(phone: Phone, tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    argv = [
        *phone.spaces.inside(phone.spaces.gateway), "env", f"XDG_STATE_HOME={tmp_path / 's'}", sys.executable, "-m",
        "tieback", "capture", "verify-device", "--listen", ":0", "--destinations", NETWORKS, "--seconds", "20",
        "--device", f"adb:{DEVICE}", "--only", PACKAGE, "--out", str(result), "--format", "json",
    ]  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    document = json.loads(result.read_text())
    assert document == json.loads(done.stdout)
    ends = {step["step"]: (step["outcome"], step["reason"]) for step in document["steps"]}
    not_tried = {name: reason for name, (outcome, reason) in ends.items() if outcome == "not_tried"}
    assert not_tried == {
        "pcapdroid": "not requested: add --pcapdroid",
        "unpin": "no scripts: add --unpin DIR",
        "install": "no file of an app: add --install APK",
        "authority": "no answer of a person",
        "tunnel": "not part of this run",
        "setting": "not part of this run",
        "tls": "no TLS connection was seen",
    }
    assert {name for name, (outcome, _) in ends.items() if outcome == "worked"} == ends.keys() - not_tried.keys()
    assert DEVICE.partition(":")[0] not in result.read_text()
    assert PACKAGE not in result.read_text()
    assert (phone.setting, phone.reversed_ports, phone.files("/sdcard")) == ("null", "", [])
    assert list((tmp_path / "s" / "tieback" / "capture" / "undo").iterdir()) == []


@pytest.mark.more
def test_the_file_of_pcapdroid_is_copied_read_and_removed(phone: Phone, tmp_path: Path) -> None:
    (phone.state / "run.pcap").write_bytes(pcap_of())
    argv = [
        *phone.spaces.inside(phone.spaces.gateway), "env", f"XDG_STATE_HOME={tmp_path / 's'}",
        "TIEBACK_PCAPDROID_KEY=k'$(reboot)", sys.executable, "-m", "tieback", "capture", "-w", str(tmp_path / "w"),
        "--mode", "pcapdroid", "--seconds", "0.5", "--device", f"adb:{DEVICE}", "--only", PACKAGE,
        "--save", str(tmp_path / "mine.pcap"), "--format", "json",
    ]  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    flow, end = map(json.loads, done.stdout.splitlines())
    assert (flow["protocol"], flow["app"]["bundle_id"], end["mode"]) == ("http", PACKAGE, "pcapdroid")
    assert (tmp_path / "mine.pcap").read_bytes() == pcap_of()
    assert (tmp_path / "mine.pcap").stat().st_mode & 0o077 == 0
    said = (phone.state / "log").read_text()
    assert f"-e app_filter {PACKAGE} -e api_key k'$(reboot)\n" in said
    assert "reboot" not in done.stderr
    assert phone.files("/sdcard") == []
    assert list((tmp_path / "s" / "tieback" / "capture" / "undo").iterdir()) == []
