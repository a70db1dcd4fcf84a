"""Addresses that a Flutter app for the web makes of a scheme, a host and a path."""

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.dart_addresses import addresses
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles(), dataflow=False)


def shown(file: str, code: str) -> set[str]:
    data = f"(function(){{\n{code}\n}})()".encode()
    found = SEARCH.finds([Artifact(file, (Buffer(file, BufferKind.TEXT, data),))])
    return {one.endpoint.value for one in found if isinstance(one, Sighting)}


LAUNCH = """akt(a,b){
throw A.e(A.ev(a,"url","To use an in-app web view, you must provide an http(s) URL."))},
"""


@each(
    ("file", "code", "expected"),
    [
        ("a/main.dart.js", 's=A.aDE("https","api.shop.test","/v1/items",q)', {"https://api.shop.test/v1/items"}),
        ("a/main.dart.js", 's=A.aDE("https","api.shop.test","v1",null)', {"https://api.shop.test/v1"}),
        ("a/main.dart.js", 's=A.aDE("http","192.0.3.7:5000",a)', {"http://192.0.3.7:5000", "192.0.3.7:5000"}),
        ("a/main.dart.js", 's=A.aDE("https","api.shop.test")', {"https://api.shop.test"}),
        ("a/main.dart.js", 's=A.aDE("https","shop")', set()),
        ("a/main.dart.js", 's=A.aDE("https",a,"api.shop.test")', set()),
        ("a/main.dart.js", 's={"https","api.shop.test"]', set()),
        ("a/main.dart.js", LAUNCH + '$0(){return A.akt(A.aDE("https","www.shop.test","/",q),B.C1)}', set()),
        ("a/main.js", 's=A.aDE("https","api.shop.test","/v1/items",q)', set()),
    ],
)
def test_an_address_of_constants(file: str, code: str, expected: set[str]) -> None:
    assert shown(file, code) == expected


def test_the_cost_is_linear() -> None:
    part = b'("https","a.b.c.d.e.f.g.h.i.test'

    def work(data: bytes) -> object:
        return list(addresses(data, [(b'"https"', at + 8) for at in range(0, len(data) - 8, len(part))]))

    assert_linear(lambda size: part * (size // len(part)), work, 40_000)
