import msgspec

from tests.each import each
from tieback.assess.summary import summarise
from tieback.model.backend import Candidate, Route
from tieback.model.exposure import AppRoute, Exposure, PeopleRange, PiiClassTotal, Severity
from tieback.model.figure import Quality, estimate, exact, lower_bound
from tieback.model.probe import Access, Identity, Ransom, RansomVerdict


def way(app: str) -> AppRoute:
    return AppRoute(app, Candidate("h", 1, None, Route.NAMED, (), ""), "h:1", "f", 0, "x")


OPEN = Exposure(
    id="exp-1",
    identity=Identity("k", "vendor_id"),
    product="elasticsearch",
    version="7",
    access=Access.OPEN,
    addresses=("127.0.0.1:9200",),
    targets=("es.test:9200",),
    routes=(way("aa"), way("aa"), way("bb")),
    containers=(),
    records=exact(100, "count"),
    bytes=estimate(1_000, "size"),
    pii=(PiiClassTotal("email", exact(80, "count"), 2), PiiClassTotal("phone", exact(100, "count"), 1)),
    fields=(),
    ransom=Ransom(),
    severity=Severity.HIGH,
    score=55,
    factors=(),
    bytes_sent=1,
    bytes_read=1,
    cleartext=False,
)
PROTECTED = msgspec.structs.replace(
    OPEN, id="exp-2", product="mongodb", access=Access.AUTH_REQUIRED, routes=(way("cc"),), records=exact(7, "count")
)
RANSOMED = msgspec.structs.replace(
    OPEN,
    id="exp-3",
    product="mongodb",
    routes=(way("bb"),),
    records=exact(1, "count"),
    bytes=exact(1, "size"),
    pii=(),
    ransom=Ransom(RansomVerdict.LIKELY, ("a note",)),
)


def test_people_and_notices_cover_only_exposed_stores() -> None:
    known = msgspec.structs.replace(OPEN, people=PeopleRange(exact(80, "count"), lower_bound(20, "met")))
    protected = msgspec.structs.replace(PROTECTED, people=PeopleRange(exact(9, "count")))
    trapped = msgspec.structs.replace(known, id="exp-9", honeypot=("it plays one",))
    head = summarise(1, 1, [known, protected, trapped, RANSOMED])
    assert head.people == PeopleRange(exact(80, "sum over stores"), lower_bound(20, "met"))
    assert [duty.rule for duty in head.duties] == ["gdpr-33"]
    assert summarise(1, 1, [protected, RANSOMED]).people is None
    assert summarise(1, 1, [protected, RANSOMED]).duties == ()


def test_headline() -> None:
    head = summarise(5, 2, [OPEN, PROTECTED, RANSOMED])
    assert (head.apps_analysed, head.apps_affected) == (5, 2)
    assert (head.stores_answering, head.stores_exposed, head.stores_ransomed) == (3, 2, 1)
    assert (head.records.value, head.records.quality) == (101, Quality.EXACT)
    assert (head.bytes.value, head.bytes.quality) == (1_001, Quality.ESTIMATE)
    assert [(name, figure.value) for name, figure in head.pii] == [("phone", 100), ("email", 80)]
    assert [(k.product, k.asked, k.exposed, k.records.value) for k in head.kinds] == [
        ("elasticsearch", 1, 1, 100),
        ("mongodb", 2, 1, 1),
    ]
    assert summarise(5, 2, [RANSOMED, PROTECTED, OPEN]) == head


def test_headline_of_a_run_without_stores() -> None:
    head = summarise(0, 0, [])
    assert (head.records.value, head.bytes.value, head.kinds, head.pii) == (0, 0, (), ())


@each("verdict", list(RansomVerdict))
def test_suspicion_is_not_counted_as_ransom(verdict: RansomVerdict) -> None:
    one = msgspec.structs.replace(OPEN, ransom=Ransom(verdict, ("x",)))
    assert summarise(1, 0, [one]).stores_ransomed == (verdict.value in {"likely", "confirmed", "wiped"})
