"""The TOML text of a grant: writing it with its explanations, and finding the line of a key again."""

import re

import msgspec

from tieback.model.grant import Grant, Limits, TargetRule

_HEAD = """\
# A grant for tieback: the written permission that a run carries. Nothing outside it is contacted.
# Check it with `tieback grant check FILE`, and ask why with `tieback grant explain FILE HOST:PORT`.
"""
_TARGETS = """\
# What may be asked. An address or CIDR block decides by the address that is connected to. A host or *.suffix decides by
# the name, and then the address must be a public one or the one that [hosts] gives. The most specific target that
# names the port wins: address, longer prefix, exact host, longer suffix; then the first in this file.
# Loopback, private and other special addresses count only where a block inside them is named, never through 0.0.0.0/0.
"""
_TARGET_EXAMPLE = """\
# [[target]]
# match = "192.0.2.0/24"      # address, CIDR block, host, or *.suffix
# ports = [9200, "27000-27100"] # or "any"
# depth = "describe"          # identify < enumerate < describe < sample
"""
_HOSTS = """\
# Names to addresses, used instead of DNS: "db.example.org" = "192.0.2.7", or a list of addresses.
"""
_LIMITS = """\
# Budgets of one conversation with one target, and the rate between conversations.
"""
_LIMIT_NOTES = {
    "connect_seconds": "one connect",
    "total_seconds": "one conversation, from the first connect to the last byte",
    "idle_seconds": "waiting for the next byte",
    "max_bytes": "read in one conversation",
    "max_frames": "receives in one conversation",
    "max_connections": "in one conversation",
    "connects_per_second": "to one address; 0 means no limit",
    "network_connects_per_second": "to one network, /24 or /48; loopback has no such limit, and 0 means none",
    "provider_connects_per_second": "to all hosts of one provider; 0 means no limit",
    "concurrency": "conversations at the same time",
}


def render_grant(grant: Grant) -> str:
    """The TOML text of ``grant`` with comments that explain each key. ``parse_grant`` reads it back as an equal one."""
    lines = [
        _HEAD,
        f"authorised_by = {_string(grant.authorised_by)}",
        f"contact = {_string(grant.contact)} # announced by probes where the protocol has a place for it",
        f"not_after = {grant.not_after.isoformat()} # last day, UTC",
    ]
    if grant.not_before is not None:
        lines.append(f"not_before = {grant.not_before.isoformat()} # first day, UTC")
    lines.append(f"dns = {_boolean(grant.dns)} # may names that a target matches be asked of the system's DNS servers?")
    if grant.note:
        lines.append(f"note = {_string(grant.note)}")
    lines += ["", _TARGETS.rstrip()]
    for rule in grant.target:
        lines += _target(rule)
    if not grant.target:
        lines.append(_TARGET_EXAMPLE.rstrip())
    lines += ["", _HOSTS.rstrip(), "[hosts]"]
    lines += [f"{_string(name)} = {_addresses(given)}" for name, given in grant.hosts.items()]
    lines += ["", _LIMITS.rstrip(), "[limits]"]
    lines += [
        f"{field.name} = {getattr(grant.limits, field.name)!r} # {_LIMIT_NOTES[field.name]}"
        for field in msgspec.structs.fields(Limits)
    ]
    return "\n".join(lines) + "\n"


def _target(rule: TargetRule) -> list[str]:
    ports = _string("any") if isinstance(rule.ports, str) else _list(rule.ports)
    return [
        "",
        "[[target]]",
        f"match = {_string(rule.match)} # address, CIDR block, host, or *.suffix",
        f'ports = {ports} # "any" or a list such as [9200, "27000-27100"]',
        f"depth = {_string(rule.depth)} # identify < enumerate (names) < describe (fields) < sample (values)",
        f"passwordless = {_list(rule.passwordless)} # real accounts that may be tried without a password",
        f"ransom_note = {_boolean(rule.ransom_note)} # may one document be read where a ransom note is likely?",
        f"neighbours = {_boolean(rule.neighbours)} # may the rest of this block be asked where an API is in it?",
    ]


def _addresses(given: str | tuple[str, ...]) -> str:
    return _string(given) if isinstance(given, str) else _list(given)


def _list(values: tuple[int | str, ...]) -> str:
    return "[" + ", ".join(_string(v) if isinstance(v, str) else str(v) for v in values) + "]"


def _string(text: str) -> str:
    # A TOML basic string is a JSON string, but for DEL (TOML 1.0, "String").
    return msgspec.json.encode(str(text)).decode().replace("\x7f", "\\u007f")


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def line_of(text: str, key: str, table: str = "", index: int = 0) -> int | None:
    """The line of a key, or of its table's header where the key is empty or not found; ``None`` where neither is.

    A search by shape, for error messages only: a header inside a multi-line string can mislead it.

    Args:
        text: the whole TOML text.
        key: a bare or quoted key.
        table: ``target`` for the array of tables, another name for a plain table, empty for the top level.
        index: which ``[[target]]``, from 0.
    """
    wanted = re.compile(rf"\s*(?:\"{re.escape(key)}\"|'{re.escape(key)}'|{re.escape(key)})\s*=") if key else None
    inside, header, seen = not table, None, -1
    for number, line in enumerate(text.split("\n"), start=1):
        found = re.match(r"\s*(\[\[?)\s*[\"']?([^\]\"']+?)[\"']?\s*\]", line)
        if found is not None:
            same = found.group(2) == table
            seen += same
            inside = same and (found.group(1) == "[" or seen == index)
            header = number if inside and header is None else header
        elif inside and wanted is not None and wanted.match(line):
            return number
    return header
