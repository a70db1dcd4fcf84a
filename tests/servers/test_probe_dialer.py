"""The probes through the real dialer: TLS that does not verify, odd ports, keep-alive, and the grant's limits."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from tieback.lab.process import RunningServer
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes import PROBES
from tieback.probes.choose import order_probes
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Target, Traffic
from tieback.scope.dialer import Dialer

pytestmark = pytest.mark.servers

ALLOWED = Grant(
    authorised_by="the test",
    contact="security@example.test",
    not_after=date(2999, 1, 1),
    target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE, ("root", "postgres")),),
    limits=Limits(connects_per_second=0),
)

ANY_PORT = [
    ("mongo_open", "mongodb", Access.OPEN),
    ("mongo_tls", "mongodb", Access.OPEN_EMPTY),
    ("postgres_trust", "postgresql", Access.OPEN),
    ("valkey_open", "valkey", Access.OPEN),
    ("opensearch_emulation", "opensearch", Access.OPEN),
    ("mariadb_closed", "mariadb", Access.OPEN),
]


# The certificate that MariaDB makes for itself has the serial number 0.
@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@pytest.mark.parametrize(("fixture", "product", "access"), ANY_PORT)
async def test_a_store_on_an_odd_port_is_recognised(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str, product: str, access: Access
) -> None:
    server: RunningServer = request.getfixturevalue(fixture)
    target = Target(server.address, server.port, passwordless=("root", "postgres"), contact=ALLOWED.contact)
    with AuditLog(tmp_path / "audit.log") as audit:
        dialer = Dialer(ALLOWED, audit)
        tried: list[tuple[ProbeReport, Traffic]] = []
        for probe in order_probes(None, server.port):
            tried.append(await dialer.converse(target, probe.run(target, Depth.DESCRIBE), probe.meta.sends))
            if tried[-1][0].outcome is not Outcome.PROTOCOL_MISMATCH:
                break
    report, traffic = tried[-1]
    assert (report.outcome, report.product, report.access) == (Outcome.OK, product, access), tried
    assert (traffic.tls is not None) == (fixture in ("mongo_tls", "mariadb_closed"))
    if traffic.tls is not None:
        assert not traffic.tls.verified


async def test_a_spent_budget_keeps_what_was_found(opensearch_emulation: RunningServer, tmp_path: Path) -> None:
    grant = msgspec.structs.replace(ALLOWED, limits=Limits(max_bytes=900, connects_per_second=0))
    target = Target(opensearch_emulation.address, opensearch_emulation.port, service="elasticsearch")
    probe = next(probe for probe in PROBES if probe.meta.name == "elasticsearch")
    with AuditLog(tmp_path / "audit.log") as audit:
        report, _ = await Dialer(grant, audit).converse(target, probe.run(target, Depth.DESCRIBE), probe.meta.sends)
    assert report.outcome is Outcome.OK
    assert report.product == "opensearch"
    assert any(problem.startswith("budget_spent") for problem in report.problems)
