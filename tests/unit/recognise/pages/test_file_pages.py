"""Addresses without a scheme in pages that a hybrid app loads from files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.pages import file_pages
from tieback.recognise.pages.file_pages import NO_SCHEME
from tieback.recognise.pages.unloaded import UnloadedFiles
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

WWW = "assets/www/"
LABEL = "// Platform: android\nvar PLATFORM_VERSION_BUILD_LABEL = '%s';"
PAGE = '<script src="cordova.js"></script><script src="//a.shop.test/a.js"></script>'


def stays(page: str, frame: str, *, root: str = WWW, plugins: str = "", name: str = "index.html") -> bool:
    """True if the first address without a scheme in a page stays."""
    pages = UnloadedFiles()
    files = {"cordova_plugins.js": plugins, "index.html": "<script src=a.js></script>", name: page, "cordova.js": frame}
    for file, text in files.items():
        pages.see(Artifact(root + file, (Buffer(root + file, BufferKind.TEXT, text.encode()),)))
    endpoint = Endpoint(EndpointKind.URL, "https://a.shop.test", "https", "a.shop.test", 443, "", None)
    place = Evidence(root + name, page.find("//a.shop.test"), "text/url", "")
    (find,) = pages.settled([Sighting(endpoint, 1, Party.UNKNOWN, place)])
    assert isinstance(find, Sighting) or find == NotBackend("https://a.shop.test", NO_SCHEME)
    return isinstance(find, Sighting)


@each(
    ("page", "name", "expected"),
    [
        (PAGE, "index.html", False),
        ("<link href = '//a.shop.test/a.css' rel=stylesheet>", "index.html", False),
        ("<img src=//a.shop.test/a.png>", "index.html", False),
        ("@font-face{src:url(//a.shop.test/a.woff)}", "a.css", False),
        ("@font-face{src:url( '//a.shop.test/a.woff' )}", "a.css", False),
        ('@import "//a.shop.test/a.css";', "a.css", False),
        ("s.src = '//a.shop.test/a.js'", "a.js", False),
        (r'e.append("<img src=\"//a.shop.test/a.png\">")', "a.js", False),
        ("styles:['@import url(//a.shop.test/a.css);b{color:red}']", "a.js", False),
        ("get(//a.shop.test/a.js is a comment", "a.js", True),
        # Another text can be before it.
        ("s.src = 'https:' + '//a.shop.test/a.js'", "a.js", True),
        ("var s = '//a.shop.test/a.js'", "a.js", True),
        ("<img data-src=//a.shop.test/a.png>", "index.html", True),
        ('<script src="https://a.shop.test/a.js"></script>', "index.html", True),
    ],
)  # fmt: skip
def test_an_address_without_a_scheme_is_a_file_in_a_page_that_is_one(page: str, name: str, expected: bool) -> None:
    assert stays(page, LABEL % "9.1.0", name=name) == expected


@each(
    ("version", "root", "expected"),
    [
        ("5.1.1", WWW, False),
        ("10.0.0", WWW, True),
        ("5.1.1", "Payload/A.app/www/", False),
        ("6.1.0", "Payload/A.app/www/", True),
        ("", WWW, True),
    ],
)
def test_the_version_of_cordova_decides(version: str, root: str, expected: bool) -> None:
    assert stays(PAGE, LABEL % version, root=root) == expected


def test_the_version_of_an_old_script_is_in_its_first_lines() -> None:
    assert not stays(PAGE, "// Platform: android\n// 3.5.1\n")
    assert not stays(PAGE, "var CORDOVA_JS_BUILD_LABEL = '3.6.3';")


def test_a_plugin_can_load_the_pages_from_a_server() -> None:
    assert stays(PAGE, LABEL % "8.1.0", plugins='{"cordova-plugin-ionic-webview": "4.1.3"}')
    for name in ("cordova-plugin-meteor-webapp", "com.telerik.plugins.wkwebview", "cordova-plugin-wkwebview"):
        assert stays(PAGE, LABEL % "5.1.1", root="Payload/A.app/www/", plugins=f'{{"{name}": "1.0.0"}}')
    for name in ("cordova-plugin-whitelist", "cordova-plugin-wkwebview-engine"):
        assert not stays(PAGE, LABEL % "5.1.1", root="Payload/A.app/www/", plugins=f'{{"{name}": "1.0.0"}}')


@each(
    ("settings", "expected"),
    [
        ('<content src="http://localhost:8080/index.html"/>', True),
        ('<content src="http://127.0.0.1:8080/index.html"/>', True),
        ('<preference name="hostname" value="ionic://app"/>', True),
        ('<access origin="http://127.0.0.1*"/>', False),
    ],
)
def test_the_settings_can_name_a_server_on_the_device(settings: str, expected: bool) -> None:
    for file, text in (
        ("res/xml/config.xml", settings.encode()), ("res/xml/config.xml", settings.encode("utf-16-le")),
    ):  # fmt: skip
        pages = UnloadedFiles()
        files = {WWW + "cordova.js": (LABEL % "8.1.0").encode(), WWW + "index.html": PAGE.encode(), file: text}
        for name, content in files.items():
            pages.see(Artifact(name, (Buffer(name, BufferKind.TEXT, content),)))
        endpoint = Endpoint(EndpointKind.URL, "https://a.shop.test", "https", "a.shop.test", 443, "", None)
        place = Evidence(WWW + "index.html", PAGE.find("//a.shop.test"), "text/url", "")
        (find,) = pages.settled([Sighting(endpoint, 1, Party.UNKNOWN, place)])
        assert isinstance(find, Sighting) is expected


def test_a_script_can_run_in_a_page_of_a_server() -> None:
    script = "s.src = '//a.shop.test/a.js'"
    assert not stays(script, LABEL % "8.1.0", name="a.js")
    assert stays(f'{script};w.executeScript({{file: "a.js"}})', LABEL % "8.1.0", name="a.js")
    assert not stays(f"{script};w.executeScript = function(details, done) {{}}", LABEL % "8.1.0", name="a.js")


@pytest.mark.parametrize("bound", ["MAX_ADDRESSES", "MAX_STARTS"])
def test_further_addresses_stay(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_pages, bound, 0)
    assert stays(PAGE, LABEL % "8.1.0")


@settings(max_examples=examples(60))
@given(
    st.text(alphabet="src=hrefl(@import\"'/ \\", max_size=60), st.text(alphabet="PLATFORM_VERSIN= '0123.", max_size=40)
)
def test_any_text_is_read(page: str, frame: str) -> None:
    stays(page + PAGE, frame)


CHOICE = "s.src = ('https:' == document.location.protocol ? 'https://ssl' : 'http://www') + '.shop.test/a.js';"
SCHEMES = "s.src = ('https:' == document.location.protocol ? 'https://' : 'http://') + 'shop.test/a.js';"


@each(
    ("script", "version", "shown"),
    [
        (CHOICE, "5.1.1", ["http://www.shop.test/a.js"]),
        (CHOICE.replace("'https:' == document.location.protocol", "(location.protocol === 'https:')"), "5.1.1", ["http://www.shop.test/a.js"]),
        (CHOICE, "10.0.0", ["http://www.shop.test/a.js", "https://ssl.shop.test/a.js"]),
        (CHOICE.replace("==", "!="), "5.1.1", ["http://www.shop.test/a.js", "https://ssl.shop.test/a.js"]),
        (SCHEMES, "5.1.1", ["http://shop.test/a.js", "https://shop.test/a.js"]),
    ],
    ids=["before", "behind", "local server", "other condition", "only schemes"],
)  # fmt: skip
def test_an_address_that_only_pages_with_tls_contact(script: str, version: str, shown: list[str]) -> None:
    files = {"cordova.js": LABEL % version, "index.html": f"<script src=cordova.js></script><script>{script}</script>"}
    artifacts = [
        Artifact(WWW + name, (Buffer(WWW + name, BufferKind.TEXT, text.replace(".test", ".com").encode()),))
        for name, text in files.items()
    ]
    found = [one.endpoint.value for one in AppSearch(RuleFiles()).finds(artifacts) if isinstance(one, Sighting)]
    assert sorted({one.replace(".com", ".test") for one in found}) == shown
