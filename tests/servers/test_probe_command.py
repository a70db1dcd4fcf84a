"""``tieback probe`` against real servers: contents on the terminal, reports, and no connection outside the grant."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.examples import few
from tests.lab.command import command
from tests.lab.patient import PATIENT_TOML
from tests.lab.ports import free_ports
from tests.lab.stores import PEOPLE
from tieback.console import UNFOLDED
from tieback.lab.process import RunningServer

pytestmark = pytest.mark.servers

GRANT = (
    """
authorised_by = "Security office"
contact = "security@example.org"
not_after = 2099-01-01
[[target]]
match = "{match}"
ports = {ports}
depth = "describe"
"""
    + PATIENT_TOML
)


def tieback(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command with its output in pipes, of no particular width."""
    return command(*words, cwd=cwd, environment={name: text for name, text in os.environ.items() if name != "COLUMNS"})


def test_the_contents_of_open_stores_and_why_they_are_open(
    tmp_path: Path, valkey_open: RunningServer, valkey_auth: RunningServer, mongo_open: RunningServer
) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(match="127.0.0.1", ports='"any"'))
    targets = [f"127.0.0.1:{valkey_auth.port}", f"redis://127.0.0.1:{valkey_open.port}", f"127.0.0.1:{mongo_open.port}"]
    reports = ["stores.html", "stores.md", "stores.json", "stores.csv", "stores.sarif", "stores.txt"]
    words = [word for name in reports for word in ("--report", name)]
    ended = tieback("probe", *targets, "--grant", "grant.toml", *words, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.splitlines() == [f"report: {name}" for name in reports]
    lines = ended.stdout.splitlines()
    verdicts = {line.split()[0]: line for line in lines if line.startswith("127.0.0.1:")}
    assert "login required" in verdicts[f"127.0.0.1:{valkey_auth.port}"]
    assert "  why: PING, INFO server: NOAUTH Authentication required." in lines
    assert any(line.startswith("  why: listDatabases: lists ") for line in lines)
    rows = [line.split() for line in lines if line.startswith(" ")]
    assert any(row[:3] == ["db0", "keyspace", str(PEOPLE)] for row in rows)
    (people,) = [row for row in rows if row[1:2] == ["collection"] and row[2] == str(PEOPLE)]
    assert "E-mail addresses" in " ".join(people)
    assert any(line.startswith("  people: ") for line in lines)
    assert any(line.startswith("  ransom: ") for line in lines)
    assert max(map(len, lines)) < UNFOLDED
    document = json.loads((tmp_path / "stores.json").read_text())
    assert document["headline"]["stores_exposed"] == 2
    assert document["headline"]["stores_answering"] == 3
    assert (document["apps"], document["scope"]["targets_asked"]) == ([], 3)
    assert {finding["rule"] for finding in document["findings"]} >= {"open-store", "cleartext-store"}
    for name in reports[:2]:
        text = (tmp_path / name).read_text()
        assert people[0] in text.replace("\\", "")
        assert "Data stores" in text
        assert "0 apps" not in text
    assert f"127.0.0.1:{mongo_open.port}" in (tmp_path / "stores.csv").read_text()
    # What the stores contain is in no output: here a key that is an address.
    texts = [ended.stdout, *((tmp_path / name).read_text() for name in reports)]
    assert not any("anna@hr.test" in text for text in texts)


def test_a_replay_gives_the_same_report_without_contact(tmp_path: Path, valkey_open: RunningServer) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(match="127.0.0.1", ports='"any"'))
    target = f"127.0.0.1:{valkey_open.port}"
    tieback("probe", target, "--grant", "grant.toml", "--record", "t.jsonl", "--report", "a.json", cwd=tmp_path)
    ended = tieback("probe", "--replay", "t.jsonl", "--report", "b.json", cwd=tmp_path)
    assert ended.returncode == 0
    first, again = (json.loads((tmp_path / name).read_text()) for name in ("a.json", "b.json"))
    assert again["exposures"] == first["exposures"]
    assert again["findings"] == first["findings"]
    assert again["scope"]["note"].startswith("Replay of ")


@pytest.fixture
def doors() -> Iterator[dict[tuple[str, int], socket.socket]]:
    """Listening sockets on two ports of eight addresses; each remembers who knocked."""
    ports = free_ports(2)
    with ExitStack() as stack:
        found = {}
        for host in (f"127.98.7.{n}" for n in range(8)):
            for port in ports:
                found[host, port] = stack.enter_context(socket.create_server((host, port)))
                found[host, port].setblocking(False)
        yield found


def knocked(door: socket.socket) -> bool:
    try:
        door.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.mark.parametrize(
    "word", few(["127.98.7.0/29:{low}-{high}", "127.98.7.0/29:{low}", "http://127.98.7.5:{low}/"], 3)
)
def test_no_connection_leaves_the_grant(tmp_path: Path, doors: dict[tuple[str, int], socket.socket], word: str) -> None:
    low, high = sorted({port for _, port in doors})
    inside = {(f"127.98.7.{n}", low) for n in range(4)}
    (tmp_path / "grant.toml").write_text(GRANT.format(match="127.98.7.0/30", ports=f"[{low}]"))
    # The range between the two ports may be long; all of it is outside the grant.
    text = word.format(low=low, high=high if high - low < 8_000 else low)
    ended = tieback("probe", text, "--grant", "grant.toml", "--format", "json", cwd=tmp_path)
    reports = {line["target"]: line["outcome"] for line in map(json.loads, ended.stdout.splitlines())}
    contacted = {place for place, door in doors.items() if knocked(door)}
    assert contacted <= inside
    assert contacted == (set() if word.startswith("http") else inside)
    asked = {f"{host}:{port}" for host, port in inside}
    assert {target for target, outcome in reports.items() if outcome != "out_of_scope"} == asked & reports.keys()
    assert ended.returncode == (4 if word.startswith("http") else 3)


def test_the_rest_of_a_block_is_counted_in_words(tmp_path: Path, valkey_open: RunningServer) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(match="127.0.0.1", ports='"any"'))
    ended = tieback("probe", f"127.0.0.0/30:{valkey_open.port}", "--grant", "grant.toml", cwd=tmp_path)
    assert "3 targets were not contacted: no target of this grant covers their host and port." in ended.stdout
    assert ended.stdout.count("out_of_scope") == 0
    assert ended.returncode == 3
