"""Ports that sent nothing are one row per host and outcome; what answered has a row of its own."""

from collections.abc import Callable

import pytest

from tests.unit.report.conftest import in_tables
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report.formats.html import probed as module
from tieback.report.formats.html.probed import SilentPorts, probed_targets


def refused(host: str, *ports: int, outcome: Outcome = Outcome.REFUSED) -> list[ProbeReport]:
    return [ProbeReport(f"{host}:{port}", outcome, problems=(f"port {port}: refused",)) for port in ports]


ANSWER = ProbeReport("es.test:9200", Outcome.OK, Access.OPEN, product="opensearch", bytes_sent=9, bytes_read=99)


@pytest.fixture
def with_probes(report: Report) -> Callable[..., Report]:
    return lambda *probes: in_tables(report, probes=LazyTable.of(probes))


def test_refused_ports_are_one_row_per_host(with_probes: Callable[..., Report]) -> None:
    found = probed_targets(with_probes(*refused("es.test", 80, 21, 443), ANSWER, *refused("[2001:db8::1]", 80, 81)))
    assert found.rows == (ANSWER,)
    assert found.silent == (
        SilentPorts("es.test", "refused", "3 ports: 21, 80, 443"),
        SilentPorts("[2001:db8::1]", "refused", "2 ports: 80, 81"),
    )
    assert found.left_out == 0


def test_outcomes_are_listed_separately(with_probes: Callable[..., Report]) -> None:
    probes = (*refused("es.test", 1, 2), *refused("es.test", 3, 4, outcome=Outcome.OUT_OF_SCOPE))
    found = probed_targets(with_probes(*probes))
    assert [(one.outcome, one.ports) for one in found.silent] == [
        ("refused", "2 ports: 1, 2"),
        ("out of scope", "2 ports: 3, 4"),
    ]


def test_a_single_port_keeps_its_reason(with_probes: Callable[..., Report]) -> None:
    found = probed_targets(with_probes(*refused("es.test", 80)))
    assert found.silent == ()
    assert found.rows[0].problems == ("port 80: refused",)


def test_an_answer_is_never_in_a_group(with_probes: Callable[..., Report]) -> None:
    hostile = ProbeReport("es.test:1", Outcome.HOSTILE, bytes_read=1)
    found = probed_targets(with_probes(hostile, hostile, ANSWER, ANSWER))
    assert len(found.rows) == 4
    assert found.silent == ()


def test_long_lists_are_cut_and_counted(with_probes: Callable[..., Report], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    hosts = [probe for number in range(5) for probe in refused(f"h{number}.test", *range(1, 101))]
    found = probed_targets(with_probes(*[ANSWER] * 7, *hosts))
    assert len(found.rows) == len(found.silent) == 2
    assert found.silent[0].ports == "100 ports: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 88 more"
    assert found.left_out == 5 + 300
    monkeypatch.setattr(module, "MOST_READ", 3)
    assert probed_targets(with_probes(*hosts)).left_out == 497
