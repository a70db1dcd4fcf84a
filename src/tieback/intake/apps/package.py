"""Opened package of any format: its entries, its identity, read once, and its artifacts, walked once."""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self

from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.entries import walk_entries
from tieback.intake.apps.interface import Artifact, ArtifactBatch, EntrySource, Piece
from tieback.intake.apps.unread import CodeCheck
from tieback.model.app import App
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.sighting import Problem, UnreadCode

_HYBRID = (
    "/cordova.js", "/phonegap.js", "/cordova_plugins.js", "/www/index.html", "/public/index.html",
    ".apk", ".ipa", ".zip",
)  # fmt: skip
"""Ends of the names of such scripts, of the first page of such apps, and of packages inside a package."""

_ASSETS, _PAGES = "/assets/", (".html", ".htm")


class Format(Protocol):
    """The parts of a package that one format reads in its own way."""

    def identify(self, sha256: str) -> App | None:
        """The identity; ``None`` and a problem of the source if it cannot be read."""
        ...

    def special(self, name: str) -> Artifact | None:
        """The artifact of an entry that this format reads in its own way, else ``None``."""
        ...

    def policies(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the app declares; empty if it cannot be read."""
        ...

    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """The privacy manifests in the package."""
        ...

    def components(self) -> tuple[str, ...]:
        """Classes that the manifest names, of which the code has at least one; empty if unknown."""
        ...


type Locate = Callable[[str, int], tuple[str, int] | None]
"""From a file that was made, and an offset in it, to the file of the package."""


class Package:
    """See ``interface.OpenedApp``. Also a context manager that closes itself."""

    def __init__(
        self,
        path: Path,
        source: EntrySource,
        budget: PackageBudget,
        form: Format,
        digest: Callable[[], str],
        close: Callable[[], None],
        locate: Locate | None = None,
    ) -> None:
        self.path = path
        self.problems: list[Problem] = source.problems
        self._source = source
        self._budget = budget
        self._format = form
        self._digest = digest
        self._close = close
        self._locate = locate
        self._check: CodeCheck | None = None

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the file, lower-case hexadecimal; of a folder, see ``digest.content_digest``."""
        return self._digest()

    @cached_property
    def app(self) -> App | None:
        """The identity; ``None`` if it could not be read, with the reason in ``problems``."""
        return self._format.identify(self.sha256)

    @cached_property
    def cleartext(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the app declares; the rule for all other hosts is first. Empty if unreadable."""
        return self._format.policies()

    @cached_property
    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """The privacy manifests of the app and of its parts; that of the app is first."""
        return self._format.declarations()

    def artifacts(self) -> Iterator[Artifact]:
        """Yield each entry worth searching; its buffers are released when the next one is requested."""
        for piece in self.pieces():
            if isinstance(piece, ArtifactBatch):
                yield from piece.artifacts()
            else:
                yield piece

    def pieces(self) -> Iterator[Piece]:
        """Yield the same artifacts in the same order, with small files grouped."""
        self._check = check = CodeCheck(self._format.components())
        for piece in walk_entries(self._source, self._format.special, self._budget):
            check.see(piece)
            yield piece
            del piece

    @property
    def may_be_hybrid(self) -> bool:
        """True if the package has a script or page of Cordova or Capacitor, or a package inside, which can have one."""
        return any(entry.name.endswith(_HYBRID) for entry in self._source.entries)

    @property
    def has_asset_pages(self) -> bool:
        """True if the package has a page in its assets."""
        return any(entry.name.endswith(_PAGES) and _ASSETS in f"/{entry.name}" for entry in self._source.entries)

    @property
    def unread(self) -> tuple[UnreadCode, ...]:
        """Code that the package does not show; complete after the walk, empty before it."""
        return self._check.found(self.problems) if self._check is not None else ()

    def place(self, file: str, offset: int | None) -> tuple[str, int | None]:
        """The file and offset of a place, in the package as it is; artifacts can be made of other files."""
        found = self._locate(file, offset) if self._locate is not None and offset is not None else None
        return found or (file, offset)

    def close(self) -> None:
        """Release the file; artifacts that were yielded remain valid."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
