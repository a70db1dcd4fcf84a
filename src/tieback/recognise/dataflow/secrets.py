"""Credentials that code has as constants: arguments of calls, and static fields with telling names.

The rules for texts decide what is a credential. Each is given a text that they know, with the name and the value.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.encoded import StringId
from tieback.recognise.dataflow.libraries import ALL
from tieback.recognise.dataflow.type_index import Names
from tieback.recognise.dataflow.values import HOLE

MAX_FIELDS = 2000
"""Most static fields of an app that are judged."""
_LENGTHS = range(6, 513)
_NAMED = re.compile(rb"(?i)key|token|secret|pass|pwd|auth|cred")
_AUTHORISING = re.compile(r"(?i).*(?:authori[sz]ation|key|token|secret|password|credential|-auth)")
_TEXT = Names((b"Ljava/lang/String;",))


class NamedValue(NamedTuple):
    """A static field with a text as its initial value."""

    file: int
    """Number of the DEX file."""
    owner: str
    """Descriptor of the class."""
    name: str
    string: int
    """String index of the value."""
    text: str
    """Name and value as the rules know them."""


def is_authorising(header: str) -> bool:
    """True if the name of a header says that its value grants access."""
    return len(header) <= 64 and _AUTHORISING.match(header) is not None


def credential_text(parts: Mapping[str, str | int]) -> str:
    """The arguments of a call as a text that the rules know; empty if one is not a constant."""
    user, password, header, value = (str(parts.get(role, "")) for role in ("user", "password", "header", "value"))
    if any(HOLE in text or '"' in text for text in (user, password, header, value)):
        return ""
    if user and password:
        return f'auth: {{username: "{user}", password: "{password}"}}'
    return f'"{header}": "{value}"' if header and value else ""


def named_values(files: Sequence[DexFile]) -> Iterator[NamedValue]:
    """The static fields of the app's own classes whose names say that their values grant access."""
    left = MAX_FIELDS
    for number, dex in enumerate(files):
        owned = dex.field_owners(_TEXT, ALL)
        names = {name: _NAMED.search(dex.raw(name)) is not None for name in dict.fromkeys(name for _, name in owned)}
        owners = dict.fromkeys(owner for owner, name in owned if names[name])
        for owner in owners:
            for one in _of_class(number, dex, owner, names):
                if not left:
                    return
                left -= 1
                yield one


def _of_class(number: int, dex: DexFile, owner: int, names: Mapping[int, bool]) -> Iterator[NamedValue]:
    row = dex.class_row(owner)
    at = int(dex.classes[row]["values"]) if row >= 0 else 0
    if not at:
        return
    for index, value in zip(dex.class_data(row).static_fields, dex.values.array(at)[0], strict=False):
        member = dex.field(index)
        if member is None or not names.get(member.name) or not isinstance(value, StringId):
            continue
        name, text = dex.string(member.name), dex.string(value.string)
        if len(text) in _LENGTHS and '"' not in text:
            yield NamedValue(number, dex.descriptor(owner), name, value.string, f'"{name}": "{text}"')
