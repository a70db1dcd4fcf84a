"""Finds of an app, merged."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests import samples
from tests.each import each
from tieback.intake.apps.open import open_app
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.public_key import PublicKey
from tieback.model.sighting import OF_LIBRARY, Credential, Evidence, NotBackend, Problem, Sighting
from tieback.recognise import extractors
from tieback.recognise.calls import unnamed_container
from tieback.recognise.makers.words import maker_words
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import MAX_SIGHTINGS, merge_finds

RULES = RuleFiles()


def app(bundle_id: str, vendor: str = "") -> App:
    return App(Platform.ANDROID, bundle_id, "0" * 64, vendor=vendor)


def sighting(host: str, file: str = "classes.dex") -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, "text/url"))


def test_the_same_endpoint_is_one_with_its_first_evidence() -> None:
    finds = [sighting("b.de", "1"), sighting("a.de", "2"), sighting("b.de", "3")]
    collected = merge_finds(None, finds, RULES)
    assert [(one.endpoint.host, one.count, one.evidence.file) for one in collected.sightings] == [
        ("b.de", 2, "1"),
        ("a.de", 1, "2"),
    ]


def seen(value: str, how: str, file: str = "f", host: str = "h.test", path: str = "") -> Sighting:
    kind = EndpointKind.URL if "//" in value else EndpointKind.CLOUD
    endpoint = Endpoint(kind, value, "https", host, 443, path, value.partition(":")[0])
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, how))


@each(
    ("hows", "best"),
    [
        (("dex-string/url", "dex-flow/URL"), "dex-flow/URL"),
        (("dex-flow/URL", "resource:string/api/url"), "resource:string/api/url"),
        (("binary/url", "text/url"), "text/url"),
        (("text/url:base64", "text/url"), "text/url"),
        (("text/url:base64", "native-string/url"), "native-string/url"),
        (("text/url", "dex-string/url"), "text/url"),
    ],
)
def test_fifty_places_are_one_sighting_with_the_best_evidence(hows: tuple[str, str], best: str) -> None:
    (one,) = merge_finds(None, [seen("https://h.test", how) for how in hows * 25], RULES).sightings
    assert (one.count, one.evidence.how) == (50, best)


def test_containers_of_a_resource_are_gathered() -> None:
    finds = [seen("supabase:ref", "text/cloud-host", path=path) for path in ("orders", "", "users", "orders")]
    (one,) = merge_finds(None, finds, RULES).sightings
    assert (one.names, one.endpoint.path, one.count) == (("orders", "users"), "", 4)


def test_addresses_of_a_resource_are_gathered() -> None:
    found = [
        replace(seen("heroku:shop", "text/url"), addresses=some)
        for some in (("https://s.test/b",), (), ("https://s.test/a",))
    ]
    (one,) = merge_finds(None, found, RULES).sightings
    assert one.addresses == ("https://s.test/a", "https://s.test/b")


@pytest.mark.parametrize(("projects", "names"), [(("shop",), ("orders",)), (("shop", "club"), ()), ((), ())])
def test_a_container_without_its_project_is_of_the_only_one(projects: tuple[str, ...], names: tuple[str, ...]) -> None:
    finds = [seen("firestore:", "dex-flow/collection", path="orders")]
    finds += [seen(f"firestore:{project}", "text/cloud-host") for project in projects]
    sightings = merge_finds(None, finds, RULES).sightings
    assert [one.endpoint.value for one in sightings] == [f"firestore:{project}" for project in projects]
    assert all(one.names == names for one in sightings)


@pytest.mark.parametrize(
    ("databases", "names"), [(("shop",), ("Users", "Users/Messages")), (("shop", "club"), ()), ((), ())]
)
def test_a_node_without_its_database_is_of_the_only_one(databases: tuple[str, ...], names: tuple[str, ...]) -> None:
    finds = [seen("firebase-rtdb:", "dex-flow/child", path=node) for node in ("Users", "Users/Messages")]
    finds += [seen(f"firebase-rtdb:{name}", "text/cloud-host", host=f"{name}.firebaseio.com") for name in databases]
    sightings = merge_finds(None, finds, RULES).sightings
    assert [one.endpoint.value for one in sightings] == [f"firebase-rtdb:{name}" for name in databases]
    assert all(one.names == names for one in sightings)
    assert not any(one.addresses for one in sightings)  # the client names a node on its WebSocket


def test_a_container_belongs_to_the_project_in_its_file() -> None:
    finds = [
        seen("firestore:", "text/container-call", "assets/web.js", path="members"),
        seen("firestore:shop", "text/firebase-config", "assets/web.js"),
        seen("firestore:club", "config:project_id/config-key", "assets/google-services.json"),
    ]
    found = {one.endpoint.value: one.names for one in merge_finds(None, finds, RULES).sightings}
    assert found == {"firestore:shop": ("members",), "firestore:club": ()}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("example_url", False),
        ("url_placeholder", False),
        ("sample_server_url", False),
        ("sample_video_url", True),
        ("placeholder_image", True),
        ("video_hint_example", False),
        ("api_url", True),
        ("examples", True),
    ],
)
def test_example_for_the_user_is_not_a_back_end(name: str, kept: bool) -> None:
    found = merge_finds(None, [seen("https://h.test", f"resource:string/{name}/url")], RULES)
    assert len(found.sightings) == kept
    assert [one.reason for one in found.not_backends] == (
        [] if kept else ["only in a resource that is named as an example"]
    )
    both = [seen("https://h.test", "resource:string/example_url/url"), seen("https://h.test", "dex-string/url")]
    assert [one.count for one in merge_finds(None, both, RULES).sightings] == [2]


def test_identifier_without_a_host_takes_the_host_seen_in_the_app() -> None:
    finds = [seen("s3:b", "text/cloud-id", host=""), seen("s3:b", "binary/cloud-host", host="b.s3.test")]
    (one,) = merge_finds(None, finds, RULES).sightings
    assert (one.endpoint.host, one.evidence.how) == ("b.s3.test", "text/cloud-id")


APP_ID, OTHER_ID = "kZ8rQ2mVx7Lw0pTn5Yb3", "aB3dE5fG7hJ9kL1mN3pQ"


@pytest.mark.parametrize(
    ("ids", "value"),
    [((APP_ID,), f"back4app:{APP_ID}"), ((), "back4app:parseapi"), ((APP_ID, OTHER_ID), "back4app:parseapi")],
)
def test_a_resource_at_a_shared_host_is_named_by_the_identifier_of_the_app(ids: tuple[str, ...], value: str) -> None:
    finds = [seen("back4app:parseapi", "text/cloud-host", host="parseapi.back4app.com", path="Order")]
    finds += [seen(f"parse:{one}", "text/cloud-id", host="") for one in ids]
    (first,) = (one for one in merge_finds(None, finds, RULES).sightings if one.endpoint.value.startswith("back4app:"))
    assert (first.endpoint.value, first.endpoint.host, first.names) == (value, "parseapi.back4app.com", ("Order",))


@each(
    ("kind", "host", "identifier"),
    [
        ("back4app", "parseapi.back4app.com", "parse"),
        ("appwrite", "fra.cloud.appwrite.io", "appwrite-project"),
        ("bmob", "api.bmobcloud.com", "bmob-app"),
        ("instantdb", "api.instantdb.com", "instantdb-app"),
    ],
)
def test_a_project_on_a_shared_host_is_one_resource_of_the_maker(kind: str, host: str, identifier: str) -> None:
    finds = [seen(f"{identifier}:{APP_ID}", "text/cloud-id", host=""), seen(f"{kind}:x", "text/url", host=host)]
    (one,) = merge_finds(app("com.shop.app"), finds, RULES).sightings
    assert (one.endpoint.value, one.endpoint.host, one.count) == (f"{kind}:{APP_ID}", host, 2)
    if identifier in maker_words().registered:
        assert one.party is Party.FIRST


def test_projects_that_no_host_belongs_to_stay() -> None:
    finds = [seen(f"parse:{one}", "text/cloud-id", host="") for one in (APP_ID, OTHER_ID)]
    finds.append(seen("back4app:parseapi", "text/url", host="parseapi.back4app.com"))
    assert {one.endpoint.value for one in merge_finds(None, finds, RULES).sightings} == {
        f"parse:{APP_ID}", f"parse:{OTHER_ID}", "back4app:parseapi"
    }  # fmt: skip


def test_each_file_with_an_identifier_names_its_own_resource_at_a_shared_host() -> None:
    finds = []
    for file, one, path in (("a.js", APP_ID, "Order"), ("b.js", OTHER_ID, "Person")):
        finds.append(seen(f"parse:{one}", "text/cloud-id", host="", file=file))
        finds.append(seen("back4app:parseapi", "text/url", host="parseapi.back4app.com", path=path, file=file))
    found = {one.endpoint.value: one.names for one in merge_finds(None, finds, RULES).sightings}
    assert found[f"back4app:{APP_ID}"] == ("Order",)
    assert found[f"back4app:{OTHER_ID}"] == ("Person",)
    assert "back4app:parseapi" not in found


def test_a_collection_belongs_to_the_project_of_its_script_wherever_its_best_evidence_is() -> None:
    finds = []
    for project, file, name in (("acme-one", "a.js", "orders"), ("acme-two", "b.js", "people")):
        finds.append(seen(f"firestore:{project}", "config:project_id/config-key", file=f"{project}.json"))
        finds.append(seen(f"firestore:{project}", "text/firebase-config", file=file))
        finds.append(Sighting(unnamed_container("firestore", name), 1, Party.UNKNOWN, Evidence(file, 9, "text/x", "")))
    found = {one.endpoint.value: one.names for one in merge_finds(None, finds, RULES).sightings}
    assert found == {"firestore:acme-one": ("orders",), "firestore:acme-two": ("people",)}


def test_a_host_of_its_own_keeps_its_name() -> None:
    finds = [
        seen("back4app:shopapp", "text/cloud-host", host="shopapp.b4a.io"),
        seen(f"parse:{APP_ID}", "text/cloud-id", host=""),
    ]
    assert merge_finds(None, finds, RULES).sightings[0].endpoint.value == "back4app:shopapp"


def test_public_keys_are_reported_once() -> None:
    key = PublicKey("parse", "made-up", ("parse",))
    assert merge_finds(None, [key, key], RULES).keys == (key,)


def test_host_named_only_in_a_licence_is_not_a_back_end() -> None:
    finds = [sighting("a.de", "LICENSE.txt"), sighting("b.de", "LICENSE.txt"), sighting("b.de", "classes.dex")]
    collected = merge_finds(None, finds, RULES)
    assert [(one.endpoint.host, one.count, one.evidence.file) for one in collected.sightings] == [
        ("b.de", 2, "classes.dex")
    ]
    assert [one.value for one in collected.not_backends] == ["https://a.de"]


def test_credential_recognised_by_form_is_reported_once() -> None:
    named = Credential("generic_secret", "x", "", Evidence("f", 1, "x"), fingerprint="1" * 16)
    formed = Credential("google_api_key", "x", "", Evidence("f", 1, "x"), fingerprint="1" * 16)
    assert merge_finds(None, [named, formed], RULES).credentials == (formed,)
    assert merge_finds(None, [named], RULES).credentials == (named,)


@each(
    ("bundle_id", "owner", "how", "kept"),
    [
        ("org.fieldhand.app", "Lio/fabric/sdk/android/BuildConfig;", "dex-flow/field", False),
        ("org.fieldhand.app", "Lorg/fieldhand/app/Secrets;", "dex-flow/field", True),
        ("org.fieldhand.app", "La/a/a/b;", "dex-flow/field", True),
        ("org.fieldhand.app", "Lcom/crashlytics/android/Net;->send", "dex-flow/Authorization", True),
        ("com.crashlytics.app", "Lcom/crashlytics/app/Secrets;", "dex-flow/field", True),
    ],
)
def test_a_constant_of_a_library_is_no_secret_of_the_app(bundle_id: str, owner: str, how: str, kept: bool) -> None:
    place = Evidence("classes.dex", 1, how, f'{owner}->TOKEN: "TOKEN": "***"')
    found = merge_finds(app(bundle_id), [Credential("named_secret", "4***a (40)", "", place)], RULES)
    assert bool(found.credentials) is kept
    left_out = [NotBackend(f"named secret 4***a (40) in {owner}->TOKEN", OF_LIBRARY)]
    assert list(found.not_backends) == ([] if kept else left_out)


def test_credentials_and_other_texts_are_reported_once() -> None:
    credential = Credential("password_in_url", "a***b (9)", "https://a.de", Evidence("f", 1, "x"))
    text, problem = NotBackend("http://www.w3.org", "why"), Problem("what", "where")
    collected = merge_finds(None, [credential, text, problem, credential, text, problem], RULES)
    assert collected.credentials == (credential,)
    assert collected.not_backends == (text,)
    assert collected.problems == (problem,)


@each(
    ("bundle_id", "vendor", "host", "party"),
    [
        ("com.workhub.mobile", "", "api.workhub.com", Party.FIRST),
        ("com.workhub.mobile", "", "api.workhub.test", Party.FIRST),
        ("test.fieldhand.app", "", "es.fieldhand.test", Party.FIRST),
        ("uk.co.shop24.app", "", "api.shop24.co.uk", Party.FIRST),
        ("com.other.app", "Field-Hand GmbH", "api.fieldhand.io", Party.FIRST),
        ("com.other.app", "Fieldhand, Inc.", "api.fieldhand.io", Party.FIRST),
        ("com.other.app", "", "api.workhub.com", Party.UNKNOWN),
        ("com.example.app", "", "api.example.dev", Party.UNKNOWN),
        ("com.github.someone.app", "", "github.com", Party.UNKNOWN),
        ("io.github.someone", "", "someone.github.io", Party.FIRST),
        ("com.other.app", "", "graph.facebook.com", Party.THIRD),
        ("com.facebook.katana", "", "graph.facebook.com", Party.FIRST),
        ("com.other.app", "", "10.1.2.3", Party.UNKNOWN),
        ("", "", "a.de", Party.UNKNOWN),
        ("com", "", "a.com", Party.UNKNOWN),
    ],
)
def test_party(bundle_id: str, vendor: str, host: str, party: Party) -> None:
    (one,) = merge_finds(app(bundle_id, vendor), [sighting(host)], RULES).sightings
    assert one.party is party


def test_without_an_app_nothing_is_first_party() -> None:
    collected = merge_finds(None, [sighting("graph.facebook.com"), sighting("a.de")], RULES)
    assert [one.party for one in collected.sightings] == [Party.THIRD, Party.UNKNOWN]


def link_find(how: str) -> Sighting:
    return msgspec.structs.replace(
        sighting("go.shop.de"), evidence=Evidence("AndroidManifest.xml", 7, f"{how}/link-domain", "go.shop.de")
    )


def test_the_host_of_a_deep_link_is_not_a_back_end_and_that_of_an_app_link_is() -> None:
    deep = merge_finds(app("com.shop.app"), [link_find("manifest:deep-link")], RULES)
    assert deep.sightings == ()
    assert [one.reason for one in deep.not_backends] == ["only the host of links that the app opens itself"]
    kept = merge_finds(app("com.shop.app"), [link_find("manifest:app-link")], RULES)
    assert [one.endpoint.host for one in kept.sightings] == ["go.shop.de"]


@pytest.mark.parametrize(
    ("how", "file", "party"),
    [
        ("dex-string/url", "classes.dex", Party.FIRST),
        # The text of a licence, and the file of a library.
        ("text/url", "META-INF/LICENSE.txt", Party.UNKNOWN),
        ("native-string/url", "Payload/A.app/Frameworks/Adjust.framework/Adjust", Party.UNKNOWN),
    ],
)
def test_the_legal_page_of_an_app_shows_its_domain(how: str, file: str, party: Party) -> None:
    acme = App(Platform.ANDROID, "io.ionic.starter", "0" * 64, "Acme")
    page = seen("https://acme.de/privacy", how, file, "acme.de", "/privacy")
    found = merge_finds(acme, [sighting("api.acme.de"), page], RULES).sightings
    assert next(one.party for one in found if one.endpoint.host == "api.acme.de") is party


def test_the_only_registration_in_firebase_shows_the_project() -> None:
    project = seen("firebase-app:1:123456789012:web:0a1b2c3d4e5f", "text/cloud-id")
    bucket = seen("firebase-storage:acme-prod.appspot.com", "text/cloud-host")
    found = merge_finds(app("com.some.app"), [bucket, project], RULES).sightings
    assert [one.party for one in found] == [Party.FIRST, Party.FIRST]
    assert [one.party for one in merge_finds(app("com.some.app"), [bucket], RULES).sightings] == [Party.UNKNOWN]


def test_the_host_of_a_deep_link_that_code_names_is_a_back_end() -> None:
    both = merge_finds(app("com.shop.app"), [link_find("manifest:deep-link"), sighting("go.shop.de")], RULES)
    assert [(one.endpoint.host, one.count) for one in both.sightings] == [("go.shop.de", 2)]
    assert both.not_backends == ()


def test_cap_applies_and_is_reported() -> None:
    def many() -> Iterator[Sighting]:
        for number in range(MAX_SIGHTINGS + 10):
            yield sighting(f"h{number}.de")
        yield sighting("h0.de")

    collected = merge_finds(app("com.shop.app"), many(), RULES)
    assert len(collected.sightings) == MAX_SIGHTINGS
    assert collected.sightings[0].count == 2
    assert [problem.what for problem in collected.problems] == [
        "more than 5,000 distinct endpoints; the rest is left out"
    ]


ROOT = Path(__file__).parents[4]
FOLDERS = {
    "samples": samples.directory("apps"),
    "labs": ROOT / "labs" / "apps",
    "frameworks": ROOT / "labs" / "frameworks" / "apps",
}
BAR = 0.97


def corpus() -> list[tuple[Path, dict[str, Any]]]:
    tables = [
        tomllib.loads(path.read_text("utf-8")) for path in sorted((Path(__file__).parents[1] / "corpus").glob("*.toml"))
    ]
    return [(FOLDERS[table["folder"]] / table["file"], table) for table in tables]


def test_real_apps_are_read_with_precision_and_recall(capsys: pytest.CaptureFixture[str]) -> None:
    """Against lists made by hand; prints what was missed and what is too much."""
    readers = extractors(RULES)
    right = missed = wrong = 0
    there = [(path, table) for path, table in corpus() if path.is_file()]
    for path, table in there:
        with open_app(path) as opened:
            finds = [find for artifact in opened.artifacts() for reader in readers for find in reader.extract(artifact)]
            found = {one.endpoint.value for one in merge_finds(opened.app, finds, RULES).sightings}
        truth, composed = set(table["endpoints"]), set(table["composed"])
        right += len(found & truth)
        missed += len(truth - found)
        wrong += len(found - truth - composed)
        with capsys.disabled():
            for value in sorted(truth - found):
                print(f"\n{path.name} misses {value}", end="")  # noqa: T201 - what a person wants to see of a corpus
            for value in sorted(found - truth - composed):
                print(f"\n{path.name} should not hold {value}", end="")  # noqa: T201
    if len(there) < len(corpus()):
        pytest.skip(f"only {len(there)} of {len(corpus())} apps are here; {samples.why_not('apps')}")
    assert right / (right + wrong) >= BAR
    assert right / (right + missed) >= BAR


def test_a_host_beside_a_scheme_counts_only_without_its_addresses() -> None:
    def named(host: str, port: int) -> Sighting:
        endpoint = Endpoint(EndpointKind.HOST_PORT, f"{host}:{port}", "", host, port)
        return Sighting(endpoint, 1, Party.UNKNOWN, Evidence("a.js", 1, "config:host/script-object"))

    finds = [
        named("a.shop.de", 443),
        named("b.shop.de", 443),
        named("b.shop.de", 9200),
        seen("https://b.shop.de/v1", "text/url", host="b.shop.de"),
    ]
    merged = merge_finds(app("de.shop"), finds)
    assert sorted(one.endpoint.value for one in merged.sightings) == [
        "a.shop.de:443",
        "b.shop.de:9200",
        "https://b.shop.de/v1",
    ]


def pair(how: str, port: int = 8443, service: str | None = None) -> Sighting:
    endpoint = Endpoint(EndpointKind.HOST_PORT, f"a.shop.de:{port}", "", "a.shop.de", port, service=service)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence("a.js", 1, how))


@each(
    ("how", "port", "service", "used", "kept"),
    [
        ("config:host/script-object", 8443, None, "", False),
        ("config:db_host/config-key", 8443, None, "", False),
        ("hermes-flow/configuration", 8443, None, "", False),
        ("config:host/script-object", 8444, None, "", True),
        ("config:host/script-object", 8443, "redis", "", True),
        ("config:host/script-object", 8443, None, "a.shop.de:8443", True),
        ("dex-flow/Socket", 8443, None, "", True),
    ],
)
def test_a_host_and_port_of_a_url_are_one_endpoint(
    how: str, port: int, service: str | None, used: str, *, kept: bool
) -> None:
    url = Endpoint(EndpointKind.URL, "https://a.shop.de:8443/v1", "https", "a.shop.de", 8443, "/v1")
    place = Evidence("a.js", 1, "script-flow/fetch")
    finds = [pair(how, port, service), Sighting(url, 1, Party.UNKNOWN, place)]
    secret = [Credential("named_secret", "a***b", used, place)] if used else []
    merged = merge_finds(app("de.shop"), [*finds, *secret])
    counts = {one.endpoint.value: one.count for one in merged.sightings}
    assert counts == ({f"a.shop.de:{port}": 1, url.value: 1} if kept else {url.value: 2})


SDK, OWN = "Lcom/adjust/sdk/Net;->send", "Lcom/shop/Net;->send"


@each(
    ("steps", "owner"),
    [
        ((SDK,), "Adjust"),
        ((SDK, SDK), "Adjust"),
        ((SDK, OWN), ""),
        ((OWN,), ""),
        ((SDK, "Lcom/umeng/a;->b"), ""),
    ],
)
def test_other_addresses_of_a_host_that_only_an_sdk_makes_belong_to_it(steps: tuple[str, ...], owner: str) -> None:
    made = seen("https://h.test/v1", "dex-flow/concat")
    made = replace(made, evidence=replace(made.evidence, context=f"{steps[0]}: https://h.test/v1", chain=steps[1:]))
    other = merge_finds(app("com.other"), [seen("https://h.test", "dex-string/url"), made], RULES).sightings[0]
    assert (other.endpoint.value, other.party, other.owner) == (
        "https://h.test",
        Party.THIRD if owner else Party.UNKNOWN,
        owner,
    )


@each(
    ("vendor", "other", "owner"),
    [
        ("", "https://cdn.unrelated.test/a", "com.gtcc.library"),
        ("", "https://www.gtcc.com/a", "gtcc.com"),
        ("", "https://www.notgtcc.com/a", "com.gtcc.library"),
        ("Gtcc Ltd", "https://cdn.unrelated.test/a", "Gtcc Ltd"),
    ],
)
def test_a_domain_that_only_the_bundle_identifier_names_is_no_owner(vendor: str, other: str, owner: str) -> None:
    def seen(value: str, host: str) -> Sighting:
        place = Evidence("assets/app.js", 1, "script-flow/fetch")
        return Sighting(Endpoint(EndpointKind.URL, value, "https", host, 443), 1, Party.UNKNOWN, place)

    host = "gtcc-library.herokuapp.com"
    found = [seen(f"https://{host}/api", host), seen(other, other.split("/")[2])]
    merged = merge_finds(app("com.gtcc.library", vendor), found, RULES)
    (one,) = (one for one in merged.sightings if one.endpoint.host == host)
    assert (one.party, one.owner) == (Party.FIRST, owner)
