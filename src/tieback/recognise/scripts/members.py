"""Members of objects, arrays, functions and modules in the source of a script.

An object or array literal is read when one of its members is needed. If an object is not known, a member whose name
occurs only with constants in the script stands for those: bundlers give each module its own name for another one.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tieback.recognise.dataflow.values import HOLE, MAX_ALTERNATIVES
from tieback.recognise.scripts.folding import MADE, unquoted
from tieback.recognise.scripts.methods import MAX_ITEMS, buffer_text, function_result, items_method, json_value
from tieback.recognise.scripts.modules import Modules
from tieback.recognise.scripts.names import Binding
from tieback.recognise.scripts.reader import Reader, TokenKind
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import (
    NO_ENV, UNKNOWN, Cases, Client, Deferred, Env, Items, Kind, Merged, Plain, Source, Text, Unknown, Value, as_text,
    chained, choice, combine, is_known, joined, named, single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

MAX_KEYS = 2_000
"""Most keys of an object that are read."""
MAX_RETURNS = 8
"""Most ``return`` statements of a function."""
_MAX_BODY = 262_144
_MAX_LEVELS = 8
_BEFORE_METHOD = (b"{", b"}", b";", b",", b" ", b"\n", b"\t")
_MAX_FALLBACK = 12
_MAX_PATH = 60
_MAX_SEARCHES = 300
"""Most names of members of unknown objects that are searched in the whole script."""
_RETURN = re.compile(rb"(?<![\w$.])return(?![\w$:])")
_HEAD = re.compile(
    rb"(?:async\s*)?(?:function\s*\*?\s*(?:[A-Za-z_$][\w$]*)?\s*(?=\()|(?:get\s+|static\s+)*[A-Za-z_$][\w$]*\s*(?=\()|"
    rb"(?P<single>[A-Za-z_$][\w$]*)\s*=>|(?=\())"
)
_CALLED = re.compile(rb"\}\s*\)?\s*\(")
_PATH = re.compile(r"[A-Za-z_$][\w$.]*")
_ADDRESS = re.compile(
    r"(?i:url|uri|host|base|api|endpoint|server|domain|socket|root|origin|path|prefix|version|backend|gateway|addr|env"
    r"|service|http|wss|cloud|remote|rest|bucket|region|stage|tenant)|(?:^p|P|_p)ort$|^[A-Z][A-Z0-9_]+$"
)
_GENERIC = frozenset(
    "host hostname port path pathname url urls href origin protocol version root baseURL api environment".split()
)
"""Members that many unrelated objects of libraries have."""


class _Head(NamedTuple):
    """Parameters and body of a function."""

    names: tuple[str, ...]
    defaults: Mapping[str, int]
    """Where default values begin."""
    body: int
    """Offset of the opening brace, or of the expression of an arrow function."""
    block: bool


class Members:
    """Members of the values of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run
        self._objects: dict[int, tuple[dict[str, int], list[int]]] = {}
        self._methods: dict[int, bool] = {}
        """Places of methods in object literals; true for those that are called when the member is read."""
        self._this: dict[tuple[int, str], tuple[int, ...]] = {}
        self._searched: dict[str, Cases] = {}
        self.modules = Modules(run)

    # Objects

    def member(self, value: Cases, key: str, at: int) -> Cases:
        """A member of a value; ``at`` is the place that reads it."""
        return chained(lambda one: self._named_member(one, key, at), value)

    def _named_member(self, value: Value, key: str, at: int) -> Cases:
        owner = f"{value.via[0]}." if isinstance(value, Source) and value.via else ""
        name = f"{owner}{key}" if len(owner) < _MAX_PATH else key
        return tuple((when, named(one, name)) for when, one in self._member(value, key, at))

    def _member(self, value: Value, key: str, at: int) -> Cases:
        match value:
            case Source(kind=Kind.OBJECT):
                found = self._of_object(value, key)
                return found if found is not None else self._assigned(value, key, at)
            case Source(kind=Kind.MODULE):
                return self.modules.export(value, key)
            case Source(kind=Kind.CLASS):
                found = self._static(value, key)
                return found if found is not None else self._assigned(value, key, at)
            case Source(kind=Kind.FUNCTION):
                return self._assigned(value, key, at)
            case Source() | Items():
                rows = self.items(single(value))
                return single(len(rows)) if key == "length" and rows else single(Unknown(key))
            case Plain(value=dict() as content):
                return single(Plain(content[key], value.at)) if key in content else UNKNOWN
            case Merged():
                for one in value.objects:
                    part = self._member(one, key, at)
                    if not all(isinstance(each, Unknown) for _, each in part):
                        return part
                return UNKNOWN
            case Text():
                if key in ("href", "toString"):
                    return single(value)
                return single(len(value.text)) if key == "length" and HOLE not in value.text else UNKNOWN
            case Unknown(path="this"):
                return self._of_this(key, at)
            case Unknown():
                return self._of_unknown(value, key)
            case Client() if key in ("defaults",):
                return single(Merged((value,)))
            case Client() if key == "baseURL":
                return single(value.base)
        return UNKNOWN

    def _of_object(self, value: Source, key: str) -> Cases | None:
        keys, spreads = self._keys(value.at)
        if key in keys:
            return self._at_key(value, keys[key])
        for place in reversed(spreads):
            found = self.member(self._run.once(("...", place), place, value.env), key, place)
            if not all(isinstance(one, Unknown) for _, one in found):
                return found
        return None

    def _at_key(self, value: Source, place: int) -> Cases:
        run = self._run
        if place in self._methods:
            function = Source(Kind.FUNCTION, place, value.env)
            return run.call(function, ()) if self._methods[place] else single(function)
        return run.once(("=", place), place, value.env)

    def _keys(self, at: int) -> tuple[dict[str, int], list[int]]:
        """The keys of an object literal, with the place of each value, and the places of spread objects."""
        if at not in self._objects:
            self._objects[at] = self._read_keys(at)
        return self._objects[at]

    def _read_keys(self, at: int) -> tuple[dict[str, int], list[int]]:
        keys: dict[str, int] = {}
        spreads: list[int] = []
        reader = Reader(self._run.data, at, self._run.budget)
        reader.take()
        for _ in range(MAX_KEYS):
            if reader.takes("}"):
                break
            if reader.takes("..."):
                spreads.append(reader.peek().start)
                end = reader.behind(reader.peek().start)
            else:
                token = reader.take()
                getter = False
                if token.text in ("get", "async") and not reader.is_next(":", ",", "(", "}"):
                    getter = token.text == "get"
                    token = reader.take()
                name = unquoted(token.text).replace(MADE, "") if token.kind is TokenKind.TEXT else token.text
                if token.text == "[":
                    name, end = self._computed(token.start)
                    if end < 0:
                        break
                    reader.go(end)
                elif token.kind not in (TokenKind.NAME, TokenKind.TEXT, TokenKind.NUMBER):
                    break
                if reader.takes(":"):
                    keys[name] = reader.peek().start
                    end = reader.behind(keys[name])
                elif reader.is_next("("):
                    keys[name] = reader.peek().start
                    self._methods[keys[name]] = getter
                    end = reader.behind(keys[name])
                else:  # {name}
                    keys[name] = token.start
                    end = token.end
            if end < 0:
                break
            reader.go(end)
            if not reader.takes(","):
                break
        return keys, spreads

    def _computed(self, at: int) -> tuple[str, int]:
        """A key in brackets, and where the brackets end."""
        found, end = self._run.read(at + 1)
        close = Reader(self._run.data, at, self._run.budget).closing(at)
        text = as_text(found[0][1]).text if len(found) == 1 else HOLE
        return text, close

    def _assigned(self, value: Source, key: str, at: int) -> Cases:
        """A member that is assigned to an object after its literal: ``cfg.host = …``."""
        run = self._run
        name = value.via[0] if value.via and _PATH.fullmatch(value.via[0]) else ""
        if name:
            scope = run.scopes.function(value.at)
            places = list(run.names.members(key, scope.start, scope.end, before=f"{name}.".encode()))
            if places:
                return self._one_of(("member", name, key, value.at), places)
        return self._of_unknown(Unknown(name), key)

    def _one_of(self, origin: object, places: Sequence[int]) -> Cases:
        if not places or len(places) > MAX_ALTERNATIVES:
            return UNKNOWN
        options = [self._run.once(("=", place), place) for place in places]
        known = [one for one in options if not all(isinstance(value, Unknown) for _, value in one)]
        return choice(origin, known) if known else UNKNOWN

    def _static(self, value: Source, key: str) -> Cases | None:
        run = self._run
        opening = run.data.find(b"{", value.at, value.at + 400)
        body = run.scopes.body(opening) if opening >= 0 else None
        if body is None:
            return None
        places = [
            place
            for place in run.names.keys(key, body.start, body.end)
            if b"static" in bytes(run.data[max(body.start, place - len(key) - 16) : place])
        ]
        return self._one_of(("static", value.at, key), places) if places else None

    def _of_this(self, key: str, at: int) -> Cases:
        """``this.key``, assigned in one of the nearest functions, classes or objects around."""
        run = self._run
        for scope in islice(run.scopes.around(at), _MAX_LEVELS):
            if scope.start == 0 or scope.end - scope.start > _MAX_BODY:
                break
            if (known := self._this.get((scope.start, key))) is None:
                places = list(run.names.members(key, scope.start, scope.end, before=b"this."))
                places += run.scopes.direct(list(run.names.keys(key, scope.start, scope.end)), scope)
                places += run.names.members(key, scope.start, scope.end, before=b"prototype.")
                rewritten = run.data.find(f'key:"{key}",value:'.encode(), scope.start, scope.end)
                places += [rewritten + len(key) + 13] if rewritten >= 0 else []  # a class that Babel has rewritten
                known = self._this[scope.start, key] = tuple(places)
            if known:
                return self._one_of(("this", scope.start, key), known[: MAX_ALTERNATIVES + 1])
            if (method := self._method_in(scope, key)) >= 0:
                return single(Source(Kind.FUNCTION, method, NO_ENV))
        return single(Unknown(f"this.{key}"))

    def _method_in(self, scope: Scope, key: str) -> int:
        """Where the parameters of a method begin in the body of a class; -1 if it has none."""
        data, needle, at = self._run.data, key.encode() + b"(", scope.start
        for _ in range(20):
            at = data.find(needle, at, scope.end)
            if at < 0:
                return -1
            if data[at - 1 : at] in _BEFORE_METHOD and self._run.scopes.direct([at], scope):
                close = Reader(data, at + len(key), self._run.budget).closing(at + len(key))
                if close > 0 and bytes(data[close : close + 8]).lstrip()[:1] == b"{":
                    return at + len(key)
            at += len(needle)
        return -1

    def _of_unknown(self, value: Unknown, key: str) -> Cases:
        known = self._searched.get(key)
        if known is None:
            if not _is_address_name(key) or len(self._searched) >= _MAX_SEARCHES:
                return single(Unknown(f"{value.path}.{key}"))
            self._searched[key] = UNKNOWN
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
            if all(isinstance(one, Text) and is_known(one) or isinstance(one, Source) for _, one in value):
                found.append(value)
            elif not all(isinstance(one, Unknown) for _, one in value) or len(places) > 2 * len(found) + 2:
                return UNKNOWN
        if not found or 2 * len(found) < len(places):
            return UNKNOWN
        return choice(("member", key), found)

    # Arrays

    def items(self, value: Cases) -> list[Cases]:
        """The elements of an array; none if it is not known."""
        if len(value) != 1:
            return []
        match value[0][1]:
            case Items(items=items):
                return list(items)
            case Source(kind=Kind.ARRAY, at=at, env=env):
                return self._elements(at, env)
            case Plain(value=list() as content, at=at):
                return [single(Plain(one, at)) for one in content[:MAX_ITEMS]]
        return []

    def _elements(self, at: int, env: Env) -> list[Cases]:
        reader = Reader(self._run.data, at, self._run.budget)
        reader.take()
        found: list[Cases] = []
        while len(found) < MAX_ITEMS and not reader.takes("]"):
            if reader.takes(","):
                found.append(UNKNOWN)
                continue
            spread = reader.takes("...")
            start = reader.peek().start
            value, _ = self._run.read(start, env)
            found += self.items(value) if spread else [value]
            end = reader.behind(start)
            if end < 0 or end <= start:
                break
            reader.go(end)
            if not reader.takes(","):
                break
        return found

    def element(self, value: Cases, key: Cases, at: int) -> Cases:
        """``value[key]``; one of all elements if the key of a small table is not known."""
        return chained(lambda one: chained(lambda other: self._element(one, other, at), key), value)

    def _element(self, value: Value, key: Value, at: int) -> Cases:
        if isinstance(key, Text) and HOLE not in key.text:
            return self.member(single(value), key.text, at)
        is_array = isinstance(value, Items) or (isinstance(value, Source) and value.kind is Kind.ARRAY)
        if is_array or (isinstance(value, Plain) and isinstance(value.value, list)):
            rows = self.items(single(value))
            if isinstance(key, int):
                return rows[key] if 0 <= key < len(rows) else UNKNOWN
            origin = ("table", value.at if isinstance(value, Source) else id(value))
            return choice(origin, rows) if 0 < len(rows) <= MAX_ALTERNATIVES else UNKNOWN
        if isinstance(value, Text) and isinstance(key, int):
            return single(Text(value.text[key], value.at, (), value.via)) if 0 <= key < len(value.text) else UNKNOWN
        if isinstance(value, Source) and value.kind is Kind.OBJECT:
            if isinstance(key, int):
                return self._of_object(value, str(key)) or UNKNOWN
            keys, spreads = self._keys(value.at)
            if 0 < len(keys) <= MAX_ALTERNATIVES and not spreads:
                return choice(("table", value.at), [self._at_key(value, place) for place in keys.values()])
        if isinstance(value, Plain) and isinstance(value.value, dict) and 0 < len(value.value) <= MAX_ALTERNATIVES:
            return choice(("table", value.at), [single(Plain(one, value.at)) for one in value.value.values()])
        return UNKNOWN

    def array_method(self, value: Value, name: str, arguments: Sequence[Cases]) -> Cases:
        """A method of an array."""
        rows = self.items(single(value))
        if name == "map" and arguments and len(arguments[0]) == 1 and rows:
            function = arguments[0][0][1]
            if isinstance(function, Source) and function.kind is Kind.FUNCTION:
                return single(Items(tuple(self._run.call(function, [row]) for row in rows)))
            if isinstance(function, Unknown):
                path = function.path.rpartition(".")[2]

                def apply(one: Value) -> Value:
                    made = function_result(path, [one])
                    return Unknown() if made is None else made

                return single(Items(tuple(combine(apply, row) for row in rows)))
            return UNKNOWN
        if name == "find" or not rows:
            return choice(("find", id(value)), rows) if 0 < len(rows) <= MAX_ALTERNATIVES else UNKNOWN
        if name == "join" and any(len(row) > 1 for row in rows):
            between = as_text(arguments[0][0][1]) if arguments else Text(",")

            def row_of(*values: Value) -> Value:
                return joined(*[part for one in values for part in (between, as_text(one))][1:])

            return combine(row_of, *rows) if len(rows) <= MAX_ALTERNATIVES else UNKNOWN

        def method(*values: Value) -> Value:
            lists = [Items(tuple(self.items(single(one)))) if isinstance(one, Source) else one for one in values]
            made = items_method(name, Items(tuple(rows)), lists)
            return Unknown() if made is None else made

        return combine(method, *arguments)

    # Functions

    def function_end(self, at: int) -> int:
        """The offset behind a function that begins at an offset; -1 if it is too long, or none."""
        head = self._head(at)
        if head is None:
            return -1
        reader = Reader(self._run.data, head.body, self._run.budget)
        if head.block:
            end = reader.closing(head.body)
            if end >= 0:
                return end
            scope = self._run.scopes.body(head.body)
            return scope.end + 1 if scope is not None else -1
        return reader.behind(head.body)

    def _head(self, at: int) -> _Head | None:
        data = self._run.data
        found = _HEAD.match(data, at)
        if found is None:
            return None
        if found["single"]:
            names, defaults, reader = (found["single"].decode(),), {}, Reader(data, found.end(), self._run.budget)
        else:
            reader = Reader(data, found.end(), self._run.budget)
            close = reader.closing(found.end())
            if close < 0:
                return None
            names, defaults = self._parameters(found.end())
            reader.go(close)
            reader.takes("=>")
        token = reader.peek()
        return _Head(tuple(names), defaults, token.start, token.text == "{")

    def _parameters(self, at: int) -> tuple[tuple[str, ...], dict[str, int]]:
        reader = Reader(self._run.data, at, self._run.budget)
        reader.take()
        names: list[str] = []
        defaults: dict[str, int] = {}
        for _ in range(30):
            if reader.takes(")"):
                break
            rest = reader.takes("...")
            token = reader.peek()
            names.append(f"{'...' * rest}{token.text}" if token.kind is TokenKind.NAME else "")
            end = reader.behind(token.start)
            if token.kind is TokenKind.NAME:
                reader.take()
                if reader.takes("="):
                    defaults[token.text] = reader.peek().start
            if end < 0:
                break
            reader.go(end)
            if not reader.takes(","):
                break
        return tuple(names), defaults

    def result(self, function: Source, arguments: Sequence[Cases]) -> Cases:
        """What a function returns for these arguments."""
        run = self._run
        head = self._head(function.at)
        if head is None:
            return UNKNOWN
        key = self._key(head)
        env = dict(function.env)
        for number, name in enumerate(head.names):
            if name.startswith("..."):
                env[key, name[3:]] = single(Items(tuple(arguments[number:])))
            elif number < len(arguments):
                env[key, name] = arguments[number]
            elif name in head.defaults:
                env[key, name] = run.value(head.defaults[name], function.env)
        if not head.block:
            return run.value(head.body, env)
        places = self._returns(head.body)
        return choice(("return", head.body), [run.value(place, env) for place in places]) if places else UNKNOWN

    def _key(self, head: _Head) -> int:
        """The number of the function in environments: behind its brace, or behind the arrow."""
        if head.block:
            return head.body + 1
        return self._run.data.rfind(b"=>", 0, head.body) + 2

    def _returns(self, body: int) -> list[int]:
        run = self._run
        scope = run.scopes.body(body)
        if scope is None or scope.end - scope.start > _MAX_BODY:
            return []
        found = []
        for number, match in enumerate(_RETURN.finditer(run.data, scope.start, scope.end)):
            if number == 4 * MAX_RETURNS:
                return []
            run.budget.take()
            if run.scopes.function(match.start()) == scope:
                token = Reader(run.data, match.end(), run.budget).peek()
                if token.text not in (";", "}"):
                    found.append(token.start)
        return found if len(found) <= MAX_RETURNS else []

    def parameter(self, name: str, binding: Binding) -> Cases:
        """A parameter of a function that is not called by the expression: its default, or the argument of its call."""
        run, place, scope = self._run, binding.at[0], binding.scope
        if (known := self.modules.parameter(name, binding)) is not None:
            return known
        reader = Reader(run.data, place + len(name), run.budget)
        if reader.takes("="):
            return run.once(("default", place), reader.peek().start)
        return self._called(name, binding) if scope.head >= 0 else UNKNOWN

    def parameter_names(self, scope: Scope) -> tuple[str, ...]:
        """The parameters of a function; empty texts for patterns."""
        if self._run.data[scope.head] == 0x28:
            return self._parameters(scope.head)[0]
        return (bytes(self._run.data[scope.head : scope.head_end]).decode("ascii", "replace"),)

    def _called(self, name: str, binding: Binding) -> Cases:
        """The argument of a function that is called where it stands: ``(function(e){…})("https://…")``."""
        run, scope = self._run, binding.scope
        names = self.parameter_names(scope)
        if name not in names or scope.end >= len(run.data):
            return UNKNOWN
        behind = _CALLED.match(run.data, scope.end, scope.end + 20)
        if behind is None:
            return single(Unknown(name))
        reader = Reader(run.data, behind.end() - 1, run.budget)
        reader.take()
        for number in range(names.index(name) + 1):
            start = reader.peek().start
            if reader.is_next(")"):
                return UNKNOWN
            if number == names.index(name):
                return run.once(("argument", start), start)
            end = reader.behind(start)
            if end < 0:
                return UNKNOWN
            reader.go(end)
            reader.takes(",")
        return UNKNOWN

    # Functions that the script does not define

    def static(self, owner: str, name: str, arguments: Sequence[Cases]) -> Cases:
        """A function of ``String``, ``Object``, ``JSON``, ``Array`` or ``Buffer``."""
        if not arguments:
            return UNKNOWN
        if owner == "Object" and name == "assign":
            if all(len(one) == 1 for one in arguments):
                return single(Merged(tuple(one[0][1] for one in reversed(arguments))))
            return UNKNOWN
        if owner == "Object" and name in ("freeze", "seal"):
            return arguments[0]
        if owner == "JSON" and name == "parse":

            def parsed(value: Value) -> Value:
                text = as_text(value)
                content = json_value(text)
                return Unknown() if content is None else Plain(content, text.at)

            return combine(parsed, arguments[0])
        if owner == "Array":
            return arguments[0] if name == "from" else UNKNOWN
        if owner == "Buffer" and name == "from":
            encoding = as_text(arguments[1][0][1]).text if len(arguments) > 1 else "utf8"

            def buffer(value: Value) -> Value:
                made = buffer_text(as_text(value), encoding) if isinstance(value, Text) else None
                return Unknown() if made is None else made

            return combine(buffer, arguments[0])
        if name in ("apply", "call"):
            return UNKNOWN

        def function(*values: Value) -> Value:
            made = function_result(name, values)
            return Unknown() if made is None else made

        return combine(function, *arguments)

    def client(self, options: Cases, at: int) -> Cases | None:
        """An HTTP client that is created with a ``baseURL``; ``None`` if it has none."""
        base = self.member(options, "baseURL", at) if isinstance(options[0][1], Source | Plain | Merged) else UNKNOWN
        if all(isinstance(one, Unknown) for _, one in base):
            base = self.member(options, "prefixUrl", at) if isinstance(options[0][1], Source) else UNKNOWN
        if all(isinstance(one, Unknown) for _, one in base):
            return None
        return combine(lambda one: Client(as_text(one)), base)

    def unknown_call(self, function: Unknown, arguments: Sequence[Cases]) -> Cases:
        """The result of a function that is not known: a module of the bundle, or one that is run later."""
        if len(arguments) == 1 and len(arguments[0]) == 1:
            value = arguments[0][0][1]
            if isinstance(value, Source) and value.kind is Kind.MODULE:
                return single(value)
            if isinstance(value, Source) and value.kind is Kind.FUNCTION:
                return single(Deferred(value))
            if isinstance(value, int | Text) and (found := self.modules.module(value)) is not None:
                return single(found)
        for one in arguments[:1]:
            if len(one) == 1 and isinstance(one[0][1], Source) and one[0][1].kind is Kind.OBJECT:
                keys, _ = self._keys(one[0][1].at)
                if len(keys) == 1 and "/" in next(iter(keys)):  # __commonJS({"src/a.js"(exports, module) {…}})
                    place = next(iter(keys.values()))
                    return single(Deferred(Source(Kind.FUNCTION, place, NO_ENV)))
        return single(Unknown(f"{function.path}()"))

    def first_use(self, value: Deferred) -> Cases:
        """The module that a function gives when it is run."""
        head = self._head(value.function.at)
        if head is not None and head.block and head.names and self._run.scopes.body(head.body) is not None:
            return single(Source(Kind.MODULE, head.body, NO_ENV))
        return self._run.call(value.function, ())


def _is_address_name(key: str) -> bool:
    """True for the name of a member that a configuration has, and few other objects."""
    return len(key) >= 3 and key not in _GENERIC and _ADDRESS.search(key) is not None
