"""Addresses that a script of a page puts together with a name from another script of the page.

The scripts of a page share their global names, the members of shared objects, and the services of a framework:
``var API = "https://…/"`` in one file and ``$.get(API + "users")`` in another one, or a service of AngularJS that
returns the address (https://docs.angularjs.org/guide/services). A call can begin with a name to which its script gives
no address. If another script defines that name, the two are read together as one script, with those that have an
address, and those that call the method around the call: ``service.send("users")``. Only these calls are looked at.
Bounds: files of 256 KiB, 512 KiB of them together, 300 calls of an app.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.candidates import Candidate

MAX_FILE = 262_144
MAX_TOGETHER = 524_288
MAX_SCRIPTS = 200
"""Most scripts that are run together."""
MAX_CALLS = 300
MAX_OF_FILE = 60
"""Most calls of one file."""
_MAX_PLACES = 40
"""Most places of a name that are looked at to find what the script assigns to it."""
_MAX_FOUND = 200
"""Most places of one kind of call in a script."""
_VALUE = 100
_MAX_WITHOUT = 131_072
"""Most bytes of a script without a call or an address."""
_MAX_SETTINGS = 8_192
"""Most bytes of a file of settings."""
_SCRIPT = lazy_pattern(
    r"(?:.{0,200}/)?(?:assets/(?:www|public)|[^/]{1,100}\.app/(?:www|public))/(?!plugins/|cordova)(?:(?!\.min\.|(?<=/)(?:lib|libs|vendor|bower_components|node_modules)/).){1,400}\.js"
)
"""A script of the app, and none in a folder of libraries."""
_SETTINGS = lazy_pattern(
    r"(?:.{0,200}/)?(?:assets/(?:www|public)|[^/]{1,100}\.app/(?:www|public))/.{1,400}\.(?:json|properties)"
)
_HOST_VALUE = lazy_pattern(
    rb"[\"'][\w.-]{1,60}[\"']\s{0,9}:\s{0,9}[\"'](?:[A-Za-z0-9_-]{1,63}\.){1,8}[A-Za-z0-9]{1,24}(?::\d{1,5})?(?:/[^\"'\s]{0,200})?[\"']"
)
"""A setting that can be a host without a scheme."""
_SUM = lazy_pattern(
    rb"[\"'`](?:https?|wss?)://(?:[\"']\s{0,9}\+\s{0,9}\(?|\$\{\s{0,9})"
    rb"(?P<root>[A-Za-z_$][\w$]{0,60})(?P<rest>[\w$.?()\[\]]{0,80})"
)
"""An address whose host begins with a name."""
_SUM_BEFORE = 8
_PAGE = lazy_pattern(r"(?:.{0,200}/)?(?:assets/(?:www|public)|[^/]{1,100}\.app/(?:www|public))/.{1,400}\.html?")
_BLOCK = lazy_pattern(
    rb"<script(?=[^>]{0,200}\stype=[\"']application/json)[^>]{0,200}?\sid=[\"'](?P<id>[\w-]{1,60})[\"'][^>]{0,200}>(?P<text>[^<]{2,8000})</script"
)
"""An object in a page, which a script reads by the identifier of its element."""
_MAX_BLOCKS = 8
_MAX_REQUESTED = 100
"""Most files of settings whose names are looked for in scripts."""
_ADDRESS = lazy_pattern(rb"(?<![=(])[:=(,]\s{0,9}[\"'`](?:https?|wss?)\Z")
"""Before the slashes of an address that a name, a key or a parameter gets."""
_CALLS = (
    b".get(", b".post(", b".put(", b".patch(", b".delete(", b".request(", b".ajax(", b".getJSON(", b"fetch(", b"axios(",
    b"$resource(", b"io(", b".connect(", b"url:", b"url :", b".open(",
)  # fmt: skip
_ARGUMENT = lazy_pattern(
    rb"(?:\s{0,9}[\"'][A-Z]{3,7}[\"']\s{0,9},)?\s{0,40}(?:`\$\{\s{0,9})?"
    rb"(?P<root>[A-Za-z_$][\w$]{0,60})(?P<rest>[\w$.()\[\]]{0,80})\s{0,9}(?P<behind>[+}),;\n])"
)
"""The argument of a call: a name, or a sum or text that begins with a name."""
_METHOD = lazy_pattern(
    rb"(?<![\w$])(?P<name>[A-Za-z_$][\w$]{2,60})\s{0,9}"
    rb"(?:[:=]\s{0,9}(?:async\s{1,9})?(?:function\s{0,9}[\w$]{0,60}\s{0,9})?)?\((?P<parameters>[\w$,\s]{1,200})\)\s{0,9}(?:=>\s{0,9})?\{"
)
"""The beginning of a method with parameters."""
_METHOD_REACH = 2_000
"""Most bytes between the beginning of a method and its call."""
_STATEMENTS = frozenset((b"function", b"if", b"for", b"while", b"switch", b"catch", b"with"))
_NOT_ROOTS = frozenset((b"function", b"this", b"new", b"async", b"await", b"null", b"true", b"false", b"undefined"))


_WORD = lazy_pattern(rb"(?<![\w$])[A-Za-z_$][\w$]{2,60}")
_COMMON = frozenset((b"data", b"this", b"window", b"$scope", b"length", b"toString", b"trim", b"get", b"value", b"val"))
"""Words in the argument of a call that define no address."""
_MAX_NAMES = 200


class _Call(NamedTuple):
    """A call that needs a name of another script."""

    at: int
    """Where its argument begins."""
    name: str
    """The function."""
    names: frozenset[bytes]
    """The names in the beginning of the argument, and in the value of the first one."""
    method: bytes = b""
    """The method around it, if the argument has a parameter of it."""


class _File(NamedTuple):
    """A file that can be a part of the whole."""

    text: bytes
    calls: list[_Call]
    has_address: bool
    is_settings: bool = False


class Whole:
    """The scripts of the pages of an app as one script."""

    def __init__(self) -> None:
        """Begin without a file."""
        self._data = bytearray()
        self.calls: list[Candidate] = []
        self.settings: list[int] = []
        """Where the objects of the settings begin that a script requests by the name of their file."""
        self._files: list[str] = []
        self._starts: list[int] = []

    def add(self, file: str, text: bytes, calls: Iterable[_Call], *, is_settings: bool = False) -> None:
        """Append a file with its calls; ``is_settings``: it is an object that a script requests."""
        start = len(self._data)
        self.settings += [start + 1] * is_settings
        self._files.append(file)
        self._starts.append(start)
        self._data += text + b"\n;\n"
        self.calls += [Candidate(start + one.at, one.name) for one in calls][: MAX_CALLS - len(self.calls)]

    @property
    def data(self) -> bytes:
        """The whole script."""
        return bytes(self._data)

    def place(self, at: int) -> tuple[str, int]:
        """The file and the offset in it of an offset of the whole."""
        number = bisect_right(self._starts, at) - 1
        return self._files[number], at - self._starts[number]


class PageScripts:
    """The small scripts and settings of the pages of one app."""

    def __init__(self) -> None:
        """Begin an app."""
        self._files: dict[str, _File] = {}
        self._left = MAX_TOGETHER

    def add(self, file: str, data: Bytes) -> None:
        """Keep a script of a page, or its settings, if it can be a part of the whole."""
        if file.endswith((".html", ".htm")) and len(data) <= MAX_FILE and _PAGE.fullmatch(file) is not None:
            for block in islice(_BLOCK.finditer(data), _MAX_BLOCKS):
                self._settings(f"{file}#/{block['id'].decode()}", bytes(block["text"]).strip())
            return
        if not file.endswith((".js", ".json", ".properties")) or not 0 < len(data) <= min(MAX_FILE, self._left):
            return
        if not file.endswith(".js"):
            if len(data) <= _MAX_SETTINGS and _SETTINGS.fullmatch(file) is not None:
                self._settings(file, bytes(data).strip())
        elif _SCRIPT.fullmatch(file) is not None:
            text = bytes(data)
            one = _File(text, _calls(text), _has_address(text))
            if one.calls or one.has_address or len(data) <= _MAX_WITHOUT:
                self._left -= len(text)
                self._files[file] = one

    def _settings(self, file: str, text: bytes) -> None:
        """Keep an object of settings that has an address or can have a host."""
        if text[:1] != b"{" or text[-1:] != b"}" or not 0 < len(text) <= min(_MAX_SETTINGS, self._left):
            return
        if b"://" in text or _HOST_VALUE.search(text) is not None:
            self._left -= len(text)
            self._files[file] = _File(b"(" + text + b")", [], has_address=b"://" in text, is_settings=True)

    def whole(self) -> Whole | None:
        """The files that a call needs as one script; ``None`` if no file defines a name for a call of another one."""
        names = {name for one in self._files.values() for call in one.calls for name in call.names}
        sums = any(not call.name for one in self._files.values() for call in one.calls)
        if not names or len(self._files) < 2 or not (sums or any(one.has_address for one in self._files.values())):
            return None
        chosen = sorted(names)[:_MAX_NAMES]
        requested = set(self._requested())
        defined = {
            file: _defined(chosen, one.text)
            for file, one in self._files.items()
            if not one.is_settings or one.has_address or file in requested
        }
        found, kept = Whole(), {}
        for file, one in self._files.items():
            others = set().union(*(some for other, some in defined.items() if other != file))
            kept[file] = [call for call in one.calls if call.names & others]
        needed = {name for calls in kept.values() for call in calls for name in call.names}
        if not needed:
            return None
        methods = {b"." + call.method + b"(" for calls in kept.values() for call in calls if call.method}
        for file, one in sorted(self._files.items()):
            if file not in defined:
                continue
            if kept[file] or one.has_address or defined[file] & needed or any(name in one.text for name in methods):
                found.add(file, one.text, kept[file], is_settings=file in requested)
        return found

    def parts(self, modules: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The scripts that are run together, and the settings that they request; both empty if none needs another.

        Args:
            modules: scripts that import or export names.
        """
        documents = {file: self._files[file].text[1:-1] for file in self._requested() if file.endswith(".json")}
        scripts = {file: one.text for file, one in sorted(self._files.items()) if not one.is_settings}
        own = {file: text for file, text in modules.items() if len(text) <= MAX_FILE and _SCRIPT.fullmatch(file)}
        if not documents and len(own) < 2:
            names = {file: {name for call in one.calls for name in call.names} for file, one in self._files.items()}
            needed = sorted(set().union(*names.values()))[:_MAX_NAMES] if names else []
            defined = {file: _defined(needed, one.text) for file, one in self._files.items()} if needed else {}
            if not any(names[file] & some for file in names for other, some in defined.items() if other != file):
                return {}, {}
        left = MAX_TOGETHER
        chosen: dict[str, bytes] = {}
        for file, text in sorted({**scripts, **own}.items()):
            if len(text) <= left and len(chosen) < MAX_SCRIPTS:
                left -= len(text)
                chosen[file] = text
        return chosen, documents

    def _requested(self) -> Iterator[str]:
        """The files of settings whose name is in a script."""
        scripts = [one.text for one in self._files.values() if not one.is_settings]
        for file in islice((file for file, one in self._files.items() if one.is_settings), _MAX_REQUESTED):
            name = file.rpartition("/")[2].encode()
            if any(_names(text, name) for text in scripts):
                yield file


def _names(text: bytes, file: bytes) -> bool:
    """True if a script has the name of a file at the end of a text."""
    return any(file + quote in text for quote in (b'"', b"'", b"`", b"?"))


def _has_address(text: bytes) -> bool:
    """True if a script gives an address to a name, a key or a parameter."""
    at = -1
    for _ in range(_MAX_PLACES):
        at = text.find(b"://", at + 1)
        if at < 0:
            return False
        if _ADDRESS.search(text[max(0, at - 20) : at]) is not None:
            return True
    return False


def _defined(names: Sequence[bytes], text: bytes) -> set[bytes]:
    """The names that a script can define."""
    here = [re.escape(name) for name in names if name in text]
    if not here:
        return set()
    found = re.finditer(
        rb"(?<![\w$])(?P<name>%b)[\"']?\s{0,9}"
        rb"(?:=(?![=>])|:|,\s{0,9}(?:\[|function|\{|[\"'`]|\()|\(\)\s{0,9}\{)" % b"|".join(here),
        text,
    )
    return {one["name"] for one in found}


def _arguments(text: bytes) -> Iterator[tuple[bytes, re.Match[bytes]]]:
    """The calls of a script that get a name, each with its text."""
    for call in _CALLS:
        at = -1
        for _ in range(_MAX_FOUND):
            at = text.find(call, at + 1)
            if at < 0:
                break
            if found := _ARGUMENT.match(text, at + len(call)):
                yield call, found


def _calls(text: bytes) -> list[_Call]:
    """The calls of a script whose argument begins with a name to which the script gives no address."""
    values: dict[bytes, bytes | None] = {}
    found = list(_sums(text, values))
    for call, one in _arguments(text):
        root, rest = one["root"], one["rest"]
        if root in _NOT_ROOTS:
            continue
        if root not in values:
            values[root] = _value_of(root, text)
        value = values[root]
        if value is None or (one["behind"] not in b"+}" and b"." not in rest and b"+" not in value):
            continue
        at = one.start("root")
        template = text.rfind(b"`", one.start(), at)
        names = frozenset(_WORD.findall(root + rest + b" " + value)) - _COMMON
        begin = at if template < 0 else template
        found.append(_Call(begin, call.strip(b".( :").decode(), names, _method_around(text, begin)))
        if len(found) == MAX_OF_FILE:
            break
    return found


def _sums(text: bytes, values: dict[bytes, bytes | None]) -> Iterator[_Call]:
    """The addresses of a script whose host begins with a name."""
    at = -1
    for _ in range(_MAX_FOUND):
        at = text.find(b"://", at + 1)
        if at < 0:
            break
        one = _SUM.search(text, max(0, at - _SUM_BEFORE), at + _VALUE + 60)
        if one is not None and one.start() < at:
            root = one["root"]
            if root not in values:
                values[root] = _value_of(root, text)
            names = frozenset(_WORD.findall(root + one["rest"] + b" " + (values[root] or b""))) - _COMMON
            yield _Call(one.start(), "", names, _method_around(text, one.start()))


def _method_around(text: bytes, at: int) -> bytes:
    """The method whose parameter is in the argument of a call; empty if there is none near."""
    argument = set(re.findall(rb"[A-Za-z_$][\w$]*", text[at : at + _VALUE].partition(b"\n")[0]))
    for found in reversed(list(_METHOD.finditer(text, max(0, at - _METHOD_REACH), at))):
        if found["name"] not in _STATEMENTS and not argument.isdisjoint(re.split(rb"[,\s]+", found["parameters"])):
            return bytes(found["name"])
    return b""


def _value_of(name: bytes, text: bytes) -> bytes | None:
    """The first words that a script assigns to a name; ``None`` if it gives the name an address itself."""
    at, words = -1, b""
    for _ in range(_MAX_PLACES):
        at = text.find(name, at + 1)
        if at < 0:
            break
        behind = text[at + len(name) : at + len(name) + _VALUE].lstrip()
        if behind[:1] != b"=" or behind[1:2] == b"=":
            continue
        value = behind[1:].lstrip()
        if value[:1] in (b'"', b"'", b"`") and value[1:5] in (b"http", b"ws:/", b"wss:") and not _SUM.match(value):
            line = text[text.rfind(b"\n", 0, at) + 1 : at].lstrip()
            if not line.startswith(b"//"):
                return None
            continue
        words = words or value.partition(b";")[0].partition(b"\n")[0]
    return words
