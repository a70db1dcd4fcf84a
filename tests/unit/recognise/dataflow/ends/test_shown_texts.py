"""Texts for people that code reads again and contacts, and links that the app opens itself."""

from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import LINK, SHOWN
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "dex"
PICTURE = "https://picture.shop.test/a.png"


@each(
    ("name", "host", "expected"),
    [
        ("shownagain", "read", ""),
        ("shownagain", "title", SHOWN),
        ("shownagain", "summary", ""),
        ("shownagain", "label", SHOWN),
        ("shownagain", "written", ""),
        ("shownagain", "printed", SHOWN),
        ("shownagain", "own", ""),
        ("shownagain", "named", ""),
        ("shownagain", "browser", LINK),
        ("hintagain", "hint", ""),
    ],
)
def test_a_text_that_code_reads_again_can_be_contacted(name: str, host: str, expected: str) -> None:
    uses = ConstantUses([DexFile((DEX / f"{name}.dex").read_bytes())])
    assert uses.reason(f"https://{host}.shop.test/".encode()) == expected


def test_a_hint_that_code_does_not_read_is_shown() -> None:
    data = (DEX / "hintagain.dex").read_bytes().replace(b"getHint", b"getHinu")
    assert ConstantUses([DexFile(data)]).reason(b"https://hint.shop.test/") == SHOWN


@each(("host", "is_left_out"), [("browser.shop.test", False), ("other.shop.test", True)])
def test_a_link_that_the_app_opens_itself_is_a_back_end(host: str, is_left_out: bool) -> None:
    text = f'<manifest package="test.shop.app"><data android:scheme="https" android:host="{host}"/></manifest>'
    manifest = Artifact("AndroidManifest.xml", (Buffer("AndroidManifest.xml", BufferKind.MANIFEST, text.encode()),))
    code = read_dex("classes.dex", (DEX / "shownagain.dex").read_bytes())[0]
    finds = AppSearch(RuleFiles()).finds([manifest, code])
    left_out = {one.value for one in finds if isinstance(one, NotBackend) and one.reason == LINK}
    assert ("https://browser.shop.test" in left_out) is is_left_out


@each(("changed", "left_out"), [(False, {"https://text.shop.test"}), (True, {"https://text.shop.test", PICTURE})])
def test_a_picture_in_a_text_of_html_is_loaded_if_the_app_has_code_for_that(changed: bool, left_out: set[str]) -> None:
    data = (DEX / "pictures.dex").read_bytes()
    code = read_dex("classes.dex", data.replace(b"ImageGetter", b"ImageGettes") if changed else data)[0]
    manifest = Artifact("AndroidManifest.xml", (Buffer("AndroidManifest.xml", BufferKind.MANIFEST, b"<manifest/>"),))
    finds = AppSearch(RuleFiles()).finds([manifest, code])
    assert {one.value for one in finds if isinstance(one, NotBackend) and one.reason == SHOWN} == left_out


def test_a_text_in_a_view_that_too_many_places_read_may_be_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.recognise.dataflow.ends.shown_texts._MOST_SITES", 0)
    uses = ConstantUses([DexFile((DEX / "shownagain.dex").read_bytes())])
    assert not uses.reason(b"https://title.shop.test/")
