"""Members of objects in a script, from their literals and from what is assigned to them.

An object literal is read when one of its members is needed. If an object is not known, a member whose name occurs only
with constants in the script stands for those: bundlers give each module its own name for another one.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE, MAX_ALTERNATIVES
from tieback.recognise.scripts.candidates import operand_before
from tieback.recognise.scripts.expression import MAX_DEPTH
from tieback.recognise.scripts.folding import MADE, unquoted
from tieback.recognise.scripts.names import Binding
from tieback.recognise.scripts.reader import Reader, TokenKind
from tieback.recognise.scripts.replay import CUT
from tieback.recognise.scripts.stores import STATE, Stores
from tieback.recognise.scripts.this_members import ThisMembers, is_empty
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Client,
    Items,
    Kind,
    Merged,
    Plain,
    Source,
    Text,
    Unknown,
    Value,
    as_text,
    chained,
    choice,
    is_known,
    is_unknown,
    named,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

MAX_KEYS = 2_000
"""Most keys of an object that are read."""
_MAX_ROWS = 64
"""Most keys of an object that is listed."""
_HEAD_REACH = 400
_MAX_FALLBACK = 12
_MAX_PATHS = 64
_PAGES = (b"window.", b"global.", b"globalThis.", b"self.")
_SETTINGS = frozenset(("ip", STATE, "config", "cfg", "conf", "settings", "constants"))
_SHARED = ("$rootScope",)
"""Names of parameters that stand for the same object in all functions: https://docs.angularjs.org/api/ng/service/$rootScope"""
_MAX_PATH = 60
_MAX_SEARCHES = 300
"""Most names of members of unknown objects that are searched in the whole script."""
_PATH = lazy_pattern(r"[A-Za-z_$][\w$.]*")
_FILLED = lazy_pattern(
    rb"[})]\s{0,9}\)?\s{0,9}\(\s{0,9}"
    rb"(?:(?:[\w$.]{1,60}\s{0,9}=\s{0,9})?[\w$.]{1,60}\s{0,9}\|\|\s{0,9}(?:\(\s{0,9}[\w$.]{1,60}\s{0,9}=\s{0,9})?)?\Z"
)
"""Before an object that the function before it fills, as compilers write enums: ``(function(e){…})(R||(R={}))``."""
_ARROW_NAME = lazy_pattern(rb"([A-Za-z_$][\w$]*)\)?\s{0,9}=>\s{0,9}\Z")
_MAX_FILLED = 16_384
_ADDRESS = lazy_pattern(
    r"(?i:url|uri|host|base|api|endpoint|server|domain|socket|root|origin|path|prefix|version|backend|gateway|addr|env"
    r"|service|http|wss|cloud|remote|rest|bucket|region|stage|tenant)|(?:^p|P|_p)ort$|^[A-Z][A-Z0-9_]+$"
)
_SERVER = lazy_pattern(r"(?i:host|url|uri|server|addr|domain|endpoint|base)|^ip$|Ip$|IP$")
"""In the name of a member that is a server, or an address of one."""
_URL_PARTS = frozenset(("protocol", "host", "hostname", "port", "origin", "pathname"))
"""Members of a parsed address: https://url.spec.whatwg.org/#url-class"""
_PARSED = lazy_pattern(
    r"(?P<origin>(?P<protocol>[a-z]{2,8}:)//(?P<host>(?P<hostname>[A-Za-z0-9.-]{1,253})(?::(?P<port>\d{1,5}))?))(?P<pathname>/[^?#]{0,2000})?(?=[?#]|\Z)"
)
_FILE = lazy_pattern(r"\.json(?:\?|\Z)")
_OF_PAGE = ("this", "window", "document", "location", "navigator", "process", "screen")
_GENERIC = frozenset((
    "host", "hostname", "path", "pathname", "url", "urls", "href", "origin", "port", "protocol", "version", "root",
    "baseURL", "api", "environment",
))  # fmt: skip
"""Members that many unrelated objects of libraries have."""


class Objects:
    """The objects of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run
        self.settings: tuple[int, ...] = ()
        """Where objects begin that the script requests as files."""
        self._objects: dict[int, tuple[dict[str, int], list[int]]] = {}
        self._methods: dict[int, bool] = {}
        """Places of methods in object literals; true for those that are called when the member is read."""
        self._stores = Stores(run)
        self.this = ThisMembers(run, self._stores)
        self._searched: dict[str, Cases] = {}
        self._of_pages: dict[str, Cases] = {}
        self._paths: dict[tuple[str, str, str, int], tuple[int, ...]] = {}

    def member(self, value: Cases, key: str, at: int) -> Cases:
        """A member of a value; ``at`` is the place that reads it."""
        return chained(lambda one: self._named_member(one, key, at), value)

    def _named_member(self, value: Value, key: str, at: int) -> Cases:
        owner = f"{value.via[0]}." if isinstance(value, Source) and value.via else ""
        name = f"{owner}{key}" if len(owner) < _MAX_PATH else key
        return tuple([(when, named(one, name)) for when, one in self._member(value, key, at)])

    def _member(self, value: Value, key: str, at: int) -> Cases:
        match value:
            case Source():
                return self._of_source(value, key)
            case Unknown(path="this"):
                return self.this.of_this(key, at)
            case Unknown(path=path) if path.endswith("()") and (made := self._stores.of_creator(path[:-2], key, at)):
                return made
            case Unknown():
                return self.of_unknown(value, key)
            case Plain(value=dict() as content):
                return single(Plain(content[key], value.at)) if key in content else UNKNOWN
            case Merged():
                parts = (self._member(one, key, at) for one in value.objects)
                return next((part for part in parts if not is_unknown(part)), UNKNOWN)
            case Items():
                return single(len(value.items)) if key == "length" else single(Unknown(key))
            case Text(text=text):
                if key in ("href", "value"):  # of an address, and of a reference of Vue to it
                    return single(value)
                if key in _URL_PARTS:
                    return _part_of_url(value, key)
                if key == "length" and HOLE not in text:
                    return single(len(text))
                return self.of_unknown(Unknown(), key) if self.settings and _FILE.search(text) else UNKNOWN
            case Client():
                return single(value.base if key == "baseURL" else value) if key in ("baseURL", "defaults") else UNKNOWN
        return UNKNOWN

    def of_path(self, path: str, key: str, at: int, *, of_this: bool = False) -> Cases | None:
        """A member that is assigned to what a name stands for, if its value is not known: ``vm.host = …``.

        Args:
            path: the name, with members of it.
            key: the member.
            at: where the name is read; only assignments to the same variable count.
            of_this: true for another name of ``this``, as in ``var self = this``.

        Returns:
            ``None`` if nothing known is assigned.
        """
        if key == "value" and not of_this and (kept := self._stores.kept(path, at)) is not None:
            return kept
        if not of_this and not _is_of_settings(key):
            return None
        names, name = self._run.names, path.partition(".")[0]
        binding = names.find(name, at)
        scope = binding.scope if binding is not None and name not in _SHARED else self._run.scopes.around(at)[-1]
        known = ("path", path, key, scope.start)
        if known not in self._paths:
            before = self._run.budget.mark()
            places = [
                place
                for place in islice(names.members(key, scope.start, scope.end, before=f"{path}.".encode()), _MAX_PATHS)
                if name in _SHARED or _variable(names.find(name, place - 1)) == _variable(binding)
            ]
            self._paths[known] = tuple(places)
            self._run.budget.kept(before)
        if not self._paths[known]:
            return None
        found = self.one_of(known, self._paths[known])
        return None if is_unknown(found) else tuple((when, named(one, f"{path}.{key}")) for when, one in found)

    def of_page(self, name: str) -> Cases:
        """A name that the script does not declare, if it is a member of the page: ``window.HOST = …``."""
        if not _is_of_settings(name) and not name[:1].isupper():  # a namespace of the app: ``window.App = {…}``
            self._run.record.unbound[name] = None
            return single(Unknown(name))
        self._run.looks_for(self._run.bit(("page", name)))
        if name not in self._of_pages:
            self._of_pages[name] = single(Unknown(name))
            with self._run.reading_once(("page", name)):
                members, end = self._run.names.members, len(self._run.data)
                places = [one for before in _PAGES for one in islice(members(name, 0, end, before=before), _MAX_PATHS)]
                if places and not is_unknown(found := self.one_of(("page", name), places)):
                    self._of_pages[name] = tuple((when, named(one, name)) for when, one in found)
        if is_unknown(self._of_pages[name]):
            self._run.record.unbound[name] = None
        return self._of_pages[name]

    def _of_source(self, value: Source, key: str) -> Cases:
        match value.kind:
            case Kind.OBJECT:
                found = self.own(value, key)
                found = self._filled(value, key) if found is None else self._unless_empty(found, value, key)
            case Kind.CLASS:
                found = self.this.static(value, key)
            case Kind.MODULE:
                return self._run.modules.export(value, key)
            case Kind.ARRAY:
                rows = self._run.arrays.items(single(value))
                return single(len(rows)) if key == "length" and rows else single(Unknown(key))
            case Kind.INSTANCE:
                found = self._of_instance(value, key)
            case _:
                found = None
        return found if found is not None else self._assigned(value, key)

    def _unless_empty(self, found: Cases, value: Source, key: str) -> Cases:
        """A member of a literal; one that is empty there has the value that is assigned later."""
        if not all(is_empty(one) for _, one in found):
            return found
        later = self._assigned(value, key)
        return found if is_unknown(later) else later

    def _of_instance(self, value: Source, key: str) -> Cases | None:
        """A member of an object that a class or function makes, from what it assigns to ``this``."""
        return self.of_made(value, key) if _SERVER.search(key) else None

    def of_made(self, value: Source, key: str) -> Cases | None:
        """The same for any member; ``value`` can be the class or function, too."""
        opening = self._run.data.find(b"{", value.at, value.at + _HEAD_REACH)
        if opening < 0 or self._run.scopes.body(opening) is None:
            return None
        found = self.this.of_this(key, opening + 1, levels=1)
        return None if is_unknown(found) else found

    def own(self, value: Source, key: str) -> Cases | None:
        """A member that the literal of an object has; ``None`` if it has none."""
        keys, spreads = self.keys(value.at)
        if key in keys:
            return self.at_key(value, keys[key])
        run = self._run
        if run.depth >= MAX_DEPTH:
            run.record.deepest = CUT
            return None
        run.depth += 1
        run.record.deepest = max(run.record.deepest, run.depth)
        try:
            parts = (self.member(run.once(("...", place), place, value.env), key, place) for place in spreads[::-1])
            return next((part for part in parts if not is_unknown(part)), None)
        finally:
            run.depth -= 1

    def at_key(self, value: Source, place: int) -> Cases:
        """The member of an object whose value begins at a place."""
        run = self._run
        if place in self._methods:
            function = Source(Kind.FUNCTION, place, value.env)
            return run.call(function, ()) if self._methods[place] else single(function)
        return run.once(("=", place), place, value.env)

    def rows(self, value: Value) -> list[tuple[str, Cases]]:
        """The keys of an object with their values, in their order; none if not all of them are known."""
        match value:
            case Source(kind=Kind.OBJECT, at=at):
                keys, spreads = self.keys(at)
                if not spreads and len(keys) <= _MAX_ROWS:
                    return [(key, self.at_key(value, place)) for key, place in keys.items()]
            case Plain(value=dict() as content) if len(content) <= _MAX_ROWS:
                return [(str(key), single(Plain(one, value.at))) for key, one in content.items()]
        return []

    def keys(self, at: int) -> tuple[dict[str, int], list[int]]:
        """The keys of an object literal, with the place of each value, and the places of spread objects."""
        if at not in self._objects:
            with self._run.reading_once():
                self._objects[at] = self._read_keys(at)
        return self._objects[at]

    def _read_keys(self, at: int) -> tuple[dict[str, int], list[int]]:
        keys: dict[str, int] = {}
        spreads: list[int] = []
        reader = Reader(self._run.data, at, self._run.budget)
        reader.take()
        for _ in range(MAX_KEYS):
            if reader.is_next("}"):
                break
            if reader.takes("..."):
                spreads.append(reader.peek().start)
                end = reader.behind(reader.peek().start)
            else:
                end = self._read_key(reader, keys)
            if end < 0:
                break
            reader.go(end)
            if not reader.takes(","):
                break
        return keys, spreads

    def _read_key(self, reader: Reader, keys: dict[str, int]) -> int:
        """Read a key; the offset behind its value, or -1."""
        token = reader.take()
        getter = token.text == "get"
        if token.text in ("get", "async") and not reader.is_next(":", ",", "(", "}"):
            token = reader.take()
        else:
            getter = False
        if token.text == "[":
            value, _ = self._run.read(token.end)
            name = as_text(value[0][1]).text if len(value) == 1 else HOLE
            end = reader.closing(token.start)
            if end < 0:
                return -1
            reader.go(end)
        elif token.kind in (TokenKind.NAME, TokenKind.TEXT, TokenKind.NUMBER):
            name = unquoted(token.text).replace(MADE, "") if token.kind is TokenKind.TEXT else token.text
        else:
            return -1
        is_method = reader.is_next("(")
        if is_method or reader.takes(":"):
            keys[name] = reader.peek().start
            if is_method:
                self._methods[keys[name]] = getter
            return reader.behind(keys[name])
        keys[name] = token.start  # {name}
        return token.end

    def _filled(self, value: Source, key: str) -> Cases | None:
        """A member that is assigned in the function that the object is passed to where it is made."""
        run, data = self._run, self._run.data
        before = bytes(data[max(0, value.at - 160) : value.at])
        found = _FILLED.search(before)
        if found is None:
            return None
        close = value.at - len(before) + found.start()
        if data[close] == 0x7D:
            scope = run.scopes.around(close)[0]
            names = run.functions.parameter_names(scope) if scope.head >= 0 and scope.end == close else ()
            start, name = scope.start, names[0].encode() if names else b""
        else:
            start = operand_before(data, close + 1, max(0, close - _MAX_FILLED))
            arrow = _ARROW_NAME.search(bytes(data[max(0, start - 80) : max(0, start)]))
            name = arrow[1] if arrow else b""
        if not name or close - start > _MAX_FILLED:
            return None
        run.budget.take(1 + ((close - start) >> 6))
        member = re.compile(
            rb"(?<![\w$.])%b(?:\.%b|\[[\"']%b[\"']\])\s{0,9}=(?!=)\s{0,9}"
            % (re.escape(name), *2 * (re.escape(key.encode()),))
        )
        places = [one.end() for one in member.finditer(data, start, close)]
        return self.one_of(("filled", value.at, key), places) if places else None

    def _assigned(self, value: Source, key: str) -> Cases:
        """A member that is assigned to an object after its literal: ``cfg.host = …``."""
        run = self._run
        names = [name for name in value.via if _PATH.fullmatch(name)]
        scope = run.scopes.function(value.at)
        for name in names:
            places = list(run.names.members(key, scope.start, scope.end, before=f"{name}.".encode()))
            if not places and value.kind in (Kind.CLASS, Kind.FUNCTION):
                places = self.this.defined(name, key, 0, len(run.data))
            if places:
                return self.one_of(("member", name, key, value.at), places)
        return self.of_unknown(Unknown(value.via[0] if value.via and names[:1] == [value.via[0]] else ""), key)

    def one_of(self, origin: object, places: Sequence[int]) -> Cases:
        """One of the values that begin at places, as far as they are known."""
        if not places or len(places) > MAX_ALTERNATIVES:
            return UNKNOWN
        options = [self._run.once(("=", place), place) for place in places]
        known = [one for one in options if not is_unknown(one)]
        return choice(origin, known) if known else UNKNOWN

    def _of_settings(self, value: Unknown, key: str) -> Cases:
        """A member of the settings that the script requests as a file, if an unknown object can be these."""
        if not self.settings or value.path.partition(".")[0] in _OF_PAGE:
            return UNKNOWN
        values = (self.own(Source(Kind.OBJECT, at, NO_ENV), key) for at in self.settings)
        known = [one for one in values if one is not None and not is_unknown(one)]
        return choice(("settings", key), known) if known else UNKNOWN

    def of_unknown(self, value: Unknown, key: str) -> Cases:
        """A member of an object that is not known, from what members with this name have."""
        if not is_unknown(found := self._of_settings(value, key)):
            return found
        if _is_of_settings(key) and not is_unknown(found := self._stores.of_getters(key)):
            return found
        known = self._searched.get(key)
        if _is_address_name(key):
            self._run.looks_for(self._run.bit(("everywhere", key)))
        if known is None:
            if not _is_address_name(key) or len(self._searched) >= _MAX_SEARCHES:
                return single(Unknown(f"{value.path}.{key}"))
            self._searched[key] = UNKNOWN
            with self._run.reading_once(("everywhere", key)):
                known = self._searched[key] = self._everywhere(key)
        return known if known is not UNKNOWN else single(Unknown(f"{value.path}.{key}"))

    def _everywhere(self, key: str) -> Cases:
        """The constants that a member with this name has in the script; unknown if it has others, too."""
        run = self._run
        places = []
        for source in (run.names.members(key, 0, len(run.data)), run.names.keys(key, 0, len(run.data))):
            for place in source:
                if run.data[place : place + 6] != b"void 0":
                    places.append(place)
                if len(places) > _MAX_FALLBACK:
                    return UNKNOWN
        found: list[Cases] = []
        for place in places:
            value = run.once(("=", place), place)
            if all((isinstance(one, Text) and is_known(one)) or isinstance(one, (Source, Client)) for _, one in value):
                found.append(value)
            elif not is_unknown(value) or len(places) > 2 * len(found) + 2:
                return UNKNOWN
        if not found or 2 * len(found) < len(places):
            return UNKNOWN
        return choice(("member", key), found)


def _variable(binding: Binding | None) -> tuple[object, ...]:
    """What two names have in common that stand for the same variable."""
    return () if binding is None else (binding.way, binding.scope.start)


def _part_of_url(url: Text, key: str) -> Cases:
    """A part of an address that is parsed; unknown if its host is."""
    found = _PARSED.match(url.text)
    if found is None:
        return UNKNOWN
    return single(url._replace(text=found[key] or ("/" if key == "pathname" else ""), parts=()))


def _is_of_settings(key: str) -> bool:
    """True for the name of a member that can have an address, or an object with one."""
    return key in _SETTINGS or key in _GENERIC or _ADDRESS.search(key) is not None


@lru_cache(maxsize=4_096)
def _is_address_name(key: str) -> bool:
    """True for the name of a member that a configuration has, and few other objects."""
    return len(key) >= 3 and key not in _GENERIC and _ADDRESS.search(key) is not None
