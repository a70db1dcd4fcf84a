from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.backend import Attribution, Backend
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.figure import exact
from tieback.model.probe import NO_BYTE, Access, Container, Identity, Outcome, ProbeReport, TargetVerdict, TlsInfo
from tieback.pipeline.probing.probe_report import unrecognised_targets
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables import probes as asked
from tieback.storage.lake.tables.probes import (
    ProbedTargets,
    ProbeWriter,
    RunProbes,
    read_backends,
    read_probes,
    save_backends,
)

BACKENDS = [
    Backend(Endpoint(EndpointKind.HOST_PORT, f"h{n}.test:1", "", f"h{n}.test", 1), addresses=("127.0.0.1", "::1"))
    for n in range(5)
]
REPORTS = [
    ProbeReport(
        target=f"h{n}.test:27017",
        outcome=Outcome.OK,
        access=Access.OPEN,
        identity=Identity(f"mongodb:{n}", "fingerprint"),
        containers=(Container(("db",), "database", records=exact(2**64 - 1, "a hostile server's count")),),
    )
    for n in range(5)
] + [ProbeReport(target="out.test:1", outcome=Outcome.OUT_OF_SCOPE)]


def save_probes(lake: Lake, run: str, reports: list[ProbeReport], waiting: int = 4) -> None:
    with ProbeWriter(lake, run, waiting=waiting) as writer:
        for report in reports:
            writer.add(report)


def test_back_ends_and_reports_come_back_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked, "ROWS_A_PART", 2)
    lake = Lake(tmp_path)
    assert save_backends(lake, "run-1", iter(BACKENDS)) == 5
    save_probes(lake, "run-1", REPORTS)
    save_probes(lake, "run-2", REPORTS[:1])
    assert list(read_backends(lake, "run-1")) == BACKENDS
    assert list(read_probes(lake, "run-1")) == REPORTS
    assert list(read_probes(lake, "run-2")) == REPORTS[:1]
    assert list(read_backends(lake, "run-2")) == []


def test_reports_are_visible_as_soon_as_enough_wait(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    writer = ProbeWriter(lake, "run-1", waiting=2)
    for report in REPORTS[:3]:
        writer.add(report)
    assert list(read_probes(lake, "run-1")) == REPORTS[:2]
    with ProbeWriter(lake, "run-1", first=2) as resumed:  # the first writer was killed
        resumed.add(REPORTS[2])
    assert list(read_probes(lake, "run-1")) == REPORTS[:3]


def test_reports_that_wait_survive_an_error(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    writer = ProbeWriter(lake, "run-1")
    writer.add(REPORTS[0])
    with pytest.raises(KeyboardInterrupt), writer:
        raise KeyboardInterrupt
    assert list(read_probes(lake, "run-1")) == REPORTS[:1]


def test_columns_can_be_queried(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    save_backends(lake, "run-1", BACKENDS)
    save_probes(lake, "run-1", REPORTS)
    rows = lake.stream("SELECT access, count(*), count(identity) FROM probes GROUP BY ALL ORDER BY ALL")
    assert list(rows) == [("open", 5, 5), ("unknown", 1, 0)]
    assert lake.query("SELECT DISTINCT unnest(addresses) AS a FROM backends ORDER BY a")["a"].to_pylist() == [
        "127.0.0.1",
        "::1",
    ]


def test_counts_of_a_run(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    save_backends(lake, "run-1", BACKENDS)
    save_probes(lake, "run-1", REPORTS)
    counted = RunProbes(lake, "run-1")
    assert (counted.backends, counted.count(), counted.count(only=(Outcome.OK,)), counted.count(but=(Outcome.OK,))) == (
        5, 6, 5, 1
    )  # fmt: skip
    assert counted.volume() == (0, 0)
    assert list(counted.reports(but=(Outcome.OK,))) == REPORTS[5:]
    assert RunProbes(lake, "none").count() == 0
    assert counted.unnamed(2) == (5, ["h0.test:27017", "h1.test:27017"])
    assert RunProbes(lake, "none").unnamed(2) == (0, [])


DROPPED = (f"refused: the peer closed the connection {NO_BYTE}",)
ENDS = [
    *(ProbeReport(f"{outcome}.test:1", outcome, problems=("why",)) for outcome in Outcome),
    ProbeReport("dropped.test:1", Outcome.REFUSED, problems=DROPPED),
    ProbeReport("timeout.test:1/x", Outcome.TIMEOUT, problems=DROPPED),
    # Another place of a server with a store.
    ProbeReport("ok.test:1/es/", Outcome.PROTOCOL_MISMATCH),
    ProbeReport("other.test:1/es/", Outcome.PROTOCOL_MISMATCH),
]


def test_the_database_and_the_reports_agree_on_what_is_decided(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    save_probes(lake, "run", ENDS)
    counted = RunProbes(lake, "run")
    lost = [one for one in ENDS if one.verdict is TargetVerdict.NONE]
    assert list(counted.reports_without_verdict()) == lost
    assert counted.without_verdict() == len(lost) == 8
    unrecognised = list(unrecognised_targets(ENDS))
    assert counted.unrecognised(9) == (2, unrecognised) == (2, ["protocol_mismatch.test:1", "other.test:1/es/"])
    assert counted.unrecognised(1) == (2, unrecognised[:1])
    assert RunProbes(lake, "none").unrecognised(9) == (0, [])
    assert list(RunProbes(lake, "none").reports_without_verdict()) == []


def test_nothing_to_save(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert save_backends(lake, "run-1", []) == 0
    save_probes(lake, "run-1", [])
    assert lake.parts() == set()


def test_reports_are_taken_by_what_they_saw(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    told = ProbeReport("a.test:9200", Outcome.OK, product="elasticsearch", tls=TlsInfo("TLSv1.3", verified=False))
    plain = ProbeReport("b.test:6379", Outcome.OK, product="redis", containers=(Container(('"tls":null',), "key"),))
    other = ProbeReport("c.test:443", Outcome.PROTOCOL_MISMATCH, tls=TlsInfo("TLSv1.2", verified=True))
    save_probes(lake, "run", [told, plain, other])
    assert list(read_probes(lake, "run", answered=True)) == [told, plain]
    assert list(read_probes(lake, "run", encrypted=True)) == [told, other]


@settings(max_examples=examples(15), deadline=None)
@given(st.sets(st.text(max_size=8)), st.sets(st.text(max_size=8)))
def test_targets_with_a_report_are_known_by_their_digests(asked: set[str], others: set[str]) -> None:
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        save_probes(lake, "run", [ProbeReport(target, Outcome.REFUSED) for target in asked])
        save_probes(lake, "other", [ProbeReport(target, Outcome.REFUSED) for target in others])
        known = ProbedTargets(lake, "run")
    assert len(known) == len(asked)
    assert [target in known for target in (*asked, *(others - asked))] == [True] * len(asked) + [False] * len(
        others - asked
    )


def test_selected_back_ends_only(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    gone = msgspec.structs.replace(BACKENDS[1], attributions=(Attribution("dns", "dangling", "nobody's", 0.9),))
    save_backends(lake, "run", [BACKENDS[0], gone, *BACKENDS[2:]])
    assert list(read_backends(lake, "run", values={"h3.test:1", "h1.test:1"})) == [gone, BACKENDS[3]]
    assert list(read_backends(lake, "run", saying=("dangling", "does not exist"))) == [gone]
    assert list(read_backends(lake, "run", values=())) == []


@pytest.mark.parametrize("stretch", [(1, 1), (1, 4), (2, 3), (100, 100)])
def test_stretches_join_without_a_gap(
    stretch: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "FIRST_STRETCH", stretch[0])
    monkeypatch.setattr(asked, "LONGEST_STRETCH", stretch[1])
    lake = Lake(tmp_path)
    save_backends(lake, "run", BACKENDS)
    save_probes(lake, "run", REPORTS)
    assert list(read_backends(lake, "run")) == BACKENDS
    assert list(read_probes(lake, "run")) == REPORTS
    assert list(RunProbes(lake, "run").reports(but=("ok",))) == REPORTS[5:]
    assert list(read_probes(lake, "another")) == []
