"""From an API to what stands behind it: which leads are followed, to which ports, and why."""

from tests.each import each
from tieback.backends.pivot import MAX_HOSTS, Lead, Pivot, Siblings
from tieback.model.flow import HostHint

PORTS = {"elasticsearch": (9200,), "mongodb": (27017,), "postgresql": (5432,), "redis": (6379,)}
API = "api.workhub.test"
VALUES = {API: ("https://api.workhub.test/v1",), "shop.azurewebsites.net": ("https://shop.azurewebsites.net",)}
ALL = {5432, 6379, 9200, 27017}


def followed(host: str, where: str, port: int | None = None, service: str = "", api: str = API) -> set[int]:
    pivot = Pivot(PORTS, lambda name: name.endswith("facebook.test"))
    found = pivot.follow([Lead(api, HostHint(host, port, service, where), "run.pcap")], VALUES)
    assert all(one.host == host and one.endpoints == VALUES[api] for one in found)
    return {one.port for one in found}


@each(
    ("host", "where", "port", "service", "ports"),
    [
        ("es.workhub.test", "certificate", None, "", {9200}),
        ("mongo-2.eu.workhub.test", "header:content-security-policy", None, "", {27017}),
        ("prod-elasticsearch.workhub.test", "body", None, "", {9200}),
        ("db.workhub.test", "body", None, "", ALL),
        ("sql.workhub.test", "body", None, "", {5432}),
        ("www.workhub.test", "certificate", None, "", set()),
        ("es.elsewhere.test", "certificate", None, "", set()),
        ("es.elsewhere.test", "body", 9200, "", set()),
        ("www.workhub.test", "body", 9200, "", {9200}),
        ("10.0.3.7", "body", 9200, "", {9200}),
        ("10.0.3.7", "body", 12345, "", set()),
        ("10.0.3.7", "header:x-backend", None, "", ALL),
        ("10.0.3.7", "header:x-backend", 9300, "", ALL | {9300}),
        ("worker.elsewhere.test", "header:x-backend", 9200, "", {9200}),
        ("m.elsewhere.test", "body", 27018, "mongodb", {27018}),
        ("m.elsewhere.test", "body", None, "mongodb", {27017}),
        ("es.facebook.test", "header:x-backend", None, "", set()),
        ("shop.s3.amazonaws.com", "header:x-backend", None, "", set()),
    ],
)
def test_candidates_from_leads(host: str, where: str, port: int | None, service: str, ports: set[int]) -> None:
    assert followed(host, where, port, service) == ports


def test_shared_hosting_and_unowned_hosts_are_not_followed() -> None:
    assert followed("10.0.3.7", "header:x-backend", api="shop.azurewebsites.net") == set()
    lead = Lead("other.test", HostHint("10.0.3.7", 9200, "", "body"), "run.pcap")
    assert Pivot(PORTS, lambda _: False).follow([lead], VALUES) == []


def test_candidates_have_a_reason() -> None:
    hints = (
        HostHint("es.workhub.test", None, "", "certificate"),
        HostHint("10.0.3.7", 9200, "", "header:x-backend"),
        HostHint("m.elsewhere.test", None, "mongodb", "body"),
    )
    found = Pivot(PORTS, lambda _: False).follow([Lead(API, one, "run.pcap") for one in hints], VALUES)
    reasons = (
        "the header x-backend of the API api.workhub.test names 10.0.3.7 (run.pcap), as Elasticsearch",
        (
            "the certificate of the API api.workhub.test names es.workhub.test (run.pcap), a name in the same domain; "
            "default port of Elasticsearch"
        ),
        "a response of the API api.workhub.test names m.elsewhere.test (run.pcap), as MongoDB",
    )
    assert tuple(one.reason for one in found) == reasons


def test_hosts_of_one_api_are_bounded() -> None:
    leads = [Lead(API, HostHint(f"es{n}.workhub.test", None, "", "body"), "x") for n in range(200)]
    assert len(Pivot(PORTS, lambda _: False).follow(leads, VALUES)) == MAX_HOSTS


@each(
    ("host", "services"),
    [
        ("es.a.test", ("elasticsearch",)),
        ("es12.a.test", ("elasticsearch",)),
        ("prod-mongo.eu.a.test", ("mongodb",)),
        ("database.a.test", ()),
        ("www.a.test", None),
        ("estate.a.test", None),
        ("a.test", None),
    ],
)
def test_words_of_names(host: str, services: tuple[str, ...] | None) -> None:
    assert Siblings().services(host, "a.test") == services
