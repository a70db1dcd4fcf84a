"""Hosts that are the maker's by how the app uses them, whatever their names are."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.makers.hosts import account_hosts, program_below
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
CODE = "dex-flow/concat"


def endpoint(address: str) -> Endpoint:
    host, slash, path = address.partition("/")
    return Endpoint(EndpointKind.URL, f"https://{address}", "https", host, 443, f"{slash}{path}")


def seen(address: str, how: str = "dex-string/url", place: int = 1, context: str = "") -> Sighting:
    return Sighting(endpoint(address), 1, Party.UNKNOWN, Evidence("classes.dex", place, how, context))


def page(address: str) -> Sighting:
    """A find in a page or script of the app."""
    return seen(address, "text/url")


def plain(address: str) -> Sighting:
    """A find of an address without TLS that has a port."""
    place, slash, path = address.partition("/")
    host, _, port = place.partition(":")
    one = Endpoint(EndpointKind.URL, f"http://{address}", "http", host, int(port), f"{slash}{path}")
    return Sighting(one, 1, Party.UNKNOWN, Evidence("classes.dex", 1, "dex-string/url"))


def in_jar(address: str) -> Sighting:
    """A find in an archive inside the package: code that others made."""
    return Sighting(endpoint(address), 1, Party.UNKNOWN, Evidence("assets/ads.jar!classes.dex", 1, "dex-string/url"))


def reason_of(bundle: str, title: str, finds: Sequence[Sighting], address: str) -> str:
    """Why the app's endpoint at this address is first party; empty if it is not."""
    merged = merge_finds(App(Platform.ANDROID, bundle, "0" * 64, title), [*finds, seen(address)], RULES)
    owned = next(one for one in merged.sightings if one.endpoint.value == f"https://{address}")
    return owned.party_reason if owned.party is Party.FIRST else ""


@each(
    ("address", "how", "registers", "logs_in"),
    [
        ("h.de/api/register", "text/url", True, False),
        ("h.de/api/auth/signup", "text/url", True, False),
        ("h.de/v1/users/sign-up", "text/url", True, False),
        ("h.de/servlet/CheckLoginServlet", "text/url", False, True),
        ("h.de/doctorLogin.do", "text/url", False, True),
        ("h.de/app/create_account.php", "text/url", True, False),
        ("h.de/some/alterar_senha.php", "text/url", True, False),
        ("h.de/api/users/reset-password", "text/url", True, False),
        ("h.de/api/devices/reset-password", "text/url", False, False),
        ("h.de/reset-password", "text/url", False, False),
        ("h.de/MobileLogin", "text/url", False, True),
        ("h.de/mobilesignup", "text/url", True, False),
        ("api.h.de/login", "text/url", False, True),
        ("h.de/login", CODE, False, True),
        ("h.de/login/ajax_login_app", CODE, False, True),
        ("h.de/api/register_app", CODE, False, False),
        # A page for people, such as the one where developers get a key.
        ("h.de/sign_up", "text/url", False, False),
        ("h.de/users/login", "text/url", False, False),
        # Devices, clients and logins at another company.
        ("h.de/api/devices/register", "text/url", False, False),
        ("h.de/api/push/register", CODE, False, False),
        ("h.de/api/oauth/login", CODE, False, False),
        ("h.de/api/login/facebook", CODE, False, False),
        ("h.de/api/registry", CODE, False, False),
    ],
)
def test_what_an_address_does_with_accounts(address: str, how: str, registers: bool, logs_in: bool) -> None:
    found = account_hosts([(endpoint(address), Evidence("f", 1, how))]).get("h.de")
    found = found or account_hosts([(endpoint(address), Evidence("f", 1, how))]).get("api.h.de")
    assert (found is not None and found.registers, found is not None and found.logs_in) == (registers, logs_in)


REGISTERS = "the only host where the app registers its users and logs them in"
MACHINE = "ec2-203-0-113-2.eu-west-1.compute.amazonaws.com/x"
ACFY = [seen("h.de/acfy/php/login.php"), seen("h.de/acfy/php/list.php")]
BOTH = [seen("h.partner.net/api/register"), seen("h.partner.net/api/login")]


@each(
    ("bundle", "title", "finds", "address", "reason"),
    [
        # The app has its accounts there. A host below a domain shows nothing about its other hosts.
        ("a.b", "X", BOTH, "h.partner.net/data", REGISTERS),
        ("a.b", "X", BOTH, "other.partner.net/data", ""),
        ("a.b", "X", [seen("www.h.net/api/register"), seen("www.h.net/api/login")], "x.h.net", REGISTERS),
        ("a.b", "X", BOTH[:1], "h.partner.net/data", ""),
        ("a.b", "X", BOTH[1:], "h.partner.net/data", ""),
        ("a.b", "X", [*BOTH, seen("i.de/api/register"), seen("i.de/api/login")], "h.partner.net/data", ""),
        ("com.acmefit.x", "", [*BOTH, seen("api.acmefit.com/v1/login")], "h.partner.net/data", ""),
        ("a.b", "X", [seen("reqres.in/api/register"), seen("reqres.in/api/login")], "reqres.in/api/users", ""),
        # Anyone can develop an app for these services.
        ("a.b", "X", [seen("wanandroid.com/user/login"), seen("wanandroid.com/user/register")], "wanandroid.com/x", ""),
        ("a.b", "X", [seen("api.trakt.tv/auth/login"), seen("api.trakt.tv/auth/signup")], "api.trakt.tv/x", ""),
        ("a.b", "X", [seen("nottrakt.tv/auth/login"), seen("nottrakt.tv/auth/signup")], "nottrakt.tv/x", REGISTERS),
        ("com.wanandroid.app", "", [], "www.wanandroid.com/x", "wanandroid.com is the domain of the app"),
        # An address of a machine: who logs in there knows it from its maker.
        ("a.b", "X", [seen("54.1.2.3/login")], "54.1.2.3/x", "an address where the app logs its users in"),
        # The logins of many schools.
        ("a.b", "X", [seen(f"54.1.2.{end}/login") for end in (3, 4, 5)], "54.1.2.3/x", "logs its users in"),
        ("a.b", "X", [seen(f"54.1.2.{end}/login") for end in (3, 4, 5, 6)], "54.1.2.3/x", ""),
        ("a.b", "X", [seen("192.168.1.3/login")], "192.168.1.3/x", ""),
        ("a.b", "X", [], "54.1.2.3/x", ""),
        ("de.acme.x", "", [seen("54.1.2.3/y", CODE, 1, "Lde/acme/Api;->get: x")], "54.1.2.3/x", "the app's own code"),
        ("de.acme.x", "", [seen("54.1.2.3/y", CODE, 1, "Lde/other/Api;->get: x")], "54.1.2.3/x", ""),
        # Programs below the name of the app.
        ("a.b", "Acme Fit", [seen("h.de/acmefit/get.php")], "h.de/x", "programs below the name of the app, acmefit"),
        ("a.b", "Acme Fit", [seen("h.de/acmefit-api/user/login")], "h.de/x", "the name of the app, acmefit-api"),
        ("a.b", "Acme Fit", [seen("h.de/acmefit/about.html")], "h.de/x", ""),
        ("a.b", "Acme Fit", [seen("h.de/acmefit.php")], "h.de/x", ""),
        ("a.b", "Acme Fit", [seen("h.de/wiki/acmefit/get.php")], "h.de/x", ""),
        ("a.b", "Acme Fit", [seen("h.de/acmefit/v2/data")], "h.de/x", "programs below the name of the app, acmefit"),
        ("a.b", "Acme Fit", [seen("h.de/acmefit/data/v2x")], "h.de/x", ""),
        ("a.b", "Acmefit", [seen("h.de/other/v2/data")], "h.de/x", ""),
        # A port that is no usual one, below the name of the app.
        ("a.b", "Acme Fit", [plain("h.de:1025/acmefit")], "h.de/x", "programs below the name of the app, acmefit"),
        ("a.b", "Acme Fit", [plain("h.de:8080/acmefit")], "h.de/x", ""),
        ("a.b", "Acme Fit", [plain("h.de:1025/other")], "h.de/x", ""),
        ("a.b", "Timetable", [plain("h.de:1025/timetable")], "h.de/x", ""),
        # Several programs below a short name of the app, which its identifier has too.
        ("io.some.acfy", "ACFY", ACFY, "h.de/x", "several programs below the short name of the app, acfy"),
        ("io.some.acfy", "ACFY", ACFY[:1], "h.de/x", ""),
        ("io.some.acfy", "ACFY", [seen("h.de/acfy/a.html"), seen("h.de/acfy/b.html")], "h.de/x", ""),
        ("io.some.x", "ACFY", ACFY, "h.de/x", ""),
        ("io.some.acfy", "Other", ACFY, "h.de/x", ""),
        ("com.example.acfy", "ACFY", ACFY, "h.de/x", ""),
        ("io.some.taxi", "Taxi", [seen("h.de/taxi/a.php"), seen("h.de/taxi/b.php")], "h.de/x", ""),
        # A name of one word can be a common one, unless a domain of the maker, or another place, has it too.
        ("a.b", "Timetable", [seen("h.de/timetable/get.php")], "h.de/x", ""),
        ("de.timetable.x", "Timetable", [seen("h.de/timetable/get.php")], "h.de/x", "name of the app, timetable"),
        ("a.b", "Timetable4", [seen("h.de/timetable4/get.php")], "h.de/x", "name of the app, timetable4"),
        ("a.b", "TimeTable", [seen("h.de/timetable/get.php")], "h.de/x", "name of the app, timetable"),
        # The pages of one account, each project in its folder.
        ("a.b", "Acme Fit", [seen("some.github.io/acmefit/www")], "some.github.io/x", "the name of the app, acmefit"),
        ("a.b", "Acmefit", [seen("some.github.io/other/www")], "some.github.io/x", ""),
        # Several files in a folder with a long name of the app, wherever it is; not in texts of others about it.
        ("a.b", "Acme Fitness", [seen("h.de/x/acmefitness/a.png")], "h.de/x/acmefitness/b", "several files"),
        ("a.b", "Acme Fitness", [seen("h.de/x/acmefitness")], "h.de/x/acmefitness/b", ""),
        ("a.b", "Acme Fitness", [seen("h.de/wiki/acmefitness/a")], "h.de/wiki/acmefitness/b", ""),
        ("a.b", "Acme Fitness", [seen("h.de/x/y/z/acmefitness/a")], "h.de/x/y/z/acmefitness/b", ""),
        ("a.b", "Acme Fit", [seen("h.de/x/acmefit/a.png")], "h.de/x/acmefit/b", ""),
        ("a.b", "Acme Fitness", [seen("api.github.com/x/acmefitness/a")], "api.github.com/x/acmefitness/b", ""),
        ("a.b", "Appointments", [seen("h.de/x/appointments/a")], "h.de/x/appointments/b", ""),
        # A host with the first word under the icon where users log in.
        ("a.b", "Acmefit Go", [seen("acmefit.h.test/api/login")], "acmefit.h.test/x", "acmefit, the name of the app"),
        ("a.b", "Acmefit Go", [seen("acmefit.h.test/servicios/login")], "acmefit.h.test/x", "the name of the app"),
        ("a.b", "Acmefit Go", [seen("acmefit.h.test/api/data")], "acmefit.h.test/x", ""),
        ("a.b", "Acmefit Go", [seen("api.h.test/api/login")], "api.h.test/x", ""),
        ("com.example.acme", "Acmefit Go", [seen("acmefit.h.test/api/login")], "acmefit.h.test/x", ""),
        # The name of one machine that its hosting company made.
        ("a.b", "X", [seen("ec2-203-0-113-2.eu-west-1.compute.amazonaws.com/y")], MACHINE, "the only machine"),
        ("a.b", "X", [seen("ec2-203-0-113-3.eu-west-1.compute.amazonaws.com/y")], MACHINE, ""),
        # A machine or a small web space of one person.
        ("a.b", "X", [seen("some.duckdns.org/y")], "some.duckdns.org/x", "the only machine or web space"),
        ("a.b", "X", [in_jar("some.duckdns.org/y")], "some.duckdns.org/y", ""),
        ("a.b", "X", [seen("a.16mb.com/y"), seen("b.16mb.com/y")], "a.16mb.com/x", ""),
        ("a.b", "X", [seen("myhome.duckdns.org/y")], "myhome.duckdns.org/x", ""),
        ("a.b", "X", [seen("demo.16mb.com/y")], "demo.16mb.com/x", ""),
        ("a.b", "X", [seen("test-api.16mb.com/y")], "test-api.16mb.com/x", ""),
        ("a.b", "X", [seen("testserver.16mb.com/y")], "testserver.16mb.com/x", ""),
        ("a.b", "X", [seen("demoonl2.a2hosted.com/y")], "demoonl2.a2hosted.com/x", "the only machine or web space"),
        ("a.b", "X", [seen("testovacka.neocities.org/y")], "testovacka.neocities.org/x", "the only machine"),
        ("a.b", "X", [seen("uk2.localto.net/y")], "uk2.localto.net/x", "the only machine"),
        ("a.b", "X", [seen("lhok.natapp4.cc/y")], "lhok.natapp4.cc/x", "the only machine"),
        ("a.b", "X", [seen("some.vaiwan.com/y")], "some.vaiwan.com/x", "the only machine"),
        ("a.b", "X", [seen("some.liveblog365.com/y")], "some.liveblog365.com/x", "the only machine"),
        ("a.b", "X", [seen("some.azure-mobile.net/y")], "some.azure-mobile.net/x", "the only machine"),
        ("a.b", "X", [seen("4c5e0f1a.sn.mynetname.net/y")], "4c5e0f1a.sn.mynetname.net/x", "the only machine"),
        ("a.b", "X", [seen("natapp4.cc/y")], "natapp4.cc/x", ""),
        ("a.b", "X", [seen("demo1.xsph.ru/y")], "demo1.xsph.ru/x", ""),
        ("a.b", "X", [seen("some.xsph.ru/y"), seen("other.vaiwan.com/y")], "some.xsph.ru/x", ""),
        ("a.b", "X", [seen("some-57258.portmap.io/y")], "some-57258.portmap.io/x", "the only machine"),
        ("a.b", "X", [seen("2.tcp.eu.ngrok.io/y")], "2.tcp.eu.ngrok.io/x", "the only machine"),
        ("a.b", "X", [seen("server-x.16mb.com/a/register.php")], "server-x.16mb.com/x", "the only machine"),
        ("a.b", "X", [seen("www.cafe24.com/y")], "www.cafe24.com/x", ""),
        # A name that a customer has at a hosting service for programs, by the public suffix list.
        ("a.b", "X", [page("some.streamlit.app/y")], "some.streamlit.app/x", "the only machine or web space"),
        ("a.b", "X", [page("some.bqspdc.easypanel.host/y")], "some.bqspdc.easypanel.host/x", "the only machine"),
        ("a.b", "X", [seen("some.streamlit.app/y")], "some.streamlit.app/y", ""),
        ("a.b", "X", [page("some.streamlit.app/y.png")], "some.streamlit.app/y.png", ""),
        ("a.b", "X", [page("some.streamlit.app/y"), page("b.streamlit.app/y")], "some.streamlit.app/x", ""),
        ("a.b", "X", [page("example.streamlit.app/y")], "example.streamlit.app/x", ""),
        ("a.b", "X", [page("streamlit.app/y")], "streamlit.app/x", ""),
        # Content networks and registries have suffixes in the same list; a domain of its own has none.
        ("a.b", "X", [page("some.azureedge.net/y")], "some.azureedge.net/x", ""),
        ("a.b", "X", [page("some.uk.com/y")], "some.uk.com/x", ""),
        ("a.b", "X", [page("api.some.app/y")], "api.some.app/x", ""),
        # A host that is named like one of the maker's, in words that few hosts have.
        ("com.acmefit.x", "", [seen("nginz-https.acmefit.com")], "staging-nginz-https.zinfra.net", "named like"),
        ("com.acmefit.x", "", [seen("flow.mutinynet.acmefit.com")], "mutinynet-flow.other.net", "named like"),
        ("com.acmefit.x", "", [seen("api.testnet.acmefit.com")], "api-testnet.other.net", ""),
        ("com.acmefit.x", "", [seen("nginz.acmefit.com")], "nginz.other.net", ""),
        ("a.b", "X", [seen("nginz-https.acmefit.com")], "staging-nginz-https.zinfra.net", ""),
        # Two hosts between which the code chooses.
        (
            "com.acmefit.x",
            "",
            [seen("api.acmefit.com/v1/x", CODE, 7), seen("stage.other.net/v1/x", CODE, 7)],
            "y.other.net",
            "for which the code also takes api.acmefit.com",
        ),
        (
            "com.acmefit.x",
            "",
            [seen("api.acmefit.com/v1/x", CODE, 7), seen("stage.other.net/v1/x", CODE, 8)],
            "y.other.net",
            "",
        ),
        (
            "com.acmefit.x",
            "",
            [seen("api.acmefit.com/v1/x", CODE, 7), seen("stage.other.net/v2/y", CODE, 7)],
            "y.other.net",
            "",
        ),
        # More hosts are those that a function for all addresses gets.
        (
            "com.acmefit.x",
            "",
            [seen(f"{host}/v1/x", CODE, 7) for host in ("api.acmefit.com", "a.net", "b.net", "c.net", "d.net")],
            "y.a.net",
            "",
        ),
        ("a.b", "X", [seen("a.net/v1/x", CODE, 7), seen("b.net/v1/x", CODE, 7)], "y.a.net", ""),
        # A service for the apps of anyone.
        (
            "com.acmefit.x",
            "",
            [seen("api.acmefit.com/v1/x", CODE, 7), seen("api.tvmaze.com/v1/x", CODE, 7)],
            "y.tvmaze.com",
            "",
        ),
    ],
)  # fmt: skip
def test_a_host_is_the_makers_by_its_use(
    bundle: str, title: str, finds: list[Sighting], address: str, reason: str
) -> None:
    found = reason_of(bundle, title, finds, address)
    assert bool(found) is bool(reason), found
    assert reason in found


def placed(address: str, port: int, how: str = CODE, context: str = "Lde/acme/fit/Api;->get: x") -> Sighting:
    one = replace(endpoint(address), port=port, value=f"http://{address}:{port}", scheme="http")
    return Sighting(one, 1, Party.UNKNOWN, Evidence("classes.dex", 1, how, context))


@each(
    ("port", "path", "other", "own"),
    [
        (1337, "/upload", placed("h.test/upload", 1337, "text/url"), True),
        # Another path or port, no path, a port of many programs.
        (1337, "/upload", placed("h.test/other", 1337, "text/url"), False),
        (1337, "/upload", placed("h.test/upload", 1338, "text/url"), False),
        (1337, "", placed("h.test", 1337, "text/url"), False),
        (8080, "/upload", placed("h.test/upload", 8080, "text/url"), False),
        # A service for anyone.
        (1337, "/upload", placed("api.openweathermap.org/upload", 1337, "text/url"), False),
    ],
)
def test_the_same_program_at_another_host(port: int, path: str, other: Sighting, own: bool) -> None:
    finds = [placed(f"192.168.0.5{path}", port), other]
    merged = merge_finds(App(Platform.ANDROID, "de.acme.fit", "0" * 64, "X"), finds, RULES)
    found = next(one for one in merged.sightings if one.endpoint.host == other.endpoint.host)
    assert (found.party is Party.FIRST) is own, found.party_reason


@each(
    ("place", "is_first"),
    [
        ("Lde/acme/fit/Api;->login", True),
        # A library has accounts for its own service; a shortened name says nothing; a package has the name of the app.
        ("Lcom/partner/Client;->login", False),
        ("La/b/C;->login", True),
        ("Lcom/app/acmefit/Client;->login", True),
    ],
)
def test_whose_code_has_accounts(place: str, *, is_first: bool) -> None:
    one = [seen("h.partner.net/api/register", CODE), seen("h.partner.net/api/login", CODE)]
    finds = [replace(find, evidence=replace(find.evidence, context=f"{place}: x")) for find in one]
    assert (REGISTERS in reason_of("de.acme.fit", "Acme Fit", finds, "h.partner.net/x")) is is_first


def test_a_known_service_is_nobody_elses() -> None:
    finds = [seen("graph.facebook.com/api/register"), seen("graph.facebook.com/api/login")]
    assert reason_of("a.b", "X", finds, "graph.facebook.com/x") == ""


@each(
    ("path", "is_own"),
    [
        ("ads/android_sudoku.jsp", True),
        ("ads/sudoku-ios.php", True),
        # No program; no kind of device; another app; a word of the name in a folder.
        ("ads/android_sudoku.html", False),
        ("ads/sudoku.jsp", False),
        ("ads/android_chess.jsp", False),
        ("sudoku/android.jsp", False),
    ],
)
def test_a_program_for_the_app_on_one_kind_of_device(path: str, is_own: bool) -> None:
    app = App(Platform.ANDROID, "a.b", "", "Sudoku Free")
    (found,) = merge_finds(app, [seen(f"www.partner.net/{path}")], RULES).sightings
    assert (found.party is Party.FIRST) is is_own


@given(st.text(max_size=80), st.sampled_from(["dex-flow/x", "text/url"]), st.integers(0, 3))
def test_any_addresses_are_read(text: str, how: str, place: int) -> None:
    one = endpoint(text)
    account_hosts([(one, Evidence("f", place, how))])
    assert program_below(one, lambda _: False) == ""
    merge_finds(App(Platform.ANDROID, "a.b", "", "Acmefit"), [seen(text, how, place)], RULES)
