"""What a handler of Convex does with the login, from its tokens.

A check counts if it is a statement of the handler itself, before it writes: ``if (!identity) throw …``, or a return of
nothing; or a call of a function of these files that throws without a login. Everything else that looks at the login is
not decided.
"""

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from tieback.posture.rules.typescript import Tokens
from tieback.posture.rules.typescript_project import Modules, Value
from tieback.posture.rules.typescript_values import Call, Function, Member, Module, Name, Node

_LOGIN_HELPERS = {
    "getAuthUserId", "getAuthSessionId", "getUserId", "getSessionId", "getAuthUser", "safeGetAuthUser",
    "getUserIdentity",
}  # fmt: skip
"""Functions of Convex Auth and Better Auth that give the login of a context."""
_WRITES = {"insert", "patch", "replace", "delete"}
_USES = {"db", "storage", "scheduler", "runQuery", "runMutation", "runAction", "vectorSearch", "table"}
_WRITE_USES = {"scheduler", "runMutation", "runAction"}
_SECRET_WORDS = {"headers", "verify", "verifyWebhook", "timingSafeEqual", "constructEvent", "createHmac"}
_SECRET = re.compile(r"(?i)(token|secret|password|passcode|signature|apikey|api_key|jwt|session(id|key)?)$")
"""Names of values that a handler can compare instead of the login."""
_BODY = {"json", "text", "url", "method", "formData", "blob", "arrayBuffer", "body", "bytes"}
_RUNS = {"runQuery", "runMutation", "runAction"}
_KEYWORDS = {"if", "while", "for", "switch", "catch", "return", "await", "typeof", "function", "async"}
_EMPTY = {"null", "undefined", "false"}
_MAX_NESTED = 8


class Behaviour(msgspec.Struct, frozen=True):
    """What a function does."""

    consults: bool = False
    """It looks at the login."""
    is_enforced: bool = False
    """It ends without a login, before it writes."""
    throws: bool = False
    """It ends by an error, so that its caller ends too."""
    is_refined: bool = False
    """It uses the login after the check."""
    is_known: bool = True
    """False if code that is not in these files gets its context."""
    uses_data: bool = False
    writes: bool = False
    has_secret: bool = False
    """It compares a header or a secret."""

    def then(self, other: "Behaviour") -> "Behaviour":
        """This function as a check before another one."""
        return Behaviour(
            self.consults or other.consults,
            (self.is_enforced and self.throws) or other.is_enforced,
            self.throws or other.throws,
            self.is_refined or other.is_refined or (self.is_enforced and other.consults),
            self.is_known and other.is_known,
            self.uses_data or other.uses_data,
            self.writes or other.writes,
            self.has_secret or other.has_secret,
        )


type Find = Callable[[Sequence[str]], Value | None]
"""The handler of ``api.folder.file.name`` or ``internal.…``, by the names behind the first one."""


class Handlers:
    """Functions of these modules, each analysed once."""

    def __init__(self, modules: Modules, find: Find) -> None:
        self._modules = modules
        self.find = find
        self._known: dict[tuple[str, int], Behaviour] = {}
        self._open: list[tuple[str, int]] = []

    def of(self, value: Value, *, is_wrapper: bool = False) -> Behaviour:
        """What a function does; for ``wrapper(f)``, the wrapper and then ``f``."""
        key = (value.path, value.node.start)
        if key in self._known:
            return self._known[key]
        if key in self._open or len(self._open) >= _MAX_NESTED:
            return Behaviour(is_known=False)
        self._open.append(key)
        try:
            found = self._wrapped(value) if isinstance(value.node, Call) else self._function(value, is_wrapper)
        finally:
            self._open.pop()
        self._known[key] = found
        return found

    def _wrapped(self, value: Value) -> Behaviour:
        call = value.node
        assert isinstance(call, Call)
        inner = next((one for one in call.arguments if isinstance(one, Function)), None)
        wrapper = self._modules.resolve(value.module, call.function)
        outer = Behaviour(is_known=False)
        if wrapper is not None and isinstance(wrapper.node, Function):
            # The function that the wrapper returns has the check.
            outer = self._returned(wrapper)
        return outer.then(self.of(Value(value.module, inner))) if inner is not None else outer

    def _returned(self, wrapper: Value) -> Behaviour:
        function = wrapper.node
        assert isinstance(function, Function)
        body = function.result
        if isinstance(body, Function):
            inner = self.of(Value(wrapper.module, body))
            return msgspec.structs.replace(inner, is_known=inner.is_enforced)
        return Behaviour(consults=_mentions_login(wrapper.module.tokens, *function.body), is_known=False)

    def _function(self, value: Value, is_wrapper: bool) -> Behaviour:
        function = value.node
        if not isinstance(function, Function):
            return Behaviour(is_known=False)
        return _Scan(self, self._modules, value.module, function, is_wrapper=is_wrapper).behaviour()


def _mentions_login(tokens: Tokens, start: int, end: int) -> bool:
    return any(tokens.name(at) in _LOGIN_HELPERS or tokens.name(at) == "auth" for at in range(start, end))


class _Scan:
    """One function: its statements and the calls that get its context."""

    def __init__(
        self, handlers: Handlers, modules: Modules, module: Module, function: Function, *, is_wrapper: bool
    ) -> None:
        self._handlers = handlers
        self._modules = modules
        self._module = module
        self._tokens = module.tokens
        self._start, self._end = function.body
        self._is_wrapper = is_wrapper
        self._context, self._parts = _context_of(self._tokens, function)
        self._request = _second_name(self._tokens, function) if "httpAction" in module.text.text else ""
        self._sources: dict[int, bool] = {}
        """Positions of expressions that give the login, and whether they throw without one."""
        self._names: set[str] = set()
        """Variables that hold a login."""
        self._found = Behaviour()
        self._first_write = self._end

    def behaviour(self) -> Behaviour:
        self._uses()
        check = self._check()
        if check is None:
            return self._found
        at, throws = check
        if at > self._first_write:
            return self._found
        return msgspec.structs.replace(
            self._found, is_enforced=True, throws=throws, is_refined=self._found.is_refined or self._is_used_after(at)
        )

    def _note(self, **changes: bool) -> None:
        self._found = msgspec.structs.replace(self._found, **changes)

    def _uses(self) -> None:
        """Go through all tokens once: uses of the context, and calls that get it."""
        tokens = self._tokens
        calls: list[int] = []
        at = self._start
        while at < self._end:
            name = tokens.name(at)
            is_member = tokens.is_at(at - 1, ".", "?.")
            if tokens.is_at(at, "(", "{", "["):
                calls.append(at)
            elif tokens.is_at(at, ")", "}", "]") and calls:
                calls.pop()
            elif name and name in self._context and not is_member:
                self._context_at(at, calls)
            elif name and name in self._parts and not is_member:
                self._part(at, self._parts[name], at + 1)
            elif name and self._is_secret(name, at):
                self._note(has_secret=True)
            at += 1

    def _is_secret(self, name: str, at: int) -> bool:
        """True for a value that a handler can compare instead of the login."""
        tokens = self._tokens
        if name in _SECRET_WORDS or _SECRET.search(name) or (name == "process" and tokens.name(at + 2) == "env"):
            return True
        # A request that another function gets: it can look at a header.
        is_request = name == self._request and not tokens.is_at(at - 1, ".", "?.")
        return is_request and not (tokens.is_at(at + 1, ".") and tokens.name(at + 2) in _BODY)

    def _context_at(self, at: int, calls: Sequence[int]) -> None:
        tokens = self._tokens
        if tokens.is_at(at + 1, ".", "?."):
            self._part(at, tokens.name(at + 2), at + 3)
        elif tokens.is_at(at + 1, "!") and tokens.is_at(at + 2, "."):
            self._part(at, tokens.name(at + 3), at + 4)
        elif tokens.is_at(at - 1, "=") and tokens.is_at(at - 2, "}"):
            self._destructure(at - 2)
        elif tokens.is_at(at - 1, "...") and self._is_wrapper:
            return  # the context that a wrapper gives to its handler
        elif calls and tokens.is_at(calls[-1], "(") and tokens.is_at(at + 1, ",", ")"):
            self._passed(calls[-1])
        elif self._is_wrapper and calls and tokens.is_at(calls[-1], "{"):
            return
        else:
            self._note(is_known=False)

    def _destructure(self, close: int) -> None:
        """``const { auth, db: other } = ctx``."""
        tokens = self._tokens
        at = close - 1
        while at > self._start and not tokens.is_at(at, "{"):
            if tokens.name(at) and not tokens.is_at(at + 1, ":"):
                part = tokens.name(at - 2) if tokens.is_at(at - 1, ":") else tokens.name(at)
                self._parts[tokens.name(at)] = part
            at -= 1

    def _part(self, at: int, part: str, after: int) -> None:
        """``ctx.part``, followed by the token at ``after``."""
        tokens = self._tokens
        if part == "auth":
            self._note(consults=True)
            self._sources[at] = False
            self._assigned(at)
        elif part in _RUNS and tokens.is_at(after, "("):
            self._run(at, after)
        elif part in _USES:
            self._note(uses_data=True)
            method = tokens.name(after + 1) if tokens.is_at(after, ".", "?.") else ""
            if part in _WRITE_USES or method in _WRITES:
                self._note(writes=True)
                self._first_write = min(self._first_write, at)
        elif part in {"user", "userId", "session", "identity", "viewer", "viewerId"}:
            # What a wrapper adds to the context.
            self._note(is_refined=True)

    def _run(self, at: int, bracket: int) -> None:
        """``ctx.runQuery(api.file.name, …)``: the other function gets the same login."""
        tokens = self._tokens
        names: list[str] = []
        place = bracket + 1
        while tokens.name(place) and tokens.is_at(place + 1, "."):
            names.append(tokens.name(place))
            place += 2
        names.append(tokens.name(place))
        value = (
            self._handlers.find(names[1:])
            if names[0] in {"api", "internal"} and tokens.is_at(place + 1, ",", ")")
            else None
        )
        is_query = tokens.name(bracket - 1) == "runQuery"
        self._note(uses_data=True, writes=self._found.writes or not is_query)
        if not is_query:
            self._first_write = min(self._first_write, at)
        if value is None:
            self._note(is_known=False)
        else:
            self._adopt(at, self._handlers.of(value))

    def _passed(self, bracket: int) -> None:
        """The context is an argument of a call."""
        tokens = self._tokens
        start = bracket - 1
        while tokens.is_at(start - 1, ".", "?.") and tokens.name(start - 2):
            start -= 2
        name = tokens.name(bracket - 1)
        if not name or name in _KEYWORDS:
            self._note(is_known=False)
            return
        if name in _LOGIN_HELPERS:
            self._note(consults=True)
            self._sources[start] = False
            self._assigned(start)
            return
        callee: Node = Name(start, start + 1, tokens.name(start))
        if start != bracket - 1:
            callee = Member(start, bracket, callee, name)
        self._helper(start, callee)

    def _helper(self, start: int, callee: Node) -> None:
        value = self._modules.resolve(self._module, callee)
        if value is None or not isinstance(value.node, Function):
            self._note(is_known=False)
            return
        self._adopt(start, self._handlers.of(value))

    def _adopt(self, start: int, inner: Behaviour) -> None:
        """Add what a function does that gets the context or the login."""
        self._note(
            consults=self._found.consults or inner.consults,
            is_known=self._found.is_known and inner.is_known,
            uses_data=self._found.uses_data or inner.uses_data,
            has_secret=self._found.has_secret or inner.has_secret,
            is_refined=self._found.is_refined or inner.is_refined,
            writes=self._found.writes or inner.writes,
        )
        if inner.writes:
            self._first_write = min(self._first_write, start)
        if inner.consults:
            self._sources[start] = inner.is_enforced and inner.throws
            self._assigned(start)

    def _assigned(self, at: int) -> None:
        """``const name = await <login>``: the variable holds the login."""
        tokens = self._tokens
        at -= 1
        while tokens.is_at(at, "await", "("):
            at -= 1
        if not tokens.is_at(at, "="):
            return
        if tokens.name(at - 1):
            self._names.add(tokens.name(at - 1))
        elif tokens.is_at(at - 1, "}"):
            inside = at - 2
            while inside > self._start and not tokens.is_at(inside, "{"):
                if tokens.name(inside):
                    self._names.add(tokens.name(inside))
                inside -= 1

    def _statements(self) -> Iterator[int]:
        """Positions of the tokens that no bracket of the body encloses."""
        at = self._start
        while at < self._end:
            yield at
            at = self._tokens.after(at)

    def _check(self) -> tuple[int, bool] | None:
        """Position of the first check of the login, and whether it throws."""
        tokens = self._tokens
        for at in self._statements():
            if self._sources.get(at) and not self._is_conditional(at) and not self._is_caught(at):
                return at, True
            if tokens.is_at(at, "if") and tokens.is_at(at + 1, "(") and not self._is_conditional(at):
                close = tokens.closing[at + 1]
                throws = self._ends(close + 1)
                if throws is not None and self._requires_login(at + 2, close):
                    return at, throws
        return None

    def _is_conditional(self, at: int) -> bool:
        """True if a statement on this level, or the call in it, is reached only sometimes."""
        tokens = self._tokens
        for place in range(at, self._start, -1):
            if tokens.is_at(place - 1, ";", "{", "}"):
                return False
            if tokens.is_at(place - 1, "?", "&&", "||", "??", "=>", "else", "do"):
                return True
            is_new = tokens.items[place].after_line
            if tokens.is_at(place - 1, ")"):
                opening = tokens.opening.get(place - 1, 0)
                return not is_new or tokens.is_at(opening - 1, "if", "for", "while")
            if is_new and not tokens.is_at(place - 1, "=", "await", ","):
                return False
        return False

    def _is_caught(self, at: int) -> bool:
        """True if ``.catch`` follows a call in its statement."""
        tokens = self._tokens
        while at < self._end and not tokens.is_at(at, ";"):
            if tokens.is_at(at, ".") and tokens.name(at + 1) == "catch":
                return True
            at = tokens.after(at)
        return False

    def _ends(self, at: int) -> bool | None:
        """True if a statement ends the function by an error, False if by returning nothing, ``None`` if it does not."""
        tokens = self._tokens
        if tokens.is_at(at, "{"):
            close = tokens.closing[at]
            for inner in range(at + 1, close):
                if tokens.is_at(inner, "throw", "return"):
                    return self._ends(inner) if not tokens.is_at(inner - 1, ")") else None
                if tokens.is_at(inner, "if", "for", "while", "switch", "try"):
                    return None
            return None
        if tokens.is_at(at, "throw"):
            return True
        if not tokens.is_at(at, "return"):
            return None
        return False if self._is_nothing(at + 1) else None

    def _is_nothing(self, at: int) -> bool:
        """True for ``null``, ``[]``, ``{}``, an empty text or no value."""
        tokens = self._tokens
        token = tokens.items[at] if at < self._end else None
        if token is None or tokens.is_at(at, ";", "}") or (token.after_line and not tokens.is_at(at, "[", "{")):
            return True
        if tokens.is_at(at, "[", "{"):
            return tokens.closing[at] == at + 1
        return token.value in _EMPTY or (token.kind == "text" and not token.value)

    def _requires_login(self, start: int, end: int) -> bool:
        """True if a condition holds without a login: one of its parts, joined by ``||``, is ``!login``."""
        tokens = self._tokens
        part = start
        at = start
        while at <= end:
            if at == end or tokens.is_at(at, "||"):
                if self._is_missing_login(part, at):
                    return True
                part = at + 1
            elif tokens.is_at(at, "&&"):
                return False
            at = tokens.after(at) if at < end else at + 1
        return False

    def _is_missing_login(self, start: int, end: int) -> bool:
        """``!login``, ``!login?.subject``, ``login === null`` or ``login == undefined``."""
        tokens = self._tokens
        if tokens.is_at(start, "!"):
            at = start + 1
            while tokens.is_at(at, "(", "await"):
                at += 1
            return tokens.name(at) in self._names or at in self._sources
        if end - start < 3:
            return False
        is_login = tokens.name(start) in self._names or start in self._sources
        return is_login and tokens.is_at(end - 2, "===", "==") and tokens.name(end - 1) in {"null", "undefined"}

    def _is_used_after(self, at: int) -> bool:
        """True if the login is used behind the check."""
        tokens = self._tokens
        close = tokens.closing[at + 1] if tokens.is_at(at, "if") else at
        return any(
            tokens.name(one) in self._names
            for one in range(close + 1, self._end)
            if not (tokens.is_at(one - 1, "return") and self._is_last(one + 1))
        )

    def _is_last(self, at: int) -> bool:
        return at >= self._end or self._tokens.is_at(at, ";", "}") or self._tokens.items[at].after_line


def _context_of(tokens: Tokens, function: Function) -> tuple[set[str], dict[str, str]]:
    """Names of the context, and of its parts if the parameter takes it apart: local name and part."""
    start, end = function.parameters
    if start >= end:
        return set(), {}
    if tokens.name(start):
        return {tokens.name(start)}, {}
    if not tokens.is_at(start, "{"):
        return set(), {}
    parts: dict[str, str] = {}
    close = tokens.closing[start]
    for at in range(start + 1, close):
        if tokens.name(at) and not tokens.is_at(at + 1, ":"):
            parts[tokens.name(at)] = tokens.name(at - 2) if tokens.is_at(at - 1, ":") else tokens.name(at)
    return set(), parts


def _second_name(tokens: Tokens, function: Function) -> str:
    """Name of the second parameter: the request of a handler of HTTP."""
    at, end = function.parameters
    while at < end and not tokens.is_at(at, ","):
        at = tokens.after(at)
    return tokens.name(at + 1) if at + 1 < end else ""
