"""Rules of a project as a list of resources, each with the access of each requester."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from tieback.posture.rules.interface import MAX_PATHS, PathPermissions, Requester

READS, WRITES = ("get", "list"), ("create", "update", "delete")
_NAMED = re.compile(r"\\\{[A-Za-z0-9_]+\\\}")


@dataclass(frozen=True)
class ResourceTable:
    """Access to the resources that the files name.

    A resource may be a pattern: ``*`` at its end covers everything below it, and ``{name}`` one segment of a path.
    """

    resources: Mapping[str, Mapping[Requester, PathPermissions]]
    missing: Mapping[Requester, PathPermissions] = field(default_factory=dict)
    """Access to a resource that no file names."""

    def paths(self) -> Iterator[str]:
        """The resources, in the order of the files."""
        yield from islice(self.resources, MAX_PATHS)

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Access to a resource, or to something below it, such as ``posts/42``."""
        found = path if path in self.resources else self._find(path.strip("/"))
        return (self.resources[found] if found else self.missing)[who]

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        names = sorted(
            (name for name in self.resources if "*" in name or "{" in name),
            key=lambda name: (name.count("{"), -len(name)),
        )
        return [(_pattern(name), name) for name in names[:MAX_PATHS]]

    def _find(self, path: str) -> str:
        while path:
            if path in self.resources:
                return path
            for pattern, name in self._patterns:
                if pattern.fullmatch(path[:2000]):
                    return name
            path = path.rpartition("/")[0]
        return "/" if "/" in self.resources else ""


def _pattern(name: str) -> re.Pattern[str]:
    quoted = _NAMED.sub("[^/]+", re.escape(name.rstrip("*")))
    return re.compile(quoted + (".*" if name.endswith("*") else ""), re.DOTALL)
