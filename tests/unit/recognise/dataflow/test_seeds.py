"""Which strings and methods are worth a walk."""

from pathlib import Path

import pytest

from tests.each import each
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.libraries import SILENT
from tieback.recognise.dataflow.methods.sinks import read_sinks
from tieback.recognise.dataflow.walk.calls import KnownCalls
from tieback.recognise.dataflow.walk.seeds import MethodFinder, _may_begin, _runs, anchored_strings
from tieback.recognise.rules import RuleFiles

DEX = Path(__file__).parent / "dex"
KNOWN = KnownCalls(read_sinks())
RULES = RuleFiles()


def candidates(name: str, *, own: bool = False) -> set[str]:
    dex = DexFile((DEX / f"{name}.dex").read_bytes())
    found = MethodFinder(dex, KNOWN.resolve(dex), anchored_strings(dex, RULES)).candidates()
    assert all(one.stop is None or 0 < one.stop <= one.code.units + 3 for one in found)
    names = {dex.method_name(dex.method_of(one.code)).partition("->")[2]: one for one in found}
    return {name for name, one in names.items() if one.own == own}


def test_strings_with_a_scheme() -> None:
    dex = DexFile((DEX / "concat.dex").read_bytes())
    texts = {dex.string(index) for index in anchored_strings(dex, RULES)}
    assert texts == {dex.string(index) for index in range(len(dex.strings)) if "://" in dex.string(index)}


@pytest.mark.parametrize(
    ("fixture", "methods"),
    [
        ("concat", {"builder", "chars", "concat", "format", "plus", "holes", "branches", "escapes", "tables"}),
        ("fields", {"broker", "<clinit>", "<init>", "change"}),
        ("recipe", {"me", "plain"}),
        ("retrofit", {"make"}),
    ],
)
def test_methods(fixture: str, methods: set[str]) -> None:
    assert candidates(fixture) == methods


def test_no_walk_begins_in_a_library_that_contacts_no_host() -> None:
    data = (DEX / "concat.dex").read_bytes()
    moved = DexFile(data.replace(b"Ltest/shop/", b"Lrx/t/shop/"))
    assert moved.types_of(SILENT).any()
    assert MethodFinder(moved, KNOWN.resolve(moved), anchored_strings(moved, RULES)).candidates() == []


def scheme_calls(*before: int) -> list[int]:
    """Code that gives the text in register 1 to a builder of URIs, after these units."""
    dex = DexFile((DEX / "sinks.dex").read_bytes())
    (scheme,) = (
        index for index, sink in KNOWN.resolve(dex).sinks.items() if (sink.name, sink.method) == ("Uri", "scheme")
    )
    return [*before, 0x206E, scheme, 0x0010]


LOCAL, OTHER = 901, 902
"""String indices of ``content`` and of another text."""


@each(
    ("units", "local"),
    [
        (scheme_calls(0x011A, LOCAL), True),
        (scheme_calls(0x011A, LOCAL, *[0x0000] * 40), True),
        (scheme_calls(0x011A, OTHER), False),
        (scheme_calls(0x011A, LOCAL, 0x010C), False),
        (scheme_calls(0x011A, LOCAL, 0x2154, 0x0001), False),
        (scheme_calls(0x021A, LOCAL), False),
        ([*scheme_calls(0x011A, LOCAL), *scheme_calls(0x011A, OTHER)], False),
        ([0x011A, LOCAL], False),
    ],
    ids=["constant", "far", "other", "result", "field", "register", "both", "no call"],
)
def test_uris_within_the_device(units: list[int], local: bool) -> None:
    dex = DexFile((DEX / "sinks.dex").read_bytes())
    finder = MethodFinder(dex, KNOWN.resolve(dex), set())
    finder._local = {LOCAL}
    assert finder._is_local(units) == local


def test_methods_that_request_a_url_count_in_code_of_the_app() -> None:
    assert "relative" not in candidates("sinks", own=True)
    assert candidates("fields", own=True) == set()


def test_the_last_call_of_a_file_is_seen() -> None:
    """A call just before the last ``return-void`` of the code."""
    data = (DEX / "sinks.dex").read_bytes()
    dex = DexFile(data)
    calls = KNOWN.resolve(dex)
    every = {one.code.offset for one in MethodFinder(dex, calls, set()).candidates()}
    for offset in every:
        code = dex.code(offset)
        assert code is not None
        cut = DexFile(data)
        section = cut.sections[SectionKind.CODE]
        cut.sections[SectionKind.CODE] = section._replace(end=code.begin + 2 * code.units)
        assert offset in {one.code.offset for one in MethodFinder(cut, calls, set()).candidates()}


@each(
    ("text", "may"),
    [
        (b"http://", True),
        (b"https://%s/v1", True),
        (b"see mongodb://app@db.shop.test", True),
        (b"jdbc:mysql://db.shop.test/x", True),
        (b"HTTPS://API.shop.test", True),
        (b"http://schemas.android.com/apk/res/android", False),
        (b"http://schemas.android.com/a https://api.shop.test", True),
        (b"<query xmlns='http://jabber.org/protocol/disco#info' node='", False),
        (b"http://jabber.org/protocol", False),
        (b"http://jabber.org/proto", True),
        (b"http://jabber.org/", True),
        (b"https://docs.google.com/spreadsheet/formResponse", True),
        (b"content://settings", False),
        (b"((?:http|https)://)", False),
        (b"://", True),
        (b"%s://%s:%d", True),
    ],
)
def test_texts_that_may_begin_an_endpoint(text: bytes, may: bool) -> None:
    assert _may_begin(text, RULES) == may


@pytest.mark.parametrize(
    ("indices", "runs"),
    [
        (set(), []),
        ({7}, [(7, 7)]),
        ({7, 9, 5}, [(5, 9)]),
        ({7, 5000, 5001}, [(7, 7), (5000, 5001)]),
        ({70000}, []),
    ],
)
def test_indices_that_lie_close_together(indices: set[int], runs: list[tuple[int, int]]) -> None:
    assert _runs(indices) == runs
