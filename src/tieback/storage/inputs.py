"""What each run was given: which unit of work lay at which path, in the order of the inputs."""

from collections.abc import Iterable, Iterator

import msgspec

from tieback.storage.lake import Lake
from tieback.storage.schemas import rows_table


class RunInput(msgspec.Struct, frozen=True):
    """One input of a run."""

    path: str
    """As the user named it."""
    key: str
    """SHA-256 of its content; empty where it could not be read at all."""
    version: str
    """Version of the analysis."""
    problem: str = ""
    """One line, where it failed."""


def save_inputs(lake: Lake, run: str, inputs: Iterable[RunInput]) -> int:
    """Publish the inputs of a run, in their order. Returns how many.

    Raises:
        WorkspaceError: the lake cannot be written.
    """
    rows = [(run, n, item.path, item.key, item.version, item.problem) for n, item in enumerate(inputs)]
    lake.publish(f"inputs-{run}", {"inputs": rows_table("inputs", rows)})
    return len(rows)


def read_inputs(lake: Lake, run: str) -> Iterator[RunInput]:
    """The inputs of a run, in their order. Raises ``WorkspaceError``."""
    for row in lake.stream("SELECT path, unit, version, problem FROM inputs WHERE run = ? ORDER BY ordinal", [run]):
        yield RunInput(*row)
