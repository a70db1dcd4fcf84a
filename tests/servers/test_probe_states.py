"""Each probe against the real server in each state: product, access, figures, fields, identity, at every depth."""

from collections.abc import Callable
from typing import Any

import pytest

from tieback.assess.conditions import load_conditions
from tieback.assess.exposures import assess_exposures
from tieback.assess.leaves import records_total
from tieback.lab.process import RunningServer
from tieback.model.figure import Figure, Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Entry, Outcome, Privileges, ProbeReport
from tieback.pii.names import NameDetector
from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.report.personal import people_text

pytestmark = pytest.mark.servers

PEOPLE = 137
BY_NAME: dict[str, Probe] = {probe.meta.name: probe for probe in PROBES}

STATES = [
    # fixture, probe, passwordless, product, access at describe, access at identify
    ("mongo_open", "mongodb", (), "mongodb", Access.OPEN, Access.PARTIAL),
    ("mongo_empty", "mongodb", (), "mongodb", Access.OPEN_EMPTY, Access.PARTIAL),
    ("mongo_auth", "mongodb", (), "mongodb", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED),
    ("mongo_tls", "mongodb", (), "mongodb", Access.OPEN_EMPTY, Access.PARTIAL),
    ("postgres_trust", "postgresql", (), "postgresql", Access.ANY_USER, Access.ANY_USER),
    ("postgres_trust", "postgresql", ("postgres",), "postgresql", Access.OPEN, Access.PARTIAL),
    ("postgres_trust", "postgresql", ("nobody", "guest"), "postgresql", Access.SCHEMA_ONLY, Access.PARTIAL),
    ("postgres_scram", "postgresql", ("postgres",), "postgresql", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED),
    ("valkey_open", "redis", (), "valkey", Access.OPEN, Access.PARTIAL),
    ("valkey_empty", "redis", (), "valkey", Access.OPEN_EMPTY, Access.PARTIAL),
    ("valkey_auth", "redis", (), "redis", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED),
    ("opensearch_emulation", "elasticsearch", (), "opensearch", Access.OPEN, Access.PARTIAL),
    ("opensearch_emulation_empty", "elasticsearch", (), "opensearch", Access.OPEN_EMPTY, Access.PARTIAL),
    ("mariadb_closed", "mysql", (), "mariadb", Access.AUTH_REQUIRED, Access.AUTH_REQUIRED),
    ("mariadb_closed", "mysql", ("root",), "mariadb", Access.OPEN, Access.PARTIAL),
    ("mariadb_anonymous", "mysql", (), "mariadb", Access.ANY_USER, Access.ANY_USER),
    ("mariadb_elsewhere", "mysql", ("root",), "mariadb", Access.FIREWALLED, Access.FIREWALLED),
]


UNTESTED = {("postgresql", ()), ("postgresql", ("nobody", "guest")), ("mysql", ())}
"""Probe and accounts that the grant names, if a default account was not tried."""


@pytest.fixture
def server(request: pytest.FixtureRequest) -> RunningServer:
    started: RunningServer = request.getfixturevalue(request.param)
    return started


@pytest.mark.parametrize(
    ("server", "name", "passwordless", "product", "access", "shallow"), STATES, indirect=["server"]
)
def test_access_state_by_server_answers(
    ask: Callable[..., Any],
    server: RunningServer,
    name: str,
    passwordless: tuple[str, ...],
    product: str,
    access: Access,
    shallow: Access,
) -> None:
    reports = {depth: _report(ask(BY_NAME[name], server, depth, passwordless=passwordless)) for depth in Depth}
    deep = reports[Depth.DESCRIBE]
    assert (deep.outcome, deep.product, deep.access) == (Outcome.OK, product, access), deep
    assert reports[Depth.IDENTIFY].access is shallow, reports[Depth.IDENTIFY]
    # A default account that was tried, or that could do no more, is not untested.
    assert bool(deep.untested) is ((name, passwordless) in UNTESTED)
    assert reports[Depth.ENUMERATE].access is access
    assert reports[Depth.IDENTIFY].containers == ()
    assert not any(container.fields for container in reports[Depth.ENUMERATE].containers)
    if access is Access.OPEN:
        assert len({proof.asked for proof in deep.proofs if proof.supports is Access.OPEN}) >= 2
        assert deep.version
    assert deep.identity is not None
    if access.exposed and deep.containers:
        assert deep.identity.kind in ("vendor_id", "fingerprint")
        assert deep.identity == reports[Depth.ENUMERATE].identity
        assert any(container.fields for container in deep.containers)
    # A deeper grant than we use changes nothing.
    assert _shape(reports[Depth.SAMPLE]) == _shape(deep)


COUNTED = [
    # fixture, probe, passwordless, container, quality, fields that must be there
    ("mongo_open", "mongodb", (), "hr.employees", Quality.EXACT, {"email", "address.city", "address.geo.lat", "pin"}),
    ("opensearch_emulation", "elasticsearch", (), "machines", Quality.EXACT, {"email", "at.gps"}),
    ("valkey_open", "redis", (), "db0", Quality.EXACT, {"session:#:token"}),
    ("postgres_trust", "postgresql", ("postgres",), "hr.public.employees", Quality.ESTIMATE, {"email", "vpn_pin"}),
    ("mariadb_closed", "mysql", ("root",), "hr.employees", Quality.ESTIMATE, {"full_name", "email", "vpn_pin"}),
]


@pytest.mark.parametrize(
    ("server", "name", "passwordless", "container", "quality", "fields"), COUNTED, indirect=["server"]
)
def test_counts_equal_what_was_loaded(
    ask: Callable[..., Any],
    server: RunningServer,
    name: str,
    passwordless: tuple[str, ...],
    container: str,
    quality: Quality,
    fields: set[str],
) -> None:
    report = _report(ask(BY_NAME[name], server, Depth.DESCRIBE, passwordless=passwordless))
    found = _container(report, container)
    assert isinstance(found.records, Figure)
    assert (found.records.value, found.records.quality) == (PEOPLE, quality)
    assert found.bytes is not None
    assert found.bytes.value > 0
    assert fields <= {field.name for field in found.fields}
    assert not found.system


def test_root_is_tried_beside_an_anonymous_account_if_the_grant_names_it(
    ask: Callable[..., Any], mariadb_anonymous: RunningServer, mariadb_closed: RunningServer
) -> None:
    anonymous = ask(BY_NAME["mysql"], mariadb_anonymous)
    assert (_report(anonymous).access, _report(anonymous).account) == (Access.ANY_USER, "")
    assert not any(b"root" in sent for sent in anonymous.sent)
    for server in (mariadb_anonymous, mariadb_closed):
        root = _report(ask(BY_NAME["mysql"], server, passwordless=("root",)))
        assert (root.access, root.account, root.entry) == (Access.OPEN, "root", Entry.NAMED_ACCOUNT)
        assert root.unlisted == ()


def test_a_full_server_whose_anonymous_account_sees_nothing_is_not_called_empty(
    ask: Callable[..., Any], mariadb_blind: RunningServer
) -> None:
    report = _report(ask(BY_NAME["mysql"], mariadb_blind))
    assert (report.access, report.entry, report.containers) == (Access.SCHEMA_ONLY, Entry.ANY_USER, ())
    assert report.privileges is Privileges.LIMITED
    assert any("has no right" in one for one in report.unlisted)
    assert report.untested == ("the account root without a password: the grant does not name it",)
    root = _report(ask(BY_NAME["mysql"], mariadb_blind, passwordless=("root",)))
    assert (root.access, root.account, root.untested, root.unlisted) == (Access.OPEN, "root", (), ())
    people = _container(root, "hr.employees")
    assert people.records is not None
    assert people.records.value == PEOPLE


def test_a_server_that_states_that_access_is_unrestricted_is_a_finding(
    ask: Callable[..., Any], mongo_open: RunningServer
) -> None:
    report = _report(ask(BY_NAME["mongodb"], mongo_open))
    assert report.privileges is Privileges.ADMIN
    (store,) = assess_exposures([report], {}, NameDetector())
    (evidence, *_) = load_conditions()["privileged-without-password"](store)
    assert evidence == "a client without an account has access without a password, with administrator rights"
    assert any("is unrestricted" in proof for proof in store.proofs)


def test_validators_and_odd_names_of_mongodb(ask: Callable[..., Any], mongo_open: RunningServer) -> None:
    report = _report(ask(BY_NAME["mongodb"], mongo_open))
    visits = _container(report, "hr.visits")
    assert visits.records is not None
    assert visits.records.value == 0
    assert {field.name: field.type for field in visits.fields} == {"badge": "string"}
    assert _container(report, "hr.odd\tname").records is None
    assert any("not safe to send" in problem for problem in report.problems)


@pytest.mark.more
def test_a_long_list_of_collections(ask: Callable[..., Any], mongo_many: RunningServer) -> None:
    report = _report(ask(BY_NAME["mongodb"], mongo_many, Depth.ENUMERATE))
    assert len([one for one in report.containers if one.path[0] == "many"]) == 1203
    assert report.access is Access.OPEN
    assert any("the first 200 collections were measured" in problem for problem in report.problems)


def test_the_sum_of_a_part_of_the_databases_is_a_lower_bound(
    ask: Callable[..., Any], mongo_databases: RunningServer
) -> None:
    report = _report(ask(BY_NAME["mongodb"], mongo_databases, Depth.DESCRIBE))
    assert len({one.path[0] for one in report.containers if not one.system}) == 64
    assert report.unlisted == ("70 databases; only the first 64 were probed",)
    (store,) = assess_exposures([report], {}, NameDetector())
    assert (store.records.value, store.records.quality) == (128, Quality.LOWER_BOUND)
    assert store.people is not None
    assert store.people.at_most is None
    assert people_text(store.people) == "number unknown, in \u2265128 records"


def test_the_server_counts_the_keys_of_databases_that_are_not_listed(
    ask: Callable[..., Any], valkey_databases: RunningServer
) -> None:
    report = _report(ask(BY_NAME["redis"], valkey_databases, Depth.DESCRIBE))
    assert records_total(report.containers, report.unlisted) == Figure(300, Quality.EXACT, "INFO keyspace")
    assert report.containers[-1].name == "(36 other databases)"
    assert any("100 databases" in problem for problem in report.problems)


def test_keys_of_valkey_stay_out_of_the_report(ask: Callable[..., Any], valkey_open: RunningServer) -> None:
    report = _report(ask(BY_NAME["redis"], valkey_open))
    assert {field.name for field in _container(report, "db3").fields} == {"READ_ME", "*.*"}
    assert b"anna" not in repr(report).encode()


def test_system_containers_are_marked(
    ask: Callable[..., Any], opensearch_emulation: RunningServer, mongo_open: RunningServer
) -> None:
    assert _container(_report(ask(BY_NAME["elasticsearch"], opensearch_emulation)), ".own").system
    assert _container(_report(ask(BY_NAME["mongodb"], mongo_open)), "admin").system


def test_constant_of_the_emulation_is_not_an_identity(
    ask: Callable[..., Any], opensearch_emulation: RunningServer, opensearch_emulation_empty: RunningServer
) -> None:
    identities = {
        _report(ask(BY_NAME["elasticsearch"], server)).identity
        for server in (opensearch_emulation, opensearch_emulation_empty)
    }
    assert len(identities) == 2
    assert all(identity is not None and "osmem-cluster" not in identity.key for identity in identities)


def _shape(report: ProbeReport) -> list[tuple[object, ...]]:
    # A mongod makes its database `config` some time after it began to answer.
    return [(one.path, one.records, one.fields) for one in report.containers if not one.system]


def _container(report: ProbeReport, name: str) -> Container:
    return next(container for container in report.containers if container.name == name)


def _report(asked: Any) -> ProbeReport:
    report: ProbeReport = asked.report
    return report
