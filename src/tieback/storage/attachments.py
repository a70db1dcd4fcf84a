"""Files attached to cases, stored in the workspace under their SHA-256, so that logged files can be shown later."""

import hashlib
import os
import shutil
from pathlib import Path

from tieback.model.errors import InputError

MAX_ATTACHMENT = 256 << 20
ATTACHMENTS = "attachments"


def keep(directory: Path, file: Path) -> dict[str, str]:
    """Store a copy of a file in a workspace, under its hash.

    Args:
        directory: the workspace.
        file: any file of at most 256 MiB.

    Returns:
        Name, hash and size, as fields of the log.

    Raises:
        InputError: the file cannot be read, or is too large.
    """
    folder = directory / ATTACHMENTS
    try:
        size = file.stat().st_size
        if size > MAX_ATTACHMENT:
            raise InputError(
                "larger than 256 MiB", where=str(file), advice="Store it elsewhere, and add a note with its location"
            )
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = folder / digest
        if not kept.exists():
            draft = folder / f".{digest}.{os.getpid()}"
            shutil.copyfile(file, draft)
            draft.chmod(0o600)
            draft.replace(kept)
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(file), advice="Check the path") from None
    return {"file": file.name, "sha256": digest, "size": str(size)}
