"""Stages of ``tieback inventory import``. A file is imported completely or not at all."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from tieback.intake.inventory.interface import FileHead, InventoryImporter
from tieback.intake.inventory.open import importers, open_inventory
from tieback.intake.inventory.plain import NEEDED, PlainTable, propose_columns, read_columns
from tieback.intake.inventory.source import InventorySource, zip_members
from tieback.intake.inventory.table import FIELDS
from tieback.model.device import DevicePlatform, InventoryRow
from tieback.model.errors import InputError, TiebackError, UsageError
from tieback.storage.ledger.inventory import Inventory, InventoryFile, InventoryImport
from tieback.storage.ledger.inventory_load import Snapshot
from tieback.storage.ledger.pseudonyms import Pseudonyms
from tieback.storage.trust import PSEUDONYM_KEY_FILE, accept_file, require_accepted
from tieback.storage.workspace import Workspace

SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".xml", ".plist", ".txt", ".zip", ".gz"})
"""File types read from folders. A file named directly is read regardless of its name."""
MAX_FILES = 100_000
_TELL_EVERY = 10_000

type Confirm = Callable[[str, Sequence[str], Mapping[str, str]], bool]
"""Asks the user to confirm: label of the file, its columns, and the detected mapping."""
type Progress = Callable[[str, int], None]


class InventoryRequest(msgspec.Struct, frozen=True):
    """What the user specified about the files."""

    source: str = ""
    """Name of an importer, or the user's own name for the source of a plain table."""
    taken: date | None = None
    """Date of the inventory; default: the date of the file."""
    complete: bool = False
    """True if the file lists all devices of its source, so that devices not listed are removed."""
    keep_names: bool = False
    device: str = ""
    platform: DevicePlatform = DevicePlatform.UNKNOWN
    columns: Mapping[str, str] = {}
    """Our field name to the column name of a plain table."""


class InventoryResult(msgspec.Struct, frozen=True):
    """Result for one file."""

    path: str
    title: str
    """Display name of the source."""
    evidence: str
    """How well the format is known: ``platform``, ``documented``, ``aliases``."""
    entered: InventoryImport
    left_out: int = 0
    first_left_out: str = ""


def parse_column_map(words: Iterable[str]) -> dict[str, str]:
    """Parse ``FIELD=COLUMN`` arguments into a mapping.

    Raises:
        UsageError: unknown field, or missing column.
    """
    found: dict[str, str] = {}
    for word in words:
        field, _, column = word.partition("=")
        if field not in FIELDS or not column:
            raise UsageError("not FIELD=COLUMN", where=f"--map {word}", advice=f"FIELD is one of {', '.join(FIELDS)}")
        found[field] = column
    return found


def import_inventories(
    workspace: Path,
    inputs: Iterable[Path],
    request: InventoryRequest,
    confirm: Confirm | None = None,
    progress: Progress | None = None,
) -> Iterator[InventoryResult | TiebackError]:
    """Import files, one transaction each; an unreadable file yields an error in its position.

    Args:
        workspace: target workspace; created if missing.
        inputs: files, zip files and folders.
        request: what the user specified about them.
        confirm: asks the user to confirm the columns of unknown plain tables; if missing, such a table is an error.
        progress: called with the file and the number of rows read.

    Raises:
        WorkspaceError: the workspace cannot be opened or written.
    """
    with Workspace.open(workspace) as space, space.lock():
        require_accepted(space.directory, PSEUDONYM_KEY_FILE)  # who brought it could compute the pseudonyms
        names = Pseudonyms.of(space.directory)
        accept_file(space.directory, PSEUDONYM_KEY_FILE)
        entering = _Entering(space.ledger.inventory, names, request, confirm, progress)
        for path in _files(inputs):
            try:
                for member in zip_members(path) or ("",):
                    yield entering.enter(path, member)
            except InputError as error:
                yield error


def _files(inputs: Iterable[Path]) -> Iterator[Path]:
    for path in inputs:
        if not path.is_dir():
            yield path
            continue
        found = 0
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in SUFFIXES and file.is_file():
                found += 1
                if found > MAX_FILES:
                    break
                yield file


class _Entering:
    def __init__(
        self,
        inventory: Inventory,
        names: Pseudonyms,
        request: InventoryRequest,
        confirm: Confirm | None,
        progress: Progress | None,
    ) -> None:
        self._inventory = inventory
        self._names = names
        self._request = request
        self._confirm = confirm
        self._progress = progress

    def enter(self, path: Path, member: str) -> InventoryResult:
        request = self._request
        source = InventorySource(path, member, request.device)
        digest = _digest(path, member)
        importer, shape, head = open_inventory(source, request.source if _is_importer(request.source) else "")
        name = importer.meta.name
        if isinstance(importer, PlainTable):
            name = name if _is_importer(request.source) else request.source or name
            importer = PlainTable(self._columns(source, head), request.platform)
        snapshot = Snapshot(
            source=name[:64],
            taken=(request.taken or _day(path)).toordinal(),
            whole_devices=importer.meta.whole_devices or request.complete,
            complete=request.complete,
            keep_names=request.keep_names,
        )
        file = InventoryFile(digest, source.label, shape)
        entered = self._inventory.enter(file, snapshot, lambda: self._rows(importer, source, shape), self._names)
        return InventoryResult(
            source.label, importer.meta.title, importer.meta.evidence, entered, source.skipped, source.first_skipped
        )

    def _rows(self, importer: InventoryImporter, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        platform, tell = self._request.platform, self._progress
        for number, row in enumerate(importer.rows(source, shape), start=1):
            if tell is not None and number % _TELL_EVERY == 0:
                tell(source.label, number)
            if platform is not DevicePlatform.UNKNOWN and row.platform is DevicePlatform.UNKNOWN:
                yield msgspec.structs.replace(row, platform=platform)
            else:
                yield row

    def _columns(self, source: InventorySource, head: FileHead) -> Mapping[str, str]:
        """The column mapping of a plain table: as specified, as confirmed earlier, or as confirmed now."""
        columns = read_columns(head)
        given = dict(self._request.columns)
        if given:
            self._inventory.remember_map(columns, given)
            return given
        known = self._inventory.column_map(columns)
        if known is not None:
            return known
        guess = propose_columns(columns)
        told = ", ".join(name[:40] for name in columns[:20])
        if not any(field in guess for field in NEEDED):
            raise InputError(
                f"no column identifies the app of a row (columns: {told})",
                where=source.label,
                advice=f"Name it with --map bundle_id=COLUMN; one of {', '.join(NEEDED)} is required",
            )
        if self._confirm is None or not self._confirm(source.label, columns, guess):
            words = " ".join(f"--map {field}={_quoted(column)}" for field, column in guess.items())
            raise InputError(
                f"the column mapping is not confirmed (detected: {told})",
                where=source.label,
                advice=f"Accept it with --yes, or change it: {words}",
            )
        self._inventory.remember_map(columns, guess)
        return guess


def _is_importer(name: str) -> bool:
    return any(importer.meta.name == name for importer in importers())


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


def _digest(path: Path, member: str) -> str:
    try:
        with path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(error.strerror or "cannot be read", where=str(path), advice="Check the path") from None
    return hashlib.sha256(f"{whole}!{member}".encode("utf-8", "replace")).hexdigest() if member else whole


def _day(path: Path) -> date:
    """The date of a file, but never a future date."""
    today = datetime.now(UTC).date()
    return min(datetime.fromtimestamp(max(path.stat().st_mtime, 0.0), UTC).date(), today)
