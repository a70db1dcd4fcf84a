"""Modules of development builds of webpack, which are texts."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.eval_modules import without_evals
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles(), dataflow=False)
HEAD = '(function(module,__webpack_exports__,__webpack_require__){\n"use strict";\n'


def build(modules: dict[str, str], *, call: str = "eval(%s)") -> bytes:
    """The script that webpack makes of modules."""
    texts = []
    for name, code in modules.items():
        text = call % json.dumps(f"{code}//# sourceURL=webpack:///{name}?")
        texts.append(f"/***/ {json.dumps(name)}:\n/***/ {HEAD}{text};\n/***/ }}),\n")
    return f"(function(modules){{}})({{\n{''.join(texts)}}})".encode()


def shown(script: bytes) -> set[str]:
    buffer = Buffer("assets/app.js", BufferKind.TEXT, script)
    return {
        one.endpoint.host for one in SEARCH.finds([Artifact("assets/app.js", (buffer,))]) if isinstance(one, Sighting)
    }


@each(
    ("code", "expected"),
    [
        ("fetch('https://a.shop.test/v1')\n", {"a.shop.test"}),
        ('fetch("https://a.shop.test/v1")\n', {"a.shop.test"}),
        ("// https://a.shop.test\nf()\n", set()),
        ("/**\n * https://a.shop.test\n */\nf()\n", set()),
        ("const h='a.shop.test';\nfetch('https://'+h+'/v1')\n", {"a.shop.test"}),
        ("// const h='b.shop.test';\nconst h='a.shop.test';\nfetch('https://'+h+'/v1')\n", {"a.shop.test"}),
        ('const h="a.shop.test";\nfetch(`https://${h}/v1`)\n', {"a.shop.test"}),
        ("const h='a.shop.test';\n// fetch('https://'+h+'/v1')\n", set()),
        ("f('a\\'b','c\\\\');const h='a.shop.test';fetch('https://'+h)\n", {"a.shop.test"}),
    ],
)
@each("call", ["eval(%s)", "eval(__webpack_require__.ts(%s))"])
def test_the_text_of_a_module_is_code(code: str, expected: set[str], call: str) -> None:
    assert shown(build({"./src/a.js": code}, call=call)) == expected


def test_names_of_modules_do_not_mix() -> None:
    one = "const host='a.shop.test';\nfetch('https://'+host+'/v1')\n"
    two = "const host='b.shop.test';\nlog(host)\n"
    assert shown(build({"./src/a.js": one, "./src/b.js": two})) == {"a.shop.test"}


def test_a_module_gets_what_another_exports() -> None:
    settings = '__webpack_require__.r(__webpack_exports__);\n__webpack_exports__["default"] = ({host:"a.shop.test"});\n'
    api = 'var s = __webpack_require__(/*! ./s */ "./src/s.js");\nfetch("https://" + s["default"].host + "/v1");\n'
    assert shown(build({"./src/s.js": settings, "./src/api.js": api})) == {"a.shop.test"}


@each(
    "script", [b"eval(\"f('https://a.test')\")", b"x.eval('a')//# sourceURL=webpack:///a", b"eval('sourceURL=webpack"]
)
def test_other_evals_stay(script: bytes) -> None:
    assert without_evals(script) == script


@given(st.binary(max_size=200))
def test_any_bytes_never_raises(data: bytes) -> None:
    without_evals(b'eval("' + data + b'//# sourceURL=webpack:///a");' + data)


@each("part", [b'eval("', b"\\", b'eval("\\n")', b"eval(__webpack_require__.ts('"])
def test_the_cost_is_linear(part: bytes) -> None:
    assert_linear(lambda n: b"sourceURL=webpack" + part * (n // len(part)), without_evals, 200_000)
