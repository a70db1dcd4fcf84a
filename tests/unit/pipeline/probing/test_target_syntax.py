"""Targets on the command line mean what they say, are bounded, or are one clear error."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.errors import UsageError
from tieback.pipeline.probing.candidates import target_label
from tieback.pipeline.probing.service import store_ports
from tieback.pipeline.probing.target_syntax import MAX_EXPANDED, NamedTarget, expand_target, split_host
from tieback.pipeline.probing.targets import TargetList
from tieback.probes import PROBES


def expanded(text: str) -> list[tuple[str, int]]:
    return [(one.candidate.host, one.candidate.port) for one in expand_target(text)]


@each(
    ("text", "host", "port", "service", "tls"),
    [
        ("es.fieldhand.test:9200", "es.fieldhand.test", 9200, None, None),
        ("127.77.0.10:9200", "127.77.0.10", 9200, None, None),
        ("[::1]:27017", "::1", 27017, None, None),
        ("http://a.test", "a.test", 80, None, False),
        ("https://a.test/?x=1", "a.test", 443, None, True),
        ("HTTPS://A.test:9200/", "a.test", 9200, None, True),
        ("http://[::1]:9200/", "::1", 9200, None, False),
        ("redis://a.test", "a.test", 6379, "redis", False),
        ("rediss://a.test/0", "a.test", 6379, "redis", True),
        ("mongodb://a.test/db", "a.test", 27017, "mongodb", None),
        ("postgres://a.test:6432/db", "a.test", 6432, "postgresql", None),
    ],
)
def test_one_named_target(text: str, host: str, port: int, service: str | None, tls: bool | None) -> None:
    (one,) = expand_target(text)
    found = one.candidate
    assert (found.host, found.port, found.service, found.tls, one.derived) == (host, port, service, tls, False)
    assert service is None or service in {probe.meta.name for probe in PROBES}


@each(
    ("text", "places"),
    [
        ("http://a.test/es/customers/_search", {"a.test:80": None, "a.test:80/es/": "elasticsearch"}),
        ("http://a.test:81/couch/_all_dbs", {"a.test:81": None, "a.test:81/couch/": "couchdb"}),
        ("https://a.test/db?x=1", {"a.test:443": None, "a.test:443/db/": None}),
        ("https://a.test/a/b/c/d/e", {"a.test:443": None}),
        ("https://a.test/../x", {"a.test:443": None}),
        ("http://a.test/café", {"a.test:80": None}),
        ("redis://a.test/0", {"a.test:6379": "redis"}),
    ],
)
def test_a_path_is_a_place_too(text: str, places: dict[str, str | None]) -> None:
    found = {target_label(one.candidate): one.candidate.service for one in expand_target(text)}
    assert found == places


@each(
    ("text", "unused"),
    [
        ("http://a.test:9200/a b/", "/a b/"),
        ("http://a.test:9200/%0d%0aX:y", "/%0d%0aX:y"),
        ("http://a.test/.git/config", "/.git/config"),
        ("http://a.test/ä", "/ä"),
        ("http://a.test/es", ""),
        ("http://a.test/es/orders/_search", ""),
        ("http://a.test/", ""),
        ("http://a.test", ""),
        ("redis://a.test/0", ""),
    ],
)
def test_a_path_that_is_not_probed_is_named(text: str, unused: str) -> None:
    assert [one.unused_path for one in expand_target(text) if one.unused_path] == ([unused] if unused else [])


def test_containers_in_urls_are_hints_for_their_place() -> None:
    targets = TargetList(
        ["http://a.test:9000/photos/a.jpg", "http://a.test:9000/backups/b.zip", "http://a.test/es/orders/_search"]
    )
    hints = {target_label(candidate): found for candidate, found in targets.hints.items()}
    assert hints["a.test:9000"].names_for(("s3",)) == ("photos", "backups")
    assert hints["a.test:80/es/"].names_for(("elasticsearch",)) == ("orders",)


@pytest.mark.parametrize("text", ["es.fieldhand.test", "2001:db8::1", "[2001:db8::1]"])
def test_host_without_a_port_means_all_usual_ports(text: str) -> None:
    asked = {(one.candidate.service, one.candidate.port, one.derived) for one in expand_target(text)}
    assert asked == {(service, port, True) for service, ports in store_ports().items() for port in ports}


@each(
    ("text", "found"),
    [
        ("127.0.0.0/30:9200", [(f"127.0.0.{n}", 9200) for n in range(4)]),
        ("127.0.0.2/30:9200", [(f"127.0.0.{n}", 9200) for n in range(4)]),
        ("127.0.0.9/32:1-2", [("127.0.0.9", 1), ("127.0.0.9", 2)]),
        ("host.test:9200-9202", [("host.test", 9200), ("host.test", 9201), ("host.test", 9202)]),
        ("[::1]:7-8", [("::1", 7), ("::1", 8)]),
        ("[2001:db8::/127]:80", [("2001:db8::", 80), ("2001:db8::1", 80)]),
    ],
)
def test_blocks_and_ranges(text: str, found: list[tuple[str, int]]) -> None:
    assert expanded(text) == found
    assert all(one.derived for one in expand_target(text))


def test_a_block_without_a_port_means_all_usual_ports_of_each_address() -> None:
    usual = sum(map(len, store_ports().values()))
    assert len(expanded("127.0.0.0/28")) == 16 * usual
    assert len(expanded("2001:db8::/126")) == 4 * usual


@each(
    "text",
    [
        "", ":9200", "host:", "host:0", "host:65536", "host:http", "host:٣", "[::1", "[::1]x", "a:b:c", ":1-2",
        "host:1-", "host:-2", "host:1-2-3", "host:1-99999", "host:1-055755795955",
        "host:000000000080", "10.0.0.0/33", "host/24", "host:80/24", "a b:1", "1:2::/x",
    ],
)  # fmt: skip
def test_anything_else_is_one_error(text: str) -> None:
    with pytest.raises(UsageError, match="Write HOST"):
        expanded(text)


@each("text", ["s3:bucket", "firebase-rtdb:shop-1234", "azure-blob:shopdata/exports"])
def test_a_cloud_resource_is_no_target_and_the_error_says_where_its_host_is(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        expanded(text)
    assert f"For a cloud resource, write its host: `tieback backend show {text}` prints it" in str(caught.value)


@each(
    ("text", "said"),
    [
        ("ftp2://x", "no store is known for the scheme"),
        ("http://", "not one host and port"),
        ("http://a:0/", "not one host and port"),
        ("mongodb://a.test:1,b.test:2/db", "not"),
        ("http://[x/", "not a URL"),
        ("http://a:99999/", "not a URL"),
        ("host:20-10", "Write 10-20"),
    ],
)
def test_urls_and_ranges_that_are_errors(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        expanded(text)
    assert said in caught.value.diagnostics()


@pytest.mark.parametrize(
    "text", ["redis://:s3cret@a.test:6379", "mongodb://anna:s3cret@[x", "http://anna:s3cret@a.test"]
)
def test_a_password_in_a_url_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        expanded(text)
    assert "s3cret" not in caught.value.diagnostics()
    assert "anna" not in caught.value.diagnostics()


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("127.0.0.0/8", "Name a smaller block, or one port"),
        ("10.0.0.0/8:9200", "Name a smaller block"),
        ("2001:db8::/32", "Name a smaller block, or one port"),
        ("10.0.0.0/24:1-1000", "Name a smaller block, or one port"),
    ],
)
def test_too_many_targets_name_the_limit_and_the_way_out(text: str, advice: str) -> None:
    with pytest.raises(UsageError) as caught:
        next(expand_target(text))
    told = caught.value.diagnostics()
    assert f"at most {MAX_EXPANDED:,}" in told
    assert advice in told


def test_the_limit_is_of_use() -> None:
    assert sum(1 for _ in expand_target("host.test:1-65535")) == 65_535
    assert sum(1 for _ in expand_target("10.0.0.0/16:9200")) == 65_536


def test_the_targets_of_a_command_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.pipeline.probing.targets.MAX_TARGETS", 1000)
    assert len(TargetList(["10.0.0.0/24:9200", "10.0.0.0/24:9200"])) == 256
    with pytest.raises(UsageError, match="more than 1,000 targets"):
        TargetList([f"10.0.{n}.0/24:9200" for n in range(5)])


def test_a_port_that_the_user_names_is_not_derived() -> None:
    targets = TargetList(["10.0.0.0/30:9200", "10.0.0.2:9200"])
    assert [place for place in targets.places if not targets.is_derived(place)] == ["10.0.0.2:9200"]


@pytest.mark.parametrize(
    ("text", "found"), [("a.test", ("a.test", None)), ("[::1]:4", ("::1", 4)), ("::1", ("::1", None))]
)
def test_a_single_host(text: str, found: tuple[str, int | None]) -> None:
    assert split_host(text) == found


@pytest.mark.parametrize("text", ["10.0.0.0/24", "a.test:1-2", "http://a.test"])
def test_a_single_host_is_no_block_range_or_url(text: str) -> None:
    with pytest.raises(UsageError):
        split_host(text)


@given(st.text(alphabet="abc0129.:/-[]@, #%", max_size=40))
def test_any_text_is_targets_or_one_error(text: str) -> None:
    try:
        found: list[NamedTarget] = list(islice(expand_target(text), 100))
    except UsageError as error:
        assert error.advice  # noqa: PT017 - both ends are right
        return
    assert found
    for one in found:
        assert one.candidate.host
        assert 0 < one.candidate.port <= 65_535


def test_a_url_of_cassandra_names_its_keyspace() -> None:
    (found,) = expand_target("cassandra://db.shop.test/shop")
    assert (found.candidate.service, found.candidate.port) == ("cassandra", 9042)
    assert found.hints.names_for(("cassandra",)) == ("shop",)
    (other,) = expand_target("mongodb://db.shop.test/shop")
    assert other.hints.names == ()
