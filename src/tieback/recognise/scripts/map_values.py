"""Values of collections that a script fills by calls: maps, objects of pairs, and arrays of bytes.

Sources: https://tc39.es/ecma262/#sec-map-objects (``Map.prototype.set``), https://tc39.es/ecma262/#sec-object.fromentries,
https://encoding.spec.whatwg.org/#textdecoder.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.reader import Reader
from tieback.recognise.scripts.values import (
    MAX_TEXT,
    UNKNOWN,
    Cases,
    Plain,
    Table,
    Text,
    as_text,
    is_known,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

BYTES = ("Uint8Array", "Uint8ClampedArray", "Uint16Array", "Array")
"""Classes of arrays that can be made of an array of numbers."""
_MAX_SET = 64
_HELD = lazy_pattern(rb"(?P<name>(?:this\.)?#?[A-Za-z_$][\w$]{0,60})\s{0,9}[=:]\s{0,9}new\s{1,9}\Z")


def byte_text(rows: Sequence[Cases]) -> Cases:
    """The text that bytes are in UTF-8; unknown if one of them is."""
    codes = [one[0][1] for one in rows if len(one) == 1]
    octets = bytes(one for one in codes if isinstance(one, int) and 0 <= one < 256)
    if not rows or len(octets) < len(rows):
        return UNKNOWN
    return single(Text(octets.decode("utf-8", "replace")[:MAX_TEXT]))


def of_pairs(run: "Evaluator", rows: Sequence[Cases], at: int) -> Cases:
    """The object that ``Object.fromEntries`` makes of pairs, if all keys are known; only texts are kept."""
    found: dict[str, str] = {}
    for row in rows:
        key, value = (run.arrays.parts([row], number, at)[0] for number in ("0", "1"))
        if len(key) > 1 or not is_known(key[0][1]):
            return UNKNOWN
        if len(value) == 1 and is_known(value[0][1]):
            found[as_text(key[0][1]).text] = as_text(value[0][1]).text
    return single(Plain(found, at)) if found else UNKNOWN


def set_pairs(run: "Evaluator", table: Table) -> list[tuple[Cases, Cases]]:
    """The keys and values that ``set`` gives a ``Map``, by the name to which it is assigned where it is made."""
    held = _HELD.search(bytes(run.data[max(0, table.at - 100) : table.at]))
    if held is None:
        return []
    name = bytes(held["name"])
    own = run.names.find(name.decode(), table.at)
    found: list[tuple[Cases, Cases]] = []
    for place in run.names.words.places(name + b".set", b"(")[:_MAX_SET]:
        run.budget.take()
        other = run.names.find(name.decode(), place)
        if (own is None) != (other is None) or (own and other and own.scope != other.scope):
            continue
        reader = Reader(run.data, place + len(name) + 5, run.budget)
        start = reader.peek().start
        behind = reader.next_item(start)
        if behind >= 0:
            found.append((run.once(("key", start), start), run.once(("=", behind), behind)))
    return found
