"""Runs of scripts as part of the extractor: which scripts are run, and which addresses are taken."""

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.script_runs.machine import Request
from tieback.recognise.scripts.extract import ScriptExtractor
from tieback.recognise.scripts.requested import ENCODED_STEPS, MAX_RUN, PARTS_STEPS, STEPS, requested, texts

PROXY = "var api=new Proxy({},{get:function(t,k){return function(){return fetch(B+'/rpc/'+k)}}});"


def finds(script: str) -> list[Sighting | Problem]:
    extractor = ScriptExtractor(EndpointExtractor())
    found = extractor.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script.encode()),)))
    return [one for one in found if isinstance(one, Sighting | Problem)]


def values(script: str) -> set[str]:
    return {one.endpoint.value for one in finds(script) if isinstance(one, Sighting)}


def is_run(script: str, *, shown: bool) -> bool:
    return requested(script.encode(), 1_000, lambda _text: shown) is not None


def test_an_address_that_no_rule_reads_is_found_by_a_run() -> None:
    script = f"var B='https://books.shop.test/v2';{PROXY}api.orders()"
    assert "https://books.shop.test/v2/rpc/orders" in values(script)
    (one,) = (one for one in finds(script) if isinstance(one, Sighting) and one.endpoint.value.endswith("orders"))
    assert one.evidence.how == "script-flow/fetch"
    assert one.evidence.offset == script.index("https")


@each(
    "script",
    (
        "var B='https://books.shop.test';",
        "var h='books.shop.test',B='https://'+h;",
        "var B='//books.shop.test';",
    ),
)
def test_a_script_with_an_endpoint_is_run(script: str) -> None:
    assert is_run(script, shown=True)
    assert not is_run(script, shown=False)


@each(
    "script",
    (
        "var _0x1f2a=['x'];",
        "eval(function(p,a,c,k,e,d){return p}('0',1,1,'a'.split('|'),0,{}))",
        "var k=CryptoJS.AES.decrypt(c,'k')",
        "atob('aHR0cHM6Ly9hLnRlc3Q=')",
        "a.push(a.shift())",
        "a['push'](a['shift']())",
    ),
)
def test_a_script_that_hides_texts_is_run(script: str) -> None:
    assert is_run(script, shown=False)


@each("script", ("var a='books.shop.test';", "var o=1;send(o)", "// https://books.shop.test", "x=atob(y);z=shift()"))
def test_other_scripts_are_not_run(script: str) -> None:
    assert not is_run(script, shown=True) or "books" not in script
    assert not is_run(script, shown=False)


@each(
    ("file", "is_run"),
    (
        ("main.js", True),
        ("js/jquery.js", False),
        ("js/app.min.js", False),
        ("lib/x.js", False),
        ("js/library.js", True),
    ),
)
def test_a_script_that_sends_requests_is_run_if_it_is_no_library(file: str, is_run: bool) -> None:
    script = b"var p=['https:','','rx.shop'];fetch(p.join('/')+'.test/a')"
    assert (requested(script, 1_000, lambda _text: False, file) is not None) == is_run


def test_a_limit_of_a_script_without_an_address_is_not_told() -> None:
    script = b"while (true) { fetch(x) }"
    found = requested(script, 100_000, lambda _text: False)
    assert found is not None
    assert found.steps <= PARTS_STEPS + 1
    assert not found.is_cut


@each("host", ("undefined.shop.test", "shop.null", "NaN", "[object Object].shop.test"))
def test_hosts_with_a_value_that_is_missing_are_left_out(host: str) -> None:
    one = Request(f"https://{host}/a", "fetch", 3, (), direct=True, is_literal=False)
    assert not list(texts([one]))
    assert list(texts([one._replace(text="https://undefinedshop.test/undefined")]))


def test_a_large_script_is_not_run() -> None:
    script = b"var B='https://books.shop.test';".ljust(MAX_RUN + 1)
    assert requested(script, 1_000, lambda _text: True) is None
    assert requested(script[:-1], 1_000, lambda _text: True) is not None


@each(("script", "most"), (("var B='https://books.shop.test';for(;;);", STEPS), ("_0x1234=1;for(;;);", ENCODED_STEPS)))
def test_a_run_has_its_limit_and_states_it(script: str, most: int) -> None:
    outcome = requested(script.encode(), 10**9, lambda _text: True)
    assert outcome is not None
    assert most // 2 < outcome.steps <= most + 100
    assert outcome.is_cut
    assert any(isinstance(one, Problem) for one in finds(f"{script};fetch('https://books.shop.test/x')"))


@each(
    "call",
    (
        "window.open(B+'/page')",
        "cordova.InAppBrowser.open(B+'/page')",
        "Linking.openURL(B+'/page')",
        "location.assign(B+'/page')",
        "console.log(B+'/page')",
        "alert(B+'/page')",
        "el.setAttribute('href',B+'/page')",
        "React.createElement('a',{url:B+'/page'})",
        "localStorage.setItem('u',B+'/page')",
    ),
)
def test_a_text_that_is_only_shown_or_opened_is_left_out(call: str) -> None:
    script = f"var B='https://books.shop.test';var B2=f(B);{call}".encode()
    outcome = requested(script, 1_000, lambda _text: True)
    assert outcome is not None
    assert list(texts(outcome.requests)) == []


@each("call", ("fetch(B+'/page')", "Http.get(B+'/page')", "plugin.download(B+'/page')", "new Media(B+'/page')"))
def test_a_text_that_a_request_gets_is_taken(call: str) -> None:
    outcome = requested(f"var B='https://books.shop.test';{call}".encode(), 1_000, lambda _text: True)
    assert outcome is not None
    assert [one.text.text for one in texts(outcome.requests)] == ["https://books.shop.test/page"]


def test_a_host_that_is_not_known_is_no_address() -> None:
    outcome = requested(b"var B='https://books.shop.test';fetch('https://'+x+'/page')", 1_000, lambda _text: True)
    assert outcome is not None
    assert list(texts(outcome.requests)) == []


def test_a_script_for_which_no_steps_are_left_is_cut_and_not_silent() -> None:
    script = b"var B='https://books.shop.test';fetch(B+'/page')"
    assert requested(script, 0, lambda _text: True) == ([], 0, True)
    assert requested(script, 0, lambda _text: False) is None
    extractor = ScriptExtractor(EndpointExtractor())
    extractor.run_steps = 0
    found = extractor.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script),)))
    assert any(isinstance(one, Problem) for one in found)
