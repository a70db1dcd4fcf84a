"""When and from which address the audit log shows connections to some hosts, and on whose authority."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from tieback.model.errors import WorkspaceError
from tieback.scope.audit import MAX_LINE, AuditLine, read_line

_PLACE = re.compile(r"(\[[^\]]*\]|[^:/\[\]]+):([0-9]{1,5})(?:/(?:.*/)?)?")
"""A label of a target that is a port of a host, or a path below one; not a resource of a host that many share."""
_MAX_LOCAL = 8
"""Limit on our own addresses per target."""


class TargetContact(msgspec.Struct, frozen=True):
    """Our connections to one target."""

    first: datetime
    """Start of the first connection, UTC."""
    last: datetime
    """Start of the last one."""
    connections: int
    """Including those that failed."""
    local: tuple[str, ...] = ()
    """Our own addresses of the connections, in order; often private. Empty in logs of earlier releases."""
    authorised_by: str = ""
    """Who authorised the last one, from its grant."""


def split_place(label: str) -> tuple[str, int] | None:
    """Host and port of a target's label; ``None`` for a resource of a host that many customers share."""
    found = _PLACE.fullmatch(label)
    return (found[1], int(found[2])) if found else None


def read_contacts(path: Path, targets: Collection[str]) -> Mapping[str, TargetContact]:
    """Read the connections to these targets, and to other ports of their hosts, from an audit log, in one pass.

    Args:
        path: the log; a missing one has no connections. Lines whose hash does not match are ignored.
        targets: labels of targets, such as ``host:port``.

    Returns:
        The connections of each label in the log.

    Raises:
        WorkspaceError: the log cannot be read.
    """
    found: dict[str, TargetContact] = {}
    if not targets:
        return found
    hosts = {place[0] for target in targets if (place := split_place(target)) is not None}
    names = [re.escape(_json(target)) for target in sorted(targets)]
    names += [re.escape(_json(f"{host}:")[:-1]) for host in sorted(hosts)]
    # Most lines of a large run are about other targets.
    relevant = re.compile(f'"event":"grant"|"target":(?:{"|".join(names)})'.encode())
    authority = ""
    try:
        with path.open("rb") as file:
            for raw in iter(lambda: file.readline(MAX_LINE + 1), b""):
                if relevant.search(raw) and (line := _line(raw)) is not None:
                    if line.event == "grant":
                        authority = str(line.fields.get("authorised_by", ""))
                    elif _is_about(str(line.fields.get("target", "")), targets, hosts):
                        _add(found, line, authority)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise WorkspaceError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
    return found


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _is_about(label: str, targets: Collection[str], hosts: Collection[str]) -> bool:
    place = split_place(label)
    return label in targets or (place is not None and place[0] in hosts)


def _line(raw: bytes) -> AuditLine | None:
    try:
        return read_line(raw.removesuffix(b"\n"))[0]
    except ValueError:
        return None


def _add(found: dict[str, TargetContact], line: AuditLine, authority: str) -> None:
    target, known = str(line.fields["target"]), found.get(str(line.fields["target"]))
    if line.event == "connect":
        when = datetime.fromisoformat(line.time)
        if known is None:
            found[target] = TargetContact(when, when, 1, authorised_by=authority)
        else:
            found[target] = msgspec.structs.replace(
                known, last=when, connections=known.connections + 1, authorised_by=authority or known.authorised_by
            )
    elif line.event == "end" and known is not None and (local := str(line.fields.get("local", ""))):
        addresses = tuple(dict.fromkeys((*known.local, local)))[:_MAX_LOCAL]
        found[target] = msgspec.structs.replace(known, local=addresses)
