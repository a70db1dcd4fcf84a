"""IPA: identity from ``Info.plist``, signer from the provisioning profile, else from the code signature.

Sources: Apple, Information Property List; Apple TN3125 (provisioning profiles: a CMS message whose content is an XML
property list). Profile and signature are read for names, not verified: they are claims of origin. App extensions, watch
apps and frameworks are ordinary entries.

The app may be one folder deeper, as some archivers pack it, or in an archive of Xcode (``.xcarchive``). Only the app
is read: what is beside it, such as symbols and copies of Swift's libraries, is not installed.

Of a package from the App Store, ``iTunesMetadata.plist`` names the seller. It also names the buyer, who is not read.
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unicodedata import normalize

from msgspec import Struct
from msgspec.structs import replace

from tieback.intake.apps.app_transport_security import ats_policies, undecided_policy
from tieback.intake.apps.archive import MAX_ENTRY
from tieback.intake.apps.budget import PackageBudget
from tieback.intake.apps.content import SNIFF, Content, sniff
from tieback.intake.apps.directory import ArchiveEntry
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, EntrySource
from tieback.intake.apps.macho import code_signature, read_macho, sdk_version
from tieback.intake.apps.plist import MAX_PLIST, read_values
from tieback.intake.apps.printable import printable
from tieback.intake.apps.privacy_manifest import part_of, read_privacy_manifests
from tieback.intake.apps.signer import certificate_signer, leaf_signer, maker_name
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.intake.apps.window import View
from tieback.model.app import App, Platform, Signer
from tieback.model.cleartext import CleartextPolicy
from tieback.model.count_text import count_text
from tieback.model.declaration import PrivacyDeclaration
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import UnreadKind

MAX_TEXT = 300
_ROOT = lazy_pattern(
    r"(?P<above>(?!__MACOSX/)(?:[^/]{1,255}/)?)"
    r"(?:Payload/|(?P<archive>(?:[^/]{1,255}\.xcarchive/)?Products/Applications/))(?=[^/]+\.app/)"
)
"""Folder of the app; ``above`` is the folder that an archiver added."""
_BARE = lazy_pattern(r"(?P<above>(?!__MACOSX/)(?:[^/]{1,255}/)?)[^/]{1,255}\.app/Info\.plist\Z")
"""The same for a folder of an app that somebody packed: a build for the simulator, or an IPA that was packed again."""
_INFO = lazy_pattern(r"[^/]+\.app/Info\.plist")
_ANY_INFO = lazy_pattern(r"[^/]+\.app/(?:.+\.(?:appex|app)/)?Info\.plist")
_PROFILE = "embedded.mobileprovision"
_RECEIPT = "iTunesMetadata.plist"
"""Beside ``Payload`` in a package from the App Store."""
MAX_INFOS = 64
"""Extensions in one package whose transport security is read."""
_TEAM = lazy_pattern(r"[A-Z0-9]{10}")


class _Signed(Struct, frozen=True):
    """Who signed an app, as its profile or its code signature names them."""

    signer: Signer | None = None
    maker: str = ""
    team: str = ""


class IpaFormat:
    """The IPA format: see ``package.Format``."""

    def __init__(self, source: EntrySource, budget: PackageBudget | None = None) -> None:
        self._source = source
        self._budget = budget
        found = _app_folder(source)
        self._root = found[0] if found else "Payload/"
        self._binary: tuple[str, bytes | bytearray] | None = None
        self._read: dict[str, dict[str, Any] | None] = {}

    def identify(self, sha256: str) -> App | None:
        """The identity; ``None``, with a problem, if ``Info.plist`` is missing or damaged."""
        problems = self._source.problems
        infos = self._infos(_INFO)
        if not infos:
            problems.note("no Info.plist: the app cannot be identified", "", UnreadKind.MISSING)
            return None
        entry = infos[0]
        if len(infos) > 1:
            problems.note(
                f"{count_text(len(infos), 'app')} in one package; the first names the package", entry.name, None
            )
        values = self._values(entry)
        if values is None:
            return None
        bundle_id = _text(values, "CFBundleIdentifier")
        if not bundle_id:
            problems.note("Info.plist names no bundle identifier", entry.name, None)
            return None
        folder = entry.name.removesuffix("Info.plist")
        executable = _text(values, "CFBundleExecutable")
        self._check_programs(infos[0], values)
        signed = self._profile_signer(folder + _PROFILE)
        maker = signed.maker or signed.team
        if signed.signer is None and not maker:
            signed = self._code_signer(folder + executable)
            maker = self._seller() or signed.maker or signed.team
        return App(
            Platform.IOS,
            bundle_id,
            sha256,
            name=_text(values, "CFBundleDisplayName") or _text(values, "CFBundleName"),
            version_name=_text(values, "CFBundleShortVersionString"),
            version_code=_text(values, "CFBundleVersion"),
            min_sdk=_text(values, "MinimumOSVersion"),
            target_sdk=_text(values, "DTPlatformVersion"),
            signer=signed.signer,
            vendor=maker or maker_name(signed.signer),
            executable=executable,
            team=signed.team if _TEAM.fullmatch(signed.team) else "",
        )

    def _check_programs(self, info: ArchiveEntry, values: dict[str, Any]) -> None:
        """Note the main programs of the app, its extensions and watch apps that are not in the package.

        A framework without its program is none: Xcode leaves the resources of a static one.
        """
        self._check_program(info, values, "the app")
        for entry in self._infos(_ANY_INFO)[: MAX_INFOS + 1]:
            part = part_of(entry.name.removeprefix(self._root))
            own = self._values(entry) if part and entry is not info else None
            if own is not None and _text(own, "CFBundleExecutable"):
                self._check_program(entry, own, part)

    def _check_program(self, info: ArchiveEntry, values: dict[str, Any], of: str) -> None:
        folder = info.name.removesuffix("Info.plist")
        named = _text(values, "CFBundleExecutable")
        name = named or folder.removesuffix("/").rpartition("/")[2].removesuffix(".app")
        # Of a package that is cut off, the damage is the reason.
        if any(not one.where and one.unread is not None for one in self._source.problems):
            return
        entry = self._program(folder, name)
        if entry is None or not entry.size:
            by = f"CFBundleExecutable: {named}" if named else "Info.plist names none"
            what = f"the main program of {of} ({by}) is {'empty' if entry else 'not in the package'}"
            self._source.problems.note(what, info.name, UnreadKind.MISSING)

    def _program(self, folder: str, name: str) -> ArchiveEntry | None:
        """The entry of a program. Archivers of Apple decompose letters with accents, property lists do not."""
        found = self._source.find(folder + name)
        if found is not None or name.isascii():
            return found
        wanted = normalize("NFC", folder + name)
        return next((one for one in self._source.entries if normalize("NFC", one.name) == wanted), None)

    def special(self, name: str) -> Artifact | None:
        """The property list inside a provisioning profile; all other entries are read by their content."""
        if name.endswith("/" + _PROFILE):
            entry = self._source.find(name)
            data = bytes(self._source.read(entry, MAX_PLIST)) if entry else b""
            start, stop = _property_list(data)
            if start < stop:
                return Artifact(name, (Buffer(name, BufferKind.MANIFEST, data[start:stop], base=start),))
        elif self._binary is not None and name == self._binary[0]:
            (_, content), self._binary = self._binary, None
            artifact, complaint = read_macho(name, content, self._budget)
            if complaint:
                self._source.problems.note(complaint, name, UnreadKind.ENCRYPTED)
            if artifact.left_out:
                self._source.problems.note(artifact.left_out, name, UnreadKind.LIMIT)
            return artifact
        return None

    def policies(self) -> tuple[CleartextPolicy, ...]:
        """The transport security of the app, then that of its extensions and of watch apps.

        If the property list of the app cannot be read, its rule is not decided: that of an extension is only its own.
        """
        apps = self._infos(_INFO)[:1]
        others = [entry for entry in self._infos(_ANY_INFO) if entry not in apps]
        if len(others) > MAX_INFOS:
            what = f"the transport security of more than {MAX_INFOS} extensions; the others are left out"
            self._source.problems.note(what, "", UnreadKind.LIMIT)
        values = self._values(apps[0]) if apps else None
        out = [undecided_policy()] if values is None else list(self._rules(apps[0], values))
        for entry in others[:MAX_INFOS]:
            values = self._values(entry)
            # An extension without settings has the platform's default, which needs no line of its own.
            if values is not None and "NSAppTransportSecurity" in values:
                part = part_of(entry.name.removeprefix(self._root))
                out += [replace(one, part=part) for one in self._rules(entry, values)]
        return tuple(out)

    def _rules(self, entry: ArchiveEntry, values: dict[str, Any]) -> tuple[CleartextPolicy, ...]:
        executable = entry.name.removesuffix("Info.plist") + _text(values, "CFBundleExecutable")
        return ats_policies(values, entry.name, partial(self._binary_sdk, executable))

    def declarations(self) -> tuple[PrivacyDeclaration, ...]:
        """The privacy manifests of the app and of its parts."""
        return read_privacy_manifests(self._source, self._root)

    def components(self) -> tuple[str, ...]:
        """Empty: Info.plist names no classes."""
        return ()

    def _infos(self, pattern: re.Pattern[str]) -> list[ArchiveEntry]:
        root = self._root
        return [
            entry
            for entry in self._source.entries
            if entry.name.startswith(root) and pattern.fullmatch(entry.name, len(root))
        ]

    def _values(self, entry: ArchiveEntry) -> dict[str, Any] | None:
        """The values of a property list, which are read once; ``None``, with a problem, if it cannot be read."""
        if entry.name not in self._read:
            try:
                self._read[entry.name] = read_values(bytes(self._source.read(entry, MAX_PLIST + 1)))
            except MalformedPoolError as error:
                self._source.problems.note(str(error), entry.name, UnreadKind.UNREADABLE)
                self._read[entry.name] = None
        return self._read[entry.name]

    def _profile_signer(self, profile: str) -> _Signed:
        """The first certificate of the provisioning profile, with its team."""
        entry = self._source.find(profile)
        if entry is None:
            return _Signed()
        data = bytes(self._source.read(entry, MAX_PLIST))
        start, stop = _property_list(data)
        if start >= stop:
            self._source.problems.note("the provisioning profile has no property list", profile, None)
            return _Signed()
        try:
            values = read_values(data[start:stop])
        except MalformedPoolError as error:
            self._source.problems.note(str(error), profile, None)
            return _Signed()
        certificates = values.get("DeveloperCertificates")
        first = certificates[0] if isinstance(certificates, list) and certificates else None
        signer = certificate_signer(first, "code-signature") if isinstance(first, bytes) else None
        teams = values.get("TeamIdentifier")
        team = teams[0] if isinstance(teams, list) and teams and isinstance(teams[0], str) else ""
        return _Signed(signer, _text(values, "TeamName") or maker_name(signer), printable(team, MAX_TEXT))

    def _seller(self) -> str:
        """The seller that the App Store wrote beside the app: nobody signed it."""
        entry = self._source.find(self._root.removesuffix("Payload/") + _RECEIPT)
        if entry is None or not self._root.endswith("Payload/"):
            return ""
        try:
            return _text(read_values(bytes(self._source.read(entry, MAX_PLIST + 1))), "artistName")
        except MalformedPoolError as error:
            self._source.problems.note(str(error), entry.name, None)
            return ""

    def _code_signer(self, executable: str) -> _Signed:
        """The signer of the app's own binary, its organisation and its team.

        Packages of the App Store have no profile: Apple signs them, and only the team identifier points to the
        developer.
        """
        data = self._executable(executable)
        if data is None:
            return _Signed()
        found = code_signature(data)
        signer = leaf_signer(bytes(data[slice(*found.message)]), "code-signature")
        return _Signed(signer, maker_name(signer), found.team)

    def _executable(self, name: str) -> bytes | bytearray | None:
        if self._binary is not None and self._binary[0] == name:
            return self._binary[1]
        entry = self._source.find(name)
        if entry is None or entry.size > MAX_ENTRY:
            return None
        data = self._source.read(entry)
        if sniff(data[:SNIFF]) is not Content.MACH_O:
            return None
        if self._binary is None:
            self._binary = name, data  # the walk reads this entry next: keep it, so that it is not inflated twice
        return data

    def _binary_sdk(self, executable: str) -> tuple[int, int] | None:
        data = self._executable(executable)
        return sdk_version(data) if data is not None else None


def is_ipa(source: EntrySource) -> bool:
    """True if there is an app in the folder that iOS requires, in an archive of Xcode, or on its own."""
    return _app_folder(source) is not None


def _app_folder(source: EntrySource) -> tuple[str, str] | None:
    """Folder of the app, and the folder outside which nothing is shipped; that of an IPA before any other."""
    other: tuple[str, str] | None = None
    bare: tuple[str, str] | None = None
    for entry in source.entries:
        found = _ROOT.match(entry.name)
        if found is None:
            if bare is None and (alone := _BARE.match(entry.name)):
                bare = alone["above"], alone["above"]
            continue
        if found[0] == "Payload/":
            return found[0], found[0]
        if other is None:
            other = found[0], found[0]
    return other or bare


class ShippedEntries:
    """The entries of a source below one folder, under their own names. See ``interface.EntrySource``."""

    def __init__(self, source: EntrySource, folder: str) -> None:
        self._source = source
        self.problems = source.problems
        self.entries: Sequence[ArchiveEntry] = [entry for entry in source.entries if entry.name.startswith(folder)]
        self.find = source.find
        self.peek = source.peek
        self.read = source.read
        self.signing_block = source.signing_block

    def open_nested(self, entry: ArchiveEntry) -> AbstractContextManager[View]:
        """The content of an entry that is a file of its own."""
        return self._source.open_nested(entry)


def shipped(source: EntrySource) -> EntrySource:
    """The source without what an archiver, Xcode or the App Store added around the app of an iOS package.

    Examples are symbols, copies of Swift's libraries, and the receipt with the buyer's name: no device installs them.
    """
    found = _app_folder(source)
    return ShippedEntries(source, found[1]) if found and found[1] else source


def _property_list(data: bytes) -> tuple[int, int]:
    """Begin and end of the XML property list in a CMS message; equal if there is none."""
    start, stop = data.find(b"<?xml"), data.rfind(b"</plist>")
    return (start, stop + 8) if 0 <= start < stop else (0, 0)


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    return printable(str(value), MAX_TEXT) if isinstance(value, str | int | float) else ""
