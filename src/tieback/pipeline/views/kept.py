"""One prepared result per open workspace, kept until its version changes."""

import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

from tieback.storage.workspace import Workspace


class Kept[T]:
    """The last result of an expensive query for each open workspace; it ends with the workspace."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: WeakKeyDictionary[Workspace, tuple[object, T]] = WeakKeyDictionary()

    def get(self, workspace: Workspace, version: object, prepare: Callable[[], T]) -> T:
        """The result of ``prepare`` for this version; concurrent callers wait for one of them."""
        known = self._found.get(workspace)
        if known is not None and known[0] == version:
            return known[1]
        with self._lock:
            known = self._found.get(workspace)
            if known is None or known[0] != version:
                known = (version, prepare())
                self._found[workspace] = known
            return known[1]
