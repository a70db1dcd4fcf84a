"""What is excluded is never connected to: by no command, under no name, in no form. A damaged policy stops all."""

import ast
import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path

import pytest

import tieback
from tests.unit.pipeline.disclosure.test_recheck import GRANT as OPEN_GRANT
from tests.unit.pipeline.disclosure.test_recheck import POLICY, everything, opened
from tests.unit.scope.test_resolver import responder
from tieback.model.case import RecheckVerdict
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, ExcludeRule, Grant, Limits, TargetRule
from tieback.model.probe import Outcome
from tieback.pipeline.disclosure.recheck import recheck
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, Target
from tieback.scope.dialer import Dialer
from tieback.scope.resolver import NameResolver
from tieback.user_state import configuration_folder

ROOT = Path(__file__).parents[2]
SENDS = (DeclaredSend("ping", rb"PING\r\n", "asks whether it is there"),)
LIMITS = Limits(total_seconds=3, idle_seconds=0.5, connects_per_second=0)
NEVER = '[[exclude]]\n\nmatch = "127.0.0.9"\nreason = "patient monitor"\n'
REASON = "never.toml line 3: patient monitor"
GRANT_TEXT = """
authorised_by = "Office"
contact = "sec@example.test"
not_after = 2099-01-01
[[target]]
match = "127.0.0.0/8"
ports = "any"
depth = "describe"
[hosts]
"db.x.test" = ["127.0.0.9", "127.0.0.8"]
"only.x.test" = "127.0.0.9"
"""


@pytest.fixture
def never() -> Iterator[Path]:
    """The ``never.toml`` of the user who runs the tests."""
    place = configuration_folder() / "never.toml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(NEVER)
    yield place
    place.unlink()


@contextmanager
def listener(address: str, port: int = 0) -> Iterator[socket.socket]:
    with socket.create_server((address, port)) as server:
        server.settimeout(0)
        yield server


def connects(server: socket.socket) -> int:
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


@asynccontextmanager
async def ponging(address: str) -> AsyncIterator[tuple[int, list[str]]]:
    seen: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer.get_extra_info("sockname")[0])
        while await reader.read(100):
            writer.write(b"PONG\r\n")
        writer.close()

    server = await asyncio.start_server(serve, address, 0)
    try:
        yield server.sockets[0].getsockname()[1], seen
    finally:
        server.close()


def ping() -> Conversation[bytes]:
    yield Connect()
    yield Send(b"PING\r\n")
    return (yield Receive(until=b"\r\n"))


def grant(*exclude: ExcludeRule, dns: bool = False) -> Grant:
    rules = tuple(TargetRule(match, "any", Depth.DESCRIBE) for match in ("127.0.0.0/8", "192.0.2.0/24", "*.test"))
    hosts: dict[str, str | tuple[str, ...]] = {"db.x.test": ("127.0.0.9", "127.0.0.8"), "only.x.test": "127.0.0.9"}
    return Grant("O", "c@x.test", date(2099, 1, 1), rules, hosts=hosts, limits=LIMITS, exclude=exclude, dns=dns)


@pytest.mark.parametrize("host", ["127.0.0.9", "::ffff:127.0.0.9", "[::ffff:7f00:9]", "only.x.test", "ONLY.x.test."])
@pytest.mark.parametrize("source", ["never.toml", "grant"])
async def test_the_dialer_refuses_an_excluded_address(
    tmp_path: Path, host: str, source: str, request: pytest.FixtureRequest
) -> None:
    rules = [ExcludeRule("127.0.0.9", reason="patient monitor")] if source == "grant" else []
    if source == "never.toml":
        request.getfixturevalue("never")
    async with ponging("127.0.0.9") as (port, seen):
        with AuditLog(tmp_path / "audit.jsonl") as audit:
            dialer = Dialer(grant(*rules), audit)
            decision = await dialer.permit(host, port)
            with pytest.raises(Fault) as caught:
                await dialer.converse(Target(host, port), ping(), SENDS)
        await asyncio.sleep(0.02)
        assert seen == []
    assert caught.value.outcome is Outcome.OUT_OF_SCOPE
    assert not decision.allowed
    assert decision.reason == str(caught.value.detail)
    assert decision.reason.startswith("excluded by ")
    assert decision.reason.endswith(": patient monitor")
    refused = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_bytes().splitlines()]
    assert [line["fields"]["reason"] for line in refused if line["event"] == "refused"] == [decision.reason] * 2


async def test_the_other_addresses_of_a_name_remain(tmp_path: Path) -> None:
    """A cluster of which one member is excluded by its address."""
    async with ponging("127.0.0.8") as (port, seen):
        with listener("127.0.0.9", port) as excluded, AuditLog(tmp_path / "audit.jsonl") as audit:
            dialer = Dialer(grant(ExcludeRule("127.0.0.9")), audit)
            answer, traffic = await dialer.converse(Target("db.x.test", port), ping(), SENDS)
            assert connects(excluded) == 0
    assert (answer, traffic.address, seen) == (b"PONG\r\n", "127.0.0.8", ["127.0.0.8"])


@pytest.mark.parametrize(
    ("host", "match", "queries"),
    [("alias.x.test", "*.elsewhere.test", True), ("db.x.test", "db.x.test", False), ("db.x.test", "192.0.2.1", True)],
)
async def test_dns_answers_do_not_lead_around_an_exclusion(
    tmp_path: Path, host: str, match: str, queries: bool
) -> None:
    """The address or a CNAME target is excluded: decided after DNS. The name is: DNS is not even queried."""
    async with responder() as (server, resolver):
        permit = Grant(
            "O", "c@x.test", date(2099, 1, 1), grant().target, limits=LIMITS, exclude=(ExcludeRule(match),), dns=True
        )
        with AuditLog(tmp_path / "audit.jsonl") as audit:
            dialer = Dialer(permit, audit, names=NameResolver(permit, resolver=resolver))
            decision = await dialer.permit(host, 9)
            with pytest.raises(Fault, match="excluded by"):
                await dialer.converse(Target(host, 9), ping(), SENDS)
        assert decision.reason.startswith("excluded by [[exclude]] 1 of the grant")
        assert bool(server.asked) is queries


@pytest.mark.parametrize("damage", [b"\xff", b"= 1", b'[[exclude]]\nmatch = "10.0.0.1/8"\n', b"[[excludes]]\n"])
async def test_a_damaged_policy_lets_no_dialer_start(tmp_path: Path, never: Path, damage: bytes) -> None:
    never.write_bytes(damage)  # noqa: ASYNC240
    with AuditLog(tmp_path / "audit.jsonl") as audit:
        for refused in (lambda: Dialer(grant(), audit), lambda: NameResolver(grant())):
            with pytest.raises(GrantError, match="Nothing is contacted until this file can be read and is correct"):
                refused()


def test_a_damaged_policy_stops_every_command(tmp_path: Path, never: Path) -> None:
    never.write_text("[[excludes]]\n")
    with listener("127.0.0.1") as server:
        (tmp_path / "grant.toml").write_text(GRANT_TEXT)
        port = server.getsockname()[1]
        for words in (("probe", f"127.0.0.1:{port}"), ("backend", "contacts", f"127.0.0.1:{port}")):
            ended = command(tmp_path, *words, "--grant", "grant.toml")
            assert (ended.returncode, ended.stdout) == (2, "")
            assert "never.toml" in ended.stderr
            assert "Traceback" not in ended.stderr
        assert connects(server) == 0


def command(folder: Path, *words: str | Path, **more: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path]), "COLUMNS": "200"} | more
    program = [sys.executable, "-m", "tieback", *map(str, words)]
    return subprocess.run(program, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("option", [False, True], ids=["user's never.toml", "--never"])
def test_probe_and_contacts_name_what_they_skip(tmp_path: Path, request: pytest.FixtureRequest, option: bool) -> None:
    (tmp_path / "grant.toml").write_text(GRANT_TEXT)
    words: list[str] = ["--grant", "grant.toml", "--format", "json"]
    if option:
        (tmp_path / "never.toml").write_text(NEVER)
        words += ["--never", "never.toml"]
    else:
        request.getfixturevalue("never")
    with listener("127.0.0.9") as server:
        port = server.getsockname()[1]
        probed = command(tmp_path, "probe", f"127.0.0.9:{port}", f"only.x.test:{port}", *words)
        read = command(tmp_path, "backend", "contacts", f"only.x.test:{port}", *words)
        assert connects(server) == 0
    reports = [json.loads(line) for line in probed.stdout.splitlines()]
    assert {report["outcome"] for report in reports} == {"out_of_scope"}
    assert all(report["problems"][0].endswith(REASON) for report in reports)
    assert json.loads(read.stdout)["problem"].endswith(REASON)
    announced = json.loads((tmp_path / "audit.jsonl").read_bytes().splitlines()[0])["fields"]["site_policies"]
    assert [(policy["file"].endswith("never.toml"), policy["excludes"]) for policy in announced] == [(True, 1)]


def test_a_recheck_does_not_connect_and_decides_nothing(tmp_path: Path) -> None:
    with listener("127.0.0.1") as server:
        directory = opened(tmp_path, server.getsockname()[1])
        permit = Grant(
            OPEN_GRANT.authorised_by, "t@t.test", OPEN_GRANT.not_after, OPEN_GRANT.target,
            exclude=(ExcludeRule("127.0.0.1"),),
            limits=Limits(connects_per_second=0.0),
        )  # fmt: skip
        (looked,) = recheck(directory, permit, POLICY, everything)
        assert connects(server) == 0
    assert looked.check.verdict is RecheckVerdict.UNREACHABLE
    assert looked.before.state is looked.after.state


WATCH = """
import os, sys
def watch(event, args):
    if event == "socket.connect" and isinstance(args[-1], tuple):
        with open(os.environ["TIEBACK_WATCH"], "a") as log:
            log.write(f"{args[-1][0]}\\n")
sys.addaudithook(watch)
"""


@pytest.mark.parametrize("excluded", [pytest.param(False, marks=pytest.mark.more), True])
def test_a_scan_counts_what_it_skips(tmp_path: Path, excluded: bool) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    text = GRANT_TEXT.replace('"only.x.test" = "127.0.0.9"', '"es.fieldhand.test" = "127.88.3.9"')
    (tmp_path / "grant.toml").write_text(text)
    (tmp_path / "never.toml").write_text('[[exclude]]\nmatch = "127.88.3.9"\nreason = "DNS does not exist in DNS"\n')
    app = ROOT / "labs" / "apps" / "fieldhand.apk"
    words: list[str | Path] = ["scan", app, "--grant", "grant.toml", "-w", "ws", "--format", "json", "--workers", "1"]
    more = {"TIEBACK_NEVER": "never.toml"} if excluded else {}
    ended = command(tmp_path, *words, TIEBACK_WATCH=str(tmp_path / "watched"), **more)
    assert ended.returncode == 0, ended.stderr
    scope = json.loads(ended.stdout)["scope"]
    watched = (tmp_path / "watched").read_text().splitlines() if (tmp_path / "watched").exists() else []
    assert ("127.88.3.9" in watched) is not excluded
    assert bool(dict(scope["skipped"]).get("excluded")) is excluded
    assert "not_resolved" not in dict(scope["skipped"])
    log = (tmp_path / "ws" / "audit.jsonl").read_text() if excluded else ""
    assert ('"site_policies":[{"file":"never.toml"' in log) is excluded


def test_every_dialer_gets_an_approval() -> None:
    """A dialer without one reads only the usual site policies: a command must also honour ``--never``."""
    found = [
        (path.name, any(keyword.arg == "approval" for keyword in node.keywords))
        for path in Path(tieback.__file__).parent.rglob("*.py")
        if "Dialer(" in (text := path.read_text())
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Dialer"
    ]
    assert len(found) == 4
    assert all(approved for _, approved in found), found
