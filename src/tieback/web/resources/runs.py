"""Runs: the list, one run with its live progress, and the form that starts one."""

import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import anyio
import msgspec
from anyio import to_thread
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, PathParameter, QueryParameter
from litestar.response import File, ServerSentEvent, ServerSentEventMessage

from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.jobs.kinds import (
    ImportJob,
    InventoryJob,
    JobArguments,
    ProbeJob,
    RecheckJob,
    ReportJob,
    ScanJob,
    kind_of,
)
from tieback.pipeline.jobs.submit import cancel_job, submit_job
from tieback.pipeline.views import runs
from tieback.pipeline.views.inventory_columns import ColumnChoices, job_with_columns
from tieback.pipeline.views.listing import Listing
from tieback.pipeline.views.run_form import StartPage, start_page
from tieback.pipeline.views.runs import RunEvent, RunItem, RunPage
from tieback.pipeline.views.times import at
from tieback.web.access import IDENTIFY, ROLE
from tieback.web.context import Context, User
from tieback.web.identity import look_up_user
from tieback.web.openapi import FILES
from tieback.web.pages import listed
from tieback.web.parameters import day_or_none
from tieback.web.problems import ConflictError, NotFoundError
from tieback.web.resource import PREFIX, attachment_headers, change, form, page_and_json

POLL_SECONDS = 1.0
"""Interval between two looks for new events."""
HEARTBEAT_SECONDS = 15.0
CHECK_SECONDS = 10.0
"""Interval between two looks whether the user of a stream still has the role for it."""
STREAM_SECONDS = 1800.0
"""Maximum duration of a stream; browsers connect again and continue after the last event."""
BYTES = "application/octet-stream"
IDEMPOTENCY_KEY = Annotated[str | None, HeaderParameter(name="Idempotency-Key", required=False, max_length=200)]


class StartForm(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the forms that start a run."""

    kind: str
    inputs: list[str] | str = ""
    run: str = ""
    grant: str = ""
    retry: str = ""
    targets: str = ""
    """One per line, or separated by spaces."""
    cases: list[str] | str = ""
    format: str = ""
    audience: str = "internal"
    vendor: str = ""
    taken: str = ""
    tenant: str = ""
    lists: str = ""
    """``complete``, ``partial`` or nothing."""
    accept_columns: str = ""
    key: str = ""


def list_runs(context: Context, after: str = "", limit: int = 50) -> Listing[RunItem]:
    """Runs of the server and of the command line, latest first."""
    return runs.list_runs(context.workspace, after=after, limit=limit)


def get_run(context: Context, run_id: str) -> RunPage:
    """One run: its progress, what it did, what failed, and what was not probed and why."""
    found = runs.find_run_page(context.workspace, run_id)
    if found is None:
        raise NotFoundError("no run has this ID", where=run_id[:80], advice="See /runs")
    return found


def get_run_choices(context: Context) -> StartPage:
    """What a new run can use: uploads, grants, cases, and formats of reports."""
    return start_page(context.workspace, context.settings.grants)


@change("POST", "/runs", role=Role.OPERATOR, action="start a run", status=201, logged=True)
def start_run(
    context: Context,
    data: ScanJob | ProbeJob | RecheckJob | ReportJob | ImportJob | InventoryJob,
    idempotency_key: IDEMPOTENCY_KEY = None,
) -> RunItem:
    """Queue a run. Without a ``grant`` nothing is contacted. The same ``Idempotency-Key`` starts one run."""
    return _start(context, data, idempotency_key)


@form(
    "/runs",
    role=Role.OPERATOR,
    action="start a run",
    done="The run was queued.",
    logged=True,
    again="get_run_choices",
)
def start_run_form(context: Context, data: StartForm) -> str:
    """Queue a run, and show it."""
    return f"/runs/{_start(context, _arguments(data), data.key or None).id}"


@change("DELETE", "/runs/{run_id:str}", role=Role.OPERATOR, action="cancel a run")
def cancel_run(context: Context, run_id: str) -> RunItem:
    """Cancel a run of the server. A running one ends its conversations first; what it has stored is kept."""
    return _cancel(context, run_id)


@form(
    "/runs/{run_id:str}/cancel",
    role=Role.OPERATOR,
    action="cancel a run",
    done="The run will end; its results stay.",
    again="get_run",
)
def cancel_run_form(context: Context, run_id: str) -> str:
    """Cancel a run, and show it."""
    return f"/runs/{_cancel(context, run_id).id}"


@form(
    "/runs/{run_id:str}/columns",
    role=Role.OPERATOR,
    action="start a run",
    done="The import was queued with these columns.",
    logged=True,
    again="get_run",
)
def choose_columns_form(context: Context, run_id: str, data: ColumnChoices) -> str:
    """Import the inventories of a run again, with the chosen columns."""
    arguments = job_with_columns(context.workspace, run_id, data)
    if arguments is None:
        raise NotFoundError("no run of the server has this ID", where=run_id[:80], advice="See /runs")
    return f"/runs/{_start(context, arguments, None).id}"


@get(
    PREFIX + "/runs/{run_id:str}/events",
    opt={ROLE: Role.ANALYST},
    name="api:stream_run_events",
    operation_id="stream_run_events",
    summary="Follow a run",
    tags=["runs"],
    media_type="text/event-stream",
)
async def stream_run_events(
    request: Request[Any, Any, Any],
    context: NamedDependency[Context],
    run_id: Annotated[str, PathParameter(max_length=80)],
    after: Annotated[int, QueryParameter(ge=0, le=1 << 53)] = 0,
    last_event_id: Annotated[
        str | None, HeaderParameter(name="Last-Event-ID", required=False, max_length=20, pattern="^[0-9]*$")
    ] = None,
) -> ServerSentEvent:
    """Events of a run as they happen (server-sent events). A client that connects again gets what it has missed."""
    start = int(last_event_id) if last_event_id else after
    first = await _events(context, run_id, start)
    return ServerSentEvent(_stream(request, context, run_id, start, first), headers={"Cache-Control": "no-store"})


@get(
    PREFIX + "/runs/{run_id:str}/files/{name:str}",
    opt={ROLE: Role.ANALYST, FILES: lambda: [BYTES]},
    name="api:download_run_file",
    operation_id="download_run_file",
    summary="Download a file that a run wrote",
    tags=["runs"],
)
async def download_run_file(
    context: NamedDependency[Context],
    run_id: Annotated[str, PathParameter(max_length=80)],
    name: Annotated[str, PathParameter(max_length=120)],
) -> File:
    """A report that a run wrote, as a file to save."""
    path = await to_thread.run_sync(runs.job_file, context.workspace, run_id, name)
    if path is None:
        raise NotFoundError("the run has no file with this name", where=name[:80], advice=f"See /runs/{run_id[:80]}")
    return File(path, headers=attachment_headers(f"tieback-{name}", BYTES))


def _start(context: Context, arguments: JobArguments, key: str | None) -> RunItem:
    job, new = submit_job(
        context.workspace, arguments, author=context.user.name, grants=context.settings.grants, key=key
    )
    if new:
        context.changes.note(context.user, f"start a run ({kind_of(arguments)})", job.id)
    return runs.job_item(context.workspace, job)


def _cancel(context: Context, run_id: str) -> RunItem:
    page = get_run(context, run_id)
    if page.run.origin != "server":
        raise ConflictError(
            "this run was started on the command line", where=run_id[:80], advice="End its process on the server"
        )
    job = cancel_job(context.workspace, page.run.id)
    assert job is not None
    return runs.job_item(context.workspace, job)


def _arguments(data: StartForm) -> JobArguments:
    """The arguments of a run from the fields of a form."""
    inputs, cases = _words(data.inputs), _words(data.cases)
    match data.kind:
        case "scan":
            return ScanJob(inputs=inputs, run=data.run, grant=data.grant, retry=data.retry == "yes")
        case "import":
            return ImportJob(inputs=inputs)
        case "inventory":
            return InventoryJob(
                inputs=inputs,
                taken=day_or_none(data.taken, "taken"),
                tenant=data.tenant.strip(),
                complete=data.lists == "complete",
                partial=data.lists == "partial",
                accept_columns=data.accept_columns == "yes",
            )
        case "probe":
            return ProbeJob(targets=tuple(data.targets.split()), grant=data.grant)
        case "recheck":
            return RecheckJob(cases=cases, grant=data.grant)
        case "report":
            return ReportJob(format=data.format, audience=data.audience, vendor=data.vendor, run=data.run)
        case _:
            raise UsageError("unknown kind of run", where=data.kind[:80], advice="See /runs/new")


def _words(value: list[str] | str) -> tuple[str, ...]:
    return tuple(one for one in listed(value) if one)


async def _events(context: Context, run_id: str, after: int) -> tuple[tuple[RunEvent, ...], bool]:
    found = await to_thread.run_sync(runs.job_events, context.workspace, run_id, after)
    if found is None:
        raise NotFoundError("no run of the server has this ID", where=run_id[:80], advice="See /runs")
    return found


async def _may_follow(request: Request[Any, Any, Any], context: Context) -> bool:
    """Whether the session or token of a stream still has the role for it."""
    await look_up_user(request, context.settings)
    user: User | None = request.app.state[IDENTIFY](request)
    return user is not None and user.role.permits(Role.ANALYST)


async def _stream(
    request: Request[Any, Any, Any],
    context: Context,
    run_id: str,
    after: int,
    first: tuple[tuple[RunEvent, ...], bool],
) -> AsyncIterator[ServerSentEventMessage]:
    """The events after a number until the run or the session has ended; comments keep the connection open."""
    (events, ended), until, beat = first, time.monotonic() + STREAM_SECONDS, time.monotonic()
    checked = beat
    yield ServerSentEventMessage(comment="tieback", data=None, retry=2000)
    while True:
        for event in events:
            after = event.id
            data = msgspec.json.encode({"time": event.time, "at": at(event.time), "data": event.data})
            yield ServerSentEventMessage(event=event.kind, id=event.id, data=data)
        if ended:
            yield ServerSentEventMessage(event="end", data="{}")
            return
        now = time.monotonic()
        if now > until:
            return
        if events:
            beat = now
        elif now - beat > HEARTBEAT_SECONDS:
            beat = now
            yield ServerSentEventMessage(comment="waiting", data=None)
        await anyio.sleep(POLL_SECONDS)
        if now - checked >= CHECK_SECONDS:
            checked = now
            if not await _may_follow(request, context):
                return
        events, ended = await _events(context, run_id, after)


ROUTES: list[Any] = [
    *page_and_json("/runs", list_runs, template="runs.html", role=Role.ANALYST, title="Runs"),
    *page_and_json("/runs/new", get_run_choices, template="run_new.html", role=Role.OPERATOR, title="Start a run"),
    *page_and_json("/runs/{run_id:str}", get_run, template="run.html", role=Role.ANALYST, title="Run"),
    start_run,
    start_run_form,
    cancel_run,
    cancel_run_form,
    choose_columns_form,
    stream_run_events,
    download_run_file,
]
