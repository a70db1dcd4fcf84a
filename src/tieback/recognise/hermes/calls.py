"""Calls in bytecode: functions of the file, those of the language, of bundlers and of HTTP clients."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.hermes.callbacks import DECIDING, decided, reduced
from tieback.recognise.hermes.heap import GLOBAL, INTEROP, MAX_ITEMS, through
from tieback.recognise.scripts.methods import (
    below,
    buffer_text,
    function_result,
    items_method,
    json_value,
    resolved_url,
    text_method,
)  # fmt: skip
from tieback.recognise.scripts.operators import row
from tieback.recognise.scripts.resolve import (
    ADDRESS_KEYS,
    HOST_KEYS,
    MAX_ARGUMENTS,
    PORT_KEYS,
    SCHEME_KEYS,
    row_with_port,
    server,
)
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Client,
    Items,
    Kind,
    Plain,
    Source,
    Table,
    Text,
    Unknown,
    Value,
    as_text,
    chained,
    choice,
    combine,
    is_function,
    is_unknown,
    joined,
    of_key,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.hermes.interpret import Run
    from tieback.recognise.hermes.program import Program

REQUIRE, REQUIRE_DEFAULT, REQUIRE_ALL, DEFINE = "#require", "#default", "#all", "__d"
SINKS = frozenset((
    "fetch", "open", "WebSocket", "EventSource", "get", "post", "put", "patch", "delete", "head", "request", "axios",
    "connect", "io", "createClient", "sendBeacon", "HttpLink", "ApolloClient", "initializeApp", "create", "extend",
    "importScripts", "Client", "createConnection", "Redis",
))  # fmt: skip
"""Calls that are named in the evidence."""
_SERVICES = frozenset(("connect", "createClient", "Client", "createConnection", "Redis"))
"""Calls that can get the host and the port of a server, as two arguments or in options."""
_LISTS = ("keys", "values", "entries")
"""Functions of ``Object`` that list an object."""
_MAX_ARGUMENTS = 64
_MAX_OBJECTS = 16
_MAX_ITEMS = 512
"""Most items of an array for which a function is called."""


class Calls:
    """The calls of one file."""

    def __init__(self, program: "Program") -> None:
        """Call the functions of this file."""
        self._program = program
        self._heap = program.heap

    def call(self, run: "Run", callee: Cases, this: Cases, arguments: list[Cases], *, made: bool = False) -> Cases:
        """The result of a call.

        Args:
            run: the function that calls.
            callee: what is called.
            this: the object whose method it is.
            arguments: what is passed.
            made: true for ``new``.
        """
        heap, program = self._heap, self._program
        arguments = arguments[:_MAX_ARGUMENTS]
        name = _name(callee[0][1])
        if self._loads(callee[0][1], arguments):
            return self._loaded(callee[0][1], arguments)
        first = arguments[0] if arguments else UNKNOWN
        if name in ("create", "extend") and (client := self._client(first)) is not None:
            program.record.clients[run.function] = None
            return client
        if name not in SINKS and "baseURL" in self._fields(first):
            name = "request"
        program.record.called(run, name, this, arguments)
        if name == DEFINE and len(arguments) >= 2:
            program.modules.define(arguments)
        if name == "defineProperty" and len(arguments) >= 3:
            return self._define(run, arguments)
        if name == "URL" and made and arguments:
            return self._url(run, arguments)
        if name == "Map" and made and (rows := heap.items(heap.forced(first)[0][1])):
            return single(Table(Items(tuple(rows))))
        if not made:
            found = self._method(run, name, this, arguments)
            if found is not None:
                return found
        callee = heap.forced(callee)
        return chained(lambda one: self._of(one, name, this, arguments, run), callee)

    def _loads(self, callee: Value, arguments: Sequence[Cases]) -> bool:
        """True if a call only loads a module, or gives it other members."""
        if len(arguments) == 0:
            return False
        one = arguments[0][0][1]
        if isinstance(callee, Unknown) and callee.path in (REQUIRE, REQUIRE_DEFAULT, REQUIRE_ALL):
            return isinstance(one, int)
        is_whole = isinstance(one, Source) and one.kind is Kind.MODULE and not one.via
        return is_whole and len(arguments) <= 2 and isinstance(callee, (Unknown, Source)) and not _is_sink(callee)

    def _loaded(self, callee: Value, arguments: Sequence[Cases]) -> Cases:
        one = arguments[0][0][1]
        if isinstance(one, int):
            path = callee.path if isinstance(callee, Unknown) else ""
            via = {REQUIRE_DEFAULT: (INTEROP, "default"), REQUIRE_ALL: (INTEROP,)}.get(path, ())
            return single(Source(Kind.MODULE, one, NO_ENV, via))
        return single(one._replace(via=(INTEROP,))) if isinstance(one, Source) else UNKNOWN

    def _client(self, options: Cases) -> Cases | None:
        """An HTTP client that is created with a base address."""
        if not isinstance(options[0][1], (Source, Plain)):
            return None
        for key in ("baseURL", "prefixUrl"):
            base = self._heap.forced(self._heap.member(options, key))
            if not is_unknown(base):
                return combine(lambda one: Client(as_text(one)), base)
        return None

    def _define(self, run: "Run", arguments: Sequence[Cases]) -> Cases:
        key, descriptor = arguments[1][0][1], arguments[2]
        if isinstance(key, Text):
            getter = self._heap.member(descriptor, "get")
            number = self._heap.thing(arguments[0][0][1])
            if not is_unknown(getter) and number >= 0:
                self._heap.things[number].getters[key.text] = getter
            else:
                run.put(arguments[0], key.text, self._heap.member(descriptor, "value"))
        return arguments[0]

    def _url(self, run: "Run", arguments: Sequence[Cases]) -> Cases:
        operands = [self._heap.forced(one) for one in arguments[:2]]

        def made(path: Value, base: Value | None = None) -> Value:
            return resolved_url(as_text(path), None if base is None or isinstance(base, Unknown) else as_text(base))

        value = combine(made, *operands)
        self._program.record.joined(run, value, operands, call="URL")
        return value

    def _method(self, run: "Run", name: str, this: Cases, arguments: Sequence[Cases]) -> Cases | None:
        """The result of a method of the language; ``None`` if it is none."""
        if not name:
            return None
        receiver = self._heap.forced(this)
        one = receiver[0][1]
        operands = [self._heap.forced(value) for value in arguments] if name in _WITH_TEXTS else list(arguments)
        found: Cases | None = None
        if isinstance(one, Table):
            return self._in_table(one, operands[0]) if name == "get" and operands else None
        if isinstance(one, Client):
            if not operands:
                return None
            found = combine(lambda path: below(one, as_text(path)), self._heap.forced(operands[0]))
            return UNKNOWN
        if name == "concat" and (isinstance(one, (Text, Unknown)) or len(receiver) > 1):
            found = combine(_concatenated, receiver, *operands)
        elif isinstance(one, (Text, Plain, int)) and not isinstance(one, Plain):
            found = combine(lambda text, *rest: _text_result(name, text, rest), receiver, *operands)
        elif (items := self._heap.items(one)) is not None and len(receiver) == 1:
            found = self._of_items(run, name, items, operands)
        elif name == "join" and len(receiver) > 1:

            def of_one(value: Value) -> Cases:
                items = self._heap.items(value)
                return (self._of_items(run, name, items, operands) if items is not None else None) or UNKNOWN

            found = chained(of_one, receiver)
        if found is not None:
            self._program.record.joined(run, found, (receiver, *operands))
        return found

    def _in_table(self, table: Table, key: Cases) -> Cases:
        """The value of a key of a ``Map``; one of all values if the key is not known."""
        heap = self._heap
        rows = (heap.items(heap.forced(one)[0][1]) or [] for one in table.rows.items)
        pairs = [(heap.forced(row[0]), row[1]) for row in rows if len(row) > 1]
        return of_key(pairs, key, ("table", id(table)))

    def _of_items(self, run: "Run", name: str, items: list[Cases], arguments: list[Cases]) -> Cases | None:
        self._program.budget.take(1 + len(items) // 4)
        if name == "push":
            items += arguments[: max(0, MAX_ITEMS - len(items))]
            return single(len(items))
        values = [one[0][1] for one in arguments]
        if name in ("map", "forEach", "flatMap") and values and isinstance(values[0], (Source, Unknown)):
            given = values[0]
            made = [
                self._of(given, _name(given), UNKNOWN, [one, single(at)], run)
                for at, one in enumerate(items[:_MAX_ITEMS])
            ]
            return single(self._heap.new(Kind.ARRAY, items=made))
        if values and is_function(callback := values[0]):

            def called(*passed: Cases) -> Cases:
                return self._of(callback, _name(callback), UNKNOWN, list(passed), run)

            if name == "reduce":
                return reduced(items, arguments[1:], lambda total, one, at: called(total, one, single(at)))
            if name in DECIDING:
                chosen = decided(name, items, lambda one, at: self._program.truth(called(one, single(at))))
                return single(self._heap.new(Kind.ARRAY, items=chosen)) if isinstance(chosen, list) else chosen
        if name == "concat":
            values = [Items(tuple(found)) if (found := self._heap.items(one)) is not None else one for one in values]
        forced = tuple(self._heap.forced(one) for one in items) if name == "join" else tuple(items)
        result = items_method(name, Items(forced), values)
        return None if result is None else single(result)

    def _of(self, callee: Value, name: str, this: Cases, arguments: list[Cases], run: "Run") -> Cases:
        program = self._program
        if isinstance(callee, Source) and callee.kind is Kind.FUNCTION:
            own = program.name(program.heap.closures[callee.at].function)
            if own.endswith(_MESSAGES):
                return UNKNOWN
            if arguments and own[:1] in "_acdi" and (helped := self._helped(run, own, arguments)) is not None:
                return helped
            found = program.inlined(callee, this, arguments, run)
            label = callee.via[0] if callee.via else own
            return through(label, found) if label else found
        if not isinstance(callee, Unknown):
            return UNKNOWN
        if callee.path.endswith((".call", ".bind", ".apply")) or name in ("call", "bind", "apply"):
            return self._borrowed(name, this, arguments, run)
        owner = callee.path.rpartition(".")[0]
        static = self._static(owner.rpartition(".")[2], name, arguments, run)
        if static is not None:
            return static
        if arguments and name:

            def function(*values: Value) -> Value:
                made = function_result(name, values)
                return Unknown() if made is None else made

            made = combine(function, *map(self._heap.forced, arguments))
            if not is_unknown(made):
                program.record.decoded(run, made)
                return made
        one = arguments[0][0][1] if len(arguments) == 1 else None
        if isinstance(one, Source) and one.kind is Kind.FUNCTION:
            return arguments[0]  # a function that is run later, with what the result is called with
        return single(Unknown(f"{callee.path}()"[:120]))

    def _helped(self, run: "Run", name: str, arguments: list[Cases]) -> Cases | None:
        """The result of a helper of Babel or SWC for classes and generators; ``None`` for other functions."""
        heap, first = self._heap, arguments[0]
        name = name.replace("_", "").lower()
        if name == "asynctogenerator":
            return first
        if name == "classprivatefieldloosekey" and isinstance(first[0][1], Text):
            return single(Text(f"__private_{first[0][1].text}"))
        if name == "classprivatefieldloosebase":
            return first
        if name == "createclass" and len(arguments) > 1:
            prototype = heap.member(heap.forced(first), "prototype")
            for one in (heap.items(arguments[1][0][1]) or [])[:_MAX_ITEMS]:
                key = heap.member(one, "key")[0][1]
                if isinstance(key, Text):
                    run.put(prototype, key.text, heap.member(one, "value"))
            return first
        if name == "defineproperty" and len(arguments) > 2 and isinstance(key := arguments[1][0][1], Text):
            run.put(first, key.text, arguments[2])
            return first
        if name == "inherits" and len(arguments) > 1:
            heap.derive(*(heap.forced(one)[0][1] for one in arguments[:2]))
            return UNKNOWN
        if name == "callsuper" and len(arguments) > 1:
            derived = heap.forced(arguments[1])[0][1]
            maker = heap.bases.get(derived.at) if isinstance(derived, Source) else None
            if maker is not None:
                passed = heap.items(arguments[2][0][1]) if len(arguments) > 2 else None
                self._program.inlined(maker, first, passed or [], run)
            return first
        return None

    def _fields(self, value: Cases) -> Collection[str]:
        """Names of the members of an object that a function has made."""
        one = value[0][1]
        known = isinstance(one, Source) and one.kind is Kind.OBJECT and one.at != GLOBAL
        return self._heap.things[one.at].fields if known and isinstance(one, Source) else ()

    def _borrowed(self, name: str, this: Cases, arguments: list[Cases], run: "Run") -> Cases:
        """``f.call(object, …)``, ``f.apply(object, […])`` and ``f.bind(object)``."""
        one = self._heap.forced(this)[0][1]
        if name == "bind":
            return single(one)
        receiver, rest = (arguments[0], arguments[1:]) if arguments else (UNKNOWN, [])
        if name == "apply":
            rest = (self._heap.items(rest[0][0][1]) or []) if rest else []
        if isinstance(one, Unknown) and one.path.endswith((".call", ".apply", ".bind")):
            return UNKNOWN
        found = self._of(one, _name(one), receiver, rest[:_MAX_ITEMS], run)
        made = found[0][1]
        if name == "apply" and is_function(made) and self._heap.closures[made.at].function in self._program.generators:
            # Babel passes the arguments of an asynchronous function to a generator, which is resumed at once.
            resumed = self._resumed(found, run)
            return found if is_unknown(resumed) else resumed
        return found

    def _static(self, owner: str, name: str, arguments: list[Cases], run: "Run") -> Cases | None:
        """A function of ``Object``, ``JSON``, ``Buffer``, ``Array`` or the engine; ``None`` if it is none."""
        if owner == "HermesBuiltin" and name == "spawnAsync" and arguments:
            one = arguments[0][0][1]
            if isinstance(one, Source) and one.kind is Kind.FUNCTION:
                return self._resumed(self._program.inlined(one, run.this, run.arguments, run), run)
        if name in ("copyDataProperties", "assign") and arguments:
            copied = [self._heap.forced(one) for one in arguments[:_MAX_OBJECTS]]
            for value in copied[1:]:
                self._copy(copied[0][0][1], value)
            return arguments[0]
        if owner == "HermesBuiltin" and name == "getTemplateObject" and len(arguments) > 2:
            same, parts = arguments[1][0][1], arguments[2:]
            raw = parts if same == 1 else parts[: len(parts) // 2]
            return single(self._heap.new(Kind.ARRAY, items=raw))
        if owner == "String" and name == "raw" and arguments and (raws := self._heap.items(arguments[0][0][1])):
            between = [*map(self._heap.forced, arguments[1:]), *[single(Text(""))] * len(raws)]
            return combine(row, *(one for pair in zip(raws, between, strict=False) for one in pair))
        if name in ("freeze", "seal") and arguments:
            return arguments[0]
        if (
            owner == "Object"
            and name in _LISTS
            and arguments
            and (listed := self._listed(name, arguments[0])) is not None
        ):
            return listed
        if name == "parse" and arguments and owner in ("JSON", "HermesBuiltin"):

            def parsed(value: Value) -> Value:
                text = as_text(value)
                content = json_value(text)
                return Unknown() if content is None else Plain(content, text.at)

            return combine(parsed, self._heap.forced(arguments[0]))
        if owner == "Buffer" and name == "from" and arguments:
            encoding = as_text(arguments[1][0][1]).text if len(arguments) > 1 else "utf8"

            def buffer(value: Value) -> Value:
                made = buffer_text(as_text(value), encoding) if isinstance(value, Text) else None
                return Unknown() if made is None else made

            return combine(buffer, self._heap.forced(arguments[0]))
        if owner == "HermesBuiltin" and name == "arraySpread" and len(arguments) >= 2:
            return self._spread(arguments[0][0][1], self._heap.forced(arguments[1])[0][1])
        return None

    def _resumed(self, generator: Cases, run: "Run") -> Cases:
        """What an asynchronous function returns; ``generator``: the closure with its code, which is resumed."""
        heap, one = self._heap, generator[0][1]
        if not isinstance(one, Source) or one.kind is not Kind.FUNCTION:
            return generator
        ended = [
            heap.member(single(result), "value")
            for _, result in self._states(one, run)
            if heap.member(single(result), "done") == single(1)
        ]
        known = [value for value in ended if not is_unknown(value)]
        return choice(("async", one.at), known) if known else UNKNOWN

    def _states(self, generator: Source, run: "Run") -> Cases:
        """What the states of a generator return, read twice: one can need variables that one behind it has set."""
        self._program.inlined(generator, UNKNOWN, (), run)
        return self._program.inlined(generator, UNKNOWN, (UNKNOWN,), run)

    def _listed(self, name: str, value: Cases) -> Cases | None:
        """The keys, the values or both of an object, as an array; ``None`` if they are not known."""
        heap, one = self._heap, self._heap.forced(value)[0][1]
        keys = list(self._members_of(one))[:_MAX_ITEMS]
        if not keys or (isinstance(one, Source) and (one.kind is not Kind.OBJECT or one.at == GLOBAL)):
            return None
        rows = [(single(Text(key, 0, (key,))), heap.member(single(one), key)) for key in keys]
        if name == "entries":
            items = [single(heap.new(Kind.ARRAY, items=list(row))) for row in rows]
        else:
            items = [row[name == "values"] for row in rows]
        return single(heap.new(Kind.ARRAY, items=items))

    def _spread(self, target: Value, value: Value) -> Cases | None:
        """Add the items of an array, or the characters of a text, to an array."""
        items, more = self._heap.items(target), self._heap.items(value)
        if isinstance(value, Text) and HOLE not in value.text:
            more = [single(Text(one, value.at, (), value.via)) for one in value.text]
        if items is None or more is None:
            return None
        items += more[: max(0, MAX_ITEMS - len(items))]
        return single(len(items))

    def _copy(self, target: Value, value: Cases) -> None:
        """Copy the members of an object, or of one of several, into the first one."""
        every = [self._members_of(one) for _, one in value]
        for key in dict.fromkeys(key for names in every for key in names):
            member = self._heap.member(value, key)
            if len(every) > 1:
                member = tuple(one for one in member if not isinstance(one[1], Unknown)) or member
            is_open = any(key not in names for names in every)
            self._heap.put(single(target), key, member, join=is_open)

    def _members_of(self, one: Value) -> Collection[str]:
        number = self._heap.thing(one)
        if isinstance(one, Plain) and isinstance(one.value, dict):
            return [str(key) for key in one.value]
        return list(self._heap.things[number].fields) if number >= 0 else ()

    def servers(self, name: str, arguments: Sequence[Cases]) -> list[Text]:
        """The host with its port that a call gets, in options or as two arguments."""
        if name not in _SERVICES:
            return []
        heap, values = self._heap, [self._heap.forced(one) for one in arguments[:MAX_ARGUMENTS]]
        one = values[0][0][1]
        if isinstance(one, Plain) or (isinstance(one, Source) and one.kind is Kind.OBJECT and one.at != GLOBAL):
            parts = [
                next(
                    (found for key in keys if not is_unknown(found := heap.forced(heap.member(values[0], key)))),
                    UNKNOWN,
                )
                for keys in (HOST_KEYS, PORT_KEYS, SCHEME_KEYS)
            ]
            return [text for _, text in combine(server, *parts) if isinstance(text, Text)]
        return [text for _, text in row_with_port(values) if isinstance(text, Text)]

    def address(self, value: Cases, this: Cases) -> list[Text]:
        """The addresses in an argument of a call: a text, or the options of a client."""
        heap = self._heap
        client = this[0][1] if isinstance(this[0][1], Client) else None
        found: list[Text] = []
        for _, one in heap.forced(value):
            if isinstance(one, Text):
                found.append(below(client, one) if client else one)
            elif isinstance(one, (Source, Plain)) and not (
                isinstance(one, Source) and (one.kind is not Kind.OBJECT or one.at == GLOBAL)
            ):
                found += self._in_options(single(one), client)
        return found

    def _in_options(self, options: Cases, client: Client | None) -> list[Text]:
        base = self._heap.forced(self._heap.member(options, "baseURL"))
        found: list[Text] = []
        for key in ADDRESS_KEYS:
            value = self._heap.forced(self._heap.member(options, key))
            if is_unknown(value):
                continue
            if key != "baseURL" and not is_unknown(base):
                value = combine(lambda one, other: below(Client(as_text(one)), as_text(other)), base, value)
            found += [below(client, one) if client else one for _, one in value if isinstance(one, Text)]
        return found


_WITH_TEXTS = frozenset((
    "concat", "replace", "replaceAll", "join", "split", "padStart", "padEnd", "slice", "substring", "substr", "repeat",
    "trim", "toLowerCase", "toUpperCase", "charAt", "charCodeAt", "reverse", "filter", "at", "get", "post", "put",
    "patch", "delete", "request", "push", "startsWith", "endsWith", "includes", "indexOf",
))  # fmt: skip


_MESSAGES = ("Error", "Exception", "Warning", "invariant", "warnOnce")
"""Ends of the names of functions and classes that only make messages."""


def _name(callee: Value) -> str:
    """The last part of the name of what is called."""
    if isinstance(callee, Unknown):
        return callee.path.rpartition(".")[2]
    if isinstance(callee, Source) and callee.via:
        return callee.via[-1 if callee.kind is Kind.MODULE else 0]
    return ""


def _is_sink(callee: Value) -> bool:
    return _name(callee) in SINKS


def _concatenated(*values: Value) -> Value:
    if isinstance(values[0], Unknown) and any(not isinstance(one, (Text, int, Unknown)) for one in values[1:]):
        return Unknown()
    return joined(*map(as_text, values))


def _text_result(name: str, value: Value, arguments: Sequence[Value]) -> Value:
    if isinstance(value, int):
        plain = name == "toString" and (not arguments or arguments[0] == 10)
        return Text(str(value)) if plain else Unknown()
    found = text_method(name, as_text(value), arguments)
    return Unknown(f".{name}()") if found is None else found
