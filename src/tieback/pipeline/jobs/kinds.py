"""What a job does: its kind and its arguments, as the API takes them and the ledger keeps them."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import msgspec

from tieback.model.app import PACKAGE_NAME
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.pipeline.fleet.inventory import TENANT, check_column_map

MAX_INPUTS = 10_000
MAX_TARGETS = 10_000
MAX_TABLES = 100
"""Tables of one job whose columns are chosen one by one."""
EVERY_TABLE = "*"
"""Stands for all tables that are not named."""
_MAX_TEXT = 2_000
_MAX_TARGET = 300


class Phase(StrEnum):
    """A part of a job with a process of its own."""

    READ = "read"
    """Reads inputs; without network."""
    WORK = "work"
    """Everything else. With a grant it probes, otherwise it also has no network."""


class ScanJob(msgspec.Struct, frozen=True, kw_only=True, tag="scan", tag_field="kind", forbid_unknown_fields=True):
    """Analyse inputs, and probe their back ends if a grant is named."""

    inputs: tuple[str, ...] = ()
    """SHA-256 of uploads, or of inputs that the workspace has read before."""
    run: str = ""
    """ID of a run whose inputs are read, too."""
    grant: str = ""
    """SHA-256 of a grant on the server's disk; empty: no back end is contacted."""
    retry: bool = False
    """True to retry inputs that crashed or timed out before."""


class ProbeJob(msgspec.Struct, frozen=True, kw_only=True, tag="probe", tag_field="kind", forbid_unknown_fields=True):
    """Probe targets without an app; the result is a report, and no run of the workspace."""

    targets: tuple[str, ...]
    """HOST, HOST:PORT, HOST:FROM-TO, CIDR[:PORT] or a URL."""
    grant: str


class RecheckJob(
    msgspec.Struct, frozen=True, kw_only=True, tag="recheck", tag_field="kind", forbid_unknown_fields=True
):
    """Probe the stores of cases again."""

    grant: str
    cases: tuple[str, ...] = ()
    """IDs of cases; empty: all cases that are not closed."""
    run: str = ""
    """ID of the run whose back ends are used; empty: the last finished one."""


class ReportJob(msgspec.Struct, frozen=True, kw_only=True, tag="report", tag_field="kind", forbid_unknown_fields=True):
    """Write a report to a file of the workspace, to download."""

    format: str
    audience: str = "internal"
    vendor: str = ""
    run: str = ""
    """ID of a finished run; empty: the last one."""


class ImportJob(msgspec.Struct, frozen=True, kw_only=True, tag="import", tag_field="kind", forbid_unknown_fields=True):
    """Import uploaded reports of other tools as passive evidence."""

    inputs: tuple[str, ...]
    """SHA-256 of uploads."""
    app: str = ""
    """Package name of the app, for Data Safety exports, which do not name it."""


class InventoryJob(
    msgspec.Struct, frozen=True, kw_only=True, tag="inventory", tag_field="kind", forbid_unknown_fields=True
):
    """Import uploaded inventories of an EMM. The uploads of one job are one statement, as files of one command are."""

    inputs: tuple[str, ...]
    """SHA-256 of uploads."""
    taken: date | None = None
    """Day of the data; by default the day of the upload."""
    tenant: str = ""
    """Name of the tenant or server, which becomes a source of its own."""
    complete: bool = False
    """True if the uploads list all devices of their source, so that devices not listed are marked as removed."""
    partial: bool = False
    """True if they list only some apps of their devices, so that they remove nothing."""
    accept_columns: bool = False
    """True to accept the columns that are detected in a table of no known product."""
    columns: dict[str, dict[str, str]] = {}
    """What the columns of such tables mean: for each table (SHA-256 of the upload; ``SHA-256!MEMBER`` in a ZIP file;
    ``*`` for all others), the field to the name of the column. It is remembered for tables with the same columns."""


type JobArguments = ScanJob | ProbeJob | RecheckJob | ReportJob | ImportJob | InventoryJob

_DECODER: msgspec.json.Decoder[JobArguments] = msgspec.json.Decoder(
    ScanJob | ProbeJob | RecheckJob | ReportJob | ImportJob | InventoryJob
)


def kind_of(arguments: JobArguments) -> str:
    """The kind of a job: ``scan``, ``probe``, ``recheck``, ``report``, ``import`` or ``inventory``."""
    return str(type(arguments).__struct_config__.tag)


def encode_arguments(arguments: JobArguments) -> str:
    """The arguments as JSON; equal arguments give equal text."""
    return msgspec.json.encode(arguments).decode()


def decode_arguments(text: str) -> JobArguments:
    """The arguments in JSON of this release.

    Raises:
        UsageError: this release does not know the kind or an argument.
    """
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UsageError(f"not a job of this release ({error})", advice="Start it again") from None


def grant_of(arguments: JobArguments) -> str:
    """The SHA-256 of the grant; empty for a job that contacts nothing."""
    return getattr(arguments, "grant", "")


def phases_of(arguments: JobArguments) -> tuple[Phase, ...]:
    """The parts of the job, in order. What reads uploads is never the part that probes."""
    if isinstance(arguments, ScanJob) and arguments.grant:
        return Phase.READ, Phase.WORK
    return (Phase.WORK,)


def check_size(arguments: JobArguments) -> None:
    """Check the lengths of the arguments.

    Raises:
        UsageError: a list or a text is too long, or a needed one is empty.
    """
    if isinstance(arguments, ScanJob) and not (arguments.inputs or arguments.run):
        raise UsageError("no input", where="inputs", advice="Choose uploads, or a run whose inputs are read")
    if isinstance(arguments, ImportJob) and not arguments.inputs:
        raise UsageError("no upload", where="inputs", advice="Choose uploaded reports")
    if isinstance(arguments, InventoryJob):
        _check_inventory(arguments)
    if isinstance(arguments, ImportJob) and arguments.app and not PACKAGE_NAME.fullmatch(arguments.app):
        raise UsageError("not a package name", where="app", advice="Write one such as com.example.shop")
    if isinstance(arguments, ProbeJob):
        if not arguments.targets:
            raise UsageError("no target", where="targets", advice="Write HOST, HOST:PORT, CIDR or a URL")
        for target in arguments.targets:
            if not 0 < len(target) <= _MAX_TARGET or not target.isprintable() or target.startswith("@"):
                raise UsageError("not a target", where=target[:80], advice="Write HOST, HOST:PORT, CIDR or a URL")
        _check_length(arguments.targets, MAX_TARGETS, "targets")
    for name in ("inputs", "cases"):
        _check_length(getattr(arguments, name, ()), MAX_INPUTS, name)
    if isinstance(arguments, ReportJob):
        for name in ("format", "audience", "vendor"):
            if len(getattr(arguments, name)) > _MAX_TEXT:
                raise UsageError("too long", where=name)


def _check_inventory(arguments: InventoryJob) -> None:
    if not arguments.inputs:
        raise UsageError("no upload", where="inputs", advice="Choose uploaded inventories")
    if arguments.complete and arguments.partial:
        raise UsageError("a part of a list is not complete", where="partial", advice="Choose only one of both")
    if arguments.tenant and not TENANT.fullmatch(arguments.tenant):
        raise UsageError("not a name for a tenant", where="tenant", advice="Use letters, digits, . _ and -")
    if arguments.taken is not None and arguments.taken > datetime.now(UTC).date() + timedelta(days=1):
        raise UsageError("the date is in the future", where="taken", advice="Enter the day of the export")
    _check_length(tuple(arguments.columns), MAX_TABLES, "columns")
    for table, mapping in arguments.columns.items():
        if table != EVERY_TABLE and table.partition("!")[0] not in arguments.inputs:
            raise UsageError(
                "columns of a table that is not among the inputs",
                where=table[:80],
                advice=f"Name it by the SHA-256 of its upload, or {EVERY_TABLE} for all",
            )
        check_column_map(mapping, "columns")


def _check_length(items: tuple[str, ...], most: int, where: str) -> None:
    if len(items) > most:
        raise UsageError(f"more than {count_text(most, 'item')}", where=where, advice="Start several jobs")
