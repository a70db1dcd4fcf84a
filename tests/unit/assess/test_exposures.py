from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.assess.exposures import assess_exposures, exposure_id
from tieback.assess.leaves import leaf_containers
from tieback.model.backend import Candidate, Route
from tieback.model.exposure import AppRoute, Exposure, Severity
from tieback.model.figure import Figure, Quality, exact
from tieback.model.pii import Classification, Column
from tieback.model.probe import (
    Ability,
    Access,
    Container,
    Entry,
    Field,
    Identity,
    Notice,
    Outcome,
    Privileges,
    ProbeReport,
    Ransom,
    RansomVerdict,
)
from tieback.pii.interface import DetectorMeta


class Labels:
    """A detector that knows fields called after their class."""

    meta = DetectorMeta("labels", "1", ("email", "phone"), reads_values=False)

    def classify(self, column: Column) -> Iterator[Classification]:
        if column.field in ("email", "phone", "pin_otp"):
            yield Classification(column.field, 0.9, (f"in {column.table}",))


def route(app: str, target: str, how: Route = Route.NAMED, reason: str = "named by the app") -> AppRoute:
    host, _, port = target.rpartition(":")
    candidate = Candidate(host, int(port), None, how, (target,), reason)
    return AppRoute(app, candidate, target, "classes.dex", 42, "dex-string/url")


def box(path: str, records: int | None, fields: str = "", size: int = 100, *, system: bool = False) -> Container:
    return Container(
        tuple(path.split("/")),
        "index",
        system,
        None if records is None else exact(records, "count"),
        exact(size, "size"),
        tuple(Field(name, "keyword") for name in fields.split(",") if name),
    )


PEOPLE = box("employees", 200, "email,phone,pin_otp", size=4_000)
MACHINES = box("machines", 50, "serial,lat")
SYSTEM = box(".kibana", 9, "email", system=True)


def store(target: str, address: str, key: str, *containers: Container, access: Access = Access.OPEN) -> ProbeReport:
    return ProbeReport(
        target=target,
        outcome=Outcome.OK,
        access=access,
        product="elasticsearch",
        version="7.17.1",
        identity=Identity(key, "vendor_id"),
        containers=containers,
        bytes_sent=100,
        bytes_read=1_000,
        address=address,
        cleartext=True,
    )


def test_a_store_behind_two_addresses_is_one_exposure() -> None:
    reports = [
        store("es.fieldhand.test:9200", "127.77.0.2", "es:1", PEOPLE, MACHINES, SYSTEM),
        store("backup.fieldhand.test:9201", "127.77.0.3", "es:1", PEOPLE, MACHINES, SYSTEM),
    ]
    routes = {r.target: [route(app, r.target)] for r, app in zip(reports, ("aa", "bb"), strict=True)}
    (exposure,) = assess_exposures(reports, routes, Labels())
    assert exposure.id == exposure_id("es:1")
    assert exposure.targets == ("backup.fieldhand.test:9201", "es.fieldhand.test:9200")
    assert exposure.addresses == ("127.77.0.2:9200", "127.77.0.3:9201")
    assert {way.app_sha256 for way in exposure.routes} == {"aa", "bb"}
    assert (exposure.records, exposure.bytes.value) == (exact(250, "count"), 4_100)
    assert [(line.pii_class, line.records.value, line.fields) for line in exposure.pii] == [
        ("email", 200, 1),
        ("phone", 200, 1),
        ("pin_otp", 200, 1),
    ]
    assert {field.container for field in exposure.fields} == {"employees"}
    assert exposure.fields[0].evidence == ("in employees",)
    assert (exposure.bytes_sent, exposure.bytes_read, exposure.cleartext) == (200, 2_000, True)
    assert exposure.severity is Severity.HIGH
    assert exposure.score == sum(factor.points for factor in exposure.factors)


@pytest.mark.parametrize("access", [one for one in Access if one is not Access.OPEN_EMPTY])
def test_figures_that_are_not_known_are_no_exact_zero(access: Access) -> None:
    """A store that requires a login may have any number of records."""
    (exposure,) = assess_exposures([store("db.test:27017", "127.77.0.4", "m:1", access=access)], {}, Labels())
    assert {figure.quality for figure in (exposure.records, exposure.bytes)} == {Quality.LOWER_BOUND}
    assert (exposure.records.value, exposure.bytes.value) == (0, 0)


def test_an_empty_store_has_exactly_no_records() -> None:
    (exposure,) = assess_exposures([store("db.test:1", "127.77.0.4", "m:1", access=Access.OPEN_EMPTY)], {}, Labels())
    assert (exposure.records.value, exposure.records.quality) == (0, Quality.EXACT)


def test_a_protected_store_is_shown_and_not_rated() -> None:
    report = store("db.test:27017", "127.77.0.4", "m:1", access=Access.AUTH_REQUIRED)
    (exposure,) = assess_exposures([report], {}, Labels())
    assert (exposure.access, exposure.severity, exposure.score, exposure.factors) == ("auth_required", "info", 0, ())
    assert exposure.records.value == 0


@each("outcome", [o for o in Outcome if o is not Outcome.OK])
def test_target_without_an_answer_is_not_an_exposure(outcome: Outcome) -> None:
    report = msgspec.structs.replace(store("a.test:1", "127.0.0.1", "k", PEOPLE), outcome=outcome)
    assert assess_exposures([report], {}, Labels()) == ()


def test_a_deeper_answer_fills_what_a_shallow_one_left_open() -> None:
    shallow = store("a.test:1", "127.0.0.1", "k", box("employees", None), box("x", 1), MACHINES)
    deep = store("b.test:1", "127.0.0.2", "k", PEOPLE, access=Access.PARTIAL)
    (exposure,) = assess_exposures([deep, shallow], {}, Labels())
    assert exposure.access is Access.OPEN
    assert exposure.records == exact(251, "count")
    assert len(exposure.fields) == 3


def test_a_note_that_the_probe_read_is_kept() -> None:
    report = store("a.test:1", "127.0.0.1", "k", box("warning", 9_000))
    read = msgspec.structs.replace(report, ransom=Ransom(RansomVerdict.CONFIRMED, ("asks for 0.02 BTC",)))
    assert [e.ransom.verdict for e in assess_exposures([report], {}, Labels())] == ["unlikely"]
    assert [e.ransom.verdict for e in assess_exposures([read], {}, Labels())] == ["confirmed"]


def test_the_note_of_an_extortionist_is_no_data_of_victims() -> None:
    note = box("PLEASE_READ/PLEASE_READ", 1, "Bitcoin Address,email,Info")
    people = box("hr/people", 30, "email")
    only, both = (
        assess_exposures([store("a.test:1", "127.0.0.1", "es:uuid:1", *held)], {}, Labels())[0]
        for held in ((note,), (note, people))
    )
    assert only.ransom.verdict is RansomVerdict.LIKELY
    assert (only.pii, only.fields, only.people) == ((), (), None)
    assert [(one.pii_class, one.records.value) for one in both.pii] == [("email", 30)]
    assert both.people is not None
    assert both.people.at_most is not None
    assert both.people.at_most.value == 30


def test_signs_of_writes_by_others_are_those_of_all_reports() -> None:
    seen = store("a.test:1", "127.0.0.1", "es:uuid:1", box("hacked", 9_000), PEOPLE)
    sampled = msgspec.structs.replace(seen, target="b.test:1", containers=(), intrusion=("2 sampled values",))
    (found,) = assess_exposures([seen, sampled], {}, Labels())
    assert found.ransom.verdict is RansomVerdict.NONE
    assert len(found.intrusion) == 2
    assert "2 sampled values" in found.intrusion
    assert any("'hacked'" in reason for reason in found.intrusion)
    (clean,) = assess_exposures([store("a.test:1", "127.0.0.1", "es:uuid:1", PEOPLE)], {}, Labels())
    assert clean.intrusion == ()


def test_statements_of_the_server_are_those_of_all_reports() -> None:
    one = store("db.test:80", "10.0.0.1", "a")
    other = msgspec.structs.replace(
        one, target="db.test:443", traits=((Notice.SENSITIVE_FILES.value, "1 backup"), ("node", "x"))
    )
    (found,) = assess_exposures([one, other], {}, Labels())
    assert found.notices == ((Notice.SENSITIVE_FILES, "1 backup"),)


def test_worst_first() -> None:
    reports = [
        store("small.test:1", "127.0.0.1", "small", box("a", 10)),
        store("closed.test:1", "127.0.0.2", "closed", access=Access.AUTH_REQUIRED),
        store("large.test:1", "127.0.0.3", "large", box("a", 5_000_000, "email")),
    ]
    assert [e.targets[0] for e in assess_exposures(reports, {}, Labels())] == [
        "large.test:1",
        "small.test:1",
        "closed.test:1",
    ]


NAMES = st.sampled_from(["a", "b", "admin", "employees", "READ_ME"])
FIGURES = st.none() | st.builds(
    Figure, st.integers(0, 10**9), st.sampled_from(list(Quality)), st.sampled_from(["count", "statistics"])
)
CONTAINERS = st.builds(
    Container,
    path=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    kind=st.just("collection"),
    system=st.booleans(),
    records=FIGURES,
    bytes=FIGURES,
    fields=st.lists(st.sampled_from([Field("email"), Field("phone"), Field("x")]), max_size=3).map(tuple),
)
HOSTS = st.sampled_from(["a.test", "b.test", "c.test"])


@st.composite
def runs(draw: st.DrawFn) -> list[ProbeReport]:
    """Reports of a few stores, each seen at several targets with the same containers."""
    reports = []
    for number in range(draw(st.integers(0, 4))):
        containers = tuple({c.path: c for c in draw(st.lists(CONTAINERS, max_size=5))}.values())
        access = draw(st.sampled_from(list(Access)))
        for host in draw(st.lists(HOSTS, min_size=1, max_size=3, unique=True)):
            key = f"mongodb:id:{number}"
            reports.append(store(f"{host}:{27017 + number}", "", key, *containers, access=access))
    return reports


@settings(max_examples=examples(80), deadline=None)
@given(runs(), st.randoms(use_true_random=False))
def test_each_store_counts_once_in_any_order(reports: list[ProbeReport], random: object) -> None:
    routes = {r.target: [route(f"app{n % 2}", r.target)] for n, r in enumerate(reports)}
    exposures = assess_exposures(reports, routes, Labels())
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert assess_exposures(shuffled, routes, Labels()) == exposures
    keys = [exposure.identity.key for exposure in exposures]
    assert sorted(keys) == sorted({r.identity.key for r in reports if r.identity})
    for exposure in exposures:
        data = [leaf for leaf in leaf_containers(exposure.containers) if not leaf.system]
        known = [one.records for one in data if one.records and one.records.quality is not Quality.CLAIMED]
        assert exposure.records.value == sum(figure.value for figure in known)
        unlisted = exposure.access is not Access.OPEN_EMPTY and not exposure.containers
        estimated = exposure.records.value > 0 and any(one.quality is Quality.ESTIMATE for one in known)
        unknown = unlisted or len(known) < len(data) or any(one.quality is Quality.LOWER_BOUND for one in known)
        unknown = unknown and not estimated
        assert (exposure.records.quality is Quality.LOWER_BOUND) == unknown
        assert all(line.records.value <= exposure.records.value for line in exposure.pii)
        _same_fields(exposure)


def _same_fields(exposure: Exposure) -> None:
    assert sum(line.fields for line in exposure.pii) == len(exposure.fields)


def test_of_a_member_that_lags_and_one_that_does_not_the_greater_figure_counts_as_a_lower_bound() -> None:
    def seen(target: str, records: int) -> ProbeReport:
        box = Container(("hr", "people"), "collection", records=exact(records, "count"), uid="u")
        return store(target, "", f"mongodb:fingerprint:{records}", box)

    (one,) = assess_exposures([seen("a.test:1", 40), seen("b.test:2", 50)], {}, Labels())
    assert (one.records.value, one.records.quality) == (50, Quality.LOWER_BOUND)


@pytest.mark.parametrize(
    ("one", "other", "quality"),
    [
        (Quality.EXACT, Quality.EXACT, Quality.LOWER_BOUND),
        (Quality.EXACT, Quality.ESTIMATE, Quality.ESTIMATE),
        (Quality.LOWER_BOUND, Quality.ESTIMATE, Quality.ESTIMATE),
        (Quality.ESTIMATE, Quality.EXACT, Quality.LOWER_BOUND),
    ],
)
def test_the_greater_of_two_figures_is_at_least_only_if_it_was_counted(
    one: Quality, other: Quality, quality: Quality
) -> None:
    def seen(target: str, figure: Figure) -> ProbeReport:
        box = Container(("hr", "people"), "collection", records=figure, uid="u")
        return store(target, "", "mongodb:id:1", box)

    reports = [seen("a.test:1", Figure(40, one, "count")), seen("b.test:2", Figure(50, other, "count"))]
    (exposure,) = assess_exposures(reports, {}, Labels())
    assert (exposure.records.value, exposure.records.quality) == (50, quality)


def lookalike(port: int, records: int, names: str = "people", **more: object) -> ProbeReport:
    """A MariaDB without an identifier: the fingerprint covers its names only."""
    box = Container((names,), "table", records=exact(records, "count"), fields=(Field("email"),))
    values: dict[str, object] = {"version": "10.11.6", "product": "mariadb", **more}
    found = store(f"db.test:{port}", "127.0.0.1", "x", box)
    return msgspec.structs.replace(found, identity=Identity(f"mysql:fingerprint:{names}", "fingerprint"), **values)


def test_two_addresses_that_only_look_alike_are_one_to_two_stores() -> None:
    (one,) = assess_exposures([lookalike(1, 300), lookalike(2, 300)], {}, Labels())
    assert (one.at_most, one.records, one.records_at_most) == (
        2,
        Figure(300, Quality.LOWER_BOUND, "count, if it is one store"),
        Figure(600, Quality.EXACT, "sum over 2 addresses"),
    )
    assert [(line.records.value, line.records.quality) for line in one.pii] == [(300, Quality.LOWER_BOUND)]
    assert one.people is not None
    assert one.people.at_most is not None
    assert one.people.at_most.value == 600


def test_two_servers_with_the_same_names_and_other_figures_are_two_stores() -> None:
    found = assess_exposures([lookalike(1, 20_000), lookalike(2, 300)], {}, Labels())
    assert [(one.at_most, one.records) for one in found] == [(1, exact(20_000, "count")), (1, exact(300, "count"))]
    assert len({one.id for one in found}) == 2


def test_privileges_are_the_highest_that_a_client_gets() -> None:
    door = store("a.test:1", "127.0.0.1", "k", PEOPLE)
    admin = {"entry": Entry.NAMED_ACCOUNT, "privileges": Privileges.ADMIN, "account": "root"}
    doors = [
        msgspec.structs.replace(door, entry=Entry.ANONYMOUS, privileges=Privileges.LIMITED),
        msgspec.structs.replace(door, target="b.test:1", **admin),
    ]
    (one,) = assess_exposures(doors, {}, Labels())
    assert (one.entry, one.privileges, one.account) == ("named_account", "admin", "root")


@pytest.mark.parametrize(
    ("access", "untested", "undecided"),
    [
        (Access.AUTH_REQUIRED, (), False),
        (Access.AUTH_REQUIRED, ("the account root without a password: the grant does not name it",), True),
        (Access.NOT_FOUND, ("names other than photos",), True),
        (Access.UNKNOWN, (), True),
        (Access.FIREWALLED, (), False),
    ],
)
def test_a_refusal_is_closed_only_if_nothing_was_left_untested(
    access: Access, untested: tuple[str, ...], undecided: bool
) -> None:
    report = msgspec.structs.replace(store("a.test:1", "127.0.0.1", "k", access=access), untested=untested)
    (one,) = assess_exposures([report], {}, Labels())
    assert (one.undecided, report.undecided, one.untested) == (undecided, undecided, untested)


def test_abilities_of_all_addresses_are_joined_in_one_order() -> None:
    one = store("a.test:1", "127.0.0.1", "k", PEOPLE)
    able = msgspec.structs.replace(one, abilities=(Ability.RUN_CODE,))
    other = msgspec.structs.replace(store("b.test:1", "127.0.0.1", "k", PEOPLE), abilities=(Ability.GENERATE,))
    (joined,) = assess_exposures([able, other], {}, Labels())
    assert joined.abilities == (Ability.GENERATE, Ability.RUN_CODE)
    (plain,) = assess_exposures([one], {}, Labels())
    assert joined.severity is Severity.CRITICAL
    assert "abilities" in {factor.factor for factor in joined.factors} - {factor.factor for factor in plain.factors}


def test_models_and_flows_are_listed_but_no_total_counts_them() -> None:
    kinds = ("model", "flow", "chat", "project")
    things = [Container((kind,), kind, records=exact(7, "list")) for kind in kinds]
    things[0] = Container(("llama3",), "model", bytes=exact(5_000_000_000, "list"))
    report = msgspec.structs.replace(
        store("a.test:1", "127.0.0.1", "k"), containers=tuple(things), abilities=(Ability.GENERATE,)
    )
    (one,) = assess_exposures([report], {}, Labels())
    assert (len(one.containers), one.records.value, one.bytes.value, one.has_content) == (4, 0, 0, True)


def test_an_open_door_leaves_nothing_untested() -> None:
    closed = store("b.test:1", "127.0.0.1", "k", access=Access.AUTH_REQUIRED)
    closed = msgspec.structs.replace(closed, untested=("the account root without a password",))
    (one,) = assess_exposures([store("a.test:1", "127.0.0.1", "k", PEOPLE), closed], {}, Labels())
    assert (one.access, one.untested, one.undecided) == (Access.OPEN, (), False)
