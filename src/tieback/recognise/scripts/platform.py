"""Functions that a script does not define: those of the language, of HTTP clients and of bundlers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.methods.values import MAX_ALTERNATIVES
from tieback.recognise.scripts.map_values import BYTES, byte_text, of_pairs
from tieback.recognise.scripts.methods import buffer_text, function_result, json_value
from tieback.recognise.scripts.operators import literal
from tieback.recognise.scripts.reader import Reader, TokenKind
from tieback.recognise.scripts.replay import BY_IDENTITY
from tieback.recognise.scripts.state_paths import selected
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Client,
    Deferred,
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
    combine,
    is_function,
    is_known,
    is_unknown,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator


_BASES = ("baseURL", "prefixUrl", "prefix", "baseUrl")
_LISTS = ("keys", "values", "entries")
"""Functions of ``Object`` that list an object."""


_HOOKS = {"useState": "", "useRef": "current", "ref": "value", "shallowRef": "value"}
"""Functions that keep a value, and the member that has it; ``useState`` gives an array with the value first."""


_OBSERVABLE = "ko.observable"
"""Gives a function that returns the value: https://knockoutjs.com/documentation/observables.html"""


_STORES = {
    ("localStorage", "getItem"): b"setItem",
    ("sessionStorage", "getItem"): b"setItem",
    ("Properties", "getString"): b"setString",
}
_PREFERENCES = b"Preferences"
"""A plug-in of Capacitor whose methods get objects: https://capacitorjs.com/docs/apis/preferences"""
"""Methods that read a store, and those that write it.

Sources: https://html.spec.whatwg.org/multipage/webstorage.html, https://titaniumsdk.com/api/titanium/app/properties.html
"""
_MAX_STORED = 200


class Platform:
    """The functions that one script does not define."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run
        self._stored: dict[tuple[bytes, str], tuple[int, ...]] = {}

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
        if owner == "Object" and name in _LISTS:
            return chained(lambda one: self._listed(one, name), arguments[0])
        if owner == "JSON" and name == "parse":

            def parsed(value: Value) -> Value:
                text = as_text(value)
                content = json_value(text)
                return Unknown() if content is None else Plain(content, text.at)

            return combine(parsed, arguments[0])
        if owner == "Object" and name == "fromEntries":
            return of_pairs(self._run, self._run.arrays.items(arguments[0]), -1)
        if owner in BYTES and name == "from" and len(arguments) > 1 and len(arguments[0]) == 1:
            return self._run.arrays.array_method(arguments[0][0][1], "map", arguments[1:])
        if owner in BYTES:
            return arguments[0] if name == "from" else UNKNOWN
        if owner == "Buffer" and name == "from":
            octets = byte_text(self._run.arrays.items(arguments[0]))
            if not is_unknown(octets):
                return octets
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

    def _listed(self, value: Value, name: str) -> Cases:
        """The keys, the values or both of an object, as an array."""
        rows = self._run.objects.rows(value)
        if not rows:
            return UNKNOWN
        if name == "keys":
            items = [single(Text(key)) for key, _ in rows]
        elif name == "values":
            items = [member for _, member in rows]
        else:
            items = [single(Items((single(Text(key)), member))) for key, member in rows]
        return single(Items(tuple(items)))

    def client(self, options: Cases, at: int) -> Cases | None:
        """An HTTP client that is created with a ``baseURL``; ``None`` if it has none."""
        if isinstance(options[0][1], (Source, Plain, Merged)):
            for key in _BASES:
                base = self._run.objects.member(options, key, at)
                if key not in _BASES[:2] and not any("://" in as_text(one).text for _, one in base):
                    continue
                if not is_unknown(base):
                    return combine(lambda one: Client(as_text(one)), base)
        return None

    def hook(self, path: str, arguments: Sequence[Cases]) -> Cases | None:
        """The first value of a state of React or Vue; ``None`` if a function with this name gives something else.

        Sources: https://react.dev/reference/react/useState, https://vuejs.org/api/reactivity-core.html#ref
        """
        name = path.rpartition(".")[2]
        if arguments and path == _OBSERVABLE:
            return arguments[0]
        if not arguments or name not in _HOOKS:
            return None
        key, first = _HOOKS[name], arguments[0]
        if not key:
            made = chained(lambda one: self._run.call(one, ()) if is_function(one) else single(one), first)
            return single(Items((made, UNKNOWN)))

        def kept(one: Value) -> Value:
            return Plain({key: as_text(one).text}, as_text(one).at) if is_known(one) else Unknown()

        return combine(kept, first)

    def stored(self, path: str, method: str, arguments: Sequence[Cases]) -> Cases | None:
        """What a store has under a constant key, from what the script puts there, and the default value of the call.

        Returns:
            ``None`` if it is no such call, or if nothing is known.
        """
        if method == "get" and arguments and self._run.names.words.places(_PREFERENCES):
            return self._preference(arguments[0])
        setter = _STORES.get((path.rpartition(".")[2], method))
        if setter is None or not arguments or len(arguments[0]) != 1 or not is_known(arguments[0][0][1]):
            return None
        key, run = as_text(arguments[0][0][1]).text, self._run
        if (setter, key) not in self._stored:
            places, before = [], run.budget.mark()
            setters = run.names.words.places(setter, b"(")[:_MAX_STORED]
            for at in run.scopes.outside_comments(setters):
                run.budget.take()
                reader = Reader(run.data, at + len(setter) + 1, run.budget)
                token = reader.take()
                if token.kind is TokenKind.TEXT and literal(token).text == key and reader.takes(","):
                    places.append(reader.peek().start)
            self._stored[setter, key] = tuple(places)
            run.budget.kept(before)
        values = [run.once(("=", place), place) for place in self._stored[setter, key]] + [*arguments[1:2]]
        known = [one for one in values if not is_unknown(one)]
        return choice(("stored", setter, key), known) if known else None

    def _preference(self, options: Cases) -> Cases | None:
        """What the plug-in has under a key, as an object with a ``value``; ``None`` if nothing is known."""
        run = self._run
        key = run.objects.member(options, "key", -1)
        if len(key) != 1 or not is_known(key[0][1]):
            return None
        name, found = as_text(key[0][1]).text, []
        for at in run.names.words.places(b".set", b"(")[:_MAX_STORED]:
            run.budget.take()
            given = run.once(("=", at + 5), at + 5) if run.data[at + 5 : at + 6] == b"{" else UNKNOWN
            if as_text(run.objects.member(given, "key", at)[0][1]).text == name:
                found.append(given)
        return choice(("preference", name), found[:MAX_ALTERNATIVES]) if found else None

    def unknown_call(self, function: Unknown, arguments: Sequence[Cases], at: int) -> Cases:
        """The result of a function that is not known: a module of the bundle, or one that is run later.

        Args:
            function: the function.
            arguments: what it gets.
            at: where it is called.
        """
        if (made := self.hook(function.path, arguments)) is not None:
            return made
        if not arguments:
            return self._configured(function.path, at)
        if (elements := first_elements(arguments)) is not None:
            return elements
        if function.path.endswith("Platform.select") and len(arguments) == 1:
            # One of the values, by the system: https://reactnative.dev/docs/platform#select
            rows = [row for _, value in arguments[0] for _, row in self._run.objects.rows(value)]
            return choice((BY_IDENTITY, "select", id(rows)), rows[:MAX_ALTERNATIVES]) if rows else UNKNOWN
        if len(arguments) == 1 and len(arguments[0]) == 1:
            value = arguments[0][0][1]
            if isinstance(value, Source) and value.kind is Kind.MODULE:
                return single(value)
            if isinstance(value, Source) and value.kind is Kind.FUNCTION:
                chosen = selected(self._run, value.at)
                return single(Deferred(value)) if is_unknown(chosen) else chosen
            if isinstance(value, (int, Text)):
                found = self._run.modules.module(value, function.path, at)
                if found is not None:
                    return single(found)
        for one in arguments[:1]:
            if len(one) == 1 and isinstance(one[0][1], Source) and one[0][1].kind is Kind.OBJECT:
                keys, _ = self._run.objects.keys(one[0][1].at)
                if len(keys) == 1 and "/" in next(iter(keys)):  # __commonJS({"src/a.js"(exports, module) {…}})
                    place = next(iter(keys.values()))
                    return single(Deferred(Source(Kind.FUNCTION, place, NO_ENV)))
        return single(Unknown(f"{function.path}()"))

    def _configured(self, path: str, at: int) -> Cases:
        """What a getter of Ext JS gives, which makes ``getHost()`` for ``config: {host: …}``.

        Source: https://docs.sencha.com/extjs/7.0.0/guides/core_concepts/classes.html
        """
        owner, _, name = path.rpartition(".")
        if (
            owner
            and name.startswith("get")
            and name[3:4].isupper()
            and self._run.names.words.places(b"Ext.define", b"(")
        ):
            return self._run.objects.member(single(Unknown(owner)), name[3].lower() + name[4:], at)
        return single(Unknown(f"{path}()"))

    def first_use(self, value: Deferred) -> Cases:
        """The module that a function gives when it is run."""
        head = self._run.functions.head(value.function.at)
        if head is not None and head.block and head.names and self._run.scopes.body(head.body) is not None:
            return single(Source(Kind.MODULE, head.body, NO_ENV))
        return self._run.call(value.function, ())


def first_elements(arguments: Sequence[Cases]) -> Cases | None:
    """The array of which a function of a compiler gives the first elements: ``_slicedToArray(a, 2)``.

    Returns:
        ``None`` if the arguments are others.
    """
    if len(arguments) != 2 or any(len(one) > 1 for one in arguments):
        return None
    array, count = (one[0][1] for one in arguments)
    is_array = isinstance(array, Items) or (isinstance(array, Source) and array.kind is Kind.ARRAY)
    return arguments[0] if is_array and isinstance(count, int) else None
