"""``firebase.json`` and ``.firebaserc``: which rules file is for which database, instance, bucket and connector.

Format: https://firebase.google.com/docs/cli#the_firebasejson_file,
https://firebase.google.com/docs/cli/targets and https://firebase.google.com/docs/firestore/manage-databases.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from tieback.model.errors import InputError
from tieback.posture.rules.firebase_rtdb import FirebaseRtdb
from tieback.posture.rules.firestore import Firestore
from tieback.posture.rules.part import RulesPart
from tieback.posture.rules.source import load_text
from tieback.posture.rules.sql_connect import SqlConnect
from tieback.posture.rules.tree import ConfigNode, read_json

MAX_DATABASES = 1_000
_SERVICES = (
    ("firestore", "Firestore", Firestore.meta.name),
    ("database", "Realtime Database", FirebaseRtdb.meta.name),
    ("storage", "Storage", Firestore.meta.name),
)

type Files = Callable[[Path], Sequence[Path]]
"""The GraphQL and YAML files below a folder."""


def firebase_parts(folder: Path, files: Files) -> Iterator[RulesPart | InputError]:
    """The rules files that ``firebase.json`` names, each with its database; an error in the place of a missing one."""
    config = folder / "firebase.json"
    try:
        root = read_json(load_text(config), loose=True)
    except InputError as error:
        yield error
        return
    targets = _Targets(folder)
    for key, title, kind in _SERVICES:
        node = root.get(key)
        for one in node.each()[:MAX_DATABASES] if node is not None else ():
            rules = one.get("rules")
            if rules is None or not rules.text:
                continue
            found = _inside(folder, rules.text)
            label = " ".join(part for part in (title, targets.label(key, one)) if part)
            if found is None or not found.is_file():
                where = f"{config}:{rules.line}"
                yield InputError(
                    f"{label}: {rules.text} is not a file of this folder", where=where, advice="Fix the name"
                )
                continue
            yield RulesPart(kind, (found,), folder, label)
    yield from _connectors(root, folder, files)


def _connectors(root: ConfigNode, folder: Path, files: Files) -> Iterator[RulesPart]:
    node = root.get("dataconnect")
    for one in node.each()[:MAX_DATABASES] if node is not None else ():
        source = one.get("source")
        place = _inside(folder, source.text) if source is not None and source.text else None
        found = tuple(files(place)) if place is not None else ()
        if place is not None and any(path.suffix in {".gql", ".graphql"} for path in found):
            yield RulesPart(SqlConnect.meta.name, found, place, f"SQL Connect {place.name}")


def _inside(folder: Path, name: str) -> Path | None:
    """A path below a folder; ``None`` if the name leads out of it, or through a link."""
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part != "."]
    if not parts or parts[0].startswith("/") or ".." in parts or "\0" in name:
        return None
    path = folder
    for part in parts:
        path /= part
        if path.is_symlink():
            return None
    return path


class _Targets:
    """Projects and deploy targets of ``.firebaserc``."""

    def __init__(self, folder: Path) -> None:
        self._root = ConfigNode({}, 0)
        with suppress(InputError):
            self._root = read_json(load_text(folder / ".firebaserc"), loose=True)
        project = self._root.get("projects")
        self._project = project.get("default") if project is not None else None

    def label(self, service: str, node: ConfigNode) -> str:
        """``(default)``, the name of an instance or bucket, or a target and its instances."""
        for key in ("database", "instance", "bucket"):
            named = node.get(key)
            if named is not None and named.text:
                return named.text
        target = node.get("target")
        if target is None or not target.text:
            return "(default)" if service == "firestore" else "(default instance)" if service == "database" else ""
        project = self._project.text if self._project is not None else ""
        targets = self._root.value.get("targets") if isinstance(self._root.value, dict) else None
        found = targets.get(project) if targets is not None and project else None
        found = found.get(service) if found is not None else None
        found = found.get(target.text) if found is not None else None
        names = ", ".join(found.texts()[:5]) if found is not None else "not in .firebaserc"
        return f"target {target.text} ({names})"
