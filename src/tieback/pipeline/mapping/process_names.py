"""Apps of flows whose capture names only a process, as captures of iOS do (PKTAP, pymobiledevice3's ``pcapd``).

The name is that of the main program, ``CFBundleExecutable``, cut to 16 bytes (``MAXCOMLEN`` in ``bsd/sys/param.h`` of
XNU). It is weaker than an identifier: another app of the device may have the same name.
"""

from collections.abc import Iterable, Mapping

import msgspec

from tieback.model.flow import FlowApp
from tieback.model.report.captures import AppMatch

_LENGTH = 16
"""Bytes of a process name in the header of a packet."""
_SOURCES = frozenset({"pktap", "comment"})
COMMON: Mapping[str, str] = {"Runner": "Flutter", "App": "Capacitor"}
"""Programs that a framework names the same in every app. Sources: ``flutter create``, ``npx cap add ios``."""


class ProcessApp(msgspec.Struct, frozen=True):
    """A flow's app, and on what its identity rests."""

    app: FlowApp | None
    match: AppMatch
    key: str = ""
    """Content hash of the app, if the name of a process identified it."""


class ProcessNames:
    """The iOS apps of a run, by the name of their process."""

    def __init__(self, apps: Iterable[tuple[str, str, str]] = ()) -> None:
        """Take the main program, bundle identifier and content hash of each app."""
        self._apps: dict[str, dict[str, str]] = {}
        for executable, bundle_id, key in apps:
            for name in {executable, process_name(executable)}:
                self._apps.setdefault(name, {})[bundle_id] = key
        self._known: dict[FlowApp, ProcessApp] = {}

    def identify(self, bundle_id: str) -> bool:
        """Whether the name of a process can identify this app."""
        return any(len(found) == 1 and bundle_id in found and name not in COMMON for name, found in self._apps.items())

    def of(self, app: FlowApp | None) -> ProcessApp:
        """The app of a flow. It has a bundle identifier if exactly one app of the run has this process."""
        if app is None:
            return _NONE
        known = self._known.get(app)
        if known is None:  # a capture names at most 65,536 apps
            known = self._known[app] = self._of(app)
        return known

    def _of(self, app: FlowApp) -> ProcessApp:
        if app.bundle_id:
            return ProcessApp(app, AppMatch.IDENTIFIER)
        found = self._apps.get(app.name) if app.source in _SOURCES and app.uid is None else None
        if not found:
            return ProcessApp(app, AppMatch.UNKNOWN)
        if app.name in COMMON:
            return ProcessApp(app, AppMatch.COMMON_NAME)
        if len(found) > 1:
            return ProcessApp(app, AppMatch.SEVERAL_APPS)
        ((bundle_id, key),) = found.items()
        return ProcessApp(msgspec.structs.replace(app, bundle_id=bundle_id), AppMatch.PROCESS_NAME, key)


def process_name(executable: str) -> str:
    """The name of a program as a packet has it: cut to 16 bytes, perhaps within a letter."""
    return executable.encode("utf-8", "replace")[:_LENGTH].decode("utf-8", "replace").strip()


_NONE = ProcessApp(None, AppMatch.UNKNOWN)
