"""Endpoints that are the only ones of their kind in an app."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.makers.singles import only_tested
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()


def seen(address: str, how: str = "dex-string/url", context: str = "", file: str = "classes.dex") -> Sighting:
    scheme, _, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    host, _, port = place.partition(":")
    endpoint = Endpoint(EndpointKind.URL, address, scheme, host, int(port or 80), f"{slash}{path}")
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, how, context))


def program(value: str, how: str = "dex-string/url") -> Sighting:
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", "h.test", 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence("classes.dex", 1, how))


def at_service(host: str) -> Sighting:
    value = f"heroku:{host.partition('.')[0]}"
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", host, 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence("classes.dex", 1, "dex-string/url"))


def reason_of(bundle: str, finds: list[Sighting], value: str, title: str = "X") -> str:
    """Why the app's endpoint with this value is first party; empty if it is not."""
    merged = merge_finds(App(Platform.ANDROID, bundle, "0" * 64, title), finds, RULES)
    owned = next(one for one in merged.sightings if one.endpoint.value == value)
    return owned.party_reason if owned.party is Party.FIRST else ""


ADDRESS = "http://54.1.2.3/x"
OWN = "Lde/acme/Api;->get: x"
OTHER = "Lde/other/Api;->get: x"
ONLY = "the only public address that the app names"


@each(
    ("bundle", "finds", "value", "reason"),
    [
        ("a.b", [seen(ADDRESS)], ADDRESS, ONLY),
        ("a.b", [seen(ADDRESS), seen("http://54.1.2.3/y")], "http://54.1.2.3/y", ONLY),
        ("a.b", [seen(ADDRESS), seen("http://10.0.0.1/x")], ADDRESS, ONLY),
        ("a.b", [seen(ADDRESS, "text/url")], ADDRESS, ONLY),
        # Two addresses; one with TLS; a resolver; a native library; code of another package.
        ("a.b", [seen(ADDRESS), seen("http://54.1.2.4/x")], ADDRESS, ""),
        ("a.b", [seen("https://54.1.2.3/x")], "https://54.1.2.3/x", ""),
        ("a.b", [seen("http://119.29.29.29/d")], "http://119.29.29.29/d", ""),
        ("a.b", [seen("http://119.29.29.29/d"), seen(ADDRESS)], ADDRESS, ONLY),
        ("a.b", [seen("http://10.0.0.1/x")], "http://10.0.0.1/x", ""),
        ("a.b", [seen(ADDRESS, "native-string/url")], ADDRESS, ""),
        ("a.b", [seen(ADDRESS, "native-string/url", file="lib/arm64-v8a/libapp.so")], ADDRESS, ONLY),
        ("de.acme.x", [seen(ADDRESS, "dex-flow/concat", OTHER)], ADDRESS, ""),
        # A radio stream; many ports.
        ("a.b", [seen(ADDRESS), seen("http://54.1.2.3/stream")], ADDRESS, ""),
        ("a.b", [seen("http://54.1.2.3/;stream.mp3")], "http://54.1.2.3/;stream.mp3", ""),
        ("a.b", [seen("http://54.1.2.3/streams")], "http://54.1.2.3/streams", ONLY),
        ("a.b", [seen(f"http://54.1.2.3:{port}/x") for port in (81, 82)], "http://54.1.2.3:81/x", ONLY),
        ("a.b", [seen(f"http://54.1.2.3:{port}/x") for port in (81, 82, 83)], "http://54.1.2.3:81/x", ""),
        ("de.acme.x", [seen(ADDRESS, "dex-flow/concat", OWN)], ADDRESS, "an address in the app's own code"),
    ],
)  # fmt: skip
def test_the_only_address(bundle: str, finds: list[Sighting], value: str, reason: str) -> None:
    found = reason_of(bundle, finds, value)
    assert bool(found) is bool(reason), found
    assert reason in found


FIREBASE = "dex-flow/Firebase"
PROGRAM = "the only program at a hosting service that the app names"


@each(
    ("bundle", "finds", "value", "reason"),
    [
        ("a.b", [program("heroku:some-api")], "heroku:some-api", PROGRAM),
        ("a.b", [program("firebase-hosting:some-sales")], "firebase-hosting:some-sales", PROGRAM),
        ("a.b", [program("firebase-hosting:some-sales", "text/cloud-host")], "firebase-hosting:some-sales", ""),
        ("a.b", [program("heroku:some-api"), seen("https://weather.partner.net/x")], "heroku:some-api", PROGRAM),
        # A database is counted by itself.
        ("a.b", [program("heroku:some-api"), program("firebase-rtdb:shop", FIREBASE)], "heroku:some-api", PROGRAM),
        ("a.b", [program("firebase-rtdb:shop", FIREBASE)], "firebase-rtdb:shop", "the only database"),
        ("a.b", [program("firebase-rtdb:shop", FIREBASE), program("firebase-rtdb:b")], "firebase-rtdb:shop", ""),
        ("a.b", [program("firebase-rtdb:hacker-news", FIREBASE)], "firebase-rtdb:hacker-news", ""),
        ("a.b", [program("firebase-rtdb:dazzling-fire-7140")], "firebase-rtdb:dazzling-fire-7140", ""),
        ("a.b", [program("firebase-rtdb:shop", "text/cloud-host")], "firebase-rtdb:shop", ""),
        # Another program; one for anyone; a mere name of a host; a bucket.
        ("a.b", [program("heroku:some-api"), program("netlify:other")], "heroku:some-api", ""),
        ("a.b", [program("fly:some-api")], "fly:some-api", PROGRAM),
        ("a.b", [program("replit:some-api")], "replit:some-api", PROGRAM),
        ("a.b", [program("deno-deploy:some-api")], "deno-deploy:some-api", PROGRAM),
        ("a.b", [program("google-apps-script:AKfycbx0123")], "google-apps-script:AKfycbx0123", PROGRAM),
        ("a.b", [program("cloudflare-workers:api.some")], "cloudflare-workers:api.some", PROGRAM),
        ("a.b", [program("glitch:some-api"), program("heroku:other")], "glitch:some-api", ""),
        # Data that anyone publishes in a sheet, and programs that are shown to anyone.
        ("a.b", [program("google-sheets:1BxiMVs0XRA5nFMd")], "google-sheets:1BxiMVs0XRA5nFMd", ""),
        ("a.b", [program("huggingface-space:some-api")], "huggingface-space:some-api", ""),
        ("a.b", [program("fly:some-api"), program("render:other")], "fly:some-api", ""),
        ("a.b", [program("cloudflare-workers:some.proxy")], "cloudflare-workers:some.proxy", ""),
        ("a.b", [program("heroku:cors-anywhere")], "heroku:cors-anywhere", ""),
        ("a.b", [program("heroku:some-api"), program("heroku:cors-anywhere")], "heroku:some-api", PROGRAM),
        ("a.b", [program("heroku:some-api", "text/cloud-host")], "heroku:some-api", ""),
        ("a.b", [program("heroku:some-api", "script-flow/get")], "heroku:some-api", PROGRAM),
        ("a.b", [program("heroku:some-api", "script-flow/host")], "heroku:some-api", ""),
        # The demonstration of a library, and a program that serves anyone.
        ("a.b", [program("heroku:icons-demo")], "heroku:icons-demo", ""),
        ("a.b", [program("heroku:my-cors-proxy")], "heroku:my-cors-proxy", ""),
        ("a.b", [program("heroku:democracy")], "heroku:democracy", PROGRAM),
        ("a.b", [program("azure-app-service:fakerestapi")], "azure-app-service:fakerestapi", ""),
        ("a.b", [program("azure-app-service:snowfake")], "azure-app-service:snowfake", PROGRAM),
        ("a.b", [at_service("meme-api.herokuapp.com")], "heroku:meme-api", ""),
        ("a.b", [at_service("some-api.herokuapp.com")], "heroku:some-api", PROGRAM),
        ("a.b", [program("app-engine:rate-exchange")], "app-engine:rate-exchange", ""),
        ("a.b", [program("s3:some-bucket")], "s3:some-bucket", ""),
        # The app names a host of its maker: the program can be that of a partner.
        ("com.acmefit.x", [program("heroku:some-api"), seen("https://api.acmefit.com/x")], "heroku:some-api", ""),
    ],
)  # fmt: skip
def test_the_only_program(bundle: str, finds: list[Sighting], value: str, reason: str) -> None:
    found = reason_of(bundle, finds, value)
    assert bool(found) is bool(reason), found
    assert reason in found


PAGE = "https://person.github.io/VR/AR.html"


@each(
    ("bundle", "finds", "value", "is_own"),
    [
        ("a.b", [seen(PAGE)], PAGE, True),
        ("a.b", [seen("https://person.github.io/lite1990")], "https://person.github.io/lite1990", True),
        ("a.b", [seen("https://person.github.io")], "https://person.github.io", True),
        # Data; another server; a public service; a host of the maker.
        (
            "a.b",
            [seen("https://person.github.io/x/countries.json")],
            "https://person.github.io/x/countries.json",
            False,
        ),
        ("a.b", [seen(PAGE), seen("https://weather.partner.net/x")], PAGE, False),
        ("a.b", [seen("https://ibnux.github.io/x")], "https://ibnux.github.io/x", False),
        ("com.acmefit.x", [seen(PAGE), seen("https://api.acmefit.com/x")], PAGE, False),
    ],
)
def test_the_only_server_with_a_page(bundle: str, finds: list[Sighting], value: str, is_own: bool) -> None:
    assert bool(reason_of(bundle, finds, value)) is is_own


TOOL = "https://ads.webintoapp.com/ads"
SITE = "https://www.partner.net"


@each(
    ("finds", "is_own"),
    [
        ([TOOL, SITE], True),
        ([TOOL, SITE, f"{SITE}/shop"], True),
        (["https://websitetoapk.com/x", SITE], True),
        # No such tool; no page of a site; two sites; another server of an unknown owner; a public service.
        ([SITE], False),
        ([TOOL, f"{SITE}/api/v1"], False),
        ([TOOL, SITE, "https://other.net"], False),
        ([TOOL, SITE, "https://other.net/x"], False),
    ],
)
def test_the_site_that_a_tool_shows(finds: list[str], is_own: bool) -> None:
    every = [seen(one) for one in finds]
    assert bool(reason_of("a.b", every, next(one for one in finds if one.startswith(SITE)))) is is_own


def test_a_tool_can_show_the_site_of_a_public_service() -> None:
    assert not reason_of("a.b", [seen(TOOL), seen("https://www.reddit.com")], "https://www.reddit.com")


def test_a_name_of_the_app_says_nothing_about_a_public_service() -> None:
    films = "https://api.themoviedb.org/3"
    assert not reason_of("com.person.moviedb", [seen(films)], films, "MovieDB")
    assert reason_of("org.themoviedb.app", [seen(films)], films, "TMDB")


@each(
    ("hosts", "host", "reason"),
    [
        (["api-staging.other.net", "api.other.net"], "www.other.net", "with a test environment"),
        (["qa-x.other.net", "x.other.net", "api.partner.net"], "www.other.net", "with a test environment"),
        (["dev.api.other.net", "api.other.net"], "www.other.net", "with a test environment"),
        # No double; hosts for tests or practice below another domain.
        (["staging.other.net", "api.other.net"], "www.other.net", ""),
        (["api-staging.other.net"], "www.other.net", ""),
        (["api-sandbox.other.net", "api.other.net"], "www.other.net", ""),
        (["api-staging.other.net", "api.other.net", "dev.partner.net"], "www.other.net", ""),
        (["api-staging.other.net", "api.other.net", "test-api.partner.net"], "www.other.net", ""),
        # Two domains with doubles; three.
        (["api-qa.a.org", "api.a.org", "x-dev.other.net", "x.other.net"], "www.other.net", "with a test environment"),
        (["qa.x.a.org", "x.a.org", "qa.x.b.org", "x.b.org", "qa.x.c.org", "x.c.org"], "www.c.org", ""),
        (["api-qa.a.org", "api.b.org", "x-dev.other.net", "x.other.net"], "www.other.net", ""),
        # Two hosts for tests.
        (["a.dev.other.net", "b-c.dev.other.net"], "www.other.net", "with a test environment"),
        # One name below two top-level domains.
        (["a-dev.other.net", "b-dev.other.org"], "www.other.net", "with a test environment"),
        (["a-dev.other.net", "b.other.org"], "www.other.net", ""),
    ],
)
def test_the_only_domain_with_tests(hosts: list[str], host: str, reason: str) -> None:
    finds = [seen(f"https://{one}/x") for one in (*hosts, host)]
    found = reason_of("a.b", finds, f"https://{host}/x")
    assert bool(found) is bool(reason), found
    assert reason in found


@each(
    ("title", "hosts", "reason"),
    [
        ("Zuq", ["api.zuq.no", "www.zuq.no"], "a domain with the short name of the app, which names 2 hosts there"),
        ("Zuq", ["api.zuq.no"], ""),
        ("Zuq", ["api.zuqs.no", "www.zuqs.no"], ""),
        ("Zuq Connect", ["api.zuq.org", "b.zuq.org", "c.zuq.org"], "which names 3 hosts there"),
        ("Zuq Connect", ["api.zuq.org", "b.zuq.org"], ""),
        ("Map", ["api.map.no", "www.map.no"], ""),
    ],
)
def test_a_domain_with_a_short_name(title: str, hosts: list[str], reason: str) -> None:
    found = reason_of("a.b", [seen(f"https://{one}/x") for one in hosts], f"https://{hosts[0]}/x", title)
    assert bool(found) is bool(reason), found
    assert reason in found


@given(st.dictionaries(st.text(max_size=20), st.lists(st.text(max_size=30), max_size=4), max_size=4))
def test_any_names_are_read(below: dict[str, list[str]]) -> None:
    assert set(only_tested(below)) <= below.keys()
