"""Hosts to which the pages and scripts of an app send data without TLS."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.makers.sent import MAX_HOSTS, SentData
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
TEXT = "text/url"
CALL = "by a call in a script"


def seen(address: str, context: str = "", how: str = TEXT, file: str = "assets/www/app.js") -> Sighting:
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    port = {"http": 80, "https": 443}[scheme]
    endpoint = Endpoint(EndpointKind.URL, address, scheme, host, port, f"{slash}{path}")
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, how, context.replace("URL", address)))


def reason_of(bundle: str, finds: list[Sighting]) -> str:
    """Why the first of these endpoints is first party; empty if it is not."""
    merged = merge_finds(App(Platform.ANDROID, bundle, "0" * 64, "X"), finds, RULES)
    owned = next(one for one in merged.sightings if one.endpoint.value == finds[0].endpoint.value)
    return owned.party_reason if owned.party is Party.FIRST else ""


@each(
    ("find", "reason"),
    [
        (seen("http://h.partner.net/api/query", '  $http.post("URL",{'), CALL),
        (seen("http://h.partner.net/save", "axios.put('URL', data)"), CALL),
        (seen("http://h.partner.net/a", 'fetch("URL",{method:"POST"}).'), CALL),
        (seen("http://h.partner.net/a", "fetch('URL', { headers: h, method: 'POST' })"), CALL),
        (seen("http://h.partner.net/a", "$.ajax({ url: 'URL?x=1', type: 'POST', data: d"), CALL),
        (seen("http://h.partner.net/a", '<form method="post" action="URL">', file="a.html"), "with a form"),
        (seen("http://h.partner.net/a", '<form action="URL" id="f" method=POST>', file="a.html"), "with a form"),
        (seen("http://h.partner.net/shop/insert_order.php"), "to insert_order.php"),
        (seen("http://h.partner.net/alterarSenha.php", how="script-flow/ajax"), "to alterarSenha.php"),
        # Nothing is sent.
        (seen("http://h.partner.net/api/query", '  $http.get("URL",{'), ""),
        (seen("http://h.partner.net/a", 'fetch("URL",{method:"get"}).'), ""),
        (seen("http://h.partner.net/a", "$.ajax({ url: 'URL', type: 'GET' }); $.ajax({ url: b, type: 'POST' })"), ""),
        (seen("http://h.partner.net/a", '<form action="URL"><input method="post">', file="a.html"), ""),
        (seen("http://h.partner.net/a", '<a href="URL" method="post">', file="a.html"), ""),
        (seen("http://h.partner.net/list.php"), ""),
        (seen("http://h.partner.net/insert_order.html"), ""),
        (seen("http://h.partner.net/address.php"), ""),
        # With TLS, at a server for practice, at a known service, in code, in an archive, without a name.
        (seen("https://h.partner.net/api/query", '  $http.post("URL",{'), ""),
        (seen("http://httpbin.org/post", '  $http.post("URL",{'), ""),
        (seen("http://www.w3schools.com/xml/tempconvert.asmx", '  $http.post("URL",{'), ""),
        (seen("http://graph.facebook.com/me/feed", '  $http.post("URL",{'), ""),
        (seen("http://api.thingspeak.com/channels/add.php"), ""),
        (seen("http://h.partner.net/insert.php", how="dex-string/url", file="classes.dex"), ""),
        (seen("http://h.partner.net/insert.php", file="assets/ads.jar!a.js"), ""),
        (seen("http://intranet/insert.php"), ""),
    ],
)
def test_a_host_to_which_an_app_sends_data(find: Sighting, reason: str) -> None:
    # With two further domains, the signs of ``makers.signs`` are too few.
    found = reason_of("a.b", [find, seen("http://h.other.net/get"), seen("http://h.third.net/get")])
    assert bool(found) is bool(reason), found
    assert reason in found


@each(
    ("bundle", "others", "is_first"),
    [
        ("a.b", [], True),
        ("a.b", [seen("http://x.partner.net/add.php")], True),
        ("a.b", [seen("http://h.other.net/get.php")], True),
        # Of two domains, nobody can tell; one of the maker's gets the data.
        ("a.b", [seen("http://h.other.net/add.php")], False),
        ("com.acmefit.x", [seen("http://api.acmefit.com/add.php")], False),
        ("com.acmefit.x", [seen("http://api.acmefit.com/get.php")], True),
        # A known service is no other choice.
        ("a.b", [seen("http://graph.facebook.com/me/feed", '$http.post("URL",{')], True),
    ],
)
def test_only_one_domain_counts(bundle: str, others: list[Sighting], *, is_first: bool) -> None:
    assert bool(reason_of(bundle, [seen("http://h.partner.net/add.php"), *others])) is is_first


def test_the_domain_of_such_a_host_is_not_the_makers() -> None:
    finds = [seen("http://x.partner.net/get.php"), seen("http://h.partner.net/add.php")]
    assert reason_of("a.b", finds) == ""


def test_hosts_are_bounded() -> None:
    sent = SentData()
    hosts = {f"h{number}.partner.net" for number in range(MAX_HOSTS + 5)}
    for host in sorted(hosts):
        find = seen(f"http://{host}/add.php")
        sent.add(find.endpoint, find.evidence)
    assert len(list(sent.only((), hosts, RULES))) == MAX_HOSTS


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_context_never_raises(before: str, behind: str) -> None:
    find = seen("http://h.partner.net/a", f"{before}URL{behind}")
    SentData().add(find.endpoint, find.evidence)
