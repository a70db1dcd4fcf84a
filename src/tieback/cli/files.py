"""Write output files atomically."""

from contextlib import suppress
from pathlib import Path

from tieback.model.errors import WorkspaceError


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step: complete or not at all.

    Raises:
            WorkspaceError: the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"the file cannot be written ({error.strerror})", where=str(path), advice="Choose another path"
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink()
