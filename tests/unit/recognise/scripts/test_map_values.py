"""Addresses in collections that a script fills by calls, and in what functions keep or choose."""

from tests.each import each
from tests.unit.recognise.scripts.test_resolve import values

WHOLE = "https://a.x.test/v1"
CODES = ",".join(str(ord(one)) for one in WHOLE)
HEX = WHOLE.encode().hex()


@each(
    "script",
    [
        'var m=new Map;m.set("p","a.x.test");m.set("o",1);fetch("https://"+m.get("p")+"/v1")',
        'var c=Object.fromEntries([["h","a.x.test"],["v","v1"]]);fetch(`https://${c.h}/${c.v}`)',
        f"var b=new Uint8Array([{CODES}]);fetch(new TextDecoder().decode(b))",
        f"fetch(Buffer.from([{CODES}]).toString())",
        f'var h="{HEX}";fetch(h.match(/.{{2}}/g).map(x=>String.fromCharCode(parseInt(x,16))).join(""))',
        f'var h="{HEX}";fetch(h.match(/../g).map(x=>String.fromCharCode(parseInt(x,16))).join(""))',
        'var o=[{n:"d",h:"d.x.test"},{n:"p",h:"a.x.test"}],[c]=o.filter(e=>e.n==="p");fetch("https://"+c.h+"/v1")',
        'var o=[{n:"d",h:"d.x.test"},{n:"p",h:"a.x.test"}],c=o.find(e=>e.n==="p");fetch("https://"+c.h+"/v1")',
        'var e=n("a.x.test"),b=t(()=>`https://${e.value}`);fetch(b.value+"/v1")',
        'var s={state:()=>({host:"a.x.test"}),actions:{f(){fetch("https://"+this.host+"/v1")}}}',
        'var s={state:()=>({s:"a"}),getters:{b:e=>`https://${e.s}.x.test`},actions:{f(){fetch(`${this.b}/v1`)}}}',
        'var o="https://a.x.test";async function*c(n){await fetch(`${o}${n}?page=${t++}`)}c("/v1")',
        'var c=k.create({prefixUrl:"https://a.x.test"});c.get("v1")',
        'var c=k.extend({retry:1,prefixUrl:"https://a.x.test"});c("v1").json()',
        'const c=$fetch.create({baseURL:"https://a.x.test"});export const f=()=>c("/v1")',
        'var h={b:"a.x.test"};fetch(`https://${h.b}/v1?${q}`)',
        'function f(e){let t=q.create({baseURL:"https://a.x.test"});return t.use(r=>r.data),t}var c=f(1);c.get("/v1")',
        'var s={u:"https://a.x.test"},n=(e,t)=>t(e.clone({url:`${s.u}/${e.url}`}));function f(){this.http.get("v1")}',
    ],
)
def test_the_whole_address_is_found(script: str) -> None:
    assert WHOLE in values(script)


@each(
    "script",
    [
        'var m=new Map;m.set("o","a.x.test");fetch("https://"+m.get("p")+"/v1")',
        'var m=new Map;function f(m){m.set("p","a.x.test")}fetch("https://"+m.get("p")+"/v1")',
        "fetch(new TextDecoder().decode(new Uint8Array([104,x,116])))",
        'var o=[{n:"d",h:"d.x.test"},{n:"p",h:"a.x.test"}],c=o.find(e=>e.n==="d");fetch("https://"+c.h+"/v1")',
        'var e=$("a.x.test");fetch("https://"+e.value+"/v1")',
        'var e=d.getElementById("a.x.test");fetch("https://"+e.value+"/v1")',
        'var c=k.create({prefixUrl:"https://a.x.test"});d("v1");o.c("v1")',
        'function f(){var c=k.create({prefixUrl:"https://a.x.test"})}c("v1")',
        'var e=n("a.x.test",1);fetch("https://"+e.value+"/v1")',
        'var s={status:()=>({host:"a.x.test"}),actions:{f(){fetch("https://"+this.hosts+"/v1")}}}',
    ],
)
def test_other_values_stay_unknown(script: str) -> None:
    assert WHOLE not in values(script)


@each(
    ("script", "wanted"),
    (
        (
            (
                "var d=(t,k)=>new TextDecoder().decode(Uint8Array.from(atob(t),(c,i)=>c.charCodeAt(0)^(k+i%4)));"
                'fetch(d("MygpLihmcnE6cik7KCg=",91)+"/s")'
            ),
            "https://a.test/s",
        ),
        (
            (
                'var d=function(l,k){return l.map(function(c,i){return String.fromCharCode(c-i*k)}).join("")};'
                'fetch("https://"+d([97,47,118,104,119,121],1)+"/m")'
            ),
            "https://a.test/m",
        ),
        ('fetch("https://a.test/"+["v","w","x"].filter((a,i)=>i>0).join("/"))', "https://a.test/w/x"),
        ('fetch("https://a.test/"+["v","w","x"].reduce((a,b,i)=>a+b+i))', "https://a.test/vw1x2"),
        ('fetch("https://a.test/"+["v","w"].reduce((a,b,i)=>a+b+i,""))', "https://a.test/v0w1"),
    ),
    ids=("moving key", "codes", "filter", "reduce", "reduce with a first value"),
)
def test_a_function_gets_the_index_of_each_element(script: str, wanted: str) -> None:
    assert wanted in values(script)


@each(
    "script",
    (
        'fetch("https://a.test/"+["v","w"].map((a,b,c)=>a+c).join("/"))',
        'fetch("https://a.test/"+["v","w"].map(a=>a+i).join("/"))',
    ),
    ids=("the array itself", "a name outside"),
)
def test_other_names_are_no_index(script: str) -> None:
    assert values(script) == set()
