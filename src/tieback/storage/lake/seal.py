"""Seals of parts: proof that a user's tieback wrote the files of a part, and that nobody changed them since.

``seal.json`` in a part lists the SHA-256 of its Parquet files, and has an HMAC-SHA-256 (RFC 2104) over the name of the
part, these hashes and, in a merged part, the names of the parts that it contains. The key is derived from the user's
key (``tieback.user_state``), so no other program can write a seal. The rows of a part name the content hash of each
input and the version of the analysis; the seal covers them.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tieback.storage.lake.layout import MAX_REPLACES, MERGED, read_merged_part

SEAL_FILE = "seal.json"


class Seal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The content of ``seal.json``."""

    sha256: dict[str, str]
    """Hash of each Parquet file by name."""
    holds: tuple[str, ...]
    """Names of the parts in a merged part."""
    mac: str
    """Hexadecimal."""


def write_seal(folder: Path, part: str, key: bytes, holds: Sequence[str] = ()) -> None:
    """Seal the files of a part, durable on disk.

    Args:
        folder: directory with the files; may be a draft.
        part: name of the part.
        key: key of the lake.
        holds: as in its ``replaces.json``, if it has one.

    Raises:
        OSError: a file cannot be read or written.
    """
    digests = _digests(folder)
    seal = Seal(digests, tuple(holds), _mac(key, part, digests, holds))
    draft = folder / f".{SEAL_FILE}.{os.getpid()}"
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(seal))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / SEAL_FILE)


def seal_problem(folder: Path, part: str, key: bytes) -> str:
    """Why a part is not as this user's tieback wrote it, as one clause; empty if it is. Reads every byte."""
    try:
        with (folder / SEAL_FILE).open("rb") as file:
            text = file.read(MAX_REPLACES + 1)
        seal = msgspec.json.decode(text[:MAX_REPLACES], type=Seal)
        holds = read_merged_part(folder).holds if part.startswith(MERGED) else ()
        digests = _digests(folder)
    except FileNotFoundError:
        return "your tieback did not write it: it has no seal"
    except (OSError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        return f"its seal cannot be checked ({error})"
    if not hmac.compare_digest(seal.mac.encode(), _mac(key, part, seal.sha256, seal.holds).encode()):
        return "your tieback did not write it: its seal has another key"
    if seal.sha256 != digests or seal.holds != holds:
        return "it was changed after your tieback wrote it"
    return ""


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _mac(key: bytes, part: str, digests: dict[str, str], holds: Sequence[str]) -> str:
    covered = msgspec.json.encode([part, sorted(digests.items()), list(holds)])
    return hmac.new(key, covered, hashlib.sha256).hexdigest()
