"""Limits of the readers of scripts: what is at a limit is read whole, and one more is left as it is."""

from types import ModuleType

import pytest

from tests.unit.recognise.scripts.test_classes import codes, values
from tieback.recognise.scripts import evaluate, loops, string_arrays, wrappers
from tieback.recognise.scripts.folding import MADE
from tieback.recognise.scripts.string_arrays import without_arrays
from tieback.recognise.scripts.wrappers import without_wrappers

URL = "https://a.x.test/p"
_DATA = f"var d=[{codes(URL, 29)}];"
_ADD = "var o='';for(var i=0;i<a.length;i++){o+=String.fromCharCode(a[i]^k)}return o}fetch(s(d,29))"
_NESTED = "function a(x){return b(x)}function b(x){return c(x)}function c(x){return 'https://'+x}fetch(a('a.x.test/p'))"


@pytest.mark.parametrize(
    ("module", "limit", "least", "script"),
    [
        (loops, "MAX_ROUNDS", len(URL), f"{_DATA}function s(a,k){{{_ADD}"),
        (loops, "_MAX_VARIABLES", 2, f"{_DATA}function s(a,k){{var x=k;var y=x;{_ADD}".replace("^k", "^y")),
        (evaluate, "MAX_CALLS", 3, _NESTED),
    ],
)
def test_an_address_is_found_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, limit: str, least: int, script: str
) -> None:
    assert values(script) == {URL}
    monkeypatch.setattr(module, limit, least)
    assert values(script) == {URL}
    monkeypatch.setattr(module, limit, least - 1)
    assert values(script) == set()


_ARRAY = "function _0xa(){var _0xb=['7p','9q','host'];_0xa=function(){return _0xb;};return _0xa();}"
_READER = "function _0xr(_0x1,_0x2){_0x1=_0x1-0x10;var _0x3=_0xa();return _0x3[_0x1];}"
_TURN = "(function(_0x5,_0x6){while(!![]){try{var _0x7=SUM;if(_0x7===_0x6)break;}catch(_0x8){f();}}}(_0xa,0x9));"
_SUM = "parseInt(_0xr(0x10))"


def arrays(total: str = "", calls: int = 1) -> str:
    """A script with an array that is turned until a sum is nine, and calls that read its second text."""
    return _ARRAY + _READER + (_TURN.replace("SUM", total) if total else "") + "f(_0xr(0x11));" * calls


@pytest.mark.parametrize(
    ("limit", "least", "script", "text"),
    [
        ("MAX_ARRAYS", 1, arrays(), "f('9q');"),
        ("MAX_TEXTS", 3, arrays(), "f('9q');"),
        ("MAX_CALLS", 3, arrays(calls=3), "f('9q');"),
        # The first text is no nine, so that the sum is computed twice.
        ("MAX_WORK", 2, arrays(_SUM), "f('host');"),
        ("_MAX_DEPTH", 3, arrays(f"(({_SUM}))"), "f('host');"),
    ],
)
def test_the_texts_of_an_array_are_written_out_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch, limit: str, least: int, script: str, text: str
) -> None:
    monkeypatch.setattr(string_arrays, limit, least)
    assert without_arrays(script).replace(MADE, "").endswith(text)
    monkeypatch.setattr(string_arrays, limit, least - 1)
    assert without_arrays(script).endswith("f(_0xr(0x11));")


_WRAPPER = "function _0xb(_0x1){return _0xa(_0x1-0x1);}"


@pytest.mark.parametrize(
    ("limit", "least", "script", "plain"),
    [
        ("MAX_WRAPPERS", 2, f"function _0xc(_0x1){{return _0xd(_0x1);}}{_WRAPPER}_0xb(0x12)", "_0xa(0x11)"),
        ("MAX_WRAPPERS", 2, "var _0xc={_0xd:0x1},_0xe={_0xd:0x2};_0xa(_0xe._0xd)", "_0xa(0x2)"),
        ("MAX_CALLS", 2, "var _0xc={_0xd:0x1,_0xe:0x2};_0xa(_0xc._0xe)", "_0xa(0x2)"),
        ("MAX_CALLS", 2, f"{_WRAPPER}_0xb(0x12);_0xb(0x12)", "_0xa(0x11)"),
        ("_MAX_CHAIN", 2, f"{_WRAPPER}function _0xc(_0x1){{return _0xb(_0x1);}}_0xc(0x12)", "_0xa(0x11)"),
    ],
)
def test_wrappers_are_passed_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch, limit: str, least: int, script: str, plain: str
) -> None:
    monkeypatch.setattr(wrappers, limit, least)
    assert without_wrappers(script, {"_0xa"}).endswith(plain)
    monkeypatch.setattr(wrappers, limit, least - 1)
    assert not without_wrappers(script, {"_0xa"}).endswith(plain)
