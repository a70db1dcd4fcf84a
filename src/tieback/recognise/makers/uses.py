"""Places in which an app uses an address itself: its own code, pages, scripts, resources and settings."""

from tieback.model.endpoint import Endpoint
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.makers.evidence import SCRIPTS, code_place, is_own_file
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.rules import RuleFiles

_DEX = "dex-"
SETTINGS = ("resource/", "resource:", "config:")
"""How an address was found that a resource or a setting has."""
DOCUMENT = lazy_pattern(
    r"(?i)(?:^|/)(?:rss|feeds?|atom)(?:/|\Z)|\.(?:html?|xml|rss|atom|txt|pdf|zip|apk|ipa|plist|css|m?js|map|wasm|png"
    r"|jpe?g|gif|webp|svg|ico|bmp|eot|[ot]tf|woff2?|mp3|aac|og[gva]|wav|pls|m3u8?|mpd|mp4|m4[av]|webm|mkv|flv|mov|3gp)\Z"
)
"""Paths of files and news feeds, which an app takes from others too."""
_LINK = lazy_pattern(r"(?i)(?:(?:href|src)\s?=\s?\\?[\"']|\bopen\s?\(\s?[\"'`])\s?\Z")
"""Before an address: a page links to it, takes a file from there, or opens it in a browser."""


def is_used(endpoint: Endpoint, evidence: Evidence, names: MakerNames, rules: RuleFiles) -> bool:
    """True for an address that the app's own code, pages or resources have, and do not only link to."""
    if evidence.how.startswith(_DEX):
        return names.is_own_code(code_place(evidence))
    return (
        evidence.how.startswith((*SCRIPTS, *SETTINGS))
        and is_own_file(evidence, rules)
        and _LINK.search(text_before(endpoint, evidence)) is None
    )


def text_before(endpoint: Endpoint, evidence: Evidence) -> str:
    """The text before an address."""
    before, found, _ = evidence.context.partition(f"{endpoint.scheme}://{endpoint.host}")
    return before if found else ""
