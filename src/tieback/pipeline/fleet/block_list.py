"""Selection of the apps of the fleet: for a review, and for lists to block them in an EMM or at a gateway."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from tieback.model.device import FleetApp, Ownership
from tieback.model.errors import TiebackError, UsageError
from tieback.pipeline.fleet.app_lists import LISTS
from tieback.pipeline.fleet.coverage import FleetLine, FleetView
from tieback.pipeline.fleet.fleet_state import FleetState, review_key, state_of
from tieback.pipeline.fleet.gateway_lists import GatewayHost, write_list
from tieback.recognise.makers.words import names_no_app

APP_FORMATS = tuple(LISTS)
"""Formats that name apps."""
HOST_FORMATS = ("rpz", "hosts")
"""Formats that name hosts."""
ACTIONS = ("block", "remove")
WEAK = "weak match (add --weak)"
TEMPLATE = "its identifier is that of a template, so the list would block other apps too (add --weak)"
UNDECIDED = {
    FleetState.NOT_DECIDED: "not decided whether a store behind it is open",
    FleetState.NOT_PROBED: "not probed in this run",
    FleetState.PARTLY_READ: "only partly read",
    FleetState.NO_BACK_END: "no back end found",
    FleetState.NOT_IN_RUN: "not in this run",
    FleetState.UNKNOWN: "never analysed",
}
"""Why an app that may lead to an open store is not in a list."""


class NothingProbedError(TiebackError):
    """A list of apps with open stores was requested, but the run decided about no app of the fleet."""


class BlockRequest(msgspec.Struct, frozen=True):
    """Which list to write."""

    format: str
    action: str = "block"
    names: tuple[str, ...] = ()
    """Bundle identifiers or names; empty: the apps with open stores."""
    weak: bool = False
    """Also apps that match only by name, or by an identifier that other apps have too."""
    force: bool = False
    """Also hosts that others share."""
    entry: int | None = None
    """ID of one entry of the inventory: only this one, because others may have the same identifier or name."""

    @property
    def chosen(self) -> bool:
        """True if the request chooses apps, with open stores or not."""
        return bool(self.names) or self.entry is not None

    @property
    def gateway(self) -> bool:
        """True if the list names hosts."""
        return self.format in HOST_FORMATS


class BlockList(msgspec.Struct, frozen=True):
    """A list in its format, and what is not in it."""

    data: bytes
    count: int
    """Number of apps or hosts in the list."""
    hosts: tuple[GatewayHost, ...] = ()
    """The hosts in a list for a gateway."""
    left_out: tuple[tuple[str, int], ...] = ()
    """Why apps were left out, with their number."""
    left_out_hosts: tuple[tuple[str, str], ...] = ()
    """Hosts that were left out, and why."""
    found: int = 0
    """Number of apps or hosts that the request selects, before any was left out."""
    shared: tuple[str, ...] = ()
    """Identifiers of templates in the list: a device blocks every app that has one."""


def block_list(
    fleet: FleetView,
    request: BlockRequest,
    lines: Iterable[FleetLine] | None = None,
    hosts: Sequence[GatewayHost] | None = None,
) -> BlockList:
    """Write the list that an EMM or a gateway imports. Nothing is changed anywhere.

    Args:
        fleet: the open fleet.
        request: which list.
        lines: the lines of the fleet, if the caller has them.
        hosts: the hosts of ``hosts_to_block``, if the caller has them.

    Raises:
        UsageError: unknown format or action, a chosen app is on no device, or the format cannot name apps to remove.
        WorkspaceError: the workspace cannot be read.
    """
    if request.format not in (*APP_FORMATS, *HOST_FORMATS):
        names = ", ".join((*APP_FORMATS, *HOST_FORMATS))
        raise UsageError("unknown format", where=request.format[:40], advice=f"Choose one of {names}")
    if request.action not in ACTIONS:
        raise UsageError("unknown action", where=request.action[:40], advice="Choose block or remove")
    chosen_by = _Choice.of(request)
    everything = sorted(fleet.lines(versions=False) if lines is None else lines, key=review_key)
    if request.gateway:
        if hosts is None:
            hosts = hosts_to_block(fleet, everything, request)
        written = write_list(request.format, hosts, force=request.force)
        return BlockList(
            written.data,
            len(written.hosts),
            written.hosts,
            left_out=() if request.chosen else tuple(undecided_counts(everything).items()),
            left_out_hosts=written.left_out,
            found=len(hosts),
        )
    active = [line for line in everything if line.active]
    chosen = [line for line in active if chosen_by.has(line, weak=request.weak)]
    if request.chosen and not chosen:
        where = ", ".join(request.names) or f"entry {request.entry}"
        raise UsageError(
            "no device has this app", where=where, advice="See `tieback inventory list`", page="See the review"
        )
    if request.format != "csv" and request.action == "remove":
        raise UsageError(
            "cannot list apps for removal: an EMM needs its own app ID, and no inventory contains it",
            where=f"--format {request.format}",
            advice="Use --format csv, or --action block",
            page="Choose the format csv, or the action block",
        )
    file = LISTS[request.format].write(chosen, request.action)
    left_out = dict(file.left_out)
    if not request.chosen and not request.weak:
        left_out |= Counter(_why_weak(line) for line in active if chosen_by.has(line, weak=True) and line not in chosen)
    found = len(chosen) + left_out.get(WEAK, 0) + left_out.get(TEMPLATE, 0)
    why = sorted(one for one in left_out.items() if one[1])
    if not request.chosen:
        why += undecided_counts(everything).items()
    shared = sorted({line.bundle_id for line in chosen if names_no_app(line.bundle_id)})
    return BlockList(file.data, file.apps, left_out=tuple(why), found=found, shared=tuple(shared))


def _why_weak(line: FleetLine) -> str:
    """Why an app that leads to open stores is only in a list of weak matches."""
    return TEMPLATE if names_no_app(line.bundle_id) else WEAK


def check_probed(request: BlockRequest, lines: Sequence[FleetLine]) -> None:
    """Check that a list without entries means that no open store was found.

    An empty list of a run that decided nothing would permit again what an earlier list blocks.

    Raises:
        NothingProbedError: the run decided about no app of the fleet.
    """
    mobile = [line for line in lines if line.active and line.app.platform.mobile]
    if request.chosen or not mobile or any(line.judged for line in lines):
        return
    counts = "; ".join(f"{count:,} {why}" for why, count in undecided_counts(mobile).items())
    # Others than those of the fleet may have been probed.
    decided = any(state_of(line) is FleetState.NOT_DECIDED for line in mobile)
    why = "it is not decided what is open behind an app" if decided else "no back end of an app was probed"
    raise NothingProbedError(
        f"{why}, so no list was written: it would be empty whatever is open. Apps on devices: {counts}",
        where=f"--format {request.format}",
        advice="Scan the apps with --grant FILE, or choose an earlier run with --run",
        page="Start a run of these apps under a grant, or choose an earlier run",
    )


def require_inventory(fleet: FleetView) -> None:
    """Refuse to write a list without an inventory: an empty list would read as "nothing to block".

    Raises:
        UsageError: no inventory was imported.
        WorkspaceError: the workspace cannot be read.
    """
    if not fleet.known:
        raise UsageError(
            "no inventory was imported, so it is unknown which apps are on devices",
            where="the list",
            advice="Run `tieback inventory import FILE` first",
            page="Upload an export of your EMM, and import it as an inventory",
        )


def undecided_counts(lines: Iterable[FleetLine]) -> dict[str, int]:
    """Number of mobile apps on devices that may lead to an open store, by the reason why that is not known."""
    found = Counter(state_of(line) for line in lines if line.active and line.app.platform.mobile)
    return {why: found[state] for state, why in UNDECIDED.items() if found[state]}


def hosts_to_block(
    fleet: FleetView, lines: Iterable[FleetLine], request: BlockRequest | None = None
) -> "list[GatewayHost]":
    """The hosts of open stores behind apps that a device has, or had. Raises ``WorkspaceError``."""
    chosen_by = _Choice() if request is None else _Choice.of(request)
    return fleet.gateway_hosts(
        [line for line in lines if (line.active or line.retired_but_exposed) and chosen_by.has(line, weak=True)]
    )


def review_lines(
    lines: Iterable[FleetLine], *, ownership: Ownership | None = None, enterprise_store: bool = False
) -> list[FleetLine]:
    """The mobile apps to review: on some device, or retired but exposed; the most urgent first.

    Args:
        lines: the fleet.
        ownership: only apps on a device of this ownership; ``personal`` is BYOD.
        enterprise_store: only apps that the organisation distributes itself.
    """
    kept = (
        line
        for line in lines
        if line.app.platform.mobile
        and (line.active or line.retired_but_exposed)
        and is_chosen(line.app, ownership, enterprise_store=enterprise_store)
    )
    return sorted(kept, key=review_key)


def is_chosen(app: FleetApp, ownership: Ownership | None, *, enterprise_store: bool) -> bool:
    """True if an app is on a device of this ownership and, if requested, the organisation distributes it itself."""
    return app.on(ownership) and (app.in_house or not enterprise_store)


class _Choice(msgspec.Struct, frozen=True):
    """Which apps a list is about."""

    names: frozenset[str] = frozenset()
    entry: int | None = None

    @classmethod
    def of(cls, request: BlockRequest) -> "_Choice":
        return cls(frozenset(name.casefold() for name in request.names), request.entry)

    def has(self, line: FleetLine, *, weak: bool) -> bool:
        if self.entry is not None:
            return self.entry in (line.app.id, *line.app.rows)
        if self.names:
            return line.app.bundle_id.casefold() in self.names or line.app.name.casefold() in self.names
        certain = line.match is None or not (line.match.strength.weak or names_no_app(line.bundle_id))
        return bool(line.exposures) and (weak or certain)
