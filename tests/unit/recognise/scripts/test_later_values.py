"""Values that a script gives later, and calls of services: the endpoints that are put together of them."""

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.scripts.extract import ScriptExtractor

EXTRACTOR = ScriptExtractor(EndpointExtractor())
EXTRACTOR.run_steps = 0  # only what the rules find
API = "https://a.x.test/api"
SERVICE = (
    "var S=function(){function e(t){this.http=t,this.url='https://a.x.test/api'}"
    "return e.prototype.get=function(p){return this.http.get(this.url+'/'+p)},"
    "e.prototype.post=function(p,d){return this.http.post(this.url+'/'+p,d)},e}();"
)


def values(script: str) -> set[str]:
    EXTRACTOR.start()
    EXTRACTOR.run_steps = 0
    found = EXTRACTOR.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script.encode()),)))
    return {one.endpoint.value for one in found if isinstance(one, Sighting)}


@each(
    ("script", "found"),
    [
        # A variable that a function sets, and not one of its own.
        (f"var base;function g(){{base='{API}'}}function f(){{$.get(base+'/v')}}", {f"{API}/v"}),
        (f"var base;function g(){{var n=1,base='{API}'}}function f(){{$.get(base+'/v')}}", set()),
        (f"var base;function g(base){{base='{API}'}}function f(){{$.get(base+'/v')}}", set()),
        # A member that is empty at first.
        (f"var F={{root:'',f:function(){{$.get(F.root+'/v')}}}};F.root='{API}'", {f"{API}/v"}),
        (f"var F={{root:null,g:function(){{F.root='{API}'}},f:function(){{$.get(F.root+'/v')}}}}", {f"{API}/v"}),
        (f"var F={{root:'/b',f:function(){{$.get(F.root+'/v')}}}};F.root='{API}'", set()),
        # A member of the result of a call.
        (
            f"var A={{s:function(){{return {{url:'{API}'}}}}}};var url=A.s().url+'/v/';$.ajax({{url:url+i}})",
            {f"{API}/v"},
        ),
        # A request of which both parts are parameters.
        (
            f"function call(b,p){{x.open('POST',b+p,true)}}var h='{API}/';call(h,'v?a=');call(h,'w?')",
            {f"{API}/v", f"{API}/w"},
        ),
    ],
)
def test_a_value_that_is_given_later(script: str, found: set[str]) -> None:
    assert values(script) == found


def test_a_resource_of_angularjs_is_requested() -> None:
    script = (
        f"angular.module('a').constant('API_URL','{API}')"
        ".factory('U',function($resource,API_URL){return $resource(API_URL+'/v/:id')})"
    )
    assert values(script) == {f"{API}/v"}


@each(
    ("call", "found"),
    [
        ("this.api.get('user/1')", {f"{API}/user/1"}),
        ("this.userService.post('login',d)", {f"{API}/login"}),
        # Objects with other names, and texts that are no path.
        ("this.storage.get('token')", set()),
        ("this.http.get('assets/a.json')", set()),
        ("this.api.get(key)", set()),
    ],
)
def test_a_method_of_a_service_gets_a_path(call: str, found: set[str]) -> None:
    script = (
        SERVICE + "var P=function(){function e(s){this.api=s}return e.prototype.load=function(){" + call + "},e}();"
    )
    assert values(script) - {API} == found
