"""Matches of a pattern that a function of the script replaces."""

import pytest

from tests.each import each
from tests.unit.recognise.scripts.test_resolve import value
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts import replaced_by

TOKENS = "const f=(t,m)=>t.replace(/\\{(\\w+)\\}/g,(_,k)=>m[k])"
ROTATED = "const r=s=>s.replace(/[a-z]/g,c=>String.fromCharCode((c.charCodeAt(0)-97+13)%26+97))"


@each(
    ("before", "expression", "wanted"),
    (
        (TOKENS, 'f("https://{host}/{v}/u",{host:"rt.test",v:"v1"})', "https://rt.test/v1/u"),
        (
            "function f(t,m){return t.replace(/:(\\w+)/g,function(a,k){return m[k]})}",
            'f("/:a/:b",{a:"x",b:"y"})',
            "/x/y",
        ),
        (ROTATED, 'r("uggcf://ebg.grfg/i1")', "https://rot.test/v1"),
        (
            'const K="host test".split(" ")',
            '"https://a.0.1".replace(/\\b\\d\\b/g,n=>K[n]||n)',
            "https://a.host.test",
        ),
        ("", '"a-b-c".replace(/-/,x=>"+")', "a+b-c"),
    ),
    ids=("tokens", "route", "rotated letters", "borders of words", "first match"),
)
def test_a_function_replaces_the_matches(before: str, expression: str, wanted: str) -> None:
    assert value(expression, before) == [wanted]


@each(
    "expression",
    (
        '"aa".replace(/(a+)+/g,x=>"b")',
        '"aa".replace(/a|b/g,x=>"b")',
        '"aa".replace(/(?=a)/g,x=>"b")',
        '"aa".replace(/(a)(b/g,x=>"b")',
    ),
    ids=("repeated group", "choice", "look-ahead", "no pattern"),
)
def test_other_patterns_are_not_run(expression: str) -> None:
    assert value(expression) != ["bb"]
    assert value(expression) != ["b"]


def test_an_unknown_replacement_is_no_part_of_the_address() -> None:
    assert value('f("https://a.test/{user}/x",{host:"b.test"})', TOKENS) == [f"https://a.test/{HOLE}/x"]


def test_the_number_of_matches_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaced_by, "MAX_MATCHES", 3)
    assert value('"abc".replace(/[a-z]/g,c=>c+"1")') == ["a1b1c1"]
    assert value('"abcd".replace(/[a-z]/g,c=>c+"1")') != ["a1b1c1d1"]
