"""Scripts, source maps, pages and style sheets that are huge, deep or never closed."""

import base64
import json
from collections.abc import Callable

from bench.hostile_made.calls import LAST
from bench.hostile_made.kind import OWN, Files, Kind, coded
from tests.hostile.test_scripts import SHAPES

_BOTH = (OWN, LAST)
_LAST = f'\nfetch("https://{LAST}/v");\n'
_PAGE = "assets/www/index.html"
_SCRIPT = "assets/www/app.js"
_OPEN = (
    "new-instance v1, Landroid/webkit/WebView;\n"
    "invoke-direct {v1, p0}, Landroid/webkit/WebView;-><init>(Landroid/content/Context;)V\n"
    'const-string v0, "file:///android_asset/www/index.html"\n'
    "invoke-virtual {v1, v0}, Landroid/webkit/WebView;->loadUrl(Ljava/lang/String;)V\n"
)
"""Lines that show the page."""


def script(text: str) -> Files:
    """A script of a page, which contacts one more host at its end."""
    return [*page('<html><script src="app.js"></script></html>'), (_SCRIPT, (text + _LAST).encode())]


def page(text: str) -> Files:
    return [*coded(body=_OPEN), (_PAGE, text.encode())]


def _repeated(line: str, before: str = "", after: str = "") -> Callable[[int], Files]:
    """A script with a line per number."""
    return lambda n: script(before + "".join(line.replace("{}", str(k)) for k in range(n)) + after)


def one_line(n: int) -> Files:
    """Minified code of a size in one line."""
    piece = "".join(f"function a{k}(b){{return b+{k}}}var c{k}=a{k}({k});" for k in range(1_000))
    return script(piece * max(1, n // len(piece)))


def string_array(n: int) -> Files:
    """An array of texts of a size, which a function reads by number."""
    words = ",".join(f"'text{k}'" for k in range(n // 10))
    return script(f"var t=[{words}];function g(i){{return t[i-1]}}fetch('https://'+g(7)+'.shop.test/'+g(9));")


def rotated_array(n: int) -> Files:
    """An array of texts as obfuscators have it: rotated until a sum is right."""
    words = ",".join(f"'{k}text{k}'" for k in range(n))
    rotation = (
        "(function(a,b){var c=a();while(!![]){try{var d=parseInt(g(0x1))/1+-parseInt(g(0x2))/2;if(d===b)break;"
        "else c['push'](c['shift']())}catch(e){c['push'](c['shift']())}}}(t,0x9999999));"
    )
    return script(
        f"function t(){{var w=[{words}];t=function(){{return w}};return t()}}"
        f"function g(i){{var w=t();return g=function(j){{return w[j-0x1]}},g(i)}}{rotation}"
        "fetch('https://'+g(0x7)+'.shop.test/')"
    )


def decoded_array(n: int) -> Files:
    """An array of texts in base64 with a decoder, and a call for each."""
    words = ",".join(f"'{base64.b64encode(f'https://h{k}.shop.test/v'.encode()).decode()}'" for k in range(n))
    calls = "".join(f"fetch(g({k}));" for k in range(n))
    return script(f"var t=[{words}];function g(i){{return atob(t[i])}}{calls}")


def nesting(before: str, after: str) -> Callable[[int], Files]:
    """An expression inside of brackets."""
    return lambda n: script(f"fetch({before * n}'https://a.shop.test/'{after * n});")


def template(n: int) -> Files:
    """A template literal with many holes."""
    return script(f"var q='x';fetch(`https://a.shop.test/{'${q}/' * n}`);")


def concatenated(n: int) -> Files:
    """An address of many pieces."""
    return script(f"fetch('https://a.shop.test/'{'+q' * n});")


def regexes(n: int) -> Files:
    """Divisions and quotes that look like regular expressions."""
    return script("".join(f"a{k}=b/c{k}/'d';e=/[/'\"`]{{/.test(f);" for k in range(n)))


def comments(text: str) -> Callable[[int], Files]:
    """Beginnings of comments or literals that never end."""
    return lambda n: script(text * n)


def callers(n: int) -> Files:
    """Calls of one function with an end of an address."""
    return script("function f(p){return fetch('https://a.shop.test'+p)}" + "".join(f"f('/p{k}');" for k in range(n)))


def modules(n: int) -> Files:
    """Modules that each import the next one."""
    rows = ",".join(f"{k}:(e,t,n)=>{{t.a=n({k + 1}).a+'/{k}'}}" for k in range(n))
    return script(f"var m={{{rows}}};fetch('https://a.shop.test/'+n(0).a)")


def chunks(n: int) -> Files:
    """Many scripts of one page."""
    tags = "".join(f'<script src="s{k}.js"></script>' for k in range(n))
    files = [
        (f"assets/www/s{k}.js", f'var a{k}="h{k}.shop.test";fetch("https://"+a{k}+"/v")'.encode()) for k in range(n)
    ]
    return [*page(f"<html>{tags}</html>"), *files]


# Source maps


def _map(sources: list[str]) -> bytes:
    return json.dumps(
        {"version": 3, "sources": [f"m{k}.ts" for k in range(len(sources))], "sourcesContent": sources}
    ).encode()


def _map_in_script(raw: bytes) -> Files:
    return script("run();\n//# sourceMappingURL=data:application/json;base64," + base64.b64encode(raw).decode())


def map_file(n: int) -> Files:
    """A source map of a size."""
    source = f'fetch("https://{LAST}/v");\n' + "var a = b + c;\n" * 1_000
    return [*script(""), ("assets/www/app.js.map", _map([source] * max(1, n // len(source))))]


def map_inside(n: int) -> Files:
    """A source map of a size inside a script."""
    return _map_in_script(_map(["var a = b + c;\n" * 1_000] * max(1, n // 15_000)))


def map_nested(n: int) -> Files:
    """Source maps whose sources have source maps."""
    raw = _map(["run()"])
    for _ in range(n):
        raw = _map(["run();\n//# sourceMappingURL=data:application/json;base64," + base64.b64encode(raw).decode()])
    return _map_in_script(raw)


def map_malformed(n: int) -> Files:
    """A source map that ends in the middle, with an address of a source before."""
    raw = _map(["var a = b + c;\n" * 100] * n + [f'fetch("https://{LAST}/v");'])
    return [*script(""), ("assets/www/app.js.map", raw[:-200] + b'"' + f'fetch(\\"https://{LAST}/v\\")'.encode())]


def maps(n: int) -> Files:
    """Many source maps in one script."""
    one = "\n//# sourceMappingURL=data:application/json;base64," + base64.b64encode(_map(["run()"])).decode()
    return script(one * n)


# Pages


def html_comments(n: int) -> Files:
    """Comments of a page that never end, behind the request."""
    return page(f'<html><script>fetch("https://{LAST}/v")</script>' + "<!-- <script>" * n)


def html_elements(n: int) -> Files:
    """Elements inside each other."""
    return page("<html>" + "<div a='b'>" * n + f'<script>fetch("https://{LAST}/v")</script>')


def html_attributes(n: int) -> Files:
    """Attributes of one element."""
    return page(
        "<html><div "
        + "".join(f'a{k}="https://h{k}.shop.test/v" ' for k in range(n))
        + f'></div><script>fetch("https://{LAST}/v")</script>'
    )


def html_scripts(n: int) -> Files:
    """Scripts of one page."""
    return page(
        "<html>"
        + "".join(f"<script>var a{k}=1</script>" for k in range(n))
        + f'<script>fetch("https://{LAST}/v")</script>'
    )


def html_quotes(n: int) -> Files:
    """Attributes whose quotes never end."""
    return page(f'<html><script>fetch("https://{LAST}/v")</script>' + "<a href='" * n)


def css_comments(n: int) -> Files:
    """Comments of a style sheet that never end."""
    return [*script(""), ("assets/www/a.css", (f"a{{background:url(https://{LAST}/a.png)}}" + "/* a{" * n).encode())]


def css_addresses(n: int) -> Files:
    """Addresses of a style sheet."""
    rows = "".join(f"a{k}{{background:url(https://h{k}.shop.test/a.png)}}\n" for k in range(n))
    return [*page('<html><link rel="stylesheet" href="a.css"></html>'), ("assets/www/a.css", rows.encode())]


def css_braces(n: int) -> Files:
    """Rules inside each other, never closed."""
    return [*script(""), ("assets/www/a.css", (f"a{{background:url(https://{LAST}/a.png)}}" + "a{" * n).encode())]


def _shaped(name: str) -> Kind:
    """A shape of the tests of the analysis of scripts, in a package."""
    shape = SHAPES[name]
    # The work for objects that are merged of the next two doubles with every second one.
    small = 20 if name == "spread" else 60
    return Kind(f"js-{name.replace(' ', '-')}", f"Script: {name}", 20_000, small, lambda n: script(shape(n)), _BOTH)


KINDS = (
    Kind("js-line", "Script: characters of minified code in one line", 8 << 20, 50_000, one_line, _BOTH),
    Kind("js-array", "Script: characters of one array of texts", 4 << 20, 5_000, string_array, _BOTH),
    Kind(
        "js-rotated", "Script: texts of an array that is rotated until a sum is right", 5_000, 30, rotated_array, _BOTH
    ),
    Kind("js-decoded", "Script: addresses in base64 in an array, with a decoder", 3_000, 30, decoded_array, _BOTH),
    Kind("js-parentheses", "Script: parentheses", 50_000, 60, nesting("(", ")"), _BOTH),
    Kind("js-lists", "Script: lists inside each other", 50_000, 60, nesting("[", "]"), _BOTH),
    Kind("js-objects", "Script: objects inside each other", 50_000, 60, nesting("{a:", "}.a"), _BOTH),
    Kind(
        "js-functions", "Script: functions inside each other", 50_000, 60, nesting("function(){return ", "}()"), _BOTH
    ),
    Kind("js-templates", "Script: template literals inside each other", 50_000, 60, nesting("`${", "}`"), _BOTH),
    Kind("js-braces", "Script: braces", 500_000, 60, comments("{"), _BOTH),
    Kind("js-template", "Script: holes of one template literal", 50_000, 60, template, _BOTH),
    Kind("js-pieces", "Script: pieces of one address", 50_000, 60, concatenated, _BOTH),
    Kind("js-regexes", "Script: divisions and quotes that look like regular expressions", 50_000, 60, regexes, _BOTH),
    Kind("js-comments", "Script: beginnings of comments", 500_000, 60, comments("/*"), (OWN,)),
    Kind("js-slashes", "Script: slashes between texts", 200_000, 60, comments("a/'b' "), _BOTH),
    Kind("js-backticks", "Script: backticks", 500_000, 61, comments("`a${"), (OWN,)),
    Kind("js-callers", "Script: calls of one function with an end of an address", 20_000, 60, callers, _BOTH),
    Kind("js-modules", "Script: modules that import the next one", 5_000, 60, modules, _BOTH),
    Kind("js-addresses", "Script: addresses", 20_000, 60, _repeated('fetch("https://h{}.shop.test/v");'), _BOTH),
    Kind("js-names", "Script: unknown names in addresses", 20_000, 60, _repeated("fetch('https://'+u{}+'/x');"), _BOTH),
    Kind(
        "js-assignments",
        "Script: assignments of one name",
        100_000,
        60,
        _repeated("a={};", "var a;", "fetch('https://'+a)"),
        _BOTH,
    ),
    Kind("js-files", "Scripts of one page", 2_000, 20, chunks),
    *(
        _shaped(name)
        for name in (
            "ring of names",
            "choices",
            "levels of calls",
            "keys",
            "appended",
            "unknown members",
            "same member",
            "spread",
            "arguments",
            "prototypes",
        )
    ),
    Kind("map-file", "Source map: characters", 16 << 20, 20_000, map_file, _BOTH),
    Kind("map-inside", "Source map in a script: characters", 12 << 20, 20_000, map_inside, _BOTH),
    Kind("map-nested", "Source maps inside each other", 18, 2, map_nested, _BOTH),
    Kind("map-malformed", "Source map that is cut: sources", 5_000, 20, map_malformed, _BOTH),
    Kind("map-many", "Source maps in one script", 5_000, 10, maps, _BOTH),
    Kind("html-comments", "Page: comments that never end", 200_000, 60, html_comments, _BOTH),
    Kind("html-elements", "Page: elements inside each other", 500_000, 60, html_elements, _BOTH),
    Kind("html-attributes", "Page: addresses in attributes of one element", 20_000, 60, html_attributes, _BOTH),
    Kind("html-scripts", "Page: scripts", 20_000, 60, html_scripts, _BOTH),
    Kind("html-quotes", "Page: quotes that never end", 200_000, 60, html_quotes, _BOTH),
    Kind("css-comments", "Style sheet: comments that never end", 500_000, 60, css_comments),
    Kind("css-addresses", "Style sheet: addresses", 20_000, 60, css_addresses),
    Kind("css-braces", "Style sheet: rules inside each other", 500_000, 60, css_braces),
)
