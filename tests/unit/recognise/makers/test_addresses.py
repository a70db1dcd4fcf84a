"""Addresses of IPv4 that are the maker's by their place in the app."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.makers.addresses import is_private_address
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
CODE = "dex-flow/concat"
SOCKET = "dex-flow/Socket"
OWN = "Lde/acme/fit/Api;->get: x"
OPENED = "Lde/other/Udp;->send"
OTHER = "Lde/other/Api;->get: x"


CONSTANT = "dex-string/url"


def seen(
    address: str, how: str = CONSTANT, context: str = "", file: str = "classes.dex", chain: tuple[str, ...] = ()
) -> Sighting:
    scheme, _, rest = address.rpartition("://")
    place, slash, path = rest.partition("/")
    host, _, port = place.partition(":")
    usual = {"http": 80, "https": 443, "rtmp": 1935}.get(scheme, 0)
    kind = EndpointKind.URL if scheme else EndpointKind.ADDRESS
    endpoint = Endpoint(kind, address, scheme, host, int(port or usual), f"{slash}{path}")
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, how, context, chain))


def held(address: str, owner: str) -> Sighting:
    """An address in a constant that only this class has."""
    return seen(address, chain=(owner,))


def handed(address: str, *chain: str) -> Sighting:
    """An address that a library opens, and the steps on which it gets there."""
    return seen(address, "dex-flow/Datagram", f"{OPENED}: {address}", chain=chain)


def reason_of(bundle: str, finds: list[Sighting]) -> str:
    """Why the first of these endpoints is first party; empty if it is not."""
    merged = merge_finds(App(Platform.ANDROID, bundle, "0" * 64, "X"), finds, RULES)
    owned = next(one for one in merged.sightings if one.endpoint.value == finds[0].endpoint.value)
    return owned.party_reason if owned.party is Party.FIRST else ""


IN_CODE = "an address in the app's own code"
PRIVATE = "an address of a private network, at which companies offer no service to others"
NAMED = "a name that only a private network can have"
ONLY = "the only public address that the app names"
TWO = [seen("http://54.1.2.3/x", CODE, OWN), seen("http://54.1.2.4/x")]


@each(
    ("bundle", "finds", "reason"),
    [
        ("de.acme.fit", TWO, IN_CODE),
        # The first two parts are too short for a name of the maker, but no library is published below them.
        ("com.xmh.fit", [seen("https://54.1.2.3", CODE, "Lcom/xmh/fit/b/a;-><init>: x")], IN_CODE),
        ("com.xmh.fit", [seen("https://54.1.2.3", CODE, "Lcom/xmh/other/a;-><init>: x")], IN_CODE),
        ("com.app.fit", [seen("https://54.1.2.3", CODE, "Lcom/app/other/a;-><init>: x")], ""),
        ("com.example.fit", [seen("https://54.1.2.3", CODE, "Lcom/example/fit/A;->b: x")], IN_CODE),
        ("com.xmh", [seen("https://54.1.2.3", CODE, "Lcom/xmh/A;->b: x")], ""),
        # A string of bytecode, which shows no name for it, and the address that it puts together.
        ("a.b", [seen("http://192.168.2.34:8000", "binary/url", file="index.android.bundle")], PRIVATE),
        ("a.b", [seen("http://192.168.2.34", "binary/url", file="index.android.bundle")], ""),
        ("a.b", [seen("http://192.168.2.34:8000", "binary/url", file="assets/a.bin")], ""),
        ("a.b", [seen("http://192.168.2.34/x", "hermes-flow/get", file="index.android.bundle")], PRIVATE),
        # Another protocol.
        ("de.acme.fit", [seen("54.1.2.3:8997", SOCKET, OWN)], IN_CODE),
        ("de.acme.fit", [seen("54.1.2.3:8997", SOCKET, OTHER)], ""),
        ("de.acme.fit", [seen("rtmp://54.1.2.3/live/x", CODE, OWN)], IN_CODE),
        # A list of nodes; URLs.
        ("de.acme.fit", [seen(f"54.1.2.{end}:89", SOCKET, OWN) for end in (2, 3, 4)], IN_CODE),
        ("de.acme.fit", [seen(f"54.1.2.{end}:89", SOCKET, OWN) for end in (2, 3, 4, 5)], ""),
        ("de.acme.fit", [seen(f"http://54.1.2.{end}/x", CODE, OWN) for end in (2, 3, 4, 5)], IN_CODE),
        # A constant of its classes, of another package, and of a class that is not known.
        ("de.acme.fit", [held("http://54.1.2.3/x", "Lde/acme/fit/Api;"), seen("http://54.1.2.4/x")], IN_CODE),
        ("appinventor.ai_acme.Fit", [held("http://54.1.2.3", "Lappinventor/ai_acme/Fit/Screen1;"), *TWO[1:]], IN_CODE),
        ("de.acme.fit", [held("http://54.1.2.3/x", "Lde/other/Api;"), seen("http://54.1.2.4/x")], ""),
        ("de.acme.fit", [seen("http://54.1.2.3/x"), seen("http://54.1.2.4/x")], ""),
        # A list of schools in constants of its own class.
        ("de.acme.fit", [held(f"http://54.1.2.{end}/x", "Lde/acme/fit/Schools;") for end in (2, 3, 4)], IN_CODE),
        ("de.acme.fit", [held(f"http://54.1.2.{end}/x", "Lde/acme/fit/Schools;") for end in (2, 3, 4, 5)], ""),
        # Films, which a demonstration of a player takes from others; a program with such a name.
        ("de.acme.fit", [held("http://54.1.2.3/a/film.mpd", "Lde/acme/fit/Films;"), *TWO[1:]], ""),
        ("de.acme.fit", [held("http://54.1.2.3/a/m3u8", "Lde/acme/fit/Films;"), *TWO[1:]], ""),
        ("de.acme.fit", [held("http://54.1.2.3/a/film", "Lde/acme/fit/Films;"), *TWO[1:]], IN_CODE),
        ("de.acme.fit", [held("http://8.8.8.8/resolve", "Lde/acme/fit/Net;"), *TWO[1:]], ""),
        # A resolver, and a library whose package the identifier has.
        ("de.acme.fit", [seen("8.8.8.8:53", SOCKET, OWN)], ""),
        ("com.mapbox.fit.app", [seen("https://54.1.2.3", CODE, "Lcom/mapbox/fit/app/A;->b: x")], ""),
    ],
)
def test_an_address_in_own_code(bundle: str, finds: list[Sighting], reason: str) -> None:
    found = reason_of(bundle, finds)
    assert bool(found) is bool(reason), found
    assert reason in found


@each(
    ("finds", "reason"),
    [
        ([seen("192.168.9.102:8080", SOCKET, OWN)], PRIVATE),
        ([seen("http://10.7.0.16/api/get", CODE, OWN)], PRIVATE),
        ([seen("http://172.20.3.4/api", "text/url", "", "assets/www/app.js")], PRIVATE),
        ([seen("http://192.168.0.16:8101", "resource/url", "", "res/xml/config.xml")], PRIVATE),
        ([seen("192.168.0.16:8101", "resource:layout/preference-default", "", "res/layout/login.xml")], PRIVATE),
        # Its own code hands it to a library that opens the socket; a library has it, and its own code only starts it.
        ([handed("192.168.9.102:8888", "Lde/acme/fit/Lamp;->send", OPENED, "Lde/acme/fit/Lamp;->ip")], PRIVATE),
        ([handed("192.168.9.102:8888", "Lde/acme/fit/Lamp;->send", OPENED)], PRIVATE),
        ([handed("192.168.9.102:8888", "Lde/acme/fit/Lamp;->send", OPENED, "Lde/other/Udp;->ip")], ""),
        ([handed("192.168.9.102:8888", OPENED)], ""),
        # A URL can also have parts of the app's own code in an address of a library.
        ([handed("http://192.168.9.102:8888/x", "Lde/acme/fit/Lamp;->send", OPENED, "Lde/acme/fit/Lamp;->id")], ""),
        # Code of another package, an archive, a constant that a library can have, an example of what to type.
        ([seen("192.168.9.102:8080", SOCKET, OTHER)], ""),
        ([seen("http://172.20.3.4/api", "text/url", "", "assets/ads.jar!a.js")], ""),
        ([seen("http://192.168.9.102:8080/x")], ""),
        ([seen("http://192.168.9.102:8080/x", CODE, OWN), seen("http://192.168.9.102/y", CODE, OTHER)], ""),
        ([seen("http://192.168.9.102", "text/url", "", "assets/www/app.js")], ""),
        ([seen("http://192.168.9.102:81/x", "native-string/url", "", "lib/armeabi-v7a/liba.so")], ""),
        # The program of a Flutter app, and a field that shows what to type there.
        ([seen("http://192.168.9.102:81/x", "native-string/url", "", "lib/arm64-v8a/libapp.so")], PRIVATE),
        (
            [seen("http://192.168.9.2:81/x", "native-string/url", "", "Runner.app/Frameworks/App.framework/App")],
            PRIVATE,
        ),
        ([seen("http://192.168.9.102", "native-string/url", "", "lib/arm64-v8a/libapp.so")], ""),
        # A constant of its own classes, and of another package.
        ([held("http://192.168.9.102", "Lde/acme/fit/Api;")], PRIVATE),
        ([held("http://192.168.9.102/x", "Lde/acme/other/Api;")], PRIVATE),
        ([held("http://192.168.9.102/x", "Lde/other/Api;")], ""),
        # A device that is a router itself. Tools for routers name several.
        ([held("http://192.168.1.1/x", "Lde/acme/fit/Api;")], PRIVATE),
        ([held("http://192.168.1.1/x", "Lde/other/Api;")], ""),
        ([held(f"http://192.168.{net}.1/x", "Lde/acme/fit/Api;") for net in (0, 1)], ""),
        ([held("http://192.168.1.0/x", "Lde/acme/fit/Api;")], ""),
        ([held("http://192.168.1.255/x", "Lde/acme/fit/Api;")], ""),
        # The access point of a board.
        ([held("http://192.168.4.1/x", "Lde/acme/fit/Api;")], PRIVATE),
        ([held("http://192.168.4.1/x", "Lde/other/Api;")], ""),
        ([held("http://192.168.9.102/x", "Lde/acme/fit/Api;"), held("http://192.168.9.102/y", "Lde/other/A;")], ""),
        # A script gives it to a name for an address; a page or a field shows what to type.
        ([seen("http://192.168.9.102", "text/url", "  url: 'http://192.168.9.102',", "assets/www/app.js")], PRIVATE),
        ([seen("http://192.168.9.102", "text/url", 'apiHost="http://192.168.9.102"', "assets/www/app.js")], PRIVATE),
        ([seen("http://192.168.9.102", "text/url", "hint: 'http://192.168.9.102'", "assets/www/app.js")], ""),
        ([seen("http://192.168.9.102", "text/url", "such as http://192.168.9.102", "assets/www/app.js")], ""),
        ([seen("http://192.168.9.102", "text/url", 'data-url="http://192.168.9.102"', "assets/www/a.html")], ""),
        ([seen("http://192.168.1.1", "text/url", "url: 'http://192.168.1.1',", "assets/www/app.js")], ""),
        ([seen("192.168.1.1:80", "text/url", "'192.168.1.1:80'", "assets/www/app.js")], ""),
        # A router that the app's own code contacts; a proxy of a mobile network, an emulator; a public network.
        ([seen("192.168.1.1:80", SOCKET, OWN)], PRIVATE),
        ([seen("192.168.1.1:80", SOCKET, OTHER)], ""),
        ([seen("10.0.0.172:80", SOCKET, OWN)], ""),
        ([seen("10.0.3.2:80", SOCKET, OWN)], ""),
        ([seen("172.32.3.4:80", SOCKET, OTHER)], ""),
        # One of a list of schools, most of which have public addresses.
        ([held(f"http://{end}/x", "Lde/acme/fit/A;") for end in ("192.168.9.2", "54.1.2.3", "54.1.2.4")], PRIVATE),
        (
            [
                held(f"http://{end}/x", "Lde/acme/fit/A;")
                for end in ("192.168.9.2", "54.1.2.3", "54.1.2.4", "54.1.2.5", "54.1.2.6")
            ],
            "",
        ),
        # A library joins a path to the address that the app gives it; a library has another address.
        ([held("http://192.168.9.2:81", "Lde/acme/fit/A;"), seen("http://192.168.9.2:81/hub", CODE, OTHER)], PRIVATE),
        ([seen("http://192.168.9.2:81/hub", CODE, OTHER), held("http://192.168.9.3:81", "Lde/acme/fit/A;")], ""),
        # Devices at home, in the own code and in that of others; a list of examples in several networks.
        ([seen(f"192.168.9.{end}:80", SOCKET, OWN) for end in (2, 3, 4, 5)], PRIVATE),
        ([seen(f"192.168.9.{end}:80", SOCKET, OTHER) for end in (2, 3, 4, 5)], ""),
        ([seen(f"192.168.{net}.9:80", SOCKET, OWN) for net in (2, 3, 4)], PRIVATE),
        ([seen(f"192.168.{net}.9:80", SOCKET, OWN) for net in (2, 3, 4, 5)], ""),
    ],
)
def test_an_address_of_a_private_network(finds: list[Sighting], reason: str) -> None:
    found = reason_of("de.acme.fit", finds)
    assert bool(found) is bool(reason), found
    assert reason in found


@each(
    ("finds", "found"),
    [
        # No class has it: it is in data that a program writes into the code.
        (["tcp://192.168.9.6:4444"], True),
        (["tcp://54.1.2.3:4444", "http://54.1.2.4/x", "http://54.1.2.5/x"], True),
        (["udp://10.3.4.5:53"], True),
        # A tunnel to a machine has a name.
        (["tcp://2.tcp.some.test:15699"], True),
        (["tcp://2.tcp.some.test:15699", "tcp://54.1.2.3:4444"], False),
        # A service has a name, or speaks HTTP; other addresses are the same for all apps.
        (["tcp://broker.test:1883", "http://h.test/x"], False),
        (["http://192.168.9.6:4444"], False),
        (["tcp://192.168.1.1:4444"], False),
        (["tcp://8.8.8.8:53"], False),
        # A list.
        (["tcp://54.1.2.3:4444", "tcp://54.1.2.4:4444"], False),
    ],
)
def test_the_only_address_of_a_raw_socket(finds: list[str], *, found: bool) -> None:
    assert bool(reason_of("com.other.stage", [seen(one) for one in finds])) is found


def test_a_raw_socket_in_a_page_is_none() -> None:
    assert reason_of("de.acme.fit", [seen("tcp://54.1.2.3:4444", "text/url", "", "assets/www/a.html")]) == ""


@each(
    ("address", "reason"),
    [
        # With TLS at a port of its own, no service for anyone.
        ("https://54.1.2.3:10000", ONLY),
        ("https://54.1.2.3", ""),
        ("https://54.1.2.3:443/x", ""),
        # Media, which a demonstration takes from others.
        ("http://54.1.2.3:8001/a/New_York.mpd", ""),
        ("http://54.1.2.3/a/film.mp4", ""),
        ("http://54.1.2.3/a/mp4", ONLY),
        ("http://54.1.2.3/img/a.jpg", ""),
        ("http://54.1.2.3/img/jpg", ONLY),
    ],
)
def test_the_only_public_address(address: str, reason: str) -> None:
    assert bool(reason_of("a.b", [held(address, "Lde/acme/settings/Urls;")])) is bool(reason)
    assert reason in reason_of("a.b", [seen(address)])
    assert bool(reason_of("a.b", [seen(address)])) is bool(reason)


def test_a_server_of_the_maker_has_more_than_pictures() -> None:
    picture = held("http://54.1.2.3/img/a.jpg", "Lde/acme/fit/News;")
    assert reason_of("de.acme.fit", [picture, seen("http://54.1.2.4/x")]) == ""
    assert ONLY in reason_of("a.b", [picture, seen("http://54.1.2.3/api")])
    assert IN_CODE in reason_of("de.acme.fit", [picture, held("http://54.1.2.3/api", "Lde/acme/fit/Api;"), *TWO[1:]])


@given(st.text(max_size=20), st.integers(0, 2**32 - 1))
def test_any_text_is_an_address_or_none(text: str, number: int) -> None:
    assert is_private_address(text) in (True, False)
    assert is_private_address(".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))) in (True, False)


@each(
    ("finds", "reason"),
    [
        ([seen("http://cd-java.lab.bigco.corp:8080/x", "text/url", "", "assets/www/app.js")], NAMED),
        ([seen("http://pump.local/api", CODE, OWN)], NAMED),
        # A name for tests, machines that a tool gives to each program, an example of what to type.
        ([seen("http://api.bigco.test/x", "text/url", "", "assets/www/app.js")], ""),
        ([seen("http://metadata.google.internal/x", CODE, OWN)], ""),
        ([seen("http://host.docker.internal:80/x", CODE, OWN)], ""),
        ([seen("http://pump.local", "text/url", "", "assets/www/app.js")], ""),
        # Code of another package, a list.
        ([seen("http://pump.local/api", CODE, OTHER)], ""),
        ([seen(f"http://{one}.local/api", CODE, OWN) for one in "abc"], NAMED),
        ([seen(f"http://{one}.local/api", CODE, OWN) for one in "abcd"], ""),
        ([seen(f"http://{one}.bigco.corp/api", CODE, OWN) for one in "abcd"], NAMED),
    ],
)
def test_a_name_of_a_private_network(finds: list[Sighting], reason: str) -> None:
    found = reason_of("de.acme.fit", finds)
    assert bool(found) is bool(reason), found
    assert reason in found


def test_other_code_of_a_new_project_is_the_apps_own() -> None:
    other = seen("https://54.1.2.3/x", CODE, "Lcom/example/net/Api;->get: x")
    assert IN_CODE in reason_of("com.example.fit", [other])
    assert reason_of("com.acme.fit", [other]) == ""
