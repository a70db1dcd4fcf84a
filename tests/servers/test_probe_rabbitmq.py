"""RabbitMQ by AMQP and by its management port: one real server, since it takes ten seconds to start.

Two listeners of one server, with the mechanisms of RabbitMQ 4 (``ANONYMOUS`` among them); what nobody may do is changed
with its own ``rabbitmqctl``, which is also what the queues are counted with. Its port mapper (epmd) is started on
loopback and stopped again by its process number.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.direct import open_directly
from tests.lab.patient import PATIENT
from tests.lab.ports import free_ports
from tieback.lab.process import RunningServer, stamp, unprivileged_account
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.probes.choose import probe_named
from tieback.probes.playback import MemoryPeer, play
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target
from tieback.scope.dialer import Dialer

pytestmark = pytest.mark.servers

HOST = "127.0.0.1"
PEOPLE = 37
RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"
PROGRAMS = Path("/usr/lib/rabbitmq/bin")
"""Debian's own wrappers change to a user of theirs."""
KEEPER = "keeper:correct-horse"


class Broker(msgspec.Struct, frozen=True):
    """The server, its ports, and how to talk to it with its own tool."""

    amqp: RunningServer
    amqps: RunningServer
    management: RunningServer
    environment: dict[str, str]

    def ctl(self, *words: str) -> str:
        argv = (str(PROGRAMS / "rabbitmqctl"), "-q", "-n", self.environment["RABBITMQ_NODENAME"], *words)
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, verb: str, path: str, body: bytes | None = None) -> bytes:
        url = f"http://{HOST}:{self.management.port}{path}"
        login = {"Authorization": f"Basic {b64encode(KEEPER.encode()).decode()}", "Content-Type": "application/json"}
        asked = urllib.request.Request(url, body, login, method=verb)
        with open_directly(asked, timeout=10) as answer:
            answered: bytes = answer.read()
            return answered


def listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def owner(port: int) -> int:
    """The process that listens on a port of loopback, from ``/proc``."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text("ascii").splitlines()]
    inodes = {row[9] for row in rows if row[1] == f"0100007F:{port:04X}" and row[3] == "0A"}
    for path in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if str(path.readlink()) in {f"socket:[{inode}]" for inode in inodes}:
                return int(path.parts[2])
    return 0


@pytest.fixture(scope="module")
def broker(pem: bytes) -> Iterator[Broker]:
    server, epmd = PROGRAMS / "rabbitmq-server", shutil.which("epmd")
    if not server.exists() or epmd is None:
        pytest.skip("RabbitMQ is not installed here (Debian: rabbitmq-server)")
    directory = Path(tempfile.mkdtemp(prefix="tieback-rabbitmq-"))
    port, tls, management, mapper, distribution = free_ports(5)
    (directory / "both.pem").write_bytes(pem)
    (directory / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = {HOST}:{port}\nlisteners.ssl.1 = {HOST}:{tls}\n"
        f"ssl_options.certfile = {directory}/both.pem\nssl_options.keyfile = {directory}/both.pem\n"
        "ssl_options.verify = verify_none\nssl_options.fail_if_no_peer_cert = false\n"
        f"management.tcp.ip = {HOST}\nmanagement.tcp.port = {management}\n"
        "default_user = keeper\ndefault_pass = correct-horse\ncluster_name = rabbit.hr.test\n"
        "anonymous_login_user = stranger\nanonymous_login_pass = nothing\n"
    )
    (directory / "plugins").write_text("[rabbitmq_management].\n")
    environment = {
        "PATH": "/usr/bin:/bin:/usr/sbin",
        "LC_ALL": "C.UTF-8",
        "HOME": str(directory),
        "RABBITMQ_NODENAME": f"tieback{port}@localhost",
        "RABBITMQ_MNESIA_BASE": str(directory / "data"),
        "RABBITMQ_LOG_BASE": str(directory / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "plugins"),
        "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1",
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": HOST,
    }
    log = (directory / "console").open("wb")
    account = unprivileged_account()
    if account:
        for path in (directory, *directory.iterdir()):
            os.chown(path, account.uid, account.gid)
    mapping = subprocess.Popen((epmd,), env=environment, stdout=log, stderr=log)
    process = subprocess.Popen(
        (str(server),),
        env=environment,
        stdout=log,
        stderr=log,
        cwd=directory,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    try:
        for _ in range(600):
            assert process.poll() is None, (directory / "console").read_text()
            if listening(management) and listening(port) and listening(tls):
                break
            time.sleep(0.1)
        node = owner(port)
        known = stamp(node)
        assert known is not None

        def running(number: int) -> RunningServer:
            return RunningServer("rabbitmq", "", HOST, number, known, False, str(directory))

        made = Broker(running(port), running(tls), running(management), environment)
        made.ctl("await_startup")
        made.call("PUT", "/api/queues/%2F/people", b'{"durable":false}')
        made.call("PUT", "/api/queues/%2F/nothing", b'{"durable":false}')
        message = b'{"properties":{},"routing_key":"people","payload":"secret","payload_encoding":"string"}'
        for _ in range(PEOPLE):
            made.call("POST", "/api/exchanges/%2F/amq.default/publish", message)
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        mapping.kill()
        mapping.wait()
        log.close()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def strangers(broker: Broker) -> Iterator[Broker]:
    """Whoever does not log in is a user with rights on the virtual host ``/``."""
    broker.ctl("add_user", "stranger", "nothing")
    broker.ctl("set_permissions", "stranger", ".*", ".*", ".*")
    try:
        yield broker
    finally:
        broker.ctl("delete_user", "stranger")


@pytest.mark.more
def test_it_listens_on_loopback_only(broker: Broker) -> None:
    del broker
    mine = subprocess.run(("ss", "-ltnH"), capture_output=True, text=True, check=True).stdout
    assert all(
        not row.split()[3].startswith(("*:", "0.0.0.0:", "[::]:")) or "5672" not in row for row in mine.splitlines()
    )


def test_anonymous_is_refused_if_it_has_no_rights(ask: Callable[..., Any], broker: Broker) -> None:
    for depth in Depth:
        report = _report(ask(probe_named("amqp"), broker.amqp, depth, names=("people",)))
        assert (report.outcome, report.product, report.access) == (Outcome.OK, "rabbitmq", Access.AUTH_REQUIRED), report
        assert report.version.startswith("4.")
        assert report.containers == ()


def test_anonymous_access_counts_the_queues_named_by_the_app(ask: Callable[..., Any], strangers: Broker) -> None:
    reports = {
        depth: _report(ask(probe_named("amqp"), strangers.amqp, depth, names=("people", "nothing", "gone", "people")))
        for depth in Depth
    }
    assert reports[Depth.IDENTIFY].access is Access.PARTIAL
    assert reports[Depth.IDENTIFY].containers == ()
    deep = reports[Depth.DESCRIBE]
    assert deep.access is Access.OPEN, deep
    counted = {one.name: one.records.value for one in deep.containers if one.records is not None}
    assert counted == {"/.people": PEOPLE, "/.nothing": 0}
    rows = strangers.ctl("list_queues", "name", "messages").split()
    assert rows[rows.index("people") + 1] == str(PEOPLE)
    assert "secret" not in repr(deep)
    # Nothing was made, and nothing taken.
    assert "gone" not in rows


@pytest.mark.more
def test_without_names_it_is_partial(ask: Callable[..., Any], strangers: Broker) -> None:
    report = _report(ask(probe_named("amqp"), strangers.amqp))
    assert (report.access, report.containers) == (Access.PARTIAL, ())


@pytest.mark.more
def test_over_tls(ask: Callable[..., Any], strangers: Broker) -> None:
    asked = ask(probe_named("amqp"), strangers.amqps, names=("people",))
    assert asked.tls
    assert asked.report.access is Access.OPEN


def test_management_port_identifies_the_same_store(ask: Callable[..., Any], broker: Broker) -> None:
    by_amqp = _report(ask(probe_named("amqp"), broker.amqp))
    assert by_amqp.identity is not None
    assert by_amqp.identity.key == "rabbitmq:cluster_name:rabbit.hr.test"
    by_http = _report(ask(probe_named("rabbitmq"), broker.management))
    assert (by_http.outcome, by_http.product, by_http.access) == (Outcome.OK, "rabbitmq", Access.AUTH_REQUIRED)


def test_the_management_ports_own_answers_are_read_where_something_in_front_logs_in(broker: Broker) -> None:
    """The answers of the real server to a user, handed to the probe as if nobody had been asked who he is."""

    def answer(sent: bytes) -> bytes:
        body = broker.call("GET", sent.split(b" ", 2)[1].decode())
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    probe = probe_named("rabbitmq")
    assert probe is not None
    target = Target(HOST, broker.management.port)
    report, counted, tries = ProbeReport("", Outcome.ERROR), dict[str, int](), 0
    while counted != {"/.people": PEOPLE, "/.nothing": 0}:
        # The numbers in its statistics come after some seconds.
        assert tries < 100, report
        tries += 1
        time.sleep(0.1)
        report = play(probe.run(target, Depth.DESCRIBE), MemoryPeer(answer), probe.meta.sends).result
        counted = {one.name: one.records.value for one in report.containers if one.records is not None}
    assert (report.access, report.version[:2]) == (Access.OPEN, "4.")
    assert report.identity is not None
    # The client port tells the same name: one store.
    assert report.identity.key == "rabbitmq:cluster_name:rabbit.hr.test"


ALLOWED = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
    limits=PATIENT,
)


@pytest.mark.parametrize(
    ("listener", "product"), [("amqp", "rabbitmq"), ("amqps", "rabbitmq"), ("management", "rabbitmq")]
)
async def test_found_on_an_odd_port(broker: Broker, tmp_path: Path, listener: str, product: str) -> None:
    server: RunningServer = getattr(broker, listener)
    candidate = Candidate(HOST, server.port, None, Route.NAMED, (), "the test")
    with AuditLog(tmp_path / "audit.log") as audit:
        report = await probe_one(candidate, Dialer(ALLOWED, audit), ALLOWED)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, Access.AUTH_REQUIRED), report


@pytest.mark.parametrize("file", ["amqp-open", "amqp-auth"])
async def test_a_replay_gives_the_same_report(
    transcribe: Callable[..., Any], broker: Broker, request: pytest.FixtureRequest, file: str
) -> None:
    if file == "amqp-open":
        request.getfixturevalue("strangers")
    record = RECORDED / f"{file}.jsonl" if os.environ.get("TIEBACK_RECORD") == "1" else None
    told, replayed = await transcribe(probe_named("amqp"), broker.amqp, record=record, names=("people", "gone"))
    assert replayed == told


def _report(asked: Any) -> ProbeReport:
    report: ProbeReport = asked.report
    return report
