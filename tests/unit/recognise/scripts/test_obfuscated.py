"""Obfuscated scripts in, plain scripts and endpoints out: sums of numbers, and members that hide operators."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.scripts.extract import ScriptExtractor
from tieback.recognise.scripts.number_sums import with_plain_numbers
from tieback.recognise.scripts.proxy_members import without_proxies

EXTRACTOR = ScriptExtractor(EndpointExtractor())
EXTRACTOR.run_steps = 0  # only what the rules find


def values(script: str) -> set[str]:
    found = EXTRACTOR.extract(Artifact("a.js", (Buffer("a.js", BufferKind.TEXT, script.encode()),)))
    return {find.endpoint.value for find in found if isinstance(find, Sighting)}


@each(
    ("script", "plain"),
    [
        ("f(0x1*-0xfe0+-0x2142+0x17*0x3a5)", "f(0x22b1)"),
        ("f(-0x1*0x10+0x4,'k')", "f(-0xc,'k')"),
        ("x=x-(-0xfef*0x1+0x1100)", "x=x- 0x111"),
        ("a[0x2+-0x1]", "a[0x1]"),
        ("g(b)/(-0x2*0x1+0x3)*(-h(c)/(0x1+0x1))", "g(b)/ 0x1*(-h(c)/ 0x2)"),
        # Nothing but numbers, and no part of a longer sum.
        ("f(x+0x1*0x2)", "f(x+0x1*0x2)"),
        ("f(0x1+0x2*x)", "f(0x1+0x2*x)"),
        ("f(1/2+3)", "f(1/2+3)"),
        ("f(0x10)", "f(0x10)"),
    ],
)
def test_a_sum_of_products_is_the_number_that_it_gives(script: str, plain: str) -> None:
    assert with_plain_numbers(script) == plain


_ROTATED = (
    "function _0xa(){var _0x1=['9c','/v2','3b','https://own.test'];_0xa=function(){return _0x1;};return _0xa();}"
    "function _0xb(_0x2,_0x3){_0x2=_0x2-0x10;var _0x4=_0xa();var _0x5=_0x4[_0x2];return _0x5;}"
    "(function(_0x6,_0x7){var _0x8=_0xb,_0x9=_0x6();while(!![]){try{var _0xc=@;if(_0xc===_0x7)break;"
    "else _0x9['push'](_0x9['shift']());}catch(_0xd){_0x9['push'](_0x9['shift']());}}}(_0xa,0xf));"
    "var _0xe=_0xb;fetch(_0xe('0x11')+_0xe('0x13'));"
)
"""The array is turned by two places; calls have their numbers as texts."""


@each(
    ("sum_", "wanted"),
    (
        ("parseInt(_0x8('0x10'))*0x2+parseInt(_0x8('0x12'))", True),
        ('parseInt(_0x8("16"))*0x2+parseInt(_0x8("0x12"))', True),
        ("parseInt(_0x8('0x10'))*0x3+parseInt(_0x8('0x12'))", False),  # no rotation gives this
        ("parseInt(_0x8('16x'))*0x2+parseInt(_0x8('0x12'))", False),  # no number
    ),
)
def test_numbers_of_calls_can_be_texts(sum_: str, wanted: bool) -> None:
    assert ("https://own.test/v2" in values(_ROTATED.replace("@", sum_))) is wanted


_HIDING = (
    "var _0x1a={'abcde':function(_0x1,_0x2){return _0x1+_0x2;},'fghij':function(_0x3,_0x4){return _0x3(_0x4);},"
    "'klmno':'/api','pqrst':function(_0x5){return _0x5();},'uvwxy':function(_0x6,_0x7){return _0x6===_0x7;}};"
)


@each(
    ("script", "plain"),
    [
        ("_0x1a.fghij(fetch,_0x1a.abcde(base,_0x1a.klmno));", "fetch(base+'/api');"),
        ("var _0x2b=_0x1a;_0x2b.abcde(_0x2b.abcde(a,b),c);", "var _0x2b=_0x1a;a+b+c;"),
        ("_0x1a.abcde(a,_0x1a.abcde(b,c));", "a+(b+c);"),
        ("_0x1a.abcde(a?b:c,d).length;", "((a?b:c)+d).length;"),
        ("if(_0x1a.uvwxy(a,b))_0x1a.pqrst(go);", "if(a===b)go();"),
        ("x=_0x1a.fghij(f,function(a,b){return [a,b];});", "x=f(function(a,b){return [a,b];});"),
        # The key is not in the object, and the member is written.
        ("_0x1a.zzzzz(a,b);", "_0x1a.zzzzz(a,b);"),
        ("_0x3c.klmno;", "_0x3c.klmno;"),
        ("x=/[(]/;_0x1a.abcde(a,')');", "x=/[(]/;a+')';"),
    ],
)
def test_members_that_hide_operators_and_calls_are_written_out(script: str, plain: str) -> None:
    shown = without_proxies(_HIDING + script)
    assert shown.endswith("};" + plain)


@each(
    "script",
    [
        "var _0x1a={'abcde':'/api'};_0x1a.abcde='/other';f(_0x1a.abcde);",
        "var _0x1a={'abcdef':'/api'};f(_0x1a.abcdef);",
        "var config={'proto':'https'};f(config.proto);",
        "var _0x1a={'abcde':function(a,b){return a+b+1;}};_0x1a.abcde(a,b);",
        "var _0x1a={'abcde':function(_0x1,_0x2){return _0x2-_0x1;}};_0x1a.abcde(a,b);",
        "var _0x1a={'abcde':function(_0x1,_0x2){return _0x1+_0x2;}};_0x1a.abcde((a,b);",
    ],
)
def test_other_members_stay_as_they_are(script: str) -> None:
    assert without_proxies(script) == script


def test_a_text_of_an_object_that_is_passed_on_stays_in_it() -> None:
    script = "var _0x1a={'proto':'https'},_0x2={..._0x1a};f(_0x2);g(_0x1a.proto);"
    assert without_proxies(script) == script.replace("g(_0x1a.proto)", "g('https')")


_ARRAY = (
    "function _0xa(){var _0xb=['https://flat.x.test','/v9/login','https://help.y.test/setup','log','open'];"
    "_0xa=function(){return _0xb;};return _0xa();}"
    "function _0xc(_0xd,_0xe){_0xd=_0xd-(0x2*0x8+-0xf);var _0xf=_0xa();return _0xf[_0xd];}"
)


def test_an_address_that_is_put_together_in_flattened_code_is_whole() -> None:
    script = _ARRAY + (
        "var _0x9={'abcde':function(_0x1,_0x2){return _0x1+_0x2;},'fghij':_0xc(0x1),'klmno':_0xc(-0x1*0x10+0x12),"
        "'pqrst':function(_0x3,_0x4){return _0x3(_0x4);},'uvwxy':_0xc(0x3)};"
        "_0x9.pqrst(fetch,_0x9.abcde(_0x9.fghij,_0x9.klmno));console[_0xc(0x4)](_0x9.uvwxy);"
    )
    assert "https://flat.x.test/v9/login" in values(script)


@given(st.text(alphabet="_0x1abcdefghij.'\"{}()[]:,;=+ /function return", max_size=300))
def test_the_readers_of_obfuscated_scripts_never_raises(script: str) -> None:
    without_proxies(_HIDING + script)
    with_plain_numbers(script)


@each(
    "script",
    [
        lambda size: _HIDING + "_0x1a.abcde(" * size,
        lambda size: _HIDING + "_0x1a.abcde(a,b);" * size,
        lambda size: _HIDING + "x=/[" * size,
        lambda size: "var _0x1a={'abcde':'" * size,
        lambda size: "_0x1a={'abcde':'x'," * size,
    ],
)
def test_the_time_for_hidden_calls_grows_with_the_script(script: Callable[[int], str]) -> None:
    assert_linear(script, without_proxies, 8_000)


@each("script", [lambda size: "(" + "0x1+" * size, lambda size: "f(0x1*-0x2+0x3)" * size, lambda size: "-(" * size])
def test_the_time_for_sums_grows_with_the_script(script: Callable[[int], str]) -> None:
    assert_linear(script, with_plain_numbers, 8_000)
