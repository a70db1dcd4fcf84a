"""Functions of the platform with values that are not known, and their limits; ``test_language`` has known ones."""

from tests.each import each
from tieback.recognise.script_runs.library.backtracking import MAX_SOURCE
from tieback.recognise.script_runs.library.texts import compiled
from tieback.recognise.script_runs.library.web import resolved
from tieback.recognise.script_runs.run import requests
from tieback.recognise.script_runs.values import GAP

UNKNOWN = (
    ("'a' + u + 'b'", "a{}b"),
    ("(u + '/x').split('/')[1]", "{}"),
    ("('x/' + u).split('/')[0]", "x"),
    ("('x/' + u).split('/')[1]", "{}"),
    ("('abc' + u).slice(1)", "bc{}"),
    ("('abc' + u).slice(0, 2)", "ab"),
    ("('abc' + u).slice(0, -1)", "{}"),
    ("('abc' + u + 'z').slice(0, -1)", "abc{}"),
    ("('abc' + u).charAt(1)", "b"),
    ("('abc' + u).charAt(9)", "{}"),
    ("(u + '').replace('a', 'b')", "{}"),
    ("('a-' + u).replace('a', 'b')", "b-{}"),
    ("('a-' + u).replace(/a/, 'b')", "b-{}"),
    ("'x'.replace(u, 'b')", "{}"),
    ("('abc' + u).startsWith('ab')", "true"),
    ("('abc' + u).startsWith('x')", "false"),
    ("('abc' + u).includes('bc')", "true"),
    ("'abc'.indexOf('x' + u)", "-1"),
    ("/^ab/.test('abc' + u)", "true"),
    ("['a', u, 'b'].join('/')", "a/{}/b"),
    ("['a', 'b'].map(x => x + u).join()", "a{},b{}"),
    ("[1, 2].filter(x => u).length", "2"),
    ("['a', 'b'].find(x => x === u)", "a"),
    ("Math.max(1, u)", "{}"),
    ("u * 2 + 1", "{}"),
    ("Object.keys(u)[0]", "{}"),
    ("JSON.stringify({ a: u, b: 1 })", '{"a":{},"b":1}'),
    ("JSON.parse(u).a", "{}"),
    ("encodeURIComponent('a b' + u)", "a%20b{}"),
    ("atob(u)", "{}"),
    ("new URL('/p?q=' + u, 'https://a.test').pathname", "/p"),
    ("new URLSearchParams({ a: 'x y', b: u })", "a=x+y&b={}"),
    ("({ ...u, a: 1 }).a", "1"),
    ("({ ...u, a: 1 }).b", "{}"),
    ("Object.assign({ a: 1 }, u).b", "{}"),
    ("new Map([['k', u]]).get('k')", "{}"),
    ("new Map([['k', 1]]).get(u)", "{}"),
    ("[...u].length", "1"),
    ("String.fromCharCode(104, u)", "h{}"),
    ("parseInt(u)", "{}"),
    ("u.a.b.c().d", "{}"),
    ("`${u}`.length", "{}"),
    ("Date.now()", "{}"),
    ("Math.random()", "{}"),
    ("localStorage.getItem('x')", "{}"),
    ("navigator.userAgent", "{}"),
    ("process.env.HOME", "{}"),
    ("process.env.NODE_ENV", "production"),
)


@each("case", UNKNOWN)
def test_what_is_not_known_stays_visible(case: tuple[str, str]) -> None:
    code, expected = case
    script = f"var u = unknownFunction(); fetch('https://a.test/!' + ({code}))"
    (one,) = requests(script.encode(), [], steps=5_000).requests
    assert one.text.replace(GAP, "{}").removeprefix("https://a.test/!") == expected


@each(
    ("base", "address", "wanted"),
    (
        ("https://a.test/b/c?x#y", "d", "https://a.test/b/d"),
        ("https://a.test", "d", "https://a.test/d"),
        ("https://a.test/b/c/", "../d", "https://a.test/b/d"),
        ("https://a.test/b", "../../../d", "https://a.test/d"),
        ("https://a.test/b", "//c.test/d", "https://c.test/d"),
        ("https://a.test/b", "/d", "https://a.test/d"),
        ("https://a.test/b", "?q", "https://a.test/b?q"),
        ("https://a.test/b", "", "https://a.test/b"),
        ("https://a.test/b", "wss://c.test", "wss://c.test"),
        ("", "/d", "/d"),
    ),
)
def test_an_address_below_another_one(base: str, address: str, wanted: str) -> None:
    assert resolved(base, address) == wanted


@each("source", ("a" * (MAX_SOURCE + 1), "(", "(?=(", "(?=a)*+", "(?=" * 20 + ")" * 20, r"(?=\p{L})"))
def test_patterns_of_another_form_are_not_used(source: str) -> None:
    assert compiled(source, "", "text") is None


@each("source", (r"(?=(a+)+$)b", r"(?=((a*)*)*c)", r"(?=a)(a|aa)+$"))
def test_a_search_with_backtracking_ends_after_its_most_attempts(source: str) -> None:
    assert compiled(source, "", "a").search("a" * 400 + "b") is None


@each(("source", "text"), ((r"(?:\?.*?)?(?=#|$)", "a#b"), (r"^a(?!b)", "ac"), (r"(?<year>\d{4})", "in 2026")))
def test_short_patterns_that_look_ahead_are_used(source: str, text: str) -> None:
    assert compiled(source, "", text).search(text) is not None


def test_a_pattern_that_looks_ahead_is_not_used_with_a_long_text() -> None:
    assert compiled("^a(?!b)", "", "a" * 5_000) is None
