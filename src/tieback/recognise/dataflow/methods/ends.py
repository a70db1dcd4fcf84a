"""Calls after which no code of the app contacts a text, from ``ends.toml``."""

from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from tieback import rulefiles as prepared

type What = Literal["through", "into", "shown", "link", "compared", "cookies", "header", "sign-in", "none"]


class _End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    what: What
    source: str
    calls: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    end: tuple[_End, ...]


@cache
def read_ends() -> dict[tuple[str, str], What]:
    """What becomes of a text, by the class and the name of the method that gets it.

    Raises ``msgspec.ValidationError`` if the file is malformed, which is a programming error.
    """
    found: dict[tuple[str, str], What] = {}
    for end in prepared.load_rules(Path(__file__).with_name("ends.toml").read_bytes(), _File).end:
        for call in end.calls:
            owner, *methods = call.split()
            found.update(dict.fromkeys(((owner, method) for method in methods), end.what))
    return found
