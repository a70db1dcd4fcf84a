"""Scripts with stores of state, private fields and interceptors in, endpoints out."""

from tests.each import each
from tests.unit.recognise.scripts.test_resolve import values

GETTER = (
    'var s=d("a",{state:()=>({h:"a.x.test"}),getters:{base:e=>`https://${e.h}/v1`},'
    'actions:{f(){return fetch(this.base+"/list")}}});'
)
OTHER_STORE = (
    'var s=d("c",{state:()=>({h:"a.x.test"}),getters:{base(){return"https://"+this.h}}});'
    'd("l",{actions:{f(){var e=s();return fetch(e.base+"/v1/list")}}});'
)
VUEX = (
    'var s=c({state:{h:"a.x.test"},getters:{api:e=>`https://${e.h}/v1`},'
    'actions:{async f({getters:t}){let r=await fetch(t.api+"/list")}}});'
)
ZUSTAND = 'var l=u((s,t)=>({api:"https://a.x.test/v1",f:()=>fetch(t().api+"/list")}));'
SETUP = (
    "class X{constructor(e){this._v=e}}function ic(e){let n;return n=e,new X(n)}function rf(e){return is(e)?e:new X(e)}"
    'var s=d("a",()=>{let e=rf("a.x.test"),t=ic(()=>`https://${e.value}/v1`);'
    'function n(){return fetch(t.value+"/list")}'
    "return{n}});"
)
PRIVATE = (
    'var t=class s{#t="a.x.test";static#s="/v1";get#e(){return"https://"+this.#t+s.#s}'
    'z(){return fetch(this.#e+"/list")}};new t().z();'
)
DECLARED = (
    'var H="https://a.x.test";async function*p(u){yield await fetch(`${H}${u}`)}'
    '(async()=>{for await(let t of p("/v1/list"))show(t)})();'
)
INTERCEPTED = 'var g=m.create();g.interceptors.request.use(e=>({...e,baseURL:"https://a.x.test/v1"})),g.get("/list");'


@each(
    ("script", "part", "other"),
    [
        (GETTER, "this.base", "this.bases"),
        (GETTER, "state:", "start:"),
        (OTHER_STORE, "e.base", "e.bases"),
        (OTHER_STORE, "getters", "methods"),
        (VUEX, "t.api", "t.url"),
        (ZUSTAND, "t().api", "v().api"),
        (ZUSTAND, "t().api", "t().url"),
        (SETUP, "t.value", "t.other"),
        (PRIVATE, "s.#s", "s.#r"),
        (PRIVATE, "get#e", "set#e"),
        (DECLARED, "of p(", "of q("),
        (INTERCEPTED, "baseURL", "timeout"),
        (INTERCEPTED, "g.get", "h.get"),
    ],
)
def test_values_of_stores_and_classes(script: str, part: str, other: str) -> None:
    assert "https://a.x.test/v1/list" in values(script)
    assert part in script
    assert "https://a.x.test/v1/list" not in values(script.replace(part, other))


def test_a_function_that_is_called_where_it_stands_gets_the_argument() -> None:
    assert values('!function(u){fetch("https://a.x.test"+u)}("/v1")') == {"https://a.x.test/v1"}
    assert values('(function f(u){fetch("https://a.x.test"+u)})("/v1")') == {"https://a.x.test/v1"}
    assert "https://a.x.test/v1" not in values(';function f(u){fetch("https://a.x.test"+u)}("/v1")')


NULLISH = 'var o=w.opts||{};o.host??="a.x.test";o.scheme||="https";fetch(o.scheme+"://"+o.host+"/v1/list");'
PREFERENCES = (
    'var P=C("Preferences");async function i(){await P.set({key:"server",value:"a.x.test"})}'
    'async function p(){let r=await P.get({key:"server"});return fetch("https://"+r.value+"/v1/list")}'
)
KY = 'var n=Y.create({prefix:"https://a.x.test/v1",hooks:{}}),s=t=>n.get("list",{searchParams:{q:t}}).json();s("a");'
SHORT = 'var V={h:"https://a.x.test"},I=t({url:V.h+"/v1/list",exchanges:[e]});'
SUBCLASS = (
    "e.Base=(function(){return(0,u.default)(function t(){n(this,t)},[{key:'get',value:function(t){"
    "return fetch(`https://a.x.test/v1${t}`)}}])})();var O=(function(t){function n(){var t;return t=a(this,n),"
    "t.prefix='/list',t}return(0,s.default)(n,t),(0,f.default)(n,[{key:'list',value:function(){"
    "return this.get(this.prefix)}}])})(r(d[7]).Base)"
)


@each(
    ("script", "part", "other"),
    [
        (NULLISH, 'host??="', 'host=="'),
        (NULLISH, 'scheme||="', 'schema||="'),
        (PREFERENCES, "P.get", "P.load"),
        (PREFERENCES, 'get({key:"server"', 'get({key:"token"'),
        (PREFERENCES, '"Preferences"', '"Cache"'),
        (KY, "prefix:", "before:"),
        (KY, "n.get", "m.get"),
        (SHORT, "V.h", "V.k"),
        (SUBCLASS, ").Base)", ").Other)"),
        (SUBCLASS, "this.prefix", "this.suffix"),
    ],
)
def test_members_that_are_set_or_kept_elsewhere(script: str, part: str, other: str) -> None:
    assert "https://a.x.test/v1/list" in values(script)
    assert part in script
    assert "https://a.x.test/v1/list" not in values(script.replace(part, other))
