"""The states of the apps in a review, and its order."""

from enum import StrEnum

from tieback.pipeline.fleet.coverage import FleetLine

type ReviewKey = tuple[int, int, int, int]
"""Sort key of the review: urgency of the state, our people and devices negated, ID."""


class FleetState(StrEnum):
    """What the review knows of an app."""

    OPEN = "open"
    """It leads to an open store, and a device has it."""
    WEAK = "weak"
    """An app with the same name or the same identifier of a template leads to an open store: a person must compare."""
    RETIRED = "retired"
    """No device has it any more, but the store behind it is open."""
    NOT_DECIDED = "not_decided"
    """It leads to a store that is known neither as open nor as closed, or to a back end that gave no result."""
    NOT_PROBED = "not_probed"
    """The run read it, but probed none of its back ends."""
    NOT_IN_RUN = "not_in_run"
    """It was analysed, but not by the run that the review shows."""
    UNKNOWN = "unknown"
    """It was never analysed."""
    PARTLY_READ = "partly_read"
    """A part of the app was not read, so that back ends may be missing. No open store is behind those that are known.
    """
    NO_BACK_END = "no_back_end"
    """The run read it and found no back end, so that nothing could be probed."""
    NO_OPEN_STORE = "no_open_store"
    """The run probed back ends of it, and found no open store. What was not probed is not decided."""


_URGENT = (FleetState.OPEN, FleetState.RETIRED, FleetState.WEAK)
"""The others come after them, those on the most devices first."""


def review_key(line: FleetLine) -> ReviewKey:
    """The place of an app in a review."""
    return (_urgency(state_of(line)), -(line.own_people or 0), -line.app.devices, line.app.id)


def state_of(line: FleetLine) -> FleetState:
    """What the review knows of an app."""
    if line.match is None:
        return FleetState.UNKNOWN
    if not line.exposures:
        return FleetState(line.back_end)
    if line.retired_but_exposed:
        return FleetState.RETIRED
    return FleetState.WEAK if line.match.strength.weak else FleetState.OPEN


def _urgency(state: FleetState) -> int:
    return _URGENT.index(state) if state in _URGENT else len(_URGENT)
