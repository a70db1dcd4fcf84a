"""AAB (Android App Bundle): identity and resources in Protocol Buffers, of the base and of every feature module.

Sources: https://developer.android.com/guide/app-bundle/app-bundle-format; AOSP aapt2 ``Resources.proto``.
"""

import re

from tieback.intake.apps.cleartext import declared_policies
from tieback.intake.apps.element import Element, write_xml
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, EntrySource
from tieback.intake.apps.manifest import read_identity, resource_id
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.intake.apps.proto_xml import ROOT, count_steps, read_proto_xml, search_proto_xml
from tieback.intake.apps.signer import leaf_signer, maker_name
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.intake.apps.unread import component_classes
from tieback.model.app import App, Signer
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UnreadKind

MANIFEST = "base/manifest/AndroidManifest.xml"
RESOURCES = "base/resources.pb"
MAX_XML = 2 * 1024 * 1024
"""Bytes of the largest manifest or XML resource that is read as a tree; larger ones are searched as bytes."""

MAX_PROBES = 2_000_000
"""Candidate offsets of names in all XML files together; files beyond that limit have no string edges."""

MAX_CERTIFICATE = 1024 * 1024
_MODULE_MANIFEST = lazy_pattern(r"[^/]+/manifest/AndroidManifest\.xml")
_MODULE_RESOURCES = lazy_pattern(r"[^/]+/resources\.pb")
_MODULE_XML = lazy_pattern(r"[^/]+/res/.+\.xml")
_CERTIFICATE = lazy_pattern(r"META-INF/[^/]+\.(?:RSA|DSA|EC)", re.IGNORECASE)


class BundleFormat:
    """The app bundle format: see ``package.Format``."""

    def __init__(self, source: EntrySource) -> None:
        self._source = source
        self._table: ProtoResources | None = None
        self._probes = MAX_PROBES

    def identify(self, sha256: str) -> App | None:
        """The identity from the manifest of the base module; ``None``, with a problem, if it cannot be read."""
        problems = self._source.problems
        root = self._xml(MANIFEST)
        if root is None:
            if self._source.find(MANIFEST) is None:
                problems.note("no manifest of a base module: the app cannot be identified", "", UnreadKind.MISSING)
            return None
        signer = self._signer()
        app = read_identity(root, self.resolve, sha256, signer, maker_name(signer))
        if app is None:
            problems.note("the manifest names no package", MANIFEST, None)
        return app

    def special(self, name: str) -> Artifact | None:
        """Manifests as text, resource tables, and XML with the offsets of its texts; ``None`` for all other entries."""
        if _MODULE_MANIFEST.fullmatch(name):
            root = self._xml(name)
            if root is not None:
                return Artifact(name, (Buffer(name, BufferKind.MANIFEST, write_xml(root, 8 * MAX_XML)),))
        elif _MODULE_RESOURCES.fullmatch(name):
            table = self._resources(name)
            return table.artifact() if table else None
        elif _MODULE_XML.fullmatch(name):
            data = self._xml_bytes(name)
            self._probes -= count_steps(data)
            return search_proto_xml(name, data) if data and self._probes > 0 else None
        return None

    def policies(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the app declares."""
        manifest = self.manifest()
        if manifest is None:
            return ()
        return declared_policies(manifest, MANIFEST, self.resource_xml, self._source.problems)

    def manifest(self) -> Element | None:
        """The manifest of the base module."""
        return self._xml(MANIFEST)

    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """Empty: only packages of iOS have privacy manifests."""
        return ()

    def components(self) -> tuple[str, ...]:
        """Classes that the manifest of the base module names."""
        manifest = self.manifest()
        return component_classes(manifest) if manifest is not None else ()

    def resource_xml(self, reference: str) -> tuple[Element, str] | None:
        """The XML file behind a reference, and its name."""
        name = "base/" + self.resolve(reference)
        root = self._xml(name) if _MODULE_XML.fullmatch(name) else None
        return (root, name) if root else None

    def resolve(self, reference: str) -> str:
        """The text behind a reference; empty if there is none."""
        number = resource_id(reference)
        if number is None:
            return ""
        table = self._resources(RESOURCES)
        return table.text(number) if table else ""

    def _xml(self, name: str) -> Element | None:
        data = self._xml_bytes(name)
        try:
            return read_proto_xml(data) if data else None
        except MalformedPoolError as error:
            self._source.problems.note(str(error), name, UnreadKind.UNREADABLE)
            return None

    def _xml_bytes(self, name: str) -> bytes:
        """The content of an XML file; empty if it is missing, too large, or in another form."""
        entry = self._source.find(name)
        if entry is None or entry.size > MAX_XML:
            return b""
        data = bytes(self._source.read(entry, MAX_XML))
        return data if data[:1] == ROOT else b""

    def _resources(self, name: str) -> ProtoResources | None:
        if name == RESOURCES and self._table is not None:
            return self._table
        entry = self._source.find(name)
        if entry is None:
            return None
        try:
            table = ProtoResources(name, bytes(self._source.read(entry)))
        except MalformedPoolError as error:
            self._source.problems.note(str(error), name, UnreadKind.UNREADABLE)
            return None
        if name == RESOURCES:
            self._table = table
        return table

    def _signer(self) -> Signer | None:
        for entry in self._source.entries:
            if _CERTIFICATE.fullmatch(entry.name):
                return leaf_signer(bytes(self._source.read(entry, MAX_CERTIFICATE)), "v1")
        return None


def is_bundle(source: EntrySource) -> bool:
    """True if this is an app bundle."""
    return any(source.find(name) for name in ("BundleConfig.pb", MANIFEST))
