"""Parse a grant: TOML in, a validated ``Grant`` out, or one line that names the wrong key and its line."""

import math
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import msgspec

from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.scope.address import parse_address
from tieback.scope.grant_text import line_of, render_grant
from tieback.scope.hostname import parse_host
from tieback.scope.rules import compile_rule

__all__ = ["check_valid", "is_same_grant", "load_grant", "parse_grant", "render_grant"]

_ADVICE = "Correct the grant; `tieback grant new` creates one with every key explained"
EXPIRED = "the grant expired on"
"""Start of the reason why an expired grant allows nothing; reports count it."""
_MAX_BYTES = 4 * 1024 * 1024
_MAX_CONTACT = 200
"""Maximum length: the contact is sent in protocol headers."""
_MAX_LIMIT = 1_000_000_000
"""Upper bound of a limit; larger values would be no limit."""


class _Flaw(Exception):  # noqa: N818 - becomes a GrantError once its line is known
    def __init__(self, what: str, key: str = "", table: str = "", index: int = 0) -> None:
        self.what, self.key, self.table, self.index = what, key, table, index
        super().__init__(what)


def load_grant(path: Path) -> Grant:
    """Read a grant file.

    Raises:
        GrantError: the file cannot be read, or is malformed. ``check_valid`` checks its dates.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise GrantError(
            f"cannot be read ({error.strerror})", where=str(path), advice="Create one with `tieback grant new`"
        ) from None
    if len(data) > _MAX_BYTES:
        raise GrantError(f"is larger than {_MAX_BYTES} bytes", where=str(path), advice=_ADVICE)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise GrantError(f"is not UTF-8 text (byte {error.start})", where=str(path), advice=_ADVICE) from None
    return parse_grant(text, str(path))


def parse_grant(text: str, where: str) -> Grant:
    """Parse the TOML text of a grant.

    Args:
        text: the whole text.
        where: its name in errors, such as its path.

    Raises:
        GrantError: malformed; one line with the key, its line number, and a suggestion.
    """
    try:
        text.encode()
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        clause, number = _toml_clause(text, str(error))
        raise GrantError(clause, where=f"{where}, line {number}" if number else where, advice=_ADVICE) from None
    except (ValueError, RecursionError):
        what = "is not valid TOML: a number, nesting level or character is out of bounds"
        raise GrantError(what, where=where, advice=_ADVICE) from None
    try:
        _check_keys(raw)
        grant = _convert(raw)
        _check_values(grant)
    except _Flaw as flaw:
        line = line_of(text, flaw.key, flaw.table, flaw.index)
        raise GrantError(flaw.what, where=f"{where}, line {line}" if line else where, advice=_ADVICE) from None
    return grant


def is_same_grant(text: str, other: str) -> bool:
    """True if two texts of a grant have the same values; comments and the order of keys do not count."""
    if text == other:
        return True
    try:
        return parse_grant(text, "") == parse_grant(other, "")
    except GrantError:
        return False


def check_valid(grant: Grant, today: date) -> None:
    """Check the dates of a grant; both dates are inclusive.

    Raises:
        GrantError: the grant has expired, or is not valid yet.
    """
    if today > grant.not_after:
        raise GrantError(f"{EXPIRED} {grant.not_after}", advice=f"Get a new one from {grant.authorised_by}")
    if grant.not_before is not None and today < grant.not_before:
        raise GrantError(f"the grant is not valid before {grant.not_before}", advice="Wait until then")


def _toml_clause(text: str, problem: str) -> tuple[str, int]:
    """The problem and its line, in terms of the grant if the TOML parser fails at a date or depth."""
    found = re.search(r"\(at line ([0-9]+), column [0-9]+\)", problem)
    if found is None:
        return f"is not TOML: {problem}", 0
    number = int(found.group(1))
    # The parser counts CRLF as one newline, and so does this.
    line = text.split("\n")[number - 1]
    if re.match(r"\s*not_(?:after|before)\s*=", line):
        return f"{line.strip()!r:.80} is not a date such as 2027-06-30", number
    value = re.match(r"\s*([\w-]+)\s*=\s*([A-Za-z][\w.*/:@ -]*?)\s*(?:#|$)", line)
    if value is not None:
        return f'the value of `{value.group(1)}` needs quotes: "{value.group(2):.80}"', number
    return f"is not TOML: {problem}", number


def _check_keys(raw: Mapping[str, Any]) -> None:
    _check_table(raw, Grant)
    limits = raw.get("limits", {})
    if isinstance(limits, dict):
        _check_table(limits, Limits, "limits")
    targets = raw.get("target", [])
    if isinstance(targets, dict):
        raise _Flaw("`target` must be a list of tables; write [[target]] with two brackets", table="target")
    for index, target in enumerate(targets if isinstance(targets, list) else []):
        if isinstance(target, dict):
            _check_table(target, TargetRule, "target", index)


def _check_table(raw: Mapping[str, Any], kind: type[msgspec.Struct], table: str = "", index: int = 0) -> None:
    inside = {"": "", "target": f" in target {index + 1}", "limits": " in [limits]"}[table]
    fields = msgspec.structs.fields(kind)
    known = [field.name for field in fields]
    for key, value in raw.items():
        if key not in known:
            close = get_close_matches(key[:80].lower(), known, n=1)
            hint = f" (did you mean `{close[0]}`?)" if close else f"; known keys are {', '.join(known)}"
            # An unknown key with a table is in a header, which a search by key does not find.
            place = ("", key) if isinstance(value, dict | list) and not table else (key, table)
            raise _Flaw(f"unknown key `{key:.80}`{inside}{hint}", *place, index)
    for field in fields:
        if field.required and field.name not in raw:
            raise _Flaw(f"missing key `{field.name}`{inside}", table=table, index=index)


def _convert(raw: Mapping[str, Any]) -> Grant:
    try:
        return msgspec.convert(raw, Grant)
    except msgspec.ValidationError as error:
        clause, _, path = str(error).partition(" - at ")
    where = re.match(r"`\$\.(?P<first>\w+)(?:\[(?P<index>[0-9]+|\.\.\.)\])?(?:\.(?P<second>\w+))?", path)
    if where is None:
        raise _Flaw(clause)
    first, second, index = where["first"], where["second"], where["index"]
    if first == "hosts" or second is None:
        place = ("", first) if first in ("hosts", "target", "limits") else (first, "")
        raise _Flaw(f"`{first}`: {_plain(clause, first)}", *place)
    number = int(index) if index and index.isdigit() else 0
    inside = f"target {number + 1}" if first == "target" else f"[{first}]"
    raise _Flaw(f"`{second}` in {inside}: {_plain(clause, second)}", second, first, number)


def _plain(clause: str, key: str) -> str:
    if key in ("not_after", "not_before"):
        return "is not a date such as 2027-06-30"
    if key == "depth":
        wrong = clause.partition("'")[2].rstrip("'")
        close = get_close_matches(wrong[:80], list(Depth), n=1)
        hint = f" (did you mean `{close[0]}`?)" if close else ""
        return f"{wrong!r:.80} is not one of {', '.join(Depth)}{hint}"
    if key == "ports":
        return 'must be "any" or a list such as [9200, "27000-27100"]'
    if key == "hosts":
        return "each name needs an address or a list of addresses, in quotes"
    return clause[:1].lower() + clause[1:]


def _check_values(grant: Grant) -> None:
    for key, text in (("authorised_by", grant.authorised_by), ("contact", grant.contact)):
        if not text.strip() or not text.isprintable():
            raise _Flaw(f"`{key}` must not be empty and must be one line", key)
    if not grant.contact.isascii() or len(grant.contact) > _MAX_CONTACT:
        raise _Flaw(f"`contact` must be an e-mail address or URL of at most {_MAX_CONTACT} ASCII characters", "contact")
    if grant.not_before is not None and grant.not_before > grant.not_after:
        raise _Flaw(f"`not_before` {grant.not_before} is after `not_after` {grant.not_after}", "not_before")
    _check_targets(grant)
    _check_hosts(grant)
    for field in msgspec.structs.fields(Limits):
        value = getattr(grant.limits, field.name)
        # Only rates may be 0, which means no limit.
        least_ok = value >= 0 if field.name.endswith("connects_per_second") else value > 0
        if not (math.isfinite(value) and least_ok and value <= _MAX_LIMIT):
            raise _Flaw(
                f"`{field.name}` in [limits]: {value} is not a positive number within bounds", field.name, "limits"
            )


def _check_targets(grant: Grant) -> None:
    for index, rule in enumerate(grant.target):
        try:
            compile_rule(rule)
        except ValueError as error:
            what, key = error.args
            raise _Flaw(f"`{key}` in target {index + 1}: {what}", key, "target", index) from None
        for account in rule.passwordless:
            if not account or len(account) > 64 or not (account.isascii() and account.isprintable()):
                what = f"`passwordless` in target {index + 1}: {account!r:.80} is not the name of an account"
                raise _Flaw(what, "passwordless", "target", index)


def _check_hosts(grant: Grant) -> None:
    seen: dict[str, str] = {}
    for name, given in grant.hosts.items():
        try:
            host = parse_host(name)
            addresses = (given,) if isinstance(given, str) else given
            for address in addresses:
                parse_address(address)
        except ValueError as error:
            raise _Flaw(f"`{name:.80}` in [hosts]: {error}", name, "hosts") from None
        if host.address is not None or not addresses:
            raise _Flaw(f"`{name:.80}` in [hosts]: a name needs one or more addresses", name, "hosts")
        if host.name in seen:
            raise _Flaw(f"`{name:.80}` in [hosts] is the same name as `{seen[host.name]:.80}`", name, "hosts")
        seen[host.name] = name
