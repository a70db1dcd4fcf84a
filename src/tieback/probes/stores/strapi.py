"""Strapi: entries of the content types that its public role may read. No field of an entry is read but its identifier.

Sends, in this order: ``GET /_health`` (identify: a header field names the product); for at most 50 content types that
the app names ``GET /api/<plural>`` with a page of one entry and only its identifier, and again by offset (enumerate:
the second proof). The total is in the answer, whatever the size of the page.

Strapi lists its content types only to administrators, so that they are requested by the names in the app. It gives 403
for a type that the public role may not read, and 404 for a missing one. Verified against Strapi 5.54.0.
"""

import msgspec

from tieback.model.count_text import count_text, form_for
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.model.refused_words import refused_word, secret_words
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json, parse_count
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation

# Plural names of content types: https://docs.strapi.io/cms/backend-customization/models#model-information
_PLURAL = rb"(?!(?:auth|users-permissions|upload)(?![a-z0-9-]))[a-z0-9][a-z0-9-]{0,62}"


def _is_type(path: str) -> bool:
    """True if no word in a name may start an action: an app can have routes of its own beside the content types."""
    return not refused_word(path.partition("?")[0].removeprefix("/api/"), but=secret_words())


_ROOT = get_request("/_health", "product, which a header field names; changes nothing", depth=Depth.IDENTIFY)
_PAGE = get_request(
    "/api/{plural}?pagination%5BpageSize%5D=1&fields%5B0%5D=id",
    "number of entries that the public role may read; of one entry the identifier",
    names=_PLURAL,
    label="GET /api/<plural>?pagination[pageSize]=1",
).permitting(_is_type)
_OFFSET = get_request(
    "/api/{plural}?pagination%5Bstart%5D=0&pagination%5Blimit%5D=1&fields%5B0%5D=id",
    "whether the type is readable by offset too: the second proof; of one entry the identifier",
    names=_PLURAL,
    label="GET /api/<plural>?pagination[limit]=1",
).permitting(_is_type)
_CAP = 16 * 1024


class _Pagination(msgspec.Struct):
    total: Number


class _Meta(msgspec.Struct):
    pagination: _Pagination


class _Found(msgspec.Struct):
    data: list[msgspec.Raw]
    meta: _Meta


class StrapiProbe(WebStoreProbe):
    """Probe of Strapi: which content types that the app names its public role may read."""

    meta = ProbeMeta(
        name="strapi",
        products=("strapi",),
        ports=(1337,),
        services=("strapi",),
        cpe=("cpe:2.3:a:strapi:strapi",),
        cwe="CWE-862",
        sends=(_ROOT.send, _PAGE.send, _OFFSET.send),
        references=("https://docs.strapi.io/cms/api/rest", "https://docs.strapi.io/cms/features/users-permissions"),
        pivot=False,
        web=True,
        hides="entries that the public role may not see",
    )
    ask = _ROOT
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the header fields of every answer."""
        named = "strapi" in answer.headers or answer.headers.get("x-powered-by", "").startswith("Strapi")
        return Identification("strapi") if named and answer.status in (200, 204) else None

    def is_likely(self, root: Response) -> bool:
        """True if the root names the product, which it does by default."""
        return "strapi" in root.headers.get("x-powered-by", "").lower() or b"strapi" in root.body[:4096].lower()

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count the content types that the app names."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        names = [name for name in inquiry.names if _PAGE.fill(name)]
        unclear = False
        for name in inquiry.limit(names, "content types"):
            unclear |= not (yield from self._type(inquiry, name))
        if draft.containers:
            draft.fingerprint(container.name for container in draft.containers)
        inquiry.judge_names("content types", names, list_refused=False)
        if unclear and draft.access is Access.NOT_FOUND:
            draft.access = Access.UNKNOWN

    def _type(self, inquiry: Inquiry, name: str) -> Conversation[bool]:
        """Add a content type; false if the answer neither shows nor refuses it."""
        draft = inquiry.draft
        found, status = yield from _total(inquiry, _PAGE, name)
        if status in (401, 403):
            inquiry.refused += 1
            draft.prove(_PAGE.label, f"{name}: status {status}", Access.AUTH_REQUIRED)
        if found is None:
            if (unclear := status not in (401, 403, 404)) and status:
                draft.problem(f"{_PAGE.label} ({name}): status {status}, unreadable answer")
            return not unclear
        again, _ = yield from _total(inquiry, _OFFSET, name)
        readable = f"{count_text(found, 'entry', 'entries')} of {name} {form_for(found, 'is', 'are')} readable"
        draft.prove(_PAGE.label, f"{readable} without a login", Access.OPEN)
        if again is None:
            draft.problem(f"{_OFFSET.label} ({name}): not readable, although its first page needs no login")
        else:
            draft.prove(_OFFSET.label, f"{count_text(again, 'entry', 'entries')} of {name}", Access.OPEN)
        records = exact(found, "meta.pagination.total") if again is not None else None
        inquiry.add_containers([Container((name,), "content type", records=records)])
        return True


def _total(inquiry: Inquiry, request: Request, name: str) -> Conversation[tuple[int | None, int]]:
    """Number of entries, or ``None``; and the status."""
    answer = yield from inquiry.ask(request, name, cap=_CAP)
    if answer is None:
        return None, 0
    found = decode_json(answer.body, _Found) if answer.status == 200 and not answer.truncated else None
    return (parse_count(found.meta.pagination.total) if found is not None else None), answer.status
