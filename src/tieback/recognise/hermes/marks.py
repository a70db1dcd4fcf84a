"""Where the search in a bytecode file begins: functions that refer to a scheme, a path or the name of a call."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import islice

import numpy as np

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.hermes.bytecode import Bytecode
from tieback.recognise.hermes.search import Search
from tieback.recognise.scripts.values import Cases, Text
from tieback.recognise.settings.script_objects import is_bucket_key, is_host_key, is_port_key

MAX_STARTS = 6_000
"""Most functions from which the search begins."""
NAMES = (
    "fetch", "WebSocket", "EventSource", "XMLHttpRequest", "axios", "baseURL", "baseUrl", "atob", "btoa", "uri",
    "fromCharCode", "initializeApp", "createClient", "io", "URL", "sendBeacon", "unescape", "Buffer", "Client",
)  # fmt: skip
"""Names of calls and members that functions with an endpoint use."""
_PLAIN = ("https", "http", "wss", "ws")
_LOADING = ("LoadConstString",)
SCHEMES = ("https:", "http:", "wss:", "ws:", "https", "http", "wss")
KEYS = ("projectId", "databaseURL", "storageBucket", "authDomain", "Bucket", "baseURL", "supabaseUrl")
"""Keys of the objects that configure a client."""
_OBJECT_KEYS = ("host", "endpoint", "hostname", "host_name", "port", "bucket", "bucketname", "bucket_name")
"""Ends of the keys of hosts with ports and of buckets."""
_LONGEST = 64
METHODS = ("post", "put", "patch", "get", "delete", "request")
"""Methods of HTTP clients, which many other objects have, too."""
TOLD = ("projectId", "databaseURL", "storageBucket", "authDomain")
"""Those whose objects are judged like those of scripts, with the keys of hosts and buckets."""
_BEGINS = lazy_pattern(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]{0,20})?://(?!\S*\s+\w+\s+\w+\s)")
"""Can be the beginning of an address, and is no sentence."""
_JOINING = ("concat", "join", "replace", "replaceAll", "reverse", "baseURL", "initializeApp", "raw")
_DECODING = ("atob", "unescape", "Buffer")
_ENCODED = (b"aHR0c", b"d3NzO", b"d3M6L", b"68747470", b"7773733a", b"%68%74", b"%3A%2F", b"%3a%2f", b"ptth")
"""The beginning of an address in base64, hexadecimal or percent encoding, or reversed."""
_NUMBERS = ("LoadConstUInt8", "LoadConstInt")
_LETTERS = (104, 119)
"""``h`` and ``w``, with which an address begins."""
_MAKING = ("Construct", "CallWithNewTarget")
_ADDING = ("Add", "AddN", "AddS", "AddEmptyString")
_MAX_FIELDS = 64
_SETTING = ("PutNewOwnById", "DefineOwnById")
_NAMING = ("GetById", "TryGetById", "PutById", "PutNewOwnById", "DefineOwnById")


@lru_cache(maxsize=65_536)
def tells(name: str) -> bool:
    """True if an object with this key is judged like one of a script."""
    return name in TOLD or is_host_key(name) or is_bucket_key(name)


class Marks:
    """The starts of one file."""

    def __init__(self, code: Bytecode, search: Search) -> None:
        """Search in this file."""
        self._search, self._code = search, code
        self.named: frozenset[int] = frozenset()
        """Functions that refer to one of ``NAMES``."""
        self.is_cut = False
        """True if there are more starts than ``MAX_STARTS``."""
        data = code.data
        self._beside = tuple(word for word, mark in (("firestore", b"irestore"), ("S3", b"S3")) if data.find(mark) >= 0)

    def functions(self) -> list[int]:
        """Functions from which the search begins, the most promising ones first."""
        search = self._search
        names = search.equal((*NAMES, *SCHEMES, *KEYS))
        keys = search.ending(_OBJECT_KEYS, _LONGEST)
        exact = np.array([names[one] for one in SCHEMES if one in names], np.int64)
        items = np.array([*exact.tolist(), *search.equal([f"{one}://" for one in _PLAIN]).values()], np.int64)
        addresses = [one for one in search.containing(b"://").tolist() if _BEGINS.match(self._code.text(one))]
        schemes = np.array(addresses, np.int64)
        called = [names[one] for one in NAMES if one in names]
        groups = [
            search.functions(("PutById",), -1, [names["baseURL"]] if "baseURL" in names else []),
            search.functions(_LOADING, -1, schemes),
            words := list(dict.fromkeys((*search.functions(_LOADING, -1, exact), *search.literals.with_items(items)))),
            naming := search.functions(_NAMING, -1, called),
            search.literals.with_keys(
                [names[one] for one in KEYS if one in names] + [keys[one] for one in keys if is_bucket_key(one)]
            ),
            self._with_ports(keys),
        ]
        self.named = frozenset(naming)
        if len(schemes) or len(exact) or called:
            groups.append(search.functions(_LOADING, -1, search.paths()))
        # A function with several kinds of marks comes first, and then the order of the groups counts.
        count = Counter(function for group in groups for function in group)
        every = dict.fromkeys(function for group in groups for function in group)
        # What only calls fetch(), or only has "https", is of interest if it joins texts, or if another one calls it.
        alone = [one for one in dict.fromkeys((*naming, *words)) if count[one] == 1]
        for function in set(alone).difference(self._joining(alone)):
            del every[function]
        self.is_cut = len(every) > MAX_STARTS
        return sorted(every, key=lambda function: -count[function])[:MAX_STARTS]

    def _with_ports(self, keys: Mapping[str, int]) -> list[int]:
        """Functions with an object that has a host and a port."""
        ports = [number for name, number in keys.items() if is_port_key(name)]
        ported = self._setting(ports) if ports else set()
        hosts = [number for name, number in keys.items() if is_host_key(name)] if ported else []
        return sorted(self._setting(hosts) & ported)

    def _setting(self, keys: list[int]) -> set[int]:
        """Functions that make an object with one of these keys; without optimisation, each member is set."""
        return {*self._search.literals.with_keys(keys), *self._search.functions(_SETTING, -1, keys)}

    def _joining(self, functions: list[int]) -> set[int]:
        """Those of some functions that can join texts, or decode one."""
        search = self._search
        adding = search.having(functions, _ADDING) | search.having(functions, _MAKING, least=3)  # this, path and base
        found = {one for one, has in zip(functions, adding, strict=True) if has}
        names = dict.fromkeys(_JOINING)
        if any(self._code.data.find(one) >= 0 for one in _ENCODED):
            names.update(dict.fromkeys(_DECODING))
        found.update(search.functions(_NAMING, -1, search.equal(names).values()))
        # Numbers of characters are in the function, or in the one around a callback of map().
        coding = search.functions(_NAMING, -1, search.equal(("fromCharCode",)).values())
        near = [(one, around) for one in coding for around in (one, *search.creators(one)[:1])]
        numbers = search.having([around for _, around in near], _NUMBERS, values=_LETTERS)
        arrays = search.having([around for _, around in near], ("NewArrayWithBuffer",))
        found.update(one for (one, _), has in zip(near, numbers | arrays, strict=True) if has)
        return found

    def configuration(self, fields: Mapping[str, Cases], forced: Callable[[Cases], Cases]) -> str:
        """An object as a script has it; empty if it is no configuration that only its keys show."""
        if not any(map(tells, fields)):
            return ""
        parts: list[str] = []
        for name, value in islice(fields.items(), _MAX_FIELDS):
            one = forced(value)[0][1] if len(value) == 1 else None
            if isinstance(one, int) or (isinstance(one, Text) and "{}" not in one.text):
                parts.append(f"{name}: {json.dumps(one.text if isinstance(one, Text) else one)}")
        beside = " ".join(f"{word}()" for word in self._beside)
        return f"({{{', '.join(parts)}}}) {beside}" if parts else ""
