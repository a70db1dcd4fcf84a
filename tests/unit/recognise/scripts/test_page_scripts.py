"""Scripts of one page in, endpoints out: an address of one script, and a call of another one with a name of it."""

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import ArtifactBatch
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.page_scripts import PageScripts
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles(), dataflow=False)
WHOLE = "https://a.x.test/api/user"
FACTORY = (
    "angular.module('a').factory('conf',function(){var u='https://a.x.test/api';return{get:function(){return u}}})"
)
SETTINGS = '{"MAIN_URL": "https://a.x.test/api/"}'
LOADED = "app.run(function($rootScope,s){s.load().then(function(r){$rootScope.MAINURL=r.data.MAIN_URL})})"


def values(files: dict[str, str], folder: str = "assets/www/js/") -> set[str]:
    names = tuple(folder + name for name in files)
    batch = ArtifactBatch(names, tuple(text.encode() for text in files.values()), read_small_file)
    found = (one for one in SEARCH.finds([batch]) if isinstance(one, Sighting))
    return {one.endpoint.value for one in found if one.evidence.file.endswith("call.js")}


@each(
    ("other", "call"),
    [
        ({"conf.js": "var BASE = 'https://a.x.test/api';"}, "function f(){$.get(BASE + '/user')}"),
        ({"conf.js": "var BASE = 'https://a.x.test/api';"}, "function f(){$.ajax({type:'GET',url:BASE+'/user'})}"),
        ({"conf.js": "var BASE = 'https://a.x.test/api';"}, "const f=()=>fetch(`${BASE}/user`)"),
        ({"conf.js": "var CONF = {apiUrl:'https://a.x.test/api'};"}, "$.post(CONF.apiUrl + '/user', d)"),
        (
            {"conf.js": FACTORY},
            "app.factory('U',function($http,conf){var b=conf.get();return{f(){$http.get(b+'/user')}}})",
        ),
        ({"conf.js": FACTORY}, "app.factory('U',function($http,conf){var q=conf.get()+'/user';$.ajax({url:q})})"),
        (
            {"conf.js": "angular.module('a').constant('API',{url:'https://a.x.test/api'})"},
            "app.service('U',function($http,API){this.f=function(){return $http.get(API.url+'/user')}})",
        ),
        (
            {"main.properties": SETTINGS, "app.js": LOADED},
            "app.service('U',function($http,$rootScope){this.f=function(){$http.post($rootScope.MAINURL+'user')}})",
        ),
    ],
)
def test_a_call_with_a_name_of_another_script(other: dict[str, str], call: str) -> None:
    assert values({"call.js": call, **other}) == {WHOLE}
    assert values({"call.js": call}) == set()


def test_an_address_in_a_comment_is_not_that_of_the_name() -> None:
    conf = {"conf.js": "var BASE = 'https://a.x.test/api';"}
    call = "function f(){\n  %s var BASE = 'https://old.x.test';\n  $.get(BASE + '/user')}"
    assert values({"call.js": call % "//", **conf}) == {WHOLE}
    assert values({"call.js": call % "", **conf}) == {"https://old.x.test", "https://old.x.test/user"}


SERVICE = (
    "angular.module('a').factory('req',function($http,ROOT){return{send:function(url,form){\n"
    "return $http({method:'POST',url:ROOT+url+'?as=json'})}}})"
)
ROOT = "angular.module('a').value('ROOT','https://a.x.test/')"
CALLER = "angular.module('a').controller('C',function(req){var part='api';this.f=function(){req.send(part+'/user')}})"


def test_a_method_that_further_scripts_call_with_the_path() -> None:
    files = {"values.js": ROOT, "call.js": SERVICE, "controllers/c.js": CALLER}
    assert "https://a.x.test/api/user" in {one.partition("?")[0] for one in values(files)}
    for name in ("values.js", "controllers/c.js"):
        rest = {file: text for file, text in files.items() if file != name}
        assert not any("user" in one for one in values(rest))
    other = CALLER.replace("req.send", "bus.emitTo")
    assert not any("user" in one for one in values({**files, "controllers/c.js": other}))


@each(
    ("other", "call"),
    [
        # Another name, a name of its own, a variable of a function, and files that no page can load.
        ("var OTHER='https://a.x.test/api'", "function f(){$.get(BASE+'/user')}"),
        ("var BASE='https://a.x.test/api'", "function f(BASE){$.get(BASE+'/user')}"),
        ("function g(){var BASE='https://a.x.test/api'}", "function f(){$.get(BASE+'/user')}"),
    ],
)
def test_other_names_are_left_alone(other: str, call: str) -> None:
    assert values({"conf.js": other, "call.js": call}) == set()


def test_only_scripts_of_pages_are_read_together() -> None:
    files = {"conf.js": "var BASE='https://a.x.test/api'", "call.js": "function f(){$.get(BASE+'/user')}"}
    assert values(files, "assets/templates/") == set()
    assert values(files, "assets/www/plugins/x/www/") == set()


def test_a_script_that_needs_no_other_one_is_not_read_again() -> None:
    scripts = PageScripts()
    scripts.add("assets/www/a.js", b"var u='https://a.x.test/';$.get(u+'x')")
    scripts.add("assets/www/b.js", b"var v='https://b.x.test/';$.get(v+'x')")
    assert scripts.whole() is None


def test_places_are_those_of_the_files() -> None:
    scripts = PageScripts()
    call = b"function f(){$.get(BASE+'/user')}"
    scripts.add("assets/www/a.js", b"var BASE='https://a.x.test'")
    scripts.add("assets/www/b.js", call)
    whole = scripts.whole()
    assert whole is not None
    assert [whole.place(one.at) for one in whole.calls] == [("assets/www/b.js", call.index(b"BASE"))]


def test_a_long_script_takes_time_in_proportion() -> None:
    def read(data: bytes) -> None:
        scripts = PageScripts()
        scripts.add("assets/www/a.js", data)
        scripts.add("assets/www/b.js", b"var BASE='https://a.x.test';")
        scripts.whole()

    assert_linear(lambda size: b"$.get(BASE+" * size, read, 1_000)


ASYNC = (
    "async function f(){const c=await (await fetch('./conf/app.json')).json();"
    "return fetch('https://'+c.backend+':'+c.portNumber+'/v1')}"
)
REQUEST = "fetch('conf/app.json').then(r=>r.json()).then(function(c){return fetch('https://'+c.server.host+'/v1')})"


@each(
    ("settings", "call", "expected"),
    [
        ('{"server":{"host":"a.x.test"}}', REQUEST, {"https://a.x.test/v1"}),
        (
            '{"backend":"a.x.test","portNumber":8443}',
            ASYNC,
            {"https://a.x.test:8443/v1"},
        ),
        (
            '{"host":"a.x.test"}',
            "$.getJSON('conf/app.json',function(s){$.get(`https://${s.host}/v1`)})",
            {"https://a.x.test/v1"},
        ),
        # Another file, no host, a member that the file does not have, and one of the page.
        ('{"server":{"host":"a.x.test"}}', REQUEST.replace("app.json", "other.json"), set()),
        ('{"server":{"host":"main"}}', REQUEST, set()),
        ('{"server":{"name":"a.x.test"}}', REQUEST, set()),
        ('{"host":"a.x.test"}', "$.getJSON('conf/app.json',f);$.get('https://'+location.host+'/v1')", set()),
    ],
)
def test_settings_that_a_script_requests_as_a_file(settings: str, call: str, expected: set[str]) -> None:
    assert values({"call.js": call, "conf/app.json": settings}) == expected


def test_many_settings_take_time_in_proportion() -> None:
    def read(count: int) -> None:
        scripts = PageScripts()
        scripts.add("assets/www/a.js", b"fetch('https://'+conf.host+'/v1');" + b"var x='n';" * 2_000)
        for number in range(count):
            scripts.add(f"assets/www/{number}.json", b'{"host":"a.x.test"}')
        scripts.whole()

    assert_linear(lambda size: size, read, 400)


def test_a_host_that_another_script_keeps_in_a_shared_object() -> None:
    call = "const e=window.__env;fetch('https://'+e.apiHost+'/v1')"
    files = {"env.js": "(function(w){w.__env=w.__env||{};w.__env.apiHost='a.x.test'})(this)", "call.js": call}
    assert values(files) == {"https://a.x.test/v1"}
    assert values({**files, "env.js": files["env.js"].replace("apiHost", "apiRoot")}) == set()


def test_an_object_in_a_page_that_a_script_reads_by_its_identifier() -> None:
    page = '<html><script id="cfg" type="application/json">{"host":"a.x.test"}</script><script src="call.js"></script>'
    call = "var c=JSON.parse(document.getElementById('cfg').textContent);fetch('https://'+c.host+'/v1')"
    assert values({"index.html": page, "call.js": call}) == {"https://a.x.test/v1"}
    assert values({"index.html": page, "call.js": call.replace("'cfg'", "'other'")}) == set()
    assert values({"index.html": page.replace("application/json", "text/html"), "call.js": call}) == set()
