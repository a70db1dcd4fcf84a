"""Classes, and functions that are classes, in; the addresses that they make of what their objects are made with out."""

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.scripts.extract import ScriptExtractor

EXTRACTOR = ScriptExtractor(EndpointExtractor())
EXTRACTOR.run_steps = 0  # only what the rules find


def values(script: str) -> set[str]:
    found = EXTRACTOR.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script.encode()),)))
    return {find.endpoint.value for find in found if isinstance(find, Sighting)}


_CONFIG = "class C{constructor(p){this._url='http://a.x.test:8080',this.p=p}get apiUrl(){return this._url}}"
_SOCKET = (
    "function S(o){this.host=o.host;this.port=o.port||443}"
    "S.prototype.url=function(){return 'wss://'+this.host+':'+this.port+'/live'};"
    "S.prototype.open=function(){this.ws=new WebSocket(this.url())};"
)


@each(
    ("script", "wanted"),
    [
        # A getter, of the class itself and of an object that a constructor gets.
        (_CONFIG + "var c=new C(1);fetch(c.apiUrl+'/news')", "http://a.x.test:8080/news"),
        (
            _CONFIG
            + "class N{constructor(c){this.c=c}load(){return fetch(this.c.apiUrl+'/news')}}new N(new C(1)).load()",
            "http://a.x.test:8080/news",
        ),
        (
            (
                "class C{get host(){return 'a.x.test'}get port(){return 81}get base(){return `http://${this.host}:${this.port}/r`}}"
                "var c=new C;fetch(c.base+'/me')"
            ),
            "http://a.x.test:81/r/me",
        ),
        # What a function that is a class gets, also of another module.
        (_SOCKET + "new S({host:'a.x.test',port:8443}).open()", "wss://a.x.test:8443/live"),
        (
            (
                f"__d(function(g,r,i,a,m,exports,d){{var F=(function(){{{_SOCKET}return S}})();exports.F=F}},4,[]);"
                "__d(function(g,r,i,a,m,e,d){var f=new(r(d[0]).F)({host:'a.x.test',port:8443});f.open()},0,[4]);"
            ),
            "wss://a.x.test:8443/live",
        ),
        (
            (
                "function H(h,p){this.h=h;this.p=p}H.prototype.get=function(u){return fetch('http://'+this.h+':'+this.p+u)};"
                "var h=new H('a.x.test',81);h.get('/z')"
            ),
            "http://a.x.test:81/z",
        ),
        # A class without a name, which is used once.
        (
            (
                "new class{constructor(h,p){this.host=h,this.port=p}open(){new WebSocket('wss://'+this.host+':'+this.port+'/l')}}"
                "('a.x.test',9443).open()"
            ),
            "wss://a.x.test:9443/l",
        ),
        # A class below another one.
        (
            (
                "class B{constructor(u){this.url=u}get(p){return fetch(this.url+p)}}"
                "class U extends B{constructor(){super('https://a.x.test/v')}me(){return this.get('/me')}}new U().me()"
            ),
            "https://a.x.test/v/me",
        ),
        (
            "class A{#base='https://a.x.test/v';me(){return fetch(this.#base+'/me')}}new A().me()",
            "https://a.x.test/v/me",
        ),
        # An argument that is passed on.
        (
            (
                "const R='https://a.x.test/v';"
                "function s(m,p){return new Promise(k=>{const x=new XMLHttpRequest;x.open(m,R+p,!0)})}"
                "const api={get:p=>s('GET',p)};api.get('/t')"
            ),
            "https://a.x.test/v/t",
        ),
    ],
)
def test_an_address_is_made_of_what_an_object_is_made_with(script: str, wanted: str) -> None:
    assert wanted in values(script)


@each(
    ("script", "unwanted"),
    [
        # A method that is no getter is no text.
        ("class C{apiUrl(){return 'https://a.x.test'}}var c=new C;fetch(c.apiUrl+'/news')", "https://a.x.test/news"),
        # The same method of another class.
        (
            (
                "function H(h){this.h=h}H.prototype.get=function(u){return fetch('http://'+this.h+u)};"
                "function O(){}O.prototype.get=function(u){return u};new H('a.x.test');var o=new O;o.get('/z')"
            ),
            "http://a.x.test/z",
        ),
        # A class that extends another one with a method of this name.
        (
            (
                "class B{constructor(u){this.url=u}get(p){return fetch(this.url+p)}}class D{get(p){return p}}"
                "class U extends D{me(){return this.get('/me')}}new B('https://a.x.test/v')"
            ),
            "https://a.x.test/v/me",
        ),
    ],
)
def test_other_classes_do_not_count(script: str, unwanted: str) -> None:
    assert unwanted not in values(script)


def codes(text: str, key: int) -> str:
    return ",".join(str(ord(one) ^ key) for one in text)


@each(
    "decoder",
    [
        "function s(a,k){var o='';for(var i=0;i<a.length;i++){o+=String.fromCharCode(a[i]^k);}return o}",
        "function s(a,k){for(var o='',i=0;i<a.length;i++)o+=String.fromCharCode(a[i]^k);return o}",
        "const s=(a,k)=>{let o='';for(const c of a)o+=String.fromCharCode(c^k);return o};",
        "function s(a,k){for(var o='',i=0,n=a.length;i<n;++i)o+=String.fromCharCode(a[i]^k);return o}",
        "function s(a,k){const z=k;let o='';for(let i=0;i<a.length;i+=1)o+=String.fromCharCode(a[i]^z);return o}",
    ],
)
def test_a_loop_that_decodes_a_text_is_read_round_by_round(decoder: str) -> None:
    assert values(f"var d=[{codes('https://a.x.test/p', 29)}];{decoder}fetch(s(d,29))") == {"https://a.x.test/p"}


@each(
    "decoder",
    [
        "function s(a,k){var o='';for(var i=0;i<a.length;i++){o+=String.fromCharCode(a[i]^k);k=k+1}return o}",
        "function s(a,k){var o='';for(var i=0;i<a.length;i++){o+=String.fromCharCode(a[i]^k)}return o+k}",
        "function s(a,k){var o='';for(var i=0;i<a.length;i++){o+=String.fromCharCode(b[i]^k)}return o}",
        "function s(a,k){var o='';for(var i=0;i<9999999;i++){o+=String.fromCharCode(a[i]^k)}return o}",
    ],
)
def test_a_loop_that_does_more_is_left_alone(decoder: str) -> None:
    assert values(f"var d=[{codes('https://a.x.test/p', 29)}];{decoder}fetch(s(d,29))") == set()


@each(
    ("script", "wanted"),
    [
        ("fetch(['https://','a.x.test','/r'].reduce((a,b)=>a+b,''))", {"https://a.x.test/r"}),
        ("fetch(`https://${['a','x','test'].reduce((a,b)=>a+'.'+b)}/r`)", {"https://a.x.test/r"}),
        ("fetch(['https://','a.x.test','/r'].reduce((a,b)=>g(a,b)))", set()),
        ("var a=h=>p=>fetch('https://'+h+p),g=a('a.x.test');g('/r')", {"https://a.x.test/r"}),
        (
            "var p='plate-42';init({projectId:p,storageBucket:`${p}.appspot.com`})",
            {"firebase-storage:plate-42.appspot.com"},
        ),
        (
            "var p='plate-42';init({storageBucket:p+'.firebasestorage.app'})",
            {"firebase-storage:plate-42.firebasestorage.app"},
        ),
        ("var p='plate-42';init({bucket:`${p}.appspot.com`})", set()),
        ("init({storageBucket:p+'.appspot.com'})", set()),
        # An object that gets its members after its literal, and another name.
        (
            "var e={};e.url='https://a.x.test';var o={};o.server=e;var c=o;fetch(c.server.url+'/o')",
            {"https://a.x.test/o"},
        ),
    ],
)
def test_parts_in_arrays_and_settings_are_joined(script: str, wanted: set[str]) -> None:
    assert values(script) - {"https://a.x.test"} == wanted


_AXIOS = "var c=axios.create();"


@each(
    ("script", "wanted"),
    [
        (_AXIOS + "c.interceptors.request.use(function(r){r.baseURL='https://a.x.test/m';return r});c.get('/p')", "https://a.x.test/m/p"),
        (_AXIOS + "var B='https://a.x.test/m';c.interceptors.request.use(r=>(r.url=B+r.url,r));c.post('/p',1)", "https://a.x.test/m/p"),
        (
            "var s={baseURL:'https://a.x.test/m',timeout:5},c=axios.create(s);function list(){return c.get('/p')}",
            "https://a.x.test/m/p",
        ),
        (
            ("var a=createApi({reducerPath:'api',baseQuery:fetchBaseQuery({baseUrl:'https://a.x.test/m/'}),"
            "endpoints:b=>({posts:b.query({query:()=>'p'})})})"),
            "https://a.x.test/m/p",
        ),
        (
            ("var q=t({baseUrl:'https://a.x.test/m'}),a=n({baseQuery:q,endpoints:b=>({add:b.mutation({query:e=>({url:`/p/${e}`,"
            "method:'POST'})})})})"),
            "https://a.x.test/m/p",
        ),
        (
            "var B='https://a.x.test/m',q=m=>(p,d)=>fetch(B+p,{method:m}),api={get:q('GET'),post:q('POST')};api.get('/p')",
            "https://a.x.test/m/p",
        ),
        (
            (
                "var B='https://a.x.test/m';function q(m){return function(p){return fetch(B+p)}}"
                "var api={get:q('GET')};api.get('/p')"
            ),
            "https://a.x.test/m/p",
        ),
        (("fetch(h('68747470733a2f2f612e782e746573742f6d2f70'));function h(s){let o='';"
         "for(let i=0;i<s.length;i+=2)o+=String.fromCharCode(parseInt(s.substr(i,2),16));return o}"), "https://a.x.test/m/p"),
    ],
)  # fmt: skip
def test_a_path_is_below_the_base_of_its_client(script: str, wanted: str) -> None:
    assert wanted in values(script)


@each(
    ("script", "unwanted"),
    [
        # Another client.
        (_AXIOS + "c.interceptors.request.use(r=>{r.baseURL='https://a.x.test/m';return r});var o=new Map;o.get('/p')", "https://a.x.test/m/p"),
        # An interceptor that chooses between two.
        (
            _AXIOS
            + "c.interceptors.request.use(r=>{r.baseURL=r.v?'https://a.x.test/m':'https://b.x.test';return r});"
            "c.get('/p')",
            "https://a.x.test/m/p",
        ),
        # Two bases, and no telling which endpoint has which.
        (
            ("x({baseQuery:f({baseUrl:'https://a.x.test/m'})});y({baseQuery:f({baseUrl:'https://b.x.test'}),"
            "endpoints:b=>({l:b.query({query:()=>'p'})})})"),
            "https://a.x.test/m/p",
        ),
        # The other functions of the object.
        (
            "var B='https://a.x.test/m',q=m=>p=>fetch(B+p),r=m=>p=>p,api={get:q('GET'),read:r('x')};api.read('/p')",
            "https://a.x.test/m/p",
        ),
    ],
)  # fmt: skip
def test_a_path_is_not_below_the_base_of_another_client(script: str, unwanted: str) -> None:
    assert unwanted not in values(script)


@each(
    ("script", "wanted"),
    [
        (
            ("class B{get host(){throw 1}get(p){return fetch('https://'+this.host+p)}}"
            "class P extends B{get host(){return 'a.x.test'}}new P().get('/p')"),
            "https://a.x.test/p",
        ),
        (
            ("class S{constructor(o){Object.assign(this,{path:'/p'},o)}open(){new WebSocket('wss://'+this.host+this.path)}}"
            "new S({host:'a.x.test'}).open()"),
            "wss://a.x.test/p",
        ),
        (
            ("function H(h,p){var self=this;self.h=h;self.p=p;self.get=function(u){return fetch('http://'+self.h+':'+self.p+u)}}"
            "var h=new H('a.x.test',81);h.get('/p')"),
            "http://a.x.test:81/p",
        ),
        ("class C{constructor({host:host='a.x.test'}={}){this.b='https://'+host}go(){fetch(this.b+'/p')}}", "https://a.x.test/p"),
        (
            ("angular.module('a').config(function($httpProvider){$httpProvider.interceptors.push(function(){"
            "return{request:function(c){c.url='https://a.x.test/v'+c.url;return c}}})});"
            "angular.module('a').factory('S',function($http){return{l:function(){return $http({url:'/p'})}}})"),
            "https://a.x.test/v/p",
        ),
        (
            ("angular.module('a').constant('API','https://a.x.test/v').config(function(RestangularProvider,API){"
            "RestangularProvider.setBaseUrl(API)});angular.module('b').config(function(RestangularProvider,API){"
            "RestangularProvider.setBaseUrl(API)});angular.module('a').service('U',function(Restangular){"
            "this.l=function(){return Restangular.all('users').getList()}})"),
            "https://a.x.test/v/users",
        ),
    ],
)  # fmt: skip
def test_members_of_other_places_are_found(script: str, wanted: str) -> None:
    assert wanted in values(script)


@each(
    ("script", "unwanted"),
    [
        (
            ("class B{get(p){return fetch('https://'+this.host+p)}}"
            "class P{get host(){return 'a.x.test'}}new B().get('/p')"),
            "https://a.x.test/p",
        ),
        (
            "class S{constructor(o){Object.assign(o,{host:'a.x.test'})}open(){new WebSocket('wss://'+this.host+'/p')}}",
            "wss://a.x.test/p",
        ),
        (
            ("angular.module('a').config(function(RestangularProvider){RestangularProvider.setBaseUrl('https://a.x.test')});"
            "angular.module('b').config(function(RestangularProvider){RestangularProvider.setBaseUrl('https://b.x.test')});"
            "angular.module('a').service('U',function(Restangular){this.l=()=>Restangular.all('users').getList()})"),
            "https://a.x.test/users",
        ),
    ],
)  # fmt: skip
def test_members_of_unrelated_classes_are_not_found(script: str, unwanted: str) -> None:
    assert unwanted not in values(script)


def test_a_parameter_that_gets_another_value_has_that_one() -> None:
    script = "function f(t){if(t.length==1){t='v1'}return t}var t=f(g.value);fetch('https://a.x.test/'+t+'/p')"
    assert values(script) == {"https://a.x.test/v1/p"}


KEYED = 'm={Sock:class{constructor({host:t}){this.h=t}go(){return fetch("https://"+this.h+"/x")}}}'


@each(
    "made",
    (
        'const{Sock:c}=r(0);new c({host:"a.test"})',
        'const{Sock}=r(0);new Sock({host:"a.test"})',
        'new m.Sock({host:"a.test"})',
    ),
    ids=("another name", "same name", "member"),
)
def test_a_class_that_is_a_member_is_called_by_its_names(made: str) -> None:
    assert values(f"{KEYED};{made}") == {"https://a.test/x"}


def test_another_class_of_a_pattern_is_not_the_member() -> None:
    assert values(f'{KEYED};const{{Other:c}}=r(0);new c({{host:"a.test"}})') == set()


def test_a_class_below_replaces_an_empty_or_root_member() -> None:
    above = 'class R{static o=null;static p="/";static at(){return new URL(this.p,this.o)}}'
    below = 'class C extends R{static o="http://a.test:81";static p="/rpc/list"}'
    assert "http://a.test:81/rpc/list" in values(f"{above}{below}C.at()")


def test_a_class_below_does_not_replace_a_known_member() -> None:
    above = 'class R{h="a.test";at(){return fetch(`https://${this.h}/x`)}}'
    assert values(f'{above}class C extends R{{h="b.test"}}') == {"https://a.test/x"}
