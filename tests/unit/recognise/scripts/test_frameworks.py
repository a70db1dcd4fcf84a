"""Addresses that scripts put together through webpack's arrays of modules and through frameworks."""

import pytest

from tests.each import each
from tests.unit.recognise.scripts.test_resolve import values
from tieback.recognise.scripts.evaluate import Evaluator
from tieback.recognise.scripts.module_arrays import ModuleArrays
from tieback.recognise.scripts.reader import Budget

BOOT = "!function(e){function n(r){return e[r].call({},{},{},n)}n(0)}("


def bundle(*modules: str) -> str:
    return f"{BOOT}[{','.join(modules)}]);"


def test_a_module_is_the_element_of_its_own_array_with_the_index() -> None:
    first = bundle(
        'function(e,t,n){fetch(n(1).host+"/one")}', 'function(e,t){t.host="https://a.acme.test"}', "function(e,t,n){}"
    )
    second = bundle('function(e,t,n){fetch(n(1).host+"/two")}', 'function(e,t){t.host="https://b.acme.test"}')
    found = values(first + second)
    assert {"https://a.acme.test/one", "https://b.acme.test/two"} <= found
    assert not found & {"https://b.acme.test/one", "https://a.acme.test/two"}


@pytest.mark.parametrize(
    "chunk",
    [
        'webpackJsonp([0],[,,function(e,t){t.a="https://hole.acme.test"},,function(e,t,n){fetch(n(2).a+"/x")}]);',
        'webpackJsonp([0],Array(2).concat([function(e,t){t.a="https://hole.acme.test"},function(e,t,n){fetch(n(2).a+"/x")}]));',
        '(self.c=self.c||[]).push([[0],[,,(e,t)=>{t.a="https://hole.acme.test"},(e,t,n)=>{fetch(n(2).a+"/x")}]]);',
        (
            'f([\n/* 0 */,\n/* 1 */,/* 2 */\n/***/ (function(e, t) {t.a="https://hole.acme.test"\n/***/ }),\n/* 3 */\n'
            '/***/ (function(e, t, n) {fetch(n(2).a+"/x")\n/***/ })\n]);'
        ),
    ],
)
def test_empty_elements_count(chunk: str) -> None:
    assert "https://hole.acme.test/x" in values(chunk)


def test_only_the_third_parameter_loads_modules() -> None:
    script = bundle('function(e,t,n){fetch(t(1).b+"/x")}', 'function(e,t){t.b="https://third.acme.test"}')
    run = Evaluator(script.encode(), Budget(10_000))
    arrays = ModuleArrays(run)
    place = script.index("t(1)")
    assert arrays.module(1, "t", place) is None
    assert arrays.module(1, "n", place) is not None
    assert arrays.module(2, "n", place) is None


def test_an_array_of_many_modules_is_read_once() -> None:
    modules = ["function(e,t,n){t.x=1}"] * 3_000
    script = bundle('function(e,t,n){fetch(n(2900).u+"/x")}', *modules)
    run = Evaluator(script.encode(), Budget(20_000))
    arrays = ModuleArrays(run)
    for index in range(1, 3_000, 7):
        assert arrays.module(index, "n", script.index("n(2900)")) is not None
    assert run.budget.left > 10_000


@pytest.mark.parametrize(
    "script",
    [
        '$.ajaxPrefilter(function(o){o.url="https://base.acme.test/v1"+o.url});$.get("/users");',
        'var B="https://base.acme.test";$.ajaxSetup({beforeSend:function(x,s){s.url=B+"/v1"+s.url}});$.getJSON("/users");',
        (
            'angular.module("a").config(["$httpProvider",function(e){e.interceptors.push(function(){return{request:function(e){'
            'return e.url="https://base.acme.test/v1"+e.url,e}}})}]).run(["$http",function(t){t.get("/users")}]);'
        ),
        (
            'class I{intercept(r,n){return n.handle(r.clone({url:"https://base.acme.test/v1"+r.url}))}}'
            'class S{l(){return this.http.get("/users")}}'
        ),
        'Vue.http.options.root="https://base.acme.test/v1";this.$http.get("users");',
    ],
)
def test_relative_addresses_are_below_the_address_that_the_script_puts_before_them(script: str) -> None:
    assert "https://base.acme.test/v1/users" in values(script)


@pytest.mark.parametrize(
    ("script", "wrong"),
    [
        ('$.ajaxPrefilter(function(o){o.url="https://base.acme.test"+o.url});$.get("list.html");', "list.html"),
        ('$.ajaxPrefilter(function(o){o.url="https://base.acme.test"+o.url});params.get("/users");', "users"),
        ('$.ajaxPrefilter(function(o){o.url="https://base.acme.test"+p.url});$.get("/users");', "users"),
        (
            (
                '$.ajaxPrefilter(function(o){if(a){o.url="https://base.acme.test"+o.url}else{o.url="https://b.acme.test"+o.url}});'
                '$.get("/users");'
            ),
            "users",
        ),
    ],
)
def test_other_addresses_are_not(script: str, wrong: str) -> None:
    assert not any(one.endswith(wrong) for one in values(script))


def test_resources_of_restangular_are_below_its_base() -> None:
    script = (
        'angular.module("a").config(function(RestangularProvider){RestangularProvider.setBaseUrl("https://r.acme.test/v1")})'
        '.run(["Restangular",function(e){e.all("cars").getList();Promise.all("boats")}]);'
    )
    found = values(script)
    assert "https://r.acme.test/v1/cars" in found
    assert not any(one.endswith("boats") for one in found)


def test_restangular_with_two_bases_is_not_decided() -> None:
    script = (
        'angular.module("a").factory("One",function(Restangular){return Restangular.withConfig(function(c){'
        'c.setBaseUrl("https://one.acme.test")})}).factory("Two",function(Restangular){return Restangular.withConfig('
        'function(c){c.setBaseUrl("https://two.acme.test")})}).run(function(Restangular){Restangular.all("cars")});'
    )
    assert not any(one.endswith("cars") for one in values(script))


def test_only_ext_makes_getters_of_a_configuration() -> None:
    script = 'x("A",{config:{apiHost:"https://g.acme.test"}});Ext.Ajax.request({url:A.getApiHost()+"/x"});'
    assert "https://g.acme.test/x" in values(script.replace("x(", "Ext.define(", 1))
    assert "https://g.acme.test/x" not in values(script)


def test_what_a_provider_gives_is_the_result_of_its_get() -> None:
    script = (
        'angular.module("a").provider("api",function(){this.$get=["$q",function(q){return{root:"https://p.acme.test"}}]})'
        '.run(["$http","api",function(h,a){h.get(a.root+"/x")}]);'
    )
    assert "https://p.acme.test/x" in values(script)


def test_a_parameter_that_loads_modules_does_not_hide_the_one_of_a_wrapper() -> None:
    script = bundle(
        'function(e,t,n){n(1).load("/users")}',
        "function(e,t,n){t.load=function(e){return fetch(n(2).ROOT+e)}}",
        'function(e,t){t.ROOT="https://w.acme.test"}',
    )
    assert "https://w.acme.test/users" in values(script)


def test_a_service_requests_what_its_callers_give_in_the_options_of_a_call() -> None:
    root = "angular.module('a').value('ROOT','http://a.x.test/')"
    service = (
        "angular.module('a').factory('req',function($http,ROOT){return{send:function(url,form){"
        "return $http({method:'POST',url:ROOT+url})}}})"
    )
    caller = "angular.module('a').controller('C',function(req){var p='news';this.f=function(){req.send(p+'/list')}})"
    assert values(f"{root};{service};{caller}") == {"http://a.x.test/news/list"}
    shown = caller.replace("req.send(", "show(")
    assert values(f"{root};{service};{shown}") == set()


def metro(*modules: tuple[str, str]) -> str:
    parts = (
        f"__d(function(g,r,i,a,m,e,d){{{code}}},{number},[{loads}]);" for number, (code, loads) in enumerate(modules)
    )
    return "".join(parts)


@each(
    ("first", "second", "wanted"),
    [
        (
            "r(d[0]).get('/list')",
            "m.exports=r(d[0]).create({baseURL:'http://a.x.test/v1'})",
            {"http://a.x.test/v1/list"},
        ),
        ("r(d[0]).build('/list')", "m.exports=r(d[0]).create({baseURL:'http://a.x.test/v1'})", set()),
        ("r(d[0]).get('/list')", "m.exports={baseURL:'http://a.x.test/v1'}", set()),
        (
            "var C=r(d[0]);new C('v2').load('a','b')",
            "class C{load(...p){return fetch(['http://a.x.test',...p].join('/'))}}m.exports=C",
            {"http://a.x.test/a/b"},
        ),
        (
            "var C=r(d[0]);new C('v2').get('a','b')",
            "class C{at(...p){return['http://a.x.test',...p].join('/')}get(...p){fetch(this.at(...p))}}m.exports=C",
            {"http://a.x.test/a/b"},
        ),
    ],
)
def test_a_module_that_is_a_client_or_a_class(first: str, second: str, wanted: set[str]) -> None:
    bundle = metro((first, "1"), (second, "2"), ("", ""))
    for script in (bundle, bundle.replace("__d(function", "__d((function").replace("},", "}),")):
        assert {one for one in values(script) if one.count("/") > 3 or not wanted} == wanted


@each(
    ("first", "second", "wanted"),
    [
        # What a module exports as a whole is called by the names that other modules give it, or where it is loaded.
        (
            "var f=r(d[0]);f('/list')",
            "m.exports=function(p){return fetch('http://a.x.test'+p)}",
            "http://a.x.test/list",
        ),
        ("r(d[0])('/list')", "m.exports=function(p){return fetch('http://a.x.test'+p)}", "http://a.x.test/list"),
        (
            "var f=r(d[0]);new f('v2').load()",
            "class C{constructor(p){this.p=p}load(){return fetch('http://a.x.test/'+this.p)}}m.exports=C",
            "http://a.x.test/v2",
        ),
        (
            "var f=r(d[0]);f('https://a.x.test:81/chat',{path:'/live'})",
            "m.exports=function(t,o){var u=new URL(t);fetch(u.protocol+'//'+u.host+o.path)}",
            "https://a.x.test:81/live",
        ),
        # A function of another module, a name in another function, and a member of what is exported.
        ("var f=r(d[1]);f('/list')", "m.exports=function(p){return fetch('http://a.x.test'+p)}", ""),
        ("var f=r(d[0]);(function(f){f('/list')})", "m.exports=function(p){return fetch('http://a.x.test'+p)}", ""),
        ("var f=r(d[0]);f.of('/list')", "m.exports=function(p){return fetch('http://a.x.test'+p)}", ""),
    ],
)
def test_what_a_module_exports_as_a_whole(first: str, second: str, wanted: str) -> None:
    found = values(metro((first, "1,2"), (second, "2"), ("", "")))
    assert {one for one in found if one.count("/") > 2} == ({wanted} if wanted else set())


@each(
    ("part", "wanted"),
    [
        ("protocol", "https:"), ("host", "a.x.test:81"), ("hostname", "a.x.test"), ("port", "81"),
        ("origin", "https://a.x.test:81"), ("pathname", "/b"),
    ],
)  # fmt: skip
def test_the_parts_of_a_parsed_address(part: str, wanted: str) -> None:
    script = f"var u=new URL('https://a.x.test:81/b?c');fetch('https://o.x.test/'+u.{part}+'/end')"
    assert f"https://o.x.test/{wanted}/end" in values(script)
