"""The TOML text of a grant, with explanations."""

import msgspec

from tieback.model.grant import ExcludeRule, Grant, Limits, Signatures, SigningKey, TargetRule

_HEAD = """\
# A grant for tieback: the written permission for a run. Nothing outside it is contacted.
# Check it with `tieback grant check FILE`; see reasons with `tieback grant explain FILE HOST:PORT`.
"""
_TARGETS = """\
# What may be probed. An address or CIDR block matches the address of the connection. A host or *.suffix matches the
# name; the address must then be public, or the one in [hosts]. The most specific target that covers the port wins:
# address, longer prefix, exact host, longer suffix; then the first in this file. Loopback, private and other special
# addresses need a block inside their range; 0.0.0.0/0 never covers them. Where many customers share a host or domain
# (firestore.googleapis.com, *.supabase.co), a target covers only the projects, buckets and accounts in `resources`.
"""
_TARGET_EXAMPLE = """\
# [[target]]
# match = "192.0.2.0/24"      # address, CIDR block, host, or *.suffix
# ports = [9200, "27000-27100"] # or "any"
# resources = ["shop-1234"]   # at a host of many customers, such as firestore.googleapis.com: whose owners permit it
# depth = "describe"          # identify < enumerate < describe < sample
"""
_EXCLUDES = """\
# What is never contacted, even if a target covers it: address, CIDR block, host, or *.suffix (with the suffix itself).
"""
_EXCLUDE_EXAMPLE = """\
# [[exclude]]
# match = "192.0.2.9"
# ports = "any"               # the default; or [9200, "27000-27100"]
# reason = "patient monitor"  # shown wherever a target is skipped
"""
_SIGNATURES = """\
# Who must sign this file before anything is contacted (`tieback grant sign FILE --key KEY`). Sign again after an edit.
"""
_HOSTS = """\
# Addresses of names, used instead of DNS: "db.example.org" = "192.0.2.7", or a list of addresses.
"""
_LIMITS = """\
# Limits of one conversation with one target, and the rate between conversations.
"""
_LIMIT_NOTES = {
    "connect_seconds": "seconds for one connect",
    "total_seconds": "seconds for one conversation, from the first connect to the last byte",
    "idle_seconds": "seconds to wait for the next byte",
    "max_bytes": "bytes read in one conversation",
    "max_frames": "receives in one conversation",
    "max_connections": "connections in one conversation",
    "connects_per_second": "connects per second to one address; 0: no limit",
    "network_connects_per_second": "the same to one network (/24 or /48, not loopback); 0: no limit",
    "provider_connects_per_second": "the same to all hosts of one provider; 0: no limit",
    "concurrency": "concurrent conversations",
}


def render_grant(grant: Grant) -> str:
    """The TOML text of ``grant`` with comments that explain each key. ``parse_grant`` returns an equal grant."""
    lines = [
        _HEAD,
        f"authorised_by = {_string(grant.authorised_by)}",
        f"contact = {_string(grant.contact)} # announced by probes if the protocol has a field for it",
        f"not_after = {grant.not_after.isoformat()} # last valid day, UTC",
    ]
    if grant.not_before is not None:
        lines.append(f"not_before = {grant.not_before.isoformat()} # first valid day, UTC")
    lines.append(f"dns = {_boolean(grant.dns)} # resolve names that a target covers with the system's DNS servers?")
    if grant.note:
        lines.append(f"note = {_string(grant.note)}")
    lines += ["", _TARGETS.rstrip()]
    for rule in grant.target:
        lines += _target(rule)
    if not grant.target:
        lines.append(_TARGET_EXAMPLE.rstrip())
    lines += ["", _EXCLUDES.rstrip()]
    for excluded in grant.exclude:
        lines += _exclude(excluded)
    if not grant.exclude:
        lines.append(_EXCLUDE_EXAMPLE.rstrip())
    if grant.signatures is not None:
        lines += ["", _SIGNATURES.rstrip(), *_signatures(grant.signatures)]
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
        f"ransom_note = {_boolean(rule.ransom_note)} # read one document if it looks like a ransom note?",
        f"scans = {_boolean(rule.scans)} # allow counts that cost the server a bounded scan, or its owner money?",
        f"mcp = {_boolean(rule.mcp)} # open a session of an MCP server, to list the names of its tools?",
        f"resources = {_list(rule.resources)} # at a host of many customers: the only projects, buckets, ... to probe",
        f"neighbours = {_boolean(rule.neighbours)} # probe the rest of this block if an API is in it?",
    ]


def _exclude(rule: ExcludeRule) -> list[str]:
    ports = _string("any") if isinstance(rule.ports, str) else _list(rule.ports)
    return [
        "",
        "[[exclude]]",
        f"match = {_string(rule.match)}",
        f"ports = {ports}",
        f"reason = {_string(rule.reason)}",
    ]


def _signatures(signatures: Signatures) -> list[str]:
    return [
        "[signatures]",
        f"need = {signatures.need} # of these keys (lines of OpenSSH public key files)",
        "keys = [",
        *(f"    {_key(key)}," for key in signatures.keys),
        "]",
    ]


def _key(key: str | SigningKey) -> str:
    if isinstance(key, str):
        return _string(key)
    last = "" if key.not_after is None else f", not_after = {key.not_after.isoformat()}"
    return f"{{ key = {_string(key.key)}{last} }}"


def _addresses(given: str | tuple[str, ...]) -> str:
    return _string(given) if isinstance(given, str) else _list(given)


def _list(values: tuple[int | str, ...]) -> str:
    return "[" + ", ".join(_string(v) if isinstance(v, str) else str(v) for v in values) + "]"


def _string(text: str) -> str:
    # A TOML basic string is a JSON string, except for DEL (TOML 1.0, "String").
    return msgspec.json.encode(str(text)).decode().replace("\x7f", "\\u007f")


def _boolean(value: bool) -> str:
    return "true" if value else "false"
