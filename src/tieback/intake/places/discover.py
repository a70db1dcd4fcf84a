"""Find shards in a folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from tieback.intake.places.shard import SUFFIX

MAX_DEPTH = 32
"""Folders below the one that was given."""


def find_shards(top: Path) -> Iterator[Path]:
    """Files named like a tar archive, in order of name. Links to folders are not followed."""
    depth = len(top.parts) + MAX_DEPTH
    for folder, folders, files in os.walk(top):
        folders.sort()
        if len(Path(folder).parts) >= depth:
            folders.clear()
        for name in sorted(files):
            path = Path(folder) / name
            if name.lower().endswith(SUFFIX) and path.is_file():
                yield path
