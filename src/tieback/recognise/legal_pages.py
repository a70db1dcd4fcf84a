"""Addresses of privacy policies, terms and imprints, told by their path: ``https://acme.de/en/privacy-policy``.

Only a page near the top of a site counts: the words of its last part say what it is, and the parts before it are a
language or a usual folder. A page below an account or a wiki is that of a service or of a text that people write.
"""

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.makers.words import maker_words

MAX_FOLDERS = 3
"""Most parts of the path before the page."""
_LANGUAGE = lazy_pattern(r"[a-z]{2}(?:[-_][a-z]{2})?|%\d?\$?s")
_FILE = lazy_pattern(r"\.(?:html?|php|pdf|txt|aspx?|jsp|md)\Z")
_PARTS = lazy_pattern(r"[^a-z]+")


class LegalPage(msgspec.Struct, frozen=True):
    """A legal page near the top of its site."""

    path: str
    responsible: bool
    """True for a privacy policy or imprint, which names the party responsible; false for terms alone."""


def legal_page(endpoint: Endpoint) -> LegalPage | None:
    """The legal page that an endpoint is; ``None`` for other endpoints."""
    if endpoint.kind is not EndpointKind.URL or not endpoint.path:
        return None
    *folders, page = [part for part in endpoint.path.lower().split("/") if part] or [""]
    lists = maker_words()
    if len(folders) > MAX_FOLDERS or not all(
        _LANGUAGE.fullmatch(folder) or folder in lists.legal_folders for folder in folders
    ):
        return None
    words = set(_PARTS.split(_FILE.sub("", page))) - {""}
    known = words & lists.legal_pages
    if not known or words - known - lists.legal_page_words:
        return None
    return LegalPage(endpoint.path, bool(known - lists.terms_words))
