"""ActiveMQ (Debian's package) by OpenWire and STOMP: an open broker and one with a login, each with both listeners."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.lab.patient import PATIENT
from tests.lab.ports import free_ports
from tieback.lab.process import Launch, RunningServer, launch, stop, unprivileged_account
from tieback.model.backend import Candidate, Route
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.probes.choose import probe_named
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer

pytestmark = pytest.mark.servers

HOST = "127.0.0.1"
HOME = Path("/usr/share/activemq")
RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"
CONFIGURATION = """\
<beans xmlns="http://www.springframework.org/schema/beans" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.springframework.org/schema/beans
    http://www.springframework.org/schema/beans/spring-beans-2.0.xsd
    http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
  <broker xmlns="http://activemq.apache.org/schema/core" useJmx="false" persistent="false" brokerName="lab"
    dataDirectory="{directory}/data">
    {plugins}
    <transportConnectors>
      <transportConnector name="openwire" uri="tcp://127.0.0.1:{openwire}"/>
      <transportConnector name="stomp" uri="stomp://127.0.0.1:{stomp}"/>
    </transportConnectors>
  </broker>
</beans>
"""
LOGIN = """\
<plugins><simpleAuthenticationPlugin anonymousAccessAllowed="false"><users>
  <authenticationUser username="lab" password="correct-horse" groups="users"/>
</users></simpleAuthenticationPlugin></plugins>
"""


class Broker(msgspec.Struct, frozen=True):
    """A broker with two listeners."""

    openwire: RunningServer
    stomp: RunningServer


def started(plugins: str) -> Iterator[Broker]:
    java = shutil.which("java")
    if java is None or not (HOME / "bin" / "activemq.jar").exists():
        pytest.skip("ActiveMQ is not installed here (Debian: activemq, default-jre-headless)")
    directory = Path(tempfile.mkdtemp(prefix="tieback-activemq-"))
    openwire, stomp = free_ports(2)
    (directory / "activemq.xml").write_text(
        CONFIGURATION.format(directory=directory, plugins=plugins, openwire=openwire, stomp=stomp)
    )
    account = unprivileged_account()
    if account is not None:
        for path in (directory, *directory.rglob("*")):
            os.chown(path, account.uid, account.gid)
    small = ("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    places = (f"-Dactivemq.home={HOME}", *(f"-Dactivemq.{one}={directory}" for one in ("base", "conf", "data")))
    argv = (os.path.realpath(java), *small, *places, "-jar", str(HOME / "bin" / "activemq.jar"))
    words = (*argv, "start", f"xbean:file:{directory}/activemq.xml")

    def ready() -> bool | None:
        with socket.create_connection((HOST, stomp), timeout=1):
            pass
        with socket.create_connection((HOST, openwire), timeout=1) as client:
            return b"ActiveMQ" in client.recv(64) or None

    try:
        process, _ = launch(Launch(words, directory, HOST, openwire, account), ready)
        server = RunningServer("activemq", "", HOST, openwire, process, False, str(directory), signal.SIGKILL)
        try:
            yield Broker(server, msgspec.structs.replace(server, port=stomp))
        finally:
            stop(server)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def broker_open() -> Iterator[Broker]:
    yield from started("")


@pytest.fixture(scope="module")
def broker_closed() -> Iterator[Broker]:
    yield from started(LOGIN)


STATES = [
    # fixture, listener and probe, product, access, what proves it
    ("broker_open", "openwire", "activemq", Access.PARTIAL, "ConnectionInfo"),
    ("broker_open", "stomp", "activemq", Access.PARTIAL, "CONNECT"),
    ("broker_closed", "openwire", "activemq", Access.AUTH_REQUIRED, "ConnectionInfo"),
    # Its answer to a refused client does not name the product.
    ("broker_closed", "stomp", "stomp", Access.AUTH_REQUIRED, "CONNECT"),
]


@pytest.mark.parametrize(("fixture", "listener", "product", "access", "asked"), STATES)
def test_access_state_by_server_answers(
    ask: Callable[..., Any],
    request: pytest.FixtureRequest,
    fixture: str,
    listener: str,
    product: str,
    access: Access,
    asked: str,
) -> None:
    server: RunningServer = getattr(request.getfixturevalue(fixture), listener)
    report: ProbeReport = ask(probe_named(listener), server, Depth.SAMPLE).report
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access), report
    assert [proof.asked for proof in report.proofs] == [asked]
    assert report.untested == ()
    assert report.version.startswith("5.") is (product == "activemq")


ALLOWED = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
    limits=PATIENT,
)


@pytest.mark.parametrize(
    ("fixture", "access"), [("broker_open", Access.PARTIAL), ("broker_closed", Access.AUTH_REQUIRED)]
)
async def test_openwire_on_an_odd_port_is_found(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str, access: Access
) -> None:
    server: RunningServer = request.getfixturevalue(fixture).openwire
    candidate = Candidate(server.address, server.port, None, Route.NAMED, (), "the test")
    with AuditLog(tmp_path / "audit.log") as audit:
        report = await probe_one(candidate, Dialer(ALLOWED, audit), ALLOWED)
    assert (report.outcome, report.product, report.access) == (Outcome.OK, "activemq", access), report


@pytest.mark.parametrize(("file", "fixture"), [("openwire-open", "broker_open"), ("openwire-auth", "broker_closed")])
async def test_a_replay_gives_the_same_report(
    transcribe: Callable[..., Any], request: pytest.FixtureRequest, file: str, fixture: str
) -> None:
    record = RECORDED / f"{file}.jsonl" if os.environ.get("TIEBACK_RECORD") == "1" else None
    told, replayed = await transcribe(probe_named("openwire"), request.getfixturevalue(fixture).openwire, record=record)
    assert replayed == told
