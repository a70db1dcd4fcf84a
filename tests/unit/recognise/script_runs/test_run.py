"""Runs of scripts: what is not known, what nothing calls, and what a run may take."""

# ruff: noqa: E501 - a script is one line

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.script_runs.machine import MAX_REQUESTS
from tieback.recognise.script_runs.run import requests
from tieback.recognise.script_runs.values import GAP
from tieback.recognise.scripts.requested import STEPS

HOST = "https://api.test"


def found(script: str, *, steps: int = 30_000) -> set[str]:
    marks = [at for at, one in enumerate(script) if one in "\"'`"]
    return {
        one.text.replace(GAP, "{}").removeprefix(HOST) for one in requests(script.encode(), marks, steps=steps).requests
    }


UNKNOWN = [
    ("fetch('https://api.test/a/' + location.hash)", {"/a/{}"}),
    ("function load(id) { fetch(`https://api.test/u/${id}/x`) }", {"/u/{}/x"}),
    ("function f(a) { if (a) fetch('https://api.test/1'); else fetch('https://api.test/2') }", {"/1", "/2"}),
    ("function f(a) { if (!a) return; fetch('https://api.test/late') }", {"/late"}),
    ("function f(a) { switch (a.kind) { case 'x': return fetch('https://api.test/x'); default: fetch('https://api.test/d') } }",
     {"/x", "/d"}),
    ("function f(a) { var b = a || 'https://api.test/default'; fetch(b) }", {"/default"}),
    ("document.addEventListener('deviceready', function () { fetch('https://api.test/ready') })", {"/ready"}),
    ("document.addEventListener('x', start.bind(null, 'b')); function start(p) { fetch('https://api.test/' + p) }", {"/b"}),
    ("setTimeout(() => fetch('https://api.test/later'), 1000)", {"/later"}),
    ("fetch('https://api.test/1').then(r => r.json()).then(d => fetch('https://api.test/2/' + d.id))", {"/1", "/2/{}"}),
    ("fetch('https://api.test/1').catch(() => fetch('https://api.test/spare'))", {"/1", "/spare"}),
    ("fetch('https://api.test/1').then(() => {}, () => fetch('https://api.test/spare'))", {"/1", "/spare"}),
    ("class A { constructor(h) { this.h = h } get() { return fetch(this.h + '/of') } } new A('https://api.test')", {"/of"}),
    ("class A { base = 'https://api.test'; list() { return fetch(this.base + '/l') } }", {"/l"}),
    ("var o = { base: 'https://api.test', list: function () { fetch(this.base + '/o') } }", {"/o"}),
    ("function* saga() { yield fetch('https://api.test/saga') }", {"/saga"}),
    ("while (maybe) { fetch('https://api.test/once') }", {"/once"}),
    ("for (const x of unknown()) fetch('https://api.test/' + x.id)", {"/{}"}),
    ("var s = unknown() + 'a'; fetch('https://api.test/' + s.split(',')[0])", {"/{}"}),
    ("var x = new XMLHttpRequest(); x.open('GET', 'https://api.test/xhr'); x.send()", {"/xhr"}),
    ("var i = new Image(); i.src = 'https://api.test/p.gif?x=' + 1", {"/p.gif?x=1"}),
    ("$.ajax({ url: 'https://api.test' + '/jq', type: 'GET' })", {"/jq"}),
    ("axios.get('/x', { baseURL: 'https://api.test' })", set()),
    ("axios({ url: '/x', baseURL: 'https://api.test/' })", {"/x"}),
    ("navigator.sendBeacon('https://api.test/b')", {"/b"}),
    ("if (localStorage.getItem('s') == null) localStorage.setItem('s', 'https://api.test/kept/'); fetch(localStorage.getItem('s') + 'x')", {"/kept/x"}),
    ("var S = unknown(); S.setItem('s', 'https://api.test/k'); S.getItem('s').then(v => fetch(v + '/1')); S.getItem('other').then(v => fetch(v + '/2'))", {"/k/1"}),
    ("function ask(p) { return new Promise(ok => { var x = new XMLHttpRequest(); x.open('GET', 'https://api.test' + p); x.onload = () => ok(x.responseText); x.send() }) } ask('/1').then(() => ask('/2'))", {"/1", "/2"}),
    ("eval('var h = \"https://api.test\"; fetch(h + \"/run\")')", {"/run"}),
    ("var o = { a: 'x' }; fetch('https://api.test/' + (o['b' + Math.random()] || 'none'))", {"/none"}),
    ("try { missing.call() } catch (e) {} fetch('https://api.test/on')", {"/on"}),
    ("throw new Error('x'); fetch('https://api.test/never')", set()),
    ("a ? b : ; ) fetch('https://api.test/broken')", set()),
    ("var a = {; fetch('https://api.test/1')\nfunction ok() { fetch('https://api.test/2') }", set()),
]  # fmt: skip


@each("case", UNKNOWN)
def test_what_is_not_known_does_not_hide_a_request(case: tuple[str, set[str]]) -> None:
    script, expected = case
    assert found(script) == expected


def test_a_statement_that_cannot_be_read_does_not_hide_the_next() -> None:
    assert found("let x = @decorated class {};\nfetch('https://api.test/next')") == {"/next"}


def test_a_function_far_from_addresses_is_not_called() -> None:
    script = b"function f(p) { fetch('https://api.test/' + p) }"
    assert requests(script, [], steps=1_000)[0] == []
    assert requests(script, [script.index(b"'")], steps=1_000)[0] != []


def test_the_place_is_that_of_the_literal_or_of_the_call() -> None:
    script = "var base = 'https://api.test';\nvar hidden = atob('aHR0cHM6Ly9iLnRlc3Q=');\nfetch(base + '/a'); fetch(hidden + '/b')"
    first, second = requests(script.encode(), [], steps=1_000)[0]
    assert (first.text, script[first.at :][:18]) == ("https://api.test/a", "'https://api.test'")
    assert (second.text, script[second.at :][:8]) == ("https://b.test/b", "(hidden ")


def test_the_functions_around_a_request_are_named() -> None:
    script = "function get(p) { fetch('https://api.test' + p) } function users() { get('/users') } users()"
    assert requests(script.encode(), [], steps=1_000)[0][0].chain == ("users", "get")


ENDLESS = [
    "while (true) {}", "for (;;) x = 1", "(function f() { f() })()", "var f = () => f(); f()", "var a = []; while (1) a.push(a)",
    "var s = 'x'; for (;;) s += s", "var a = [1]; for (;;) a = a.concat(a)", "function* g() { for (;;) yield 1 } [...g()]",
    "'a'.repeat(1e9)", "new Array(1e9).fill(0)", "var o = {}; o.o = o; JSON.stringify(o)", "var a = []; a[0] = a; String(a)",
    "class A extends A {}", "var p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x", "Promise.resolve().then(function f() { return Promise.resolve().then(f) })",
    "setTimeout(function f() { setTimeout(f) })", "var o = { get x() { return this.x } }; o.x", "var o = { toString() { return '' + this } }; '' + o",
    "var it = { [Symbol.iterator]() { return { next: () => ({ done: false, value: 1 }) } } }; [...it]", "a: for (;;) { continue a }",
    "/(a+)+$/.test('a'.repeat(5000) + 'b')", "/(?=(a+)+$)b/.test('a'.repeat(900))", "2 ** 1e9; 9 ** 9 ** 9 ** 9", "x = 1n << 100000n",
    "eval('eval(\"for(;;);\")')", "var a = {}; a.__proto__ = a; a.x", "Object.setPrototypeOf(f, f); function f() {} f.y",
    "var f = function () { return f.apply(this, arguments) }; f(...new Array(5000))", "new (class { constructor() { return new this.constructor() } })",
]  # fmt: skip


@each("script", ENDLESS)
def test_a_script_without_end_ends_with_its_steps(script: str) -> None:
    outcome = requests((script + "\n;fetch('https://api.test/after')").encode(), [], steps=5_000)
    assert outcome.steps <= 5_200
    assert len(outcome.requests) <= 1


@each("text", ["(" * 50_000, "[" * 50_000, "{" * 50_000, "a?" * 9_000 + "1", "!" * 9_000 + "1", "`${" * 3_000, "x=>" * 5_000, "if(a)" * 5_000, "function f(){" * 4_000, "a.b" * 9_000, "new " * 5_000, "-" * 9_000, "a=" * 9_000 + "1", "class A{static{" * 2_000])  # fmt: skip
def test_deep_scripts_end(text: str) -> None:
    assert requests(text.encode(), [0], steps=5_000)[1] <= 20_000


def test_requests_are_bounded() -> None:
    script = "for (let i = 0; i < 9000; i++) fetch('https://api.test/' + i)"
    assert len(requests(script.encode(), [], steps=60_000)[0]) == MAX_REQUESTS


PIECES = st.sampled_from(
    [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        ":",
        "?",
        "?.",
        ".",
        "...",
        "=>",
        "=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "!",
        "&",
        "|",
        "^",
        "~",
        "<",
        ">",
        "`",
        "${",
        '"',
        "'",
        "function",
        "class",
        "extends",
        "return",
        "if",
        "else",
        "for",
        "while",
        "do",
        "var",
        "let",
        "const",
        "async",
        "await",
        "yield",
        "new",
        "this",
        "super",
        "try",
        "catch",
        "finally",
        "throw",
        "switch",
        "case",
        "default",
        "break",
        "continue",
        "typeof",
        "in",
        "of",
        "delete",
        "void",
        "instanceof",
        "static",
        "get",
        "set",
        "#p",
        "a",
        "b",
        "1",
        "0x",
        "'https://a.test/'",
        "fetch(",
        ".then(",
        "/a/g",
        "//",
        "/*",
        "*/",
        "\n",
        "\\u0041",
        "@",
        "",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=60))
def test_scripts_of_any_tokens_never_raises(pieces: list[str]) -> None:
    requests(" ".join(pieces).encode(), [0], steps=2_000)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_scripts_of_any_octets_never_raises(data: bytes) -> None:
    requests(data, [0], steps=2_000)


@pytest.mark.parametrize(
    "name",
    [
        "require('fs')",
        "process.binding('fs')",
        "await import('fs')",
        "globalThis.constructor.constructor('return process')()",
    ],
)
def test_nothing_outside_is_reached(name: str) -> None:
    """What a script can reach are values of the run; all that is foreign is not known."""
    assert found(f"var x = {name}; fetch('https://api.test/' + typeof x.readFileSync + x.cwd)") == {"/{}{}"}


def test_a_run_that_a_limit_ends_tells_it() -> None:
    assert requests(b"while (true) {}", [], steps=1_000).is_cut
    assert not requests(b"fetch('https://api.test/a')", [], steps=1_000).is_cut


LARGE = (
    "a.push(s + i)",
    "a.push(`${s}${i}`)",
    "a.push(s.slice(1))",
    "a.push(s.split('').join('y'))",
    "a.push(i + 'x'.repeat(20000))",
    "a.push(JSON.stringify([s, i]))",
    "a = a.concat(a, [1])",
    "a.push(new Array(20000).fill(i))",
    "a.push(new Uint8Array(20000))",
    "a.push([...s])",
    "a.push(Object.assign({}, a))",
    "a.push(new Map(Object.entries(s)))",
    "a.push(atob(btoa(s) + ''))",
    "a.push(s.replace(/x/g, 'yy'))",
    "a.push(s.match(/x/g))",
    "o['k' + i] = s + i",
)


@each("code", LARGE)
def test_a_run_takes_bounded_memory(code: str) -> None:
    script = f"var s = 'x'.repeat(20000), a = [], o = {{}}; for (var i = 0;; i++) {{ {code} }}"
    tracemalloc.start()
    try:
        outcome = requests(script.encode(), [], steps=STEPS)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert outcome.is_cut
    assert peak < 100 * 1024 * 1024


def test_the_place_of_a_request_in_a_text_that_is_run_is_that_of_eval() -> None:
    code = 'var a = 1;\neval(\'fetch("https://" + "api.test/run")\')'
    assert [one.at for one in requests(code.encode(), [], steps=1_000).requests] == [code.index("(")]
