"""What a file is where only its name or a part of it is known: an app, traffic, a shard, or nothing of ours."""

from enum import StrEnum

from tieback.intake.discover import SUFFIXES as APP_SUFFIXES
from tieback.intake.discover import may_be_app
from tieback.intake.places.shard import BLOCK, PACKED, SUFFIX, is_shard
from tieback.intake.traffic.discover import may_be_capture, named_like_capture


class Kind(StrEnum):
    """What a file is."""

    APP = "app"
    TRAFFIC = "traffic"
    SHARD = "shard"
    PACKED_SHARD = "packed_shard"
    """Compressed: its members cannot be read by themselves."""
    OTHER = "other"


def kind_of_name(name: str) -> Kind:
    """What a file claims to be."""
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
    """What a file is, by its name or else by its first 64 KiB and last 1 MiB: as files in folders are chosen."""
    named = kind_of_name(name)
    if named in {Kind.APP, Kind.TRAFFIC, Kind.PACKED_SHARD}:
        return named
    if may_be_capture(name, head):
        return Kind.TRAFFIC
    if may_be_app(head, tail):
        return Kind.APP
    return Kind.SHARD if is_shard(head[:BLOCK]) else Kind.OTHER
