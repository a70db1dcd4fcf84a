"""Settings of Sphinx for the site. Nothing is loaded from another server, and everything works from ``file://``."""

import re
from typing import Any

project = "tieback"
copyright = "the tieback authors; Apache-2.0"  # noqa: A001 - the name that Sphinx reads
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["**/*.txt"]
highlight_language = "text"
# The anchors that GitHub gives to headings, so one link works in both places.
myst_heading_anchors = 6
html_theme = "furo"
html_title = "tieback"
html_static_path = ["_site"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
# A browser does not fetch other pages from file://, so results have no extract.
html_show_search_summary = False
_SCROLLS = re.compile(r'<(pre)>|<(div) class="table-wrapper')


def _with_levels(_app: Any, _page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Give the captions of the menu, which the theme marks as headings, the level that a heading needs."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')


def _with_extras(app: Any, page: str, _template: str, context: dict[str, Any], _doctree: Any) -> None:
    """Make what scrolls reachable by keyboard, and link to the Markdown of the page."""
    if "body" not in context:
        return
    context["body"] = _SCROLLS.sub(_focusable, context["body"])
    if app.env.found_docs and page in app.env.found_docs:
        name = page.rpartition("/")[2] + ".md"
        context["metatags"] = context.get("metatags", "") + f'<link rel="alternate" type="text/markdown" href="{name}">'
        context["body"] += f'<p class="twin"><a href="{name}">This page as Markdown</a></p>'


def _focusable(found: re.Match[str]) -> str:
    if found[1]:
        return '<pre tabindex="0">'
    return '<div tabindex="0" role="group" aria-label="Table" class="table-wrapper'


def setup(app: Any) -> None:
    """Register the hooks."""
    app.connect("html-page-context", _with_extras)
    app.connect("html-page-context", _with_levels, priority=900)  # after the theme
