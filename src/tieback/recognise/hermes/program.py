"""What the functions of a bytecode file put together, from the functions that refer to marked strings on.

Each function is walked once without knowing its arguments, and again for calls with constants. The functions around it
are walked first, because they set its variables.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from tieback.recognise.hermes.bytecode import Bytecode, Step
from tieback.recognise.hermes.calls import SINKS, Calls
from tieback.recognise.hermes.heap import GLOBAL, Heap
from tieback.recognise.hermes.interpret import Run
from tieback.recognise.hermes.marks import METHODS, TOLD, Marks
from tieback.recognise.hermes.modules import Modules
from tieback.recognise.hermes.search import Search
from tieback.recognise.scripts import operators
from tieback.recognise.scripts.reader import Budget, BudgetError
from tieback.recognise.scripts.resolve import NESTED, WORTH, is_open
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Client,
    Kind,
    Source,
    Text,
    Unknown,
    Value,
    as_text,
    combine,
    single,
)  # fmt: skip

MAX_NESTED = 30
"""Most functions that are walked inside each other."""
MAX_CALLS = 8
"""Most of them that are calls with constants."""
MAX_FOUND = 4_000
"""Most texts and configurations of one file."""
_MAX_SMALL = 300
"""Most bytes of a function that is walked for a call without a part of an address."""
_MAX_INLINED_SIZE = 16_384
_MAX_CHILDREN = 40
_MAX_CREATORS = 4
_MAX_SEARCHES = 200
_MAX_CALLERS = 40
_MAX_STEPS = 3_000
"""Most steps of one start that are spent on calls."""
_PART = re.compile(r"[/:.]\w|\w[/:.]|^[a-z][a-z0-9-]*$")
"""In a text that can be a part of an address."""
_TWICE = re.compile(r"[^/]*://(?:\{\})?\w+://")
"""Two schemes: on one of the paths, code that adds a scheme to what has one already."""
_STORES = ("StoreToEnvironment", "StoreNPToEnvironment")
_SMALL = re.compile(r"[\w$]{1,2}\Z")
_OTHER = frozenset(("", "default", "value", "constructor", "render", "toString", "then", "next", "return", "throw"))
"""Names of members by which no caller is looked for."""


class Found(NamedTuple):
    """A text that the bytecode puts together, or the text of a configuration."""

    text: Text
    function: int
    at: int
    """Offset of the instruction in the file."""
    call: str
    """The call that it is passed to; empty if that is not known."""


class Program:
    """The functions of one file."""

    def __init__(self, code: Bytecode, budget: Budget) -> None:
        """Follow this file with a budget."""
        self.code, self.budget = code, budget
        self.search = Search(code)
        self.heap = Heap()
        self.calls = Calls(self)
        self.modules = Modules(self)
        self.heap.module, self.heap.missing, self.heap.getter = self.modules.value, self._missing, self._got
        self.found: dict[str, Found] = {}
        self.stopped = False
        """True if a bound ended the search."""
        self.scopes: dict[int, int] = {}
        """The function of each set of variables."""
        self.bases: dict[object, Cases] = {}
        """Values of ``defaults.baseURL`` of HTTP clients."""
        self.clients: dict[int, None] = {}
        """Functions that create an HTTP client, or set its address."""
        self._consumed: set[str] = set()
        self._configurations: dict[int, tuple[int, int]] = {}
        self._visited: set[int] = set()
        self._closures: dict[int, Source] = {}
        """The first closure of each function."""
        self._creator: dict[int, int] = {}
        self._children: dict[int, list[int]] = {}
        self._names: dict[int, dict[str, None]] = {}
        """Names of the members to which the closures of a function were assigned."""
        self._instances: dict[int, Source] = {}
        """What ``this`` is in the functions that a function creates."""
        self._owners: dict[int, int] = {}
        self._open: dict[int, None] = {}
        self._walking: list[int] = []
        self._inlining = 0
        self._inlined: dict[object, Cases] = {}
        self._searched: set[object] = set()
        self._loops: dict[int, dict[int, list[int]]] = {}
        self._start = 0
        self._defined = False

    def texts(self) -> Iterator[Found]:
        """Every text that can be an endpoint, and every configuration."""
        marks = Marks(self.code, self.search)
        try:
            for function in marks.functions():
                self._begin(function)
            for _ in range(3):
                waiting, self._open = list(self._open), {}
                for caller in (one for function in waiting for one in self._callers(function)):
                    self._begin(caller)
            for function in self._requesting():
                self._begin(function)
        except (BudgetError, RecursionError):
            self.stopped = True
        yield from self.found.values()
        for number, (function, at) in self._configurations.items():
            text = marks.configuration(self.heap.things[number].fields, self.heap.forced)
            if text:
                yield Found(Text(text), function, at, "configuration")

    def _begin(self, function: int) -> None:
        self._start = self.budget.left
        self.visit(function)

    # Walks

    def visit(self, function: int) -> None:
        """Walk through a function without knowing its arguments, once."""
        if function in self._visited or len(self._walking) >= MAX_NESTED or function in self._walking:
            return
        self._visited.add(function)
        if function != self.code.global_function:
            for creator in self.search.creators(function)[:_MAX_CREATORS]:
                if function not in self._closures:
                    self.visit(creator)
        if function in self._creator and self._creator[function] == self.code.global_function:
            self.define_modules()
        closure = self._closures.get(function)
        arguments = self.modules.arguments(function) or []
        inlining, self._inlining = self._inlining, 0
        try:
            self._walk(closure, function, self._this(function, closure), arguments)
        finally:
            self._inlining = inlining

    def _walk(self, closure: Source | None, function: int, this: Cases, arguments: list[Cases]) -> Cases:
        self._walking.append(function)
        try:
            return Run(self, closure, function, this, arguments).result()
        finally:
            self._walking.pop()

    def define_modules(self) -> None:
        """Walk through the global code, which defines the modules."""
        if not self._defined:
            self._defined = True
            self.visit(self.code.global_function)

    def _this(self, function: int, closure: Source | None) -> Cases:
        creator = self._creator.get(function, -1)
        if creator not in self._instances:
            self._instances[creator] = self.heap.new(Kind.INSTANCE)
            self._owners[self._instances[creator].at] = creator
        home = self.heap.homes.get(closure.at, -1) if closure else -1
        if home < 0:
            return single(self._instances[creator])
        self._owners.setdefault(home, creator)
        return single(Source(Kind.OBJECT, home, NO_ENV))

    def inlined(self, closure: Source, this: Cases, arguments: Sequence[Cases], run: Run | None = None) -> Cases:
        """The result of a call of a function of the file, which ``run`` calls."""
        if closure.kind is not Kind.FUNCTION:
            return UNKNOWN
        function, scope = self.heap.closures[closure.at]
        header = self.code.header(function)
        if header is None or header.size > _MAX_INLINED_SIZE or self._inlining >= MAX_CALLS:
            return UNKNOWN
        if len(self._walking) >= MAX_NESTED or function in self._walking or self._start - self.budget.left > _MAX_STEPS:
            return UNKNOWN
        own = run is not None and closure.at >= run.first_closure
        if not own and not any(self._is_worth(one) for one in (this, *arguments)):
            if header.size > _MAX_SMALL:
                return UNKNOWN
            if not all(isinstance(one[0][1], int) for one in arguments):
                # The same for each call, so that it is walked once.
                this, arguments = UNKNOWN, ()
        key = (function, scope, _key(this), *map(_key, arguments))
        if key not in self._inlined:
            self._inlining += 1
            try:
                self.budget.take(20)
                found = self._walk(closure, function, this, list(arguments))
            finally:
                self._inlining -= 1
            if len(self._inlined) < MAX_FOUND:
                self._inlined[key] = found
            return found
        return self._inlined[key]

    def _is_worth(self, value: Cases) -> bool:
        """True if a value, or a member of it, can be a part of an address."""
        for _, one in value:
            if isinstance(one, Client) or (isinstance(one, Text) and _PART.search(one.text)):
                return True
            if isinstance(one, Source) and one.kind in (Kind.OBJECT, Kind.ARRAY, Kind.INSTANCE) and one.at != GLOBAL:
                thing = self.heap.things[one.at]
                inside = (*islice(thing.fields.values(), _MAX_CHILDREN), *(thing.items or ())[:_MAX_CHILDREN])
                if any(isinstance(item[0][1], Text) and _PART.search(item[0][1].text) for item in inside):
                    return True
        return False

    def _got(self, getter: Cases, this: Cases) -> Cases:
        one = self.heap.forced(getter)[0][1]
        return self.inlined(one, this, ()) if isinstance(one, Source) else UNKNOWN

    def loops(self, function: int) -> dict[int, list[int]]:
        """The registers that a loop writes, by the offset where it begins."""
        found = self._loops.get(function)
        if found is None:
            steps = self.code.steps(function)
            found = {}
            ends: dict[int, int] = {}
            for step in steps:
                if step.kind.kinds.startswith("j") and step.integer(0) < 0:
                    ends[step.at + step.integer(0)] = step.at
            for start, end in list(ends.items())[:_MAX_SEARCHES]:
                self.budget.take(1 + len(steps) // 16)
                inside = (one for one in steps if start <= one.at <= end)
                written = {one.integer(0) for one in inside if one.kind.kinds.startswith("r") and _writes(one)}
                found[start] = sorted(written)
            self._loops[function] = found
        return found

    # What the walks ask for

    def constant(self, number: int) -> Text:
        """A string of the file."""
        text = self.code.text(number)
        place = self.code.strings.start + int(self.code.strings.offsets[number]) if text else -1
        return Text(text[:4096], place, (text,) if text else ())

    def as_value(self, literal: str | int | None) -> Value:
        """A value of a literal."""
        if isinstance(literal, str):
            return Text(literal[:4096], 0, (literal,) if literal else ())
        return Unknown() if literal is None else literal

    def literal(self, run: Run, step: Step, made: Source) -> None:
        """Set the members of the literal of an object."""
        code = self.code
        if code.shaped:
            key, count = code.shape(step.integer(-2))
        else:
            key, count = step.integer(3), step.integer(2)
        names = code.literals(code.keys + key, count)
        values = code.literals(code.values + step.integer(-1), count)
        self.budget.take(1 + len(names) // 4)
        for name, value in zip(names, values, strict=False):
            self.heap.put(single(made), str(name), single(self.as_value(value)), join=False)
        if any(name in TOLD for name in names):
            self._configured(run, made)

    def _configured(self, run: Run, made: Source) -> None:
        """Remember an object that can be a configuration."""
        if len(self._configurations) < MAX_FOUND:
            self._configurations.setdefault(made.at, (run.function, self._place(run)))

    def created(self, function: int, scope: int) -> Source:
        """A closure that a walk creates."""
        made = self.heap.closure(function, scope)
        if not self._inlining and self._walking and function not in self._closures:
            creator = self._walking[-1]
            self._closures[function] = made
            self._creator[function] = creator
            self._children.setdefault(creator, []).append(function)
        return made

    def stored(self, run: Run, value: Cases, name: str, member: Cases) -> None:
        """A member was set: methods get their object, functions their names, and HTTP clients their address."""
        if name == "baseURL" and (root := _root(value[0][1])):
            self.bases.setdefault(root, member)
            self.clients[run.function] = None
        one, owner = member[0][1], value[0][1]
        if name in TOLD and isinstance(owner, Source) and owner.kind is Kind.OBJECT and owner.at != GLOBAL:
            self._configured(run, owner)
        if not isinstance(one, Source) or one.kind is not Kind.FUNCTION or not isinstance(owner, Source):
            return
        if owner.kind is Kind.SCOPE or owner.at == GLOBAL:
            return
        if name not in ("value", "get", "set", "constructor"):
            self.heap.homes.setdefault(one.at, self.heap.thing(owner))
        self._names.setdefault(self.heap.closures[one.at].function, {})[name] = None

    def instance(self, maker: Cases) -> Cases:
        """An object that is made with ``new``."""
        one = self.heap.forced(maker)[0][1]
        if not isinstance(one, Source) or one.kind is not Kind.FUNCTION:
            return single(Unknown(f"new {one.path}" if isinstance(one, Unknown) else "new"))
        prototype = self.heap.member(single(one), "prototype")
        made = self.heap.new(Kind.INSTANCE, self.heap.thing(prototype[0][1]))
        self._owners[made.at] = self._creator.get(self.heap.closures[one.at].function, -1)
        return single(made)

    def made_by(self, run: Run, parent: Value) -> Source:
        """A new object; the one that a constructor makes itself is the same as ``this`` in the methods of its class."""
        number = self.heap.thing(parent)
        if run.closure is None or number < 0 or number != self.heap.things_of(run.closure, "prototype"):
            return self.heap.new(Kind.OBJECT, number)
        creator = self._creator.get(run.function, -1)
        made = self._instances.get(creator) if not self._inlining else None
        if made is None:
            made = self.heap.new(Kind.INSTANCE)
            self._owners[made.at] = creator
        self.heap.things[made.at].parent = number
        return made

    def truth(self, value: Cases) -> bool | None:
        """Whether a value counts as true; ``None`` if that is not known."""
        known = {None if isinstance(one, Source) and one.kind is Kind.MODULE else _truth(one) for _, one in value}
        return known.pop() if len(known) == 1 else None

    def name(self, function: int) -> str:
        """The name of a function, as the file has it."""
        header = self.code.header(function)
        return self.code.text(header.name) if header else ""

    # Texts

    def joined(self, run: Run, value: Cases, operands: Sequence[Cases], *, call: str = "") -> None:
        """Record the texts that an instruction puts together."""
        for _, one in value:
            if isinstance(one, Text) and "://" in one.text:
                for operand in operands:
                    for _, part in operand:
                        if isinstance(part, Text) and "://" in part.text and part.text != one.text:
                            self._consume(part.text)
                self._record(run, one, call)

    def decoded(self, run: Run, value: Cases) -> None:
        """Record the texts that a function of the platform decodes."""
        for _, one in value:
            if isinstance(one, Text):
                self._record(run, one, "")

    def _consume(self, text: str) -> None:
        known = self.found.get(text)
        if known is not None and not known.call:
            del self.found[text]
        if len(self._consumed) < MAX_FOUND:
            self._consumed.add(text)

    def _record(self, run: Run, whole: Text, call: str) -> None:
        text = whole._replace(text=NESTED.split(whole.text, maxsplit=1)[0])
        if (
            not WORTH.match(text.text)
            or _TWICE.match(text.text)
            or text.text in text.parts
            or (text.text in self._consumed and not call)
        ):
            return
        known = self.found.get(text.text)
        if (known is None and len(self.found) < MAX_FOUND) or (known is not None and call and not known.call):
            self.found[text.text] = Found(text, run.function, self._place(run), call)
        if is_open(text) and not self._inlining:
            function = run.function
            for _ in range(3):
                self._open[function] = None
                function = self._creator.get(function, self.code.global_function)
                if function == self.code.global_function:
                    break

    def called(self, run: Run, name: str, this: Cases, arguments: Sequence[Cases]) -> None:
        """Record the addresses that a call gets, if its name is that of one that contacts a server."""
        if name not in SINKS or not arguments:
            return
        at = 1 if name == "open" else 0
        if at < len(arguments):
            root = _root(this[0][1]) if self.bases else None
            if root in self.bases:
                this = combine(lambda one: Client(as_text(one)), self.heap.forced(self.bases[root]))
            for text in self.calls.address(arguments[at], self.heap.forced(this)):
                self._record(run, text, name)
                if is_open(text) and not self._inlining:
                    self._open[run.function] = None

    def _place(self, run: Run) -> int:
        header = self.code.header(run.function)
        return header.offset + run.step.at if header and run.step else -1

    # Searches

    def variable(self, scope: int, slot: int) -> None:
        """Walk through the functions that can set a variable whose value is not known yet."""
        owner = self.scopes.get(scope, -1)
        if owner < 0 or (scope, slot) in self._searched or len(self._searched) >= _MAX_SEARCHES:
            return
        self._searched.add((scope, slot))
        for function in self._children.get(owner, [])[:_MAX_CHILDREN]:
            steps = self.code.steps(function)
            self.budget.take(1 + len(steps) // 16)
            if any(one.kind.name in _STORES and one.integer(1) == slot for one in steps):
                self.visit(function)

    def _missing(self, number: int, name: str) -> Cases | None:
        """A member that no function has set yet: functions that can set it are walked."""
        key = (number, name)
        owner = self._owners.get(number, -1)
        if key in self._searched or len(self._searched) >= _MAX_SEARCHES:
            return self._sibling(number, owner, name)
        if number == GLOBAL and name in _PLATFORM:
            return None
        self._searched.add(key)
        if name.startswith("$"):
            return None
        wanted = self.search.equal([name]).get(name)
        if wanted is not None and (number == GLOBAL or owner >= 0):
            setting = self.search.functions(("PutById", "TryPutById"), -1, [wanted])
            inside = self._children.get(owner, []) if number != GLOBAL else setting
            for function in [one for one in setting if one in inside][:_MAX_CREATORS]:
                self.visit(function)
        found = self.heap.things[number].fields.get(name)
        return found if found is not None else self._sibling(number, owner, name)

    def _sibling(self, number: int, owner: int, name: str) -> Cases | None:
        """A member that another method of the same class sets, or a method of the class."""
        if owner < 0:
            return None
        instance = self._instances.get(owner)
        if instance is not None and instance.at != number:
            found = self.heap.things[instance.at].fields.get(name)
            if found is not None:
                return found
        for function in self._children.get(owner, [])[:_MAX_CHILDREN]:
            if self.name(function) == name:
                return single(self._closures[function]._replace(via=(name,)))
        return None

    def _requesting(self) -> list[int]:
        """Functions that can call a method of an HTTP client."""
        modules = {user for one in self.clients for user in self.modules.users(self.modules.around(one))}
        wanted = self.search.equal(METHODS).values() if self.clients else []
        return [one for one in self.search.functions(("GetById",), -1, wanted) if self.modules.around(one) in modules]

    def _callers(self, function: int) -> list[int]:
        """Functions that can call this one."""
        found: dict[int, None] = {}
        creator = self._creator.get(function, -1)
        if creator >= 0 and creator != self.code.global_function:
            found.update(dict.fromkeys(self._children.get(creator, [])[:_MAX_CHILDREN]))
        names = [
            name
            for name in dict.fromkeys((*self._names.get(function, {}), self.name(function)))
            if name not in _OTHER and not _SMALL.match(name)
        ]
        module = self.modules.around(function)
        users = self.modules.users(module)
        for name in names[:_MAX_CREATORS]:
            wanted = self.search.equal([name]).get(name)
            if wanted is not None and (name, module) not in self._searched:
                self._searched.add((name, module))
                using = self.search.functions(("GetById",), -1, [wanted])
                inside = (one for one in using if self.modules.around(one) in users)
                found.update(dict.fromkeys(islice(inside, _MAX_CALLERS)))
        return list(found)


def _truth(value: Value) -> bool | None:
    if isinstance(value, Unknown) and value.path == "__DEV__":
        return False
    return operators.truth(value)


def _root(value: Value) -> object:
    """What ``axios`` and ``axios.defaults`` have in common."""
    if isinstance(value, Source) and value.kind is Kind.MODULE:
        return value.at
    return (
        value.path.removesuffix(".defaults") if isinstance(value, Unknown) and value.path[:1] not in (".", "") else None
    )


def _writes(step: Step) -> bool:
    return not step.kind.name.startswith(("Put", "TryPut", "Store", "Define", "Throw", "Ret"))


def _key(value: Cases) -> object:
    if len(value) > 1:
        return id(value)
    one = value[0][1]
    if isinstance(one, Text):
        return one.text
    if isinstance(one, Source):
        return one.kind, one.at, one.via
    return one if isinstance(one, int | Client | Unknown) else id(one)


_PLATFORM = frozenset((
    "fetch", "Object", "Array", "String", "Number", "JSON", "Math", "Promise", "Symbol", "Error", "TypeError", "console",
    "URL", "WebSocket", "XMLHttpRequest", "HermesInternal", "atob", "btoa", "encodeURIComponent", "decodeURIComponent",
    "encodeURI", "decodeURI", "parseInt", "parseFloat", "Date", "Map", "Set", "RegExp", "process", "__d", "__r",
    "setTimeout", "clearTimeout", "setInterval", "setImmediate", "requestAnimationFrame", "undefined", "NaN", "Infinity",
    "isNaN", "Buffer", "unescape", "escape", "Proxy", "Reflect", "globalThis", "window", "global", "self", "navigator",
    "document", "location", "EventSource", "FormData", "Headers", "Request", "Response", "AbortController", "Boolean",
    "Function", "WeakMap", "WeakSet", "ArrayBuffer", "Uint8Array", "DataView", "queueMicrotask", "performance",
    "alert", "__DEV__", "regeneratorRuntime", "nativeFlushQueueImmediate", "ErrorUtils", "require",
))  # fmt: skip
"""Global names that the platform sets."""
