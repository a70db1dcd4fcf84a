"""The rules in a folder: which files of which platform, and the database that each of them is for.

``firebase.json`` names the rules files of its project (https://firebase.google.com/docs/cli#the_firebasejson_file).
The other platforms are recognised by the names of their files and folders. If there are none, the files of the folder
itself are recognised by their content. Nothing outside of the folder is read, and no link is followed.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tieback.model.count_text import count_text
from tieback.model.errors import InputError, UsageError
from tieback.model.skipped import HIDDEN, NOT_REGULAR, UNREADABLE, OnSkipped, SkippedCount
from tieback.model.unit import path_text
from tieback.posture.rules import reader_for
from tieback.posture.rules.amplify import Amplify
from tieback.posture.rules.appwrite import Appwrite
from tieback.posture.rules.containers.kubernetes import Kubernetes
from tieback.posture.rules.convex import Convex
from tieback.posture.rules.directus import Directus
from tieback.posture.rules.firebase_project import firebase_parts
from tieback.posture.rules.hasura import Hasura
from tieback.posture.rules.instantdb import InstantDb
from tieback.posture.rules.part import RulesPart
from tieback.posture.rules.pocketbase import PocketBase
from tieback.posture.rules.source import load_text
from tieback.posture.rules.sql.project import config_file, grouped, is_project, sql_files
from tieback.posture.rules.sql_connect import SqlConnect

MAX_ENTRIES = 50_000
"""Most files and folders that are looked at."""
MAX_DEPTH = 8
MAX_FILES = 5_000
"""Most files of one platform."""
_MAX_LOOSE = 200
_MAX_LOOSE_BYTES = 4 << 20
_SKIPPED = {
    "node_modules", "dist", "build", "vendor", "Pods", "target", "coverage", "venv", "__pycache__", "_generated",
}  # fmt: skip
_LOOSE = {".rules", ".json", ".yml", ".yaml", ".conf", ".gql", ".ts", ".js", ".ini", ".cfg", ".txt", ".tf"}
_SOURCES = {".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts"}
_NO_RULES = (
    "Name the files, or a folder with one of firebase.json, supabase/, convex/, amplify/, pb_migrations/, "
    "instant.perms.ts, appwrite.json, Hasura metadata or a Directus export"
)

type Part = Path | tuple[Path, ...] | RulesPart
"""A file or a Supabase project; migrations of one database; or the files of a platform."""


def expand(paths: Sequence[Path], skipped: OnSkipped | None = None) -> Iterator[Part | InputError]:
    """What to audit: files as they are, and the parts of each folder.

    Yields an ``InputError`` in the place of a folder, or of a part of it, that cannot be read. ``skipped`` is called
    with the files of each folder that are no rules.
    """
    for one in grouped(paths):
        if isinstance(one, tuple) or not one.is_dir():
            yield one
            continue
        try:
            yield from parts_of(one, skipped)
        except InputError as error:
            yield error


def parts_of(folder: Path, skipped: OnSkipped | None = None) -> Iterator[Part | InputError]:
    """The rules of a project.

    Args:
        folder: the project.
        skipped: called at the end with the files that are no rules.

    Raises:
        InputError: no rules are recognised, or the folder has more than ``MAX_ENTRIES`` entries.
    """
    tree = _Tree(folder)
    for part in _parts(tree):
        tree.use(part)
        yield part
    tree.report(skipped)


def _parts(tree: "_Tree") -> Iterator[Part | InputError]:
    folder = tree.root
    count = 0
    for part in _platforms(tree):
        count += 1
        yield part
    for place in [folder] if is_project(folder) else tree.named("supabase"):
        if is_project(place):
            count += 1
            yield place
    if not count:
        found = dict(_loose(tree))
        if not found:
            looked = count_text(sum(len(one.files) for one in tree.folders), "file")
            raise InputError(f"no rules are recognised in this folder ({looked})", where=str(folder), advice=_NO_RULES)
        manifests = tuple(path for path, kind in found.items() if kind == Kubernetes.meta.name)
        if len(manifests) > 1:
            # A Service in one file leads to the containers in another.
            yield RulesPart(Kubernetes.meta.name, manifests, folder)
            found = {path: kind for path, kind in found.items() if path not in manifests}
        yield from grouped(list(found))


@dataclass(frozen=True, slots=True)
class _Folder:
    path: Path
    files: tuple[str, ...]


class _Tree:
    """Names of the files below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders: list[_Folder] = []
        self._passed = SkippedCount()
        self._used: set[Path] = set()
        entries = 0
        waiting = [(root, 0)]
        while waiting:
            path, depth = waiting.pop()
            files: list[str] = []
            inner: list[Path] = []
            try:
                listed = sorted(os.scandir(path), key=lambda entry: entry.name)
            except OSError as error:
                if path == root:
                    raise InputError(error.strerror or "cannot be read", where=str(path)) from None
                self._passed.add(UNREADABLE, path_text(Path(path.name)))
                continue
            for entry in listed:
                entries += 1
                if entries > MAX_ENTRIES:
                    raise InputError(
                        f"more than {MAX_ENTRIES:,} files", where=str(root), advice="Name the folder with the rules"
                    )
                if entry.is_file(follow_symlinks=False):
                    files.append(entry.name)
                elif why := _why_passed(entry, depth):
                    self._passed.add(why, path_text(Path(entry.name)))
                else:
                    inner.append(Path(entry.path))
            self.folders.append(_Folder(path, tuple(files)))
            waiting += [(one, depth + 1) for one in reversed(inner)]

    def use(self, part: Part | InputError) -> None:
        """Remember the files of a part. Those of a part that cannot be read are named in its error."""
        if isinstance(part, RulesPart):
            self._used.update(part.files)
        elif isinstance(part, tuple):
            self._used.update(part)
        elif isinstance(part, Path):
            project = [*sql_files(part), config_file(part)] if part.is_dir() else [part]
            self._used.update(path for path in project if path is not None)

    def report(self, skipped: OnSkipped | None) -> None:
        """Report the files that are in no part."""
        for one in self.folders:
            for name in one.files:
                if one.path / name not in self._used:
                    self._passed.add("not recognised as rules", path_text(Path(name)))
        self._passed.report(path_text(self.root), skipped)

    def named(self, *names: str) -> list[Path]:
        """Folders with such a name."""
        return [one.path for one in self.folders if _name(one.path) in names]

    def below(self, place: Path, endings: set[str]) -> list[Path]:
        """Files with such endings in a folder and below it, in the order of their names."""
        found = [
            one.path / name
            for one in self.folders
            if one.path == place or place in one.path.parents
            for name in one.files
            if Path(name).suffix.lower() in endings
        ]
        return sorted(found)[:MAX_FILES]


def _name(path: Path) -> str:
    return path.name or path.resolve().name


def _why_passed(entry: os.DirEntry[str], depth: int) -> str:
    """Why an entry that is no regular file is not looked into; empty for a folder of the project."""
    if entry.is_symlink():
        return "links, which are not followed"
    if not entry.is_dir():
        return NOT_REGULAR
    if entry.name.startswith("."):
        return HIDDEN
    if entry.name in _SKIPPED:
        return "folders of dependencies and builds"
    return "" if depth < MAX_DEPTH else "folders that are nested too deeply"


def _platforms(tree: _Tree) -> Iterator[RulesPart | InputError]:
    connected: set[Path] = set()
    for one in tree.folders:
        if "firebase.json" in one.files:
            tree.use((one.path / "firebase.json", one.path / ".firebaserc"))
            for part in firebase_parts(one.path, lambda place: tree.below(place, {".gql", ".graphql", ".yaml"})):
                if isinstance(part, RulesPart) and part.kind == SqlConnect.meta.name:
                    connected.update(part.files)
                yield part
    for one in tree.folders:
        yield from _of_folder(tree, one, connected)


def _of_folder(tree: _Tree, one: _Folder, connected: set[Path]) -> Iterator[RulesPart]:
    place, files = one.path, set(one.files)
    name = _name(place)
    if {"dataconnect.yaml", "dataconnect.yml"} & files:
        found = tree.below(place, {".gql", ".graphql", ".yaml"})
        if not connected.intersection(found):
            yield RulesPart(SqlConnect.meta.name, tuple(found), place)
    if perms := sorted(file for file in files if file.startswith("instant.perms.")):
        schema = [file for file in files if file.startswith("instant.schema.")]
        yield RulesPart(InstantDb.meta.name, tuple(place / file for file in [*perms[:1], *schema[:1]]), place)
    for file in ("appwrite.config.json", "appwrite.json"):
        if file in files:
            yield RulesPart(Appwrite.meta.name, (place / file,), place)
            break
    if name == "convex":
        found = [path for path in tree.below(place, _SOURCES) if not _is_test(path)]
        if any(_mentions(path, b"_generated/server") for path in found):
            yield RulesPart(Convex.meta.name, tuple(found), place)
    if name == "amplify":
        found = [path for path in tree.below(place, {".ts", ".tsx"}) if not _is_test(path)]
        if any(_mentions(path, b"@aws-amplify/backend") for path in found):
            yield RulesPart(Amplify.meta.name, tuple(found), place)
    if name == "pb_migrations" and (found := [place / file for file in sorted(files) if file.endswith(".js")]):
        yield RulesPart(PocketBase.meta.name, tuple(found), place)
    elif "pb_schema.json" in files:
        yield RulesPart(PocketBase.meta.name, (place / "pb_schema.json",), place)
    yield from _exports(tree, one)


def _exports(tree: _Tree, one: _Folder) -> Iterator[RulesPart]:
    """Hasura and Directus."""
    place, files = one.path, set(one.files)
    is_metadata = "version.yaml" in files and (
        "tables.yaml" in files
        or any(inner.path.parent == place and inner.path.name == "databases" for inner in tree.folders)
    )
    if is_metadata:
        server = [
            folder.path / file
            for folder in tree.folders
            if folder.path in place.parents
            for file in folder.files
            if file.startswith((".env", "docker-compose", "compose"))
        ]
        found = [*tree.below(place, {".yaml", ".yml"}), *server[:20]]
        yield RulesPart(Hasura.meta.name, tuple(found), place)
    for file in ("hasura_metadata.json", "metadata.json"):
        if file in files and _mentions(place / file, b"select_permissions"):
            yield RulesPart(Hasura.meta.name, (place / file,), place)
    if "permissions.json" in files and _mentions(place / "permissions.json", b'"action"'):
        names = ("permissions.json", "policies.json", "access.json", "roles.json", "settings.json")
        yield RulesPart(Directus.meta.name, tuple(place / file for file in names if file in files), place)


def _is_test(path: Path) -> bool:
    return path.name.endswith(".d.ts") or ".test." in path.name or ".spec." in path.name


def _mentions(path: Path, word: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return word in file.read(4 << 20)
    except OSError:
        return False


def _loose(tree: _Tree) -> Iterator[tuple[Path, str]]:
    """Files of the folder itself that a reader recognises, with the name of the reader."""
    top = tree.folders[0]
    for name in top.files[:_MAX_LOOSE]:
        path = top.path / name
        try:
            if path.suffix.lower() in _LOOSE and path.stat().st_size <= _MAX_LOOSE_BYTES:
                yield path, reader_for(load_text(path)).meta.name
        except (InputError, UsageError, OSError):
            continue
