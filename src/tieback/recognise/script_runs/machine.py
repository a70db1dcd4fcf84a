"""State of a run of a script: steps, depth, names, waiting functions, and the requests that were seen."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from tieback.recognise.script_runs.files import AppFiles
from tieback.recognise.script_runs.syntax import Function
from tieback.recognise.script_runs.values import (
    GAP,
    UNDEFINED,
    Accessor,
    Closure,
    Holder,
    List,
    Native,
    Object,
    Promise,
    Proxy,
    Regex,
    Scope,
    Symbol,
    Unknown,
    Value,
    is_callable,
    joined,
    key_text,
    key_value,
    pattern_member,
    text,
)

MAX_DEPTH = 70
"""Most calls inside each other."""
MAX_JOBS = 2_000
"""Most functions that wait for their call."""
MAX_REQUESTS = 250
"""Most requests of one script that are noted."""
MAX_MADE = 20_000
"""Most functions of a script of which a closure is kept."""
_MAX_ABOVE = 40
_FREE_TEXT = 256
"""Characters of a text that take no step of their own."""
_MEMORY_PER_STEP = 1_024
"""Bytes of values that take a step together, so that what a script keeps is bounded by its steps."""
_OBJECT_SIZE, _ITEM_SIZE, _UNKNOWN_SIZE = 250, 8, 400
_LEAST = 1_500
"""Steps that each call may take, if there are so many."""
EXPORTS = "%exports"
"""Name of the scope of a module for what it exports."""
FILE = "%file"
"""The same for the name of its file."""
MAX_STORED = 200
"""Most values of a store that are kept."""
STORING = frozenset(("getItem", "setItem"))
"""Methods of ``localStorage`` and ``AsyncStorage``: what the run has stored is there when it reads it."""
_MAX_AGAIN = 3
"""Most calls of one function by code that is not known."""
_SAME = frozenset(("use", "$on", "on", "component"))
"""Methods of unknown objects that give the object itself, so that what was set in it stays."""


class Thrown(Exception):  # noqa: N818
    """A value that the script throws."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Exhausted(Exception):  # noqa: N818
    """A call has taken its steps."""


class Full(Exception):  # noqa: N818
    """A generator has given as many values as are kept."""


class Request(NamedTuple):
    """An address that the script requests."""

    text: str
    call: str
    at: int
    """Offset of the literal that begins it, or of the call; -1 if that is not known."""
    chain: tuple[str, ...]
    """Names of the functions around the call, the outermost first."""
    direct: bool
    """True if the call requests addresses only."""
    is_literal: bool
    """True if the script has the address as it is."""


class Choices:
    """What conditions that are not known are taken for in one run: given first, then the usual way."""

    __slots__ = ("given", "seen", "taken")

    def __init__(self, given: Sequence[bool] = ()) -> None:
        self.given = given
        self.taken: list[bool] = []
        self.seen: dict[int, int] = {}

    def choose(self, site: int, usual: bool) -> bool:
        """Choose; a condition that is met again is chosen as before, and at the third time the other way."""
        times = self.seen.get(site, 0)
        self.seen[site] = times + 1
        if times > 1:
            return not usual
        index = len(self.taken)
        chosen = self.given[index] if index < len(self.given) else usual
        self.taken.append(chosen)
        return chosen


class Machine:
    """Runs one script. For one thread; reaches nothing outside of its values."""

    def __init__(self, steps: int) -> None:
        """Begin with a number of steps."""
        self.steps = 0
        self.limit = steps
        self.depth = 0
        self.globals = Scope(None)
        self.window = Object(None)
        self.window.members = self.globals.names
        self.jobs: deque[Callable[[], object]] = deque()
        self.requests: dict[tuple[str, str], Request] = {}
        self.choices = Choices()
        self.made: dict[Function, Closure] = {}
        """The last closure of each function."""
        self.literals: dict[str, int] = {}
        """Offsets of literals that can begin an address."""
        self.stack: list[tuple[str, int]] = []
        """Names of functions that run, and where the next one is called."""
        self.at = -1
        """Where the current call is."""
        self.yields: list[Value] | None = None
        self.prototypes: dict[str, Holder] = {"Object": Holder(None)}
        top = self.prototypes["Object"]
        for name in (
            "Function", "Array", "String", "Number", "Boolean", "Symbol", "Promise", "Map", "Set", "RegExp", "Error",
            "URL", "URLSearchParams", "Date", "Generator", "XMLHttpRequest", "Request", "Headers",
        ):  # fmt: skip
            self.prototypes[name] = Holder(top)
        self.window.above = top
        self.unknown: dict[str, Unknown] = {}
        self.run_closure: Callable[[Machine, Closure, Value, list[Value], Value], Value] | None = None
        self.nodes = 0
        """Parts of expressions that were made into functions."""
        self.patterns: set[tuple[str, str]] = set()
        """Regular expressions that were read."""
        self._memory = 0
        self.symbols = 0
        """Symbols that were made."""
        self.shared_symbols: dict[str, Symbol] = {}
        self._again: dict[Function, int] = {}
        self.files: AppFiles | None = None
        """Other files of the app."""
        self.modules: dict[str, Value] = {}
        """What the modules export that were run, by the names of their files."""
        self.answer: Callable[[Machine, str, list[Value]], Value | None] | None = None
        """What a function that is not known gives for a file of the app."""
        self.load: Callable[[Machine, str], Value] | None = None

    # Values

    def object(self) -> Object:
        """A new empty object."""
        self.taken(_OBJECT_SIZE)
        return Object(self.prototypes["Object"])

    def array(self, items: list[Value]) -> List:
        """A new array."""
        self.taken(_OBJECT_SIZE + _ITEM_SIZE * len(items))
        return List(items, self.prototypes["Array"])

    def native(self, name: str, call: Callable[[Value, list[Value]], Value]) -> Native:
        """A function of the platform."""
        return Native(name, call, self.prototypes["Function"])

    def error(self, message: str) -> Thrown:
        """An error to raise."""
        made = Object(self.prototypes["Error"])
        made.members["message"] = message
        return Thrown(made)

    def global_value(self, name: str) -> Value:
        """A name that no scope has."""
        known = self.unknown.get(name)
        if known is None:
            known = self.unknown[name] = Unknown(name)
        return known

    def module(self, scope: Scope, path: str) -> Value:
        """What a script imports by a path."""
        one: Scope | None = scope
        while one is not None and FILE not in one.names:
            one = one.outer
        name = None if self.files is None or one is None else self.files.script(one.names[FILE], path)
        if name is None or self.load is None:
            return self.global_value("import")
        return self.load(self, name)

    def document(self, address: Value) -> str | None:
        """The text of a file of settings of the app that a script requests."""
        return self.files.document(address) if self.files is not None and isinstance(address, str) else None

    # Steps

    def step(self, steps: int = 1) -> None:
        """Take steps. Raises ``Exhausted``."""
        self.steps += steps
        if self.steps > self.limit:
            raise Exhausted

    def is_over(self, steps: int) -> bool:
        """True if the run has taken these steps, or noted as many requests as it can."""
        return self.steps >= steps or len(self.requests) >= MAX_REQUESTS

    def taken(self, size: int) -> None:
        """Note the bytes of a value that was made. Raises ``Exhausted``."""
        self._memory += size
        if self._memory >= _MEMORY_PER_STEP:
            steps, self._memory = divmod(self._memory, _MEMORY_PER_STEP)
            self.step(steps)

    def counted(self, value: Value) -> Value:
        """A value that was made; a long text takes steps, as it takes memory."""
        if isinstance(value, str):
            if len(value) > _FREE_TEXT:
                self.step(len(value) // _FREE_TEXT)
            else:
                self.taken(2 * len(value))
        return value

    def decide(self, site: int, *, usual: bool = True) -> bool:
        """What a condition is taken for that is not known."""
        return self.choices.choose(site, usual)

    # Members

    def get(self, value: Value, key: str) -> Value:  # noqa: PLR0912
        """A member of a value."""
        if isinstance(value, Object):
            if isinstance(value, List):
                if key == "length" or (key == "byteLength" and value.width):
                    return len(value.items)
                if key.isdigit():
                    index = int(key)
                    return value.items[index] if index < len(value.items) else UNDEFINED
            elif isinstance(value, Proxy):
                return self._get_proxy(value, key)
            return self._get_object(value, key, value)
        if isinstance(value, Unknown):
            if key in value.members:
                found = value.members[key]
                return self.call(found.read, value, []) if isinstance(found, Accessor) else found
            if key.startswith("@@") or key == "__esModule":
                return UNDEFINED
            self.taken(_UNKNOWN_SIZE)
            made = value.members[key] = Unknown(f"{value.path}.{key}"[-200:])
            return made
        if isinstance(value, str):
            if key == "length":
                return Unknown() if GAP in value else len(value)
            if key.isdigit():
                if GAP in value:
                    return Unknown()
                return value[int(key)] if int(key) < len(value) else UNDEFINED
            return self._get_object(self.prototypes["String"], key, value)
        if isinstance(value, bool):
            return self._get_object(self.prototypes["Boolean"], key, value)
        if isinstance(value, (int, float)):
            return self._get_object(self.prototypes["Number"], key, value)
        if value is None or value is UNDEFINED:
            self.taken(_UNKNOWN_SIZE)
            return Unknown(f".{key}")
        return self._get_object(self.prototypes["Symbol"], key, value)

    def _get_object(self, holder: Object, key: str, this: Value) -> Value:
        one: Object | Unknown | None = holder
        for _ in range(_MAX_ABOVE):
            if one is None:
                break
            if isinstance(one, Unknown):
                return self.get(one, key)
            if key in one.members:
                found = one.members[key]
                if isinstance(found, Accessor):
                    return self.call(found.read, this, []) if found.read is not None else UNDEFINED
                return found
            if isinstance(one, Holder) and key in one.table:
                made = one.members[key] = self.native(key, partial(one.table[key], self))
                return made
            if isinstance(one, Proxy):
                return self._get_proxy(one, key)
            one = one.above
        if key == "prototype" and isinstance(holder, Closure) and ">" not in holder.function.flags:
            return self._prototype(holder)
        if key == "__proto__":
            return holder.above
        if key == "name" and isinstance(holder, Closure):
            return holder.function.name
        if key == "length" and isinstance(holder, Closure):
            return next(
                (index for index, one in enumerate(holder.function.parameters) if one[0] in ("assign", "spread")),
                len(holder.function.parameters),
            )
        if isinstance(holder, Regex):
            return pattern_member(holder, key)
        return text(this) if key == "description" and not isinstance(this, Object) else UNDEFINED

    def _prototype(self, function: Closure) -> Object:
        made = function.members["prototype"] = self.object()
        made.members["constructor"] = function
        return made

    def _get_proxy(self, proxy: Proxy, key: str) -> Value:
        trap = self.get(proxy.handler, "get")
        if is_callable(trap):
            return self.call(trap, proxy.handler, [proxy.target, key_value(key), proxy])
        return self.get(proxy.target, key)

    def has(self, value: Value, key: str) -> bool | None:
        """True if a value has a member, its own or of those above; ``None`` if that is not known."""
        one = value
        for _ in range(_MAX_ABOVE):
            if isinstance(one, Unknown):
                return True if key in one.members else None
            if not isinstance(one, Object):
                return False
            if key in one.members or (isinstance(one, Holder) and key in one.table):
                return True
            if isinstance(one, List) and (key == "length" or (key.isdigit() and int(key) < len(one.items))):
                return True
            if isinstance(one, Proxy):
                trap = self.get(one.handler, "has")
                if is_callable(trap):
                    return bool(self.call(trap, one.handler, [one.target, key_value(key)]))
                one = one.target
                continue
            one = one.above
        return False

    def set(self, value: Value, key: str, new: Value) -> None:
        """Set a member of a value."""
        if isinstance(value, Unknown):
            if key in ("src", "href") and isinstance(new, str):
                self.note(new, f"{value.path}.{key}", direct=False)
            value.members[key] = new
        elif isinstance(value, List) and (key.isdigit() or key == "length"):
            self._set_item(value, int(key) if key.isdigit() else -1, new)
        elif isinstance(value, Proxy):
            trap = self.get(value.handler, "set")
            if is_callable(trap):
                self.call(trap, value.handler, [value.target, key_value(key), new, value])
            else:
                self.set(value.target, key, new)
        elif isinstance(value, Object):
            self._set_member(value, key, new)

    def _set_member(self, value: Object, key: str, new: Value) -> None:
        one: Object | Unknown | None = value
        for _ in range(_MAX_ABOVE):
            if not isinstance(one, Object):
                break
            found = one.members.get(key)
            if isinstance(found, Accessor):
                if found.write is not None:
                    self.call(found.write, value, [new])
                return
            one = one.above
        if key == "__proto__":
            value.above = new if isinstance(new, (Object, Unknown)) else None
            return
        if isinstance(new, Closure) and new.holder is None:
            new.holder = value
        value.members[key] = new

    def _set_item(self, value: List, index: int, new: Value) -> None:
        if index < 0:
            if isinstance(new, int) and 0 <= new <= len(value.items) and not value.width:
                del value.items[new:]
            return
        if index < len(value.items):
            value.items[index] = value.fitting(new) if value.width else new
        elif value.width:
            return
        elif index - len(value.items) < 10_000:
            self.step(1 + (index - len(value.items)) // 50)
            value.items.extend([UNDEFINED] * (index - len(value.items)))
            value.items.append(new)

    def keys(self, value: Value) -> list[str]:
        """The names of the members of a value that it lists."""
        if isinstance(value, str):
            self.step(1 + len(value) // 10)
            return [str(index) for index in range(len(value))]
        if isinstance(value, Proxy):
            trap = self.get(value.handler, "ownKeys")
            names = self.items(self.call(trap, value.handler, [value.target])) if is_callable(trap) else None
            return self.keys(value.target) if names is None else [one for one in names if isinstance(one, str)]
        if not isinstance(value, (Object, Unknown)):
            return []
        self.step(1 + (len(value.members) + (len(value.items) if isinstance(value, List) else 0)) // 10)
        own = [
            key
            for key, member in value.members.items()
            if key[:1] != "#" and key[:2] != "@@" and not isinstance(member, Native)
        ]
        if isinstance(value, Closure):
            own = [key for key in own if key != "prototype"]
        elif value is self.window:
            own = own[:50]
        if "constructor" in own and isinstance(value, Object) and isinstance(value.members["constructor"], Closure):
            own.remove("constructor")
        if any(key.isdigit() for key in own):
            own.sort(key=lambda key: int(key) if key.isdigit() and len(key) < 16 else 10**16)
        return [str(index) for index in range(len(value.items))] + own if isinstance(value, List) else own

    # Calls

    def call(self, function: Value, this: Value, arguments: list[Value], made: Value = UNDEFINED) -> Value:
        """Call a function. ``made`` is the function after ``new``, if there is one."""
        if isinstance(function, Closure):
            if self.depth >= MAX_DEPTH:
                return Unknown()
            self.step()
            limit = self.limit
            self.limit = min(limit, self.steps + max(_LEAST, (limit - self.steps) * 19 // 20))
            self.depth += 1
            self.stack.append((function.function.name, self.at))
            function.function.calls += 1
            yields, self.yields = self.yields, None
            try:
                assert self.run_closure is not None
                return self.run_closure(self, function, this, arguments, made)
            except Exhausted:
                if self.steps > limit:
                    raise
                return Unknown()
            finally:
                self.limit = limit
                self.depth -= 1
                self.yields = yields
                self.at = self.stack.pop()[1]
        if isinstance(function, Native):
            self.step()
            return self.counted(function.call(this, arguments))
        if isinstance(function, Proxy):
            trap = self.get(function.handler, "apply")
            if is_callable(trap):
                return self.call(trap, function.handler, [function.target, this, self.array(arguments)])
            return self.call(function.target, this, arguments)
        return self.external(function.path if isinstance(function, Unknown) else "", this, arguments)

    def external(self, path: str, this: Value, arguments: list[Value]) -> Value:
        """The result of a function that is not known, which may call the functions that it gets."""
        self.step()
        if self.files is not None and self.answer is not None:
            answer = self.answer(self, path, arguments)
            if answer is not None:
                return answer
        for argument in arguments[:4]:
            if isinstance(argument, str):
                self.note(argument, path, direct=False)
            elif isinstance(argument, Closure):
                self.later(argument, UNDEFINED, [Unknown() for _ in argument.function.parameters[:6]])
            elif isinstance(argument, Native) and argument.name == "bound":
                self.later(argument, UNDEFINED, [Unknown(), Unknown()])
            elif isinstance(argument, Object) and not isinstance(argument, Native):
                self._note_options(argument, path)
        if isinstance(this, Unknown):
            name = path.rpartition(".")[2]
            if name in _SAME:
                return this
            if name in STORING:
                found = self.stored(this, name, arguments)
                if found is not None:
                    return found
        return Unknown(f"{path}()"[-200:])

    def _note_options(self, options: Object, path: str) -> None:
        values = options.members
        for key in ("url", "uri", "endpoint", "baseURL", "baseUrl", "host"):
            address = values.get(key)
            if isinstance(address, str):
                base = values.get("baseURL")
                if key == "url" and isinstance(base, str) and "://" not in address:
                    address = f"{base.rstrip('/')}/{address.lstrip('/')}"
                self.note(address, path, direct=False)

    def stored(self, store: Unknown, method: str, arguments: list[Value]) -> Value | None:
        """What a store that is not known gives; ``None`` if the run has not stored it."""
        if not arguments or not isinstance(arguments[0], str):
            return None
        key = f"%stored:{arguments[0]}"
        if method == "setItem" and len(arguments) > 1 and len(store.members) < MAX_STORED:
            store.members[key] = arguments[1]
        found = store.members.get(key) if method == "getItem" else None
        return None if found is None else self.promise(found)

    def later(self, function: Value, this: Value, arguments: list[Value]) -> None:
        """Call a function when the code that runs has ended, at most a few times."""
        if isinstance(function, Closure):
            times = self._again.get(function.function, 0)
            if times >= _MAX_AGAIN:
                return
            self._again[function.function] = times + 1
        if len(self.jobs) < MAX_JOBS:
            self.jobs.append(lambda: self.call(function, this, arguments))

    def drain(self) -> None:
        """Call the functions that wait. Errors of one do not reach the others."""
        while self.jobs:
            job = self.jobs.popleft()
            try:
                job()
            except Thrown:
                continue

    # Promises

    def promise(self, value: Value, *, failed: bool = False) -> Promise:
        """A promise with a value."""
        made = Promise(self.prototypes["Promise"])
        self.settle(made, value, failed=failed)
        return made

    def settle(self, promise: Promise, value: Value, *, failed: bool = False) -> None:
        """Give a promise its value."""
        if promise.settled:
            return
        if isinstance(value, Promise) and not failed:
            inner = value
            if inner.settled:
                promise.settled, promise.value, promise.failed = True, inner.value, inner.failed
            else:
                inner.waiting.append(lambda: self.settle(promise, inner.value, failed=inner.failed))
                return
        elif not failed and isinstance(value, Object) and not isinstance(value, (List, Closure, Native, Proxy)):
            then = self.get(value, "then")
            if isinstance(then, Closure):
                give = self.native("", lambda _this, got: self.settle(promise, got[0] if got else UNDEFINED))
                fail = self.native(
                    "", lambda _this, got: self.settle(promise, got[0] if got else UNDEFINED, failed=True)
                )
                self.jobs.append(lambda: self.call(then, value, [give, fail]))
                return
            promise.settled, promise.value = True, value
        else:
            promise.settled, promise.value, promise.failed = True, value, failed
        waiting, promise.waiting = promise.waiting, []
        self.jobs.extend(waiting[:100])

    def awaited(self, value: Value) -> Value:
        """The value of a promise. Raises ``Thrown`` if it has failed."""
        if isinstance(value, Object) and not isinstance(value, (Promise, List, Proxy)) and "then" in value.members:
            value = self.promise(value)
        if not isinstance(value, Promise):
            return value
        turns = 0
        while not value.settled and self.jobs and turns < MAX_JOBS:
            turns += 1
            try:
                self.jobs.popleft()()
            except Thrown:
                continue
        if not value.settled:
            return Unknown()
        if value.failed:
            raise Thrown(value.value)
        return value.value

    # Requests

    def note(self, address: str, call: str, *, direct: bool = True) -> None:
        """Note the address of a request."""
        end = address.find("://")
        if not 1 < end < 20 or len(address) < end + 6 or len(self.requests) >= MAX_REQUESTS:
            return
        if not direct and address in self.literals:
            return  # a text as it is, which a function gets that is not known
        key = address, call
        if key not in self.requests:
            begins = -1
            for literal, at in self.literals.items():
                if address.startswith(literal) and at >= 0:
                    begins = at
                    break
            names = tuple(name for name, _ in self.stack if name)[-6:]
            self.requests[key] = Request(
                address, call, begins if begins >= 0 else self.at, names, direct, address in self.literals
            )

    def to_text(self, value: Value) -> str:
        """A value as text; calls ``toString`` of the script."""
        value = self.primitive(value)
        return text(value) if not isinstance(value, Unknown) else GAP

    def primitive(self, value: Value, hint: str = "string") -> Value:
        """A value that is no object."""
        if not isinstance(value, Object) or isinstance(value, Native):
            return GAP if isinstance(value, Native) else value
        names = ("toString", "valueOf") if hint == "string" else ("valueOf", "toString")
        special = self.get(value, "@@toPrimitive")
        if isinstance(special, Closure):
            return self.call(special, value, [hint])
        for name in names:
            method = self.get(value, name)
            if isinstance(method, Closure):
                found = self.call(method, value, [])
                if not isinstance(found, Object):
                    return found
            elif isinstance(method, Unknown):
                return GAP
        if isinstance(value, List):
            self.step(1 + len(value.items) // 20)
            return joined(("" if one is None or one is UNDEFINED else self.to_text(one) for one in value.items), ",")
        return text(value)

    def key(self, value: Value) -> str:
        """A value as the key of a member."""
        return value if isinstance(value, str) else key_text(self.primitive(value))

    def items(self, value: Value) -> list[Value] | None:
        """The items of a value that a loop goes through; ``None`` if they are not known."""
        from tieback.recognise.script_runs.library.iteration import items

        return items(self, value)


type Natives = dict[str, Callable[[Machine, Value, list[Value]], Any]]
"""Functions of the platform by name: they get the machine, ``this`` and the arguments."""
