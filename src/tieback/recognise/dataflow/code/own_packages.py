"""Packages with the app's own classes: that of its identifier, and that of the class that starts it.

The build of a variant has an identifier that no class has, such as ``com.shop.app.free``, and a template or a renamed
app another one than its code. Libraries have packages of their own, also below those of the app's maker.
"""

from collections.abc import Iterable

from tieback.recognise.rules import ThirdParties

_MIN_PARTS = 3
"""Parts of the package that the classes of one app share."""
_EXAMPLE = ("com", "example")
"""Package of new projects. App stores refuse it, so no library is below it."""
_PLATFORM = (("com", "android"), ("com", "google"))
"""Packages of apps and of many libraries of one maker: here only the package of the class itself counts."""


class OwnPackages:
    """The packages of one app."""

    def __init__(
        self, names: Iterable[str], started: Iterable[str] = (), libraries: ThirdParties | None = None
    ) -> None:
        """Names with dots.

        Args:
            names: the identifiers in the manifests.
            started: the classes of the activities that a launcher shows.
            libraries: the known libraries. Without them, only the identifiers count.
        """
        self._names = tuple(_descriptor(name) for name in names if "." in name)
        self._libraries = libraries
        found = {package_of(name) for name in started} if libraries is not None else set[str]()
        self._started = tuple(sorted(_descriptor(name) for name in found if name))

    def __bool__(self) -> bool:
        return bool(self._names or self._started)

    def have(self, owner: str) -> bool:
        """True for the descriptor of a class of the app's own."""
        if owner.startswith(self._names):
            return True
        if self._libraries is None or not owner.startswith(self._started):
            return False
        return self._libraries.of_package(owner[1:-1].replace("/", ".")) is None


def package_of(name: str) -> str:
    """The package that an app with this class has to itself; empty if that is not known."""
    parts = tuple(name.split(".")[:-1])
    if parts[:2] == _EXAMPLE:
        return ".".join(_EXAMPLE)
    if len(parts) < _MIN_PARTS:
        return ""
    return ".".join(parts if parts[:2] in _PLATFORM else parts[:_MIN_PARTS])


def _descriptor(name: str) -> str:
    """How the descriptors of the classes in a package begin."""
    return f"L{name.replace('.', '/')}/"
