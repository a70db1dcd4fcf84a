"""Site policies: what this site never contacts, and who must sign every grant.

A site policy is a file ``never.toml`` with ``[[exclude]]`` and ``[signatures]`` as in a grant, and with ``forbid``: the
permissions that no grant can give here. These files are read:
``/etc/tieback/never.toml``, ``never.toml`` in the user's configuration folder, the one that the variable
``TIEBACK_NEVER`` names, and one that a command names. All that exist count together. None can remove what another one,
or the grant, excludes or demands. A file that cannot be read, or is damaged, stops every connection.
"""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.errors import GrantError
from tieback.model.grant import ExcludeRule, Permission, Signatures
from tieback.model.toml_lines import line_of
from tieback.scope.grant import check_excludes, check_signatures
from tieback.scope.policy.exclude import SourcedRule
from tieback.scope.toml_file import check_list, check_table, convert, decode_text, parse_toml, read_bytes
from tieback.user_state import configuration_folder

FILE = "never.toml"
VARIABLE = "TIEBACK_NEVER"
SYSTEM_FOLDER = Path("/etc/tieback")
_ADVICE = "Nothing is contacted until this file can be read and is correct"


class _Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    exclude: tuple[ExcludeRule, ...] = ()
    signatures: Signatures | None = None
    forbid: tuple[Permission, ...] = ()


class PolicyFile(msgspec.Struct, frozen=True):
    """A ``never.toml`` that was read."""

    where: str
    """Its path for display; a path in the home folder begins with ``~``."""
    sha256: str
    rules: tuple[SourcedRule, ...]
    signatures: Signatures | None = None
    forbids: tuple[Permission, ...] = ()
    """Permissions that no grant can give."""


class SitePolicy(msgspec.Struct, frozen=True):
    """All site policies of a command."""

    files: tuple[PolicyFile, ...] = ()

    @property
    def rules(self) -> tuple[SourcedRule, ...]:
        """Their exclusions."""
        return tuple(rule for file in self.files for rule in file.rules)

    @property
    def forbids(self) -> frozenset[Permission]:
        """Permissions that no grant can give."""
        return frozenset(permission for file in self.files for permission in file.forbids)


def policy_places(named: Path | None = None, environment: Mapping[str, str] = os.environ) -> list[Path]:
    """The files that are read. The first two may be missing; those that the user names may not."""
    variable = environment.get(VARIABLE, "")
    chosen = [*([Path(variable)] if variable else []), *([named] if named is not None else [])]
    return [SYSTEM_FOLDER / FILE, configuration_folder(environment) / FILE, *chosen]


def load_site_policy(named: Path | None = None, environment: Mapping[str, str] = os.environ) -> SitePolicy:
    """Read all site policies.

    Args:
        named: a file that a command names, besides the usual places.
        environment: environment variables.

    Raises:
        GrantError: a file exists but cannot be read or is malformed, or one that the user names does not exist.
    """
    system, users, *chosen = policy_places(named, environment)
    places = [*filter(_exists, (system, users)), *chosen]
    return SitePolicy(tuple(_read(place, environment) for place in places))


def _exists(place: Path) -> bool:
    """Whether there is anything at a place. A folder that cannot be searched is an error: a file may be in it."""
    try:
        place.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise GrantError(f"cannot be read ({error.strerror})", where=str(place), advice=_ADVICE) from None
    return True


def _read(place: Path, environment: Mapping[str, str]) -> PolicyFile:
    if place.exists() and not place.is_file():
        raise GrantError("is not a regular file", where=str(place), advice=_ADVICE)
    data = read_bytes(place, _ADVICE)
    text = decode_text(data, str(place), _ADVICE)
    contents = parse_toml(text, str(place), _ADVICE, _build)
    where = _shown(place, environment)
    rules = tuple(
        SourcedRule(rule, f"{where} line {line_of(text, 'match', 'exclude', index)}")
        for index, rule in enumerate(contents.exclude)
    )
    return PolicyFile(where, hashlib.sha256(data).hexdigest(), rules, contents.signatures, contents.forbid)


def _build(raw: dict[str, Any]) -> _Contents:
    check_table(raw, _Contents)
    check_list(raw, "exclude", ExcludeRule)
    if isinstance(raw.get("signatures"), dict):
        check_table(raw["signatures"], Signatures, "signatures")
    contents = convert(raw, _Contents)
    check_excludes(contents.exclude)
    if contents.signatures is not None:
        check_signatures(contents.signatures)
    return contents


def _shown(place: Path, environment: Mapping[str, str]) -> str:
    home = environment.get("HOME", "").rstrip("/")
    text = str(place)
    return f"~{text.removeprefix(home)}" if home and text.startswith(f"{home}/") else text
