"""Scripts that import each other in, endpoints out: chunks of Vite, Rollup and esbuild, and plain modules."""

import pytest

from tests.each import each
from tests.linear import assert_linear
from tests.unit.recognise.scripts.test_chunk_scripts import SEARCH, values
from tieback.intake.apps.interface import ArtifactBatch
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.scripts import chunk_scripts, es_modules
from tieback.recognise.scripts.chunk_scripts import ChunkScripts

WHOLE = "https://a.x.test/api/user"
CALL = 'import{n as e,t}from"./index-x.js";function r(){return e.get(`/user`)}export{r as list};'
CLIENT = 'var i=q.create({baseURL:"https://a.x.test/api"}),o=1;export{i as n,o as t};'


def every(files: dict[str, str]) -> set[str]:
    return values(files, ".js")


@each(
    ("index", "chunk"),
    [
        (CLIENT, CALL),
        (CLIENT.replace("var i", "const i"), CALL.replace('"', "'").replace("{n as e,t}", "{ n as e, t }")),
        (CLIENT.replace("{i as n,o as t}", "{i as default}"), CALL.replace("{n as e,t}", " e ")),
        (CLIENT.replace("{i as n,o as t}", "{i as default,o as t}"), CALL.replace("{n as e,t}", " e,{t}")),
        ('export const n="https://a.x.test/api";', CALL.replace("e.get(`/user`)", "fetch(e+`/user`)")),
        ('const h="a.x.test",n=`https://${h}/api`;export{n}', CALL.replace("e.get(`/user`)", "fetch(e+`/user`)")),
        ("const h={api:{u:'https://a.x.test/api'}};export{h as n}", CALL.replace("e.get(", "fetch(e.api.u+")),
        ("var n=class{static host='https://a.x.test/api'};export{n}", CALL.replace("e.get(", "fetch(e.host+")),
        (
            "export const host='https://a.x.test/api'; export const o=1;",
            CALL.replace("{n as e,t}", " * as e ").replace("e.get(", "fetch(e.host+"),
        ),
        ("var h='https://a.x.test';function f(e){return fetch(h+'/api'+e)}export{f as n}", CALL.replace("e.get", "e")),
        ("var h='https://a.x.test';const f=e=>fetch(h+'/api'+e);export{f as n}", CALL.replace("e.get", "e")),
        ("class C{host='https://a.x.test/api'}var n=new C;export{n}", CALL.replace("e.get(", "fetch(e.host+")),
    ],
)
def test_a_script_uses_what_it_imports(index: str, chunk: str) -> None:
    assert WHOLE in every({"index-x.js": index, "list-y.js": chunk})
    assert WHOLE in every({"list-y.js": chunk, "index-x.js": index})
    assert WHOLE not in every({"list-y.js": chunk})
    assert WHOLE not in every({"list-y.js": chunk, "index-z.js": index})


def test_imports_lead_through_several_files() -> None:
    files = {
        "a.js": 'import{h}from"./b.js";fetch(h("user"));',
        "b.js": 'import{base as n}from"./sub/c.js";function h(p){return n+"/"+p}export{h};',
        "sub/c.js": 'import{h}from"../d.js";const base="https://"+h+"/api";export{base};',
        "d.js": 'const v="a.x.test";export{v as h};',
    }
    assert WHOLE in every(files)
    assert WHOLE not in every({file: text for file, text in files.items() if file != "d.js"})


def test_a_file_exports_again_what_it_imports() -> None:
    files = {
        "a.js": 'import{k}from"./b.js";fetch(k+"/user");',
        "b.js": 'import{h}from"./c.js";export{h as k};',
        "c.js": 'const h="https://a.x.test/api";export{h};',
    }
    assert WHOLE in every(files)


@each(
    ("index", "chunk"),
    [
        (CLIENT.replace("i as n", "i as m"), CALL),
        (CLIENT, CALL.replace("function r()", "function r(e)")),
        (CLIENT.replace("q.create", "q.other"), CALL),
        ("function f(){var i='https://a.x.test/api'}export{i as n}", CALL.replace("e.get(", "fetch(e+")),
        ("const i='https://a.x.test/api',n={};export{n}", CALL.replace("e.get(", "fetch(e.i+")),
    ],
)
def test_other_names_stay_unknown(index: str, chunk: str) -> None:
    assert WHOLE not in every({"index-x.js": index, "list-y.js": chunk})


def test_names_of_two_files_are_kept_apart() -> None:
    files = {
        "a.js": 'import{h as e}from"./b.js";import{h as n}from"./c.js";fetch(e("one"));fetch(n("two"));',
        "b.js": 'const t="https://b.x.test/";function e(n){return t+n}export{e as h};',
        "c.js": 'const t="https://c.x.test/";function e(n){return t+n}export{e as h};',
    }
    found = every(files)
    assert {"https://b.x.test/one", "https://c.x.test/two"} <= found
    assert not found & {"https://b.x.test/two", "https://c.x.test/one"}


def test_texts_and_keys_keep_their_names() -> None:
    text = b'var a=`/e/${e}`+"e"+{e:e}.e+x.e;'
    assert es_modules._renamed(text, {b"e": b"e$1"}) == b'var a=`/e/${e$1}`+"e"+{e:e$1}.e+x.e;'


def test_the_place_is_in_the_file_of_the_code() -> None:
    index = "/* */var h='https://a.x.test';function f(e){return fetch(h+'/api'+e)}export{f as n}"
    names = ("assets/public/index-x.js", "assets/public/list-y.js")
    batch = ArtifactBatch(names, (index.encode(), CALL.replace("e.get", "e").encode()), read_small_file)
    found = [one for one in SEARCH.finds([batch]) if isinstance(one, Sighting) and one.endpoint.value == WHOLE]
    assert [(one.evidence.file, one.evidence.offset) for one in found] == [(names[0], index.index("function"))]


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_scripts, "MAX_MODULES_KEPT", 1_000)
    monkeypatch.setattr(es_modules, "MAX_FILES", 2)
    scripts = ChunkScripts()
    scripts.add("index-x.js", CLIENT.encode())
    for number in range(20):
        scripts.add(f"{number}.js", CALL.encode())
    assert sum(map(len, scripts.modules.values())) <= 1_000
    assert len(list(es_modules.linked(scripts.modules))) == 2


def test_long_declarations_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(es_modules, "MAX_ADDED", 20)
    assert WHOLE not in every({"index-x.js": CLIENT, "list-y.js": CALL})


@pytest.mark.parametrize(
    "text",
    ['import{a}from"./x.js";', "export{a as b};", "var a={a:a};export{a};", "a=`${a}`;", "function a(){a(", "(("],
)
def test_hostile_files_end(text: str) -> None:
    def made(count: int) -> dict[str, bytes]:
        head = 'import{a as z}from"./y.js";export{z};'
        return {"x.js": (head + text * count).encode(), "y.js": (head.replace("y", "x") + text * count).encode()}

    assert_linear(made, lambda files: list(es_modules.linked(files)), 4_000)
