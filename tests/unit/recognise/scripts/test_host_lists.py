"""Long lists of servers in scripts, of which the code contacts one."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.host_lists import MAX_SEARCHES, HostLists, is_host, lists
from tieback.recognise.scripts.values import Text
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles(), dataflow=False)
MANY = 40
HOSTS = {f"s{number}.shop.test" for number in range(MANY)}
ELEMENTS = "var s=[" + ",".join(f"'s{number}.shop.test'" for number in range(MANY)) + "];"
PORTS = "var s=[" + ",\n".join(f'"s{number}.shop.test:8443"' for number in range(MANY)) + "];"
MEMBERS = "var s=[" + ",".join(f"{{name:'S {number}',host:'s{number}.shop.test'}}" for number in range(MANY)) + "];"
KEYS = "var s={" + ",".join(f"'s{number}.shop.test':{{s:'50002'}}" for number in range(MANY)) + "};"
VALUES = "var s={" + ",".join(f"r{number}:{{id:{number},host:'s{number}.shop.test'}}" for number in range(MANY)) + "};"
SIXTEEN = "var s=[" + ",".join(f"'s{number}.shop.test'" for number in range(16)) + "];"
WORDS = "var s=[" + ",".join(f"'w{number}'" for number in range(MANY)) + "];"


def shown(script: str) -> set[str]:
    buffer = Buffer("assets/app.js", BufferKind.TEXT, script.encode())
    finds = SEARCH.finds([Artifact("assets/app.js", (buffer,))])
    return {one.endpoint.host for one in finds if isinstance(one, Sighting)}


@each(
    ("script", "expected"),
    [
        (ELEMENTS + "function f(i){return fetch('https://'+s[i]+'/v')}", HOSTS),
        (ELEMENTS + "var h=s[Math.floor(Math.random()*s.length)];new WebSocket(`wss://${h}/v`)", HOSTS),
        (ELEMENTS + "for(const h of s){fetch('https://'+h+'/v')}", HOSTS),
        (ELEMENTS + "var h=s[r()];new RTCPeerConnection({iceServers:[{urls:'stun:'+h}]})", HOSTS),
        (ELEMENTS + "function f(i){var h=s[i],x='';for(var c of h)x+=c.charCodeAt(0);return x+h.length}", set()),
        (ELEMENTS + "s.forEach(h=>fetch('https://'+h+'/v'))", HOSTS),
        (ELEMENTS + "const [h]=_.shuffle(s);fetch(`https://${h}/v`)", HOSTS),
        (ELEMENTS + "fetch(`https://${_.sample(s)}/v`)", HOSTS),
        (ELEMENTS + "var h=s.sort(()=>Math.random()-.5)[0];fetch('https://'+h+'/v')", HOSTS),
        (PORTS + "function f(i){return fetch('https://'+s[i]+'/v')}", HOSTS),
        (MEMBERS + "function f(i){return fetch('https://'+s[i].host+'/v')}", HOSTS),
        (VALUES + "function f(r){return fetch('https://'+s[r].host+'/v')}", HOSTS),
        (KEYS + "var k=Object.keys(s);function f(i){return fetch('https://'+k[i]+'/v')}", HOSTS),
        (ELEMENTS + "fetch('https://'+['s1','.shop.test'].join('')+'/v')", {"s1.shop.test"}),
        (SIXTEEN + "fetch('https://'+s[3]+'/v')", {"s3.shop.test"}),
        # Nothing contacts these.
        (ELEMENTS + "function f(h){return s.indexOf(h)>=0}", set()),
        (ELEMENTS + "function f(i){return fetch('https://a.shop.test/v?of='+s[i])}", {"a.shop.test"}),
        (WORDS + "function f(i){return fetch('https://'+s[i]+'.shop.test/v')}", set()),
        (ELEMENTS + "// fetch('https://'+s[i]+'/v')\n", set()),
    ],
)
def test_a_list_is_shown_if_the_code_contacts_one_of_it(script: str, expected: set[str]) -> None:
    assert shown(script) == expected


@each(
    ("text", "expected"),
    [
        ("a.shop.test", True), ("a.shop.test:443", True), ("10.0.0.1", True),
        ("1.25", False), ("shop", False), ("a shop.test", False), ("a..test", False),
    ],
)  # fmt: skip
def test_hosts_are_names_with_a_dot(text: str, expected: bool) -> None:
    assert is_host(text) is expected


def test_the_number_of_searches_is_bounded() -> None:
    every = HostLists(ELEMENTS.encode())
    for number in range(MAX_SEARCHES):
        assert list(every.with_others(Text(f"https://a{number}.shop.test/"))) == []
    for number in range(MANY):
        assert list(every.with_others(Text(f"https://s{number}.shop.test/"))) == []


@given(st.text("[]{}\"':,a. ", max_size=120))
def test_any_text_never_raises(text: str) -> None:
    lists(f"{text}'a.a'{text}".encode(), "a.a")


@each("part", [b"[", b"{a:", b"'a.b',", b"{h:'a.b'},", b"'a':", b"'"])
def test_the_cost_is_linear(part: bytes) -> None:
    def work(data: bytes) -> object:
        return lists(data, "a.b")

    assert_linear(lambda n: part * (n // len(part)) + b"'a.b'" + part * (n // len(part)), work, 300_000)
