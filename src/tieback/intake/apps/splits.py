"""Sets of split packages that are one app: APKS (bundletool), XAPK (APKPure), APKM (APKMirror).

Source: https://developer.android.com/tools/bundletool (``toc.pb``, ``splits/``, ``standalones/``). ``manifest.json`` of
XAPK and ``info.json`` of APKM have no specification: the keys below are those that both stores write. The packages in a
set are read like any archive inside a package (see ``entries``); this module only identifies the app.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from tieback.intake.apps.apk import ApkFormat, is_apk
from tieback.intake.apps.archive import Archive
from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.directory import ArchiveEntry
from tieback.intake.apps.interface import Artifact, EntrySource
from tieback.intake.apps.printable import printable
from tieback.intake.apps.problems import NestedProblems
from tieback.model.app import App, Platform
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.sighting import UnreadKind

MAX_JSON = 1024 * 1024
MAX_TEXT = 300
_BASES = ("base.apk", "base-master.apk", "universal.apk")
"""Names of the package with the code, in order of preference."""

_LISTS = ("manifest.json", "info.json")
_MARKS = (*_LISTS, "toc.pb")


class _Listed(msgspec.Struct, frozen=True):
    """The app according to ``manifest.json`` or ``info.json``."""

    bundle_id: str = ""
    name: str = ""
    version_name: str = ""
    version_code: str = ""
    min_sdk: str = ""
    target_sdk: str = ""
    base: str = ""
    """Name of the base package."""


class SplitSet:
    """The format of sets of split APKs: see ``package.Format``."""

    def __init__(self, source: EntrySource, budget: PackageBudget) -> None:
        self._source = source
        self._budget = budget
        self._components: tuple[str, ...] | None = None

    def identify(self, sha256: str) -> App | None:
        """The identity of the base package, with the hash of the set; else the identity in the set's own list."""
        listed = self._listed()
        base = _base(self._source, listed)
        app = self._of_base(base, sha256) if base is not None else None
        if app is None and listed.bundle_id:
            self._source.problems.note(
                "the base package cannot be read: the app is identified from the set's own list",
                "",
                UnreadKind.UNREADABLE,
            )
            app = App(
                Platform.ANDROID,
                listed.bundle_id,
                sha256,
                listed.name,
                listed.version_name,
                listed.version_code,
                listed.min_sdk,
                listed.target_sdk,
            )
        if app is None:
            self._source.problems.note("no base package: the app cannot be identified", "", UnreadKind.MISSING)
        return app

    def special(self, name: str) -> Artifact | None:
        """``None``: every entry is read by its content."""
        del name
        return None

    def policies(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the base package declares."""
        base = _base(self._source, self._listed())
        if base is None:
            return ()
        with self._source.open_nested(base) as view:
            inner = Archive(view, NestedProblems(self._source.problems, f"{base.name}!"), self._budget)
            form = ApkFormat(inner)
            found = form.policies() if is_apk(inner) else ()
            self._components = form.components() if is_apk(inner) else ()
        return tuple(replace(policy, source=f"{base.name}!{policy.source}") for policy in found)

    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """Empty: only packages of iOS have privacy manifests."""
        return ()

    def components(self) -> tuple[str, ...]:
        """Classes that the manifest of the base package names."""
        if self._components is None:
            self.policies()  # reads the same package, which may have to be inflated
        return self._components or ()

    def _of_base(self, base: ArchiveEntry, sha256: str) -> App | None:
        with self._source.open_nested(base) as view:
            inner = Archive(view, NestedProblems(self._source.problems, f"{base.name}!"), self._budget)
            alone = sum(entry.name.lower().endswith(".apk") for entry in self._source.entries) == 1
            return ApkFormat(inner, alone=alone).identify(sha256) if is_apk(inner) else None

    def _listed(self) -> _Listed:
        for name in _LISTS:
            entry = self._source.find(name)
            if entry is None:
                continue
            try:
                values = msgspec.json.decode(bytes(self._source.read(entry, MAX_JSON)))
            except (msgspec.DecodeError, ValueError, RecursionError):
                self._source.problems.note("not a valid JSON document", name, None)
                continue
            if isinstance(values, dict):
                return _read(values)
        return _Listed()


def is_split_set(source: EntrySource) -> bool:
    """True if the packages in this archive are one app, not several."""
    packages = [entry for entry in source.entries if entry.name.lower().endswith(".apk")]
    if not packages:
        return False
    told = any(source.find(name) for name in _MARKS)
    return told or len(packages) == 1 or any(_last(entry) in _BASES for entry in packages)


def _read(values: dict[str, Any]) -> _Listed:
    def text(*keys: str) -> str:
        found = next((values[key] for key in keys if isinstance(values.get(key), str | int)), "")
        return printable(str(found), MAX_TEXT)

    splits = values.get("split_apks")
    base = ""
    for split in splits[:1000] if isinstance(splits, list) else []:
        if isinstance(split, dict) and split.get("id") == "base" and isinstance(split.get("file"), str):
            base = split["file"]
    return _Listed(
        text("package_name", "pname"),
        text("name", "app_name"),
        text("version_name", "release_version"),
        text("version_code", "versioncode"),
        text("min_sdk_version", "min_api"),
        text("target_sdk_version"),
        base,
    )


def _base(source: EntrySource, listed: _Listed) -> ArchiveEntry | None:
    """The package with the code: by the list or its name, else the largest."""
    for name in (listed.base, f"{listed.bundle_id}.apk"):
        entry = source.find(name)
        if entry is not None:
            return entry
    packages = [entry for entry in source.entries if entry.name.lower().endswith(".apk")]
    for base in _BASES:
        for entry in packages:
            if _last(entry) == base:
                return entry
    return max(packages, key=lambda entry: entry.size, default=None)


def _last(entry: ArchiveEntry) -> str:
    return entry.name.rpartition("/")[2]
