"""What the server passes to the process of a job."""

from pathlib import Path

import msgspec

from tieback.pipeline.jobs.kinds import Phase


class JobOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the server passes to the process of a job."""

    id: str
    workspace: Path
    arguments: str
    phase: Phase
    grants: Path | None
    """Folder of ``--grants``."""
    since: float
    """First start of the job, in seconds since 1970: an earlier attempt may have finished its work."""
    isolated: bool
    """True if the whole process has no network; otherwise only the processes that read inputs have none."""
    memory_bytes: int
    parent: int
    """Process ID of the server: the process ends with it."""


def encode_order(order: JobOrder) -> bytes:
    """The order as JSON."""
    return msgspec.json.encode(order, enc_hook=str)


def decode_order(data: bytes) -> JobOrder:
    """The order in JSON; raises ``msgspec.MsgspecError`` if it is none."""
    return msgspec.json.decode(data, type=JobOrder, dec_hook=lambda kind, value: kind(value))
