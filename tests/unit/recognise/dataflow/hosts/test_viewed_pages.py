"""Pages of documentation hosts that an app of App Inventor shows in its own web view."""

from pathlib import Path

import pytest

from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.hosts import viewed_pages
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

CODE = (Path(__file__).parents[1] / "dex" / "viewers.dex").read_bytes()
SEARCH = AppSearch(RuleFiles())


def hosts(code: bytes) -> set[str]:
    found = SEARCH.finds([read_dex("classes.dex", code)[0]])
    return {find.endpoint.host for find in found if isinstance(find, Sighting)}


def test_a_page_in_a_web_view_is_a_back_end() -> None:
    """An item of the list that a block chooses, and an argument; not what a browser opens, or what nothing gets."""
    assert hosts(CODE) == {"en.wikipedia.org", "es.wikipedia.org"}


def test_a_method_of_another_component_opens_no_page() -> None:
    assert hosts(CODE.replace(b"\x07GoToUrl\0", b"\x07GoToUrm\0")) == {"en.wikipedia.org"}
    assert hosts(CODE.replace(b"runtime/WebViewer;", b"runtime/WebViewes;")) == set()


def test_few_methods_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewed_pages, "MAX_METHODS", 0)
    assert hosts(CODE) == set()
