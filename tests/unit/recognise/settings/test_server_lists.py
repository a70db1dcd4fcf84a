"""Lists of servers in scripts, and lists of sites that addresses are compared with."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.placement import PlaceBudget, Placement
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.config import ConfigExtractor
from tieback.recognise.settings.server_lists import COMPARED, MAX_LISTS, server_lists
from tieback.recognise.texts.prose import COMMENT

EXTRACTOR = ConfigExtractor(RuleFiles())
PAIR = ["a.shop.de", "b.shop.de"]


def found(text: str, file: str = "assets/main.js") -> tuple[list[str], list[str]]:
    """The hosts that the text gives, and those in lists for comparison."""
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    finds = list(Placement(artifact, PlaceBudget()).finds((EXTRACTOR,)))
    shown = [one.endpoint.host for one in finds if isinstance(one, Sighting)]
    return shown, [one.value for one in finds if isinstance(one, NotBackend) and one.reason == COMPARED]


@each(
    ("text", "hosts"),
    [
        ('s.hosts=s.hosts||["a.shop.de","b.shop.de"]', PAIR),
        ("s.hosts = s.hosts ?? ['a.shop.de', 'b.shop.de',]", PAIR),
        ('f({hosts:["a.shop.de","b.shop.de"]})', PAIR),
        ('f({"hosts" : [\n  "a.shop.de",\n  "b.shop.de"\n]})', PAIR),
        ('s["apiHosts"]=["a.shop.de","b.shop.de"]', PAIR),
        ("const API_HOSTS=[`a.shop.de`,`b.shop.de`]", PAIR),
        ('var servers = ["a.shop.de", "b.shop.de"];', PAIR),
        ('this.endpoints=["a.shop.de","b.shop.de"]', PAIR),
        ('e={endPoints:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={apiURLs:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={apiurls:["A.shop.de","b.shop.de"].concat(x)}', PAIR),
        ('e={servers:["shop.social","shop.chat"]}', ["shop.social", "shop.chat"]),
        ('e={hosts:["a.shop.de","shop.com"]}', ["a.shop.de", "shop.com"]),
    ],
)
def test_lists_name_servers(text: str, hosts: list[str]) -> None:
    assert found(text) == (hosts, [])


@each(
    ("text", "hosts"),
    [
        ('e={allowedHosts:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={ALLOWED_HOSTS:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={allowedhosts:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={blockedHosts:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={trustedServers:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={urlsToKeep:1,ignoreUrls:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={hostWhitelist_urls:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={noProxyHosts:["a.shop.de","b.shop.de"]}', PAIR),
        ('e={deepLinkHosts:["a.shop.de","b.shop.de"]}', PAIR),
        ('const pageHosts=["a.shop.de","b.shop.de"];if(pageHosts.includes(u.host))f()', PAIR),
        ('const pageHosts=["a.shop.de","b.shop.de"];if(pageHosts.some(h=>u.host.endsWith(h)))f()', PAIR),
        ('const pageHosts=["a.shop.de","b.shop.de"],p=new Set(pageHosts)', PAIR),
        ('this.hosts=["a.shop.de","b.shop.de"];this.hosts.indexOf(h)<0&&f()', PAIR),
        ('e={videoHosts:["tube.com","tu.be","tube.co.uk"]}', ["tube.com", "tu.be", "tube.co.uk"]),
        ('e={videoHosts:["tube.com","www.tube.com"]}', ["tube.com", "www.tube.com"]),
        ('e={videoHosts:["tube.com","m.tube.com"]}', ["tube.com", "m.tube.com"]),
    ],
)
def test_lists_for_comparison_name_no_servers(text: str, hosts: list[str]) -> None:
    assert found(text) == ([], hosts)


@each("pick", ["h=pageHosts[0]", "h=pageHosts[i]", "h=pageHosts.shift()"])
def test_a_list_of_which_code_takes_an_element_has_servers_also_if_it_is_searched(pick: str) -> None:
    text = 'const pageHosts=["a.shop.de","b.shop.de"];if(!pageHosts.includes(h))%s;f("https://"+h)'
    assert found(text % pick) == (PAIR, [])
    assert found(text % "h='c.shop.de'") == ([], PAIR)


@each(
    ("file", "text"),
    [
        ("a.js", 'hosts=["a.shop.de"]'),
        ("a.js", 'hosts=["a.shop.de","a.shop.de"]'),
        ("a.js", 'hosts=["a.shop.de",b]'),
        ("a.js", 'hosts=["a.shop.de","shop"]'),
        ("a.js", 'hosts=["a.shop.de","b.shop.nosuchname"]'),
        ("a.js", 'urls=["a.shop.de/x","b.shop.de/y"]'),
        ("a.js", 'urls=["de.shop.app","com.shop.app"]'),
        ("a.js", 'urls=["guide.md","index.md"]'),
        ("a.js", 'hosts=["10.1.2.3","10.1.2.4"]'),
        ("a.js", 'hosts=="a.shop.de"?["a.shop.de","b.shop.de"]:0'),
        ("a.js", 'names=["a.shop.de","b.shop.de"]'),
        ("a.js", 'if(["x"].hosts=["a.shop.de","b.shop.de"].includes(h))f()'),
        ("a.txt", 'hosts=["a.shop.de","b.shop.de"]'),
    ],
)
def test_other_lists_name_nothing(file: str, text: str) -> None:
    assert found(text, file) == ([], [])


@each(
    ("text", "hosts"),
    [
        ('{"api": {"urls": [\n"shopconnect.hk",\n"shopcontent.top"\n]}}', ["shopconnect.hk", "shopcontent.top"]),
        ('[{"servers": ["mastodon.social", "api.shop.de"]}]', ["mastodon.social", "api.shop.de"]),
        ('{"hosts": ["api-1.shop.de", "api-2.shop.de"]}', ["api-1.shop.de", "api-2.shop.de"]),
        ('{"hosts": ["shop.de", "other.de"]}', []),
        ('{"allowedUrls": ["shop.de", "other.de"]}', []),
        ('{"urls": ["Main.js", "style.css"]}', []),
        ('{"urls": ["shop.de"]}', []),
        ('urls: ["shopconnect.hk", "shopcontent.de"]', []),
    ],
)
def test_lists_in_json_name_servers(text: str, hosts: list[str]) -> None:
    """Also in a file of any name; ``urls`` are no sites to compare with."""
    for file in ("assets/config.json", "res/BM.json", "res/raw/c"):
        assert found(text, file)[0] == hosts


def test_a_search_in_another_list_says_nothing() -> None:
    text = 'e.hosts=["a.shop.de","b.shop.de"];' + "f();" * 2_000 + "r.hosts.includes(h);myhosts.includes(h)"
    assert found(text) == (PAIR, [])


def test_a_list_in_a_comment_names_no_servers() -> None:
    file = "a.js"
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, b'// hosts: ["a.shop.de", "b.shop.de"]'),))
    finds = list(Placement(artifact, PlaceBudget()).finds((EXTRACTOR,)))
    assert {(type(one), getattr(one, "reason", "")) for one in finds} == {(NotBackend, COMMENT)}


def test_the_place_is_that_of_each_name() -> None:
    text = 'e={hosts:["a.shop.de","b.shop.de"]}'
    finds = list(server_lists(Buffer("a.js", BufferKind.TEXT, text.encode(), base=100), RuleFiles()))
    assert [one.evidence.offset for one in finds if isinstance(one, Sighting)] == [111, 123]
    assert next(one.evidence.context for one in finds if isinstance(one, Sighting)) == "hosts = a.shop.de"


def test_the_number_of_lists_is_bounded() -> None:
    text = "".join(f'e={{hosts:["a{at}.shop.de","b{at}.shop.de"]}};' for at in range(MAX_LISTS + 10))
    assert len(found(text)[0]) == MAX_LISTS * 2


@given(st.lists(st.sampled_from(("hosts", '"', "=", ":", "[", "]", ",", '"a.shop.de"', " ", "||", "s.", ".includes("))))
def test_any_text_never_raises(parts: list[str]) -> None:
    found("".join(parts))


@each(
    ("before", "part"),
    [("", 'hosts=["a.shop.de",'), ("hosts=[", '"a.shop.de",'), ("", 'hosts=["a.shop.de","b.shop.de"];')],
)
def test_time_is_linear(before: str, part: str) -> None:
    assert_linear(lambda size: before + part * (size // len(part)), found, 1_000_000)
