"""Write output files atomically."""

from pathlib import Path

from tieback.report.files import not_written, open_whole


def write_whole(path: Path, data: bytes) -> None:
    """Write a file in one step: complete or not at all.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(path, error, "file") from None
    with open_whole(path, "file") as file:
        file.write(data)
