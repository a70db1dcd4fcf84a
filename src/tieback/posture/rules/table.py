"""Rules of a project as a list of resources, each with the access of each requester."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from tieback.posture.rules.interface import MAX_PATHS, PathPermissions, Requester, deny

READS, WRITES = ("get", "list"), ("create", "update", "delete")
_NAMED = re.compile(r"\\\{[A-Za-z0-9_]+\\\}")

type Access = Callable[[Requester], PathPermissions]
"""Access of a requester to a resource, computed when it is asked for."""


def same_access(access: PathPermissions) -> Access:
    """The same access for every requester."""
    return lambda _who: access


def not_in_files(what: str) -> Access:
    """Access to a resource that no file names: not known."""
    unknown = deny(f"no such {what} in these files", certain=False)
    return same_access(PathPermissions(unknown, unknown))


@dataclass(frozen=True)
class ResourceTable:
    """Access to the resources that the files name.

    A resource may be a pattern: ``*`` at its end covers everything below it, and ``{name}`` one segment of a path.
    """

    resources: Mapping[str, Access]
    missing: Access
    """Access to a resource that no file names."""

    def paths(self) -> Iterator[str]:
        """The resources, in the order of the files."""
        yield from islice(self.resources, MAX_PATHS)

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Access to a resource, or to something below it, such as ``posts/42``."""
        found = path if path in self.resources else self._find(path.strip("/"))
        return (self.resources[found] if found else self.missing)(who)

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
