"""Classes in annotations and initial values: other code can make objects of them, as readers of JSON do.

``@JsonAdapter(PriceAdapter.class)`` of Gson (https://github.com/google/gson), ``reportSenderFactoryClasses`` of ACRA
(https://github.com/ACRA/acra).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.initial_values import types_with
from tieback.recognise.dataflow.dex.dexfile import DexFile

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_OF_COMPILERS = ("EnclosingClass", "MemberClasses", "NestHost", "NestMembers")
"""The annotations by which a class names the one around it, and those inside of it."""
_VALUE, _SYSTEM = "value", 2
"""Their element, and their visibility."""
_LIST, _TYPE, _KIND = 0x1C, 0x18, 0x1F
"""Heads of an encoded list and of a type, and the bits of the kind of a value:
https://source.android.com/docs/core/runtime/dex-format#encoding
"""
_MORE = 0x80
_REACH = 4_096
"""Most bytes of such a list."""


def is_value(uses: "ConstantUses", owner: str) -> bool:
    """True if an annotation or an initial value has the class, other than those that compilers write."""
    for number, dex in enumerate(uses.app.files):
        kind = uses.app.type_of(number, owner)
        heads = [_head(uses, number, one) for one in _OF_COMPILERS] if kind >= 0 else []
        for at in types_with(dex, kind) if kind >= 0 else ():
            if not any(head and _is_in(dex, head, at) for head in heads):
                return True
    return False


def _head(uses: "ConstantUses", number: int, name: str) -> bytes:
    """How such an annotation begins in a file; empty if the file has none."""
    kind, title = uses.app.type_of(number, f"Ldalvik/annotation/{name};"), uses.app.string_of(number, _VALUE)
    return bytes((_SYSTEM, *_uleb(kind), 1, *_uleb(title))) if kind >= 0 and title >= 0 else b""


def _is_in(dex: DexFile, head: bytes, at: int) -> bool:
    """True if the value at an offset is that of such an annotation, or in its list."""
    before = bytes(dex.data[max(0, at - _REACH) : at])
    begin = before.rfind(head)
    if begin < 0:
        return False
    place = begin + len(head)
    if place < len(before) and before[place] == _LIST:
        place += 1
        while place < len(before) and before[place] >= _MORE:
            place += 1
        place += 1  # the length of the list
    while place < len(before) and before[place] & _KIND == _TYPE:
        place += 2 + (before[place] >> 5)
    return place == len(before)


def _uleb(number: int) -> Iterator[int]:
    """The bytes of an unsigned LEB128 number."""
    while number >= _MORE:
        yield number & _MORE - 1 | _MORE
        number >>= 7
    yield number
