"""Addresses with a name that a script only puts into messages, or opens in a browser."""

import re

import pytest

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.texts import places
from tieback.recognise.texts.places import TextPlaces

URL = b"https://help.shop.test/errors"
MESSAGE = "only in a message for people"


def reason(script: str, file: str = "assets/main.js", *, is_global: bool = False) -> str:
    script = script if is_global or script.startswith("<") else f"!function(){{{script}}}()"
    data = re.sub(r"\bURL\b", f'"{URL.decode()}"', script).encode()
    return TextPlaces(file, data).reason(data.index(URL))


@each(
    "script",
    [
        'var docs = URL; throw new Error("see " + docs);',
        'const DOCS=URL;function f(){throw new TypeError("Bad key. See "+DOCS+" for more")}',
        'var old = 1, docs = URL; console.warn("Unsupported, see " + docs);',
        'var docs = URL; load().catch(() => alert("Quota? " + docs));',
        'const docs = URL; window.alert(`see ${docs}`); Alert.alert("see " + docs)',
        'let docs = URL\nf(() => { throw Error("Unknown key, see " + docs) })',
        "var txt = URL; c.font = '14px Arial'; c.fillText(txt, 2, 15); c.strokeText(txt, 4, 17)",
        'const docs = URL; console.error(`read more at ${docs}`); throw new Error("see " + docs)',
    ],
)
def test_a_name_that_is_only_in_messages(script: str) -> None:
    assert reason(script) == MESSAGE


@each(
    "script",
    [
        'var base = URL; fetch(base + "/v1").catch(() => console.error("see " + base));',
        'var base = URL; console.log("loading " + base);',
        'var docs = URL; my.alert("see " + docs);',
        'export const docs = URL; throw new Error("see " + docs);',
        'const docs = URL; exports.docs = docs; throw new Error("see " + docs);',
        'const docs = URL; send({docs}); throw new Error("see " + docs);',
        'const docs = URL; throw new Error("see " + load(docs));',
        'const docs = URL; throw new Error("see " + get("x" + docs));',
        'const docs = URL; console.log("see " + a), get("x" + docs);',
        "const docs = URL; c.fillText(docs, 2, 15); load(docs)",
        'const docs = URL + "/v1"; throw new Error("see " + docs);',
        "const docs = URL;",
        'var d = URL; throw new Error("see " + d);',
        'const docs = URL; self.docs = load; throw new Error("see " + docs);',
        'const docs = URL; // docs of the shop\nthrow new Error("see " + docs);',
    ],
)
def test_a_name_with_another_use_is_no_message(script: str) -> None:
    assert reason(script) == ""


@each(
    "script",
    [
        "var list = URL;\nvar list = 'https://shop.test/list';\nload(list)",
        "let list = URL; list = 'https://shop.test/list'; load(list)",
        "var a = 1, list = URL\n  list = ''\n load(list)",
    ],
)
@pytest.mark.parametrize("is_global", [False, True])
def test_a_text_that_the_next_statement_replaces_is_not_read(script: str, is_global: bool) -> None:
    assert reason(script, is_global=is_global) == "only in a constant that no code reads"


@each(
    "script",
    [
        "var list = URL; load(list); list = 'https://shop.test/list';",
        "var list = URL; var other = 'https://shop.test/list'; load(list)",
        "var list = URL; lists = 'https://shop.test/list'; load(list)",
        "var list = URL; list = list + '/v1'; load(list)",
        "var list = URL; list = '/v1' + list; load(list)",
        "var list = URL; if (a) list = 'https://shop.test/list'; load(list)",
        "var list = URL; list == 'https://shop.test/list'; load(list)",
        "var list = URL; x.list = 'https://shop.test/list'; load(list)",
        "export var list = URL; list = 'https://shop.test/list';",
        "var list = load(URL); list = 'https://shop.test/list';",
        "x.list = URL; list = 'https://shop.test/list'; load(x)",
        "var list = URL;",
    ],
)
def test_a_text_that_is_read_or_stays_counts(script: str) -> None:
    assert reason(script) == ""


LINK = "only a link that a person opens in another app"


@each(
    "script",
    [
        "const terms = URL; Linking.openURL(terms);",
        "var terms=URL;function f(){return Linking.canOpenURL(terms).then(()=>n.default.openURL( terms ))}",
        'let terms = URL; open.openURL(terms); throw new Error("see " + terms);',
    ],
)
def test_a_name_that_is_opened_in_a_browser(script: str) -> None:
    assert reason(script) == LINK


@each(
    "script",
    [
        "const terms = URL; Linking.openURL(terms); fetch(terms);",
        "const terms = URL; Linking.openURL(terms + '/x');",
        "const terms = URL; Linking.openURL(make(terms));",
        "const terms = URL; Linking.openURL(terms); send({terms});",
        "let terms = URL; terms = other; Linking.openURL(terms);",
    ],
)
def test_a_name_that_is_opened_and_used_otherwise_is_no_link(script: str) -> None:
    assert reason(script) == ""


@each("word", ["var", "let", "const"])
def test_other_scripts_can_use_a_global_name(word: str) -> None:
    script = f'{word} docs = URL; if (!window.key) {{ throw new Error("see " + docs); }}'
    assert reason(script, is_global=True) == ""
    assert reason(script) == MESSAGE


def test_a_script_of_a_page_is_read_the_same() -> None:
    page = '<html><script>(() => {const docs = URL; throw new Error("see " + docs);})()</script></html>'
    assert reason(page, "assets/index.html") == MESSAGE


def test_the_bytes_that_are_read_for_names_have_a_bound() -> None:
    script = 'const docs = URL; throw new Error("see " + docs);'
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "MAX_READ", 10)
        assert reason(script) == ""
        patch.setattr(places, "MAX_READ", 1_000)
        assert reason(script) == MESSAGE


def test_the_cost_of_many_names_is_linear() -> None:
    def work(data: bytes) -> None:
        text = TextPlaces("a.js", data)
        at = data.find(b"https")
        while at >= 0:
            text.reason(at)
            at = data.find(b"https", at + 1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "MAX_READ", 100_000)
        assert_linear(lambda size: b'var docs="https://a.shop.test";' * size, work, 2_000)


@each(
    ("script", "expected"),
    [
        ("import{j}from'./j.js';var Al=URL;f(()=>j.jsx('a',{href:Al,target:'_blank',children:'x'}))", LINK),
        ("import{j}from'./j.js';var Al=URL;f(()=>j.jsx(`a`,{target:`_blank`,href:Al}))", LINK),
        ("var Al=URL;f(()=>j.jsx('a',{href:Al,target:'_blank'}));export{f as a};", LINK),
        ("var Al=URL;f(()=>j.jsx('a',{href:Al,target:'_blank'}));export{f as a,Al as b};", ""),
        ("import{j}from'./j.js';var Al=URL;f(()=>j.jsx('a',{href:Al}))", ""),
        ("import{j}from'./j.js';var Al=URL;f(()=>j.jsx('a',{href:Al,target:'_blank'}));fetch(Al)", ""),
        ("var Al=URL;f(()=>j.jsx('a',{href:Al,target:'_blank'}))", ""),
    ],
)
def test_a_name_that_is_only_the_target_of_links(script: str, expected: str) -> None:
    assert reason(script, is_global=True) == expected
