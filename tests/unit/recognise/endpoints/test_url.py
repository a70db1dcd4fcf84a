"""URLs: what they become and why some become nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.recognise.endpoints.hosts import PRIVATE_NAME
from tieback.recognise.endpoints.url import COMPLETED, UNKNOWN_HOST, verify, verify_relative
from tieback.recognise.endpoints.verdict import TextVerdict
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


def judged(text: str) -> TextVerdict:
    scheme = RULES.services.schemes[text.partition("://")[0].lower()]
    return verify(text, scheme, RULES)


@each(
    ("text", "value"),
    [
        ("https://api.shop.de", "https://api.shop.de"),
        ("https://api.shop.de/", "https://api.shop.de"),
        ("HTTPS://API.Shop.DE/V1/", "https://api.shop.de/V1"),
        ("https://api.shop.de:443/v1", "https://api.shop.de/v1"),
        ("http://api.shop.de:80/v1", "http://api.shop.de/v1"),
        ("http://api.shop.de:8080/v1", "http://api.shop.de:8080/v1"),
        ("http://es.fieldhand.test:9200", "http://es.fieldhand.test:9200"),
        ("https://api.shop.de/v1?key=secret#top", "https://api.shop.de/v1"),
        ("https://api.shop.de?key=secret", "https://api.shop.de"),
        ("https://api.shop.de/v1.", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1).", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1&", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1/log.do,Header:", "https://api.shop.de/v1/log.do"),
        ("https://api.shop.de/v1/a,b:c", "https://api.shop.de/v1/a,b:c"),
        ("https://api.shop.de/v1/a,b", "https://api.shop.de/v1/a,b"),
        ("https://api.shop.de/a&b", "https://api.shop.de/a&b"),
        ("https://api.shop.de/wiki/A_(b)", "https://api.shop.de/wiki/A_(b)"),
        ("https://api.shop.de.", "https://api.shop.de"),
        ("https://api.shop.de/v1&", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1&page=2&of=3", "https://api.shop.de/v1"),
        ("https://api.shop.de/a&b/c", "https://api.shop.de/a&b/c"),
        ("https://api.shop.de/v1/list.cgi?{}", "https://api.shop.de/v1/list.cgi"),
        ("https://api.shop.de/v1/list#{}", "https://api.shop.de/v1/list"),
        ("https://api.shop.de/v1/list{}?a", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1/list{}={}", "https://api.shop.de/v1/list"),
        ("https://api.shop.de/v1/list{}{}={}", "https://api.shop.de/v1/list"),
        ("https://api.shop.de/v1/list{}page=2", "https://api.shop.de/v1/list"),
        ("https://api.shop.de/v1/{}page=2", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1/list{}/a=2", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1/list{}==", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1/list.cgi&{}", "https://api.shop.de/v1/list.cgi"),
        ("https://api.shop.de/v1/list.cgi&page={}&of={}", "https://api.shop.de/v1/list.cgi"),
        ("https://api.shop.de/v1/a&b{}", "https://api.shop.de/v1"),
        ("https://api.shop.de/v1/&{}", "https://api.shop.de/v1"),
        ("wss://api.shop.de/*/*", "wss://api.shop.de"),
        (
            "https://api.shop.de/i/photo-1566228015668-4c45dbc4e2f5",
            "https://api.shop.de/i/photo-1566228015668-4c45dbc4e2f5",
        ),
        (
            "https://api.shop.de/i/9e107d9d372bb6826bd81d3542a419d6.png",
            "https://api.shop.de/i/9e107d9d372bb6826bd81d3542a419d6.png",
        ),
        ("https://api.shop.de/i/9e107d9d372bb6826bd81d3542a419d6", "https://api.shop.de/i"),
        ("https://api.shop.de:", "https://api.shop.de"),
        ("https://api.shop.de:8443.", "https://api.shop.de:8443"),
        ("https://api.shop.de,https://b.shop.de/x", "https://api.shop.de"),
        ("https://api.shop.de/v1;https://b.shop.de/x", "https://api.shop.de/v1"),
        ("https://api.shop.de/fetch/https://b.shop.de/x", "https://api.shop.de/fetch/https://b.shop.de/x"),
        ("https://api.shop.de/users/{id}/x", "https://api.shop.de/users"),
        ("https://api.shop.de/users/%s/x", "https://api.shop.de/users"),
        ("https://api.shop.de/users/u-%1$d/x", "https://api.shop.de/users"),
        ("https://api.shop.de/users/%02d", "https://api.shop.de/users"),
        ("https://api.shop.de/users/${id}", "https://api.shop.de/users"),
        ("https://api.shop.de/users/$1", "https://api.shop.de/users"),
        ("https://api.shop.de/users/:id/x", "https://api.shop.de/users"),
        ("https://api.shop.de/%s", "https://api.shop.de"),
        ("https://api.shop.de/a%20b/%d0%b0", "https://api.shop.de/a%20b/%d0%b0"),
        ("https://api.shop.de/a请看", "https://api.shop.de/a"),
        ("https://user:pass12@api.shop.de/x", "https://api.shop.de/x"),
        ("http://10.1.2.3/x", "http://10.1.2.3/x"),
        ("http://1.2.3.4", "http://1.2.3.4"),
        ("http://[2A00:1450::1]:8080/x", "http://[2a00:1450::1]:8080/x"),
        ("wss://push.shop.de/socket", "wss://push.shop.de/socket"),
        ("ftp://files.shop.de", "ftp://files.shop.de"),
        ("ssl://broker.shop.de:8883", "ssl://broker.shop.de:8883"),
        ("tcp://10.1.2.3:1883", "tcp://10.1.2.3:1883"),
        ("https://api.shop.de:%d/", "https://api.shop.de"),
        ("http://192.168.4.1:{}/v1/cart", "http://192.168.4.1/v1/cart"),
        ("ws://api.shop.de:${config.port}/live", "ws://api.shop.de/live"),
        ("https://api.shop.de:$port", "https://api.shop.de"),
        ("https://api.shop.de:%@/v1", "https://api.shop.de/v1"),
        ("https://anna:p%@api.shop.de/v1", "https://api.shop.de/v1"),
        ("https://%@:%@@api.shop.de/v1", "https://api.shop.de/v1"),
        ("https://api.shop.de:{}{}", "https://api.shop.de"),
        ("https://proj-1.firebaseio.com/users.json", "firebase-rtdb:proj-1"),
        ("https://proj.europe-west1.firebasedatabase.app", "firebase-rtdb:proj"),
    ],
)
def test_urls_are_accepted(text: str, value: str) -> None:
    verdict = judged(text)
    assert [endpoint.value for endpoint in verdict.endpoints] == [value], verdict.rejected


@each(
    ("text", "value"),
    [
        ("https://${env}.shop.de", "https://${env}.shop.de"),
        ("https://%1$s.shop.de:8443/v1", "https://%1$s.shop.de:8443/v1"),
        ("https://eu-{}.shop.de/v1", "https://eu-{}.shop.de/v1"),
        ("https://{s}.tile.shop.de/about", "https://{s}.tile.shop.de/about"),
        ("https://{s}.shop.de/{z}", "https://{s}.shop.de"),
        ("https://%@.shop.de/v1", "https://%@.shop.de/v1"),
        ("https://%1$@.shop.de", "https://%1$@.shop.de"),
        ("https://api-%@.shop.de:8443/v1", "https://api-%@.shop.de:8443/v1"),
        ("https://%@.s3.amazonaws.com/x", "https://%@.s3.amazonaws.com/x"),
    ],
)
def test_a_host_whose_first_part_is_not_known_is_told(text: str, value: str) -> None:
    verdict = judged(text)
    assert [(one.value, one.reason) for one in verdict.not_backends] == [(value, COMPLETED)]
    assert not verdict.endpoints


@each(
    ("text", "path"),
    [
        ("https://{s}.tile.shop.de/{z}/{x}/{y}.png", ""),
        ("https://{a-c}.tile.shop.de/t/{z}/{x}/{y}.png", "/t"),
    ],
)
def test_all_servers_of_a_map_are_found(text: str, path: str) -> None:
    found = [(one.value, one.host) for one in judged(text).endpoints]
    assert found == [(f"https://{server}.tile.shop.de{path}", f"{server}.tile.shop.de") for server in "abc"]


@each(
    ("text", "hosts"),
    [
        ("https://t{0-3}.shop.de/vt?x={x}&y={y}&z={z}", ["t0.shop.de", "t1.shop.de", "t2.shop.de", "t3.shop.de"]),
        ("https://maps.{a-b}.tile.shop.de/{q}.jpeg", ["maps.a.tile.shop.de", "maps.b.tile.shop.de"]),
        ("https://{c-a}.tile.shop.de/{z}/{x}/{y}.png", []),
        ("https://{a-9}.tile.shop.de/{z}/{x}/{y}.png", []),
        ("https://t{0-3}.shop.de/about", []),
        ("https://t{s}.shop.de/{z}/{x}/{y}.png", []),
    ],
)
def test_a_range_of_servers_of_a_map_is_read(text: str, hosts: list[str]) -> None:
    assert [one.host for one in judged(text).endpoints] == hosts


@each(
    ("text", "value"),
    [
        ("http://%s:9200/_search", "http://%s:9200/_search"),
        ("http://%@:9200", "http://%@:9200"),
        ("http://${host}:5984/", "http://${host}:5984"),
        ("https://{}:9200", "https://{}:9200"),
    ],
)
def test_a_store_whose_host_is_not_known_is_told(text: str, value: str) -> None:
    verdict = judged(text)
    assert [(one.value, one.reason) for one in verdict.not_backends] == [(value, UNKNOWN_HOST)]
    assert not verdict.endpoints


@each(
    ("text", "value"),
    [
        ("http://erp.acme/api/orders", "http://erp.acme/api/orders"),
        ("https://Es.Shop.Zentrale:9200/", "https://es.shop.zentrale:9200"),
    ],
)
def test_a_name_that_only_a_private_network_can_have_is_told(text: str, value: str) -> None:
    verdict = judged(text)
    assert [(one.value, one.reason) for one in verdict.not_backends] == [(value, PRIVATE_NAME)]
    assert not verdict.endpoints


@each("host", ["erp.acme.corp", "nas.home", "es.intranet", "db.shop.private", "box.localdomain", "api.acme.internal"])
def test_the_usual_names_of_private_networks_are_back_ends(host: str) -> None:
    (endpoint,) = judged(f"http://{host}/api").endpoints
    assert (endpoint.host, endpoint.path) == (host, "/api")


@each(
    ("text", "reason"),
    [
        ("https://", "no host"),
        ("http://%s:8080", "placeholder in the host"),
        ("http://%s:%d", "placeholder in the host"),
        ("http://%s.de:9200", "placeholder in the host"),
        ("https:///path", "no host"),
        ("https://%s/v1", "placeholder in the host"),
        ("https://{host}/v1", "placeholder in the host"),
        ("https://%s.de/v1", "placeholder in the host"),
        ("https://{s}.10.0.0.1/{z}", "placeholder in the host"),
        ("https://api.shop.de%s", "placeholder in the host"),
        ("https://api.shop.de:0/", "port out of range"),
        ("https://api.shop.de:70000/", "port out of range"),
        ("https://user:pa/ss@api.shop.de/", "port is not a number"),
        ("https://api.shop.de:port/", "port is not a number"),
        ("https://api.shop.de:80%d/", "port is not a number"),
        ("ssl://broker.shop.de:%d", "port is not a number"),
        ("https://com.shop.main", "unknown top-level name"),
        ("https://www.stylesheet", "unknown top-level name"),
        ("http://ocsp.shop.com0", "unknown top-level name"),
        ("https://.firebaseio.com", "host with an empty or malformed label"),
        ("ssl://broker.shop.de", "socket without a port"),
    ],
)
def test_other_texts_are_rejected(text: str, reason: str) -> None:
    verdict = judged(text)
    assert verdict.rejected == reason
    assert not verdict.endpoints


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("http://elasticsearch:9200/idx", "http://elasticsearch:9200/idx", "name without a dot"),
        ("https://hostname", "https://hostname", "name without a dot"),
        ("http://10.0.2.2:8888/login", "http://10.0.2.2:8888/login", "emulator"),
    ],
)
def test_host_of_a_local_network_is_reported_with_the_reason(text: str, value: str, reason: str) -> None:
    (found,) = judged(text).not_backends
    assert (found.value, reason in found.reason) == (value, True)


SCRIPT = "AKfycbx0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH"


@each(
    ("text", "address"),
    [
        ("https://shop-1.herokuapp.com/api/products?page=1", "https://shop-1.herokuapp.com/api/products"),
        ("https://shop-1.herokuapp.com/", ""),
        ("https://api.shop.de/v1", ""),  # its value is the whole address
        # The identifier of a resource is random, but no secret; what follows it can be one.
        (f"https://script.google.com/macros/s/{SCRIPT}/exec?a=1", f"https://script.google.com/macros/s/{SCRIPT}/exec"),
        (f"https://script.google.com/macros/s/{SCRIPT}/{SCRIPT[4:]}", f"https://script.google.com/macros/s/{SCRIPT}"),
        (f"https://shop-1.herokuapp.com/{SCRIPT}/exec", ""),
    ],
)
def test_a_cloud_resource_has_its_whole_address(text: str, address: str) -> None:
    assert judged(text).address == address


def test_default_port_of_a_scheme_is_reported() -> None:
    (endpoint,) = judged("https://api.shop.de/v1/users?x=1").endpoints
    assert (endpoint.scheme, endpoint.host, endpoint.port, endpoint.path) == ("https", "api.shop.de", 443, "/v1/users")


@each(
    ("text", "service"),
    [
        ("http://es.shop.de:9200/idx", "elasticsearch"),
        ("https://search-x-1.eu-west-1.es.amazonaws.com/", "elasticsearch"),
        ("https://x.us-east-1.aws.found.io", "elasticsearch"),
        ("https://api.shop.de", None),
        ("https://proj.firebaseio.com", "firebase-rtdb"),
        ("tcp://10.1.2.3:1883", "mqtt"),
    ],
)
def test_services(text: str, service: str | None) -> None:
    assert judged(text).endpoints[0].service == service


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("https://bob:hunter22@api.shop.de", "password_in_url", "h***2 (8)"),
        ("https://ghp_0123456789@api.shop.de", "user_in_url", "gh***89 (14)"),
        ("https://bob:p@ss:w0rd@api.shop.de", "password_in_url", "p***d (9)"),
    ],
)
def test_user_information_is_masked(text: str, kind: str, masked: str) -> None:
    verdict = judged(text)
    assert [(secret.kind, secret.masked) for secret in verdict.secrets] == [(kind, masked)]


@pytest.mark.parametrize(
    "text", ["https://%s:%s@api.shop.de", "https://{user}@api.shop.de", "https://u:***@api.shop.de"]
)
def test_placeholders_are_not_credentials(text: str) -> None:
    assert judged(text).secrets == ()


def test_namespaces_are_reported_with_a_reason() -> None:
    (text,) = judged("http://schemas.android.com/apk/res/android").not_backends
    assert (text.value, "namespace" in text.reason) == ("http://schemas.android.com/apk/res/android", True)


@given(st.text(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_text_has_a_verdict(rest: str) -> None:
    verdict = judged("https://" + rest)
    assert verdict.covers <= len("https://") + len(rest)
    for endpoint in verdict.endpoints:
        assert "@" not in endpoint.value.partition("://")[2].partition("/")[0]


@each(
    ("text", "value"),
    [
        ("//cdn.shop.de/a.js", "https://cdn.shop.de/a.js"),
        ("//cdn.shop.de", "https://cdn.shop.de"),
        ("//shop.de/v1", "https://shop.de/v1"),
        ("//shop-data.s3.amazonaws.com/a.js", "s3:shop-data"),
        ("//shop.de", None),
        ("//e.id;", None),
        ("//see", None),
        ("//%s/v1", None),
    ],
)
def test_urls_that_take_their_scheme_from_the_page(text: str, value: str | None) -> None:
    verdict = verify_relative(text, RULES.services.schemes["https"], RULES)
    assert [endpoint.value for endpoint in verdict.endpoints] == ([value] if value else [])
    assert 0 < verdict.covers <= len(text)
