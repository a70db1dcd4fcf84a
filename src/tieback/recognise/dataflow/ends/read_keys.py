"""Keys under which code gives a value away and reads it again: an extra of an intent, a header, a value of a map.

``request.header("Base-Url")`` in an interceptor reads what ``addHeader("Base-Url", "https://shop.test")`` set, and
sends the request there. Source: https://square.github.io/okhttp/features/interceptors/
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.dex.opcode_sets import CALLS

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_HEADERS = ("Lokhttp3/Headers;", "Lokhttp3/Request;")
_EXTRAS = ("Landroid/content/Intent;", "Landroid/os/BaseBundle;", "Landroid/os/Bundle;")
_MAPS = (
    *_EXTRAS, *_HEADERS, "Ljava/util/HashMap;", "Ljava/util/LinkedHashMap;", "Ljava/util/Map;", "Ljava/util/TreeMap;",
    "Lorg/json/JSONObject;",
)  # fmt: skip
_READS = ("get", "header", "opt", "values")
"""How the names of methods begin that read the value of a key."""
_ALL = ("values", "()Ljava/util/Collection;")
"""The method that gives all values of a map."""
_OF_SYSTEM = "android.intent."
"""How the keys begin that apps use with each other."""


def is_header_read(uses: "ConstantUses", keys: Iterable[str]) -> bool:
    """True if code contacts what it reads under one of these names of headers."""
    return any(_is_read(uses, key, _HEADERS) for key in keys if key)


def is_value_read(uses: "ConstantUses", keys: Iterable[str]) -> bool:
    """True if code contacts what it reads from a map or an object of JSON under one of these keys."""
    return any(_is_read(uses, key, _MAPS) for key in keys if key)


def is_extra_read(uses: "ConstantUses", keys: Iterable[str]) -> bool:
    """True if code contacts an extra that it reads under one of these keys, other than those of the system."""
    return any(_is_read(uses, key, _EXTRAS) for key in keys if key and not key.startswith(_OF_SYSTEM))


def _is_read(uses: "ConstantUses", key: str, owners: tuple[str, ...]) -> bool:
    for number, index in uses.places_of(key.encode("utf-8", "surrogatepass")):
        for site in uses.places.loading(number, index):
            flow = uses.flow(site.number, site.code) if site is not None else None
            if site is None or flow is None:
                continue
            for one in flow.operations:
                if one.opcode in CALLS and len(one.values) == 1:
                    owner, name, kind = uses.method_names(number, one.member)
                    is_all = owner in owners and (name, kind) == _ALL
                    if is_all and uses.of_result(number, site.code, one.at):
                        return True
                if one.opcode not in CALLS or len(one.values) < 2 or site.at not in one.values[1]:
                    continue
                owner, name, _ = uses.method_names(number, one.member)
                if owner in owners and name.startswith(_READS) and uses.of_result(number, site.code, one.at):
                    return True
    return False
