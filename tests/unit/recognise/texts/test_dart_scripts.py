"""Addresses that a Flutter app for the web opens in another tab are links; those that it requests are back ends."""

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.reasons import LINK
from tieback.recognise.texts.dart_scripts import MAX_METHODS, launchers
from tieback.recognise.texts.places import TextPlaces

URL = b"https://a.shop.test/x"
LAUNCH = """
akt(a,b){var s=0,r=A.Q(t.y),q,p
var $async$akt=A.R(function(c,d){if(c===1)return A.N(d,r)
for(;;)switch(s){case 0:if(b===B.C_||b===B.C0)p=!(a.gdm()==="https"||a.gdm()==="http")
if(p)throw A.e(A.ev(a,"url","To use an in-app web view, you must provide an http(s) URL."))
return A.O(q,r)}})
return A.P($async$akt,r)},
"""


@each(
    ("file", "code", "expected"),
    [
        ("main.dart.js", '$0(){return A.akt(A.dB("URL",0,null),B.C1)},', LINK),
        ("main.dart.js", '$0(){return A.akt("URL",B.C1)},', LINK),
        ("main.dart.js", 'case 0:l=A.dB("URL",0,null)\nq=3\nreturn A.R(A.akt(l,B.q2),$x)', LINK),
        ("main.dart.js", 'case 0:l=A.dB("URL",0,null)\nq=3\nreturn A.R(A.akg(l,null),$x)', ""),
        ("main.dart.js", '$0(){return A.akg(A.dB("URL",0,null),null)},', ""),
        ("main.dart.js", '$0(){return A.akt(A.dB("b",0,null),f("URL"))},', ""),
        ("main.js", '$0(){return A.akt(A.dB("URL",0,null),B.C1)},', ""),
    ],
)
def test_an_address_that_is_opened_in_another_tab(file: str, code: str, expected: str) -> None:
    data = f"(function(){{{LAUNCH}{code.replace('URL', URL.decode())}\n}})()".encode()
    assert TextPlaces(file, data).reason(data.find(URL)) == expected


def test_a_script_without_the_package_opens_nothing() -> None:
    assert launchers(b"main(){}") == b""


def test_the_cost_is_linear() -> None:
    part = LAUNCH.encode()
    assert launchers(part * 20).count(b"akt") == MAX_METHODS
    assert_linear(lambda size: b"\na(b){" * (size // 6) + part, launchers, 200_000)
