"""Hostile names in a real terminal (tmux), and in what a CI runner would read: no command has an effect on either."""

import json
import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

EVIL = "\x1b]0;OWNED\x07\x1b]52;c;T1dORUQ=\x07\x1b[2J\x1b[1;1H\x1b[?1049h\x9b31m\x9d0;OWNED\x9c\x1b[3;4r\x7f\u202e"
NAME = f"{EVIL}\r\n::error::OWNED\n##[error]OWNED\n::set-output name=a::b"
FILE_NAME = NAME.replace("/", "_")[:200]
COMMAND = re.compile(r"^\s*::.*::|##\[[^\]]*\]", re.MULTILINE)
RAW = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
OUTSIDE_LINE_ENDS = re.compile(r"\r(?!\n)")
PARTS = 4
GRANT = """
authorised_by = "Test"
contact = "test@example.test"
not_after = 2099-01-01
[[target]]
match = "127.0.0.1"
ports = "any"
depth = "describe"
"""
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux, a terminal")


class Store(BaseHTTPRequestHandler):
    """An emulation of Elasticsearch whose every name is hostile."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        rows: object = {}
        if path == "/":
            version = {"number": "7.17.0" + NAME, "build_flavor": "default", "lucene_version": "8.11.1"}
            rows = {"name": NAME, "cluster_name": NAME, "cluster_uuid": "u" * 22, "version": version}
            rows |= {"tagline": "You Know, for Search"}
        elif path == "/_cat/indices":
            rows = [{"index": NAME, "uuid": "x", "docs.count": "7", "pri.store.size": "900", "creation.date": "1"}]
        elif path.endswith("_mapping"):
            rows = {NAME: {"mappings": {"properties": {NAME: {"type": "text"}, "email": {"type": NAME}}}}}
        body = json.dumps(rows).encode()
        self.send_response(200)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def store() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, store: int) -> Path:
    """A folder with hostile inputs, and a workspace and a log of a scan of them."""
    here = tmp_path_factory.mktemp("terminal")
    inputs = here / "in"
    inputs.mkdir()
    info = {"CFBundleIdentifier": "com.evil.app", "CFBundleName": NAME, "CFBundleDisplayName": NAME}
    info |= {"CFBundleExecutable": "X", "CFBundleShortVersionString": NAME}
    with zipfile.ZipFile(inputs / f"a{FILE_NAME}.ipa", "w") as file:
        file.writestr("Payload/X.app/Info.plist", plistlib.dumps({key: _xml(value) for key, value in info.items()}))
        file.writestr("Payload/X.app/m.js", f'var a="http://127.0.0.1:{store}/";')
        file.writestr(f"Payload/X.app/{NAME}.js", 'var p="mongodb://admin:Zq7MongoPw91xx@db.evil.test:27017/x";')
    entry = {
        "startedDateTime": "2026-01-02T03:04:05Z",
        "_clientName": NAME,
        "request": {
            "method": NAME,
            "url": "http://api.evil.test/x?email=ada@example.test",
            "headers": [{"name": "Host", "value": NAME}],
        },
        "response": {"status": 200, "headers": [], "content": {"text": NAME}},
    }
    (inputs / f"t{FILE_NAME}.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [entry, 7]}}))
    (inputs / f"b{FILE_NAME}.apk").write_text("not an app")
    (here / "grant.toml").write_text(GRANT)
    scan = ("scan", inputs, "--grant", "grant.toml", "-w", "ws", "--workers", "1", "--log-file", "log.jsonl")
    done = tieback(here, *scan)
    assert done.returncode == 3, done.stderr
    assert (here / "log.jsonl").stat().st_size
    return here


def _xml(value: str) -> str:
    """A property list in XML cannot contain control characters; it can contain C1, direction marks and line ends."""
    return re.sub("[\x00-\x08\x0b-\x1f]", "", value)


def tieback(here: Path, *words: str | Path, **more: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "COLUMNS": "200", "XDG_CONFIG_HOME": str(here / "config"), **more}
    arguments = [sys.executable, "-m", "tieback", *map(str, words)]
    return subprocess.run(arguments, cwd=here, env=environment, capture_output=True, timeout=120, check=False)


def commands(port: int) -> list[tuple[str, ...]]:
    """Commands that print names; each word is from us, and the names come from inputs, servers and the workspace."""
    forms = ("table", "html", "json", "ndjson", "csv", "markdown", "sarif", "ocsf", "defectdojo", "cyclonedx", "junit")
    graphs = ("table", "json", "csv", "graphml", "dot", "svg")
    return [
        ("app", "in"),
        ("app", "in", "--format", "json"),
        ("traffic", "in"),
        ("traffic", "in", "--format", "json"),
        ("probe", f"127.0.0.1:{port}", "--grant", "grant.toml"),
        ("probe", f"127.0.0.1:{port}", "--grant", "grant.toml", "--format", "json"),
        ("probe", NAME, "--grant", "grant.toml"),
        ("grant", "audit", "ws/audit.jsonl"),
        ("grant", "audit", NAME),
        ("grant", "check", NAME),
        ("scan", NAME, "--verbose"),
        ("posture", "import", f"in/b{FILE_NAME}.apk", "-w", "ws2"),
        ("inventory", "import", f"in/b{FILE_NAME}.apk", "-w", "ws2"),
        ("report", "--format", NAME),
        (NAME,),
        ("report", f"--{NAME}"),
        *(("report", "-w", "ws", "--format", form) for form in forms),
        *(("backend", "list", "-w", "ws", "--format", form) for form in graphs),
        *(("backend", "app", "com.evil.app", "-w", "ws", "--format", form) for form in graphs),
        ("backend", "targets", "-w", "ws"),
        ("workspace", "runs", "-w", "ws"),
    ]


@pytest.mark.more
@pytest.mark.parametrize("part", range(PARTS))
def test_no_output_drives_a_terminal_or_a_ci_log(folder: Path, store: int, part: int) -> None:
    problems = []
    seen = 0
    for words in commands(store)[part::PARTS]:
        done = tieback(folder, *words)
        for name, data in (("stdout", done.stdout), ("stderr", done.stderr)):
            text = data.decode()
            seen += "OWNED" in text
            bad = [*RAW.findall(text), *OUTSIDE_LINE_ENDS.findall(text), *COMMAND.findall(text)]
            if bad:
                problems.append((words, name, bad[:3]))
    assert problems == []
    assert seen > 2, "the names are in the output"


def test_the_log_is_plain_lines(folder: Path) -> None:
    lines = (folder / "log.jsonl").read_bytes()
    assert lines.isascii()
    assert not RAW.search(lines.decode())
    assert not COMMAND.search(lines.decode())
    assert all(json.loads(line)["event"] for line in lines.splitlines())


class Tmux:
    """A terminal without a window."""

    def __init__(self, folder: Path) -> None:
        self._socket = str(folder / "tmux.sock")
        self._folder = folder
        self.tell("-f", "/dev/null", "new-session", "-d", "-x", "200", "-y", "50", "sleep 600")
        self.tell("set-option", "-g", "set-clipboard", "on")
        self.tell("set-option", "-g", "history-limit", "100000")
        self.tell("set-option", "-g", "remain-on-exit", "on")
        self.tell("set-option", "-g", "allow-set-title", "on")

    def tell(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-S", self._socket, *words], capture_output=True, check=False, timeout=30)
        return done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")

    def run(self, script: str) -> dict[str, str]:
        """Run a shell script in a new window; returns the state of the terminal when it ended."""
        window = self.tell(
            "new-window", "-n", "fixed", "-d", "-P", "-F", "#{pane_id}", "-c", str(self._folder), script
        ).strip()
        end = time.monotonic() + 500
        while self.tell("display-message", "-p", "-t", window, "#{pane_dead}").strip() != "1":
            assert time.monotonic() < end, "the script did not end"
            time.sleep(0.2)
        names = (
            *("pane_title", "alternate_on", "scroll_region_upper", "scroll_region_lower", "cursor_flag"),
            *("insert_flag", "mouse_any_flag", "wrap_flag", "origin_flag", "window_name"),
        )
        state = {name: self.tell("display-message", "-p", "-t", window, f"#{{{name}}}").strip() for name in names}
        state["screen"] = self.tell("capture-pane", "-p", "-J", "-S", "-", "-t", window)
        state["clipboard"] = self.tell("show-buffer")
        return state


@pytest.fixture
def tmux(folder: Path) -> Iterator[Tmux]:
    opened = Tmux(folder)
    yield opened
    opened.tell("kill-server")


@needs_tmux
@pytest.mark.more
@pytest.mark.timeout(600)
def test_a_real_terminal_keeps_its_state(folder: Path, store: int, tmux: Tmux) -> None:
    plain = tmux.run("echo BEGIN; echo END")
    python = f"{shlex.quote(sys.executable)} -m tieback"
    kinds = ("app", "traffic", "probe", "grant", "scan")
    chosen = [words for words in commands(store) if words[0] in kinds or words[-1] in {"table", "csv", "dot", "ws"}]
    lines = ["export PYTHONPATH=" + shlex.quote(os.pathsep.join(sys.path)), "unset COLUMNS"]
    for number, words in enumerate(chosen):
        lines += [f"echo MARK-{number}-", f"{python} {shlex.join(words)}"]
    (folder / "script.sh").write_text("\n".join([*lines, "cat log.jsonl", "echo MARK-END-"]))
    after = tmux.run("sh script.sh")
    same = set(plain) - {"screen"}
    assert {name: after[name] for name in same} == {name: plain[name] for name in same}
    marks = re.findall(r"^MARK-(\w+)-$", after["screen"], re.MULTILINE)
    assert marks == [*map(str, range(len(chosen))), "END"], "no line was overwritten or cleared"
    assert "OWNED" in after["screen"]


@needs_tmux
@pytest.mark.more
def test_the_terminal_obeys_the_same_name_if_it_is_raw(folder: Path, tmux: Tmux) -> None:
    (folder / "raw").write_text("MARK\n" * 3 + NAME)
    state = tmux.run("cat raw")
    assert state["pane_title"] == "OWNED"
    assert "OWNED" in state["clipboard"]
    assert state["alternate_on"] == "1"
