"""Scripts and pages among the constants of code."""

from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise import embedded
from tieback.recognise.embedded import PAGE, SCRIPT, embedded_texts, language
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parent / "dataflow" / "dex"


@each(
    ("text", "name"),
    [
        (b"<!DOCTYPE html><html><script>fetch('/a')</script>", PAGE),
        (b"\n <script src='https://lib.shop.test/x.js'></script>", PAGE),
        (b"javascript:(function(){})()", SCRIPT),
        (b"(function(){fetch('https://a.shop.test')})()", SCRIPT),
        (b"var x=new XMLHttpRequest()", SCRIPT),
        (b"<html><body>https://a.shop.test</body></html>", ""),
        (b"Could not prefetch(https://a.shop.test)", ""),
        (b"https://a.shop.test/?q=javascript:1", ""),
    ],
)
def test_the_language_of_a_text(text: bytes, name: str) -> None:
    assert language(text) == name


@each("small", [0, 1024 * 1024])
def test_the_texts_are_those_of_whole_constants(small: int) -> None:
    buffer = read_dex("classes.dex", (DEX / "embedded.dex").read_bytes())[0].buffers[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "_SMALL", small)
        found = dict(embedded_texts(buffer))
    assert [language(text) for text in found.values()].count(PAGE) == 2
    assert len(found) == 4
    assert all(buffer.data[start - 1 :].split(b"\0")[0].endswith(text) for start, text in found.items())


def test_hosts_of_scripts_in_constants() -> None:
    """A request, a script of a page and a joined address count; comments and texts for people do not."""
    artifact = read_dex("classes.dex", (DEX / "embedded.dex").read_bytes())[0]
    found = list(AppSearch(RuleFiles()).finds([artifact]))
    shown = {one.endpoint.value: one.evidence for one in found if isinstance(one, Sighting)}
    assert set(shown) == {
        "https://link.shop.test/a",
        "https://lib.shop.test/x.js",
        "https://api.shop.test/v1/items",
        "https://eval.shop.test/v1",
    }
    assert shown["https://api.shop.test/v1/items"].how == "dex-string/script-flow/fetch"
    offset = shown["https://api.shop.test/v1/items"].offset
    assert offset is not None
    assert artifact.buffers[0].data[offset:].startswith(b"https://'+h+'/v1/items")
    assert {one.value: one.reason for one in found if isinstance(one, NotBackend)} == {
        "https://terms.shop.test": "only in text that a page shows",
        "https://doc.shop.test/help": "only in a comment",
    }
