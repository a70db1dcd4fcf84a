"""Results of calls in a script: of methods of a value, of functions of the script, and of those it does not define."""

from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.async_functions import MARKS, is_states
from tieback.recognise.scripts.map_values import byte_text
from tieback.recognise.scripts.merged_objects import COPIES, merged_objects
from tieback.recognise.scripts.methods import below, function_result, text_method
from tieback.recognise.scripts.operators import url
from tieback.recognise.scripts.platform import first_elements
from tieback.recognise.scripts.reader import Token
from tieback.recognise.scripts.replaced_by import REPLACES, replaced_by
from tieback.recognise.scripts.values import (
    UNKNOWN,
    Cases,
    Client,
    Deferred,
    Env,
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
    combine,
    is_unknown,
    named,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

THROUGH = ("window", "globalThis", "self", "global")
"""Names of the global object."""
_LOADER_REACH = 400
"""Bytes of a function in which a loader of modules names the exports."""
_STATIC = ("String", "Object", "JSON", "Buffer", "Array", "Uint8Array")
_OF_ANSWERS = frozenset((
    "then", "catch", "finally", "json", "text", "blob", "arrayBuffer", "formData", "toPromise", "pipe", "subscribe",
    "done", "fail", "always", "success", "error", "end", "abort", "timeout", "retry", "tap",
))  # fmt: skip
"""Methods of promises, answers and observables."""
_GENERATOR = lazy_pattern(rb"function\s{0,9}\*")
_REQUESTS = ("get", "post", "put", "patch", "delete", "head", "request")
_CHOOSING = {"sample": "find", "shuffle": "shuffle"}
"""Functions of Lodash and Underscore, and the method of an array that gives the same: https://lodash.com/docs/#sample"""


class CallResults:
    """The results of calls in one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run

    def method_of(  # noqa: PLR0912
        self, value: Value, name: Token, arguments: list[Cases], start: int, env: Env
    ) -> Cases:
        """The result of a method of a value; ``start``: its parenthesis, ``env``: the parameters around it."""
        run = self._run
        if name.text in ("create", "extend") and arguments and not isinstance(value, Text):
            client = run.platform.client(arguments[0], start)
            if client is not None:
                return client
        if name.text in MARKS and len(arguments) == 1 and is_states(run, arguments[0]):
            return arguments[0]
        match value:
            case int():
                plain = name.text == "toString" and (not arguments or arguments[0][0][1] == 10)
                return single(Text(str(value))) if plain else UNKNOWN
            case Text() if name.text in REPLACES and (made := replaced_by(run, value, arguments)) is not None:
                return made
            case Text() | Plain():
                return _text_method(as_text(value), name.text, arguments)
            case Source(kind=Kind.FUNCTION) if name.text in ("apply", "call"):
                return self.call(single(value), self._passed(name.text, arguments, start, env), start)
            case Items() | Source(kind=Kind.ARRAY):
                return run.arrays.array_method(value, name.text, arguments)
            case Unknown(path="new TextDecoder") if name.text == "decode" and arguments:
                return byte_text(run.arrays.items(arguments[0]))
            case Table() if name.text == "get" and arguments:
                return run.arrays.in_table(value, arguments[0], name.start)
            case Client():  # the address that it requests
                return combine(lambda path: below(value, as_text(path)), arguments[0]) if arguments else UNKNOWN
            case Unknown(path=path) if path.rpartition(".")[2] in _STATIC:
                return run.platform.static(path.rpartition(".")[2], name.text, arguments)
            case Unknown(path=path) if path in THROUGH:
                return self.call(single(Unknown(name.text)), arguments, start)
            case Unknown(path=path) if (stored := run.platform.stored(path, name.text, arguments)) is not None:
                return stored
            case Source(kind=Kind.MODULE) if name.text in _REQUESTS and arguments:
                whole = run.modules.export(value, "default")[0][1]
                if isinstance(whole, Client):
                    return self.method_of(whole, name, arguments, start, env)  # the module is a client
        return self.call(run.objects.member(single(value), name.text, name.start), arguments, start)

    def _passed(self, method: str, arguments: list[Cases], at: int, env: Env) -> list[Cases]:
        """The arguments that ``apply`` or ``call`` passes on; ``arguments`` are those of the function around."""
        if method == "call":
            return arguments[1:]
        if arguments[1:] and arguments[1][0][1] == Unknown("arguments"):
            scope = self._run.scopes.function(at)
            names = self._run.functions.parameter_names(scope) if scope.head >= 0 else ()
            return [self._run.name(name, at, env) if name else UNKNOWN for name in names]
        return self._run.arrays.items(arguments[1]) if arguments[1:] else []

    def call(self, value: Cases, arguments: list[Cases], at: int) -> Cases:
        """The result of a call of a value; ``at``: its parenthesis."""
        return chained(lambda one: self._result(one, arguments, at), value)

    def _result(self, value: Value, arguments: list[Cases], at: int) -> Cases:
        run = self._run
        match value:
            case Source(kind=Kind.FUNCTION):
                return self._of_function(value, arguments, at)
            case Source(kind=Kind.MODULE):
                # A function of a bundler that wraps modules, or a module that is called.
                return arguments[0] if arguments and _is_module(arguments[0]) else single(value)
            case Deferred():
                return run.platform.first_use(value)
            case Client() if arguments:
                return combine(lambda path: below(value, as_text(path)), arguments[0])
            case Text() if not arguments:
                return single(value)  # an observable, which is a function that returns its value
            case Unknown(path=path):
                name = path.rpartition(".")[2]
            case _:
                return UNKNOWN
        if name == "URL" and arguments:
            return url(arguments)
        if name in _CHOOSING and arguments and len(arguments[0]) == 1:
            return run.arrays.array_method(arguments[0][0][1], _CHOOSING[name], ())

        def function(*values: Value) -> Value:
            made = function_result(name, values)
            return Unknown() if made is None else made

        made = combine(function, *arguments) if arguments and name else UNKNOWN
        if not all(isinstance(one, Unknown) for _, one in made):
            return made
        if (generator := self._generator(arguments)) is not None:
            return generator
        ordered = arguments[::-1] if name.startswith("defaults") else arguments
        merged = merged_objects(UNKNOWN, ordered, copies=name.lstrip("_") in COPIES)
        return run.platform.unknown_call(value, arguments, at) if merged is None else merged

    def _generator(self, arguments: list[Cases]) -> Cases | None:
        """What a function gives that compilers wrap in another one, to write ``async``; ``None`` for other calls.

        ``__async(this, null, function*(){…})`` is a call, and ``_asyncToGenerator(function*(){…})`` a function.
        """
        last = arguments[-1][0][1] if arguments and len(arguments[-1]) == 1 else None
        if not isinstance(last, Source) or last.kind is not Kind.FUNCTION or len(arguments) not in (1, 3, 4):
            return None
        if not is_states(self._run, single(last)) and not _GENERATOR.match(self._run.data, last.at, last.at + 30):
            return None
        return single(last) if len(arguments) == 1 else self._run.call(last, ())

    def _of_function(self, value: Source, arguments: list[Cases], at: int) -> Cases:
        run = self._run
        if (generator := self._generator(arguments)) is not None:
            return generator
        if arguments and run.data.find(b"exports", value.at, value.at + _LOADER_REACH) >= 0:
            loaded = run.platform.unknown_call(Unknown("()"), arguments, at)
            if isinstance(loaded[0][1], (Deferred, Source)):
                return loaded
        found = run.call(value, arguments)
        if is_unknown(found) and value.via and (made := run.platform.hook(value.via[0], arguments)) is not None:
            return made
        if is_unknown(found) and (elements := first_elements(arguments)) is not None:
            return elements
        copies = bool(value.via) and value.via[0].lstrip("_") in COPIES
        if (merged := merged_objects(found, arguments, copies=copies)) is not None:
            return merged
        if arguments and _is_module(arguments[0]) and not any(isinstance(one, Text) for _, one in found):
            return arguments[0]  # a function of a bundler that wraps modules
        return tuple((when, named(one, value.via[0]) if value.via else one) for when, one in found)


def _is_module(value: Cases) -> bool:
    one = value[0][1]
    return isinstance(one, Source) and one.kind is Kind.MODULE


def _text_method(text: Text, name: str, arguments: list[Cases]) -> Cases:
    if name in _OF_ANSWERS:  # of the answer to a request for this address
        return single(text)

    def method(*values: Value) -> Value:
        made = text_method(name, text, values)
        return Text(HOLE) if made is None else made

    return combine(method, *arguments)
