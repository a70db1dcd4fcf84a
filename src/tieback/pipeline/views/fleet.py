"""The review of the fleet: which apps to block, to check or to analyse, on which devices, and lists for an EMM."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

import msgspec

from tieback.model.count_text import count_text
from tieback.model.device import CountSource, DevicePlatform, MatchStrength, Ownership
from tieback.model.errors import UsageError
from tieback.model.figure import Quality
from tieback.pii.taxonomy import class_phrase
from tieback.pipeline.fleet.block_list import (
    APP_FORMATS,
    HOST_FORMATS,
    TEMPLATE,
    WEAK,
    BlockList,
    BlockRequest,
    block_list,
    check_probed,
    hosts_to_block,
    require_inventory,
)
from tieback.pipeline.fleet.coverage import AssuranceLetter, FleetLine, FleetView
from tieback.pipeline.fleet.fleet_state import FleetState, ReviewKey, state_of
from tieback.pipeline.fleet.review_table import to_csv, to_xlsx
from tieback.pipeline.fleet.run_reach import RunReach
from tieback.pipeline.runs import finished_run
from tieback.pipeline.views.download import Download
from tieback.pipeline.views.listing import Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.prepared_fleet import PreparedFleet, prepared_fleet
from tieback.report.shortened import cut_text
from tieback.report.texts.stores import records_text
from tieback.storage.ledger.inventory_pages import app_installs
from tieback.storage.workspace import Workspace

_FIRST_STORES = 20
_MAX_QUERY = 200


class FleetAction(StrEnum):
    """What to do about an app."""

    BLOCK = "block"
    COMPARE = "compare"
    ASK_VENDOR = "ask_vendor"
    ANALYSE = "analyse"
    PROBE = "probe"
    """Probe it in a run with a grant."""
    CAPTURE = "capture"
    """Capture its traffic, which shows back ends that its package does not show."""
    NONE = "none"


class FleetAppRow(msgspec.Struct, frozen=True, kw_only=True):
    """One app of the review. Keys as in ``tieback inventory review --format json``, where it has them."""

    id: int
    name: str
    platform: DevicePlatform
    bundle_id: str
    store_id: str
    vendor: str
    devices: int
    counted: CountSource
    """How good the number is: each device listed, a number reported, or unknown."""
    personal: int
    """Listed devices that belong to a person (BYOD)."""
    in_house: bool
    removed: date | None
    first_seen: date
    last_seen: date
    match: MatchStrength | None
    weak: bool
    state: FleetState
    action: FleetAction
    reason: str
    """Why this action, as one sentence."""
    exposures: tuple[str, ...]
    """IDs of open stores, at most 20."""
    open_stores: int | None
    """``None`` if the run does not show whether an open store is behind it."""
    records: int | None
    """Sum over the open stores; ``None`` if it is not known."""
    records_quality: Quality | None
    """How good the sum is; ``None`` without one."""
    backends: int | None
    """Its hosts and cloud resources; ``None`` if the run did not read it."""
    backends_probed: int | None
    """How many of them the run probed."""
    backends_without_result: int | None
    """How many of the probed ones gave no answer, or not to the end."""
    partly_read: bool | None
    """True if the run read only a part of it: back ends may be missing; ``None`` if the run did not read it."""
    classes: tuple[str, ...]
    """Classes of personal data in them, the most sensitive first."""
    own_people: int | None
    letter: AssuranceLetter | None
    analysed: tuple[str, ...]
    """Content hashes of the analysed versions, at most 20."""


class FleetFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which apps of the review to list."""

    state: FleetState | None = None
    ownership: Ownership | None = None
    enterprise_store: bool = False
    q: str = ""
    """Part of the name, identifier or vendor."""


class InstallRow(msgspec.Struct, frozen=True, kw_only=True):
    """An app on a device."""

    device: str
    """Pseudonym."""
    label: str
    """The inventory's own ID, if the import kept names; otherwise the pseudonym."""
    platform: DevicePlatform
    ownership: Ownership
    user: str
    version: str
    first_seen: date
    last_seen: date
    removed: date | None


class FleetReview(msgspec.Struct, frozen=True, kw_only=True):
    """Some apps of the review, in its order."""

    items: tuple[FleetAppRow, ...]
    next: str | None
    """Cursor of the next items, for the parameter ``after``; ``None`` at the end."""
    total: int
    """How many apps the whole list has, with the same filters."""
    run: str | None
    """ID of the run that open stores come from; ``None`` if none has finished."""
    not_probed: str
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""


class FleetAppPage(msgspec.Struct, frozen=True, kw_only=True):
    """One app of the review with its devices."""

    app: FleetAppRow
    not_probed: str
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""
    sources: tuple[str, ...]
    ownership: dict[Ownership, int]
    installs: Listing[InstallRow]


class FleetCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many apps of the review are in each state."""

    apps: int
    open: int
    weak: int
    retired: int
    unknown: int
    not_decided: int
    not_probed: int
    """Apps that the run read without probing a back end."""
    not_in_run: int
    """Analysed apps that the run did not read."""
    partly_read: int
    """Apps of which the run read only a part, and found no open store behind it."""
    no_back_end: int
    """Apps in which the run found no back end, so that nothing could be probed."""
    no_open_store: int
    """Apps with back ends that the run probed, and no open store. Apps of other numbers are never among them."""
    personal: int
    """Apps on at least one personal device."""
    run: str | None
    why_not_probed: str
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""


class BlockFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A list to download."""

    format: str
    title: str
    names: str
    """``apps`` or ``hosts``."""
    use: str
    """What to do with the file."""
    count: int
    """Apps or hosts in the list."""
    left_out: tuple[str, ...]
    """Why others are not in it."""


class BlockLists(msgspec.Struct, frozen=True, kw_only=True):
    """The lists that can be downloaded now."""

    items: tuple[BlockFormat, ...]
    run: str | None
    not_probed: str
    """Why the run shows nothing about open stores, as one sentence; empty if it probed."""
    apps: int
    """Apps of the review."""
    decided: int
    """Apps on devices with back ends that the run decided about: they lead to an open store, or to none."""
    weak: bool
    force: bool
    hosts: tuple["BlockedHost", ...]
    """Hosts in the lists for gateways, with the apps that a block breaks; at most 200."""
    more_hosts: int


class BlockedHost(msgspec.Struct, frozen=True, kw_only=True):
    """A host in a list for a gateway."""

    host: str
    breaks: tuple[str, ...]
    """Apps that use it, at most 20."""
    more: int


_TITLES = {
    "csv": ("CSV", "Any EMM without a list format, or a spreadsheet."),
    "intune": ("Microsoft Intune", "Bodies of Graph device configurations. Review them before you post them."),
    "jamf": ("Jamf Pro (iOS)", "A configuration profile for supervised devices. Upload it in Jamf Pro."),
    "android-enterprise": ("Android Enterprise", "Members of a policy. Merge them into your policy."),
    "workspace-one": ("Workspace ONE", "Application groups, one per platform."),
    "rpz": ("Response policy zone", "A zone for DNS servers: blocks the hosts of the stores."),
    "hosts": ("Hosts file", "Lines for a hosts file. It cannot contain addresses."),
}
_FILES = {
    "csv": (".csv", "text/csv; charset=utf-8"),
    "jamf": (".mobileconfig", "application/x-apple-aspen-config"),
    "rpz": (".rpz", "text/dns"),
    "hosts": (".hosts", "text/plain; charset=utf-8"),
}
_JSON_FILE = (".json", "application/json")
BLOCK_LIST_MEDIA_TYPES = tuple(sorted({media for _, media in (*_FILES.values(), _JSON_FILE)}))
"""Media types of block lists."""
_REVIEW_FILES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
REVIEW_MEDIA_TYPES = tuple(_REVIEW_FILES.values())
"""Media types of the review as a file."""
_SHOWN_HOSTS, _SHOWN_APPS, _SHOWN_CLASSES = 200, 20, 4
_WHY = {
    WEAK: "match only by name",
    TEMPLATE: "identifier of a template, so other apps would be blocked too",
}
"""Reasons in words of the page, where those of the command line name an option."""


def fleet_review(
    workspace: Workspace, which: FleetFilter, *, after: str = "", limit: int = 50, run: str = ""
) -> FleetReview:
    """Apps of the fleet, the most urgent first.

    Raises:
        UsageError: the cursor or the limit is not valid, or the query is too long.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    fleet = prepared_fleet(workspace, run)
    if which == FleetFilter():
        chosen: Sequence[int] = range(len(fleet.lines))
    else:
        accepts = _accepts(which)
        chosen = [number for number, line in enumerate(fleet.lines) if accepts(line)]
    start = fleet.start(decode_cursor(after, ReviewKey.__value__) if after else None)
    first = next((place for place, number in enumerate(chosen) if number >= start), len(chosen))
    some = chosen[first : first + limit]
    more = first + limit < len(chosen)
    return FleetReview(
        items=tuple(review_row(fleet.lines[number]) for number in some),
        next=encode_cursor(fleet.keys[some[-1]]) if more else None,
        total=len(chosen),
        run=fleet.run,
        not_probed=fleet.not_probed,
    )


def fleet_counts(workspace: Workspace, run: str = "") -> FleetCounts:
    """How many apps are in each state. Raises ``WorkspaceError``."""
    fleet = prepared_fleet(workspace, run)
    count = fleet.counts
    return FleetCounts(
        apps=len(fleet.lines),
        open=count[FleetState.OPEN],
        weak=count[FleetState.WEAK],
        retired=count[FleetState.RETIRED],
        unknown=count[FleetState.UNKNOWN],
        not_decided=count[FleetState.NOT_DECIDED],
        not_probed=count[FleetState.NOT_PROBED],
        not_in_run=count[FleetState.NOT_IN_RUN],
        partly_read=count[FleetState.PARTLY_READ],
        no_back_end=count[FleetState.NO_BACK_END],
        no_open_store=count[FleetState.NO_OPEN_STORE],
        personal=fleet.personal,
        run=fleet.run,
        why_not_probed=fleet.not_probed,
    )


def fleet_app(
    workspace: Workspace, app: int, *, after: str = "", limit: int = 50, run: str = ""
) -> FleetAppPage | None:
    """One app of the review with its devices, present ones first; ``None`` if the review has no such app.

    Raises:
        UsageError: the cursor or the limit is not valid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    fleet = prepared_fleet(workspace, run)
    line = fleet.find(app)
    if line is None:
        return None
    key = decode_cursor(after, tuple[int, str, str]) if after else None
    installs = app_installs(workspace.ledger.database, line.app.rows, key, limit + 1)
    last = installs[limit - 1] if len(installs) > limit else None
    following = None if last is None else encode_cursor((int(last.removed is not None), last.device.id, last.version))
    rows = tuple(
        InstallRow(
            device=one.device.id,
            label=one.device.label or one.device.id,
            platform=one.device.platform,
            ownership=one.device.ownership,
            user=one.device.user,
            version=one.version,
            first_seen=one.first_seen,
            last_seen=one.last_seen,
            removed=one.removed,
        )
        for one in installs[:limit]
    )
    return FleetAppPage(
        app=review_row(line),
        not_probed=fleet.not_probed,
        sources=line.app.sources,
        ownership=line.app.ownership,
        installs=Listing(items=rows, next=following, run=fleet.run),
    )


def block_lists(workspace: Workspace, *, weak: bool = False, force: bool = False, run: str = "") -> BlockLists:
    """Every list that can be downloaded, with its size and what it leaves out. Raises ``WorkspaceError``."""
    fleet = prepared_fleet(workspace, run)
    view = FleetView(workspace, finished_run(workspace, fleet.run or ""))
    exposed = [line for line in fleet.lines if line.exposures]
    found = hosts_to_block(view, fleet.lines) if exposed else []
    items = []
    hosts: BlockList | None = None
    for name in (*APP_FORMATS, *HOST_FORMATS):
        done = block_list(view, BlockRequest(name, weak=weak, force=force), fleet.lines, found)
        gateway = name in HOST_FORMATS
        hosts = done if name == "rpz" else hosts
        left = [f"{host}: {why}" for host, why in done.left_out_hosts[:_SHOWN_HOSTS]]
        left += [f"{count:,} {'app' if count == 1 else 'apps'}: {_WHY.get(why, why)}" for why, count in done.left_out]
        title, use = _TITLES[name]
        items.append(
            BlockFormat(
                format=name,
                title=title,
                names="hosts" if gateway else "apps",
                use=use,
                count=done.count,
                left_out=tuple(left),
            )
        )
    named = hosts.hosts if hosts is not None else ()
    return BlockLists(
        items=tuple(items),
        run=fleet.run,
        not_probed=fleet.not_probed,
        apps=len(fleet.lines),
        decided=sum(1 for line in fleet.lines if line.active and line.judged),
        weak=weak,
        force=force,
        hosts=tuple(
            BlockedHost(host=one.host, breaks=one.apps[:_SHOWN_APPS], more=max(len(one.apps) - _SHOWN_APPS, 0))
            for one in named[:_SHOWN_HOSTS]
        ),
        more_hosts=max(len(named) - _SHOWN_HOSTS, 0),
    )


def block_list_file(workspace: Workspace, request: BlockRequest, run: str = "") -> Download:
    """One list as a file, the same as ``tieback inventory block`` writes.

    Raises:
        NothingProbedError: the list is empty only because nothing was probed.
        UsageError: as of ``block_list``.
        WorkspaceError: the workspace cannot be read.
    """
    fleet = prepared_fleet(workspace, run)
    done = _written(workspace, fleet, request)
    if not done.found:
        check_probed(request, fleet.lines)
    suffix, media = _FILES.get(request.format, _JSON_FILE)
    return Download(name=f"tieback-{request.action}-{request.format}{suffix}", media_type=media, data=done.data)


def review_file(workspace: Workspace, which: FleetFilter, form: str, run: str = "") -> Download:
    """The review as ``csv`` or ``xlsx``, the same table as ``tieback inventory review`` writes.

    Raises:
        UsageError: another format, or the extra for it is not installed.
        WorkspaceError: the workspace cannot be read.
    """
    accepts = _accepts(which)
    lines = [line for line in prepared_fleet(workspace, run).lines if accepts(line)]
    if form == "csv":
        return Download(name="tieback-review.csv", media_type=_REVIEW_FILES[form], data=to_csv(lines))
    if form == "xlsx":
        return Download(name="tieback-review.xlsx", media_type=_REVIEW_FILES[form], data=to_xlsx(lines))
    raise UsageError("unknown format", where=form[:40], advice="Choose csv or xlsx")


def _written(workspace: Workspace, fleet: PreparedFleet, request: BlockRequest) -> BlockList:
    view = FleetView(workspace, finished_run(workspace, fleet.run or ""))
    require_inventory(view)
    return block_list(view, request, fleet.lines)


def _accepts(which: FleetFilter) -> "_Filter":
    if len(which.q) > _MAX_QUERY:
        raise UsageError(f"longer than {_MAX_QUERY} characters", where="q")
    return _Filter(which, which.q.casefold().strip())


class _Filter(msgspec.Struct, frozen=True):
    which: FleetFilter
    text: str

    def __call__(self, line: FleetLine) -> bool:
        app, which = line.app, self.which
        if which.state is not None and state_of(line) is not which.state:
            return False
        if not app.on(which.ownership) or (which.enterprise_store and not app.in_house):
            return False
        texts = (app.name, app.bundle_id, app.store_id, line.vendor)
        return not self.text or any(self.text in text.casefold() for text in texts)


def review_row(line: FleetLine) -> FleetAppRow:
    """The row of an app, with the action and its reason."""
    app, state = line.app, state_of(line)
    action, reason = _advice(line, state)
    analysed = line.match.apps if line.match else ()
    records = line.known_records
    return FleetAppRow(
        id=app.id,
        name=app.label,
        platform=app.platform,
        bundle_id=app.bundle_id,
        store_id=app.store_id,
        vendor=line.vendor,
        devices=app.devices,
        counted=app.counted,
        personal=app.ownership.get(Ownership.PERSONAL, 0),
        in_house=app.in_house,
        removed=app.removed,
        first_seen=app.first_seen,
        last_seen=app.last_seen,
        match=line.match.strength if line.match else None,
        weak=bool(line.match and line.match.strength.weak),
        state=state,
        action=action,
        reason=reason,
        exposures=line.exposures[:_FIRST_STORES],
        open_stores=len(line.exposures) if line.decided else None,
        records=None if records is None else records.value,
        records_quality=None if records is None else records.quality,
        backends=None if line.reach is None else line.reach.backends,
        backends_probed=None if line.reach is None else line.reach.probed,
        backends_without_result=None if line.reach is None else line.reach.silent,
        partly_read=None if line.reach is None else line.reach.partly_read,
        classes=line.classes,
        own_people=line.own_people,
        letter=line.letter,
        analysed=tuple(one.sha256 for one in analysed[:_FIRST_STORES]),
    )


def _advice(line: FleetLine, state: FleetState) -> tuple[FleetAction, str]:
    stores = count_text(len(line.exposures), "open store")
    classes = cut_text([class_phrase(label) for label in line.classes], _SHOWN_CLASSES, between="; ")
    with_data = f" with {classes}" if classes else ""
    match state:
        case FleetState.OPEN:
            return FleetAction.BLOCK, f"It leads to {stores}, {records_text(line.records)}{with_data}."
        case FleetState.WEAK:
            return FleetAction.COMPARE, f"{_other_app(line)} leads to {stores}. Compare the two apps first."
        case FleetState.RETIRED:
            return (
                FleetAction.ASK_VENDOR,
                f"No device has it since {line.app.removed}, but {stores} behind it can still be read.",
            )
        case FleetState.UNKNOWN:
            return FleetAction.ANALYSE, "It was never analysed, so nothing is known about its back end."
        case FleetState.NOT_IN_RUN:
            return FleetAction.PROBE, "It is not in this run, so nothing is known about its back ends here."
    return _of_reach(line.reach or RunReach(), state)


def _other_app(line: FleetLine) -> str:
    by_template = line.match is not None and line.match.strength is MatchStrength.TEMPLATE_ID
    return "An app with the same identifier of a template" if by_template else "An app of the same name"


def _of_reach(reach: RunReach, state: FleetState) -> tuple[FleetAction, str]:
    """Action and reason for an app that the run read, and behind which it found no open store."""
    backends = count_text(reach.backends, "back end")
    match state:
        case FleetState.NOT_DECIDED:
            return FleetAction.PROBE, _undecided(reach)
        case FleetState.NOT_PROBED:
            none = "Its back end was not probed" if reach.backends == 1 else f"None of its {backends} was probed"
            return FleetAction.PROBE, f"{none}, so open stores are unknown."
        case FleetState.PARTLY_READ:
            found = (
                f"{_in_all(reach)} Others may be missing" if reach.backends else "No back end was found in that part"
            )
            what = f"The run read only a part of it. {found}: this is not the same as safe."
            if reach.damaged:
                return FleetAction.ANALYSE, f"{what} The package is damaged: build or download it again."
            return FleetAction.CAPTURE, what
        case FleetState.NO_BACK_END:
            return (
                FleetAction.CAPTURE,
                "No back end was found in it, so nothing could be probed. It is not known as safe.",
            )
    return FleetAction.NONE, f"The run found no open store behind it. {_in_all(reach)}"


def _undecided(reach: RunReach) -> str:
    """What an app leads to that is not decided, as one sentence."""
    parts = []
    if reach.undecided:
        one = (
            "a store that is"
            if reach.undecided == 1
            else count_text(reach.undecided, "store that is", "stores that are")
        )
        parts.append(f"{one} known neither as open nor as closed")
    if reach.silent:
        one = "a back end" if reach.silent == 1 else count_text(reach.silent, "back end")
        parts.append(f"{one} without a result: no answer, or not to the end")
    return f"It leads to {', and to '.join(parts)}."


def _in_all(reach: RunReach) -> str:
    """How many of the back ends of an app were probed, as one sentence."""
    backends, left = count_text(reach.backends, "back end"), reach.backends - reach.probed
    if left:
        text = f"Not probed, so not decided: {left:,} of its {backends}."
    else:
        text = "Its back end was probed." if reach.backends == 1 else f"All its {backends} were probed."
    if ports := reach.without_answer:
        it = "it is" if ports == 1 else "they are"
        text += f" {count_text(ports, 'port')} gave no answer, which does not show that {it} closed."
    return text
