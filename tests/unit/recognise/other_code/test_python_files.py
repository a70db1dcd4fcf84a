"""Texts of compiled Python that no code of the app uses."""

import importlib.util
import io
import marshal
import tarfile
from collections.abc import Callable
from types import ModuleType

import pytest

from tests.each import each
from tieback.intake.apps import python_code
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.entries import make_artifacts
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.python_code import read_python
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise import held_finds
from tieback.recognise.other_code import python_files
from tieback.recognise.other_code.python_files import STARTED, UNUSED
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.texts.languages import METADATA, UNUSED_FILE
from tieback.recognise.texts.other_code import DOCUMENTED
from tieback.recognise.texts.prose import MESSAGE

SEARCH = AppSearch(RuleFiles())
SITE = "_python_bundle/site-packages/"


def compiled(source: str) -> bytes:
    code = compile(source, "acme.py", "exec", dont_inherit=True)
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def read(**files: str) -> dict[str, str]:
    """The reason of each address in an app, in whose archive are these files; empty for a back end."""
    return read_bytes(
        {name: compiled(text) if name.endswith((".pyc", ".pyo")) else text.encode() for name, text in files.items()}
    )


def read_bytes(files: dict[str, bytes]) -> dict[str, str]:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    problems = PackageProblems()
    found: dict[str, str] = {}
    for find in SEARCH.finds(make_artifacts("assets/private.tar", out.getvalue(), problems, budget_for(0))):
        if isinstance(find, Sighting):
            found[find.endpoint.value] = ""
        elif isinstance(find, NotBackend):
            found[find.value] = find.reason
    assert not problems
    return found


def test_code_of_the_app_and_of_libraries_that_it_imports() -> None:
    found = read(
        **{
            "main.pyc": "import acme.api\nURL = 'https://own.test/v1'",
            f"{SITE}acme/__init__.pyc": "",
            f"{SITE}acme/api.pyc": "from . import deeper\nURL = 'https://api.test/v1'",
            f"{SITE}acme/deeper.pyc": "def get(): return 'https://deeper.test/v1'",
            f"{SITE}acme/unused.pyc": "URL = 'https://unused.test/v1'",
            f"{SITE}other/api.pyc": "URL = 'https://other.test/v1'",
            f"{SITE}old.pyo": "URL = 'https://old.test/v1'",
            f"{SITE}__pycache__/acme.cpython-313.opt-2.pyc": "URL = 'https://cached.test/v1'",
        }
    )
    assert found == {
        "https://own.test/v1": "",
        "https://api.test/v1": "",
        "https://deeper.test/v1": "",
        "https://unused.test/v1": UNUSED,
        "https://other.test/v1": UNUSED,
        "https://old.test/v1": UNUSED,
        "https://cached.test/v1": "",
    }


def test_a_name_that_a_library_puts_together() -> None:
    files = {
        "main.pyc": "from plyer import gps",
        f"{SITE}plyer/__init__.pyc": "def get(name, on='android'): return f'plyer.platforms.{on}.{name}'\nget('gps')",
        f"{SITE}plyer/platforms/android/gps.pyc": "URL = 'https://gps.test/v1'",
        f"{SITE}plyer/platforms/win/gps.pyc": "URL = 'https://win.test/v1'",
    }
    assert read(**files) == {"https://gps.test/v1": "", "https://win.test/v1": UNUSED}


@each("file", ["main.py", f"{SITE}acme/core.so", f"{SITE}acme/core.cpython-39-x86_64-linux-gnu.so"])
def test_modules_in_source_and_in_native_code_name_others(file: str) -> None:
    files = {
        "service.pyc": "import acme.core",
        file: "\x7fELF\x02\x01\x01" + "\0" * 57 + "\0deeper\0"
        if file.endswith(".so")
        else "from acme import core, deeper",
        f"{SITE}acme/deeper.pyc": "URL = 'https://deeper.test/v1'",
        f"{SITE}acme/other.pyc": "URL = 'https://other.test/v1'",
    }
    assert read(**files) == {"https://deeper.test/v1": "", "https://other.test/v1": UNUSED}


@each("damage", [lambda data: data[:-8], lambda data: b"\xff\x0f" + data[2:]])
def test_no_module_is_unused_if_one_cannot_be_read(damage: Callable[[bytes], bytes]) -> None:
    other = compiled("URL = 'https://other.test/v1'")
    files = {"main.pyc": damage(compiled("import other")), f"{SITE}other.pyc": other}
    assert read_bytes(files)["https://other.test/v1"] == ""


def test_documentation_and_demonstrations() -> None:
    source = '''
"""Client of ``https://docs.test/module``."""
def get(url="https://api.test/v1"):
    """Get it, as in ``get("https://docs.test/get")``."""
if __name__ == "__main__":
    get("https://demo.test/v1")
'''
    found = read(**{"main.pyc": "import acme", f"{SITE}acme.pyc": source})
    assert found == {
        "https://docs.test/module": MESSAGE,
        "https://docs.test/get": DOCUMENTED,
        "https://api.test/v1": "",
        "https://demo.test/v1": STARTED,
    }
    # The app's own module can be the one that is started.
    assert read(**{"main.pyc": source})["https://demo.test/v1"] == ""


@each("name", ["pip", "setuptools", "wheel", "idlelib"])
def test_tools_that_install_packages_never_run(name: str) -> None:
    files = {"main.pyc": f"import {name}.index", f"{SITE}{name}/index.pyc": "URL = 'https://index.test/simple'"}
    assert read(**files) == {"https://index.test/simple": UNUSED}


@each(("folder", "expected"), [("kivy/tools", UNUSED), ("kivy/lib", ""), ("other/tools", "")])
def test_scripts_of_the_developers_of_a_library_never_run(folder: str, expected: str) -> None:
    files = {
        "main.pyc": "import kivy.tools.lib.other.report",
        f"{SITE}{folder}/report.pyc": "URL = 'https://api.test/v1'",
    }
    assert read(**files) == {"https://api.test/v1": expected}


@each(
    "place",
    ["venv/lib/python3.8/site-packages/", "stdlib-common.imy!/", "python3.11/", "lib/python3/dist-packages/"],
)
def test_folders_of_libraries(place: str) -> None:
    found = read(
        **{"main.pyc": "import used", f"{place.replace('!', '')}lib/a.pyc": "URL = 'https://index.test/simple'"}
    )
    assert found == {"https://index.test/simple": UNUSED}


def test_what_describes_a_package_and_what_is_left_of_others() -> None:
    found = read(
        **{
            "main.pyc": "URL = 'https://own.test/v1'",
            f"{SITE}acme-1.0.dist-info/METADATA": "Home-page: https://home.test/a\n[![x](https://badge.test/a.svg)](x)",
            f"{SITE}acme-1.0-py3.9.egg-info/dependency_links.txt": "https://files.test/acme.tar.gz",
            f"{SITE}site.py.orig": "URL = 'https://before.test/a'",
            f"{SITE}fetch.bat": "svn export http://svn.test/acme .",
            "page.html.bak": "<script src='https://old.test/a.js'></script>",
        }
    )
    assert {key: reason for key, reason in found.items() if "own" not in key} == {
        "https://home.test/a": METADATA,
        "https://badge.test/a.svg": METADATA,
        "https://files.test/acme.tar.gz": METADATA,
        "https://before.test/a": UNUSED_FILE,
        "http://svn.test/acme": UNUSED_FILE,
        "https://old.test/a.js": UNUSED_FILE,
    }


@each(("module", "limit"), [(python_files, "MAX_MODULES"), (python_files, "MAX_BYTES"), (held_finds, "MAX_HELD")])
def test_beyond_the_bounds_everything_stays(module: ModuleType, limit: str) -> None:
    files = {"main.pyc": "import os", f"{SITE}a.pyc": "A = 'https://a.test/v1'\nB = 'https://b.test/v1'"}
    assert set(read(**files).values()) == {UNUSED}
    value = getattr(module, limit)
    setattr(module, limit, 1)
    try:
        assert set(read(**files).values()) == {""}
    finally:
        setattr(module, limit, value)


def test_without_code_of_the_app_nothing_is_known_of_the_libraries() -> None:
    """A part of an app, such as its archive of libraries, has no module that imports others."""
    found = read(**{f"{SITE}acme/api.pyc": "URL = 'https://api.test/v1'"})
    assert found == {"https://api.test/v1": ""}


def test_a_module_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    data = compiled("x = 'https://a.test'")
    (buffer,), (other,) = read_python("a.pyc", data).buffers, read_python("a.pyc", data).buffers
    (_,) = python_files.PythonFiles().seen([Artifact("a.pyc", (buffer,))])
    expected = other.starts
    monkeypatch.setattr(python_code, "module_texts", pytest.fail)
    assert expected is not None
    assert buffer.starts is not None
    assert buffer.starts.tolist() == expected.tolist()


def test_another_file_with_the_name_of_a_module_keeps_its_strings() -> None:
    buffer = Buffer("a.pyc", BufferKind.TEXT, b"https://a.test")
    (_,) = python_files.PythonFiles().seen([Artifact("a.pyc", (buffer,))])
    assert buffer.starts is None
