"""Import maps of pages in hybrid apps."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tests.unit.recognise.pages.test_unloaded import INDEX, WWW, piece, sighting
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.pages.import_maps import NOT_IMPORTED, ImportMaps
from tieback.recognise.pages.unloaded import UnloadedFiles

MAP = '<script type="importmap">{"imports": {"react": "./r.js", "NAME": "https://a.test/x"}}</script>'


def stays(name: str, script: str, page: str = "", file: str = "js/app.js") -> bool:
    """True if the address of a name in an import map stays a back end."""
    index = INDEX + MAP.replace("NAME", name) + page
    pages = UnloadedFiles()
    pages.see(piece(f"{WWW}{file}", script))
    pages.see(piece(f"{WWW}index.html", index))
    pages.see(piece(f"{WWW}cordova.js", ""))
    one = sighting(f"{WWW}index.html")
    evidence = Evidence(one.evidence.file, index.find("https://a.test"), one.evidence.how, "")
    (find,) = pages.settled([Sighting(one.endpoint, 1, one.party, evidence)])
    assert isinstance(find, Sighting) or find == NotBackend("https://a.test", NOT_IMPORTED)
    return isinstance(find, Sighting)


def test_a_module_with_a_name_of_its_own_imports() -> None:
    assert stays("charts", "import 'charts'", "", file="js/app.mjs")


@each(
    ("name", "script", "page", "expected"),
    [
        ("charts", "", "", False),
        ("charts", "import{a}from'./vendor.js'; x = Array.from(y)", "", False),
        ("charts", "import r from 'react'; a.import(b)", "", False),
        ("lib/", "import 'library'", "", False),
        ("charts", "import c from 'charts'", "", True),
        ("charts", 'import{c as d}from"charts"', "", True),
        ("charts", "import 'charts'", "", True),
        ("charts", "await import(`charts`)", "", True),
        ("lib/", "import 'lib/a.js'", "", True),
        ("charts", "", "<script type='module'>import c from 'charts'</script>", True),
        ("charts", "warn(\"use `import { a } from 'charts'` instead\")", "", False),
        ("charts", "warn('`import a from \"charts\"`')", "", False),
        ("charts/", "warn(\"They can be imported from 'charts/old'.\")", "", False),
        ("charts", "import{imports as a,b}from'charts'", "", True),
        ("charts", "export * as a from 'charts'", "", True),
        ("charts", f"import{{{'a,' * 3000}}}from'charts'", "", True),
        # What is imported is not known.
        ("charts", "await import(name)", "", True),
        ("charts", "await import(`${name}s`)", "", True),
        ("charts", "", '<script type="module" src="https://b.test/m.js"></script>', True),
        ("charts", "", '<script src="//b.test/m.js" type="module"></script>', True),
    ],
)
def test_names_in_an_import_map(name: str, script: str, page: str, expected: bool) -> None:
    assert stays(name, script, page) is expected


@given(st.binary(max_size=300))
def test_reading_any_bytes_never_raises(data: bytes) -> None:
    maps = ImportMaps()
    maps.see("a.html", data)
    maps.see("a.html", MAP.encode() + data)
    maps.applies("a.html", 60)


def test_the_time_is_linear() -> None:
    assert_linear(lambda n: (MAP + "import x from 'y'; <script type=importmap ").encode() * n, read, 500)


def read(data: bytes) -> None:
    ImportMaps().see("a.html", data)
