"""Files of one bundle in, endpoints out: a chunk, and the modules of another file that it loads."""

import pytest

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import ArtifactBatch
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts import chunk_scripts
from tieback.recognise.scripts.chunk_scripts import ChunkScripts
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles(), dataflow=False)
WHOLE = "https://a.x.test/api/user"
RUNTIME = "(function(e){function c(t){return e[t].call()}window['webpackJsonp']=c})({"
CLIENT = "7424:function(e,t,a){var i=a('bc3a'),n=a.n(i);t['a']=n.a.create({baseURL:'https://a.x.test'})}"
PATHS = "'7cf4':function(e,t,a){t['a']={user:'/api/'}}"
CHUNK = "(window['webpackJsonp']=window['webpackJsonp']||[]).push([[3],{'30f7':function(e,t,n){"
CALL = CHUNK + "var o=n(7424),i=n('7cf4');t['a']=()=>o['a'].get(i['a'].user+'user')}}]);"


def values(files: dict[str, str], file: str = "3.js") -> set[str]:
    names = tuple("assets/public/js/" + name for name in files)
    batch = ArtifactBatch(names, tuple(text.encode() for text in files.values()), read_small_file)
    found = (one for one in SEARCH.finds([batch]) if isinstance(one, Sighting))
    return {one.endpoint.value for one in found if one.evidence.file.endswith(file)}


def app(*modules: str) -> str:
    return RUNTIME + ",".join(modules) + "})"


@each(
    ("main", "chunk"),
    [
        (app(CLIENT, PATHS), CALL),
        (app(CLIENT, PATHS.replace("function(e,t,a)", "(e,t,a)=>")), CALL),
        (app(CLIENT.replace("7424:", "'./src/client.js':"), PATHS), CALL.replace("7424", "'./src/client.js'")),
        (app(CLIENT, PATHS), CALL.replace("webpackJsonp", "webpackChunkshop")),
        (app(CLIENT.replace(":function", ""), PATHS), CALL),
        (
            app(
                CLIENT.replace("var i", "var b=a(12),i").replace("'https://a.x.test'", "b.a"),
                "12:function(e,t,a){t.a='https://a.x.test'}",
                PATHS,
            ),
            CALL,
        ),
    ],
)
def test_a_chunk_uses_the_modules_of_another_file(main: str, chunk: str) -> None:
    assert values({"app.js": main, "3.js": chunk}) == {WHOLE}
    assert values({"3.js": chunk, "app.js": main}) == {WHOLE}
    assert values({"3.js": chunk}) == set()


@each(
    ("main", "chunk"),
    [
        (app(PATHS), CALL),
        (app(CLIENT, PATHS), CALL.replace("7424", "7425")),
        (app(CLIENT, PATHS).replace("webpackJsonp", "modules"), CALL),
        (app(CLIENT, PATHS), CALL.replace("webpackJsonp", "modules")),
        (app(CLIENT, PATHS), CALL.replace("'30f7'", "7424:function(e,t,n){},'30f7'")),
    ],
)
def test_a_chunk_takes_no_other_modules(main: str, chunk: str) -> None:
    assert values({"app.js": main, "3.js": chunk}) == set()


def test_an_address_of_the_other_file_is_found_in_it_alone() -> None:
    files = {"app.js": app(CLIENT, PATHS, "9:function(e,t,a){fetch('https://a.x.test/own')}"), "3.js": CALL}
    assert values(files, "app.js") == {"https://a.x.test", "https://a.x.test/own"}


def test_a_chunk_calls_a_function_of_another_file() -> None:
    function = '894(e,t,r){r.d(t,["T",0,p=>fetch("https://a.x.test"+p)])}'
    chunk = CHUNK + 'var s=n(894);t["a"]=()=>(0,s.T)("/api/user")}}]);'
    assert values({"app.js": app(function), "3.js": chunk}, ".js") == {"https://a.x.test", WHOLE}
    other = chunk.replace("s.T", "s.U")
    assert values({"app.js": app(function), "3.js": other}, ".js") == {"https://a.x.test"}


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_scripts, "MAX_CHUNKS", 2)
    monkeypatch.setattr(chunk_scripts, "MAX_KEPT", 4_000)
    scripts = ChunkScripts()
    scripts.add("app.js", app(CLIENT, PATHS).encode())
    for number in range(20):
        scripts.add(f"{number}.js", CALL.encode())
    assert len(list(scripts.chunks())) == 2
    assert sum(len(one.text) for one in scripts._files.values()) <= 4_000


def test_a_module_that_is_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunk_scripts, "MAX_MODULE", 40)
    assert values({"app.js": app(CLIENT, PATHS), "3.js": CALL}) == set()


@pytest.mark.parametrize("text", ["n(1),", "{a:function(e,t){", "7:()=>{n(7)},", "'", "(((("])
def test_hostile_files_end(text: str) -> None:
    def made(count: int) -> tuple[bytes, bytes]:
        return (RUNTIME + text * count).encode(), (CHUNK + text * count).encode()

    def work(files: tuple[bytes, bytes]) -> None:
        scripts = ChunkScripts()
        for number, data in enumerate(files):
            scripts.add(f"{number}.js", data)
        list(scripts.chunks())

    assert_linear(made, work, 8_000)


@each(
    ("text", "expected"),
    [
        (b"n(12),_t('./a.js'),n(12)", [b"12", b"./a.js"]),
        (b"a" * 20 + b"(3)", [b"3"]),
        (b"a" * 21 + b"(3);a.b(4);(5);n(6", []),
    ],
)
def test_loads_are_calls_of_a_name_without_an_object(text: bytes, expected: list[bytes]) -> None:
    assert chunk_scripts._loaded(text) == expected
