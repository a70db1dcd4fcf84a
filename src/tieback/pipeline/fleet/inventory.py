"""Stages of ``tieback inventory import``. A file is imported completely or not at all.

Files imported by one command are one statement of each source: what is missing is judged over all of them.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath

import msgspec

from tieback.intake.inventory.interface import FileHead, FormatEvidence, InventoryImporter, column_names_text
from tieback.intake.inventory.open import importers, open_inventory
from tieback.intake.inventory.plain import NEEDED, PlainTable, propose_columns, read_columns
from tieback.intake.inventory.records import ignored_columns_text
from tieback.intake.inventory.source import InventorySource, zip_members
from tieback.intake.inventory.table import FIELDS, missing_column_error
from tieback.model.count_text import count_text
from tieback.model.device import DevicePlatform, InventoryRow
from tieback.model.errors import InputError, TiebackError, UsageError
from tieback.model.skipped import LINKS, NOT_EXPORTS, NOT_REGULAR, TOO_MANY, OnSkipped, SkippedCount
from tieback.model.unit import path_text
from tieback.storage.ledger.inventory import Inventory, InventoryFile, InventoryImport, PageMarks
from tieback.storage.ledger.inventory_load import Snapshot, Unlisted
from tieback.storage.ledger.pseudonyms import Pseudonyms
from tieback.storage.trust import PSEUDONYM_KEY_FILE, accept_file, require_accepted
from tieback.storage.workspace import Workspace

SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".xml", ".plist", ".txt", ".zip", ".gz"})
"""File types read from folders. A file named directly is read regardless of its name."""
MAX_FILES = 100_000
MAX_COLUMN = 1_000
"""Characters of the name of a column that a user can choose."""
_TELL_EVERY = 10_000
TENANT = re.compile(r"[A-Za-z0-9._-]{1,40}")

type Confirm = Callable[[str, Sequence[str], Mapping[str, str]], bool]
"""Asks the user to confirm: label of the file, its columns, and the detected mapping."""
type Progress = Callable[[str, int], None]


class MappingOrigin(StrEnum):
    """Where the column mapping of a plain table comes from."""

    CHOSEN = "chosen"
    """The user specified it for this import."""
    REMEMBERED = "remembered"
    """The user confirmed it for a table with the same columns."""
    DETECTED = "detected"
    """Proposed from the names of the columns."""


class TableColumns(msgspec.Struct, frozen=True):
    """The columns of a plain table, and what each was taken for."""

    label: str
    """Path of the file; for a member of a ZIP file ``PATH!MEMBER``."""
    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    """Our field name to the column name."""
    origin: MappingOrigin


type OnColumns = Callable[[TableColumns], None]


class InventoryRequest(msgspec.Struct, frozen=True):
    """What the user specified about the files."""

    source: str = ""
    """Name of an importer, or the user's own name for the source of a plain table."""
    taken: date | None = None
    """Date of the inventory; default: the date of the file."""
    tenant: str = ""
    """Keeps several tenants or servers of one source apart."""
    complete: bool = False
    """True if the files together list all devices of their source, so that devices not listed are removed."""
    partial: bool = False
    """True if a file lists only some apps of its devices, so that it removes nothing."""
    keep_names: bool = False
    device: str = ""
    platform: DevicePlatform = DevicePlatform.UNKNOWN
    columns: Mapping[str, str] = {}
    """Our field name to the column name of a plain table."""
    table_columns: Mapping[str, Mapping[str, str]] = {}
    """The same for single tables, by the label of the table; goes before ``columns``."""
    file_names: Mapping[Path, str] = {}
    """Names that files had at the user's end, if they differ: the name of a file may be that of its device."""


class InventoryResult(msgspec.Struct, frozen=True):
    """Result for one file."""

    path: str
    """Path of the file."""
    title: str
    """Display name of the source."""
    evidence: str
    """How well the format is known: ``platform``, ``documented``, ``aliases``."""
    entered: InventoryImport
    """What was imported."""
    left_out: int = 0
    """Number of ignored records."""
    first_left_out: str = ""
    """Location of the first ignored record, and the reason; empty if there is none."""
    notes: tuple[str, ...] = ()
    """Facts about the file that the user should know, one sentence each."""


class InventoryStatement(msgspec.Struct, frozen=True):
    """What the files of a source, imported together, say about the fleet."""

    source: str
    complete: bool
    """True if devices that no file lists were marked as removed."""
    removed: int
    """Number of devices that are removed now."""
    problems: tuple[str, ...] = ()
    """Why nothing, or not everything, was judged to be removed."""
    notes: tuple[str, ...] = ()
    """What earlier files of the source list and these files do not, one sentence each."""


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


def check_column_map(mapping: Mapping[str, str], where: str) -> None:
    """Check a mapping that a user chose on a page or by the API.

    Raises:
        UsageError: unknown field, empty or long column name, or no column identifies the app.
    """
    for field, column in mapping.items():
        if field not in FIELDS:
            raise UsageError(f"{field[:40]} is not a field", where=where, advice=f"Fields are {', '.join(FIELDS)}")
        if not 0 < len(column) <= MAX_COLUMN:
            raise UsageError(f"no column for {field}", where=where, advice="Choose one of the columns of the table")
    if not any(field in mapping for field in NEEDED):
        raise UsageError(
            "no column identifies the app of a row",
            where=where,
            advice=f"Choose a column for at least one of {', '.join(NEEDED)}",
        )


def import_inventories(
    workspace: Path,
    inputs: Iterable[Path],
    request: InventoryRequest,
    confirm: Confirm | None = None,
    progress: Progress | None = None,
    skipped: OnSkipped | None = None,
    columns: OnColumns | None = None,
) -> Iterator[InventoryResult | InventoryStatement | TiebackError]:
    """Import files, one transaction each; an unreadable file yields an error in its position.

    After the last file, apps and devices that the files of a source should list but do not are marked as removed, and
    one statement for each source is yielded.

    Args:
        workspace: target workspace; created if missing.
        inputs: files, zip files and folders.
        request: what the user specified about them.
        confirm: asks the user to confirm the columns of unknown plain tables; if missing, such a table is an error.
        progress: called with the file and the number of rows read.
        skipped: called with the files of folders and ZIP files that are passed over.
        columns: called for each plain table, before it is imported or refused.

    Raises:
        UsageError: the name of the tenant is invalid, or the date is in the future.
        WorkspaceError: the workspace cannot be opened or written.
    """
    if request.partial and request.complete:
        raise UsageError(
            "a part of a list is not complete", where="--partial --complete", advice="Pass only one of both options"
        )
    if request.tenant and not TENANT.fullmatch(request.tenant):
        raise UsageError(
            "not a name for a tenant", where=f"--tenant {request.tenant}", advice="Use letters, digits, . _ and -"
        )
    today = max(datetime.now(UTC).date(), datetime.now().astimezone().date())  # the later one of UTC and here
    if request.taken is not None and request.taken > today:
        raise UsageError(
            "the date is in the future", where=f"--taken {request.taken}", advice="Pass the day of the export"
        )
    with Workspace.open(workspace) as space, space.lock():
        require_accepted(space.directory, PSEUDONYM_KEY_FILE)  # who brought it could compute the pseudonyms
        names = Pseudonyms.of(space.directory)
        accept_file(space.directory, PSEUDONYM_KEY_FILE)
        entering = _Entering(space.ledger.inventory, names, request, confirm, progress, skipped, columns)
        paths = _files(inputs, skipped)
        if request.complete and request.taken is None:
            paths = list(paths)
            entering.find_days(path for path in paths if isinstance(path, Path))
        for path in paths:
            yield from entering.enter_all(path) if isinstance(path, Path) else entering.fail(path)
        yield from entering.close()


def _files(inputs: Iterable[Path], skipped: OnSkipped | None) -> Iterable[Path | InputError]:
    """The files, and those of folders that can be exports. More of them than the limit are an error."""
    for path in inputs:
        if path.is_dir():
            yield from _exports(path, skipped)
        else:
            yield path


def _exports(folder: Path, skipped: OnSkipped | None) -> Iterator[Path | InputError]:
    found = 0
    passed = SkippedCount()
    errors: list[OSError] = []
    inside = ((Path(above), names) for above, *names in os.walk(folder, onerror=errors.append))
    for file in sorted(above / name for above, (folders, names) in inside for name in (*folders, *names)):
        if file.is_dir() and not file.is_symlink():
            continue
        why = _why_no_export(file) or (TOO_MANY if found >= MAX_FILES else "")
        if why:
            passed.add(why, path_text(Path(file.name)))
        else:
            found += 1
            yield file
    for error in errors:
        where = path_text(Path(str(error.filename or folder)))
        yield InputError(f"cannot be read: {error.strerror}", where=where, advice="Check its permissions")
    for one in passed.of(path_text(folder)):
        if one.why == TOO_MANY:
            what = f"more than {MAX_FILES:,} files; {count_text(one.count, 'file')} not read"
            yield InputError(what, where=one.where, advice="Pass fewer files")
        elif skipped is not None:
            skipped(one)


def _why_no_export(file: Path) -> str:
    """Why a file is passed over; empty for one that can be an export."""
    if file.is_dir():
        return LINKS
    if not file.is_file():
        return NOT_REGULAR
    return "" if file.suffix.lower() in SUFFIXES else NOT_EXPORTS


class _Entering:
    def __init__(
        self,
        inventory: Inventory,
        names: Pseudonyms,
        request: InventoryRequest,
        confirm: Confirm | None,
        progress: Progress | None,
        skipped: OnSkipped | None,
        columns: OnColumns | None,
    ) -> None:
        self._found_columns = columns
        self._inventory = inventory
        self._names = names
        self._request = request
        self._confirm = confirm
        self._progress = progress
        self._skipped = skipped
        self._days: dict[str, date] = {}
        """The day of each source, if the files are one complete statement: the newest day of a file."""
        self._entered: dict[str, list[InventoryResult]] = {}
        self._partial: set[str] = set()
        """Sources with a file that lists only some apps of a device."""
        self._undecided: dict[str, int] = {}
        """Number of files of each source that name apps without a known state."""
        self._failed = 0

    def find_days(self, paths: Iterable[Path]) -> None:
        """Find the day of each source. Files that cannot be read are ignored here."""
        for path in paths:
            try:
                for member in zip_members(path) or ("",):
                    importer, _, _ = self._open(InventorySource(path, member))
                    name, day = self._source(importer), _day(path)
                    self._days[name] = max(day, self._days.get(name, day))
            except (InputError, OSError):
                continue

    def enter_all(self, path: Path) -> Iterator[InventoryResult | InputError]:
        """Import a file, or every member of a ZIP file; an unreadable one ends the file."""
        others = SkippedCount()
        try:
            members = zip_members(path, others)
            others.report(path_text(path), self._skipped)
            for member in members or ("",):
                end = self.enter(path, member)
                self._entered.setdefault(end.entered.source, []).append(_without_notes(end))
                yield end
        except InputError as error:
            yield from self.fail(error)

    def fail(self, error: InputError) -> Iterator[InputError]:
        """Count a file that is not imported, or not known: the files are no complete statement then."""
        self._failed += 1
        yield error

    def enter(self, path: Path, member: str) -> InventoryResult:
        request = self._request
        named = PurePosixPath(request.file_names.get(path, "")).stem
        source = InventorySource(path, member, request.device or ("" if member else named))
        digest = _digest(path, member)
        importer, shape, head = self._open(source)
        name = self._source(importer)
        remarks: tuple[str, ...] = ()
        partial = request.partial or shape in importer.meta.partial
        snapshot = Snapshot(
            source=name,
            taken=(request.taken or self._days.get(name) or _day(path)).toordinal(),
            whole_devices=request.complete or not partial,
            complete=request.complete,
            keep_names=request.keep_names,
        )
        device = self._names.device(name, source.device) if shape in importer.meta.one_device else ""
        file = InventoryFile(digest, source.label, shape, device)
        before = self._inventory.imported(file, snapshot)
        confirmed: Mapping[str, str] | None = None
        changed = chosen = False
        if isinstance(importer, PlainTable):
            had = self._inventory.import_map(file, snapshot) if before is not None else None
            columns, chosen = self._columns(source, head, had)
            confirmed = columns
            had = had or self._inventory.column_map(read_columns(head)) or {}
            changed = before is not None and chosen and _folded(columns) != _folded(had)
            importer = PlainTable(columns, request.platform)
            used = {column.casefold() for column in columns.values()}
            ignored = [column for column in read_columns(head) if column and column.casefold() not in used]
            remarks = (ignored_columns_text(ignored, FIELDS),) if ignored else ()
        if partial:
            self._partial.add(name)
        if shape in importer.meta.undecided:
            self._undecided[name] = self._undecided.get(name, 0) + 1
        entered = self._inventory.enter(
            file,
            snapshot,
            lambda: self._rows(importer, source, shape),
            self._names,
            lambda: PageMarks(source.follows, source.records, source.total),
            replace=changed,
            columns=confirmed,
        )
        if before is not None and changed:
            if entered.again:
                raise _not_replaced(source.label, before)
            remarks = (f"replaces the import of {before.imported.date()}, which had other columns", *remarks)
        if confirmed is not None and (chosen or not entered.again):
            self._inventory.remember_map(read_columns(head), confirmed)
        return InventoryResult(
            source.label,
            importer.meta.title,
            importer.meta.evidence,
            entered,
            source.skipped,
            source.first_skipped,
            (*remarks, *source.notes, *source.word_notes(), *(_absent_note(source) if partial else ())),
        )

    def close(self) -> Iterator[InventoryStatement]:
        """Mark what is missing as removed, source by source."""
        for name, ends in self._entered.items():
            whole, problems = _whole_imports(ends)
            complete = self._request.complete
            if complete and self._failed:
                problems.append(f"{count_text(self._failed, 'file')} could not be read")
            if complete and (unsure := self._undecided.get(name)):
                problems.append(f"{count_text(unsure, 'file')} without a known state of the apps")
            left_out = sum(end.left_out for end in ends)
            judged = complete and not problems
            day = max(end.entered.taken for end in ends).toordinal()
            unlisted = self._inventory.close(name, whole, day, complete=judged)
            removed = unlisted.removed_devices
            if judged and (removed or unlisted.removed_installs) and left_out:
                problems.append(
                    f"{count_text(left_out, 'record was', 'records were')} ignored; "
                    "their devices may be among those marked as removed"
                )
            notes = () if problems and not judged else _unlisted_notes(unlisted, ends, self._why_kept(name))
            yield InventoryStatement(name, judged, removed, tuple(problems), notes)

    def _why_kept(self, source: str) -> str:
        if self._request.partial:
            return "--partial removes nothing"
        if source in self._undecided:
            return "files without a known state of the apps remove nothing"
        if source in self._partial:
            return "such a file lists only some apps of a device"
        return "a file about one app removes nothing"

    def _open(self, source: InventorySource) -> tuple[InventoryImporter, str, FileHead]:
        named = self._request.source
        return open_inventory(source, named if _is_importer(named) else "")

    def _source(self, importer: InventoryImporter) -> str:
        """The name of the source in the ledger: of the importer or as the user named it, with the tenant."""
        named = self._request.source
        name = importer.meta.name
        if isinstance(importer, PlainTable) and not _is_importer(named):
            name = named or name
        tenant = self._request.tenant
        return f"{name[: 63 - len(tenant)]}:{tenant}" if tenant else name[:64]

    def _rows(self, importer: InventoryImporter, source: InventorySource, shape: str) -> Iterator[InventoryRow]:
        source.rewind()
        platform, tell = self._request.platform, self._progress
        for number, row in enumerate(importer.rows(source, shape), start=1):
            if tell is not None and number % _TELL_EVERY == 0:
                tell(source.label, number)
            if platform is not DevicePlatform.UNKNOWN and row.platform is DevicePlatform.UNKNOWN:
                yield msgspec.structs.replace(row, platform=platform)
            else:
                yield row

    def _columns(
        self, source: InventorySource, head: FileHead, had: Mapping[str, str] | None
    ) -> tuple[Mapping[str, str], bool]:
        """The column mapping of a plain table: as specified, as confirmed earlier, or as confirmed now.

        The second value is true if the user specified it. ``had``: what an earlier import of this file for this day
        has, which stays unless another one is specified.
        """
        columns = read_columns(head)
        known = self._inventory.column_map(columns)
        given = dict(self._request.table_columns.get(source.label, self._request.columns))
        if given:
            self._tell_columns(source, columns, given, MappingOrigin.CHOSEN)
            folded = {column.casefold() for column in columns}
            missing = [column for column in given.values() if column.casefold() not in folded]
            if missing and head.form == "csv" and b"\n" in head.text:  # the whole header is known
                raise missing_column_error(source, missing, columns)
            return given, True
        if had is not None:
            self._tell_columns(source, columns, had, MappingOrigin.REMEMBERED)
            return had, False
        if known is not None:
            self._tell_columns(source, columns, known, MappingOrigin.REMEMBERED)
            return known, False
        guess = propose_columns(columns)
        self._tell_columns(source, columns, guess, MappingOrigin.DETECTED)
        told = column_names_text(columns)
        if not any(field in guess for field in NEEDED):
            raise InputError(
                f"no column identifies the app of a row (columns: {told})",
                where=source.label,
                advice=f"Name it with --map bundle_id=COLUMN; one of {', '.join(NEEDED)} is required",
                page=f"Choose a column for at least one of {', '.join(NEEDED)}",
            )
        if self._confirm is None or not self._confirm(source.label, columns, guess):
            words = " ".join(f"--map {field}={_quoted(column)}" for field, column in guess.items())
            raise InputError(
                f"the column mapping is not confirmed (detected: {told})",
                where=source.label,
                advice=f"Accept it with --yes, or change it: {words}",
                page="Choose what its columns mean",
            )
        return guess, False

    def _tell_columns(
        self, source: InventorySource, columns: Sequence[str], mapping: Mapping[str, str], origin: MappingOrigin
    ) -> None:
        if self._found_columns is not None:
            self._found_columns(TableColumns(source.label, tuple(columns), mapping, origin))


def _folded(mapping: Mapping[str, str]) -> dict[str, str]:
    return {field: column.casefold() for field, column in mapping.items()}


def _not_replaced(label: str, before: InventoryImport) -> InputError:
    """The error for a file that was imported with other columns, beside other files of its source."""
    remove = f"tieback inventory remove {_quoted(before.source)} --taken {before.taken}"
    return InputError(
        f"not imported with these columns: the import of {before.imported.date()} for {before.taken} had others, "
        f"and stays because {before.source} has other imports too",
        where=label,
        advice=f"Remove all imports of that day with `{remove}`, then import its files again",
        page="Remove the imports of that day on the page Inventory, then import its files again",
    )


def _absent_note(source: InventorySource) -> tuple[str, ...]:
    """Of a file that removes nothing: how many rows state that an app is not on a device."""
    if not source.absent:
        return ()
    count = count_text(source.absent, "row states", "rows state")
    are = "is" if source.absent == 1 else "are"
    return (f"{count} that an app is not on a device, and {are} ignored: such a file removes nothing",)


def _without_notes(end: InventoryResult) -> InventoryResult:
    return msgspec.structs.replace(end, first_left_out="", notes=())


def _unlisted_notes(unlisted: Unlisted, ends: Sequence[InventoryResult], why: str) -> tuple[str, ...]:
    """What these files do not list: removed, or still there and why, with the option that changes it."""
    notes = []
    if number := unlisted.removed_installs:
        count = count_text(number, "app on a device is", "apps on devices are")
        note = f"{count} no longer listed, and counted as removed"
        if any(end.evidence == FormatEvidence.MAPPED for end in ends):
            note += ". If a table lists only some apps of its devices, import it with --partial"
        notes.append(note)
    if number := unlisted.kept_installs:
        count = count_text(number, "app of a listed device is", "apps of listed devices are")
        notes.append(f"{count} in earlier files only, and {'stays' if number == 1 else 'stay'} on the list: {why}")
    kept = [
        count_text(number, one, many)
        for number, one, many in (
            (unlisted.kept_devices, "device", "devices"),
            (unlisted.kept_counts, "app with a number of devices", "apps with a number of devices"),
        )
        if number
    ]
    if kept and not all(end.entered.device for end in ends):
        notes.append(
            f"{' and '.join(kept)} in earlier files only. "
            "If these files list all devices of their source, import them with --complete. "
            "If an earlier file was wrong, see `tieback inventory imports`, or the page Inventory"
        )
    return tuple(notes)


def _whole_imports(ends: Sequence[InventoryResult]) -> tuple[list[int], list[str]]:
    """Numbers of the imports whose lists are whole, and why others are not.

    Pages of a list are the files of one format, or a file about one device. They are whole if the last page is among
    them, and if they have as many records as the pages say that the list has.
    """
    lists: dict[tuple[str, str], list[InventoryImport]] = {}
    for end in ends:
        lists.setdefault((end.entered.shape, end.entered.device), []).append(end.entered)
    whole: list[int] = []
    problems: list[str] = []
    for (shape, _), pages in lists.items():
        records, total = sum(page.records for page in pages), max((page.total or 0 for page in pages), default=0)
        if not any(page.follows for page in pages) and records >= total:
            whole += [page.number for page in pages]
        elif all(page.follows for page in pages):
            problems.append(f"{shape}: the last page is missing ({len(pages):,} of its pages say that more follow)")
        elif records < total:
            problems.append(
                f"{shape}: {records:,} of {count_text(total, 'record was', 'records were')} imported; "
                "the other pages are missing"
            )
        else:
            whole += [page.number for page in pages]
    return whole, problems


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
