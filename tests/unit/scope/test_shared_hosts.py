"""A target covers, of a host or domain of many customers, only the resources that it lists."""

from datetime import date
from itertools import product

import pytest

from tests.each import each
from tests.unit.scope.test_decide import scope
from tieback.backends.candidates import build_candidates
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.backend import Backend
from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.sighting import Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles
from tieback.scope.grant import parse_grant, render_grant
from tieback.scope.grant_words import grant_sentences
from tieback.scope.shared_hosts import shared_sentences, tenancy, uncovered_request

FIRESTORE, STORAGE, GCS = "firestore.googleapis.com", "firebasestorage.googleapis.com", "storage.googleapis.com"
S3, PARSE, SUPABASE = "s3.eu-west-1.amazonaws.com", "parseapi.back4app.com", "abcdefghijklmnopqrst.supabase.co"


def grant(match: str, *resources: str) -> Grant:
    rule = TargetRule(match, "any", Depth.IDENTIFY, resources=resources)
    return Grant("Jo", "jo@example.org", date(2027, 1, 1), target=(rule,))


def sentences(match: str, *resources: str) -> list[str]:
    return list(shared_sentences(grant(match, *resources)))


@each(
    ("match", "words"),
    [
        (FIRESTORE, "all customers of Cloud Firestore, and `resources` of this target is missing: no project"),
        (STORAGE, "all customers of Cloud Storage for Firebase, and `resources` of this target is missing: no bucket"),
        (S3, "Amazon S3"),
        ("*.s3.eu-west-1.amazonaws.com", "Amazon S3"),
        ("*.amazonaws.com", "Amazon S3"),
        ("*.firebaseio.com", "Firebase Realtime Database"),
        ("*.europe-west1.firebasedatabase.app", "Firebase Realtime Database"),
        ("*.supabase.co", "Supabase"),
        ("*.googleapis.com", "Cloud Firestore, Cloud Storage for Firebase, Google Cloud Storage"),
        (PARSE, "Back4App"),
    ],
)
def test_a_target_of_many_customers_without_resources_is_named_and_covers_none(match: str, words: str) -> None:
    (sentence,) = sentences(match)
    assert sentence.startswith(f"{match} serves all customers of ")
    assert words in sentence
    assert 'resources = ["NAME"]' in sentence
    shown = list(grant_sentences(grant(match)))
    assert sentence in shown
    assert "    of customers there: only those in `resources`, which is missing: none" in shown


def test_a_target_with_resources_is_shown_with_them() -> None:
    (sentence,) = sentences(FIRESTORE, "shop-1234", "shop-test")
    assert sentence == (
        f"{FIRESTORE} serves all customers of Cloud Firestore. Of these, only shop-1234, shop-test may be probed."
    )
    shown = list(grant_sentences(grant(FIRESTORE, "shop-1234", "shop-test")))
    assert "    of customers there: only shop-1234, shop-test" in shown


OWN = [
    "shop-1234.firebaseio.com",
    "shop-uploads.s3.eu-west-1.amazonaws.com",
    "*.shop-uploads.s3.eu-west-1.amazonaws.com",
    "shopdata.blob.core.windows.net",
    SUPABASE,
    "*.example.org",
    "127.0.0.0/8",
]


@each("match", [*OWN, "db.eu-west-1.amazonaws.com"])
def test_a_target_of_one_customer_needs_no_resources(match: str) -> None:
    assert sentences(match) == []
    host = match.replace("*", "x").replace("127.0.0.0/8", "127.0.0.1")
    address = "127.0.0.1" if host == "127.0.0.1" else "9.9.9.9"
    assert scope(match).decide(host, address, 443).allowed


@each(
    ("match", "resources", "host", "resource", "allowed"),
    [
        # The host is shared: the target lists the resource, or nothing there is covered.
        (FIRESTORE, (), FIRESTORE, "shop-1", False),
        (FIRESTORE, (), FIRESTORE, "", False),
        (FIRESTORE, ("shop-1",), FIRESTORE, "shop-1", True),
        (FIRESTORE, ("shop-1",), FIRESTORE, "shop-12", False),
        (FIRESTORE, ("shop-1",), FIRESTORE, "Shop-1", False),
        (FIRESTORE, ("shop-1",), f"{FIRESTORE}.", "club", False),
        (FIRESTORE, ("shop-1",), FIRESTORE.upper(), "club", False),
        # No resource is known yet: the requests decide.
        (FIRESTORE, ("shop-1",), FIRESTORE, "", True),
        ("*.googleapis.com", ("shop-1",), FIRESTORE, "club", False),
        ("9.9.9.0/24", (), FIRESTORE, "shop-1", False),
        ("9.9.9.0/24", ("shop-1",), FIRESTORE, "shop-1", True),
        # Each customer has a host: a target of the whole domain lists the part before it.
        ("*.supabase.co", (), SUPABASE, "", False),
        ("*.supabase.co", ("abcdefghijklmnopqrst",), SUPABASE, "", True),
        ("*.supabase.co", ("abcdefghijklmnopqrst",), f"db.{SUPABASE}", "", True),
        ("*.supabase.co", ("bbcdefghijklmnopqrst",), SUPABASE, "", False),
        ("*.co", (), SUPABASE, "", False),
        ("9.9.9.9", (), SUPABASE, "", False),
        ("*.s3.amazonaws.com", ("shop",), "shop.s3.amazonaws.com", "", True),
        # A bucket name may have dots: "evil.shop" is another customer's.
        ("*.s3.amazonaws.com", ("shop",), "evil.shop.s3.amazonaws.com", "", False),
        ("*.s3.amazonaws.com", ("evil.shop",), "evil.shop.s3.amazonaws.com", "", True),
        ("*.amazonaws.com", ("shop",), "shop.s3.dualstack.eu-west-1.amazonaws.com", "", True),
        ("*.amazonaws.com", ("shop",), "evil.shop.s3.dualstack.eu-west-1.amazonaws.com", "", False),
        # The same label in two clusters belongs to two customers.
        ("*.mongodb.net", ("cluster0",), "cluster0.ab1cd.mongodb.net", "", False),
        ("*.mongodb.net", ("cluster0.ab1cd",), "cluster0.ab1cd.mongodb.net", "", True),
        ("*.mongodb.net", ("cluster0.ab1cd.mongodb.net",), "cluster0.ab1cd.mongodb.net", "", True),
        # Other hosts are not concerned, whatever an app names there.
        ("*.example.org", (), "parse.example.org", "kZ8rQ2mVx7Lw0pTn5Yb3", True),
    ],
)
def test_decision_at_shared_hosts(
    match: str, resources: tuple[str, ...], host: str, resource: str, allowed: bool
) -> None:
    rule = TargetRule(match, "any", Depth.DESCRIBE, resources=resources)
    decision = scope(rule).decide(host, "9.9.9.9", 443, resource=resource)
    assert decision.allowed is allowed, decision.reason


def test_the_refusal_shows_what_to_add() -> None:
    decision = scope(FIRESTORE).decide(FIRESTORE, "9.9.9.9", 443, resource="shop-1")
    assert 'Add resources = ["shop-1"] to the target `firestore.googleapis.com` if the owner' in decision.reason
    rule = TargetRule(FIRESTORE, "any", Depth.DESCRIBE, resources=("club",))
    decision = scope(rule).decide(FIRESTORE, "9.9.9.9", 443, resource="shop-1")
    assert "does not list it: the project 'shop-1' of Cloud Firestore, in the target" in decision.reason


def test_of_several_targets_the_first_that_lists_the_resource_decides() -> None:
    both = scope(
        TargetRule(FIRESTORE, "any", Depth.IDENTIFY, resources=("club",)),
        TargetRule("*.googleapis.com", "any", Depth.SAMPLE, resources=("shop-1",)),
    )
    assert both.decide(FIRESTORE, "9.9.9.9", 443, resource="club").depth is Depth.IDENTIFY
    assert both.decide(FIRESTORE, "9.9.9.9", 443, resource="shop-1").depth is Depth.SAMPLE
    assert not both.decide(FIRESTORE, "9.9.9.9", 443, resource="other").allowed


def test_loopback_belongs_to_no_customer_of_a_service() -> None:
    hosts: dict[str, str | tuple[str, ...]] = {FIRESTORE: "127.0.0.1"}
    assert scope("127.0.0.0/8", hosts=hosts).decide(FIRESTORE, "127.0.0.1", 443, resource="a").allowed
    assert not scope(FIRESTORE, hosts=hosts).decide(FIRESTORE, "127.0.0.1", 443, resource="a").allowed
    # Private addresses can lead to the provider's service.
    assert not scope("10.0.0.0/8", hosts={FIRESTORE: "10.0.0.1"}).decide(FIRESTORE, "10.0.0.1", 443).allowed


NAMES = ("shop", "club", "shop-1", "")
PLACES = {
    FIRESTORE: (FIRESTORE, "*.googleapis.com", "9.9.9.9", "*.com"),
    GCS: (GCS, "*.googleapis.com", "9.9.9.0/24"),
    PARSE: (PARSE, "*.back4app.com"),
}


def test_no_combination_of_targets_covers_a_resource_that_none_lists() -> None:
    """An oracle: allowed exactly if one matching target lists the resource, or lists some and none is named."""
    for host, matches in PLACES.items():
        for first, second in product(product(matches, NAMES), repeat=2):
            rules = [
                TargetRule(match, "any", Depth.DESCRIBE, resources=tuple(filter(None, (name,))))
                for match, name in (first, second)
            ]
            listed = {name for _, name in (first, second)} - {""}
            for resource in NAMES:
                decision = scope(*rules).decide(host, "9.9.9.9", 443, resource=resource)
                assert decision.allowed is (resource in listed if resource else bool(listed)), (rules, resource)
                assert set(decision.resources or ()) <= listed


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@each(
    ("host", "data", "keys", "named"),
    [
        (FIRESTORE, get("/v1/projects/club/databases/(default)"), (), "club"),
        (FIRESTORE, get("/v1beta1/projects/club/databases/(default)"), (), "club"),
        (FIRESTORE, get("/v1/projects/shop/databases/(default)"), (), ""),
        (FIRESTORE, get("/v1/projects/s%68op/databases/(default)"), (), ""),
        (FIRESTORE, get("/v1/projects/%63lub/databases/(default)"), (), "club"),
        (FIRESTORE, get("//v1//projects/club/databases"), (), "club"),
        (FIRESTORE, get("/"), (), ""),
        (FIRESTORE, b"POST /v1/projects/club/databases/(default)/documents:runQuery HTTP/1.1\r\n\r\n{}", (), "club"),
        (STORAGE, get("/v0/b/club.appspot.com/o"), (), "club.appspot.com"),
        (GCS, get("/storage/v1/b/club/o?maxResults=5"), (), "club"),
        (GCS, get("/club?list-type=2"), (), "club"),
        (GCS, get("/shop/a.json"), (), ""),
        (S3, get("/club?list-type=2&max-keys=1000"), (), "club"),
        # A guess about another product would be a request to somebody's bucket.
        (S3, get("/_cat/indices"), (), "_cat"),
        (S3, get("/"), (), ""),
        (PARSE, get("/parse/classes/Order"), ("kZ8rQ2mVx7Lw0pTn5Yb3",), "kZ8rQ2mVx7Lw0pTn5Yb3"),
        (PARSE, get("/parse/classes/Order"), ("shop",), ""),
        (PARSE, get("/parse/"), (), ""),
        (SUPABASE, get("/rest/v1/orders"), ("anon",), ""),
        ("db.example.org", get("/v1/projects/club/x"), ("club",), ""),
        (FIRESTORE, b"\x16\x03\x01 PING", (), ""),
    ],
)
def test_a_request_names_only_resources_that_are_listed(
    host: str, data: bytes, keys: tuple[str, ...], named: str
) -> None:
    reason = uncovered_request(host, ("shop",), data, keys)
    assert (repr(named) in reason) if named else (reason == "")


@each(
    "path",
    [
        "/v1/projects/shop/../other/databases", "/v1/projects/shop/%2e%2e/other", "/v1/projects/shop/..", "/./v1?a=b",
        "/v1/projects/shop/..%5cother",
    ],
)  # fmt: skip
def test_a_path_that_a_server_would_shorten_is_not_sent_to_a_shared_host(path: str) -> None:
    data = f"GET {path} HTTP/1.1\r\n\r\n".encode()
    assert "`..`" in uncovered_request("firestore.googleapis.com", ("shop", "shop.example"), data, ())
    assert uncovered_request("shop.example", (), data, ()) == ""


def test_dots_in_names_and_queries_are_no_segments() -> None:
    data = b"GET /v1/projects/shop/documents/a..b/.c?next=/../x HTTP/1.1\r\n\r\n"
    assert uncovered_request("firestore.googleapis.com", ("shop",), data, ()) == ""


def toml(match: str, resources: str) -> str:
    return (
        'authorised_by = "Jo"\ncontact = "jo@example.org"\nnot_after = 2027-01-01\n\n[[target]]\n'
        f'match = "{match}"\nports = "any"\ndepth = "identify"\nresources = {resources}\n'
    )


@each(
    ("match", "resources", "words"),
    [
        (FIRESTORE, '["*"]', "Only its owner can permit probes of it, so no grant covers all customers"),
        (FIRESTORE, '["shop-*"]', "write each resource by its whole name"),
        (FIRESTORE, '[""]', "is not the name of a resource"),
        (FIRESTORE, '[" shop"]', "is not the name of a resource"),
        ("db.example.org", '["shop"]', "not known as a host of several customers"),
        ("shop.firebaseio.com", '["shop"]', "not known as a host of several customers"),
    ],
)
def test_a_list_that_cannot_be_checked_is_an_error(match: str, resources: str, words: str) -> None:
    with pytest.raises(GrantError, match="`resources` in target 1") as caught:
        parse_grant(toml(match, resources), "g.toml")
    assert words in str(caught.value)


def test_a_grant_keeps_its_resources() -> None:
    written = parse_grant(toml("*.googleapis.com", '["shop-1234", "shop-1234.appspot.com"]'), "g.toml")
    assert written.target[0].resources == ("shop-1234", "shop-1234.appspot.com")
    assert parse_grant(render_grant(written), "g.toml") == written


def test_every_shared_host_that_a_resource_is_probed_at_is_listed() -> None:
    """Whatever the rules of recognition name at a host that does not contain the name."""
    rules = RuleFiles()
    extractor = EndpointExtractor(rules)
    missing, seen = set(), 0
    for matches in (*(rule.match for rule in rules.cloud.hosts), *(rule.match for rule in rules.cloud.tokens)):
        for text, _ in matches:
            artifact = Artifact("f", (Buffer("f", BufferKind.TEXT, text.encode()),))
            found = [one.endpoint for one in extractor.extract(artifact) if isinstance(one, Sighting)]
            backends = [Backend(one, addresses=("9.9.9.9",)) for one in found if one.host]
            for candidate in build_candidates(backends, {}):
                seen += bool(candidate.resource)
                if candidate.resource and tenancy(candidate.host) is None:
                    missing.add(candidate.host)
    assert seen > 30
    assert missing == set()
