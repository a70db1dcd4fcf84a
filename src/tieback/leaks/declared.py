"""What an app declares, compared with what it sent: the types of Apple and Play, and our classes of personal data.

The types are data, in ``declared.toml``. A class that no declaration names is a fact to check, never a breach: a
manifest need not repeat the form of the store, and both have exceptions that traffic does not show.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec

from tieback.model.declaration import (
    DeclarationFormat,
    Declared,
    DeclaredItem,
    DeclaredState,
    DeclaredType,
    PrivacyDeclaration,
)

MAX_ITEMS = 1000
"""Distinct types and domains of one app that are compared."""
MAX_HOSTS = 8
DATA, DOMAIN = "data", "domain"


class DataType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type of data of one format."""

    title: str
    classes: tuple[str, ...]
    """Our classes; ``class: kind`` covers only this kind."""


@cache
def load_data_types() -> Mapping[DeclarationFormat, Mapping[str, DataType]]:
    """The types of each format, by name.

    Raises:
        msgspec.ValidationError: the data file is damaged.
    """
    text = resources.files("tieback.leaks").joinpath("declared.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[DeclarationFormat, dict[str, DataType]])


def data_type(form: DeclarationFormat, name: str) -> DataType:
    """A type by its name; one that the format does not define has its name as title and no classes."""
    return load_data_types()[form].get(name) or DataType(name, ())


@cache
def _kinds() -> frozenset[str]:
    """Every ``class: kind`` of the data file."""
    types = (one for form in load_data_types().values() for one in form.values())
    return frozenset(name for one in types for name in one.classes if ": " in name) | {"geo_location: precise"}


def covers(classes: Iterable[str], pii_class: str, kind: str) -> bool:
    """Whether classes of a type contain a class and kind; a kind that no type names may be any."""
    kind = kind if f"{pii_class}: {kind}" in _kinds() else ""
    for one in classes:
        name, _, only = one.partition(": ")
        if name == pii_class and (not only or not kind or only == kind):
            return True
    return False


class Sent(msgspec.Struct, frozen=True):
    """A class of data that an app sent to a host."""

    pii_class: str
    kind: str
    host: str


class AppDeclarations:
    """All declarations about one app."""

    def __init__(self, declarations: Sequence[PrivacyDeclaration]) -> None:
        """Take the declarations of an app in any order."""
        self._all = declarations
        self._complete = any(one.types is not None and one.of_app for one in declarations)
        self._formats = {one.format for one in declarations if one.types is not None}
        self._marks: dict[tuple[str, str], tuple[Declared, tuple[str, ...]]] = {}
        self._domains: dict[str, list[str]] = {}
        for one in declarations:
            for domain in one.domains:
                self._domains.setdefault(domain, []).append(one.label)
        flags = [one.tracking for one in declarations if one.tracking is not None]
        self.tracking = any(flags) if flags else None
        """``NSPrivacyTracking`` over all manifests: true if one says so, ``None`` if none answers."""
        self.encrypted_in_transit = any(one.encrypted_in_transit for one in declarations)
        """True if a form states that all data are encrypted in transit."""

    def mark(self, pii_class: str, kind: str) -> tuple[Declared, tuple[str, ...]]:
        """Whether a class of data is declared, and by whom."""
        known = self._marks.get((pii_class, kind))
        if known is None:
            known = self._marks[pii_class, kind] = self._mark(pii_class, kind)
        return known

    def _mark(self, pii_class: str, kind: str) -> tuple[Declared, tuple[str, ...]]:
        by = {
            one.label
            for one in self._all
            if any(covers(data_type(one.format, each.name).classes, pii_class, kind) for each in one.types or ())
        }
        if by:
            return Declared.DECLARED, tuple(sorted(by))
        if not self._complete:
            return Declared.UNKNOWN, ()
        types = (each for form in self._formats for each in load_data_types()[form].values())
        if any(covers(each.classes, pii_class, kind) for each in types):
            return Declared.NOT_DECLARED, ()
        return Declared.NO_TYPE, ()

    def tracking_domain(self, host: str) -> tuple[str, ...]:
        """Who declares a host, or a domain above it, as a tracking domain; empty if it is none."""
        labels = host.split(".")
        names = (".".join(labels[start:]) for start in range(len(labels) - 1))
        return tuple(sorted({by for name in names for by in self._domains.get(name, ())}))

    def items(
        self, app: tuple[str, str, str], sent: Iterable[Sent], contacted: Iterable[str], *, read: bool
    ) -> Iterator[DeclaredItem]:
        """Each declared type and tracking domain, beside the traffic of the app.

        Args:
            app: key, name and bundle identifier.
            sent: what the app sent.
            contacted: the hosts that it contacted.
            read: true if content of the app was readable.
        """
        seen, hosts = list(dict.fromkeys(sent)), set(contacted)
        named: dict[tuple[DeclarationFormat, str], list[tuple[str, DeclaredType]]] = {}
        for one in self._all:
            for each in one.types or ():
                if len(named) < MAX_ITEMS or (one.format, each.name) in named:
                    named.setdefault((one.format, each.name), []).append((one.label, each))
        for (form, name), places in named.items():
            yield _data_item(app, data_type(form, name), name, places, seen, read=read)
        for domain, by in list(self._domains.items())[: MAX_ITEMS - len(named)]:
            at = sorted(host for host in hosts if host == domain or host.endswith(f".{domain}"))
            yield DeclaredItem(
                *app,
                DOMAIN,
                domain,
                domain,
                (),
                tuple(sorted(set(by))),
                DeclaredState.SEEN if at else DeclaredState.NOT_SEEN,
                tuple(at[:MAX_HOSTS]),
                tracking=self.tracking,
            )


def _data_item(
    app: tuple[str, str, str],
    known: DataType,
    name: str,
    places: Sequence[tuple[str, DeclaredType]],
    sent: Sequence[Sent],
    *,
    read: bool,
) -> DeclaredItem:
    at = sorted({one.host for one in sent if covers(known.classes, one.pii_class, one.kind)})
    if at:
        state = DeclaredState.SEEN
    elif not known.classes:
        state = DeclaredState.NO_CLASS
    else:
        state = DeclaredState.NOT_SEEN if read else DeclaredState.NOT_READ
    types = [each for _, each in places]
    return DeclaredItem(
        *app,
        DATA,
        name,
        known.title,
        known.classes,
        tuple(sorted({label for label, _ in places})),
        state,
        tuple(at[:MAX_HOSTS]),
        linked=_either(each.linked for each in types),
        tracking=_either(each.tracking for each in types),
        shared=_either(each.shared for each in types),
        purposes=tuple(dict.fromkeys(purpose for each in types for purpose in each.purposes)),
    )


def _either(answers: Iterable[bool | None]) -> bool | None:
    """True if one answer is yes, false if all answers are no, ``None`` without an answer."""
    known = [answer for answer in answers if answer is not None]
    return any(known) if known else None
