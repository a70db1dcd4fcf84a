"""Asynchronous functions as compilers write them in, endpoints out."""

from tests.each import each
from tests.linear import assert_linear
from tests.unit.recognise.scripts.test_resolve import values
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Problem
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.scripts.extract import ScriptExtractor

STATES = (
    "function req(x){return g.apply(this,arguments)}function g(){g=wrap(R().m(function c(path){var r;"
    "return R().w(function(s){while(1)switch(s.n){case 0:s.n=1;return fetch(BASE+path);case 1:r=s.v;"
    'return s.a(2,r.json())}},c)}));return g.apply(this,arguments)}var BASE="https://a.x.test";req("/v1/list");'
)
GENERATOR = (
    "function req(x){return g.apply(this,arguments)}function g(){return g=wrap(function*(path){"
    'var r=yield fetch(BASE+path)}),g.apply(this,arguments)}var BASE="https://a.x.test";req("/v1/list");'
)
RETURNED = (
    'var BASE="https://a.x.test",req=function(){var t=(0,n.default)(function*(path,o){var r=yield fetch(BASE+path,o)});'
    'return function(e,o){return t.apply(this,arguments)}}();req("/v1/list");'
)
CLASS = (
    'var A=function(){function A(){i(this,A);this.b="https://a.x.test"}return _createClass(A,[{key:"req",value:'
    "function(){var q=wrap(R().mark(function c(p){return R().wrap(function(s){for(;;)switch(s.prev=s.next){case 0:"
    's.next=2;return fetch(this.b+p);case 2:return s.abrupt("return",s.sent)}},c,this)}));'
    "function req(x){return q.apply(this,arguments)}return req}()},"
    '{key:"go",value:function(){this.req("/v1/list")}}])}();'
)
AWAITED = (
    "function conf(){return g.apply(this,arguments)}function g(){g=wrap(R().m(function c(){return R().w(function(s){"
    'while(1)switch(s.n){case 0:return s.a(2,{root:"https://a.x.test/v1"})}},c)}));return g.apply(this,arguments)}'
    "function login(x){return l.apply(this,arguments)}function l(){l=wrap(R().m(function c2(u){var c,r;"
    "return R().w(function(s){while(1)switch(s.n){case 0:s.n=1;return conf();case 1:c=s.v;s.n=2;"
    'return fetch(c.root+"/list",{body:u})}},c2)}));return l.apply(this,arguments)}login();'
)
TYPESCRIPT = (
    "function conf(){return __awaiter(this,void 0,void 0,function(){return __generator(this,function(a){"
    'switch(a.label){case 0:return [2,{root:"https://a.x.test/v1"}]}})})}'
    "function login(u){return __awaiter(this,void 0,void 0,function(){var c;return __generator(this,function(a){"
    'switch(a.label){case 0:return [4,conf()];case 1:c=a.sent();return [2,fetch(c.root+"/list")]}})})}'
)
REWRITTEN = (
    'var B=function(){function B(){i(this,B)}return _createClass(B,[{key:"base",value:function(){'
    'return"https://".concat(this.host(),"/v1")}},{key:"x",value:function(){'
    'return fetch("".concat(this.base(),"/list"))'
    "}}])}();var A=function(e){function A(){i(this,A);return s(this,A,arguments)}h(A,e);return _createClass(A,[{"
    'key:"host",value:function(){return"a.x.test"}}])}(B);'
)
ABOVE = (
    'var B=function(){function B(){i(this,B)}return _createClass(B,[{key:"base",value:function(){'
    'return"https://a.x.test/v1"}}])}();var A=function(e){function A(){i(this,A);return s(this,A,arguments)}h(A,e);'
    'return _createClass(A,[{key:"x",value:function(){return fetch("".concat(this.base(),"/list"))}}])}(B);'
)


@each(
    ("script", "part", "other"),
    [
        (ABOVE, "}(B)", "}(C)"),
        (ABOVE, "this.base", "this.root"),
        (STATES, 'req("/v1', 'ask("/v1'),
        (STATES, "return g.apply(this,arguments)}function", "return h.apply(this,arguments)}function"),
        (GENERATOR, 'req("/v1', 'ask("/v1'),
        (GENERATOR, "function*(path)", "function*(other)"),
        (RETURNED, 'req("/v1', 'ask("/v1'),
        (RETURNED, "t.apply", "u.apply"),
        (CLASS, "this.req(", "this.ask("),
        (CLASS, "q.apply", "r.apply"),
        (AWAITED, "return conf()", "return other()"),
        (AWAITED, "c=s.v", "c=s.u"),
        (AWAITED, "s.a(2,{", "s.b(2,{"),
        (TYPESCRIPT, "[4,conf()]", "[4,other()]"),
        (TYPESCRIPT, "return [2,{", "return [3,{"),
        (REWRITTEN, "}(B)", "}(C)"),
        (REWRITTEN, 'key:"host"', 'key:"port"'),
    ],
)
def test_functions_that_a_compiler_has_rewritten(script: str, part: str, other: str) -> None:
    assert "https://a.x.test/v1/list" in values(script)
    assert part in script
    assert "https://a.x.test/v1/list" not in values(script.replace(part, other))


def test_a_member_of_other_objects_is_not_what_was_awaited() -> None:
    assert "https://a.x.test/v1" not in values(
        'function f(s){var c;g(function(){return "a.x.test";});c=s.v;return fetch("https://"+c+"/v1")}'
    )


def test_many_states_take_time_in_proportion() -> None:
    def script(size: int) -> str:
        cases = "".join(f"case {one}:c=s.v;s.n={one};return fetch(c.root+'/{one}');" for one in range(size))
        return (
            f"function l(){{l=w(R().m(function c2(u){{return R().w(function(s){{while(1)switch(s.n){{{cases}}}}})}}))}}"
        )

    assert_linear(script, values, 40)


def test_functions_that_pass_their_arguments_to_each_other_end() -> None:
    script = (
        "var a=w(function(p){fetch('https://a.x.test'+p);return b.apply(this,arguments)});"
        "var b=w(function(q){fetch('https://b.x.test'+q);return a.apply(this,arguments)});"
        "function f(x){return a.apply(this,arguments)}f('/v1');"
    )
    assert "https://a.x.test/v1" in values(script)
    artifact = Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script.encode()),))
    extractor = ScriptExtractor(EndpointExtractor())  # which also runs the script
    assert not [one for one in extractor.extract(artifact) if isinstance(one, Problem)]
