"""A published list of affected apps beside the inventory: devices, versions and the next action. Needs no analysis.

An app matches by bundle identifier or store ID. A match by name and publisher, by name only, or by the identifier of a
template is weak.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from tieback.intake.inventory.affected_versions import comparable, is_in_range, is_range, version_key
from tieback.intake.inventory.published import ListedApp, read_published_list
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform, FleetApp, MatchStrength
from tieback.recognise.makers.words import names_no_app
from tieback.storage.workspace import Workspace


class ListMatch(msgspec.Struct, frozen=True):
    """An app of the list, and an app of the fleet that it may be."""

    listed: ListedApp
    app: FleetApp | None = None
    """``None`` if no inventory ever listed the app."""
    strength: MatchStrength | None = None
    affected: tuple[tuple[str, int], ...] = ()
    """Installed versions that the list names as affected, with devices."""
    not_affected: tuple[tuple[str, int], ...] = ()
    undecided: tuple[tuple[str, int], ...] = ()
    """Installed versions that cannot be compared with those of the list."""

    @property
    def weak(self) -> bool:
        """True if a person should check that both are the same app."""
        return self.strength is not None and self.strength.weak

    @property
    def action(self) -> str:
        """What to do: ``update to at least X``, ``remove``, ``contact``; empty if no device is concerned."""
        if self.app is None or self.app.removed is not None or not (self.affected or self.undecided):
            return ""
        if self.listed.action == "remove":
            return "remove"
        if self.listed.fixed:
            return f"update to at least {self.listed.fixed}"
        return "contact the vendor"

    def document(self) -> dict[str, object]:
        """The match as one JSON object."""
        app = self.app
        return {
            "listed": self.listed,
            "status": self.status,
            "bundle_id": app.bundle_id if app else "",
            "name": app.label if app else "",
            "platform": app.platform if app else None,
            "devices": app.devices if app else 0,
            "counted": app.counted if app else None,
            "ownership": app.ownership if app else {},
            "match": self.strength,
            "weak": self.weak,
            "affected": [{"version": version, "devices": devices} for version, devices in self.affected],
            "not_affected": [{"version": version, "devices": devices} for version, devices in self.not_affected],
            "undecided": [{"version": version, "devices": devices} for version, devices in self.undecided],
            "action": self.action,
        }

    @property
    def status(self) -> str:
        """``installed``, ``removed`` (no device has it any more) or ``not_installed``."""
        if self.app is None:
            return "not_installed"
        return "installed" if self.app.removed is None else "removed"


class ListMatches(msgspec.Struct, frozen=True):
    """The matches of one or more lists."""

    matches: tuple[ListMatch, ...]
    ignored: tuple[tuple[str, int, str], ...] = ()
    """File, number of records that name no app, and the first of them."""
    notes: tuple[tuple[str, str], ...] = ()
    """File, and a fact about it that the user should know."""
    inventory: bool = True
    """False if no inventory was imported: no app can match."""


def match_files(workspace: Path, files: Iterable[Path]) -> ListMatches:
    """The apps of published lists beside the inventory of a workspace.

    Raises:
        InputError: a list cannot be read.
        WorkspaceError: the workspace does not exist or cannot be read.
    """
    listed: list[ListedApp] = []
    ignored: list[tuple[str, int, str]] = []
    notes: list[tuple[str, str]] = []
    for path in files:
        source = InventorySource(path)
        listed += read_published_list(source)
        if source.skipped:
            ignored.append((str(path), source.skipped, source.first_skipped))
        notes += ((str(path), note) for note in source.notes)
    with Workspace.open(workspace, create=False) as space:
        fleet = [app for app in space.ledger.inventory.apps() if app.platform.mobile]
        known = space.ledger.inventory.known()
    return ListMatches(tuple(match_list(listed, fleet)), tuple(ignored), tuple(notes), known)


def match_list(listed: Iterable[ListedApp], fleet: Sequence[FleetApp]) -> list[ListMatch]:
    """Every app of the list with the apps of the fleet that it matches; those on the most devices first."""
    by_ident: dict[str, list[FleetApp]] = {}
    by_name: dict[str, list[FleetApp]] = {}
    for app in fleet:
        for ident in {app.bundle_id.casefold(), app.store_id.casefold()} - {""}:
            by_ident.setdefault(ident, []).append(app)
        if app.name:
            by_name.setdefault(app.name.strip().casefold(), []).append(app)
    found: list[ListMatch] = []
    for one in listed:
        matches = list(_strong(one, by_ident)) or list(_weak(one, by_name))
        found += [_judged(one, app, strength) for app, strength in matches] or [ListMatch(one)]
    found.sort(key=lambda match: (match.status != "installed", match.weak, -(match.app.devices if match.app else 0)))
    return found


def _strong(one: ListedApp, known: dict[str, list[FleetApp]]) -> Iterable[tuple[FleetApp, MatchStrength]]:
    for ident, strength in ((one.bundle_id, MatchStrength.BUNDLE_ID), (one.store_id, MatchStrength.STORE_ID)):
        for app in known.get(ident.casefold(), ()) if ident else ():
            exact = app.platform is not DevicePlatform.ANDROID or ident in (app.bundle_id, app.store_id)
            if exact and _same_platform(one, app):
                yield app, MatchStrength.TEMPLATE_ID if names_no_app(ident) else strength


def _weak(one: ListedApp, known: dict[str, list[FleetApp]]) -> Iterable[tuple[FleetApp, MatchStrength]]:
    for app in known.get(one.name.strip().casefold(), ()) if one.name else ():
        # An app with another identifier is another app, whatever its name.
        if not _same_platform(one, app) or (one.bundle_id and app.bundle_id):
            continue
        publishers = (one.publisher.strip().casefold(), app.publisher.strip().casefold())
        if all(publishers):
            if publishers[0] == publishers[1]:
                yield app, MatchStrength.NAME_PUBLISHER
        else:
            yield app, MatchStrength.NAME


def _same_platform(one: ListedApp, app: FleetApp) -> bool:
    return DevicePlatform.UNKNOWN in (one.platform, app.platform) or one.platform is app.platform


def _judged(one: ListedApp, app: FleetApp, strength: MatchStrength) -> ListMatch:
    groups: dict[bool | None, list[tuple[str, int]]] = {True: [], False: [], None: []}
    for version, devices in app.versions:
        groups[_is_affected(one, version)].append((version, devices))
    return ListMatch(one, app, strength, tuple(groups[True]), tuple(groups[False]), tuple(groups[None]))


def _is_affected(one: ListedApp, version: str) -> bool | None:
    """Whether the list names a version as affected; ``None`` if that cannot be decided."""
    ranges = [is_in_range(version, text) for text in one.versions if is_range(text)]
    if version in one.versions or True in ranges:
        return True
    if ranges and len(ranges) == len(one.versions):
        # Ranges state that the versions outside are safe.
        return None if None in ranges else False
    if one.fixed:
        return version_key(version) < version_key(one.fixed) if comparable(version, one.fixed) else None
    # A list of single versions does not state that the others are safe.
    return None if one.versions else True
