"""``tieback probe`` at the edges of a grant; real servers are asked in tests/servers."""

import asyncio
import json
import os
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.examples import few
from tests.lab.sampled_stores import COUNT, STORES, answers_of
from tests.unit.cli.conftest import Run
from tests.unit.scope.policy.signers import make_key, needs_ssh_keygen
from tieback.model.backend import Candidate
from tieback.model.dns_answer import DnsAnswer, DnsAnswerState
from tieback.model.figure import exact
from tieback.model.probe import NO_BYTE, Access, Container, Field, Outcome, ProbeReport
from tieback.pipeline.probing import service as probing
from tieback.pipeline.probing.journal import FOLDER
from tieback.scope.dns_client import DnsClient
from tieback.scope.grant import parse_grant
from tieback.scope.lease import digest_of, hold_lease
from tieback.scope.policy.ssh_keys import parse_public_key

GRANT = """
authorised_by = "Security office"
contact = "security@example.org"
not_after = {until}
[[target]]
match = "127.0.0.1"
ports = "any"
depth = "describe"
[limits]
connects_per_second = 0
"""


def test_targets_outside_the_grant_are_not_probed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    ended = run("probe", "127.0.0.2:9200", "192.0.2.1:6379", "--grant", "grant.toml", "--format", "json")
    assert ended.code == 4
    assert {json.loads(line)["outcome"] for line in ended.out.splitlines()} == {"out_of_scope"}
    assert "tieback grant explain" in ended.err


@pytest.mark.parametrize(
    ("state", "verdict", "words"),
    [
        (DnsAnswerState.FAILED, "not resolved", "DNS failed or did not answer for the name."),
        (DnsAnswerState.SILENT, "not resolved", "DNS failed or did not answer for the name."),
        (DnsAnswerState.NONE, "no address", "DNS has no address for the name"),
        (DnsAnswerState.MISSING, "no address", "DNS has no address for the name"),
    ],
)
def test_a_name_without_an_address_is_not_outside_the_grant(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: DnsAnswerState, verdict: str, words: str
) -> None:
    async def answer(_client: DnsClient, name: str, kind: str, _known_as: str, now: float) -> DnsAnswer:
        return DnsAnswer(name, kind, state, now, now + 60)

    monkeypatch.setattr(DnsClient, "_ask", answer)
    names = '[[target]]\nmatch = "*.x.test"\nports = "any"\ndepth = "describe"\n'
    text = GRANT.format(until="2099-01-01").replace("[limits]", f"{names}[limits]")
    (tmp_path / "grant.toml").write_text(f"dns = true\n{text}")
    ended = run("probe", "es.x.test:9200", "--grant", "grant.toml")
    assert (ended.code, verdict in ended.out, "outside the grant" in ended.out) == (4, True, False)
    assert words in ended.err
    assert "the grant covers none" not in ended.err
    mixed = run("probe", "es.x.test", "127.0.0.2:9200", "--grant", "grant.toml")
    assert (mixed.code, "targets were not contacted: DNS" in mixed.out) == (4, True)
    assert ("no target was contacted" in mixed.err, "no target of this grant covers" in mixed.err) == (True, True)
    listed = run("probe", "es.x.test:9200", "127.0.0.1:1", "--grant", "grant.toml", "--format", "json")
    assert (listed.code, "es.x.test:9200" in listed.err) == (3, True)


def test_a_closed_port_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ended = run("probe", f"127.0.0.1:{port}", "--grant", "grant.toml")
    assert ended.code == 3
    assert "refused" in ended.out
    assert (tmp_path / "audit.jsonl").exists()
    quiet = run("probe", f"127.0.0.1:{port}", "127.0.0.1:1", "--grant", "grant.toml", "--format", "json", "--afresh")
    assert quiet.code == 3
    reason = f"exit 3: 2 closed targets: 127.0.0.1:{port}, 127.0.0.1:1"
    assert reason in quiet.err.splitlines()


def test_the_command_line_and_its_reports_count_the_same_targets(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not decided, not found, closed and not contacted are four answers, with the same numbers everywhere."""
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    ends = {
        9201: (Outcome.HOSTILE, "no end of a line in 16,384 bytes"),
        9202: (Outcome.TIMEOUT, "not recognised: no answer within 5 s; 5 protocols tried, 15 not tried"),
        9203: (Outcome.REFUSED, f"refused: the peer closed the connection {NO_BYTE}"),
        9204: (Outcome.PROTOCOL_MISMATCH, "an HTTP server that is not a known store (status 200)"),
        9205: (Outcome.REFUSED, "refused: connection refused"),
        9206: (Outcome.OUT_OF_SCOPE, "no target of the grant covers it"),
    }

    async def found(asked: Candidate, *_args: object, **_more: object) -> ProbeReport:
        outcome, why = ends[asked.port]
        return ProbeReport(f"127.0.0.1:{asked.port}", outcome, problems=(why,), bytes_read=7)

    monkeypatch.setattr(probing, "probe_one", found)
    words = ("probe", *(f"127.0.0.1:{port}" for port in ends), "--grant", "grant.toml", "--report", "r.json")
    ended = run(*words)
    assert ended.code == 3
    (reason,) = [line for line in ended.err.splitlines() if line.startswith("exit 3: ")]
    parts = reason.removeprefix("exit 3: ").split("; ")
    assert sorted(parts[0].removeprefix("3 targets without a verdict: ").split(", ")) == [
        "127.0.0.1:9201 (broke a limit)",
        "127.0.0.1:9202 (no complete answer)",
        "127.0.0.1:9203 (closed after accepting)",
    ]
    assert parts[1:] == [
        "1 target with no known store: 127.0.0.1:9204",
        "1 closed target: 127.0.0.1:9205",
        "1 target not contacted: 127.0.0.1:9206",
    ]
    report = json.loads((tmp_path / "r.json").read_text())
    told = {one["where"]: one["what"] for one in report["problems"]}
    assert [where for where, what in told.items() if what.startswith("no verdict: ")] == [
        f"127.0.0.1:{port}" for port in (9201, 9202, 9203)
    ]
    assert "not a known data store" in told["127.0.0.1:9204"]
    assert len(told) == 4
    assert report["scope"]["targets_out_of_scope"] == 1
    # No store answered: what may be there is unknown, not zero.
    assert (report["headline"]["records"]["quality"], report["headline"]["bytes"]["quality"]) == ("lower_bound",) * 2


def test_a_path_that_is_not_probed_is_on_the_screen_and_in_the_report(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))

    async def found(asked: Candidate, *_args: object, **_more: object) -> ProbeReport:
        return ProbeReport(f"127.0.0.1:{asked.port}", Outcome.OK, Access.OPEN, product="redis")

    monkeypatch.setattr(probing, "probe_one", found)
    urls = ("http://127.0.0.1:9200/a b/", "http://127.0.0.1:9200/%0d%0aX:y")
    ended = run("probe", *urls, "--grant", "grant.toml", "--report", "r.json")
    assert "path not probed: /a b/, /%0d%0aX:y" in " ".join(ended.out.split())
    (problem,) = json.loads((tmp_path / "r.json").read_text())["problems"]
    assert problem == {"what": "path not probed: /a b/, /%0d%0aX:y", "where": "127.0.0.1:9200"}


def test_an_expired_grant(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2020-01-01"))
    ended = run("probe", "127.0.0.1:9200", "--grant", "grant.toml")
    assert ended.code == 2
    assert "grant.toml: the grant expired on 2020-01-01. Get a new one from" in ended.err


def test_closed_ports_of_a_host_are_counted_not_listed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01").replace("127.0.0.1", "127.77.250.9"))
    ended = run("probe", "127.77.250.9", "--grant", "grant.toml")
    assert ended.code == 0
    assert "targets are closed" in ended.out
    assert "refused" not in ended.out


def test_a_replay_counts_closed_ports_and_ends_as_the_run_did(run: Run, tmp_path: Path, turned_away: int) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    one = closed_ports(1)[0]
    for words in ((f"127.0.0.1:{turned_away}", f"127.0.0.1:{one}-{one + 2}"), (f"127.0.0.1:{one}",)):
        name = f"{len(words)}.jsonl"
        live = run("probe", *words, "--grant", "grant.toml", "--record", name, "--afresh")
        again = run("probe", "--replay", name)
        assert (again.code, again.out) == (live.code, live.out)
        assert ("3 targets are closed" in live.out) is (len(words) > 1)


def test_a_replay_of_an_older_recording_counts_the_ports_of_a_host_with_many(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01").replace("127.0.0.1", "127.77.250.0/24"))
    run("probe", "127.77.250.9", "127.77.250.8:9200", "--grant", "grant.toml", "--record", "t.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text().splitlines()]
    for line in lines:
        line.pop("derived")
    (tmp_path / "t.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    again = run("probe", "--replay", "t.jsonl")
    assert "targets are closed" in again.out
    assert ("127.77.250.9" in again.out, "127.77.250.8:9200" in again.out) == (False, True)
    assert again.code == 3


def closed_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for free in sockets:
            free.bind(("127.0.0.1", 0))
        return [free.getsockname()[1] for free in sockets]
    finally:
        for free in sockets:
            free.close()


def test_targets_come_from_files_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    one, two, three = closed_ports(3)
    (tmp_path / "some.txt").write_text(f"# stores\n\n127.0.0.1:{one}  # the first\n")
    (tmp_path / "more.txt").write_text(f"127.0.0.1:{two}\n127.0.0.1:{one}\n")
    words = ("probe", f"127.0.0.1:{three}", "@some.txt", "--targets", "more.txt", "--grant", "grant.toml")
    ended = run(*words, "--format", "json")
    asked = [json.loads(line)["target"] for line in ended.out.splitlines()]
    assert sorted(asked) == sorted(f"127.0.0.1:{port}" for port in (one, two, three))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("127.0.0.1:1",), "missing --grant"),
        (("--grant", "grant.toml"), "missing targets"),
        (("@none.txt", "--grant", "grant.toml"), "cannot be read"),
        (("--replay", "t.jsonl", "--grant", "grant.toml"), "cannot be combined with targets"),
        (("--replay", "none.jsonl"), "cannot be read"),
        (("127.0.0.1:1", "--grant", "grant.toml", "--own-domain", "acme"), "not an e-mail domain"),
    ],
)
def test_words_that_do_not_go_together(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    ended = run("probe", *words)
    assert ended.code in (2, 3, 4)
    assert said in ended.err


def greeting(port_of: list[int], stop: threading.Event) -> None:
    """A server that refuses this client, as MySQL does; until it is told to stop."""
    refusal = b"\xffj\x04Host '127.0.0.1' is not allowed to connect to this MySQL server"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port_of.append(server.getsockname()[1])
        while not stop.is_set():
            with suppress(TimeoutError), server.accept()[0] as client:
                client.sendall(len(refusal).to_bytes(3, "little") + b"\0" + refusal)


def test_an_account_without_a_password_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))

    async def found(*_args: object, **_more: object) -> ProbeReport:
        return ProbeReport("127.0.0.1:3306", Outcome.OK, Access.OPEN, product="mysql", account="root")

    monkeypatch.setattr(probing, "probe_one", found)
    assert "open as root" in run("probe", "127.0.0.1:3306", "--grant", "grant.toml").out


def test_the_table_is_in_the_order_of_the_question(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))

    async def found(asked: Candidate, *_args: object, **_more: object) -> ProbeReport:
        await asyncio.sleep((9300 - asked.port) / 1000)
        return ProbeReport(f"127.0.0.1:{asked.port}", Outcome.OK, product="redis")

    monkeypatch.setattr(probing, "probe_one", found)
    ports = (9290, 9200, 9250)
    out = run("probe", *(f"127.0.0.1:{port}" for port in ports), "--grant", "grant.toml").out
    assert [out.index(f":{port}") for port in ports] == sorted(out.index(f":{port}") for port in ports)


def test_server_text_cannot_move_the_cursor(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))

    async def found(*_args: object, **_more: object) -> ProbeReport:
        said = "8.1\x1b[31mred\x1b]0;title\x07\u202e"
        return ProbeReport("127.0.0.1:9200", Outcome.OK, product="elasticsearch", version=said, problems=(said,))

    monkeypatch.setattr(probing, "probe_one", found)
    ended = run("probe", "127.0.0.1:9200", "--grant", "grant.toml")
    assert "elasticsearch" in ended.out
    assert not {"\x1b", "\x07", "\u202e"} & set(ended.out)


@pytest.fixture
def turned_away() -> Iterator[int]:
    ports: list[int] = []
    stop = threading.Event()
    thread = threading.Thread(target=greeting, args=(ports, stop))
    thread.start()
    while not ports:
        time.sleep(0.01)
    yield ports[0]
    stop.set()
    thread.join()


def test_a_replay_needs_no_network_and_no_grant(run: Run, tmp_path: Path, turned_away: int) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    words = ("probe", f"127.0.0.1:{turned_away}", "192.0.2.1:6379", f"127.0.0.1:{closed_ports(1)[0]}")
    first = run(*words, "--grant", "grant.toml", "--record", "t.jsonl", "--format", "json")
    told = {line["target"]: line for line in map(json.loads, first.out.splitlines())}
    assert told[f"127.0.0.1:{turned_away}"]["access"] == "firewalled"
    (tmp_path / "grant.toml").unlink()
    again = run("probe", "--replay", "t.jsonl", "--format", "json")
    replayed = {line["target"]: line for line in map(json.loads, again.out.splitlines())}
    day = datetime.now(UTC).date().isoformat()
    assert {one.pop("replayed") for one in replayed.values()} == {day}
    assert all(one.pop("replayed") == "" for one in told.values())
    assert replayed == told
    assert f"replayed from {day}" in again.err


@pytest.mark.parametrize("how", ["Ctrl-C", "stop file"])
def test_stopped_probe_resumes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turned_away: int, how: str
) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))
    ports = [turned_away, *closed_ports(2)]
    words = ("probe", *(f"127.0.0.1:{port}" for port in ports), "--grant", "grant.toml", "--format", "json")
    real = probing.probe_one
    journal = tmp_path / FOLDER

    async def stopping(candidate: Candidate, *rest: Any, **more: Any) -> ProbeReport:
        if candidate.port == ports[0]:
            return await real(candidate, *rest, **more)
        while not journal.exists():  # noqa: ASYNC110 - a file says so, not an event
            await asyncio.sleep(0.01)
        if candidate.port == ports[1] and how == "stop file":
            (tmp_path / "stop").touch()
        elif candidate.port == ports[1]:
            os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)
        raise AssertionError

    def connects() -> int:
        lines = (tmp_path / "audit.jsonl").read_text().splitlines()
        return sum('"connect"' in line and f"127.0.0.1:{turned_away}" in line for line in lines)

    with monkeypatch.context() as patch:
        patch.setattr(probing, "probe_one", stopping)
        stopped = run(*words)
    kept = "what was probed is kept, and the same command resumes within 24 hours"
    told = {
        "Ctrl-C": (130, f"tieback: stopped by Ctrl-C after 1 of 3 targets: {kept}"),
        "stop file": (3, "stopped after 1 of 3 targets (the stop file stop exists); the same command resumes within"),
    }
    assert (stopped.code, told[how][1] in stopped.err) == (told[how][0], True)
    if how == "stop file":
        held = run(*words)
        assert (held.code, "stop exists" in held.err) == (3, True)
        (tmp_path / "stop").unlink()
    assert [json.loads(line)["target"] for line in stopped.out.splitlines()] == [f"127.0.0.1:{turned_away}"]
    before = connects()
    ended = run(*words)
    assert {json.loads(line)["target"] for line in ended.out.splitlines()} == {f"127.0.0.1:{port}" for port in ports}
    assert "resuming: 1 of 3" in ended.err
    assert connects() == before
    assert not journal.exists()
    assert "resuming" not in run(*words).err


def test_a_second_service_under_the_same_grant_is_refused(run: Run, tmp_path: Path, turned_away: int) -> None:
    text = GRANT.format(until="2099-01-01")
    (tmp_path / "grant.toml").write_text(text)
    words = ("probe", f"127.0.0.1:{turned_away}", "--grant", "grant.toml", "--format", "json")
    grant = parse_grant(text, "grant.toml")
    with hold_lease(grant, tmp_path):
        refused = run(*words)
    assert (refused.code, refused.out, len(refused.err.splitlines())) == (4, "", 1)
    assert f"another process ({os.getpid()}, since " in refused.err
    assert f"is probing under this grant ({digest_of(grant)[:12]}…)" in refused.err
    assert run(*words).code == 0


@needs_ssh_keygen
def test_a_demanded_signature_is_checked_before_the_first_connection(run: Run, tmp_path: Path) -> None:
    key, line = make_key(tmp_path, "anna")
    grant = tmp_path / "grant.toml"
    grant.write_text(GRANT.format(until="2099-01-01") + f'[signatures]\nneed = 1\nkeys = ["{line}"]\n')
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        words = ("probe", f"127.0.0.1:{server.getsockname()[1]}", "--grant", "grant.toml")
        refused = run(*words)
        assert (refused.code, refused.out) == (2, "")
        assert "the grant demands 1 signature of its 1 key, and 0 count" in refused.err
        assert not (tmp_path / "audit.jsonl").exists()
        with pytest.raises(BlockingIOError):
            server.accept()
    assert run("grant", "sign", grant, "--key", key).code == 0
    assert run(*words).code == 3  # nothing listens there any more
    first = json.loads((tmp_path / "audit.jsonl").read_bytes().splitlines()[0])
    fingerprint = parse_public_key(line).fingerprint
    named = {"key": fingerprint, "comment": "anna", "file": "grant.toml.sig", "listed_in": ["the grant"]}
    assert (first["event"], first["fields"]["signed_by"]) == ("grant", [named])


def test_a_honeypot_and_a_note_show_in_the_table(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "grant.toml").write_text(GRANT.format(until="2099-01-01"))

    async def found(candidate: Candidate, *_args: Any, **_more: Any) -> ProbeReport:
        note = Container(("READ1", "info"), "collection", records=exact(1, "x"), fields=(Field("mail"), Field("text")))
        return ProbeReport(
            f"{candidate.host}:{candidate.port}", Outcome.OK, product="mysql", version="5.7.00", containers=(note,)
        )

    monkeypatch.setattr(probing, "probe_one", found)
    ended = run("probe", "127.0.0.1:3306", "--grant", "grant.toml")
    assert "honeypot: probably, so it is in no total: mysql 5.7.00 was never released" in " ".join(ended.out.split())
    assert "likely: the name 'READ1.info' matches" in " ".join(ended.out.split())


class _Store(socketserver.BaseRequestHandler):
    """An emulation of Meilisearch with people at ``acme.test``."""

    def handle(self) -> None:
        answer = answers_of(next(store for store in STORES if store.probe == "meilisearch"))
        while sent := self.request.recv(65536):
            self.request.sendall(answer(sent) or b"")


@pytest.fixture
def people() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Store) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("words", "text"),
    few(
        [
            (("--own-domain", "Acme.test"), f"at least {COUNT} of {COUNT} sampled people are at your domains"),
            (("--own-domain", "other.test"), f"none of {COUNT} addresses in the records that were read"),
            ((), "your domains: not looked"),
        ],
        3,
    ),
)
def test_sampled_people_at_our_own_domains(
    run: Run, tmp_path: Path, people: int, words: tuple[str, ...], text: str
) -> None:
    grant = GRANT.format(until="2099-01-01").replace("describe", "sample")
    (tmp_path / "grant.toml").write_text(grant)
    ended = run("probe", f"127.0.0.1:{people}", "--grant", "grant.toml", *words)
    assert ended.code == 0
    assert text in " ".join(ended.out.split())
    assert "acme" not in ended.out.lower()
    assert not any(b"acme" in path.read_bytes().lower() for path in tmp_path.rglob("*") if path.is_file())
