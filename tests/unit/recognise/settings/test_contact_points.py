"""Contact points and keyspace of Cassandra in configuration files."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.config import ConfigExtractor
from tieback.recognise.settings.contact_points import MAX_POINTS, contact_points
from tieback.recognise.settings.key_values import Pair

RULES = RuleFiles()


def found(text: str, name: str = "assets/application.properties") -> list[str]:
    buffer = Buffer(name, BufferKind.TEXT, text.encode())
    finds = ConfigExtractor(RULES)._file(buffer, "*")
    return [one.endpoint.value for one in finds if isinstance(one, Sighting) and one.endpoint.scheme == "cassandra"]


@each(
    ("text", "name", "values"),
    [
        (
            "spring.cassandra.contact-points=db.shop.test\nspring.cassandra.keyspace-name=shop\n",
            "application.properties",
            ["cassandra://db.shop.test:9042/shop"],
        ),
        (
            "spring.data.cassandra.contact-points=db.shop.test\nspring.data.cassandra.port=9043\n",
            "application.properties",
            ["cassandra://db.shop.test:9043"],
        ),
        (
            '{"cassandra": {"contactPoints": "db1.shop.test:9142", "keyspace": "shop"}}',
            "config.json",
            ["cassandra://db1.shop.test:9142/shop"],
        ),
        (
            "CASSANDRA_HOSTS=db.shop.test\nCASSANDRA_KEYSPACE=shop\n",
            ".env",
            ["cassandra://db.shop.test:9042/shop"],
        ),
        ("API_HOSTS=db.shop.test\nKEYSPACE=shop\n", ".env", []),
        ("keyspace=shop\n", "app.properties", []),
        ("cassandra.host=localhost\ncassandra.keyspace=shop\n", "app.properties", []),
    ],
)
def test_both_keys_form_one_endpoint(text: str, name: str, values: list[str]) -> None:
    assert found(text, name) == values


def test_the_keyspace_is_the_database_of_the_endpoint() -> None:
    pairs = [Pair("contact-points", "db.shop.test"), Pair("session-keyspace", "shop")]
    (one,) = contact_points(pairs, Buffer("a.conf", BufferKind.TEXT, b"db.shop.test"), RULES)
    assert isinstance(one, Sighting)
    endpoint = one.endpoint
    assert (endpoint.service, endpoint.host, endpoint.port, endpoint.path) == (
        "cassandra",
        "db.shop.test",
        9042,
        "shop",
    )
    assert one.evidence.how == "config:contact-points/contact-points"


def test_each_host_of_a_list_is_an_endpoint() -> None:
    pairs = [Pair("contact-points", "db1.shop.test, db2.shop.test:9142"), Pair("keyspace", "shop")]
    finds = contact_points(pairs, Buffer("a.conf", BufferKind.TEXT, b""), RULES)
    assert [one.endpoint.value for one in finds if isinstance(one, Sighting)] == [
        "cassandra://db1.shop.test:9042/shop",
        "cassandra://db2.shop.test:9142/shop",
    ]


def test_a_loopback_address_is_no_back_end() -> None:
    (one,) = contact_points([Pair("contact-points", "127.0.0.1")], Buffer("a.conf", BufferKind.TEXT, b""), RULES)
    assert isinstance(one, NotBackend)


@given(st.lists(st.tuples(st.sampled_from(["contact-points", "cassandra.port", "keyspace"]), st.text(max_size=30))))
def test_any_values_give_few_endpoints(pairs: list[tuple[str, str]]) -> None:
    finds = list(contact_points([Pair(*pair) for pair in pairs], Buffer("a.conf", BufferKind.TEXT, b""), RULES))
    assert len(finds) <= MAX_POINTS
