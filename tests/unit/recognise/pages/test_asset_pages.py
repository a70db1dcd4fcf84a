"""Pages in the assets of an app without Cordova that nothing can open."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.pages import asset_pages
from tieback.recognise.pages.asset_pages import UNOPENED, AssetPages
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "dataflow" / "dex"
LONG = f"{'a' * 50}.html"


def code(name: str = "assetopen") -> Artifact:
    return read_dex("classes.dex", (DEX / f"{name}.dex").read_bytes())[0]


def file(name: str, text: str | bytes, kind: BufferKind = BufferKind.TEXT) -> Artifact:
    return Artifact(name, (Buffer(name, kind, text if isinstance(text, bytes) else text.encode()),))


def sighting(name: str) -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, "https://a.test", "https", "a.test", 443, "", None)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(name, 0, "text/url", ""))


def stays(page: str, *more: Artifact, dex: Artifact | None = None) -> bool:
    """True if a find in a page stays."""
    pages = AssetPages()
    pieces = (dex or code(), file(page, ""), *more)
    assert list(pages.seen(pieces)) == list(pieces)
    (find,) = pages.settled([sighting(page)])
    assert isinstance(find, Sighting) or find == NotBackend("https://a.test", UNOPENED)
    return isinstance(find, Sighting)


@each("page", ["assets/help.html", "base/assets/web/old.htm"])
def test_a_page_that_nothing_names_is_left_out(page: str) -> None:
    assert not stays(page)


@each("page", ["assets/app.js", "res/raw/help.html", "assets/inner.apk!assets/help.html", "myassets/help.html"])
def test_other_files_stay(page: str) -> None:
    assert stays(page)


@each(
    ("name", "text", "expected"),
    [
        ("res/values.xml", "open help.html now", True),
        ("res/values.xml", "open web/HELP.html now".lower(), True),
        ("res/values.xml", "open myhelp.html now", False),
        ("res/values.xml", "open help.htmlx", False),
        ("META-INF/MANIFEST.MF", "Name: assets/help.html", False),
        # The address of any file of the assets, or only the end of a name.
        ("assets/list.json", '"file:///android_asset/"', True),
        ("assets/list.json", '"https://appassets.androidplatform.net/"', True),
        ("assets/list.json", '".html"', True),
        ("assets/list.json", '"%s.html"', True),
        ("assets/list.json", '"${name}.html"', True),
        ("assets/list.json", '"data.json"', False),
        ("res/values.xml", "help.html".encode("utf-16-le"), True),
        # A page or script that is not opened opens no other one.
        ("assets/old.html", "<a href='help.html'>", False),
        ("assets/worker.js", "cache('help.html')", False),
        ("assets/old.html", "load(name + '.html')", False),
    ],
)
def test_a_page_stays_if_something_may_open_it(name: str, text: str | bytes, expected: bool) -> None:
    assert stays("assets/help.html", file(name, text)) is expected


def test_what_an_opened_page_names_stays() -> None:
    start = file("res/values.xml", "start.html")
    assert stays(
        "assets/help.html",
        start,
        file("assets/start.html", "<script src='a.js'>"),
        file("assets/a.js", "go('help.html')"),
    )
    assert stays("assets/help.html", start, file("assets/start.html", "go(name + '.html')"))
    assert not stays("assets/help.html", start, file("assets/start.html", "<script src='a.js'>"))


def test_the_length_before_a_long_name_is_no_part_of_it() -> None:
    assert stays(f"assets/{LONG}", file("res/values.xml", f"7{LONG}"))
    assert stays(f"assets/{LONG}", file("res/values.xml", f"77{LONG}"))


@each(
    "more",
    [
        Artifact("lib/a.so", (Buffer("lib/a.so", BufferKind.NATIVE, b""),)),
        Artifact("a.bundle", (), b"bytecode"),
        Artifact("a.dll", (), assembly=b"image"),
        Artifact("a.json", (), left_out="the rest"),
        code("assetlist"),
        code("assetfolder"),  # it opens files by another way than the AssetManager
        code("rhino"),
        file("classes2.dex", b"dex", BufferKind.DEX),
    ],
)
def test_other_code_may_open_a_page(more: Artifact) -> None:
    assert stays("assets/help.html", more)


def test_without_code_nothing_is_known() -> None:
    assert stays("assets/help.html", dex=file("res/a.xml", ""))


def test_small_files_that_are_searched_together_have_names_too() -> None:
    batch = ArtifactBatch(("a.json", "b.json"), (b"{}", b'"help.html"'), file)
    pages = AssetPages()
    assert list(pages.seen([code(), file("assets/help.html", ""), batch]))
    (find,) = pages.settled([sighting("assets/help.html")])
    assert isinstance(find, Sighting)


@each("limit", ["MAX_PAGES", "MAX_NAMES", "MAX_OTHER"])
def test_above_a_limit_all_pages_stay(limit: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asset_pages, limit, 0)
        assert stays("assets/help.html", file("a.json", "x.html"))


def test_an_app_leaves_the_addresses_of_such_a_page_out() -> None:
    pieces = [code(), file("assets/help.html", "<script src='https://cdn.shop.test/a.js'></script>")]
    search = AppSearch(RuleFiles())
    assert NotBackend("https://cdn.shop.test/a.js", UNOPENED) in search.finds(pieces, hybrid=False, asset_pages=True)
    assert any(isinstance(one, Sighting) for one in search.finds(pieces, hybrid=False))


@given(st.binary(max_size=200), st.binary(max_size=200))
@settings(max_examples=examples(200), deadline=None)
def test_any_bytes_are_read(page: bytes, other: bytes) -> None:
    assert stays("assets/help.html", file("assets/a.html", page), file("a.json", other)) in (True, False)


@each("text", [b"a.htm ", b".js", b"%.css", b"a" * 50 + b".html "])
def test_the_cost_of_a_file_grows_with_its_length(text: bytes) -> None:
    assert_linear(lambda size: file("a.json", text * size), lambda piece: list(AssetPages().seen([piece])), 4_000)
