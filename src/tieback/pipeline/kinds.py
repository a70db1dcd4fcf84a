"""Classify a file (app, capture, shard, other) from its name and its first and last bytes."""

from enum import StrEnum

from tieback.intake.apps.discover import SUFFIXES as APP_SUFFIXES
from tieback.intake.apps.discover import may_be_app
from tieback.intake.places.shard import BLOCK, PACKED, SUFFIX, is_shard
from tieback.intake.traffic.discover import may_be_capture, named_like_capture


class Kind(StrEnum):
    """Type of a file."""

    APP = "app"
    TRAFFIC = "traffic"
    SHARD = "shard"
    PACKED_SHARD = "packed_shard"
    """Compressed archive: members cannot be read individually."""
    OTHER = "other"


def kind_of_name(name: str) -> Kind:
    """The type that the file name indicates."""
    lower = name.lower()
    if lower.endswith(APP_SUFFIXES):
        return Kind.APP
    if named_like_capture(lower):
        return Kind.TRAFFIC
    if lower.endswith(SUFFIX):
        return Kind.SHARD
    if lower.endswith(PACKED):
        return Kind.PACKED_SHARD
    return Kind.OTHER


def kind_of(name: str, head: bytes, tail: bytes) -> Kind:
    """The type of a file by its name, or else by its first 64 KiB and last 1 MiB; as for files in folders."""
    named = kind_of_name(name)
    if named in {Kind.APP, Kind.TRAFFIC, Kind.PACKED_SHARD}:
        return named
    if may_be_capture(name, head):
        return Kind.TRAFFIC
    if may_be_app(head, tail):
        return Kind.APP
    return Kind.SHARD if is_shard(head[:BLOCK]) else Kind.OTHER
