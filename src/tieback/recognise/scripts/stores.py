"""Values that a script keeps in the state of a component or a store: of Vue, React, Pinia, Vuex and Zustand.

Sources: https://vuejs.org/api/options-state.html, https://pinia.vuejs.org/core-concepts/, https://zustand.docs.pmnd.rs/
"""

from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.names import Way
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Kind,
    Source,
    Text,
    Value,
    chained,
    is_function,
    is_unknown,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

STATE = "state"
_MAX_STATES = 64
_COMPONENT = lazy_pattern(
    rb"(?<![\w$.])(?P<name>data|computed|state|getters)(?:(?=\(\)\s{0,9}\{)|\s{0,9}:\s{0,9}(?=function|\(\)|\{))"
)
"""Before the data and computed values of a component."""
_COMPONENT_REACH = 65_536
"""Most bytes of an object in which they are looked for."""
_STATE_MADE = lazy_pattern(rb"(?!\$\(|jQuery\()(?:\(0,\s{0,9}[\w$.]{1,40}\)|[A-Za-z_$][\w$]{0,40})\(\s{0,40}")
"""The call of a function that is no method."""
_HOST = lazy_pattern(
    r"(?:[a-z]{2,8}://)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d{1,5})?(?:/|\Z)|[a-z]{2,8}://[A-Za-z0-9]"
)
_OBJECT_MADE = lazy_pattern(rb"\s{0,9}\(\s{0,9}\{")
_MAX_STORES = 16


class Stores:
    """The components and stores of one script."""

    def __init__(self, run: "Evaluator") -> None:
        """Read the values of this evaluator."""
        self._run = run
        self._components: dict[int, tuple[tuple[int, bool], ...]] = {}
        self._getters: dict[str, Cases] = {}

    def kept(self, name: str, at: int) -> Cases | None:
        """The address in a state of Vue, whose functions have any name in a bundle: ``e = n("https://…")``.

        Source: https://vuejs.org/api/reactivity-core.html
        """
        run = self._run
        binding = run.names.find(name, at) if "." not in name else None
        if binding is None or binding.way is not Way.ASSIGNED or len(binding.at) != 1:
            return None
        made = _STATE_MADE.match(run.data, binding.at[0])
        if made is None:
            return None
        reader = Reader(run.data, made.end(), run.budget)
        end = reader.behind(made.end())
        if end < 0 or run.data[end : end + 1] != b")":
            return None
        found = chained(self._called, run.once(("=", made.end()), made.end()))
        return tuple((when, one) for when, one in found if isinstance(one, Text) and _HOST.match(one.text)) or None

    def states(self, scope: Scope) -> list[int]:
        """The first states of a component of React, which a compiler assigns to another name than ``this``.

        Source: https://react.dev/reference/react/Component#state
        """
        data, names = self._run.data, self._run.names
        places = names.members(STATE, scope.start, scope.end)
        return [one for one in islice(places, _MAX_STATES) if data[one : one + 1] == b"{"]

    def of_component(self, key: str, scope: Scope, *, state: bool = True) -> Cases | None:
        """A member of the data or a computed value of a component of Vue; ``None`` if an object is none, or has none.

        Source: https://vuejs.org/api/options-state.html
        """
        run = self._run
        if (parts := self._components.get(scope.start)) is None:
            found = list(_COMPONENT.finditer(run.data, scope.start, min(scope.end, scope.start + _COMPONENT_REACH)))
            direct = set(run.scopes.direct([one.start() for one in found], scope)) if found else ()
            parts = self._components[scope.start] = tuple(
                (one.end(), one["name"] in (b"computed", b"getters")) for one in found if one.start() in direct
            )
        kept: Cases = UNKNOWN
        for place, is_computed in parts:
            # The parameters of a method, a function or an object.
            is_method = run.data[place] == 0x28
            value = single(Source(Kind.FUNCTION, place, NO_ENV)) if is_method else run.once(("=", place), place)
            if not is_computed:
                kept = value = chained(self._called, value)
                if not state or all(map(partial(self._lacks, key), (one for _, one in value))):
                    continue  # another member of this name is no state
            value = run.objects.member(value, key, scope.start)
            if is_computed:  # a getter of Pinia gets the state
                value = chained(partial(self._called, given=(kept,)), value)
            if not is_unknown(value):
                return value
        return None

    def _lacks(self, key: str, value: Value) -> bool:
        """True for the literal of an object without a key."""
        return isinstance(value, Source) and value.kind is Kind.OBJECT and self._run.objects.own(value, key) is None

    def _called(self, value: Value, given: Sequence[Cases] = ()) -> Cases:
        """The result of a function, mostly without arguments; the value itself if it is none."""
        return self._run.call(value, given) if is_function(value) else single(value)

    def of_creator(self, name: str, key: str, at: int) -> Cases | None:
        """A member of the object that the function around a place gives, as a store gets it: ``(set, get) => ({…})``.

        Source: https://zustand.docs.pmnd.rs/apis/create-store
        """
        run = self._run
        binding = run.names.find(name, at) if name.isidentifier() else None
        if binding is None or binding.way is not Way.PARAMETER:
            return None
        made = _OBJECT_MADE.match(run.data, binding.scope.key)
        found = run.objects.own(Source(Kind.OBJECT, made.end() - 1, NO_ENV), key) if made is not None else None
        return None if found is None or is_unknown(found) else found

    def of_getters(self, key: str) -> Cases:
        """A member with this name among the getters of a store.

        Source: https://pinia.vuejs.org/core-concepts/getters.html
        """
        run = self._run
        if key not in self._getters:
            self._getters[key] = UNKNOWN
            with run.reading_once(("getters", key)):
                for place in run.names.words.places(b"getters", b":")[:_MAX_STORES]:
                    found = self.of_component(key, run.scopes.around(place)[0], state=False)
                    if found is not None:
                        self._getters[key] = found
                        break
        return self._getters[key]
