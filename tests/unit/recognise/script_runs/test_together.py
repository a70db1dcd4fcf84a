"""Runs of several scripts of an app together."""

import pytest

from tests.each import each
from tieback.recognise.script_runs.together import place, requests_together

HOST = "https://api.test"
PUBLIC = "assets/public"


def found(scripts: dict[str, str], documents: dict[str, str] | None = None, *, steps: int = 10_000) -> set[str]:
    named = {f"{PUBLIC}/{name}": text.encode() for name, text in scripts.items()}
    marks = {name: list(range(len(text))) for name, text in named.items()}
    settings = {f"{PUBLIC}/{name}": text.encode() for name, text in (documents or {}).items()}
    outcome = requests_together(named, settings, marks, steps=steps)
    return {one.text.removeprefix(HOST) for one in outcome.requests}


CONFIG = {"assets/config.json": '{"api": {"host": "api.test", "path": "/v1"}}'}
SETTINGS = [
    "fetch('assets/config.json').then(r => r.json()).then(c => fetch('https://' + c.api.host + c.api.path))",
    "fetch('./assets/config.json?t=1').then(r => r.text()).then(t => fetch('https://' + JSON.parse(t).api.host + '/v1'))",  # noqa: E501
    "var x = new XMLHttpRequest(); x.open('GET', '/assets/config.json'); x.onload = () => { var c = JSON.parse(x.responseText); fetch('https://' + c.api.host + c.api.path) }; x.send()",  # noqa: E501
    "var x = new XMLHttpRequest(); x.responseType = 'json'; x.open('GET', 'assets/config.json'); x.addEventListener('load', () => fetch('https://' + x.response.api.host + '/v1')); x.send()",  # noqa: E501
    "$.getJSON('assets/config.json', c => fetch('https://' + c.api.host + c.api.path))",
    "lib.$http.get('assets/config.json').then(r => fetch('https://' + r.data.api.host + r.data.api.path))",
]


@each("code", SETTINGS)
def test_a_script_reads_settings_of_the_app(code: str) -> None:
    assert found({"main.js": code}, CONFIG) == {"/v1"}


@each("address", ("assets/other.json", "https://else.test/assets/config.json", "config.jso"))
def test_other_addresses_are_no_settings(address: str) -> None:
    code = f"fetch('{address}').then(r => r.json()).then(c => fetch('https://' + c.api.host + '/v1'))"
    assert "/v1" not in found({"main.js": code}, CONFIG)


MODULES = [
    ("import {t as n} from './b.js'; n('x')", "var e = 'https://api.test/'; function t(p) { fetch(e + p) } export {t}"),
    ("import n from './b.js'; n('x')", "export default p => fetch('https://api.test/' + p)"),
    ("import n from './b.js'; n('x')", "export default function (p) { fetch('https://api.test/' + p) }"),
    ("import N from './b.js'; new N().go()", "export default class A { go() { fetch('https://api.test/x') } }"),
    (
        "import * as n from './b.js'; fetch(n.base + n.path())",
        "export const base = 'https://api.test'; export function path() { return '/x' }",
    ),
    ("import d, {h as k} from './b.js'; fetch(k + d)", "export default '/x'; export let h = 'https://api.test'"),
    ("import('./b.js').then(m => m.go())", "export async function go() { return fetch('https://api.test/x') }"),
    ("import {base} from './b'; fetch(base + '/x')", "export var base; base = 'https://api.test'"),
    ("import {base} from './b.js'; fetch(base + '/x')", "export * from './c.js'"),
    ("import {other} from './b.js'; fetch(other + '/x')", "export {base as other} from './c.js'"),
    ("fetch(BASE + '/x')", "var BASE = 'https://api.test'"),
]  # fmt: skip


@each(("code", "other"), MODULES)
def test_a_script_uses_what_another_one_exports(code: str, other: str) -> None:
    scripts = {"a.js": code, "b.js": other, "c.js": "export const base = 'https://api.test'"}
    assert "/x" in found(dict(sorted(scripts.items(), reverse="BASE" in code)))


def test_modules_that_import_each_other_end() -> None:
    scripts = {"a.js": "import {b} from './b.js'; export const a = 1; fetch('https://api.test/' + b)",
               "b.js": "import {a} from './a.js'; export const b = 'x' + typeof a"}  # fmt: skip
    assert any(one.startswith("/x") for one in found(scripts))


def test_a_request_has_the_place_of_its_file() -> None:
    first, second = b"var BASE = 'https://api.test';", b"  fetch(BASE + '/x')"
    scripts = {"a.js": first, "b.js": second}
    (one,) = requests_together(scripts, {}, {}, steps=1_000).requests
    assert place(scripts, one.at) in (("b.js", second.index(b"(")), ("a.js", first.index(b"'")))


def test_a_limit_that_ends_the_runs_is_told() -> None:
    assert requests_together({"a.js": b"while (true) {}"}, {}, {}, steps=500).is_cut


@pytest.mark.parametrize(
    "code", ["import {a from './b.js'", "export {", "import './missing.js'; fetch(", "export default"]
)
def test_broken_modules_never_raises(code: str) -> None:
    requests_together({"a.js": code.encode(), "b.js": b"export const a = 1"}, {}, {}, steps=500)
