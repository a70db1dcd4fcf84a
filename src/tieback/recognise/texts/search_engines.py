"""What a site tells search engines about its pages: site maps, and structured data. No code of the app contacts these.

``<urlset>`` and ``<sitemapindex>`` are the roots of site maps (https://www.sitemaps.org/protocol.html). Structured data
is the content of ``<script type="application/ld+json">``, or an object of a script with the key ``@context``
(https://www.w3.org/TR/json-ld11/, https://developers.google.com/search/docs/appearance/structured-data).
"""

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

SITE_MAP = "only in a site map or structured data, which search engines read"
LINKED_DATA = b"application/ld+json"
"""Type of the script element with structured data."""
_ROOT = lazy_pattern(
    rb"(?:\xef\xbb\xbf)?(?:\s++|<\?[^>]*+>|<!--(?:[^-]++|-(?!->))*+-->)*+<(?:\w{1,20}:)?(?:urlset|sitemapindex)[\s>]"
)
_HEAD = 8192
_CONTEXT = lazy_pattern(rb"[{,]\s{0,20}[\"']@context[\"']\s{0,8}:")
_CONTEXT_REACH = 2_000
_LOADER = lazy_pattern(
    rb"(?<![\w$])jsonld\s{0,4}\.\s{0,4}(?:expand|compact|flatten|frame|toRDF|fromRDF)\s{0,4}\(|documentLoader"
)
"""A library that requests the contexts of data: https://github.com/digitalbazaar/jsonld.js"""
_LOADERS = (b"jsonld", b"documentLoader")
_READER = lazy_pattern(rb"(?:querySelector(?:All)?|\$|jQuery)\s{0,4}\([^()]{0,60}ld\+json")
_BRACKET = lazy_pattern(rb"[{}]")


def is_site_map(data: Bytes) -> bool:
    """True if an XML text is a site map."""
    return _ROOT.match(data, 0, _HEAD) is not None


def is_read(data: Bytes) -> bool:
    """True if a script of a page reads the structured data of the page."""
    return _READER.search(data) is not None


def is_in_linked_data(data: Bytes, start: int) -> bool:
    """True if the literal at ``start`` is in an object of a script with the key ``@context`` before it."""
    low = max(0, start - _CONTEXT_REACH)
    if data.rfind(b"@context", low, start) < 0:
        return False
    before = bytes(data[low:start])
    for context in _CONTEXT.finditer(before):
        depth = 1
        for bracket in _BRACKET.finditer(before, context.end()):
            depth += 1 if bracket[0] == b"{" else -1
            if not depth:
                break
        if depth:
            return not any(data.find(one) >= 0 and _LOADER.search(data) is not None for one in _LOADERS)
    return False
