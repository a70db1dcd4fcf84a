"""Scripts whose members and texts an obfuscator has cut and put in brackets."""

import pytest

from tieback.intake.apps.interface import ArtifactBatch
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.plain_members import with_plain_members
from tieback.recognise.search import AppSearch

OBFUSCATED = """
function _0x1(){var _0x9=['https://api.','obf.test','/v1/','me','base','path','open','GET','log','Setup help: ht',
'tps://docs.obf.test/setup'];_0x1=function(){return _0x9;};return _0x1();}
function _0x2(_0xa,_0xb){_0xa=_0xa-0x10;var _0xc=_0x1();return _0xc[_0xa];}
var session={'base':_0x2(0x10)+_0x2(0x11),'path':_0x2(0x12)+_0x2(0x13)};
function load(){var _0x3=_0x2,_0x4=new XMLHttpRequest();
_0x4[_0x3(0x16)](_0x3(0x17),session[_0x3(0x14)]+session[_0x3(0x15)],!![]);}
function fail(){console[_0x2(0x18)](_0x2(0x19)+_0x2(0x1a));}
"""
"""The shape that javascript-obfuscator 5 writes with ``splitStrings``."""


@pytest.mark.parametrize(
    ("script", "plain"),
    [
        ("x['open']('GET')", "x.open('GET')"),
        ("x['setR'+'eque'+ 'st'](1)", "x.setRequest(1)"),
        ("f()['a'][\"b\"]", "f().a.b"),
        ("x['open'](a['b'])['c']", "x.open(a.b).c"),
        ("u='ht'+'tps://'+h", "u='https://'+h"),
        ("'it\\'s '+'fine'", "'it\\'s fine'"),
        ("x?.['a']?.['b']", "x?.a?.b"),
        (
            "class A{get['host'](){return 1}static get['b'](){}['c'](d){}}",
            "class A{get host(){return 1}static get b(){}c(d){}}",
        ),
        ("function(){}['constructor']('a')", "function(){}['constructor']('a')"),
        ("x.get['a'](b);", "x.get.a(b);"),
        # Arrays, keys that are no names, and texts that contain code stay.
        ("return['a']", "return['a']"),
        ("x=['a']", "x=['a']"),
        ("x['two words']", "x['two words']"),
        ("x['a']['0']", "x.a['0']"),
        ("s=\"x['y']\"", "s=\"x['y']\""),
        ("// x['y']", "// x['y']"),
        ("'a'+\"b\"", "'a'+\"b\""),
        ("''", "''"),
    ],
)
def test_members_in_brackets_and_sums_of_literals(script: str, plain: str) -> None:
    assert with_plain_members(script.encode()).decode() == plain


def finds(script: str) -> tuple[set[str], set[str]]:
    """The endpoints of a script, and the addresses that are no back ends."""
    batch = ArtifactBatch(("www/main.js",), (script.encode(),), read_small_file)
    found = list(AppSearch(RuleFiles()).finds([batch]))
    return (
        {one.endpoint.value for one in found if isinstance(one, Sighting)},
        {one.value for one in found if isinstance(one, NotBackend)},
    )


def test_obfuscated_members_are_joined() -> None:
    endpoints, _ = finds(OBFUSCATED)
    assert "https://api.obf.test/v1/me" in endpoints


def test_obfuscated_message_is_no_back_end() -> None:
    endpoints, others = finds(OBFUSCATED)
    assert not any("docs.obf.test" in value for value in endpoints)
    assert "https://docs.obf.test/setup" in others


def test_obfuscated_message_that_is_also_contacted_is_a_back_end() -> None:
    endpoints, _ = finds(OBFUSCATED + "fetch(_0x2(0x1a)==1||'https://docs.obf.test/setup');")
    assert any("docs.obf.test" in value for value in endpoints)
