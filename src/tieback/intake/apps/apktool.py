"""Directory decoded by apktool: the manifest is text, versions are in ``apktool.yml``, names in ``res/values``.

Source: https://apktool.org/docs/the-basics/decoding. For its classes see ``smali``.
"""

import re

from tieback.intake.apps.cleartext import declared_policies
from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, EntrySource
from tieback.intake.apps.manifest import read_identity
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.intake.apps.unread import component_classes
from tieback.model.app import App
from tieback.model.cleartext import CleartextPolicy
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UnreadKind

MANIFEST, SETTINGS, STRINGS = "AndroidManifest.xml", "apktool.yml", "res/values/strings.xml"
MAX_XML = 4 * 1024 * 1024
MAX_SETTINGS = 1024 * 1024
_SETTING = lazy_pattern(
    rb"^\s*(versionCode|versionName|minSdkVersion|targetSdkVersion):\s*['\"]?([^'\"\r\n]{1,300})", re.MULTILINE
)
_STRING = lazy_pattern(r"@string/(.+)")
_FILE = lazy_pattern(r"@xml/(.+)")


class ApktoolFormat:
    """The format of apktool directories: see ``package.Format``."""

    def __init__(self, source: EntrySource) -> None:
        self._source = source
        self._strings: dict[str, str] | None = None

    def identify(self, sha256: str) -> App | None:
        """The identity; ``None``, with a problem, if the manifest cannot be read. Signatures are not available."""
        root = self.manifest()
        if root is None:
            return None
        app = read_identity(root, self.resolve, sha256, None, "")
        if app is None:
            self._source.problems.note("the manifest names no package", MANIFEST, None)
        return app

    def special(self, name: str) -> Artifact | None:
        """The manifest as such; all other entries are read by their content."""
        entry = self._source.find(name) if name == MANIFEST else None
        if entry is None:
            return None
        data = bytes(self._source.read(entry, MAX_XML))
        return Artifact(name, (Buffer(name, BufferKind.MANIFEST, data),))

    def policies(self) -> tuple[CleartextPolicy, ...]:
        """The transport security that the app declares."""
        manifest = self.manifest()
        if manifest is None:
            return ()
        return declared_policies(manifest, MANIFEST, self.resource_xml, self._source.problems)

    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """Empty: only packages of iOS have privacy manifests."""
        return ()

    def components(self) -> tuple[str, ...]:
        """Classes that the manifest names."""
        manifest = self.manifest()
        return component_classes(manifest) if manifest is not None else ()

    def manifest(self) -> Element | None:
        """The manifest, with what apktool moves from it to its settings.

        ``None``, with a problem, if it is missing or cannot be read.
        """
        root = self._xml(MANIFEST)
        if root is None:
            return None
        settings = self._settings()
        for key in ("versionCode", "versionName"):
            root.attributes.setdefault(key, settings.get(key, ""))
        sdk = root.first("uses-sdk")
        if sdk is None:
            sdk = Element("uses-sdk")
            root.children.append(sdk)
        for key in ("minSdkVersion", "targetSdkVersion"):
            if key in settings:
                sdk.attributes.setdefault(key, settings[key])
        return root

    def resource_xml(self, reference: str) -> tuple[Element, str] | None:
        """The XML file behind a reference such as ``@xml/network_security_config``, and its name."""
        match = _FILE.fullmatch(reference)
        name = f"res/xml/{match[1]}.xml" if match else ""
        root = self._xml(name) if self._source.find(name) else None
        return (root, name) if root else None

    def resolve(self, reference: str) -> str:
        """The text behind a reference such as ``@string/app_name``; empty if there is none."""
        match = _STRING.fullmatch(reference)
        if match is None:
            return ""
        if self._strings is None:
            root = self._xml(STRINGS) if self._source.find(STRINGS) else None
            found = root.all("string") if root else ()
            self._strings = {element.attributes.get("name", ""): element.text for element in found}
        return self._strings.get(match[1], "")

    def _settings(self) -> dict[str, str]:
        entry = self._source.find(SETTINGS)
        data = bytes(self._source.read(entry, MAX_SETTINGS)) if entry else b""
        return {m[1].decode(): m[2].decode("utf-8", "replace").strip() for m in _SETTING.finditer(data)}

    def _xml(self, name: str) -> Element | None:
        entry = self._source.find(name)
        if entry is None:
            self._source.problems.note("no manifest: the app cannot be identified", "", UnreadKind.MISSING)
            return None
        try:
            return read_text_xml(bytes(self._source.read(entry, MAX_XML)))
        except MalformedPoolError as error:
            self._source.problems.note(str(error), name, UnreadKind.UNREADABLE)
            return None


def is_apktool_folder(source: EntrySource) -> bool:
    """True if apktool wrote this directory."""
    return source.find(SETTINGS) is not None and source.find(MANIFEST) is not None
