"""The columns of tables of no known product that a job imported or refused, and the choice of what they mean."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from tieback.intake.inventory.plain import NEEDED
from tieback.intake.inventory.table import FIELDS
from tieback.model.errors import UsageError
from tieback.pipeline.fleet.inventory import check_column_map
from tieback.pipeline.jobs.kinds import InventoryJob, decode_arguments
from tieback.pipeline.jobs.messages import COLUMNS, JobColumns
from tieback.storage.ledger.jobs import JobRow
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace


class FieldChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What a column can mean."""

    field: str
    text: str
    """Description of the field."""
    column: str
    """The column that was taken for it; empty if none was."""


class ColumnTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table, its columns, and what each was taken for.

    It stands for all tables of the job with these columns and this meaning of them.
    """

    table: str
    """Key for the argument ``columns`` of an inventory run."""
    name: str
    """Name of the file."""
    columns: tuple[str, ...]
    more_columns: int
    """Columns that are left out here."""
    fields: tuple[FieldChoice, ...]
    ignored: tuple[str, ...]
    """Columns that mean nothing."""
    repeated: tuple[str, ...]
    """Columns that the header has more than once: only the first of each is read."""
    missing: tuple[str, ...]
    """Fields of which one is required, if no column means any of them."""
    origin: str
    """``detected`` in the names of the columns, ``chosen`` for this run, or ``remembered`` from an earlier one."""
    imported: bool
    """True if the table was imported with this mapping."""


class ColumnChoices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of the form."""

    choices: list[str] | str = ""
    """``NUMBER FIELD=COLUMN`` each: the number of the table on the page, from 0; or nothing."""


def column_tables(workspace: Workspace, job: JobRow) -> tuple[ColumnTable, ...]:
    """The tables of no known product that the last attempt at a job has reported."""
    if job.kind != "inventory":
        return ()
    found: dict[tuple[object, ...], ColumnTable] = {}
    for event in workspace.ledger.jobs.events(job.id):
        if event.kind != COLUMNS:
            continue
        try:
            message = msgspec.convert(
                {"type": COLUMNS, **msgspec.json.decode(event.document, type=dict[str, object])}, JobColumns
            )
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):  # of a later release
            continue
        found[message.columns, tuple(sorted(message.mapping.items()))] = _table(
            UploadFolder(workspace.directory), message
        )
    return tuple(found.values())


def job_with_columns(workspace: Workspace, job_id: str, data: ColumnChoices) -> InventoryJob | None:
    """The same import as a job, with the chosen columns; ``None`` if there is no such job.

    Raises:
        UsageError: it is no import of inventories, or no column identifies the app.
    """
    job = workspace.ledger.jobs.job(job_id)
    if job is None:
        return None
    arguments = decode_arguments(job.arguments)
    tables = column_tables(workspace, job)
    if not isinstance(arguments, InventoryJob) or not tables:
        raise UsageError("this run has no table whose columns can be chosen", where=job.id, advice="See the run")
    words = [data.choices] if isinstance(data.choices, str) else data.choices
    columns = dict(arguments.columns)
    for number, table in enumerate(tables):
        mapping = _mapping(number, words)
        try:
            check_column_map(mapping, table.name[:80])
            _check_known(mapping, table)
        except UsageError:
            if table.imported and not mapping:
                continue  # what was imported stays as it is
            raise
        columns[table.table] = mapping
    return msgspec.structs.replace(arguments, columns=columns)


def chosen_column(choices: Sequence[str] | str, number: int, field: str) -> str:
    """The column that the form has for a field of a table; empty if it has none."""
    return _mapping(number, [choices] if isinstance(choices, str) else choices).get(field, "")


def _mapping(number: int, words: Iterable[str]) -> dict[str, str]:
    found = {}
    for word in words:
        index, _, rest = word.partition(" ")
        field, _, column = rest.partition("=")
        if index == str(number) and column:
            found[field] = column
    return found


def _check_known(mapping: dict[str, str], table: ColumnTable) -> None:
    unknown = [column for column in mapping.values() if column not in table.columns]
    if unknown and not table.more_columns:
        raise UsageError(
            f"the table has no column {unknown[0][:80]}", where=table.name[:80], advice="Choose one of its columns"
        )


def _repeated(columns: Sequence[str]) -> list[str]:
    counts = Counter(column.casefold() for column in columns)
    first = {column.casefold(): column for column in reversed(columns)}
    return [first[folded] for folded, count in counts.items() if count > 1]


def _table(uploads: UploadFolder, message: JobColumns) -> ColumnTable:
    sha256, mark, member = message.table.partition("!")
    upload = uploads.find(sha256)
    name = (upload.name if upload is not None else "") or sha256
    used = {column.casefold() for column in message.mapping.values()}
    return ColumnTable(
        table=message.table,
        name=f"{name}{mark}{member}",
        columns=message.columns,
        more_columns=message.more,
        fields=tuple(
            FieldChoice(field=field, text=text, column=message.mapping.get(field, "")) for field, text in FIELDS.items()
        ),
        ignored=tuple(column for column in message.columns if column.casefold() not in used),
        repeated=tuple(_repeated(message.columns)),
        missing=() if any(field in message.mapping for field in NEEDED) else NEEDED,
        origin=message.origin,
        imported=message.imported,
    )
