"""What a statement makes or looks at takes steps, so that the steps of a run bound its time and memory."""

import tracemalloc
from urllib.parse import unquote

import pytest

from tieback.recognise.script_runs.run import requests

_MANY = 20_000
_TEXTS = "s='a'.repeat(19999);"
_OBJECT = "o=Object.fromEntries(Array.from({length:4000},(v,i)=>['k'+i,i]));m=new Map(Object.entries(o));"


def _steps(before: str, statement: str, times: int) -> int:
    script = f"var a='',k=[],o={{}},m;{before}for(var i=0;i<{times};i++){{{statement}}}"
    return requests(script.encode(), [], steps=10_000_000).steps


STATEMENTS: list[tuple[str, str, str, int]] = [
    ("items", "", f"k=[{'a,' * _MANY}1]", 200),
    ("holes", "", f"k=[{',' * _MANY}1]", 150),
    ("members", "", f"k={{{'m:a,' * _MANY}l:1}}", 200),
    ("objects", "", f"k=[{'{},' * 2_000}1]", 400),
    ("functions", "", f"k=[{'_=>a,' * 2_000}1]", 400),
    ("texts", "", "k=[" + "'https://'+i+'.shop.test',".replace("i", "a") * 2_000 + "1]", 100),
    ("unknown", "", f"k=[{','.join(f'window.q[i*9999+{k}]' for k in range(2_000))}]", 400),
    ("sequence", "", f"({'a,' * _MANY}1)", 200),
    ("template", "", "a=`" + "${''}" * _MANY + "`", 200),
    ("cases", "", f"switch(1){{{'case a:' * 2_000}}}", 100),
    ("variables", "", "for(let q=0" + "".join(f",q{k}=a" for k in range(2_000)) + ";q<1;q++){}", 100),
    ("targets", "", f"[{'a,' * _MANY}o]=k", 200),
    ("class", "", f"class A{{{''.join(f'm{k}(){{}}' for k in range(2_000))}}}", 400),
    ("rows of a map", _OBJECT, "[...m]", 400),
    ("entries of a map", _OBJECT, "m.entries()", 400),
    ("descriptions", _OBJECT, "Object.getOwnPropertyDescriptors(o)", 400),
    ("new map", _OBJECT, "new Map(m)", 800),
    ("letters", _TEXTS, "for(var x of s)break", 100),
    ("brackets that are evaluated", f"c='(function(){{{'{}' * 9_000}}})';", "eval(c)", 400),
    ("text that is no script", f"c='{'f(1),' * 9_000};)';", "eval(c)", 5_000),
    ("large pattern", "", "new RegExp('(a{1,99}){1,9}'+i).test(a)", 100),
    ("search with backtracking", "s='a'.repeat(900);", "/(?=(a+)+$)b/.test(s+'b')", 300),
    ("search behind", "s='a'.repeat(300);", "/(?<!(?<!a)a)b/.test(s)", 300),
    ("long search", _TEXTS, "/(a|b)*c(a|b){12}/.test(s)", 200),
    ("parts of a replacement", f"{_TEXTS}t='$&'.repeat(2000);", "s.replace(/a/g,t)", 100),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "statement", "least"), [row[1:] for row in STATEMENTS], ids=[r[0] for r in STATEMENTS]
)
def test_what_is_long_takes_steps(before: str, statement: str, least: int) -> None:
    assert _steps(before, statement, 3) - _steps(before, statement, 1) >= 2 * least


@pytest.mark.parametrize(
    "statement",
    [
        "a+=i",
        "k[0]={u:a,v:1}",
        "f(a,i)",
        "k=[a,i,1]",
        "if(i>5)a='b'",
        "a=`${i}/x`",
        "k=a.split('/')",
        "a.replace(/x/,'y')",
    ],
)
def test_what_is_short_takes_few(statement: str) -> None:
    before = "function f(a,b){return a}"
    # The loop itself, the statement, and a call.
    assert _steps(before, statement, 110) - _steps(before, statement, 10) <= 100 * 6


@pytest.mark.parametrize(
    "statement",
    [
        "Array(20000).fill(s).join('')", "[].concat(" + ",".join(["Array(20000).fill(s)"] * 40) + ")",
        "'a'.replace(/a/,t)", "s.replaceAll('a',t)", "s.replace(/a/g,t)", "s.concat(" + ",".join(["s"] * 2_000) + ")",
        "a=`" + "${s}" * 2_000 + "`", "String.raw`" + "${s}" * 2_000 + "`", "''+Array(2000).fill(s)",
        "JSON.stringify(Array(400).fill(s))", "Array(400).fill(s)=='x'",
    ],
)  # fmt: skip
def test_a_long_text_is_not_made_before_it_is_cut(statement: str) -> None:
    script = f"var a,s='a'.repeat(19999),t='$&'.repeat(9000);{statement}"
    tracemalloc.start()
    try:
        requests(script.encode(), [], steps=1_000_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 << 20


def test_lists_in_each_other_are_no_text_of_exponential_length() -> None:
    script = "var b=['x'];for(var i=0;i<8;i++)b=Array(400).fill(b);b=='y';fetch('https://a.test/'+(['x']=='x'))"
    assert [one.text for one in requests(script.encode(), [], steps=20_000).requests] == ["https://a.test/true"]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("'abc'.replace(/(b)(c)?/,'[$1$2$&$$]')", "a[bcbc$]"),
        ("'abc'.replace(/(b)/,'$10$2$0')", "ab0$2$0c"),
        ("'abc'.replace(/(?<n>b)/,'<$<n>>')", "a<b>c"),
        ("'abc'.replace('b','$&$$$1')", "ab$$1c"),
        ("'aXbX'.replaceAll('X','$&-')", "aX-bX-"),
        ("['a',['b',null,['c']]].join('-')", "a-b,,c"),
        ("'$1'.replace(/x/,'y')", "$1"),
    ],
)
def test_replacements_are_those_of_the_standard(script: str, expected: str) -> None:
    found = requests(f"fetch('https://a.test/'+encodeURIComponent({script}))".encode(), [], steps=5_000).requests
    assert [unquote(one.text) for one in found] == [f"https://a.test/{expected}"]


def test_a_script_that_cannot_be_read_takes_the_steps_of_reading_it() -> None:
    damaged = requests(b"f(1);" * 4_000 + b"{;)}", [], steps=1_000_000)
    assert damaged.steps > 4_000
    assert not damaged.is_cut
