"""Pages and scripts of hybrid apps that nothing loads."""

import posixpath
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise import held_finds
from tieback.recognise.pages import unloaded
from tieback.recognise.pages.opened_folders import opens_any_page
from tieback.recognise.pages.unloaded import REMOTE, SHEET_SOURCE, SOURCE_MAP, UNLOADED, UnloadedFiles

DEX = Path(__file__).parents[1] / "dataflow" / "dex"
WWW = "assets/www/"
INDEX = "<script src='cordova.js'></script><script src='js/app.js'></script>"


def sighting(file: str) -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, "https://a.test", "https", "a.test", 443, "", None)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 0, "text/url", ""))


def piece(file: str, text: str | bytes, kind: BufferKind = BufferKind.TEXT) -> Artifact:
    data = text if isinstance(text, bytes) else text.encode()
    return Artifact(file, (Buffer(file, kind, data),))


def stays(file: str, **files: str) -> bool:
    """True if a find in a file of the app stays.

    The names of the files are written with ``__`` and ``_``; ``SPLIT`` is a file of Next.js.
    """
    pages = UnloadedFiles()
    every = {"index__html": INDEX, "cordova__js": "", "js_app__js": ""} | files
    for name, text in every.items():
        place = "_next/a.js" if name == "SPLIT" else name.replace("__", ".").replace("_", "/")
        pages.see(piece(WWW + place, text))
    (find,) = pages.settled([sighting(WWW + file)])
    assert isinstance(find, Sighting) or find == NotBackend("https://a.test", UNLOADED)
    return isinstance(find, Sighting)


@each(
    ("file", "files", "expected"),
    [
        ("index.html", {}, True),
        ("js/app.js", {}, True),
        ("old.js", {"old__js": ""}, False),
        ("old.js", {"old__js": "", "js_app__js": "load('lib/old.js?v=1')"}, True),
        ("old.js", {"old__js": "", "js_app__js": "// old.js"}, False),
        ("old.js", {"old__js": "", "js_app__js": "/* old.js */"}, False),
        # webpack writes such a comment before each line of its own code.
        ("js/7.js", {"js_7__js": "", "js_app__js": '/******/ \treturn p + "js/" + ({}[id]||id) + ".js"'}, True),
        ("old.js", {"old__js": "", "js_app__js": "/* a */ load('old.js')"}, True),
        # Old pages hide a script in a comment of the page.
        ("old.js", {"old__js": "", "index__html": INDEX + "<script><!--\nload('old.js')\n//--></script>"}, True),
        ("old.js", {"old__js": "", "index__html": INDEX + "<!-- <script src='old.js'></script> -->"}, False),
        # In a script it is text.
        ("old.js", {"old__js": "", "js_app__js": "a = '<!--'; load('old.js'); b = '-->'"}, True),
        # Behind a folder the code puts a name that is in no file.
        ("v/a.html", {"v_a__html": "", "js_app__js": 'load("v/" + p.name)'}, True),
        ("v/a.html", {"v_a__html": "", "js_app__js": "load(`./v/${p.name}`)"}, True),
        ("v/b/a.html", {"v_b_a__html": "", "js_app__js": 'load("v/" + p.name)'}, False),
        ("w/a.html", {"w_a__html": "", "js_app__js": 'load("v/" + p.name)'}, False),
        ("v/a.html", {"v_a__html": "", "js_app__js": 'load("https://shop.test/v/" + p.name)'}, False),
        ("v/a.html", {"v_a__html": "", "old__js": 'load("v/" + p.name)'}, False),
        ("test/app.js", {"test_app__js": ""}, False),
        ("tested/app.js", {"tested_app__js": "", "js_app__js": "load('app.js')"}, True),
        # A name with a folder means the files in such a folder, if there are some.
        ("demo/app.js", {"demo_app__js": ""}, False),
        ("demo/home.html", {"demo_home__html": "", "v_home__html": "", "js_app__js": "go('v/home.html')"}, False),
        ("v/home.html", {"demo_home__html": "", "v_home__html": "", "js_app__js": "go('./v/home.html')"}, True),
        ("demo/home.html", {"demo_home__html": "", "js_app__js": "go('v/home.html')"}, True),
        ("demo/home.html", {"demo_home__html": "", "v_home__html": "", "js_app__js": "go(part + '/home.html')"}, True),
        ("demo/home.html", {"demo_home__html": "", "v_home__html": "", "js_app__js": "go('home.html')"}, True),
        ("demo/home.html", {"demo_home__html": "", "v_home__html": "", "list__json": '["v/home.html"]'}, False),
        ("old.html", {"old__html": "", "js_app__js": "f()\n/**\n  go('old.html')\n */"}, False),
        ("old.html", {"old__html": "", "js_app__js": "f('*/*')\n  go('old.html')\n /* x */"}, True),
        ("test/old.js", {"test_old__js": "", "js_app__js": "load('old.js')"}, True),
        ("test/old.js", {"test_old__js": "", "js_app__js": "load(name + '.js')"}, False),
        ("test/index.html", {"test_index__html": "", "list__json": '["index.html"]'}, False),
        # A name in the address of a server is a file there; the device itself is no server.
        ("old.php", {"old__php": "", "js_app__js": "location = 'http://a.test/old.php'"}, False),
        ("old.html", {"old__html": "", "js_app__js": "go('https://10.1.2.3:8080/v/~a/old.html?v=1')"}, False),
        ("old.js", {"old__js": "", "index__html": INDEX + "<script src='https://cdn.a.test/v/old.js'>"}, False),
        ("old.html", {"old__html": "", "js_app__js": "go('http://a.test/' + x); go('v/old.html')"}, True),
        ("old.html", {"old__html": "", "js_app__js": "base = 'http://a.test/', page = 'old.html'"}, True),
        ("old.html", {"old__html": "", "js_app__js": "go('http://localhost:8080/old.html')"}, True),
        ("old.html", {"old__html": "", "js_app__js": "go('http://127.0.0.1/old.html')"}, True),
        ("old.html", {"old__html": "", "js_app__js": "go('file:///android_asset/www/old.html')"}, True),
        ("old.html", {"old__html": "", "js_app__js": "go('https://appassets.androidplatform.net/old.html')"}, True),
        ("old.html", {"old__html": "", "list__json": '["https://a.test/old.html"]'}, True),
        # Many folders have an index page: the name means the one beside the file or above it, or that of its folder.
        ("demo/index.html", {"demo_index__html": "", "js_app__js": "location = 'index.html'"}, False),
        ("demo/index.html", {"demo_index__html": "", "js_app__js": "location = '../index.html'"}, False),
        ("demo/index.html", {"demo_index__html": "", "js_app__js": "location = 'shop/index.html'"}, False),
        ("demo/index.html", {"demo_index__html": "", "js_app__js": "location = 'demo/index.html'"}, True),
        ("demo/index.html", {"demo_index__html": "", "js_app__js": "location = part + '/index.html'"}, True),
        ("demo/index.html", {"demo_index__html": "", "demo_list__json": '["index.html"]'}, True),
        ("js/index.html", {"js_index__html": "", "js_app__js": "location = 'index.html'"}, True),
        ("a/b.html", {"a_b__html": "", "a_index__html": "b.html", "js_app__js": "'index.html'"}, False),
        ("old.php", {"old__php": ""}, False),
        ("old.php", {"old__php": "", "js_app__js": "load('old.php')"}, True),
        ("old.php", {"old__php": "", "js_app__js": "load(name + '.php')"}, True),
        ("old.js", {"old__js": "", "js_app__js": "f() // old.js"}, True),
        ("old.js", {"old__js": "", "js_app__js": "/**\n * load(name + '.js')\n */"}, False),
        ("old.js", {"old__js": "", "js_app__js": "older.js"}, False),
        ("old.js", {"old__js": "", "list__json": '["old.js"]'}, True),
        ("old.js", {"old__js": "", "read__md": "old.js", "package__json": '{"main":"old.js"}'}, False),
        ("old.js", {"old__js": "", "index__html": INDEX + "<!-- <script src='old.js'></script> -->"}, False),
        ("old.js", {"old__js": "", "js_app__js": "load('lib/' + name + '.js')"}, True),
        ("old.js", {"old__js": "", "js_app__js": "load(name+'-min.js')"}, True),
        ("old.js", {"old__js": "", "js_app__js": "load(`${name}.js`)"}, True),
        ("old.js", {"old__js": "", "js_app__js": "load(`./p-${name}.entry.js`)"}, True),
        ("old.js", {"old__js": "", "js_app__js": "if(a){load('app.entry.js')}"}, False),
        ("old.js", {"old__js": "", "js_app__js": "open(name + '.html')"}, False),
        ("p/b.html", {"p_b__html": "", "js_app__js": "open(name + '.html')"}, True),
        ("b.html", {"a__html": "<a href='b.html'>", "b__html": "<a href='a.html'>"}, False),
        ("b.html", {"a__html": "<a href='b.html'>", "b__html": "", "js_app__js": "go('A.html')"}, True),
        ("plugins/p/www/p.js", {"plugins_p_www_p__js": ""}, True),
        ("plugins/p/demo/p.html", {"plugins_p_demo_p__html": ""}, False),
        ("plugins/p/demo/p.html", {"plugins_p_demo_p__html": "", "js_app__js": "go('demo/p.html')"}, True),
        # A name that code puts together means no example of a library, if no code has the folder of the example.
        ("lib/demo/a.js", {"lib_demo_a__js": "", "js_app__js": "load(name + '.js')"}, False),
        ("lib/docs/a.html", {"lib_docs_a__html": "", "js_app__js": "open(name + '.html')"}, False),
        ("lib/example/a.js", {"lib_example_a__js": "", "js_app__js": "load('a.js'); load(name + '.js')"}, True),
        ("demo/a.js", {"demo_a__js": "", "js_app__js": "load('demo/' + name + '.js')"}, True),
        ("lib/demo/a.js", {"lib_demo_a__js": "", "js_app__js": "load(`lib/demo/${name}.js`)"}, True),
        ("demo/a.js", {"demo_a__js": "", "js_app__js": "open('https://a.test/demo/'); load(name + '.js')"}, False),
        ("lib/Gruntfile.js", {"lib_Gruntfile__js": "", "js_app__js": "load(name + '.js')"}, False),
        ("lib/karma.conf.js", {"lib_karma__conf__js": "", "js_app__js": "load(name + '.js')"}, False),
        ("lib/demo/b/a.js", {"lib_demo_b_a__js": "", "js_app__js": "load('demo/' + name + '.js')"}, True),
        ("lib/demo/a.js", {"lib_demo_a__js": "", "js_app__js": "x = ['lib/demo/b/c']; load(name + '.js')"}, False),
        ("lib/demo/b/a.js", {"lib_demo_b_a__js": "", "js_app__js": "x = ['./lib/demo/b/c', n + '.js']"}, True),
        (
            "a.html",
            {
                "a__html": "",
                "lib_demo_more_a__js": "load(x + '.js')",
                "lib_demo_main__js": "{end: '.html'}",
                "js_app__js": "load('a.js'); load(x + '.js')",
            },
            False,
        ),
        (
            "lib/demo/b.js",
            {"lib_demo_b__js": "", "lib_demo_a__js": "load(x + '.js')", "js_app__js": "load('a.js')"},
            True,
        ),
        ("more.js", {"more__js": "", "a__js": "more.js", "js_app__js": "x(['j','.js'])"}, True),
        ("a.css", {"a__css": ""}, False),
        ("a.css", {"a__css": "", "index__html": INDEX + "<link rel=stylesheet href=css/a.css?v=1>"}, True),
        ("a.css", {"a__css": "", "b__css": "@import url(a.css);", "js_app__js": "b.css"}, True),
        ("a.css", {"a__css": "", "js_app__js": "load(theme + '.css')"}, True),
        ("a.css", {"a__css": "", "js_app__js": "load(theme + '.js')"}, False),
        # A script in the start page can load others by names that are in no file.
        ("old.js", {"old__js": "", "index__html": "<script>x.dir = 'build/'</script>"}, True),
        ("old.js", {"old__js": "", "index__html": "<script>x.dir = 'build/'</script><script src=js/app.js>"}, False),
        ("old.js", {"old__js": "", "index__html": "<script>location = 'https://a.test'</script>"}, False),
        ("a.json", {"a__json": ""}, True),
        # Links to the page of a route have no suffix.
        ("a.js", {"b__html": "a.js", "a__js": "", "js_app__js": 'go("/b")'}, False),
        ("a.js", {"b__html": "a.js", "a__js": "", "SPLIT": 'go("/b")'}, True),
        # Lists that a build tool has written name every file.
        ("old.html", {"old__html": "", "asset-manifest__json": '{"files":{"old.html":"./old.html"}}'}, False),
        ("old.html", {"old__html": "", "build-manifest__json": '["old.html"]'}, False),
        ("old.html", {"old__html": "", "ngsw__json": '{"urls":["/old.html"]}'}, False),
        ("old.html", {"old__html": "", "sitemap__xml": "<urlset><url><loc>https://a.test/old.html"}, False),
        ("old.html", {"old__html": "", "precache-manifest__0a1b__js": '[{"url":"old.html"}]'}, False),
        ("old.html", {"old__html": "", "js_app__js": 'cache([{url:"old.html",revision:"0a1b"}])'}, False),
        ("old.html", {"old__html": "", "js_app__js": 'cache([{"revision":null,"url":"old.html"}])'}, False),
        ("old.html", {"old__html": "", "js_app__js": 'open({url:"old.html",title:"revision"})'}, True),
        ("old.html", {"old__html": "", "manifest__json": '{"start_url":"old.html"}'}, True),
        # Settings of editors.
        ("old.php", {"old__php": "", "nbproject_private_private__properties": "index.file=old.php"}, False),
        ("old.html", {"old__html": "", "WEB-INF_web__xml": "<welcome-file>old.html</welcome-file>"}, False),
        ("old.html", {"old__html": "", "web__config": '<add value="old.html"/>'}, False),
        ("old.php", {"old__php": "", "project_private__properties": "index.file=old.php"}, True),
    ],
)
def test_only_files_that_something_names_are_loaded(file: str, files: dict[str, str], expected: bool) -> None:
    assert stays(file, **files) is expected


@each(
    ("other", "expected"),
    [
        (piece("classes.dex", b"\x1dfile:///android_asset/www/old.html\0", BufferKind.DEX), True),
        (ArtifactBatch(("res/xml/config.xml",), ("old.html".encode("utf-16-le"),), piece), True),
        (ArtifactBatch(("res/xml/config.xml",), (b"\0" + "x old.html ".encode("utf-16-le"),), piece), True),
        (ArtifactBatch(("META-INF/MANIFEST.MF",), (b"Name: assets/www/old.html\n",), piece), False),
        (piece("classes.dex", b"old.xml", BufferKind.DEX), False),
    ],
)
def test_code_and_settings_of_the_app_name_pages(other: Artifact | ArtifactBatch, expected: bool) -> None:
    pages = UnloadedFiles()
    for one in (piece(f"{WWW}index.html", INDEX), piece(f"{WWW}cordova.js", ""), piece(f"{WWW}old.html", ""), other):
        pages.see(one)
    (find,) = pages.settled([sighting(f"{WWW}old.html")])
    assert isinstance(find, Sighting) is expected


@each(
    ("root", "frame", "expected"),
    [
        ("assets/www/", "cordova.js", False),
        ("base/assets/public/", "cordova.js", False),
        ("Payload/A.app/www/", "cordova_plugins.js", False),
        ("assets/www/", "main.js", True),
        ("assets/", "cordova.js", True),
        ("assets/pages/", "cordova.js", True),
        ("assets/public/", "../capacitor.config.json", False),
        ("base/assets/public/", "../capacitor.plugins.json", False),
        ("Payload/A.app/public/", "../capacitor.config.json", False),
        ("assets/www/", "../capacitor.config.json", True),
    ],
)
def test_only_the_roots_of_hybrid_apps_are_followed(root: str, frame: str, expected: bool) -> None:
    pages = UnloadedFiles()
    for name in ("index.html", frame, "old.js"):
        pages.see(piece(posixpath.normpath(root + name), ""))
    (find,) = pages.settled([sighting(f"{root}old.js")])
    assert isinstance(find, Sighting) is expected


@each(
    ("settings", "expected"),
    [
        ('{"server": {"url": "https://shop.test"}}', [REMOTE, REMOTE, ""]),
        ('{"server": {"url": "http://10.0.0.5:8100", "errorPath": "index.html"}}', ["", REMOTE, ""]),
        ('{"server": {"hostname": "shop.test"}}', ["", "", ""]),
        ('{"server": {"url": 1}}', ["", "", ""]),
        ("{}", ["", "", ""]),
    ],
)
def test_pages_beside_the_address_of_a_server_are_not_loaded(settings: str, expected: list[str]) -> None:
    pages = UnloadedFiles()
    pages.see(piece("assets/capacitor.config.json", settings))
    root = "assets/public/"
    pages.see(piece(f"{root}index.html", "<script src='app.js'></script>"))
    pages.see(piece(f"{root}app.js", ""))
    files = (f"{root}index.html", f"{root}app.js", "assets/other.js")
    found = list(pages.settled(map(sighting, files)))
    assert [one.reason if isinstance(one, NotBackend) else "" for one in found] == expected


@each(
    ("file", "config", "expected"),
    [
        ("res/xml/config.xml", '<content original-src="index.html" src="http://10.0.0.5:8100"/>', REMOTE),
        ("res/xml/config.xml", "original-src".encode("utf-16-le"), REMOTE),
        ("base/res/xml/config.xml", '<content original-src="index.html"/>', ""),
        ("res/xml/config.xml", '<content src="index.html"/>', ""),
        ("res/xml/other.xml", '<content original-src="index.html"/>', ""),
    ],
)
def test_pages_in_place_of_which_a_developer_serves_them_are_not_loaded(
    file: str, config: str | bytes, expected: str
) -> None:
    pages = UnloadedFiles()
    pages.see(piece(file, config, BufferKind.RESOURCES))
    for name in ("index.html", "cordova.js"):
        pages.see(piece(WWW + name, ""))
    (find,) = pages.settled([sighting(f"{WWW}index.html")])
    assert (find.reason if isinstance(find, NotBackend) else "") == expected


def test_a_developer_also_serves_the_pages_of_an_ipa() -> None:
    pages, folder = UnloadedFiles(), "Payload/Shop.app/"
    pages.see(piece(f"{folder}config.xml", '<content original-src="index.html" src="http://10.0.0.5:8100"/>'))
    settled = list(pages.settled(sighting(folder + name) for name in ("www/index.html", "other/index.html")))
    assert settled == [NotBackend("https://a.test", REMOTE), sighting(f"{folder}other/index.html")]


@each(
    ("page", "settings", "reason"),
    [
        ('<meta http-equiv="refresh" content="0; url=https://shop.test/index.php" />', "index.html", REMOTE),
        ("<META HTTP-EQUIV=refresh CONTENT='5;URL=http://shop.test'>", "", REMOTE),
        ('<meta http-equiv="refresh" content="0; url=main.html" />', "index.html", ""),
        ('<meta http-equiv="refresh" content="0; url=https://shop.test" /><a href="other.html">', "", ""),
        ('<meta http-equiv="refresh" content="0; url=https://shop.test" /><script>open()</script>', "", ""),
        ('<meta http-equiv="refresh" content="0; url=https://shop.test" />', "other.html", ""),
        ("<p>refresh https://shop.test</p>", "", ""),
    ],
)
def test_a_start_page_that_goes_on_to_a_server_loads_no_other_file(page: str, settings: str, reason: str) -> None:
    pages = UnloadedFiles()
    for file, text in (("cordova.js", "{}"), ("index.html", page), ("other.html", ""), ("js/api", "")):
        pages.see(piece(f"assets/www/{file}", text))
    pages.see(piece("res/xml/config.xml", settings, BufferKind.RESOURCES))
    finds = [sighting("assets/www/index.html"), sighting("assets/www/js/api"), sighting("assets/api")]
    settled = [one.reason if isinstance(one, NotBackend) else "" for one in pages.settled(finds)]
    assert settled == ["", reason, ""]


@each(("name", "expected"), [("pagefolder", True), ("framefolder", False), ("basic", False)])
def test_code_of_the_app_opens_pages_by_names_that_only_a_run_knows(name: str, *, expected: bool) -> None:
    pages = UnloadedFiles()
    for file in ("cordova.js", "index.html", "old.html", "old.js"):
        pages.see(piece(WWW + file, ""))
    pages.see(piece("classes.dex", (DEX / f"{name}.dex").read_bytes(), BufferKind.DEX))
    found = list(pages.settled([sighting(WWW + "old.html"), sighting(WWW + "old.js")]))
    assert [isinstance(one, Sighting) for one in found] == [expected, False]


def test_a_dex_file_that_cannot_be_read_may_open_any_page() -> None:
    assert opens_any_page(b"file:///android_asset/www/\0")
    assert not opens_any_page(b"file:///android_asset/www/index.html\0")


def test_a_source_map_counts_only_without_its_script() -> None:
    pages = UnloadedFiles()
    for name in ("index.html", "cordova.js", "app.js"):
        pages.see(piece(WWW + name, "app.js"))
    settled = list(pages.settled([sighting(f"{WWW}app.js.map"), sighting(f"{WWW}other.js.map")]))
    assert settled == [NotBackend("https://a.test", SOURCE_MAP), sighting(f"{WWW}other.js.map")]


@each(
    ("file", "page", "expected"),
    [
        ("css/a.less", INDEX, False),
        ("css/a.scss", INDEX, False),
        ("css/a.Sass", INDEX, False),
        ("css/a.css", f"{INDEX}<link rel=stylesheet href=css/a.css>", True),
        ("css/a.less", f"{INDEX}<link rel='stylesheet/less' href='css/a.less'>", True),
        ("css/a.less", f"{INDEX}<link rel=stylesheet type='text/x-less' href='css/a.less'>", True),
        ("css/a.scss", f"{INDEX}<link rel='stylesheet/less' href='css/a.less'>", False),
        ("css/a.scss", f"{INDEX}<script>Sass.compile(text)</script>", True),
        ("css/a.less", f"{INDEX}<script>Sass.compile(text)</script>", False),
    ],
)
def test_a_web_view_reads_no_source_of_a_style_sheet(file: str, page: str, expected: bool) -> None:
    """But the script of Less makes style sheets in the page."""
    pages = UnloadedFiles()
    for name, text in {"index.html": page, "cordova.js": "", file: "@import url(//a.test)"}.items():
        pages.see(piece(WWW + name, text))
    assert list(pages.settled([sighting(WWW + file)])) == (
        [sighting(WWW + file)] if expected else [NotBackend("https://a.test", SHEET_SOURCE)]
    )


def test_finds_keep_their_order() -> None:
    pages = UnloadedFiles()
    for name in ("index.html", "cordova.js", "old.js"):
        pages.see(piece(WWW + name, ""))
    finds = [sighting("classes.dex"), sighting(f"{WWW}old.js"), sighting("b"), sighting(f"{WWW}index.html")]
    settled = list(pages.settled(finds))
    assert settled == [finds[0], NotBackend("https://a.test", UNLOADED), finds[2], finds[3]]


@each("limit", ["MAX_FILES", "MAX_NAMES", "MAX_OTHER", "MAX_HELD", "MAX_ENDS"])
def test_beyond_the_bounds_everything_stays(limit: str) -> None:
    module = held_finds if limit == "MAX_HELD" else unloaded
    value = getattr(module, limit)
    setattr(module, limit, 1)
    try:
        pages = UnloadedFiles()
        for name in ("index.html", "cordova.js", "old.js"):
            pages.see(piece(WWW + name, "a.js b.js c.js"))
        pages.see(piece("classes.dex", b"x.html y.html", BufferKind.DEX))
        settled = list(pages.settled([sighting(f"{WWW}old.js")] * 3))
    finally:
        setattr(module, limit, value)
    assert [isinstance(one, Sighting) for one in settled] == [True] * 3


@settings(deadline=None, max_examples=examples(100))
@given(st.binary(max_size=300))
def test_any_bytes_never_raises(data: bytes) -> None:
    pages = UnloadedFiles()
    for file in (f"{WWW}index.html", f"{WWW}cordova.js", f"{WWW}a.js"):
        pages.see(piece(file, data + b".js" + data))
    list(pages.settled([sighting(f"{WWW}a.js")]))


@each("part", [b"<!--", b"a.js", b".js", b" " * 100, b"/*\n", b"a\0.\0j\0s\0", b"'.js"])
def test_the_cost_of_hostile_files_is_linear(part: bytes) -> None:
    assert_linear(
        lambda size: piece(f"{WWW}index.html", part * size),
        lambda one: UnloadedFiles().see(one),
        20_000,
    )
