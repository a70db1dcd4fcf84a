"""Scripts that are slow, large or endless when they are run, although each of them is short to read."""

from collections.abc import Callable

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind
from bench.hostile_made.scripts import page, script

_BOTH = (OWN, LAST)
_FIRST = f'var u="https://{LAST}/";fetch(u+"v");\n'
"""A request before what does not end."""


def _run(text: str) -> Files:
    return script(_FIRST + text)


def _looped(before: str, statements: str) -> Callable[[int], Files]:
    """A loop that never ends, and what is made before it; ``#`` is the size."""
    return lambda n: _run(f"{before};for(;;){{{statements}}}".replace("#", str(n)))


def _parts(before: str, part: str, after: str) -> Callable[[int], Files]:
    """A loop that never ends around one long expression; ``#`` is the number of a part."""

    def make(n: int) -> Files:
        parts = "".join(part.replace("#", str(k)) for k in range(n))
        return _run(f"var a='',o={{}},x=window,k=[];for(;;){{{before}{parts}{after}}}")

    return make


def _rows(row: str, after: str) -> Callable[[int], Files]:
    """Very many functions or members, and a call; ``#`` is its number, ``@`` and ``~`` those of others."""

    def make(n: int) -> Files:
        rows = (
            row.replace("#", str(k)).replace("@", str((k + 1) % n)).replace("~", str((k + 7) % n)) for k in range(n)
        )
        return _run("".join(rows) + after)

    return make


def getters(n: int) -> Files:
    """Getters that each read the next two."""
    rows = ",".join(f"get g{k}(){{return this.g{k + 1}+this.g{k + 1}}}" for k in range(n))
    return _run(f"var o={{{rows},g{n}:'a'}};fetch(u+o.g0)")


def rotated(n: int) -> Files:
    """A list of texts that is rotated until a sum is right, which it never is."""
    words = ",".join(f"'{k}text{k}'" for k in range(n))
    return _run(
        f"function _0x1a2b(){{var w=[{words}];return(_0x1a2b=function(){{return w}})()}}"
        "(function(a,b){var c=a();while(!![]){try{if(parseInt(c[0])/1+parseInt(c[1])/2===b)break;"
        "c['push'](c['shift']())}catch(e){c['push'](c['shift']())}}}(_0x1a2b,0x9999999));"
    )


def conditions(n: int) -> Files:
    """Functions with very many conditions that are not known."""
    body = "".join(f"if(window.a{k}())s+='/{k}';" for k in range(200))
    return _run("".join(f"function f{k}(){{var s='https://h{k}.shop.test';{body}fetch(s)}}" for k in range(n)))


def words(loop: str) -> Callable[[int], Files]:
    """A list of different texts, and a loop that never ends."""

    def make(n: int) -> Files:
        texts = ",".join(f"'w{k}'" for k in range(n))
        return _run(
            f"var w=[{texts}],s=new Set(w),m=new Map(Object.entries(w)),o=Object.fromEntries(Object.entries(w)),k=[];"
            f"for(;;){{{loop}}}"
        )

    return make


def _files(text: Callable[[int], str]) -> Callable[[int], Files]:
    def make(n: int) -> Files:
        tags = "".join(f'<script src="s{k}.js"></script>' for k in range(n))
        return [*page(f"<html>{tags}</html>"), *((f"assets/www/s{k}.js", text(k).encode()) for k in range(n))]

    return make


def _endless_file(number: int) -> str:
    host = LAST if number == 0 else f"h{number}.shop.test"
    return f"fetch('https://{host}/v');var q='x';for(;;)q=q+q;"


_CODE = "".join(f"function a{k}(b){{return b+{k}}}var c{k}=a{k}({k});" for k in range(7_000))


def _damaged_file(number: int) -> str:
    """A script of 390 KB whose end is no script."""
    host = LAST if number == 0 else f"h{number}.shop.test"
    return f"fetch('https://{host}/v');{_CODE}{{;)}}"


_LONG = "s='a'.repeat(19999)"
_PARTS = {
    "items": ("items of an array", 40_000, "k.push([", "a,", "1])"),
    "holes": ("holes of an array", 40_000, "k.push([", ",", "1])"),
    "members": ("members of an object", 5_000, "k.push({", "m#:a,", "l:1})"),
    "empty": ("empty objects", 9_000, "k.push([", "{},", "1])"),
    "closures": ("functions of an array", 9_000, "k.push([", "_=>a,", "1])"),
    "sums": ("texts of an array", 5_000, "k.push([", "a+'abcdefghij'+#,", "1])"),
    "unknown": ("members that are not known", 5_000, "k.push([", "x.y#,", "1]);x=x.z"),
    "sequence": ("expressions in one statement", 30_000, "(", "a,", "1)"),
    "arguments": ("arguments of one call", 30_000, "k.concat(", "k,", "1);k.push(a)"),
    "template": ("values of a template", 10_000, "a=`", "${a}", "b`"),
    "cases": ("cases of a switch", 10_000, "switch(1){", "case a:", "}"),
    "declared": ("functions of a block", 5_000, "", "function f#(){}", ""),
    "variables": ("variables of a loop", 10_000, "for(let q=0", ",q#=a", ";q<9;q++){}"),
    "targets": ("names of a pattern", 30_000, "[", "a,", "o]=k"),
    "classes": ("members of a class", 5_000, "k.push(class{", "m#(){}", "})"),
}
_AGAIN = {
    "growth": ("texts that double", 9_000, "var s='a',k=[]", "s+=s;k.push(s);if(s.length>#)s='a'+k.length"),
    "joined": ("long texts in a list that is joined", 20_000, f"{_LONG};a=Array(#).fill(s)", "a.join('')"),
    "replaced": ("parts that each stand for the text", 9_000, f"{_LONG};t='$&'.repeat(#)", "s.replace(/a/g,t)"),
    "replaced-all": ("the same for each match", 9_000, f"{_LONG};t='$&'.repeat(#)", "s.replaceAll('a',t)"),
    "compared": (
        "lists in each other that are compared", 400, "var b=Array(#).fill([]),i;for(i=0;i<9;i++)b=Array(#).fill(b)",
        "b=='x';b|0",
    ),
    "proxies": (
        "proxies in each other, with functions", 5_000,
        "var p={h:'a'};for(var i=0;i<#;i++)p=new Proxy(p,{get:(t,k)=>t[k]+t[k]})", "fetch(u+p.h)",
    ),
    "plain-proxies": (
        "proxies in each other", 3_000, "var p={h:'a'};for(var i=0;i<#;i++)p=new Proxy(p,{})", "fetch(u+p.h)",
    ),
    "iterator": (
        "an iterator without end", 1_000, "var o={[Symbol.iterator](){return{next:()=>({value:#})}}},k",
        "k=[...o,...o]",
    ),
    "patterns": (
        "slow regular expressions", 9_000, "s='a'.repeat(#)+'!'",
        "s.match(/(a+)+$/);s.match(/(a|aa)*(?=b)/);s.replace(/(a*)*b/g,'');/^(?:(?!x)a)*b/.test(s)",
    ),
    "made-patterns": (
        "new regular expressions", 9_000, "s='a'.repeat(#),i=0", "new RegExp('(a{1,99}){1,9}'+i++).test(s)",
    ),
    "arrays": (
        "copies of a list", 9_000, "var k=[],a=Array(#).fill('x')", "k.push(a.slice(),a.concat(a),a.map(x=>x),[...a])",
    ),
    "chain": (
        "promises that wait for each other", 3_000,
        "var p=Promise.resolve(u);for(var i=0;i<#;i++)p=p.then(x=>new Promise(r=>r(x)))", "p.then(fetch)",
    ),
    "thenables": (
        "objects with `then` that never end", 1_000, "var t={then(r){r({then:t.then});r(t)}},n=#",
        "Promise.resolve(t).then(fetch)",
    ),
    "queries": (
        "queries with long values", 5_000, "s='ä'.repeat(#);var q=new URL(u).searchParams",
        "q.append(s,s);q.toString()",
    ),
    "json": (
        "objects in each other as JSON", 2_000, "var o={},i;for(i=0;i<#;i++)o={a:o,b:o,c:o}",
        "JSON.stringify(o);JSON.parse('[1]')",
    ),
}  # fmt: skip
_WORDS = {
    "sets": ("copies of a set", "s=new Set(s);k.push(s)"),
    "maps": ("rows of a map", "m=new Map([...m]);k.push(m.entries(),[...m])"),
    "objects": ("copies of an object", "k.push({...o},Object.assign({},o),Object.entries(o),JSON.stringify(o))"),
    "descriptors": ("descriptions of members", "k.push(Object.getOwnPropertyDescriptors(o))"),
}


def comment(n: int) -> Files:
    """A long comment that is evaluated again and again."""
    return _run(f"var c='/*{'x' * n}*/1';for(;;)eval(c)")


def brackets(n: int) -> Files:
    """A text of nothing but brackets that is evaluated again and again."""
    return _run(f"var c='(function(){{{'{}' * n}}})';for(;;)eval(c)")


def nested_eval(n: int) -> Files:
    """A text that evaluates itself."""
    return _run(f"var c='eval(c);eval(c);{' ' * n}';eval(c)")


def made_functions(n: int) -> Files:
    """Functions that are made of texts, in a loop."""
    body = ";".join(f"a{k}=1" for k in range(n))
    return _run(f"var c='{body}';for(;;)new Function(c)()")


def _kind(name: str, what: str, n: int, make: Callable[[int], Files], *, unread: bool = True) -> Kind:
    return Kind(f"script-run-{name}", f"Script that is run: {what}", n, 4, make, _BOTH, unread)


KINDS = (
    *(_kind(name, what, n, _parts(before, part, after)) for name, (what, n, before, part, after) in _PARTS.items()),
    *(_kind(name, what, n, _looped(before, after)) for name, (what, n, before, after) in _AGAIN.items()),
    *(_kind(name, what, 5_000, words(loop)) for name, (what, loop) in _WORDS.items()),
    Kind("script-run-getters", "Script that is run: getters that read two others", 5_000, 4, getters, _BOTH),
    _kind(
        "await", "functions that await each other", 3_000,
        _rows("async function f#(){await f@();await f~();fetch(u+#)}", "f0()"), unread=False,
    ),
    _kind(
        "generators", "generators of generators", 3_000,
        _rows("function*g#(){for(;;){yield*g@();yield u}}", "[...g0()]"),
    ),
    _kind("eval", "a text that evaluates itself", 9_000, nested_eval),
    _kind("comment", "characters of a comment in `eval`", 90_000, comment),
    _kind("brackets", "brackets in `eval`", 45_000, brackets),
    _kind("made-functions", "functions of texts", 3_000, made_functions),
    Kind("script-run-rotated", "Script that is run: a rotation without end", 9_000, 20, rotated, _BOTH),
    _kind(
        "functions", "functions that nothing calls", 3_000,
        _rows("function f#(a){if(a)fetch(u+a+'/#');for(;;)a=a+'https://h#.shop.test/'}", ""), unread=False,
    ),
    Kind("script-run-conditions", "Script that is run: functions with 200 conditions", 20, 2, conditions, _BOTH),
    Kind(
        "script-run-files", "Scripts that are run: files that do not end", 100, 3, _files(_endless_file), _BOTH,
        unread=True,
    ),
    Kind(
        "script-run-damaged", "Scripts that are run: files of 390 KB with a damaged end", 60, 2, _files(_damaged_file),
        _BOTH,
    ),
)  # fmt: skip
