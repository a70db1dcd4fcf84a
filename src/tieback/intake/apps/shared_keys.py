"""Keys that sign apps of many makers: test keys that everyone has, and keys of stores and build services.

``shared_keys.toml`` lists them.
"""

from functools import cache
from pathlib import Path

import msgspec

from tieback import rulefiles as prepared
from tieback.intake.apps.subject import name_parts
from tieback.model.app import Signer


class _Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    source: str
    sha256: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    many_keys: bool = False


@cache
def _known() -> tuple[_Key, ...]:
    raw = Path(__file__).with_name("shared_keys.toml").read_bytes()
    return tuple(prepared.load_rules(raw, dict[str, _Key]).values())


@cache
def _names(*, many: bool) -> tuple[frozenset[tuple[str, str]], ...]:
    """The parts of names of which a certificate has all; also those that many keys have, if ``many``."""
    return tuple(_folded(one) for key in _known() if many or not key.many_keys for one in key.subject)


@cache
def _digests() -> frozenset[str]:
    return frozenset(one for key in _known() for one in key.sha256)


def is_shared(signer: Signer) -> bool:
    """True if apps of many makers are signed with this very key."""
    return signer.sha256 in _digests() or _is_named(signer, many=False)


def names_no_maker(signer: Signer) -> bool:
    """True if the key is shared, or has the name that debug keys of all machines have."""
    return is_shared(signer) or _is_named(signer, many=True)


def _is_named(signer: Signer, *, many: bool) -> bool:
    parts = _folded(signer.subject)
    return any(one <= parts for one in _names(many=many))


def _folded(subject: str) -> frozenset[tuple[str, str]]:
    return frozenset((key, value.casefold()) for key, value in name_parts(subject))
