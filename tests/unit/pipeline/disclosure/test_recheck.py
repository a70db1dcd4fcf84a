"""Cases are looked at again: which places, and what comes of it. tests/servers/test_cases.py asks real stores."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.lab.ports import free_port
from tests.unit.cases.samples import case, exposure
from tests.unit.pipeline.workspaces import make
from tieback.cases.policy import RecheckPolicy, default_policy
from tieback.model.backend import Candidate, Route
from tieback.model.case import Case, CaseState, RecheckVerdict
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.passive import PassiveService
from tieback.model.probe import Access
from tieback.pipeline.disclosure.cases import open_case_service
from tieback.pipeline.disclosure.recheck import known_targets, other_targets, recheck
from tieback.pipeline.probing.candidates import target_label
from tieback.probes.choose import ProbeSet
from tieback.probes.declared import DeclaredProbe
from tieback.storage.lake.tables.imports import ReportImport, save_import
from tieback.storage.workspace import Workspace
from tieback.userrules.http_probe import HttpProbeRule, HttpRequestRule

POLICY = default_policy()
AT_ONCE = msgspec.structs.replace(POLICY, recheck=RecheckPolicy(hours=0))
TODAY = datetime.now(UTC).date()
GRANT = Grant(
    authorised_by="test", contact="t@t.test", not_after=TODAY + timedelta(days=9),
    target=(TargetRule(match="127.0.0.0/8", ports="any", depth=Depth.DESCRIBE),),
    limits=Limits(connects_per_second=0),
)  # fmt: skip


def everything(cases: Sequence[Case]) -> Sequence[Case]:
    return cases


def opened(folder: Path, port: int) -> Path:
    (route,) = exposure().routes
    way = Candidate("127.0.0.1", port, "elasticsearch", Route.NAMED, (route.endpoint,), "named")
    store = exposure(
        targets=(f"127.0.0.1:{port}",), addresses=(), routes=(msgspec.structs.replace(route, candidate=way),)
    )
    directory = make(folder, stores=(store,))
    with open_case_service(directory) as work:
        work.open(POLICY)
    return directory


def test_places_of_a_store_each_once() -> None:
    known = case(
        exposure(targets=("es.fieldhand.test:9200", "[2001:db8::1]:9200", "firestore.test:443/project")),
        places=("es.fieldhand.test:9201", "es.fieldhand.test:9200"),
    )
    assert [(one.host, one.port, one.resource) for one in known_targets(known)] == [
        ("es.fieldhand.test", 9200, ""),
        ("2001:db8::1", 9200, ""),
        ("firestore.test", 443, "project"),
        ("es.fieldhand.test", 9201, ""),
    ]


def test_other_places_are_close_by_usual_or_seen() -> None:
    store = exposure()
    found = other_targets(store, known_targets(case(store)), ["es2.fieldhand.test:9999", "es.fieldhand.test:9200"])
    ports = {(one.host, one.port) for one in found}
    assert found[0].host == "es2.fieldhand.test"
    assert {("es.fieldhand.test", 9201), ("es.fieldhand.test", 9190), ("es.fieldhand.test", 9210)} <= ports
    assert ("es.fieldhand.test", 9200) not in ports
    assert len(found) <= 64


def test_usual_ports_of_a_declared_probe_are_searched() -> None:
    rule = HttpProbeRule("acme-records", "https://docs.acme.test", (HttpRequestRule("/", "why"),), (), ports=(9333,))
    store = msgspec.structs.replace(exposure(), product="acme-records", routes=())
    found = other_targets(store, known_targets(case(store)), (), ProbeSet([DeclaredProbe(rule, "")]))
    assert ("es.fieldhand.test", 9333) in {(one.host, one.port) for one in found}


def test_a_cloud_s_host_is_not_searched() -> None:
    store = exposure(targets=("firestore.test:443/project",), routes=())
    assert other_targets(store, known_targets(case(store))) == []


def test_a_place_below_a_path_stays_one() -> None:
    store = msgspec.structs.replace(exposure(), targets=("www.fieldhand.test:443/es/", "[::1]:443/a/b/"), routes=())
    places = known_targets(case(store))
    assert [(one.host, one.port, one.path, one.resource) for one in places] == [
        ("www.fieldhand.test", 443, "/es", ""),
        ("::1", 443, "/a/b", ""),
    ]
    assert [target_label(one) for one in places] == list(store.targets)
    seen = other_targets(store, places, ["www.fieldhand.test:443/search/"])
    assert target_label(seen[0]) == "www.fieldhand.test:443/search/"


def test_where_nothing_listens_any_more_a_second_recheck_makes_it_fixed(tmp_path: Path) -> None:
    directory = opened(tmp_path, free_port())
    (first,) = recheck(directory, GRANT, POLICY, everything)
    assert (first.check.verdict, first.after.state) == (RecheckVerdict.CLOSED, CaseState.FOUND)
    (again,) = recheck(directory, GRANT, POLICY, everything)
    assert again.check.verdict is RecheckVerdict.CLOSED, "not 24 hours later"
    (looked,) = recheck(directory, GRANT, AT_ONCE, everything)
    assert looked.check.verdict is RecheckVerdict.FIXED
    assert (looked.before.state, looked.after.state) == (CaseState.FOUND, CaseState.FIXED)
    assert looked.event.news
    with open_case_service(tmp_path / "ws") as work:
        (case,) = work.cases()
        assert case.state is CaseState.FIXED
        assert [line.event for line in work.log(case.id)] == ["opened", "check", "check", "check", "state"]
    assert (tmp_path / "ws" / "audit.jsonl").stat().st_size > 0


def test_what_the_grant_does_not_cover_has_no_verdict(tmp_path: Path) -> None:
    outside = msgspec.structs.replace(
        GRANT, target=(TargetRule(match="127.9.0.0/16", ports="any", depth=Depth.DESCRIBE),)
    )
    (looked,) = recheck(opened(tmp_path, free_port()), outside, POLICY, everything)
    assert (looked.check.verdict, looked.after.state) == (RecheckVerdict.UNREACHABLE, CaseState.FOUND)


def test_others_that_got_in_since_speak_against_a_fix(tmp_path: Path) -> None:
    port = free_port()
    directory = opened(tmp_path, port)
    later = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fact = PassiveService("shodan", later, "127.0.0.1", port, service="elasticsearch", claims=Access.OPEN)
    with Workspace.open(directory) as workspace:
        save_import(workspace.lake, ReportImport("0" * 64, "1", "shodan", "s.json", 0.0, 0, 0, 0), [fact], lambda: 0)
    (looked,) = recheck(directory, GRANT, POLICY, everything)
    assert looked.check.verdict is RecheckVerdict.CLOSED_TO_US
    assert any("shodan had access" in reason for reason in looked.check.reasons)
    assert looked.after.state is CaseState.VERIFIED
    (again,) = recheck(directory, GRANT, POLICY, everything)
    assert again.check.verdict is RecheckVerdict.CLOSED_TO_US


def test_expired_grant_probes_nothing(tmp_path: Path) -> None:
    expired = msgspec.structs.replace(GRANT, not_after=TODAY - timedelta(days=1))
    with pytest.raises(GrantError):
        list(recheck(opened(tmp_path, free_port()), expired, POLICY, everything))


def test_only_those_that_are_chosen(tmp_path: Path) -> None:
    assert list(recheck(opened(tmp_path, free_port()), GRANT, POLICY, lambda _: ())) == []
