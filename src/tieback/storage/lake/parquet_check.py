"""Check that the files of a part are Parquet with our schemas, from their footers or completely."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from tieback.model.count_text import count_text

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = ".parquet"
MAX_FOOTER = 256 * 1024 * 1024
_MAGIC = b"PAR1"
_TAIL = 8


def damage(part: Path, *, whole: bool) -> str:
    """The problem of a part, as one clause; empty if it is intact.

    Args:
        part: its directory.
        whole: read every value, not only the footers.
    """
    try:
        entries = sorted(part.iterdir())
    except OSError as error:
        return f"cannot be listed ({error.strerror})"
    if not any(entry.name == f"units{SUFFIX}" for entry in entries):
        return f"has no units{SUFFIX}"
    for entry in entries:
        if entry.suffix == SUFFIX and (why := file_damage(entry, whole=whole)):
            return f"{entry.name}: {why}"
    return ""


def file_damage(path: Path, *, whole: bool) -> str:
    """The problem of one file, as one clause; empty if it is intact."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tieback.storage.lake.schemas import SCHEMAS

    if why := _no_parquet(path):
        return why
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            wanted = SCHEMAS.get(path.name.removesuffix(SUFFIX))
            if wanted is not None and (why := _other_schema(file.schema_arrow, wanted)):
                return why
            if whole:
                for _ in file.iter_batches(batch_size=16_384):
                    pass
    except (OSError, ValueError, pa.ArrowException) as error:
        return f"not readable ({' '.join(str(error).split())[:120]})"
    return ""


def _no_parquet(path: Path) -> str:
    """Check both ends of the file before a library allocates memory based on them."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return "missing"
            size = status.st_size
            if size < len(_MAGIC) + _TAIL:
                return f"truncated to {count_text(size, 'byte')}"
            head = file.read(len(_MAGIC))
            file.seek(size - _TAIL)
            tail = file.read(_TAIL)
    except IsADirectoryError:
        return "a directory instead of a file"
    except OSError as error:
        return f"cannot be opened ({error.strerror})"
    if head != _MAGIC or tail[4:] != _MAGIC:
        return "not a complete Parquet file (truncated or overwritten)"
    footer = int.from_bytes(tail[:4], "little")
    if footer > min(MAX_FOOTER, size - len(_MAGIC) - _TAIL):
        return f"claims a footer of {count_text(footer, 'byte')} in a file of {count_text(size, 'byte')}"
    return ""


def _other_schema(found: "pa.Schema", wanted: "pa.Schema") -> str:
    """Old parts may lack columns; existing columns always have the same type."""
    for field in found:
        at = wanted.get_field_index(field.name)
        if at >= 0 and _plain(wanted.field(at).type) != _plain(field.type):
            return f"column {field.name} is {field.type}, not {wanted.field(at).type}"
    key = wanted.field(0).name
    return "" if found.get_field_index(key) >= 0 else f"has no column {key}"


def _plain(kind: "pa.DataType") -> str:
    """The type without the names of list items, which differ between writers."""
    import pyarrow as pa

    return f"list of {kind.value_type}" if pa.types.is_list(kind) else str(kind)
