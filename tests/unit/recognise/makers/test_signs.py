"""Hosts that signs of their use show to be the maker's."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.signs import MAX_HOSTS, Uses, needed_signs, signed_hosts
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
NAMES = MakerNames(App(Platform.ANDROID, "de.acme.x", "0" * 64, "X"), RULES)
TEXT, CLASS, CONSTANT = "text/url", "dex-flow/concat", "dex-string/url"
SETTING = "a setting or variable names it as the server"
PROGRAM = "a page or script opens a program there"
ACTS = "the app logs users in, or has or changes their records there"
FOR_APPS = "a class opens a program for an app or web service there"
SEVERAL_FOR_APPS = "classes open several such programs"
PATHS = "pages or scripts have several paths there"
METHOD = "a method that requests it logs users in, or has or changes their records"
SOCKET = "the app opens a WebSocket there"
PERSON = "the app opens a program in the web space of one person there"
PLAIN = "there is no TLS"


def seen(address: str, context: str = "", how: str = TEXT, file: str = "assets/www/app.js") -> Sighting:
    scheme, _, rest = address.partition("://")
    place, slash, path = rest.partition("/")
    host, _, port = place.partition(":")
    number = int(port or {"http": 80, "https": 443, "ws": 80, "wss": 443}[scheme])
    endpoint = Endpoint(EndpointKind.URL, address, scheme, host, number, f"{slash}{path}")
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, how, context.replace("@", address)))


def paths(address: str, *names: str, how: str = TEXT) -> list[Sighting]:
    return [seen(f"{address}/{name}", how=how) for name in names]


def own(address: str) -> Sighting:
    """An address in a class of the app ``de.acme.x``."""
    return seen(address, "Lde/acme/x/Api;->get: @", CLASS, "classes.dex")


def constant(address: str) -> Sighting:
    """An address in a constant that only classes of the app ``de.acme.x`` have."""
    found = seen(address, address, CONSTANT, "classes.dex")
    return replace(found, evidence=replace(found.evidence, chain=("Lde/acme/x/Urls;",)))


def called(address: str, method: str, package: str = "de/acme/x") -> Sighting:
    """An address that a method of this package requests."""
    return seen(address, f"L{package}/Api;->{method}: @", "dex-flow/retrofit", "classes.dex")


def reason_of(finds: list[Sighting], bundle: str = "de.acme.x") -> str:
    """Why the first of these endpoints is first party; empty if it is not."""
    merged = merge_finds(App(Platform.ANDROID, bundle, "0" * 64, "X"), finds, RULES)
    owned = next(one for one in merged.sightings if one.endpoint.value == finds[0].endpoint.value)
    return owned.party_reason if owned.party is Party.FIRST else ""


HOST = "http://h.partner.net"
SAFE = "https://h.partner.net"
OTHER = seen("http://h.other.net/get")
THIRD = seen("http://h.third.net/get")


@each(
    ("finds", "signs"),
    [
        ([seen(f"{HOST}/a", "var serverURL = '@';")], [SETTING, PLAIN]),
        ([seen(f"{HOST}/a", 'this.API_URL="@"')], [SETTING, PLAIN]),
        ([seen(HOST, 'd.default.defaults.baseURL="@",d')], [SETTING, PLAIN]),
        ([seen(HOST, how="resource:string/base_url/url", file="resources.arsc")], [SETTING, PLAIN]),
        ([seen(f"{HOST}/index.php", "$.get('@?x=1')"), OTHER], [PROGRAM, PLAIN]),
        (paths(HOST, "a", "b", "c"), [PATHS, PLAIN]),
        ([own(f"{HOST}/user/login")], [ACTS, PLAIN]),
        ([own(f"{HOST}/saveOrder")], [ACTS, PLAIN]),
        # A class opens a program for an app or a web service; the last part of the address is enough.
        ([own(f"{HOST}/fit/android/list.php")], [FOR_APPS, PLAIN]),
        ([own(f"{HOST}/fit/WebService1.asmx")], [FOR_APPS, PLAIN]),
        ([constant(f"{HOST}/fit_app/list.php")], [FOR_APPS, PLAIN]),
        ([own(f"{SAFE}/app/a.php"), own(f"{SAFE}/app/b.php")], [FOR_APPS, SEVERAL_FOR_APPS]),
        # Records of the users.
        ([own(f"{HOST}/shop/orders")], [ACTS, PLAIN]),
        ([constant(f"{HOST}/v1/employee/list")], [ACTS, PLAIN]),
        # The web space of one person at a university, and a login at one with more signs.
        ([seen("http://www.college.edu/~jane/fit", "var serverURL = '@';")], [SETTING, PLAIN]),
        (
            [
                seen("http://h.college.ac.uk/login.php", "var serverURL = '@';"),
                *paths("http://h.college.ac.uk", "a", "b"),
            ],
            [SETTING, PROGRAM, ACTS, PATHS, PLAIN],
        ),
        # Its own classes and its pages can also open one there.
        ([constant("http://www.college.edu/~21032131d/on.php")], [PERSON, PLAIN]),
        # A method says what a request does, and the path does not.
        ([called(f"{HOST}/rest.php", "deleteBooking")], [METHOD, PLAIN]),
        ([called(f"{SAFE}/orders/rest.php", "loginUser")], [ACTS, METHOD]),
        # All methods count, also those whose evidence is not shown.
        ([called(f"{HOST}/rest.php", "open"), called(f"{HOST}/rest.php", "loginUser")], [METHOD, PLAIN]),
        # A WebSocket.
        ([constant("ws://h.partner.net/live")], [SOCKET, PLAIN]),
        ([constant("wss://h.partner.net/chat")], [ACTS, SOCKET]),
        # Data that an app shows are no other choice.
        (
            [
                own(f"{HOST}/fit_app/list.php"),
                *(seen(f"http://h.other{number}.net/get", file="res/raw/cards.xml") for number in range(4)),
            ],
            [FOR_APPS, PLAIN],
        ),
        # Links, files of libraries and code of others are no other choice.
        (
            [
                seen(f"{HOST}/index.php"),
                seen("http://h.other.net/a.php", '<a href="@">'),
                seen("http://h.third.net/a.php", file="assets/www/lib/map.js"),
                seen("http://h.fourth.net/a.php", how=CONSTANT, file="classes.dex"),
            ],
            [PROGRAM, PLAIN],
        ),
        # With TLS, two signs are needed.
        ([seen(f"{SAFE}/a", "baseURL: '@'"), *paths(SAFE, "b", "c")], [SETTING, PATHS]),
        ([seen(f"{SAFE}/login.php", "const api = '@'"), OTHER, THIRD], [SETTING, PROGRAM, ACTS]),
        # A key that is no parameter of its own, or of another address.
        ([own(f"{HOST}/user/login"), seen(f"{HOST}/list", "get('@?monkey=1')")], [ACTS, PLAIN]),
        ([own(f"{HOST}/user/login"), seen(f"{HOST}/list", "get('@') + '?key='")], [ACTS, PLAIN]),
    ],
)
def test_signs(finds: list[Sighting], signs: list[str]) -> None:
    host = finds[0].endpoint.host
    assert reason_of(finds) == f"{host}: signs of the maker's own server: {', '.join(signs)}"


@each(
    "finds",
    [
        # One sign with TLS, with a port of its own too, or beside two other domains.
        [seen(f"{SAFE}/a", "var serverURL = '@';")],
        [seen(f"{SAFE}/index.php")],
        [seen(f"{SAFE}:8765/a", "baseURL: '@'")],
        paths(SAFE, "a", "b", "c"),
        [own(f"{SAFE}/user/login")],
        [seen(f"{HOST}/a", "var serverURL = '@';"), OTHER, THIRD],
        # A key for developers in a query.
        [seen(f"{SAFE}/a", "baseURL: '@'"), *paths(SAFE, "b", "c"), seen(f"{SAFE}/d", "get('@?key=' + key)")],
        [own(f"{HOST}/user/login"), seen(f"{HOST}/list", "`@?type=1&api_key=${key}`")],
        # No sign.
        [seen(f"{HOST}:8765/a")],
        paths(HOST, "a", "b"),
        # Names of other things.
        [seen(f"{HOST}/a", "var weatherApi = '@';")],
        [seen(f"{HOST}/a", "root.base = '@';")],
        [seen(f"{HOST}/a", "siteUrl = '@';")],
        [seen(HOST, how="resource:string/forum_url/url", file="resources.arsc")],
        # Documents, feeds and radio streams are no uses, and a resource with a page is none.
        paths(HOST, "a.html", "b.png", "c.mp3", "d.woff2"),
        paths(HOST, "rss", "rss/sport", "feed/news"),
        [seen(f"{HOST}:8000/stream", "baseURL: '@'"), OTHER, THIRD],
        [seen(f"{HOST}/topic.php", how="resource:string/forum/url", file="resources.arsc")],
        # Links for people, files of libraries, code of others and constants.
        [seen(f"{HOST}/index.php", '<a class="x" href="@">')],
        [seen(f"{HOST}/index.php", "window.open('@', '_system')")],
        [seen(f"{HOST}/index.php", file="assets/www/js/map.min.js")],
        [seen(f"{HOST}/index.php", file="assets/www/lib/map/map.js")],
        [seen(f"{HOST}/index.php", file="assets/ads.jar!a.js")],
        [seen(f"{HOST}/user/login", "Lde/other/Api;->get: @", CLASS, "classes.dex")],
        [seen(f"{HOST}/index.php", how=CONSTANT, file="classes.dex")],
        # A program that a class opens: interfaces for all have such addresses too.
        [own(f"{HOST}/index.php")],
        [own(f"{HOST}/gqss/api.php")],
        [own(f"{HOST}/menu/{name}.php") for name in ("a", "b", "c")],
        [own(f"{HOST}/MobileWeb/Forecast.aspx")],
        # A method of another package, or of another purpose; a socket with TLS; a file of one person.
        [called(f"{HOST}/rest.php", "loginUser", "de/other")],
        [called(f"{HOST}/rest.php", "openList")],
        [called(f"{SAFE}/rest.php", "loginUser")],
        [constant("wss://h.partner.net/live")],
        [seen("https://h.partner.net/~assets/a.png")],
        # In data, nothing is a use.
        [seen(f"{HOST}/index.php", file="res/raw/cards.xml")],
        # A word for an app without a program, in a page, with TLS, and in code of others.
        [own(f"{HOST}/app/list")],
        [seen(f"{HOST}/app/list", "get('@')")],
        [own(f"{SAFE}/app/list.php")],
        [seen(f"{HOST}/app/list.php", how=CONSTANT, file="classes.dex")],
        # Posts and comments are those of services for anyone.
        [own(f"{HOST}/posts/comments")],
        # Students write apps that log in at their university.
        [own("http://jwc.college.edu.cn/user/login"), own("http://jwc.college.edu.cn/app/a.php")],
        [own("http://h.office.gov/app/login.php")],
        [own(f"{HOST}/user/login.html")],
        [own(f"{HOST}/{name}") for name in ("a", "b", "c")],
        # A service for the apps of anyone, and a host with no name.
        [seen("http://api.openweathermap.org/data", "baseURL: '@'")],
        [seen("http://intranet/index.php")],
        # More than four domains of unknown owners.
        [seen(f"{HOST}/login.php"), *(seen(f"http://h.other{number}.net/get") for number in range(4))],
    ],
)
def test_too_few_signs(finds: list[Sighting]) -> None:
    assert reason_of(finds) == ""


def test_only_a_host_with_the_signs_counts() -> None:
    finds = [seen("http://x.partner.net/b"), seen(f"{HOST}/a", "serverURL = '@'")]
    assert reason_of(finds) == ""
    assert reason_of(finds[::-1])


@each(
    ("other", "is_first"),
    [
        ("http://x.partner.net/get", True),
        # Of two domains, nobody can tell.
        ("http://h.other.net/add.php", False),
        ("http://h.other.net/get", True),
        # The maker has its server at another place.
        ("https://api.acme.de/get", False),
        ("http://192.168.7.9/get", True),
    ],
)
def test_one_domain_without_a_name_of_the_maker(other: str, *, is_first: bool) -> None:
    assert bool(reason_of([seen(f"{HOST}/list.php"), seen(other)])) is is_first


def test_another_host_of_the_maker_needs_more_signs() -> None:
    first = seen("https://api.acme.de/get")
    programs = [own(f"{HOST}/app/{name}.php") for name in ("login", "list")]
    assert reason_of([*programs, first]) != ""
    assert reason_of([programs[0], first]) == ""


@each(
    ("doubts", "needed"),
    [
        ({}, 1),
        ({"plain": False}, 2),
        ({"domains": 3}, 2),
        ({"institution": True}, 3),
        ({"elsewhere": True}, 3),
        ({"elsewhere": True, "institution": True}, 3),
        ({"plain": False, "domains": 3, "elsewhere": True}, 5),
    ],
)
def test_each_doubt_needs_more_signs(doubts: dict[str, bool | int], needed: int) -> None:
    said: dict[str, bool | int] = {"plain": True, "institution": False, "domains": 2, "elsewhere": False, **doubts}
    uses = Uses(frozenset(), frozenset(), False, 0, bool(said["plain"]), bool(said["institution"]))
    assert needed_signs(uses, int(said["domains"]), elsewhere=bool(said["elsewhere"])) == needed


def test_hosts_are_bounded() -> None:
    finds = [
        (one.endpoint, one.evidence)
        for number in range(MAX_HOSTS + 5)
        for one in (
            seen(f"https://h{number}.partner.net/login.php", "baseURL: '@'"),
            *paths(f"https://h{number}.partner.net", "a", "b"),
        )
    ]
    assert len(list(signed_hosts(finds, (), NAMES, RULES))) == MAX_HOSTS


@given(
    st.text(max_size=80), st.text(max_size=60), st.sampled_from([TEXT, CLASS, "resource:string/x/url", "config:a/b"])
)
def test_any_evidence_never_raises(before: str, path: str, how: str) -> None:
    endpoint = Endpoint(EndpointKind.URL, f"{HOST}/{path}", "http", "h.partner.net", 80, f"/{path}")
    find = endpoint, Evidence("assets/a.js", 1, how, f"{before}{HOST}/{path}")
    assert len(list(signed_hosts([find], (), NAMES, RULES))) <= 1
