"""What the process of a job reports to the server, as JSON lines: ``{"type": …, …}``.

The last line says how the job ended. The process may be controlled by a hostile input, so the server believes no line:
each is decoded strictly, and names of files and runs are checked.
"""

import msgspec

MAX_LINE = 64 * 1024
MAX_TEXT = 2_000
"""Characters of a text in a message."""

COLUMNS = "columns"
"""Kind of the event with the columns of a table."""
NO_GRANT = "Start a run under a grant."
"""What to do if nothing was probed."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True):
    pass


class StageStarted(_Message, frozen=True, tag="stage"):
    """A stage begins."""

    stage: str


class StageProgress(_Message, frozen=True, tag="progress"):
    """How far a stage is."""

    stage: str
    done: int
    total: int
    """Known so far."""


class JobNote(_Message, frozen=True, tag="problem"):
    """Something that the user should know: an input that failed, a part that is left out."""

    text: str


class JobColumns(_Message, frozen=True, tag="columns"):
    """The columns of a table of no known product, and what each was taken for."""

    table: str
    """SHA-256 of the upload, with ``!MEMBER`` if it is a ZIP file."""
    columns: tuple[str, ...]
    more: int = 0
    """Number of columns that are left out."""
    mapping: dict[str, str] = {}
    """Our field to the name of the column."""
    origin: str = "detected"
    """``chosen``, ``remembered`` or ``detected``."""
    imported: bool = False
    """True if the table was imported with this mapping."""


class RunBegun(_Message, frozen=True, tag="run"):
    """The run that the job makes."""

    run: str


class JobResult(_Message, frozen=True, tag="done"):
    """The job is done."""

    figures: dict[str, int] = {}
    """Counts by name, such as ``inputs_read`` and ``inputs_failed``."""
    files: tuple[str, ...] = ()
    """Names of files in the folder of exports."""
    run: str = ""
    not_probed: str = ""
    """How many candidates were not probed, and why; empty if all were."""
    targets_failed: int = 0
    """Number of targets without a verdict, of a job that makes no run."""
    unanswered: tuple[tuple[str, str], ...] = ()
    """The first of these targets, each with the problem."""
    not_decided: str = ""
    """How many stores answered, but are known neither as open nor as closed; empty if there are none."""


class JobFailed(_Message, frozen=True, tag="failed"):
    """The job could not be done."""

    problem: str
    """One line: what, where, and what to do."""


class JobBusy(_Message, frozen=True, tag="busy"):
    """Another process holds a lock; the job has done nothing, and waits."""

    why: str


class JobStopped(_Message, frozen=True, tag="stopped"):
    """The job ended on request."""


type JobMessage = (
    StageStarted | StageProgress | JobNote | JobColumns | RunBegun | JobResult | JobFailed | JobBusy | JobStopped
)
type JobEnd = JobResult | JobFailed | JobBusy | JobStopped

_DECODER: msgspec.json.Decoder[JobMessage] = msgspec.json.Decoder(
    StageStarted | StageProgress | JobNote | JobColumns | RunBegun | JobResult | JobFailed | JobBusy | JobStopped
)
ENDS = (JobResult, JobFailed, JobBusy, JobStopped)


def encode_message(message: JobMessage) -> bytes:
    """One line."""
    return msgspec.json.encode(message) + b"\n"


def decode_message(line: bytes) -> JobMessage | None:
    """The message in a line; ``None`` if it is not one."""
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def short(text: str) -> str:
    """A text of a message, cut."""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
