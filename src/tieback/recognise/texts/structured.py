"""Strings of JSON files, their keys, and the sources in source maps.

Source maps: https://tc39.es/ecma426/, ``sources`` and ``sourcesContent``. Package metadata: ``package.json`` of npm,
``bower.json``, ``composer.json`` and lock files, recognised by their keys. One pass; a string ends at its quote.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection
from itertools import islice

import numpy as np

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.spans import MAX_SPANS, Span, SpanKind, Spans

_EDGES = re.Match[bytes].span
_STRING = lazy_pattern(rb"\"(?:[^\"\\]++|\\[\s\S])*+\"?")
_ESCAPE = lazy_pattern(rb"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r\n|([\s\S]))")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b" ", b"f": b" ", b"v": b" ", b"\n": b"", b"\r": b""}
_LEAST_SIMPLE = 1_000
"""Fewest bytes of a text whose escapes NumPy reads."""
_BACKSLASH, _NEW_LINE = 0x5C, 0x0A
_MEANT = np.arange(256, dtype=np.uint8)
"""What a backslash and each byte mean; a line that goes on has nothing."""
_MEANT[list(b"nrtbfv")] = list(b"\n\r\t   ")
_LONGER = np.zeros(256, np.bool_)
_LONGER[list(b"ux\r")] = True
"""Which bytes behind a backslash can begin a longer escape."""
_KEY_LENGTH, _MOST_KEY, _MOST_BEFORE_COLON, _MOST_SPACE = 100, 64, 20, 8
"""Bytes before a value in which its key is looked for; of the key, and of the space on both sides of its colon."""
_SPACE, _KEY_QUOTES = b" \t\n\r\v\f", (b'"', b"'")
_KEY_BYTES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$@.-"
_OPEN = lazy_pattern(rb"[\"']?([\w$@.-]{1,64})[\"']?\s{0,8}:\s{0,8}(?:\[\s{0,20})?\Z")
_DESCRIBING = frozenset(
    (
        b"homepage bugs license licenses licence licenseurl license_url contributors $schema credits"
        b" _resolved _npmoperationalinternal auth_provider_x509_cert_url client_x509_cert_url"
    ).split()
)
"""Keys of facts about software and keys, in any object; also in the description of a package that a script contains.

The last two are in the key file of a Google service account; its library reads only ``token_uri``:
https://github.com/googleapis/google-auth-library-java, ``ServiceAccountCredentials.fromJson``.
"""
_PACKAGE_KEYS = _DESCRIBING | frozenset(
    (
        b"repository maintainers author authors funding resolved $id _from _id changelog url web website"
        b" readme description tarball dependencies devdependencies peerdependencies"
        b" optionaldependencies @context demo docs twitter github blog"
    ).split()
)
"""Keys of facts about software in the description of a package."""
_SOFTWARE = lazy_pattern(
    rb"[{,]\s{0,40}[\"']?(?P<key>version|versions|licen[cs]es?|licen[cs]e_?name|authors?|contributors|copyrights?|dependencies|devDependencies|bugs|repository|scm|spdx\w{0,20}"
    rb"|artifact_?(?:id|version)|module(?:Name|Version|Licenses?)|libraryName|keywords|maintainers|main|private_key|client_email|ethereum|genesis)[\"']?\s{0,8}:",
    re.IGNORECASE,
)
"""Another key of the description of a library, an example or a key of an account beside one of these."""
_WEAK_FACTS = frozenset(b"version versions main keywords author authors modulename copyright copyrights".split())
"""Keys that the settings of an app have, too."""
_FEW_FACTS = 2
_PLUG_IN = lazy_pattern(rb"[{,]\s{0,40}(?P<key>id|app|label|packageName)\s{0,8}:")
_PLUG_IN_KEYS = 4
"""What a plug-in for the developer tools of Vue has beside its page: https://devtools.vuejs.org/plugins/api"""
_SOFTWARE_REACH = 1_500
_ALONE = frozenset(
    (b"$schema", b"_resolved", b"_npmoperationalinternal", b"auth_provider_x509_cert_url", b"client_x509_cert_url")
)
"""Keys that have no other meaning."""
_DESCRIBED = lazy_pattern(rb"\{\s{0,40}[\"']?description[\"']?\s{0,8}:[^{}]{1,400}\Z")
"""The beginning of an object that describes a function, before another of its keys."""
_LICENCE_NAME = lazy_pattern(rb"[{,]\s{0,40}[\"']?(?:type|name)[\"']?\s{0,8}:")
_RIGHTS = lazy_pattern(rb"widevine|playready|fairplay|clearkey|headers|\bdrm\b|\.(?:mpd|m3u8)\b", re.IGNORECASE)
"""What the server of licences for films has instead: https://www.w3.org/TR/encrypted-media/"""
_WEAK = frozenset((b"url", b"web", b"website"))
"""Keys by which settings with a name, a version and an author name the page of the app."""
_DEVELOPED = lazy_pattern(
    rb"\"(?:dependencies|devDependencies|peerDependencies|repository|bugs|scripts|licenses?|_resolved)\"\s*:"
)
"""Keys that only the description of a package has."""
_API_KEYS = frozenset(b"contact license externaldocs termsofservice".split())
"""Keys of pages for people in the description of an API: https://spec.openapis.org/oas/v3.1.0.html#info-object"""
_API = lazy_pattern(
    rb"(?:^|[{,])\s{0,32}[\"']?(?:swagger[\"']?\s{0,8}:\s{0,8}[\"']?2|openapi[\"']?\s{0,8}:\s{0,8}[\"']?3)",
    re.MULTILINE,
)
_API_NAMES = (b"swagger", b"openapi")
_API_HEAD = 16 * 1024
"""Bytes from the beginning in which the version is."""
_YAML_KEY = lazy_pattern(rb"[ \t]{0,64}(?:-[ \t]{1,8})?[\"']?([\w$-]{1,64})[\"']?[ \t]{0,8}:(?=[\s]|\Z)")
_YAML_REACH = 4_096
_OF_PACKAGE = frozenset(
    b"name version license licenses repository devDependencies dependencies author bugs homepage".split()
)
_LEAST_OF_PACKAGE = 3
"""Fewest of these keys that the description of a package has."""
_PACKAGE = lazy_pattern(rb"\"(%b)\"\s*:" % b"|".join(sorted(_OF_PACKAGE)))
_PACKAGE_FILES = frozenset(("package.json", "bower.json", ".bower.json", "component.json", "composer.json"))
_EXPLORER = lazy_pattern(rb"[bB]lockExplorer(?:s|Urls?)?")
_EXPLORER_REACH = 600
_BRACKET = lazy_pattern(rb"[{}\[\]]")
_DECLARED = lazy_pattern(
    rb"(?:\b(?:var|let|const)\s{1,8}|,\s{0,40})(?:(?P<name>homepage)|(?:author|bugs|repository|contributors)\s{0,4}=\s{0,4}\{[^{}]{0,300}?[\"']?url[\"']?\s{0,4}:)"
    rb"\s{0,4}=?\s{0,8}\Z"
)
"""A key of a package as a variable, as a bundler imports it: https://github.com/rollup/plugins (``json``)"""
_DECLARED_NAMES = (b"homepage", b"author", b"bugs", b"repository", b"contributors")
_VARIABLE = lazy_pattern(
    rb"(?<![\w$.])(?P<name>[A-Za-z_$][\w$]{0,40})\s{0,4}=\s{0,4}(?:\{[^{}]{0,300}?[\"']?url[\"']?\s{0,4}:\s{0,4})?\Z"
)
_MEMBER = rb"[{,]\s{0,20}(?:homepage|bugs|repository|author|funding)\s{0,4}:\s{0,4}%b\s{0,4}[,}]"
"""The same after a minifier: ``var a="MIT",b="https://…",c={version:"1.0",license:a,homepage:b}``."""
_USE_REACH = 1_000
"""Bytes behind such an object in which a use of the variable is looked for: minifiers give short names again."""
_FACTS = (b"version", b"license", b"homepage")
"""What such an object has, too."""
_MEMBER_REACH = 8 * 1024
_CHAIN = lazy_pattern(
    rb"\s{0,20},\s{0,20}(?:[\"']?genesis[\"']?\s{0,4}:|[^{}]{0,80}[\"']?minimumHardfork[\"']?\s{0,4}:)"
)
"""What follows the page of a chain of blocks: https://github.com/ethereumjs/ethereumjs-monorepo (``common``)"""
_FUNDING = lazy_pattern(
    rb"[{,]\s{0,40}[\"']?funding[\"']?\s{0,8}:\s{0,8}\[\s{0,40}(?:\{[^{}]{0,300}\}\s{0,40},\s{0,40}){0,8}(?:\{[^{}]{0,300})?\Z"
)
"""Pages for gifts: https://docs.npmjs.com/cli/configuring-npm/package-json#funding"""
_LOCK = lazy_pattern(rb"\"lockfileVersion\"\s*:|\"_resolved\"\s*:|\"packages-dev\"\s*:")
_CHECKSUM = lazy_pattern(rb"[{,]\s*[\"']?(?:shasum|integrity)[\"']?\s*:")
_MAX_SOURCES = 100_000
_HEAD = 64 * 1024
_KEY_REACH = 1100


def json_spans(data: bytes) -> Spans:
    """The strings of a JSON text, with their quotes; never raises."""
    spans = Spans()
    spans.extend(list(map(_EDGES, islice(_STRING.finditer(data), MAX_SPANS))), SpanKind.STRING)
    return spans


class Unescaped:
    """A string literal without its escapes, and the offsets in it."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._starts, self._shifts = array("I"), array("I")
        self._start = start
        self.text = b""
        if end - start < _LEAST_SIMPLE or not self._read_simple(data, start, end):
            self._read(data, start, end)

    def _read_simple(self, data: bytes, start: int, end: int) -> bool:
        """Read a text whose escapes have two bytes each; false if it has others."""
        octets = np.frombuffer(data, np.uint8, end - start, start)
        signs = np.flatnonzero(octets == _BACKSLASH)
        # Of several in a row, each second one is escaped.
        numbers = np.arange(len(signs))
        is_first = np.diff(signs, prepend=-2) > 1
        firsts = np.maximum.accumulate(np.where(is_first, numbers, 0))
        escapes = signs[(numbers - firsts) % 2 == 0]
        escapes = escapes[escapes + 1 < len(octets)]
        escaped = octets[escapes + 1]
        if bool(_LONGER[escaped].any()):
            return False
        text, kept = octets.copy(), np.ones(len(octets), np.bool_)
        text[escapes + 1] = _MEANT[escaped]
        kept[escapes] = False
        kept[escapes[escaped == _NEW_LINE] + 1] = False
        self.text = text[kept].tobytes()
        removed = np.arange(1, len(escapes) + 1) + np.cumsum(escaped == _NEW_LINE)
        self._starts = array("I", (escapes + (start + 2)).astype(np.uint32).tobytes())
        self._shifts = array("I", (removed + start).astype(np.uint32).tobytes())
        return True

    def _read(self, data: bytes, start: int, end: int) -> None:
        text = bytearray()
        at = start
        for found in _ESCAPE.finditer(data, start, end):
            text += data[at : found.start()]
            text += _character(found)
            at = found.end()
            self._starts.append(at)
            self._shifts.append(at - len(text))
        text += data[at:end]
        self.text = bytes(text)

    def offset(self, raw: int) -> int:
        """The offset in ``text`` of an offset in the data."""
        index = bisect_right(self._starts, raw) - 1
        shift = self._shifts[index] if index >= 0 else self._start
        return min(max(0, raw - shift), len(self.text))


def _character(found: "re.Match[bytes]") -> bytes:
    code = found[1] or found[2]
    if code:
        return chr(int(code, 16)).encode("utf-8", "replace")
    return _ESCAPED.get(found[3], found[3]) if found[3] else b""


def key_before(data: bytes, start: int) -> bytes:
    """The key of the value that begins at ``start``, in lower case; empty if it has none."""
    return _key_before_colon(bytes(data[max(0, start - _KEY_LENGTH) : start]), _MOST_BEFORE_COLON).lower()


def _key_of(text: bytes) -> bytes:
    """The key of an object or list, or of the list whose first value it is, behind a text; empty if it has none."""
    inside = text.rstrip(_SPACE)
    if inside[-1:] == b"[" and len(text) - len(inside) <= _MOST_BEFORE_COLON:
        return _key_before_colon(inside[:-1], _MOST_SPACE)
    return _key_before_colon(text, _MOST_SPACE)


def _key_before_colon(text: bytes, most: int) -> bytes:
    """The key at the end of a text, with its colon; ``most``: most white space before the colon."""
    before = text.rstrip(_SPACE)
    if before[-1:] != b":" or len(text) - len(before) > _MOST_SPACE:
        return b""
    named = before[:-1]
    before = named.rstrip(_SPACE)
    if len(named) - len(before) > most:
        return b""
    before = before[: len(before) - (before[-1:] in _KEY_QUOTES)]
    return before[len(before.rstrip(_KEY_BYTES)) :][-_MOST_KEY:]


def describes_software(key: str, others: Collection[str] = ()) -> bool:
    """True if the value of a key of an object is a fact about software.

    Args:
        key: the key.
        others: all keys of the object, which can describe a package.
    """
    every = {one.encode("utf-8", "replace") for one in others}
    own = key.lower().encode("utf-8", "replace")
    if {b"name", b"version"} <= every and len(every & _OF_PACKAGE) >= _LEAST_OF_PACKAGE:
        return own in _PACKAGE_KEYS
    return own in _ALONE or (
        own in _DESCRIBING and any(own != one.lower() and _SOFTWARE.match(b"{" + one + b":") for one in every)
    )


def is_explorer(key: str) -> bool:
    """True if a key of the description of a chain of blocks has pages for people that show its transactions.

    Source: https://eips.ethereum.org/EIPS/eip-3085 (``blockExplorerUrls``), https://viem.sh/docs/chains/introduction
    """
    return _EXPLORER.fullmatch(key.encode("utf-8", "replace")) is not None


def is_of_explorer(data: bytes, start: int) -> bool:
    """True if a string is in an object or list of a script or JSON text with the pages of a block explorer.

    Not so for the interface of an explorer (``apiUrl``).
    """
    if key_before(data, start).startswith(b"api"):
        return False
    around, depth = data[max(0, start - _EXPLORER_REACH) : start], 0
    if not _EXPLORER.search(around):
        return False
    for found in reversed(list(_BRACKET.finditer(around))):
        depth += 1 if found[0] in b"}]" else -1
        if depth < 0:
            depth = 0
            key = _OPEN.search(around, max(0, found.start() - 100), found.start())
            if key is None:
                return False
            if _EXPLORER.fullmatch(key[1]):
                return True
    return False


def is_api(data: bytes | bytearray | memoryview) -> bool:
    """True if a text begins like the description of an API, of Swagger 2 or OpenAPI 3, as JSON or YAML."""
    head = bytes(data[:_API_HEAD])
    return any(name in head for name in _API_NAMES) and _API.search(head) is not None


def is_page_of_api(data: bytes, offset: int) -> bool:
    """True if the value at an offset of the YAML description of an API is a page for people."""
    begin = data.rfind(b"\n", 0, offset) + 1
    found = _YAML_KEY.match(data, begin, offset)
    if found is None:
        return False
    if found[1].lower() in _API_KEYS:
        return True
    indent = found.start(1) - begin
    for line in reversed(data[max(0, begin - _YAML_REACH) : begin].split(b"\n")):
        above = _YAML_KEY.match(line)
        if above is not None and above.start(1) < indent:
            return above[1].lower() in _API_KEYS
    return False


def is_metadata_key(data: bytes, start: int, *, package: bool = False, api: bool = False, named: bool = False) -> bool:
    """True if the key of a string, or of the list or object around it, is one of a fact about software.

    Args:
        data: the text.
        start: offset of the string.
        package: the text describes a package.
        api: the text describes an API.
        named: its file has the name of a file that describes a package.
    """
    keys = _PACKAGE_KEYS if package else _DESCRIBING | _API_KEYS if api else _DESCRIBING
    key = key_before(data, start)
    if key in _WEAK and package and not named and not _DEVELOPED.search(data, 0, _HEAD):
        return False
    if key in keys:
        return package or api or key in _ALONE or _is_of_software(data, start, key)
    around = data[max(0, start - _KEY_REACH) : start]
    opened = max(around.rfind(b"{"), around.rfind(b"["))
    if opened <= max(around.rfind(b"}"), around.rfind(b"]")):
        return False
    if key == b"tarball" and _CHECKSUM.search(around, opened):
        return True  # ``dist`` of a package
    outer = _key_of(bytes(around[max(0, opened - _KEY_LENGTH) : opened]))
    if outer == b"description" and around[opened : opened + 1] == b"[":
        return True  # the lines of a text
    outer = outer.lower()
    if outer == b"sampleresults" and _DESCRIBED.search(around, 0, opened):
        return True  # ``faker.internet.url.schema``: https://github.com/faker-js/faker/blob/v5.5.3/lib/internet.js
    if outer == b"credits" and key == b"href":
        return True  # https://api.highcharts.com/highcharts/credits.href
    if outer.startswith(b"licen") and _LICENCE_NAME.search(around, opened) and not _RIGHTS.search(around, opened):
        return outer in keys
    return outer in keys and (package or api or outer in _ALONE or _is_of_software(data, start, outer))


def _is_of_software(data: bytes, start: int, key: bytes) -> bool:
    """True if the object with a key has another one of a description of software, as settings have not."""
    first, last = max(0, start - _SOFTWARE_REACH), min(len(data), start + _SOFTWARE_REACH)
    depth = 0
    for found in reversed(list(_BRACKET.finditer(data, first, start))):
        depth += 1 if found[0] in b"}]" else -1
        if depth < 0:
            first = found.start()
            break
    depth = 0
    for found in _BRACKET.finditer(data, start, last):
        depth += 1 if found[0] in b"{[" else -1
        if depth < 0:
            last = found.end()
            break
    if key.startswith(b"licen") and _RIGHTS.search(data, first, last):
        return False
    facts = {found["key"].lower() for found in _SOFTWARE.finditer(data, first, last)} - {key}
    weak = _WEAK_FACTS - {b"author", b"authors"} if key.startswith(b"licen") else _WEAK_FACTS
    if facts - weak or len(facts) >= _FEW_FACTS:
        return True
    return key == b"homepage" and len({found["key"] for found in _PLUG_IN.finditer(data, first, last)}) == _PLUG_IN_KEYS


def is_page_of_software(data: bytes, start: int, end: int) -> bool:
    """True if a string ``data[start:end]`` is the page of a package in a variable, or of a chain of blocks."""
    around = data[max(0, start - _EXPLORER_REACH) : start]
    declared = _DECLARED.search(around) if any(word in around for word in _DECLARED_NAMES) else None
    is_declared = declared is not None and not (declared["name"] and _is_used(declared["name"], data, end, len(data)))
    if is_declared or (b"funding" in around and _FUNDING.search(around) is not None):
        return True
    if _is_member_of_package(data, start, end):
        return True
    return key_before(data, start) == b"url" and _CHAIN.match(data, end, end + 160) is not None


def _is_member_of_package(data: bytes, start: int, end: int) -> bool:
    """True if a string is in a variable that only names a page in the description of a package behind it."""
    behind = data[end : end + _MEMBER_REACH]
    if any(b"%b:" % fact not in behind for fact in _FACTS):
        return False
    variable = _VARIABLE.search(data, max(0, start - _EXPLORER_REACH), start)
    if variable is None:
        return False
    member = re.search(_MEMBER % re.escape(variable["name"]), behind)
    if member is None:
        return False
    last = behind.find(b"}", member.end() - 1)
    own = behind[behind.rfind(b"{", 0, member.start() + 1) : last]
    if _is_used(variable["name"], behind, last, last + _USE_REACH):
        return False
    return all(b"%b:" % fact in own for fact in _FACTS)


def _is_used(name: bytes, data: bytes, first: int, last: int) -> bool:
    """True if code joins a variable to another text, or gives it to a call: then it is an address that code uses."""
    name = re.escape(name)
    use = (
        rb"(?:[(+]\s{0,4}%b\s{0,4}[+,)]|(?<![\w$.])%b\s{0,4}\+\s{0,4}[\w\"'`(]|\$\{%b\}"
        rb"|(?<![\w$.])%b\s{0,4}\.\s{0,4}(?:concat|replace)\()"
    )
    return re.compile(use % (name, name, name, name)).search(data, first, last) is not None


def is_of_package_script(data: bytes, start: int) -> bool:
    """True if a string is a command in the description of a package: ``scripts: {test: "curl https://…"}``.

    Source: https://docs.npmjs.com/cli/configuring-npm/package-json#scripts
    """
    around = data[max(0, start - _KEY_REACH) : start]
    opened = around.rfind(b"{")
    if opened <= around.rfind(b"}") or not key_before(data, start):
        return False
    found = _OPEN.search(around, max(0, opened - 100), opened)
    return found is not None and found[1] == b"scripts"


def is_lock(data: bytes) -> bool:
    """True if the JSON text lists the packages that a package manager has installed."""
    return _LOCK.search(data, 0, _HEAD) is not None


def is_package(data: bytes, file: str = "") -> bool:
    """True if the JSON text describes a package of a registry, by its keys or by the name of its file."""
    head = data[:_HEAD]
    if is_package_file(file) and _PACKAGE.search(head) is not None:
        return True
    keys = {found[1] for found in _PACKAGE.finditer(head)}
    return {b"name", b"version"} <= keys and len(keys) >= _LEAST_OF_PACKAGE


def is_package_file(file: str) -> bool:
    """True if a file has the name of one that describes a package."""
    return file.rpartition("/")[2].lower() in _PACKAGE_FILES


class SourceMap:
    """Which strings of a source map are the text of a source, and the name of that source."""

    def __init__(self, data: bytes, spans: Spans) -> None:
        self._data = data
        names = False
        self._names: list[bytes] = []
        self._numbers: dict[int, int] = {}
        inside, number, last = False, 0, 0
        for span in spans:
            between = data[last : span.start]
            value = data[span.start + 1 : span.end - 1]
            if b"]" in between:
                inside = names = False
            is_key = data[span.end : span.end + 8].lstrip()[:1] == b":"
            if is_key:
                inside, names = value == b"sourcesContent", value == b"sources"
                number = 0
            elif inside and number < _MAX_SOURCES:
                number += between.count(b"null")
                self._numbers[span.start] = number
                number += 1
            elif names and len(self._names) < _MAX_SOURCES:
                self._names.append(value)
            last = span.end

    def source(self, span: Span) -> str | None:
        """The file name of the source whose text is this string; ``None`` if it is no source."""
        number = self._numbers.get(span.start)
        if number is None:
            return None
        return self._names[number].decode("utf-8", "replace") if number < len(self._names) else ""


def is_source_map(data: bytes) -> bool:
    """True if the JSON text is a source map with the texts of its sources."""
    return b'"mappings"' in data and b'"sources"' in data
