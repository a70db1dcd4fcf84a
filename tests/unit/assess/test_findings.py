import msgspec
import pytest

from tieback.assess.findings import findings, load_rules
from tieback.model.backend import Candidate, Route
from tieback.model.exposure import AppRoute, Exposure, Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Identity, Ransom, RansomVerdict
from tieback.model.sighting import Credential, Evidence


def way(app: str, route: Route) -> AppRoute:
    candidate = Candidate("10.0.0.1", 9200, None, route, ("https://api.test",), "a usual port on the API's address")
    return AppRoute(app, candidate, "https://api.test", "classes.dex", 7, "dex-string/url")


EXPOSURE = Exposure(
    id="exp-1",
    identity=Identity("k", "vendor_id"),
    product="elasticsearch",
    version="7.17.1",
    access=Access.OPEN,
    addresses=("127.0.0.1:9200",),
    targets=("es.test:9200",),
    routes=(way("aa", Route.NAMED),),
    containers=(),
    records=exact(5, "count"),
    bytes=exact(5, "size"),
    pii=(),
    fields=(),
    ransom=Ransom(),
    severity=Severity.HIGH,
    score=55,
    factors=(),
    bytes_sent=1,
    bytes_read=1,
    cleartext=False,
    proofs=("GET /: cluster_name", "GET /_cat/indices: 3 indices"),
)

CASES = [
    ("open", {}, {"open-store": "high"}),
    ("open in clear", {"cleartext": True}, {"open-store": "high", "cleartext-store": "medium"}),
    (
        "closed in clear",
        {"cleartext": True, "access": Access.AUTH_REQUIRED, "severity": Severity.INFO},
        {"cleartext-store": "low"},
    ),
    ("closed", {"access": Access.AUTH_REQUIRED}, {}),
    ("unknown", {"access": Access.UNKNOWN}, {}),
    ("empty", {"access": Access.OPEN_EMPTY}, {"open-store-empty": "low"}),
    ("schema", {"access": Access.SCHEMA_ONLY}, {"schema-readable": "low"}),
    (
        "ransomed",
        {"ransom": Ransom(RansomVerdict.LIKELY, ("a note",))},
        {"open-store": "high", "store-ransomed": "critical"},
    ),
    ("suspect only", {"ransom": Ransom(RansomVerdict.SUSPECT, ("a name",))}, {"open-store": "high"}),
    (
        "wiped",
        {"ransom": Ransom(RansomVerdict.WIPED, ("meow",)), "access": Access.OPEN_EMPTY},
        {"open-store-empty": "low", "store-wiped": "high"},
    ),
    (
        "behind an API",
        {"routes": (way("aa", Route.PIVOT),)},
        {"open-store": "high", "unauthenticated-behind-api": "high"},
    ),
    (
        "named and behind the API by the same app",
        {"routes": (way("aa", Route.PIVOT), way("aa", Route.NAMED))},
        {"open-store": "high"},
    ),
    (
        "named by another app",
        {"routes": (way("aa", Route.PIVOT), way("bb", Route.NAMED))},
        {"open-store": "high", "unauthenticated-behind-api": "high"},
    ),
    ("protected behind an API", {"routes": (way("aa", Route.PIVOT),), "access": Access.AUTH_REQUIRED}, {}),
]


@pytest.mark.parametrize(("changes", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_rules(changes: dict[str, object], expected: dict[str, str]) -> None:
    found = findings([msgspec.structs.replace(EXPOSURE, **changes)], [])
    assert {finding.rule: finding.severity.value for finding in found} == expected
    assert all(f.evidence and f.advice and f.exposures == ("exp-1",) and f.cwe.startswith("CWE-") for f in found)
    assert [f.severity.rank for f in found] == sorted((f.severity.rank for f in found), reverse=True)


def test_only_the_app_that_hides_behind_its_api_is_named() -> None:
    both = msgspec.structs.replace(EXPOSURE, routes=(way("aa", Route.PIVOT), way("bb", Route.NAMED)))
    by_rule = {finding.rule: finding for finding in findings([both], [])}
    assert by_rule["unauthenticated-behind-api"].apps == ("aa",)
    assert by_rule["open-store"].apps == ("aa", "bb")


def test_ids_are_stable_and_follow_the_subject() -> None:
    other = msgspec.structs.replace(EXPOSURE, id="exp-2", severity=Severity.LOW)
    one, two = findings([EXPOSURE, other], [])
    assert one.id != two.id
    assert [f.id for f in findings([other, EXPOSURE], [])] == [one.id, two.id]


def test_credentials() -> None:
    seen = Credential(
        "password_in_connection_string", "s…t (9)", "mongodb://db.test", Evidence("classes.dex", 255, "x")
    )
    again = msgspec.structs.replace(seen, evidence=Evidence("assets/config.json", None, "y"))
    (finding,) = findings([], [("aa", seen), ("aa", again)])
    assert (finding.rule, finding.cwe, finding.apps) == ("credential-in-app", "CWE-798", ("aa",))
    assert [line.rpartition(": ")[2] for line in finding.evidence] == ["assets/config.json", "classes.dex at 0xff"]


@pytest.mark.parametrize(
    "product",
    [
        *("elasticsearch", "opensearch", "mongodb", "mysql", "mariadb", "postgresql", "redis", "valkey"),
        *("memcached", "zookeeper", "kafka", "mosquitto", "rabbitmq", "nats", "openldap"),
    ],
)
def test_advice_names_a_setting_of_the_product_and_a_check(product: str) -> None:
    rules = load_rules()
    for rule in ("open-store", "cleartext-store"):
        assert "Check: " in rules[rule].advice[product]
    exposure = msgspec.structs.replace(EXPOSURE, product=product, access=Access.OPEN_EMPTY)
    assert findings([exposure], [])[0].advice == rules["open-store"].advice[product]
    unknown = msgspec.structs.replace(EXPOSURE, product="etcd", access=Access.SCHEMA_ONLY)
    assert "Check: " in findings([unknown], [])[0].advice
