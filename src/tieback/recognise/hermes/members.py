"""Who creates the functions of bytecode, how they are named, and who sets the members and variables that they read."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.hermes.heap import GLOBAL
from tieback.recognise.hermes.interpret import Run
from tieback.recognise.hermes.marks import METHODS, tells
from tieback.recognise.scripts.resolve import WORTH
from tieback.recognise.scripts.values import (
    NO_ENV,
    Cases,
    Kind,
    Source,
    Text,
    Unknown,
    Value,
    choice,
    is_unknown,
    single,
)

if TYPE_CHECKING:
    from tieback.recognise.hermes.program import Program

_MAX_CHILDREN = 40
_MAX_SETTERS = 4
_MAX_SEARCHES, _MAX_PER_START = 4_000, 6
_MAX_CALLERS = 40
_STORES = ("StoreToEnvironment", "StoreNPToEnvironment")
_SMALL = lazy_pattern(r"[\w$]{1,2}\Z")
_OTHER = frozenset(("", "default", "value", "constructor", "render", "toString", "then", "next", "return", "throw"))
"""Names of members by which no caller is looked for."""


class Members:
    """The functions of one file, and what belongs to them."""

    def __init__(self, program: "Program") -> None:
        """Read the functions of this program."""
        self._program, self._heap = program, program.heap
        self._addresses: dict[tuple[int, str], None] = {}
        """Functions that set a member or variable to an address, and its name."""
        self.scopes: dict[int, int] = {}
        """The function of each set of variables."""
        self.closures: dict[int, Source] = {}
        """The first closure of each function."""
        self._creator: dict[int, int] = {}
        self._children: dict[int, list[int]] = {}
        self._names: dict[int, dict[str, None]] = {}
        """Names of the members to which the closures of a function were assigned."""
        self._instances: dict[int, Source] = {}
        """What ``this`` is in the functions that a function creates."""
        self._owners: dict[int, int] = {}
        self._searched: set[object] = set()
        self._searches = 0

    def begin(self) -> None:
        """Allow some more searches for what one start needs."""
        self._searches = min(_MAX_PER_START, _MAX_SEARCHES - len(self._searched))

    def around(self, function: int, most: int) -> Iterator[int]:
        """A function and those around it, without the global code."""
        for _ in range(most):
            yield function
            function = self._creator.get(function, self._program.code.global_function)
            if function == self._program.code.global_function:
                return

    def this(self, function: int, closure: Source | None) -> Cases:
        """What ``this`` is in a function whose caller is not known."""
        creator = self._creator.get(function, -1)
        if creator not in self._instances:
            self._instances[creator] = self._heap.new(Kind.INSTANCE)
            self._owners[self._instances[creator].at] = creator
        home = self._heap.homes.get(closure.at, -1) if closure else -1
        if home < 0:
            return single(self._instances[creator])
        self._owners.setdefault(home, creator)
        return single(Source(Kind.OBJECT, home, NO_ENV))

    def created(self, function: int, scope: int) -> Source:
        """A closure that a walk creates."""
        made = self._heap.closure(function, scope)
        if not self._program.inlining and self._program.walking and function not in self.closures:
            creator = self._program.walking[-1]
            self.closures[function] = made
            self._creator[function] = creator
            self._children.setdefault(creator, []).append(function)
        return made

    def stored(self, run: Run, value: Cases, name: str, member: Cases) -> None:
        """A member was set: methods get their object, functions their names, and HTTP clients their address."""
        record = self._program.record
        if name == "baseURL":
            record.based(run, value[0][1], member)
        one, owner = member[0][1], value[0][1]
        if isinstance(one, Text) and WORTH.match(one.text) and len(self._addresses) < _MAX_SEARCHES:
            self._addresses[run.function, name] = None
        if tells(name) and isinstance(owner, Source) and owner.kind is Kind.OBJECT and owner.at != GLOBAL:
            record.configured(run, owner)
        if not isinstance(one, Source) or one.kind is not Kind.FUNCTION or not isinstance(owner, Source):
            return
        if owner.kind is Kind.SCOPE or owner.at == GLOBAL:
            return
        if name not in ("value", "get", "set", "constructor"):
            self._heap.homes.setdefault(one.at, self._heap.thing(owner))
        self._names.setdefault(self._heap.closures[one.at].function, {})[name] = None

    def instance(self, maker: Cases) -> Cases:
        """An object that is made with ``new``."""
        one = self._heap.forced(maker)[0][1]
        if not isinstance(one, Source) or one.kind is not Kind.FUNCTION:
            return single(Unknown(f"new {one.path}" if isinstance(one, Unknown) else "new"))
        prototype = self._heap.member(single(one), "prototype")
        made = self._heap.new(Kind.INSTANCE, self._heap.thing(prototype[0][1]))
        self._owners[made.at] = self._creator.get(self._heap.closures[one.at].function, -1)
        return single(made)

    def made_by(self, run: Run, parent: Value) -> Source:
        """A new object; the one that a constructor makes itself is the same as ``this`` in the methods of its class."""
        number = self._heap.thing(parent)
        if run.target is None or number < 0 or number != self._heap.things_of(run.target, "prototype"):
            return self._heap.new(Kind.OBJECT, number)
        creator = self._creator.get(self._heap.closures[run.target.at].function, -1)
        called = self._program.inlining > (run.target is not run.closure)
        made = None if called else self._instances.get(creator)
        if made is None:
            made = self._heap.new(Kind.INSTANCE)
            self._owners[made.at] = creator
            if not called:
                self._instances[creator] = made
        self._heap.things[made.at].parent = number
        return made

    def variable(self, scope: int, slot: int) -> None:
        """Walk through the functions that can set a variable whose value is not known yet."""
        owner = self.scopes.get(scope, -1)
        if owner < 0 or (scope, slot) in self._searched or self._searches <= 0:
            return
        self._searched.add((scope, slot))
        self._searches -= 1
        for function in self._children.get(owner, [])[:_MAX_CHILDREN]:
            steps = self._program.code.steps(function)
            self._program.budget.take(1 + len(steps) // 16)
            if any(one.kind.name in _STORES and one.operands[1] == slot for one in steps):
                self._program.visit(function)

    def missing(self, number: int, name: str) -> Cases | None:
        """A member that no function has set yet: functions that can set it are walked."""
        if name.startswith("$"):
            return None
        key = (number, name)
        owner = self._owners.get(number, -1)
        if key in self._searched or self._searches <= 0:
            return self._sibling(number, owner, name)
        if number == GLOBAL and name in _PLATFORM:
            return None
        self._searched.add(key)
        self._searches -= 1
        wanted = self._program.search.equal([name]).get(name)
        if wanted is not None and (number == GLOBAL or owner >= 0):
            setting = self._program.search.functions(("PutById", "TryPutById"), -1, [wanted])
            inside = self._children.get(owner, []) if number != GLOBAL else setting
            for function in [one for one in setting if one in inside][:_MAX_SETTERS]:
                self._program.visit(function)
        found = self._both(number, owner, name) or self._sibling(number, owner, name)
        if found is None and owner >= 0:
            # A constructor can set it through that of another class.
            children = self._children.get(owner, [])[:_MAX_CHILDREN]
            for function in [one for one in children if self._is_class(one)][:_MAX_SETTERS]:
                self._program.visit(function)
            found = self._heap.things[number].fields.get(name) or self._sibling(number, owner, name)
        return found

    def _both(self, number: int, owner: int, name: str) -> Cases | None:
        """A member that a method set; what the constructor of its class set stays possible."""
        fields = self._heap.things[number].fields
        found, instance = fields.get(name), self._instances.get(owner)
        other = self._heap.things[instance.at].fields.get(name) if instance and instance.at != number else None
        if found is not None and other is not None and found != other and not is_unknown(other):
            found = fields[name] = choice(("both", number, name), (found, other))
        return found

    def _is_class(self, function: int) -> bool:
        prototype = self._heap.things_of(self.closures[function], "prototype")
        return prototype >= 0 and bool(self._heap.things[prototype].fields)

    def _sibling(self, number: int, owner: int, name: str) -> Cases | None:
        """A member that another method of the same class sets, or a method of the class."""
        if owner < 0:
            return None
        instance = self._instances.get(owner)
        if instance is not None and instance.at != number:
            found = self._heap.things[instance.at].fields.get(name)
            if found is not None:
                return found
        for function in self._children.get(owner, [])[:_MAX_CHILDREN]:
            if self._program.name(function) == name:
                return single(self.closures[function]._replace(via=(name,)))
        return None

    def requesting(self) -> list[int]:
        """Functions that can call a method of an HTTP client."""
        modules = {
            user
            for one in self._program.record.clients
            for user in self._program.modules.users(self._program.modules.around(one))
        }
        wanted = self._program.search.equal(METHODS).values() if self._program.record.clients else []
        return [
            one
            for one in self._program.search.functions(("GetById",), -1, wanted)
            if self._program.modules.around(one) in modules
        ]

    def using(self) -> list[int]:
        """Functions that can read an address from a member or variable."""
        found: dict[int, None] = {}
        for function, name in self._addresses:
            if name.startswith("$"):
                found.update(dict.fromkeys(self._children.get(function, [])[:_MAX_CHILDREN]))
            elif not _SMALL.match(name):
                found.update(dict.fromkeys(self._reading(name, self._program.modules.around(function))))
        return list(found)

    def _reading(self, name: str, module: int) -> Iterator[int]:
        """Functions that read a member with a name in the modules that load a module."""
        wanted = self._program.search.equal([name]).get(name)
        if wanted is None or (name, module) in self._searched:
            return
        self._searched.add((name, module))
        users = self._program.modules.users(module)
        reading = self._program.search.functions(("GetById",), -1, [wanted])
        inside = (one for one in reading if self._program.modules.around(one) in users)
        yield from islice(inside, _MAX_CALLERS)

    def callers(self, function: int) -> list[int]:
        """Functions that can call this one."""
        found: dict[int, None] = {}
        creator = self._creator.get(function, -1)
        if creator >= 0 and creator != self._program.code.global_function:
            found.update(dict.fromkeys(self._children.get(creator, [])[:_MAX_CHILDREN]))
        names = [
            name
            for name in dict.fromkeys((*self._names.get(function, {}), self._program.name(function)))
            if name not in _OTHER and not _SMALL.match(name)
        ]
        module = self._program.modules.around(function)
        for name in names[:_MAX_SETTERS]:
            found.update(dict.fromkeys(self._reading(name, module)))
        return list(found)


_PLATFORM = frozenset((
    "fetch", "Object", "Array", "String", "Number", "JSON", "Math", "Promise", "Symbol", "Error", "TypeError",
    "URL", "WebSocket", "XMLHttpRequest", "HermesInternal", "atob", "btoa", "encodeURIComponent", "decodeURIComponent",
    "encodeURI", "decodeURI", "parseInt", "parseFloat", "Date", "Map", "Set", "RegExp", "process", "__d", "__r",
    "setTimeout", "clearTimeout", "setInterval", "setImmediate", "requestAnimationFrame", "undefined", "NaN",
    "isNaN", "Buffer", "unescape", "escape", "Proxy", "Reflect", "globalThis", "window", "global", "self", "navigator",
    "document", "location", "EventSource", "FormData", "Headers", "Request", "Response", "AbortController", "Boolean",
    "Function", "WeakMap", "WeakSet", "ArrayBuffer", "Uint8Array", "DataView", "queueMicrotask", "performance",
    "alert", "console", "Infinity", "__DEV__", "regeneratorRuntime", "ErrorUtils", "require",
))  # fmt: skip
"""Global names that the platform sets."""
