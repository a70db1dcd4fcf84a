"""Privacy manifests: what an iOS app and each of its parts declare about personal data and tracking.

Source: https://developer.apple.com/documentation/bundleresources/privacy-manifest-files. A manifest is a property list
``PrivacyInfo.xcprivacy`` in the app, or in a framework, resource bundle or extension in it. Values of another type than
documented are left out, with a problem.
"""

import re
from collections.abc import Iterator
from typing import Any

from tieback.intake.apps.directory import ArchiveEntry
from tieback.intake.apps.interface import EntrySource
from tieback.intake.apps.plist import read_values
from tieback.intake.apps.printable import printable
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.count_text import count_text
from tieback.model.declaration import AccessedApi, DeclarationFormat, DeclaredType, PrivacyDeclaration
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UnreadKind

MAX_MANIFESTS = 200
"""Manifests read of one package; apps with many SDKs have about sixty."""
MAX_MANIFEST = 256 * 1024
"""Bytes of the largest manifest that is read; real ones are below 10 KB."""
MAX_TYPES = 200
"""Types of data kept of one manifest; Apple defines 35."""
MAX_DOMAINS = 1000
MAX_APIS = 64
MAX_LABELS = 32
"""Purposes of a type, and reasons of an interface."""
MAX_TEXT = 200
_NAME = "PrivacyInfo.xcprivacy"
_PART = lazy_pattern(r"([^/]+\.(?:framework|bundle|appex|app))/")
_SCHEME = lazy_pattern(r"[a-z][a-z0-9+.-]{0,20}://")
_DOMAIN = lazy_pattern(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))+")
_TYPES = "NSPrivacyCollectedDataTypes"
_TYPE = "NSPrivacyCollectedDataType"


def read_privacy_manifests(source: EntrySource, root: str) -> tuple[PrivacyDeclaration, ...]:
    """The manifests of an app; that of the app itself is first, if there is one.

    Args:
        source: the package; what cannot be read is noted in its problems.
        root: the folder with the app, such as ``Payload/``.
    """
    problems = source.problems
    found = [entry for entry in source.entries if entry.name.endswith("/" + _NAME) and entry.name.startswith(root)]
    parts = sorted(((part_of(entry.name.removeprefix(root)), entry) for entry in found), key=lambda one: one[0])
    if len(parts) > MAX_MANIFESTS:
        problems.note(f"{len(parts)} privacy manifests; {MAX_MANIFESTS} were read", "", UnreadKind.LIMIT)
    return tuple(_manifests(source, parts[:MAX_MANIFESTS]))


def part_of(name: str) -> str:
    """The innermost part of an app that an entry belongs to; empty for the app itself.

    Args:
        name: the entry from the folder of the app on, such as ``Shop.app/Ads.framework/PrivacyInfo.xcprivacy``.
    """
    parts = _PART.findall(name)
    return printable(parts[-1], MAX_TEXT) if len(parts) > 1 else ""


def _manifests(source: EntrySource, parts: list[tuple[str, ArchiveEntry]]) -> Iterator[PrivacyDeclaration]:
    for part, entry in parts:
        try:
            if entry.size > MAX_MANIFEST:
                raise MalformedPoolError(
                    f"the privacy manifest of {count_text(entry.size, 'byte')} is too large to read"
                )
            values = read_values(bytes(source.read(entry, MAX_MANIFEST)))
        except MalformedPoolError as error:
            source.problems.note(str(error), entry.name, UnreadKind.UNREADABLE)
            continue
        declaration, odd = read_manifest(values, entry.name, part)
        if odd:
            source.problems.note(f"values that a privacy manifest cannot have: {odd[0]}", entry.name, None)
        yield declaration


def read_manifest(values: dict[str, Any], entry: str, part: str = "") -> tuple[PrivacyDeclaration, list[str]]:
    """The declaration in the values of a manifest, and the keys whose values were left out. Never raises."""
    odd: list[str] = []
    listed = values.get(_TYPES)
    if listed is not None and not isinstance(listed, list):
        odd.append(_TYPES)
    declared = PrivacyDeclaration(
        DeclarationFormat.APPLE_MANIFEST,
        entry,
        part,
        _flag(values, "NSPrivacyTracking", odd),
        tuple(dict.fromkeys(filter(None, map(_domain, _texts(values, "NSPrivacyTrackingDomains", MAX_DOMAINS, odd))))),
        tuple(_types(listed, odd)) if isinstance(listed, list) else None,
        tuple(_apis(values, odd)),
    )
    return declared, odd


def _types(listed: list[Any], odd: list[str]) -> Iterator[DeclaredType]:
    if len(listed) > MAX_TYPES:
        odd.append(f"more than {MAX_TYPES} types")
    for one in listed[:MAX_TYPES]:
        name = one.get(_TYPE) if isinstance(one, dict) else None
        if not isinstance(name, str) or not name:
            odd.append(_TYPE)
            continue
        yield DeclaredType(
            printable(name, MAX_TEXT),
            linked=_flag(one, f"{_TYPE}Linked", odd),
            tracking=_flag(one, f"{_TYPE}Tracking", odd),
            purposes=tuple(dict.fromkeys(_texts(one, f"{_TYPE}Purposes", MAX_LABELS, odd))),
        )


def _apis(values: dict[str, Any], odd: list[str]) -> Iterator[AccessedApi]:
    for one in _list(values, "NSPrivacyAccessedAPITypes", MAX_APIS, odd):
        name = one.get("NSPrivacyAccessedAPIType") if isinstance(one, dict) else None
        if isinstance(name, str) and name:
            reasons = _texts(one, "NSPrivacyAccessedAPITypeReasons", MAX_LABELS, odd)
            yield AccessedApi(printable(name, MAX_TEXT), tuple(dict.fromkeys(reasons)))
        else:
            odd.append("NSPrivacyAccessedAPIType")


def _list(values: dict[str, Any], key: str, most: int, odd: list[str]) -> list[Any]:
    found = values.get(key)
    if found is None:
        return []
    if not isinstance(found, list) or len(found) > most:
        odd.append(key)
    return found[:most] if isinstance(found, list) else []


def _texts(values: dict[str, Any], key: str, most: int, odd: list[str]) -> Iterator[str]:
    for one in _list(values, key, most, odd):
        if isinstance(one, str):
            yield printable(one, MAX_TEXT)
        else:
            odd.append(key)


def _flag(values: dict[str, Any], key: str, odd: list[str]) -> bool | None:
    found = values.get(key)
    if found is None or isinstance(found, bool):
        return found
    odd.append(key)
    return None


def _domain(text: str) -> str:
    """The host name in an entry of the list of domains, which may be a URL or begin with ``*.``; empty without one."""
    name = _SCHEME.sub("", text.strip().lower(), count=1)
    name = re.split(r"[/?#:]", name, maxsplit=1)[0].removeprefix("*.").strip(".")
    return name if _DOMAIN.fullmatch(name) else ""
