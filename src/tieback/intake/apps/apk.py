"""APK: identity, signer and manifest, read by ``apk_info`` from a reduced copy of the package.

``apk_info`` inflates as much as a header states and expands tables without a limit (a 112 KB ``resources.arsc`` made it
use 650 MB). So our bounded reader extracts the manifest, the certificates and the signing block, and writes them,
stored, into an archive in memory, which ``apk_info`` opens. The app label is looked up by ``resources``. Sources:
https://source.android.com/docs/security/features/apksigning; AOSP ``ResourceTypes.h``.
"""

import os
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import apk_info

from tieback.intake.apps.binary_xml import expansion, read_tree
from tieback.intake.apps.cleartext import declared_policies
from tieback.intake.apps.element import Element
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, EntrySource
from tieback.intake.apps.printable import printable
from tieback.intake.apps.resources import Resources
from tieback.intake.apps.signer import maker_name
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.intake.apps.subject import MAX_SUBJECT
from tieback.intake.apps.unread import component_classes
from tieback.model.app import App, Platform, Signer
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UnreadKind

MANIFEST, RESOURCES = "AndroidManifest.xml", "resources.arsc"
MAX_MANIFEST = 2 * 1024 * 1024
"""Bytes of the largest manifest that is decoded; the largest of store apps are about 1 MiB."""

MAX_MANIFEST_TEXT = 16 * 1024 * 1024
MAX_DEPTH = 64
"""Nesting of manifest elements; the format has five levels."""

MAX_CERTIFICATES = 16
MAX_CERTIFICATE = 1024 * 1024
MAX_TEXT = 300
"""Characters kept of a name or version."""

_CERTIFICATE = lazy_pattern(r"META-INF/[^/]+\.(?:RSA|DSA|EC)", re.IGNORECASE)
_REFERENCE = lazy_pattern(r"@(?:0x)?([0-9a-fA-F]{8})")
_SCHEMES = (
    ("v3.1", apk_info.Signature.V31),
    ("v3", apk_info.Signature.V3),
    ("v2", apk_info.Signature.V2),
    ("v1", apk_info.Signature.V1),
)


class ApkFormat:
    """The APK format: see ``package.Format``."""

    def __init__(self, source: EntrySource, *, alone: bool = False) -> None:
        """Read nothing yet. ``alone``: the package is the whole input, so that other parts of the app are missing."""
        self._source = source
        self._alone = alone
        self._outlined = False
        self._outline: apk_info.APK | None = None
        self._table: Resources | None = None
        self._tree: Element | None = None

    def identify(self, sha256: str) -> App | None:
        """The identity from manifest and signature; ``None``, with a problem, if there is no readable manifest."""
        outline = self._opened()
        if outline is None:
            return None
        bundle_id = _cut(outline.get_package_name())
        if not bundle_id:
            self._source.problems.note("the manifest names no package", MANIFEST, None)
            return None
        signer = self._signer(outline)
        if self._alone:
            self._note_parts()
        return App(
            Platform.ANDROID,
            bundle_id,
            sha256,
            name=self._resolved(outline.get_application_label()),
            version_name=self._resolved(outline.get_version_name()),
            version_code=_cut(outline.get_version_code()),
            min_sdk=_cut(outline.get_min_sdk_version()),
            target_sdk=_cut(str(outline.get_target_sdk_version())),
            signer=signer,
            vendor=maker_name(signer),
        )

    def special(self, name: str) -> Artifact | None:
        """The manifest as text, or the resource table; ``None`` for entries without special handling."""
        if name == MANIFEST:
            outline = self._opened()
            if outline is not None:
                text = outline.get_xml_string().encode("utf-8", "replace")
                return Artifact(name, (Buffer(name, BufferKind.MANIFEST, text),))
        if name == RESOURCES and self._table is not None:
            table, self._table = self._table, None
            return table.artifact()
        return None

    def _note_parts(self) -> None:
        """Note that the app is installed as several packages, of which only this one was read.

        Sources: https://developer.android.com/guide/app-bundle/app-bundle-format; AOSP ``ApkLiteParseUtils``.
        """
        manifest = self.manifest()
        if manifest is not None and (manifest.attributes.get("split") or _needs_parts(manifest)):
            advice = "pass a folder with all of them (base.apk and split_*.apk)"
            what = f"the app is installed as several APKs, and this is only one of them: {advice}"
            self._source.problems.note(what, MANIFEST, UnreadKind.MISSING)

    def policies(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the app declares."""
        manifest = self.manifest()
        if manifest is None:
            return ()
        return declared_policies(manifest, MANIFEST, self.resource_xml, self._source.problems)

    def manifest(self) -> Element | None:
        """The manifest down to the components; ``None`` if unreadable, which ``identify`` reports as a problem."""
        entry = self._source.find(MANIFEST) if self._tree is None else None
        if entry is not None:
            try:
                self._tree = read_tree(bytes(self._source.read(entry, MAX_MANIFEST)), levels=3)
            except MalformedPoolError:
                return None
        return self._tree

    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """Empty: only packages of iOS have privacy manifests."""
        return ()

    def components(self) -> tuple[str, ...]:
        """Classes that the manifest names."""
        manifest = self.manifest()
        return component_classes(manifest) if manifest is not None else ()

    def resource_xml(self, reference: str) -> tuple[Element, str] | None:
        """The XML file behind a reference (``@7f120001``), and its name."""
        entry = self._source.find(self._resolved(reference)) if reference.startswith("@") else None
        if entry is None or entry.size > MAX_MANIFEST:
            return None
        try:
            return read_tree(bytes(self._source.read(entry, MAX_MANIFEST))), entry.name
        except MalformedPoolError as error:
            self._source.problems.note(str(error), entry.name, UnreadKind.UNREADABLE)
            return None

    def _opened(self) -> apk_info.APK | None:
        """The reduced copy of the package, opened once."""
        if not self._outlined:
            self._outlined = True
            self._outline = self._open()
        return self._outline

    def _open(self) -> apk_info.APK | None:
        problems = self._source.problems
        entry = self._source.find(MANIFEST)
        if entry is None:
            problems.note("no manifest: the app cannot be identified", "", UnreadKind.MISSING)
            return None
        manifest = bytes(self._source.read(entry, MAX_MANIFEST + 1))
        try:
            size, depth = expansion(manifest, MAX_MANIFEST_TEXT)
        except MalformedPoolError:
            size, depth = 0, 0  # apk_info describes the fault better
        if len(manifest) > MAX_MANIFEST or size > MAX_MANIFEST_TEXT or depth > MAX_DEPTH:
            problems.note("the manifest is too large or too deep to decode", MANIFEST, UnreadKind.LIMIT)
            return None
        try:
            with _in_memory(self._written(manifest)) as path:
                return apk_info.APK(path)
        except (apk_info.APKError, ValueError, OSError) as error:
            problems.note(f"the manifest cannot be read: {str(error)[:200]}", MANIFEST, UnreadKind.UNREADABLE)
            return None

    def _written(self, manifest: bytes) -> bytes:
        """An archive with the manifest and the certificates, stored, and the signing block in its place."""
        files = {MANIFEST: manifest}
        for entry in self._source.entries:
            if len(files) > MAX_CERTIFICATES:
                break
            # The pattern is applied only to the few names with this prefix.
            if entry.name[:1] in "Mm" and _CERTIFICATE.fullmatch(entry.name):
                files.setdefault(entry.name, bytes(self._source.read(entry, MAX_CERTIFICATE)))
        body, directory = bytearray(), bytearray()
        for name, content in files.items():
            raw = name.encode()
            fields = (0, 0, 0, 0, zlib.crc32(content), len(content), len(content), len(raw), 0)
            directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, *fields, 0, 0, 0, 0, len(body)) + raw
            body += struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, *fields) + raw + content
        body += self._source.signing_block()
        counts = (0, 0, len(files), len(files), len(directory), len(body), 0)
        return bytes(body + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", *counts))

    def _signer(self, outline: apk_info.APK) -> Signer | None:
        """The first certificate of the newest signature scheme."""
        try:
            signatures = outline.get_signatures()
        except (apk_info.APKError, ValueError) as error:
            self._source.problems.note(f"the signature cannot be read: {str(error)[:200]}", "", None)
            return None
        for scheme, kind in _SCHEMES:
            for signature in signatures:
                if isinstance(signature, kind) and signature.certificates:
                    first = signature.certificates[0]
                    return Signer(first.sha256_fingerprint.lower(), first.subject[:MAX_SUBJECT], scheme)
        return None

    def _resolved(self, text: str | None) -> str:
        """A text of the manifest; if it is a reference, the string behind it."""
        match = _REFERENCE.fullmatch(text or "")
        if match is None:
            return _cut(text)
        if self._table is None:
            entry = self._source.find(RESOURCES)
            if entry is None:
                return ""
            try:
                self._table = Resources(RESOURCES, bytes(self._source.read(entry)))
            except MalformedPoolError:
                return ""  # the walk over the entries reports it
        return _cut(self._table.text(int(match[1], 16)))


def is_apk(source: EntrySource) -> bool:
    """True if the archive has what Android requires to install it, or enough of it for a search."""
    return any(source.find(name) for name in (MANIFEST, "classes.dex", RESOURCES))


def _needs_parts(manifest: Element) -> bool:
    """True if Android installs the package only together with others."""
    application = manifest.first("application") or Element("application")
    required = any(one.attributes.get("isSplitRequired") == "true" for one in (manifest, application))
    return (
        required
        or bool(manifest.attributes.get("requiredSplitTypes"))
        or any(
            one.attributes.get("name") == "com.android.vending.splits.required"
            and one.attributes.get("value") == "true"
            for one in application.all("meta-data")
        )
    )


def _cut(text: str | None) -> str:
    return printable(text or "", MAX_TEXT)


@contextmanager
def _in_memory(content: bytes) -> Iterator[str]:
    """A path from which ``content`` can be read: in memory on Linux, a temporary file elsewhere."""
    if sys.platform == "linux":
        number = os.memfd_create("outline.apk", os.MFD_CLOEXEC)
        try:
            with open(number, "wb", closefd=False) as file:
                file.write(content)
            yield f"/proc/self/fd/{number}"
        finally:
            os.close(number)
    else:
        import tempfile

        with tempfile.NamedTemporaryFile(suffix=".apk") as temporary:
            temporary.write(content)
            temporary.flush()
            yield temporary.name
