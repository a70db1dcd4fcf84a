"""Which strings and methods are worth a walk."""

from pathlib import Path

import pytest

from tieback.recognise.dataflow.calls import KnownCalls
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.fields import FieldConstants
from tieback.recognise.dataflow.seeds import MethodFinder, _may_begin, _runs, anchored_strings
from tieback.recognise.dataflow.sinks import read_sinks
from tieback.recognise.rules import RuleFiles

DEX = Path(__file__).parent / "dex"
KNOWN = KnownCalls(read_sinks())
RULES = RuleFiles()


def candidates(name: str) -> set[str]:
    dex = DexFile((DEX / f"{name}.dex").read_bytes())
    found = MethodFinder(dex, KNOWN.resolve(dex), FieldConstants(dex), anchored_strings(dex, RULES)).candidates()
    assert all(0 < one.stop <= one.code.units + 3 for one in found)
    return {dex.method_name(dex.method_of(one.code)).partition("->")[2] for one in found}


def test_strings_with_a_scheme() -> None:
    dex = DexFile((DEX / "concat.dex").read_bytes())
    texts = {dex.string(index) for index in anchored_strings(dex, RULES)}
    assert texts == {dex.string(index) for index in range(len(dex.strings)) if "://" in dex.string(index)}


@pytest.mark.parametrize(
    ("fixture", "methods"),
    [
        ("concat", {"builder", "chars", "concat", "format", "plus", "holes", "branches", "escapes", "tables"}),
        ("fields", {"own", "base", "changed", "broker"}),
        ("recipe", {"me", "plain"}),
        ("retrofit", {"make"}),
    ],
)
def test_methods(fixture: str, methods: set[str]) -> None:
    """The initialiser and the setter of fields put nothing together, so they are not walked for their own sake."""
    assert candidates(fixture) == methods


@pytest.mark.parametrize(
    ("text", "may"),
    [
        (b"http://", True),
        (b"https://%s/v1", True),
        (b"see mongodb://app@db.shop.test", True),
        (b"jdbc:mysql://db.shop.test/x", True),
        (b"HTTPS://API.shop.test", True),
        (b"http://schemas.android.com/apk/res/android", False),
        (b"http://schemas.android.com/a https://api.shop.test", True),
        (b"content://settings", False),
        (b"((?:http|https)://)", False),
        (b"://", False),
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
