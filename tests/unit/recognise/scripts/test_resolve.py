"""Scripts in, endpoints out: constants, members, functions and modules that are put together."""

import csv
from collections.abc import Callable
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.evaluate import Evaluator
from tieback.recognise.scripts.extract import ScriptExtractor
from tieback.recognise.scripts.reader import Budget
from tieback.recognise.scripts.values import Plain, Text, as_text
from tieback.recognise.search import AppSearch

FLOW = Path(__file__).parents[4] / "bench" / "flow"
BUNDLES = FLOW / "scripts" / "bundles"
ROWS = [row for row in csv.DictReader((FLOW / "scripts.tsv").open(), delimiter="\t") if "/joined/" in row["file"]]
WANTED = (BUNDLES / "expected.txt").read_text().split()
MISSED = {
    "metro.js": {"https://cls.c5.test/v3/things", "https://j.c10.test/a/b"},
}
"""A call of a method of a class that is not known, and ``arguments``."""
JUDGE = EndpointExtractor()
EXTRACTOR = ScriptExtractor(JUDGE)
EXTRACTOR.run_steps = 0  # only what the rules find
SEARCH = AppSearch(RuleFiles(), dataflow=False)


def sightings(script: str | bytes, name: str = "a.js") -> list[Sighting]:
    data = script.encode() if isinstance(script, str) else script
    found = EXTRACTOR.extract(Artifact(name, (Buffer(name, BufferKind.TEXT, data),)))
    return [find for find in found if isinstance(find, Sighting)]


def values(script: str | bytes) -> set[str]:
    return {one.endpoint.value for one in sightings(script)}


def value(expression: str, before: str = "") -> list[str]:
    data = f"{before};{expression}".encode()
    cases = Evaluator(data, Budget(100_000)).value(len(before) + 1)
    return sorted(as_text(one).text for _, one in cases if isinstance(one, Text | Plain))


@each("row", ROWS, ids=[row["id"] for row in ROWS])
def test_all_endpoints_of_a_case_are_found_and_no_others(row: dict[str, str]) -> None:
    data = (FLOW / row["file"]).read_bytes()
    wanted = {row["expected"], *(row["more"] or "").split()} - {""}
    batch = ArtifactBatch(("assets/www/app.js", "assets/a.txt"), (data, b"nothing"), read_small_file)
    found = {find.endpoint.value for find in SEARCH.finds([batch]) if isinstance(find, Sighting)}
    assert wanted <= found
    # Besides these, only their beginnings and their hosts with a port, as they are in the script.
    assert [one for one in found if not any(f"{one}/" in f"{each}/" for each in wanted)] == []


@each("bundle", sorted(path.name for path in BUNDLES.glob("*.js")))
def test_the_endpoints_of_a_bundle_are_found(bundle: str) -> None:
    data = (BUNDLES / bundle).read_bytes()
    plain = JUDGE.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, data),)))
    found = values(data) | {one.endpoint.value for one in plain if isinstance(one, Sighting)}
    assert set(WANTED) - found == MISSED.get(bundle, set())
    assert [one for one in found if not any(wanted.startswith(one) for wanted in WANTED)] == []


def test_the_evidence_has_the_call_and_the_names() -> None:
    script = 'const cfg={host:"a.shop.test"};function f(){return fetch("https://"+cfg.host+"/v1")}'
    (found,) = sightings(script)
    assert found.endpoint.value == "https://a.shop.test/v1"
    assert (found.evidence.how, found.evidence.chain) == ("script-flow/fetch", ("cfg.host",))
    assert found.evidence.offset == script.index("https://")
    assert found.evidence.context == "https://a.shop.test/v1"


def test_scripts_of_pages_are_read() -> None:
    page = b"<html><p>it's</p><script>var h='a.shop.test';fetch('https://'+h+'/v1')</script></html>"
    assert [one.endpoint.value for one in sightings(page, "index.html")] == ["https://a.shop.test/v1"]


@each(
    ("name", "head", "expected"),
    [
        ("res/raw/start", b"<!DOCTYPE html>\n<head>", ["https://a.shop.test/v1"]),
        ("assets/start.txt", b"\n <HTML><head>", ["https://a.shop.test/v1"]),
        ("assets/start.txt", b"A page begins with <html>", []),
    ],
)
def test_a_page_is_known_by_its_beginning(name: str, head: bytes, expected: list[str]) -> None:
    page = head + b"<script>var h='a.shop.test';fetch('https://'+h+'/v1')</script></html>"
    assert [one.endpoint.value for one in sightings(page, name)] == expected


def test_a_comment_is_no_code() -> None:
    script = b'var h="a.shop.test";\n// fetch("https://"+h+"/v1")\nfetch("/x")'
    found = list(SEARCH.finds([Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script),))]))
    assert [one for one in found if isinstance(one, Sighting)] == []
    assert NotBackend("https://a.shop.test/v1", "only in a comment") in found


def test_the_beginning_of_an_address_is_no_endpoint() -> None:
    script = b'fetch("https://a.sho"+"p.test/v1/us"+"ers");fetch("https://@@.shop.test/x".replace("@@","b"))'
    found = list(SEARCH.finds([Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script),))]))
    assert {one.endpoint.value for one in found if isinstance(one, Sighting)} == {
        "https://a.shop.test/v1/users",
        "https://b.shop.test/x",
    }


@each(
    ("expression", "texts"),
    [
        ("'a'+1+2", ["a12"]),
        ("1+2+'a'", ["3a"]),
        ("`a${1+1}b${'c'}`", ["a2bc"]),
        ("`a${`b${'c'}`}`", ["abc"]),
        ("('a','b')", ["b"]),
        ("!0?'a':'b'", ["a"]),
        ("x?'a':'b'", ["a", "b"]),
        ("'p'==='p'?'a':'b'", ["a"]),
        ("x||'a.b'", ["a.b"]),
        ("''||'a'", ["a"]),
        ("'a'&&'b'", ["b"]),
        ("null??'a.b'", ["a.b"]),
        ("'AbC'.toLowerCase()", ["abc"]),
        ("'abc'.slice(1)+'abc'.slice(-1)+'abc'.substring(2,0)+'abc'.substr(1,1)", ["bccabb"]),
        ("'a/b'.split('/')[1]", ["b"]),
        ("'a-b-c'.split('-').join('.')", ["a.b.c"]),
        ("['a','b'].concat(['c']).reverse().join('')", ["cba"]),
        ("[...'ab'.split(''),'c'].join()", ["a,b,c"]),
        ("'x'.padStart(3,'0')+'ab'.repeat(2)", ["00xabab"]),
        ("'https://a.test/'.replace(/\\/$/,'')", ["https://a.test"]),
        ("'a.b.c'.replace(/\\./g,'-')", ["a-b-c"]),
        ("'a.b'.replace(/[.]+/,'-')", ["a-b"]),
        ("'a.b'.replace(/(.)+/,'-')", ["{}"]),
        ("String.fromCharCode(97,98)+'\\x63'", ["abc"]),
        ("Buffer.from('6162','hex').toString()", ["ab"]),
        ("atob('YWI=')+unescape('%63')+decodeURIComponent('%C3%A4')", ["abcä"]),
        ("encodeURIComponent('a/b')", ["a%2Fb"]),
        ("({a:'x',b:{c:'y'}}).b.c", ["y"]),
        ("({'a-b':'x'})['a-b']", ["x"]),
        ("({['a'+'b']:'x'}).ab", ["x"]),
        ("({get a(){return 'x'},b(){return 'y'}}).a", ["x"]),
        ("({a:'x',...{b:'y'}}).b", ["y"]),
        ("Object.freeze({a:'x'}).a", ["x"]),
        ('JSON.parse(\'[{"a":"x"}]\')[0].a', ["x"]),
        ("((a,b)=>a+b)('x','y')", ["xy"]),
        ("(function(a,b='z'){return a+b})('x')", ["xz"]),
        ("((...a)=>a.join('/'))('x','y')", ["x/y"]),
        ("(a=>{if(q)return 'x';return 'y'})()", ["x", "y"]),
        ("{a:'x',b:'y'}[q]", ["x", "y"]),
        ("new URL('../b','https://a.test/c/d/').href", ["https://a.test/c/b"]),
        ("new URL('/b',location.href)", ["{}"]),
        ("['b','a'].sort()[0]", []),
        ("await 'a'", ["a"]),
        ("'a'+f(g", ["a{}"]),
    ],
)
def test_an_expression_has_a_value(expression: str, texts: list[str]) -> None:
    assert value(expression) == texts


@each(
    "enum",
    [
        "var R;!function(e){@,#}(R||(R={}));",
        "var R;(function(e){@;#})(R||(R={}));",
        "var R;(function (e) { @; # })(R || (R = {}));",
        "var R;(e=>{@,#})(R||(R={}));",
        "var R=(e=>(@,#,e))(R||{});",
        "const R=/*#__PURE__*/function(e){return @,#,e}(R||{});",
        "const R=function(e){return @,#,e}({});",
    ],
)
@each("form", ["e.{}={}", 'e["{}"] = {}'])
def test_the_members_of_a_compiled_enum_are_known(enum: str, form: str) -> None:
    members = (form.format(key, f'"https://{host}.shop.test/{host}"') for key, host in (("A", "a"), ("B", "b")))
    other = '!function(e){e.A="https://x.shop.test/x"}(Q||(Q={}));'
    script = f"var Q;{other}{enum.replace('@', next(members)).replace('#', next(members))}"
    found = values(f'{script}fetch(R.A+"/1");fetch(R.B+"/2");fetch(R.C+"/3")')
    assert found == {"https://a.shop.test/a/1", "https://b.shop.test/b/2"}


@each(
    ("call", "found"),
    [
        ('new A().load("/cats")', {"https://a.shop.test/v1/cats"}),
        ('(new A).load("/cats")', {"https://a.shop.test/v1/cats"}),
        ('const a=new A();a.load("/cats")', {"https://a.shop.test/v1/cats"}),
        ('renew A().load("/cats")', set()),
        ('new A().other("/cats")', set()),
    ],
)
def test_a_method_is_called_on_a_new_object(call: str, found: set[str]) -> None:
    script = 'class A{constructor(){this.h="a.shop.test"}load(r){return fetch("https://"+this.h+"/v1"+r)}};'
    assert values(script + call) == found | {"https://a.shop.test"}


@each(
    "loop",
    [
        "h.forEach(e=>@)",
        "h.forEach((e,i)=>@)",
        "h.map(e=>{@})",
        "h.forEach(function(e){@})",
        "h.forEach(async function one(e){@})",
        "Promise.all(h.map(async e=>@))",
        "h?.forEach(e=>@)",
        "[...h].some(e=>@)",
        "h.filter(e=>e).forEach(e=>@)",
        "const o={h};o.h.every(e=>@)",
        "for(const e of h)@",
    ],
)
@each("head", ["", "h;"])
def test_a_loop_with_a_function_gives_each_element(loop: str, head: str) -> None:
    call = 'fetch("https://"+e+":8545/rpc")'
    script = f'{head}const h=["a.shop.test","b.shop.test"];{loop.replace("@", call)}'
    hosts = {"https://a.shop.test:8545/rpc", "https://b.shop.test:8545/rpc"}
    assert values(script) == hosts
    written = loop.replace("@", call).replace("h.forEach", '["a.shop.test","b.shop.test"].forEach')
    assert "h.forEach" not in loop or values(written) == hosts


@each("loop", ["h.reduce(e=>@)", "h.forEach((i,e)=>@)", "g.forEach(e=>@)", "h.forEach(x=>x,e=>@)", "h.map(e=>e.b)"])
def test_a_parameter_that_is_no_element_stays_unknown(loop: str) -> None:
    assert values('const h=["a.shop.test"];' + loop.replace("@", 'fetch("https://"+e+"/x")')) == set()


@each(
    "inner",
    [
        "function f(e){@}",
        "const f=e=>@",
        "const f=(a,e)=>{@}",
        "const f=({e})=>{@}",
        "const f=function(...e){@}",
        "try{}catch(e){@}",
        "function f(){let e;@}",
        "function f(){var t,e,n;@}",
        "function f(){let[t,e]=g();@}",
        "function f(){const{a:e}=g();@}",
        "function f(){for(const e of g())@}",
        "function f(){let e=g();@}",
        "function f(){function e(){}@}",
        "class A{m(e){@}}",
        "const o={m(e){@}}",
    ],
)
def test_an_inner_name_hides_an_outer_one(inner: str) -> None:
    script = 'const e="a.shop.test";' + inner.replace("@", 'fetch("https://"+e+"/x")')
    assert values(script) == set()


@each(
    ("script", "found"),
    [
        ('if(q){var e="a.shop.test"}else{var e="b.shop.test"}fetch("https://"+e)', {"a", "b"}),
        ('let e="a.shop.test";q&&(e="b.shop.test");fetch("https://"+e)', {"a", "b"}),
        ('let e="a.shop.test";e+=g();fetch("https://"+e)', set()),
        ('function f(a="b.shop.test"){}var a="a.shop.test";fetch("https://"+a)', {"a"}),
        ('function g(){var a="b.shop.test"}var a="a.shop.test";fetch("https://"+a)', {"a"}),
        ('var o={a:"x",b:{a:"a.shop.test"}};fetch("https://"+o.b.a)', {"a"}),
    ],
)
def test_the_assignments_of_the_right_function_count(script: str, found: set[str]) -> None:
    assert values(script) == {f"https://{one}.shop.test" for one in found}


def test_a_method_that_many_objects_have_is_not_mixed_up() -> None:
    script = (
        'class A{get(p){return fetch("https://a.shop.test"+p)}}'
        'const a=new A,m=new Map;a.get("/a");m.get("/b");q.get("/c")'
    )
    assert values(script) == {"https://a.shop.test/a"}


_PARTS = ("https://", "a.shop.test", ":8443", "/v1", "/me")
_FORMS: tuple[Callable[[int, str], tuple[str, str]], ...] = (
    lambda _number, part: ("", f'"{part}"'),
    lambda number, part: (f'const n{number}="{part}";', f"n{number}"),
    lambda number, part: (f'var o{number}={{k:"{part}"}};', f"o{number}.k"),
    lambda number, part: (f'let l{number}=["x","{part}"];', f"l{number}[1]"),
    lambda number, part: (f'function f{number}(){{return "{part}"}}', f"f{number}()"),
    lambda number, part: (f'const a{number}=e=>e+"";', f'a{number}("{part}")'),
    lambda _number, part: ("", f'"{part[::-1]}".split("").reverse().join("")'),
    lambda number, part: (f'class C{number}{{static K="{part}"}}', f"C{number}.K"),
    lambda number, part: (f'const{{p:d{number}}}={{p:"{part}"}};', f"d{number}"),
)


@settings(max_examples=examples(30))
@given(
    st.lists(st.sampled_from(_FORMS), min_size=len(_PARTS), max_size=len(_PARTS)),
    st.sampled_from(("sum", "template", "concat", "join")),
    st.randoms(use_true_random=False),
)
def test_parts_of_any_form_are_put_together(
    forms: list[Callable[[int, str], tuple[str, str]]],
    how: str,
    order: Random,
) -> None:
    made = [form(number, part) for number, (form, part) in enumerate(zip(forms, _PARTS, strict=True))]
    uses = [use for _, use in made]
    joined = {
        "sum": "+".join(uses),
        "template": f"`{''.join(f'${{{use}}}' for use in uses)}`",
        "concat": f'"".concat({",".join(uses)})',
        "join": f'[{",".join(uses)}].join("")',
    }[how]
    lines = [line for line, _ in made]
    order.shuffle(lines)
    assert "https://a.shop.test:8443/v1/me" in values("".join(lines) + f"function z(){{return fetch({joined})}}")


_WORDS = (
    "fetch(", "`${", "}`", "a", "b", "+", "=>", "=", "{", "}", "(", ")", "[", "]", ",", ";", "?", ":", ".",
    "function f(", "return ", '"https://"', '"x.test"', "class A{", "new ", "var ", "...", "/", "/*", "//", "`", "'",
    '"', "\\", "\n", "n(1)", "1:", "__d(function(g,r,i,a,m,e,d){", "},1,[2]);", "exports.", "this.", ".get(",
    "axios.create({baseURL:",
)  # fmt: skip


@settings(max_examples=examples(60))
@given(st.lists(st.sampled_from(_WORDS), max_size=60))
def test_any_script_never_raises(words: list[str]) -> None:
    sightings("".join(words))


@settings(max_examples=examples(12))
@given(st.sampled_from(sorted(BUNDLES.glob("*.js"))), st.data())
def test_a_damaged_bundle_never_raises(bundle: Path, data: st.DataObject) -> None:
    script = bundle.read_bytes()
    at, length = data.draw(st.integers(0, len(script))), data.draw(st.integers(0, 20))
    sightings(script[:at] + data.draw(st.binary(max_size=4)) + script[at + length :])


def test_the_cost_is_in_proportion_to_the_size() -> None:
    one = 'const h{0}="h{0}.shop.test";function f{0}(e){{return fetch("https://"+h{0}+"/v1/"+e)}}\n'

    def script(size: int) -> bytes:
        return "".join(one.format(number) for number in range(size)).encode()

    assert_linear(script, sightings, 160)


@each(
    ("script", "found"),
    [
        # Objects that a compiler copies into one; the last one counts.
        ('c=o({},{h:"x.test"},{h:"a.x.test"});fetch("https://"+c.h+"/v")', {"https://a.x.test/v"}),
        ('c=$.extend(!0,{},{h:"a.x.test"});fetch("https://"+c.h+"/v")', {"https://a.x.test/v"}),
        ('c=_.defaults({h:"a.x.test"},{h:"x.test"});fetch("https://"+c.h+"/v")', {"https://a.x.test/v"}),
        # A map, with a key that is known and one that is not.
        ('m=new Map([["a","a.x.test"],["b","b.x.test"]]);fetch("https://"+m.get("b")+"/v")', {"https://b.x.test/v"}),
        (
            'm=new Map([["a","a.x.test"],["b","b.x.test"]]);fetch("https://"+m.get(k)+"/v")',
            {"https://a.x.test/v", "https://b.x.test/v"},
        ),
        # Patterns: of a name, of a parameter, with a default.
        ('s={a:{b:{h:"a.x.test"}}},{a:{b:{h:t}}}=s;fetch("https://"+t+"/v")', {"https://a.x.test/v"}),
        ('f=({h:t,p="/v"})=>fetch("https://"+t+p);f({h:"a.x.test"})', {"https://a.x.test/v"}),
        ('f=({h:t,p="/v"})=>fetch("https://"+t+p);f({h:"a.x.test",p:"/w"})', {"https://a.x.test/w"}),
        # Fields: of a class, of a constructor for each of its calls, of a prototype, of an older compiler.
        ('class A{} d(A,"host","a.x.test");fetch("https://"+A.host+"/v")', {"https://a.x.test/v"}),
        ('Object.defineProperty(A,"host",{value:"a.x.test"});class A{}fetch("https://"+A.host+"/v")', {"https://a.x.test/v"}),
        ('class A{static get u(){return"https://a.x.test"}}fetch(A.u+"/v")', {"https://a.x.test/v"}),
        ('A=class{constructor(){d(this,"host","a.x.test")}f(){fetch("https://"+this.host+"/v")}}', {"https://a.x.test/v"}),
        (
            'class A{constructor(t){this.h=t}f(){fetch("https://"+this.h+"/v")}}new A("a.x.test");new A("b.x.test")',
            {"https://a.x.test/v", "https://b.x.test/v"},
        ),
        (
            'function A(t){this.h=t}A.prototype.f=function(){return fetch("https://"+this.h+"/v")};new A("a.x.test")',
            {"https://a.x.test/v"},
        ),
        (
            'A=function(){function t(e){this.h=e}t.prototype.f=()=>fetch("//"+this.h);return t}();new A("a.x.test")',
            {"https://a.x.test"},
        ),
        # What follows a request, functions that wait, and formats.
        ('k=axios.create({baseURL:"https://a.x.test"});k.get("/v").then(t=>t.data)', {"https://a.x.test/v"}),
        (
            'b=()=>x(this,0,function*(){return"https://a.x.test"});x(this,0,function*(){fetch((yield b())+"/v")})',
            {"https://a.x.test/v"},
        ),
        ('fetch(u.format("https://%s:%d/v","a.x.test",8443))', {"https://a.x.test:8443/v"}),
        # A server in two arguments or in options; numbers as minifiers write them.
        ('new p.Client("a.x.test",9001,"/mqtt","id")', {"a.x.test:9001"}),
        ('s.connect(1,"10.2.3.4",8e3,f)', {"10.2.3.4:8000"}),
        ('h="a.x.test";q.connect({host:h,port:8883,protocol:"mqtts"})', {"mqtts://a.x.test:8883"}),
        ('navigator.sendBeacon("//"+h+"/v");var h="a.x.test"', {"https://a.x.test/v"}),
        # Loops.
        ('for(let t of["a.x.test","b.x.test"])fetch(`https://${t}/v`)', {"https://a.x.test/v", "https://b.x.test/v"}),
        (
            'for(var e=["a.x.test","b.x.test"],t=0;t<2;t++){fetch("https://"+e[t]+"/v")}',
            {"https://a.x.test/v", "https://b.x.test/v"},
        ),
    ],
)  # fmt: skip
def test_forms_of_compilers_and_clients_are_followed(script: str, found: set[str]) -> None:
    assert values(script) == found


@each(
    ("script", "found"),
    [
        # React: https://react.dev/reference/react/Component#state, as in the source and as Babel writes it.
        (
            (
                "class A extends C{constructor(p){super(p);this.state={ip:'a.x.test',port:'8080'}}"
                "f(){fetch('http://'+this.state.ip+':'+this.state.port+'/v')}}"
            ),
            {"http://a.x.test:8080/v"},
        ),
        (
            (
                'A=(function(e){function t(){var n;return n=e.call(this)||this,n.state={ip:"a.x.test",port:80},'
                'n.f=function(){var t=n.state,o=t.ip;fetch("http://"+o+"/v")},n}return t})(o.C)'
            ),
            {"http://a.x.test/v"},
        ),
        (
            (
                "A=(function(t){function n(e){var r;return(0,c.default)(this,n),"
                "(r=y.call(this,e)).state={ip:'a.x.test'},r}return "
                "(0,s.default)(n,[{key:'f',value:function(){fetch('http://'+this.state.ip+'/v')}}]),n})(x.C)"
            ),
            {"http://a.x.test/v"},
        ),
        ("function A(){const [ip,set]=useState('a.x.test');fetch(`http://${ip}:8080/v`)}", {"http://a.x.test:8080/v"}),
        ("function A(){const [c,set]=React.useState({h:'a.x.test'});fetch(`http://${c.h}/v`)}", {"http://a.x.test/v"}),
        (
            "function A(){const [ip,set]=useState(()=>localStorage.getItem('ip')||'a.x.test');fetch(`http://${ip}/v`)}",
            {"http://a.x.test/v"},
        ),
        (
            "function A(){var t=(0,n.useState)('a.x.test'),o=(0,c.default)(t,2),ip=o[0];fetch('http://'+ip+'/v')}",
            {"http://a.x.test/v"},
        ),
        ("function A(){const ip=useRef('a.x.test');fetch(`http://${ip.current}/v`)}", {"http://a.x.test/v"}),
        # Vue: https://vuejs.org/api/options-state.html
        (
            "x={data(){return{host:'a.x.test',n:1}},methods:{f(){axios.get('https://'+this.host+'/v')}}}",
            {"https://a.x.test/v"},
        ),
        (
            'x={data:function(){return{host:"a.x.test"}},methods:{f:function(){var t=this;fetch("https://"+t.host+"/v")}}}',
            {"https://a.x.test/v"},
        ),
        (
            "x={data(){return{host:'a.x.test'}},computed:{base(){return 'https://'+this.host}},methods:{f(){fetch(this.base+'/v')}}}",
            {"https://a.x.test", "https://a.x.test/v"},
        ),
        ("x={setup(){const h=ref('a.x.test');fetch('https://'+h.value+'/v')}}", {"https://a.x.test/v"}),
        # AngularJS: https://docs.angularjs.org/guide/di
        (
            (
                "angular.module('a').value('SERVER','a.x.test').factory('A',function($http,SERVER){"
                "$http.get('http://'+SERVER+'/v')})"
            ),
            {"http://a.x.test/v"},
        ),
        (
            (
                "angular.module('a')/*.constant('U','http://old.x.test')*/\n.constant('U','http://a.x.test')\n"
                "//.constant('U','http://b.x.test')\n.controller('c',function($http,U){$http.get(U+'/v')})"
            ),
            {"http://a.x.test/v"},
        ),
        (
            (
                'angular.module("a").constant("CFG",{host:"a.x.test"}).factory("A",["$http","CFG",function(e,t){'
                'e.get("http://"+t.host+"/v")}])'
            ),
            {"http://a.x.test/v"},
        ),
        (
            (
                "angular.module('a').factory('S',function(){return{ip:'a.x.test'}}).controller('c',function(S,$http){"
                "$http.get('http://'+S.ip+'/v')})"
            ),
            {"http://a.x.test/v"},
        ),
        (
            (
                "m.run(function($rootScope){$rootScope.ip='a.x.test'});m.controller('c',function($rootScope,$http){"
                "$http.get('http://'+$rootScope.ip+'/v')})"
            ),
            {"http://a.x.test/v"},
        ),
        ("m.controller('c',function($http){var vm=this;vm.host='a.x.test';$http.get('http://'+vm.host+'/v')})", {"http://a.x.test/v"}),
        (
            (
                "angular.module('a').service('S',function(){this.ip='a.x.test'}).controller('c',function(S,$http){"
                "$http.get('http://'+S.ip+'/v')})"
            ),
            {"http://a.x.test/v"},
        ),
        (
            "m.controller('c',function($scope,$http){$scope.cfg={ip:'a.x.test'};$http.get('http://'+$scope.cfg.ip+'/v')})",
            {"http://a.x.test/v"},
        ),
        # An object that a class or function makes.
        ("class C{constructor(){this.host='a.x.test'}}const c=new C();fetch('http://'+c.host+'/v')", {"http://a.x.test/v"}),
        ("function C(){this.host='a.x.test'}var c=new C;fetch('http://'+c.host+'/v')", {"http://a.x.test/v"}),
        (
            "class C{constructor(){this.h='a.x.test'}url(p){return 'http://'+this.h+p}}c=new C;fetch(c.url('/v'))",
            {"http://a.x.test/v"},
        ),
        # https://reactnative.dev/docs/platform#select
        (
            "h=n.Platform.select({ios:'a.x.test',android:'b.x.test'});fetch('http://'+h+'/v')",
            {"http://a.x.test/v", "http://b.x.test/v"},
        ),
        # Stores: https://html.spec.whatwg.org/multipage/webstorage.html
        (
            "function a(){localStorage.setItem('s','a.x.test')}function b(){$.get('http://'+window.localStorage.getItem(\"s\")+'/v')}",
            {"http://a.x.test/v"},
        ),
        (
            (
                "// localStorage.setItem('s','b.x.test');\nlocalStorage.setItem('s','a.x.test');"
                "$.get('http://'+localStorage.getItem('s')+'/v')"
            ),
            {"http://a.x.test/v"},
        ),
        ("c.open('GET','http://'+Ti.App.Properties.getString('h','a.x.test')+'/v')", {"http://a.x.test/v"}),
        # Names of the page.
        ("window.HOST='a.x.test';function f(){fetch('https://'+HOST+'/v')}", {"https://a.x.test/v"}),
        ("Alloy.Globals.host='a.x.test';fetch('http://'+Alloy.Globals.host+'/v')", {"http://a.x.test/v"}),
        # Copies, some of which are not known.
        ("function P(o){var c=$.extend({},{host:'a.x.test'},o);$.get('https://'+c.host+'/v')}", {"https://a.x.test/v"}),
        ("function P(o){var c=angular.extend({host:'a.x.test'},o);$.get('https://'+c.host+'/v')}", {"https://a.x.test/v"}),
        # The scheme of the page.
        ("$.get(window.location.protocol+'//'+h+'/v');var h='a.x.test'", {"https://a.x.test/v"}),
        ("fetch(`${location.protocol}//${h}/v`);var h='a.x.test'", {"https://a.x.test/v"}),
        (
            (
                'function p(){return"http:"===location.protocol?"http:":"https:"}'
                'm.hosts={a:{up:"a.x.test"},b:{up:"b.x.test"}};'
                'function f(t){var n=p(),r=q.hosts[t.region];return l(n+"//"+r.up)}'
            ),
            {"http://a.x.test", "http://b.x.test", "https://a.x.test", "https://b.x.test"},
        ),
        # A path that two functions pass on.
        (
            "var h='a.x.test';function url(p){return 'http://'+h+p}function get(p){return $.get(url(p))}get('/v')",
            {"http://a.x.test/v"},
        ),
    ],
)  # fmt: skip
def test_the_values_that_frameworks_keep_are_followed(script: str, found: set[str]) -> None:
    assert values(script) == found


@each(
    "script",
    [
        # Another variable, component or key.
        "class C{constructor(){this.host='a.x.test'}}class D{}const c=new D();fetch('http://'+c.host+'/v')",
        "this.host='a.x.test';function D(){}var c=new D;fetch('http://'+c.host+'/v')",
        "function a(n){n.host='a.x.test'}function b(n){fetch('https://'+n.host+'/v')}",
        "function A(){const [ip,set]=useThing('a.x.test');fetch(`http://${ip}/v`)}",
        "function A(){const [n,ip]=useState('a.x.test');fetch(`http://${ip}/v`)}",
        "x={data(){return{n:1}},methods:{f(){fetch('https://'+this.host+'/v')}}};y={data(){return{host:'a.x.test'}}}",
        "localStorage.setItem('a','a.x.test');fetch('http://'+localStorage.getItem('b')+'/v')",
        "m.value('SERVER','a.x.test');m.factory('A',function(SERVER){fetch('http://'+SERVER+'/v')})",  # no AngularJS
        # The host goes on.
        "function f(t){fetch('https://'+h+'.'+t+'/v')}var h='a.x'",
        "function f(t){fetch('http://'+h+t)}var h='10.1.2.'",
    ],
)
def test_values_of_others_stay_unknown(script: str) -> None:
    assert values(script) == set()


@each(
    "script",
    [
        'c=o({},{h:"a.x.test"},k);fetch("https://"+c.h+"/v")',  # the last object is not known
        'm=new Map(k);fetch("https://"+m.get("a")+"/v")',
        'class A{constructor(t){this.h=t}f(){return fetch("https://"+this.h+"/v")}}class B{}new B("a.x.test")',
        'function A(t){}function B(t){this.h=t}B.prototype.f=()=>fetch("https://"+this.h+"/v");new A("a.x.test")',
        'e.connect("shop.changed",f)',
        'e.connect("a.x.test",70000)',
        'new p.Client("a",9001)',
        'for(var t=0;t<2;t++){fetch("https://"+t+".shop.test/v")}',
        'x="//"+h+"/v";var h="a.x.test"',  # no call
    ],
)
def test_what_these_forms_do_not_show_stays_unknown(script: str) -> None:
    assert values(script) == set()


@each(
    ("script", "wanted"),
    (
        ('f({x:1},encodeURI("http://"+"a.test:81/up/"+"my form.php"))', "http://a.test:81/up/my%20form.php"),
        ('h="a.test";o.upload("file:///a",encodeURI("https://"+h+"/up.php"))', "https://a.test/up.php"),
        (
            'P={h:"https://a.test",api:function(n){return this.h+"/m/"+n},go:function(){e.post(this.api("in/x"),{})}}',
            "https://a.test/m/in/x",
        ),
        ('function W(t){return fetch(t)};u="https://a.test/g";W(u.replace(/^http/,"ws"))', "wss://a.test/g"),
        ('u="https://a.test/g";W(u.replace("https:","http:"))', "http://a.test/g"),
    ),
    ids=("encoded", "method of the same object", "pattern for the scheme", "another scheme"),
)
def test_a_transformed_address_is_whole(script: str, wanted: str) -> None:
    assert wanted in values(script)


@each(
    "script",
    (
        'h="a.test";o.upload("f",my_encodeURI("https://"+h+"/my form.php"))',
        'h="a.test";o.upload("f",encodeURIComponent("https://"+h+"/my form.php"))',
        'h="a.test";o.upload("f",encodeURI(t),"https://"+h+"/my form.php")',
    ),
    ids=("another function", "one part", "another argument"),
)
def test_other_calls_do_not_encode_an_address(script: str) -> None:
    assert not any("%" in one for one in values(script))


@each(
    "script",
    (
        'e.post(this.label("in/x"),{});label=function(n){return "Please "+n}',
        'u="https://a.test/g";W(u.replace(/g/,"x"))',
    ),
    ids=("no address", "another part"),
)
def test_other_texts_of_methods_are_no_addresses(script: str) -> None:
    assert values(script) == set()
