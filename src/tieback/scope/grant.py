"""Parse a grant: TOML in, a validated ``Grant`` out, or one line that names the wrong key and its line."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.errors import GrantError
from tieback.model.grant import ExcludeRule, Grant, Limits, Signatures, TargetRule
from tieback.scope.address import parse_address
from tieback.scope.grant_text import render_grant
from tieback.scope.hostname import parse_host
from tieback.scope.policy.exclude import compile_exclude
from tieback.scope.policy.ssh_keys import signing_keys
from tieback.scope.rules import compile_rule
from tieback.scope.shared_hosts import check_resources
from tieback.scope.toml_file import Flaw, check_list, check_table, convert, decode_text, parse_toml, read_bytes

__all__ = [
    "check_excludes",
    "check_signatures",
    "check_valid",
    "grant_sha256",
    "is_same_grant",
    "load_grant",
    "load_grant_text",
    "parse_grant",
    "render_grant",
]

_ADVICE = "Correct the grant; `tieback grant new` creates one with every key explained"
EXPIRED = "the grant expired on"
"""Start of the reason why an expired grant allows nothing; reports count it."""
_MAX_CONTACT = 200
"""Maximum length: the contact is sent in protocol headers."""
_MAX_REASON = 300
_MAX_LIMIT = 1_000_000_000
"""Upper bound of a limit; larger values would be no limit."""


def load_grant(path: Path) -> Grant:
    """Read a grant file.

    Raises:
        GrantError: the file cannot be read, or is malformed. ``check_valid`` checks its dates.
    """
    return parse_grant(load_grant_text(path), str(path))


def load_grant_text(path: Path) -> str:
    """The whole text of a grant file, which may be malformed. Raises ``GrantError`` if it cannot be read."""
    return decode_text(read_bytes(path, "Create one with `tieback grant new`"), str(path), _ADVICE)


def grant_sha256(text: str) -> str:
    """The SHA-256 of a grant: that of the bytes of its file, as ``sha256sum`` prints it.

    Args:
        text: the whole text of the file.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def parse_grant(text: str, where: str) -> Grant:
    """Parse the TOML text of a grant.

    Args:
        text: the whole text.
        where: its name in errors, such as its path.

    Raises:
        GrantError: malformed; one line with the key, its line number, and a suggestion.
    """
    return parse_toml(text, where, _ADVICE, _build)


def _build(raw: dict[str, Any]) -> Grant:
    _check_keys(raw)
    grant = convert(raw, Grant)
    _check_values(grant)
    return grant


def is_same_grant(text: str, other: str) -> bool:
    """True if two texts of a grant have the same values; comments and the order of keys do not count."""
    if text == other:
        return True
    try:
        return parse_grant(text, "") == parse_grant(other, "")
    except GrantError:
        return False


def check_valid(grant: Grant, today: date, where: str = "") -> None:
    """Check the dates of a grant; both dates are inclusive. ``where`` is its file, for the error.

    Raises:
        GrantError: the grant has expired, or is not valid yet.
    """
    if today > grant.not_after:
        raise GrantError(
            f"{EXPIRED} {grant.not_after}", where=where, advice=f"Get a new one from {grant.authorised_by}"
        )
    if grant.not_before is not None and today < grant.not_before:
        raise GrantError(f"the grant is not valid before {grant.not_before}", where=where, advice="Wait until then")


def _check_keys(raw: Mapping[str, Any]) -> None:
    check_table(raw, Grant)
    limits = raw.get("limits", {})
    if isinstance(limits, dict):
        check_table(limits, Limits, "limits")
    check_list(raw, "target", TargetRule)
    check_list(raw, "exclude", ExcludeRule)
    signatures = raw.get("signatures", {})
    if isinstance(signatures, dict) and "signatures" in raw:
        check_table(signatures, Signatures, "signatures")


def _check_values(grant: Grant) -> None:
    for key, text in (("authorised_by", grant.authorised_by), ("contact", grant.contact)):
        if not text.strip():
            raise Flaw(f"`{key}` must not be empty", key)
        if len(text.splitlines()) > 1:
            raise Flaw(f"`{key}` must be one line", key)
        if (bad := next((sign for sign in text if not sign.isprintable()), None)) is not None:
            raise Flaw(f"`{key}` must not contain the invisible character U+{ord(bad):04X}", key)
    if not grant.contact.isascii() or len(grant.contact) > _MAX_CONTACT:
        raise Flaw(f"`contact` must be an e-mail address or URL of at most {_MAX_CONTACT} ASCII characters", "contact")
    if grant.not_before is not None and grant.not_before > grant.not_after:
        raise Flaw(f"`not_before` {grant.not_before} is after `not_after` {grant.not_after}", "not_before")
    _check_targets(grant)
    check_excludes(grant.exclude)
    if grant.signatures is not None:
        check_signatures(grant.signatures)
    _check_hosts(grant)
    for field in msgspec.structs.fields(Limits):
        value = getattr(grant.limits, field.name)
        # Only rates may be 0, which means no limit.
        least_ok = value >= 0 if field.name.endswith("connects_per_second") else value > 0
        if not (math.isfinite(value) and least_ok and value <= _MAX_LIMIT):
            raise Flaw(
                f"`{field.name}` in [limits]: {value} is not a positive number within bounds", field.name, "limits"
            )


def _check_targets(grant: Grant) -> None:
    for index, rule in enumerate(grant.target):
        try:
            compiled = compile_rule(rule)
        except ValueError as error:
            what, key = error.args
            raise Flaw(f"`{key}` in target {index + 1}: {what}", key, "target", index) from None
        try:
            check_resources(compiled)
        except ValueError as error:
            raise Flaw(f"`resources` in target {index + 1}: {error}", "resources", "target", index) from None
        for account in rule.passwordless:
            if not account or len(account) > 64 or not (account.isascii() and account.isprintable()):
                what = f"`passwordless` in target {index + 1}: {account!r:.80} is not the name of an account"
                raise Flaw(what, "passwordless", "target", index)


def check_excludes(rules: Sequence[ExcludeRule]) -> None:
    """Check the ``[[exclude]]`` of a grant or a site policy.

    Raises:
        Flaw: a value is malformed.
    """
    for index, rule in enumerate(rules):
        try:
            compile_exclude(rule)
        except ValueError as error:
            what, key = error.args
            raise Flaw(f"`{key}` in exclude {index + 1}: {what}", key, "exclude", index) from None
        if not rule.reason.isprintable() or len(rule.reason) > _MAX_REASON:
            what = f"`reason` in exclude {index + 1}: must be one line of at most {_MAX_REASON} characters"
            raise Flaw(what, "reason", "exclude", index)


def check_signatures(signatures: Signatures) -> None:
    """Check the ``[signatures]`` of a grant or a site policy.

    Raises:
        Flaw: a value is malformed.
    """
    try:
        keys = signing_keys(signatures)
    except ValueError as error:
        raise Flaw(f"`keys` in [signatures]: {error}", "keys", "signatures") from None
    if not 1 <= signatures.need <= len(keys):
        what = f"`need` in [signatures]: {signatures.need} is not between 1 and the number of keys ({len(keys)})"
        raise Flaw(what, "need", "signatures")


def _check_hosts(grant: Grant) -> None:
    seen: dict[str, str] = {}
    for name, given in grant.hosts.items():
        try:
            host = parse_host(name)
            addresses = (given,) if isinstance(given, str) else given
            for address in addresses:
                parse_address(address)
        except ValueError as error:
            raise Flaw(f"`{name:.80}` in [hosts]: {error}", name, "hosts") from None
        if host.address is not None or not addresses:
            raise Flaw(f"`{name:.80}` in [hosts]: a name needs one or more addresses", name, "hosts")
        if host.name in seen:
            raise Flaw(f"`{name:.80}` in [hosts] is the same name as `{seen[host.name]:.80}`", name, "hosts")
        seen[host.name] = name
