"""HTTP probes that users declare as rules: GETs, what identifies the product, what proves access, and what is counted.

A rule is data. ``tieback.probes.declared`` turns it into a probe with the limits of the built-in ones. A rule has no
regular expressions: it compares fields, literal texts and JSON pointers (RFC 6901), so that its cost is linear.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from urllib.parse import unquote, urlsplit

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.model.refused_words import names_another_server, refused_word
from tieback.userrules.expressions import RuleFlaw

MAX_REQUESTS = 8
"""Maximum number of requests that a rule declares."""
MAX_PORTS = 4
MAX_CONDITIONS = 8
MAX_EXAMPLES = 32
MAX_CAP = 128 * 1024
"""Maximum number of bytes of an answer that a rule may read: parsed JSON needs up to fifty times its length."""
GENERAL_PORTS = frozenset({80, 443, 3000, 5000, 8000, 8080, 8081, 8443, 8888})
"""Ports that servers of any kind use: they do not point to a product."""
REFUSALS = frozenset({302, 303, 307, 401, 403, 407})
"""Statuses that can show that a login is required."""
PLACE = "{name}"
"""Placeholder of a container's name in a path."""
_ID = re.compile(r"[a-z][a-z0-9_-]{2,39}")
_PATH = re.compile(r"/[A-Za-z0-9._~/{}-]{0,160}(?:\?[A-Za-z0-9._~=&*,{}-]{1,160})?")
_ENCODED = re.compile(r"%(?:5B|5D|24|2A)")
_POINTER = re.compile(r"(?:/[^/]{0,80}){0,8}")
_HEADER = re.compile(r"[a-z0-9-]{1,60}")
_SHORTEST_TEXT = 8
_SHORTEST_VALUE = 3
_PLAIN_HEADERS = frozenset({
    "cache-control", "connection", "content-length", "content-type", "date", "etag", "keep-alive", "transfer-encoding",
    "vary", "x-content-type-options", "x-frame-options", "x-xss-protection",
})  # fmt: skip
"""Header fields that name no product."""


class JsonType(StrEnum):
    """Type of the value at a JSON pointer."""

    ANY = "any"
    ARRAY = "array"
    OBJECT = "object"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"


class NameForm(StrEnum):
    """Names that a placeholder accepts: a closed list, so that no name can change a request."""

    IDENTIFIER = "identifier"
    """A letter or ``_``, then letters, digits and ``_``; at most 64."""
    SLUG = "slug"
    """A letter or digit, then letters, digits, ``_`` and ``-``; at most 64."""
    DIGITS = "digits"
    """At most 18 digits."""

    @property
    def pattern(self) -> str:
        """Regular expression of a name; ``refused_word`` judges the words in it."""
        return _FORMS[self]


_FORMS = {
    NameForm.IDENTIFIER: "[A-Za-z_][A-Za-z0-9_]{0,63}",
    NameForm.SLUG: "[A-Za-z0-9][A-Za-z0-9_-]{0,63}",
    NameForm.DIGITS: "[0-9]{1,18}",
}


class Cost(StrEnum):
    """The greatest cost of an answer; ``scan`` and ``billed`` need ``scans`` in the grant."""

    CATALOGUE = "catalogue"
    BOUNDED = "bounded read"
    SCAN = "scan"
    BILLED = "billed"


class Quality(StrEnum):
    """What a count means."""

    EXACT = "exact"
    LOWER_BOUND = "lower_bound"


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that an answer must show: exactly one of ``status``, ``header``, ``pointer`` and ``text``."""

    status: tuple[int, ...] = ()
    """The status is one of these."""
    header: str = ""
    """Name of a header field, in lower case; with ``equals`` or ``contains``."""
    pointer: str | None = None
    """JSON pointer into the body; with ``equals``, ``contains`` or ``type``, else any value."""
    text: str = ""
    """The body contains this text."""
    equals: str | int | bool | None = None
    contains: str = ""
    type: JsonType | None = None


class RecordCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an answer has the number of records."""

    pointer: str
    """JSON pointer to a number, or to an array of which the elements are counted."""
    quality: Quality
    """``lower_bound`` if the server may have more, for example because the answer is one page."""


class ContainerNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an answer has the names of containers."""

    pointer: str
    """JSON pointer to an array, or to an object of which the keys are the names."""
    name: str = ""
    """JSON pointer inside each element of the array; empty if the elements are the names."""


class HttpRequestRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One GET, and what its answer shows. The first one of a rule identifies the product."""

    path: str
    """Path and query; at most one ``{name}``, a whole segment or a whole value of the query."""
    why: str
    """Purpose of the request, and why it changes nothing."""
    depth: Depth = Depth.ENUMERATE
    """Depth that the grant must allow; never ``sample``: no answer may contain records."""
    cost: Cost | None = None
    """Required, except for the identifying request."""
    cap: int = 64 * 1024
    """Maximum number of bytes of the answer's body that are read."""
    names: NameForm | None = None
    """Names that ``{name}`` accepts."""
    open: tuple[Condition, ...] = ()
    """If all hold, the answer proves access without authentication. Only JSON pointers."""
    records: RecordCount | None = None
    containers: ContainerNames | None = None
    container: str = ""
    """Name of the container that is counted, for a path without ``{name}``."""


class RecordedAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answer of an example."""

    status: int = 200
    headers: dict[str, str] = {}
    body: str = ""


class HttpProbeExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers of a server, and the result of the probe there. Other requests are answered with 404."""

    about: str
    """What the server is, such as ``version 2.1, open``."""
    answers: dict[str, RecordedAnswer]
    """Answers by path and query, with names in place of ``{name}``."""
    access: Access | None = None
    """Expected access. Required in ``accept``; without it, ``reject`` expects that the product is not recognised."""
    records: int | None = None
    """Expected sum of the records."""
    version: str | None = None
    names: tuple[str, ...] = ()
    """Containers that an app names."""


class HttpProbeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A probe of an HTTP product."""

    id: str
    """Name of the probe: small letters, digits, ``-`` and ``_``; never that of a built-in probe or product."""
    source: str
    """URL of the vendor's documentation."""
    request: tuple[HttpRequestRule, ...]
    """The requests in their order."""
    identify: tuple[Condition, ...]
    """What the first answer must show. Status 200 is required unless a condition names others."""
    product: str = ""
    """Product in reports; default: the ID."""
    version: str = ""
    """JSON pointer to the version in the first answer."""
    ports: tuple[int, ...] = ()
    """Usual ports of the product."""
    root: tuple[Condition, ...] = ()
    """What the root page of an unknown HTTP server must show, before the first request is sent to it. Without it, the
    product is found only at its usual ports, by a hint, or if the first request is ``GET /``."""
    refused: tuple[int, ...] = (401, 403)
    """Statuses that show that a login is required. A redirect counts only if it leads to a login page."""
    names_without_list: bool = True
    """False if the vendor documents that no container can be requested while the list of them is refused. A refused
    list then shows a closed store."""
    cwe: str = "CWE-306"
    accept: tuple[HttpProbeExample, ...] = ()
    reject: tuple[HttpProbeExample, ...] = ()

    @property
    def name(self) -> str:
        """The product in reports."""
        return self.product or self.id


def check_probe(rule: HttpProbeRule) -> None:
    """Check what the struct cannot say.

    Raises:
        RuleFlaw: the first mistake.
    """
    for why in check_http_probe(rule):
        raise RuleFlaw(why)


def check_http_probe(rule: HttpProbeRule, taken: Collection[str] = ()) -> list[str]:
    """What is wrong with a rule, one clause each; empty if nothing is.

    Args:
        rule: the rule.
        taken: names of built-in probes and products, and of other rules.
    """
    return [*_about(rule, taken), *_requests(rule), *_identification(rule), *_examples(rule)]


def _about(rule: HttpProbeRule, taken: Collection[str]) -> Iterator[str]:
    for key, value in (("id", rule.id), ("product", rule.name)):
        if not _ID.fullmatch(value):
            yield f"{key} {value!r:.60}: write 3 to 40 small letters, digits, `-` and `_`, the first a letter"
        elif value in taken:
            yield f"{key} {value!r}: this name belongs to a built-in probe or product, or to another rule"
    place = urlsplit(rule.source)
    if place.scheme != "https" or not place.hostname:
        yield "source: write the https URL of the vendor's documentation"
    if not set(rule.refused) <= REFUSALS:
        yield f"refused: write some of {', '.join(map(str, sorted(REFUSALS)))}"
    if not re.fullmatch(r"CWE-[0-9]{1,5}", rule.cwe):
        yield f"cwe {rule.cwe!r:.40}: write it like CWE-306"
    if len(rule.ports) > MAX_PORTS or any(not 0 < port < 65536 for port in rule.ports):
        yield f"ports: write at most {MAX_PORTS} numbers from 1 to 65535"
    for port in rule.ports:
        if port in GENERAL_PORTS:
            yield f"ports: {port} does not point to a product; use `root` or identify the product by `GET /`"


def _requests(rule: HttpProbeRule) -> Iterator[str]:
    if not 1 <= len(rule.request) <= MAX_REQUESTS:
        yield f"write 1 to {MAX_REQUESTS} requests"
        return
    seen: set[str] = set()
    proofs: set[str] = set()
    for number, request in enumerate(rule.request):
        where = f"request {request.path[:80]!r}"
        yield from (f"{where}: {why}" for why in (*_path(request), *_answer(request)))
        if request.path in seen:
            yield f"{where}: declared twice"
        seen.add(request.path)
        if number == 0:
            yield from (f"{where}: {why}" for why in _first(request))
            continue
        if request.depth is Depth.IDENTIFY:
            yield f"{where}: only the first request may have the depth identify"
        if request.cost is None:
            choices = ", ".join(Cost)
            yield f"{where}: write its cost ({choices})"
        bare = request.path.partition("?")[0]
        if request.open and bare in proofs:
            yield f"{where}: not a second proof, because another request has the same path; use another resource"
        proofs |= {bare} if request.open else set()


def _first(request: HttpRequestRule) -> Iterator[str]:
    if request.depth is not Depth.IDENTIFY:
        yield 'the first request identifies the product: write depth = "identify"'
    if PLACE in request.path:
        yield "the first request must not contain {name}"
    if request.open or request.records or request.containers:
        yield "the first answer proves no access and counts nothing: use another request"


def _path(request: HttpRequestRule) -> Iterator[str]:
    path = request.path
    if not _PATH.fullmatch(_ENCODED.sub("x", path)):
        yield "write an absolute path of letters, digits and `-._~/`, and a query of these and `=&*,`, %5B, %5D, %24"
        return
    bare, _, query = path.partition("?")
    segments = bare.split("/")[1:]
    if any(part in (".", "..") for part in segments) or "" in segments[:-1]:
        yield "no empty segment and no dots as a segment"
    places = [part for part in (*segments, *(pair.partition("=")[2] for pair in query.split("&"))) if part == PLACE]
    if path.count("{") != len(places) or path.count("}") != len(places) or len(places) > 1:
        yield "at most one {name}, which is a whole segment or a whole value"
    if places and (not segments[0] or segments[0] == PLACE):
        yield "the first segment must not be {name}"
    if bool(places) != (request.names is not None):
        yield f"write `names` ({', '.join(NameForm)}) exactly if the path contains {{name}}"
    if word := refused_word(unquote(path.replace(PLACE, ""))):
        yield f"{word!r}: a request with this word may change something, log in, or show secrets"
        return
    for pair in query.split("&"):
        name = pair.partition("=")[0]
        if names_another_server(unquote(name)):
            yield f"{name!r}: a server may contact what this parameter names"


def _answer(request: HttpRequestRule) -> Iterator[str]:
    if not request.why.strip() or len(request.why) > 200:
        yield "write in `why` what it is for and why it changes nothing (at most 200 characters)"
    if request.depth is Depth.SAMPLE:
        yield "depth sample: no request of a rule may return records"
    if not 0 < request.cap <= MAX_CAP:
        yield f"cap: write 1 to {MAX_CAP}"
    yield from _conditions("open", request.open)
    if any(one.pointer is None for one in request.open):
        yield "open: only a JSON pointer proves access"
    pointers = [request.records.pointer] if request.records else []
    pointers += [request.containers.pointer, request.containers.name] if request.containers else []
    yield from (f"{one[:80]!r} is not a JSON pointer" for one in pointers if not _POINTER.fullmatch(one))
    if (request.records or request.containers) and not request.open:
        yield "a request that counts or lists also needs `open`: what shows that access was possible"
    if request.records and request.containers:
        yield "use one request for the count and another for the names"
    if request.containers and PLACE in request.path:
        yield "a request with {name} lists no containers"
    if request.container and (PLACE in request.path or not request.records or len(request.container) > 80):
        yield "container: only for a count without {name}, at most 80 characters"


def _conditions(key: str, conditions: tuple[Condition, ...]) -> Iterator[str]:
    if len(conditions) > MAX_CONDITIONS:
        yield f"{key}: at most {MAX_CONDITIONS} conditions"
    for one in conditions:
        yield from (f"{key}: {why}" for why in _condition(one))


def _condition(one: Condition) -> Iterator[str]:
    parts = [bool(one.status), bool(one.header), one.pointer is not None, bool(one.text)]
    if sum(parts) != 1:
        yield "a condition has exactly one of status, header, pointer and text"
        return
    compared = (one.equals is not None) + bool(one.contains) + (one.type is not None)
    if one.header:
        if not _HEADER.fullmatch(one.header):
            yield f"header {one.header!r:.60}: write its name in small letters"
        if compared != 1 or not isinstance(one.equals, str | None) or one.type:
            yield f"header {one.header!r:.60}: write `equals` or `contains` with a text"
    elif one.pointer is not None:
        if not _POINTER.fullmatch(one.pointer):
            yield f"{one.pointer[:80]!r} is not a JSON pointer"
        if compared > 1:
            yield "write only one of equals, contains and type"
    elif compared:
        yield "equals, contains and type belong to a header or a pointer"
    if any(not 100 <= status <= 599 for status in one.status) or len(one.status) > 8:
        yield "status: at most 8 numbers from 100 to 599"
    if max(len(one.text), len(one.contains), len(one.equals) if isinstance(one.equals, str) else 0) > 200:
        yield "a text has at most 200 characters"


def _identification(rule: HttpProbeRule) -> Iterator[str]:
    for key, conditions in (("identify", rule.identify), ("root", rule.root)):
        yield from _conditions(key, conditions)
        if (conditions or key == "identify") and not any(map(_names_product, conditions)):
            yield (
                f"{key}: nothing names the product; compare a header field or a JSON value with a text, or use a text "
                f"of at least {_SHORTEST_TEXT} characters"
            )
    if not _POINTER.fullmatch(rule.version):
        yield "version: not a JSON pointer"


def _names_product(one: Condition) -> bool:
    """True if a condition compares something with a text that can name a product."""
    text = one.contains or (one.equals if isinstance(one.equals, str) else "")
    if one.header:
        return one.header not in _PLAIN_HEADERS and len(text) >= _SHORTEST_VALUE
    if one.pointer is not None:
        return len(text) >= _SHORTEST_VALUE
    return len(one.text) >= _SHORTEST_TEXT


def _examples(rule: HttpProbeRule) -> Iterator[str]:
    if not rule.accept or not rule.reject:
        yield "write at least one example in `accept` and one in `reject`"
    if len(rule.accept) + len(rule.reject) > MAX_EXAMPLES:
        yield f"at most {MAX_EXAMPLES} examples"
    for example in rule.accept:
        if example.access is None:
            yield f"accept {example.about[:60]!r}: write the expected access"
    for example in rule.reject:
        if example.access is not None and example.access.exposed:
            yield f"reject {example.about[:60]!r}: an open server is an example to accept"
    for example in (*rule.accept, *rule.reject):
        yield from (f"example {example.about[:60]!r}: {why}" for why in _recorded(example.answers))


def _recorded(answers: Mapping[str, RecordedAnswer]) -> Iterator[str]:
    for path, answer in answers.items():
        if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
            yield f"{path[:80]!r} is not a path"
        if not 200 <= answer.status <= 599 or len(answer.body) > MAX_CAP:
            yield f"{path[:80]!r}: write a status from 200 to 599 and at most {MAX_CAP} bytes"
        for name, value in answer.headers.items():
            if not _HEADER.fullmatch(name.lower()) or not value.isascii() or not value.isprintable():
                yield f"{path[:80]!r}: the header field {name[:40]!r} cannot be sent"
