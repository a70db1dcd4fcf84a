"""Elements of pages whose addresses no page loads, by their name and other attributes."""

import re
from collections.abc import Sequence

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.reasons import LINK
from tieback.recognise.texts import markup
from tieback.recognise.texts.languages import METADATA

PERMITTED = "only in a list of addresses that the app permits"
_META_NAMES = lazy_pattern(
    rb"\b(?:og:|twitter:|article:|fb:|dc\.|(?:author|generator|copyright|publisher|keywords|description)(?![\w-]))",
    re.IGNORECASE,
)
_LINK_RELS = lazy_pattern(
    rb"\b(?:author|license|help|canonical|profile|alternate|shortlink|me|pingback|publisher|(?:mask-)?icon"
    rb"|apple-touch-icon(?:-precomposed)?)\b",
    re.IGNORECASE,
)
"""Also icons: the web view of an app has no place for them, and loads none unless its code asks for them.

Sources: https://developer.android.com/reference/android/webkit/WebIconDatabase,
https://chromium.googlesource.com/chromium/src/+/main/android_webview/browser/aw_contents.cc (``ShouldDownloadFavicon``)
"""
_LOADED_RELS = frozenset(
    b"stylesheet preload prefetch preconnect modulepreload dns-prefetch manifest import prerender".split()
)
"""https://html.spec.whatwg.org/multipage/links.html#linkTypes"""
_TARGET = lazy_pattern(r"(?:v-bind:|:|ng-|x-bind:)?href|\[(?:attr\.)?href\]")
"""The address of a link, also as the expression of a template of Vue, AngularJS, Alpine or Angular."""


def _is_new_window(attribute: markup.Attribute) -> bool:
    """True if a link opens another window, which is that of a browser."""
    return attribute.name == "target" and attribute.value.strip().lower() == b"_blank"


def reason_of_element(name: str, own: markup.Attribute, values: Sequence[markup.Attribute]) -> str:
    """The reason in an attribute of an element, by its other attributes."""
    match name:
        case "a":
            return LINK if _TARGET.fullmatch(own.name) and any(map(_is_new_window, values)) else ""
        case "meta" if any(_META_NAMES.match(one.value) for one in values if one.name in {"name", "property"}):
            return METADATA
        case "meta":
            return PERMITTED if own.name == "content" and any(map(_is_policy, values)) else ""
        case "link":
            return METADATA if any(_describes(one) for one in values if one.name == "rel") else ""
        case _:
            return ""


def _is_policy(attribute: markup.Attribute) -> bool:
    """True if an element only permits addresses (https://www.w3.org/TR/CSP3/#meta-element)."""
    return attribute.name == "http-equiv" and attribute.value.strip().lower() == b"content-security-policy"


def _describes(rel: markup.Attribute) -> bool:
    """True if a page does not load what has this relation to it."""
    return _LOADED_RELS.isdisjoint(rel.value.lower().split()) and _LINK_RELS.search(rel.value) is not None


_PERMISSIONS = frozenset(("access", "allow-intent", "allow-navigation"))


def is_permission(element: str) -> bool:
    """True if an element of ``config.xml`` only permits an address, and does not name a page of the app.

    A web view that may go to a site does so only if a page of the app leads there, and that names the site, too.
    Source: https://cordova.apache.org/docs/en/latest/guide/appdev/allowlist/
    """
    return element in _PERMISSIONS
