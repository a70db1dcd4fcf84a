"""Parts of an app that were not read: encrypted, packed, loaded at run time, on a web site, missing, or damaged.

The pieces of the package are inspected while they are walked; nothing is read twice. Sources: Apple ``mach-o/loader.h``
(``LC_ENCRYPTION_INFO``); https://developer.android.com/guide/topics/manifest/manifest-element;
https://docs.expo.dev/versions/latest/sdk/updates/; https://github.com/microsoft/react-native-code-push;
https://docs.flutter.dev/perf/deferred-components; https://docs.shorebird.dev;
https://capacitorjs.com/docs/config (``server.url``);
https://cordova.apache.org/docs/en/latest/config_ref/ (``content``);
https://learn.microsoft.com/xamarin/android/deploy-test/building-apps/build-process (fast deployment, ``mkbundle``);
https://docs.unity3d.com/Manual/android-distribution-google-play.html (expansion files and asset packs);
https://developer.chrome.com/docs/android/trusted-web-activity.
"""

import binascii
import json
import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from tieback import rulefiles as prepared
from tieback.intake.apps.binary_xml import read_tree
from tieback.intake.apps.content import COMPILED, SNIFF, Content, is_metro, sniff
from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Bytes, Piece
from tieback.intake.apps.plist import BINARY, read_values
from tieback.intake.apps.printable import printable
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.intake.apps.text_places import has_text
from tieback.model.count_text import count_text
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Problem, UnreadCode, UnreadKind, unread_parts

MAX_COMPONENTS = 64
"""Components of a manifest whose classes are searched."""
MAX_CONFIGURATION = 64 * 1024
"""Bytes of the largest configuration of a web wrapper that is read."""
_MAX_URL = 200

_COMPONENTS = ("activity", "service", "receiver", "provider")
_REACT = ("libreactnative.so", "libreactnativejni.so")
_BUNDLES = ("index.android.bundle", "main.jsbundle")
_PACKER_FILES = (".so", ".bin", ".dat", ".ajm", ".jar")
_BUNDLE_FILES = (".bundle", ".jsbundle", ".hbc")
_OTHER_CODE = (".js", *_BUNDLE_FILES, ".so", ".dll")
_SHOREBIRD, _EXPO_SETTINGS, _CORDOVA = "shorebird.yaml", "Expo.plist", "config.xml"
_INFO, _ON_DEMAND = "Info.plist", "OnDemandResources.plist"
_ASSET_PACK = ".assetpack/"
_HERMES = ("hermes.framework/hermes", "hermesvm.framework/hermesvm")
_FLUTTER, _DART = "Flutter.framework/Flutter", "App.framework/App"
_APPLE_PARTS = (*_HERMES, _FLUTTER, _DART)
"""Programs in the folder ``Frameworks`` of Apple's packages."""
_CAPACITOR = ("capacitor.config.json", "capacitor.config")
_PAGES = (".html", ".htm", ".js")
_SEALED = (".json", ".jsc", ".lua", ".luac")
"""Ends of the names of files that are text or compiled scripts, and in some apps encrypted."""
_LEAST_SEALED = 256
"""Fewest bytes of a file whose bytes can look random."""
_DOTNET = ("libmonodroid.so", "libnet-android.release.so", "libnet-android.debug.so")
_ASSEMBLIES = lazy_pattern(r"(?!libaot).*\.dll(?:\.so)?|(?:lib)?assembl(?:ies|y-store).*\.(?:blob|so)")
"""Names of the files that have the assemblies of an app; the others with ``.dll.so`` have only machine code."""
_BUNDLED = "libmonodroid_bundle_app.so"
"""Native library that has the assemblies compressed (``mkbundle``)."""
_MATTERS = (
    *_PACKER_FILES, *_OTHER_CODE, *_PAGES, *_SEALED, _SHOREBIRD, _EXPO_SETTINGS, *_CAPACITOR, _CORDOVA, _INFO,
    _ON_DEMAND,
)  # fmt: skip
"""Ends of the names of files that are looked at."""
_META = lazy_pattern(rb"<meta-data\b[^>]{0,2000}>")
_ATTRIBUTE = lazy_pattern(rb"\b(name|value)=[\"']([^\"']{0,500})[\"']")
_EXPO = b"expo.modules.updates."
_TWA = b"android.support.customtabs.trusted.DEFAULT_URL"
_DEFERRED = b"io.flutter.embedding.engine.deferredcomponents.DeferredComponentManager.loadingUnitMapping"
_DECRYPTS = lazy_pattern(rb"\bsubtle\s{0,4}\.\s{0,4}decrypt\s{0,4}\(|\bCryptoJS\.\w{2,20}\.decrypt\(|\bsjcl\.decrypt\(")
"""Calls that decrypt: https://www.w3.org/TR/WebCryptoAPI/#SubtleCrypto-method-decrypt, crypto-js, sjcl."""
_ENCRYPTED_TEXT = lazy_pattern(rb"[\"'`]([A-Za-z0-9+/]{4096,}={0,2}|(?:[0-9a-f]{2}){4096,})[\"'`]")
_HEX = lazy_pattern(rb"[0-9a-f]+")
_MAX_PAGE = 4 * 1024 * 1024
"""Bytes of the largest page or script that is searched for an encrypted text."""
_LEAST_VALUES, _SAMPLE = 250, 3_072
"""Fewest different values in so many bytes of an encrypted text: random bytes have all 256, code has fewer."""
_NO_TEXT = "a page, script or text is encrypted or in an unknown format"
_BASE64 = lazy_pattern(rb"[A-Za-z0-9+/\r\n]{256,}={0,2}\s*")
_TITANIUM = b"/AssetCryptImpl;"
"""End of the class that has the encrypted scripts of an app of Titanium."""
_CODEPUSH = (b"Lcom/microsoft/codepush/", b"CodePushDeploymentKey")


class _Packer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    files: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    packer: tuple[_Packer, ...]


def _is_off(data: Bytes, key: str) -> bool:
    """True if a property list sets a key to false."""
    if not data.startswith(BINARY):
        return re.search(key.encode() + rb"</key>\s{0,80}<false", data) is not None
    try:
        return read_values(bytes(data)).get(key) is False
    except MalformedPoolError:
        return False


class CodeCheck:
    """Collects signs of unread code from the pieces of one app."""

    def __init__(self, components: Iterable[str] = ()) -> None:
        """Set the classes that the manifest names; the code of an app has at least one of them."""
        names = list(components)[:MAX_COMPONENTS]
        self._classes = [f"L{name.replace('.', '/')};".encode() for name in names]
        self._missing = bool(names)
        self._has_code = False
        self._own_code = False
        """True if the code has other classes in the package of a class that the manifest names."""
        self._other_code = False
        """True if there is code in another language; an app built from it may have no class of its own."""
        self._files: dict[str, str] = {}
        """First entry with each file name that matters."""
        self._bundle = False
        self._assemblies = False
        self._on_demand, self._asset_packs = "", False
        """The list of the on-demand resources of an Apple app, and whether any of them is in the package."""
        self._found: dict[tuple[UnreadKind, str], UnreadCode] = {}

    def see(self, piece: Piece) -> None:
        """Inspect a piece. Never raises on hostile content."""
        if isinstance(piece, Artifact):
            self._name(piece.file)
            self._bundle = self._bundle or bool(piece.bytecode)
            for buffer in piece.buffers:
                self._buffer(buffer)
        elif isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                self._bundle = self._bundle or is_metro(content)
                if file.endswith(_MATTERS):  # most are compiled layouts
                    self._name(file)
                    self._configuration(file, content)

    def found(self, problems: Iterable[Problem]) -> tuple[UnreadCode, ...]:
        """The result, after the last piece; ``problems`` are those of the package.

        Code in a part that could not be read is not missing: the problem of that part is the reason.
        """
        problems = tuple(problems)
        lost = [one.where for one in problems if one.unread not in {None, UnreadKind.MISSING}]
        packed = any(kind is UnreadKind.PACKED for kind, _ in self._found)
        if (
            self._missing
            and not packed
            and not _can_hold(lost, ".dex", ".smali")
            and (self._has_code or not self._other_code)
        ):
            what = "no class that the manifest names is in the code"
            what += (
                ", but other classes of their package are: the app is incomplete, or the names are wrong"
                if self._own_code
                else ": the app is packed or incomplete, or the names are wrong"
            )
            what = what if self._has_code else "the package contains no code"
            self._add(UnreadKind.MISSING, what, "AndroidManifest.xml")
        react = next((self._files[name] for name in _REACT if name in self._files), "")
        if react and not self._bundle and not _can_hold(lost, *_BUNDLE_FILES):
            self._add(UnreadKind.MISSING, "React Native without a JavaScript bundle: it is loaded at run time", react)
        hermes = next((self._files[name] for name in _HERMES if name in self._files), "")
        flutter = self._files.get(_FLUTTER, "")
        if hermes and not self._bundle and not _can_hold(lost, *_BUNDLE_FILES):
            self._add(UnreadKind.MISSING, "React Native without a JavaScript bundle: it is loaded at run time", hermes)
        if flutter and _DART not in self._files and not _can_hold(lost, _DART):
            self._add(UnreadKind.MISSING, "Flutter without compiled Dart code (App.framework)", flutter)
        self._check_dotnet(lost)
        if self._on_demand and not self._asset_packs:
            what = "on-demand resources: the App Store delivers them later, and they are not in the package"
            self._add(UnreadKind.MISSING, what, self._on_demand)
        flutter = self._files.get("libflutter.so", "")
        compiled = ("libapp.so", "kernel_blob.bin")
        if flutter and not any(name in self._files for name in compiled) and not _can_hold(lost, *compiled):
            self._add(UnreadKind.MISSING, "Flutter without compiled Dart code (libapp.so)", flutter)
        return unread_parts(self._found.values(), problems)

    def _check_dotnet(self, lost: list[str]) -> None:
        """Note the assemblies of Xamarin, .NET and Unity that are not in the package, or not in a form that is read."""
        dotnet = next((self._files[name] for name in _DOTNET if name in self._files), "")
        unity = self._files.get("libunity.so", "")
        if (
            self._assemblies
            or not (dotnet or unity)
            or _can_hold(lost, ".dll", ".blob", ".dll.so", "global-metadata.dat")
        ):
            return
        if _BUNDLED in self._files:
            what = "the .NET code is compressed in a native library (mkbundle), which is not read"
            self._add(UnreadKind.ENCRYPTED, what, self._files[_BUNDLED])
        elif dotnet:
            what = ".NET without the app's assemblies: builds for debugging load them from the device"
            self._add(UnreadKind.MISSING, what, dotnet)
        elif "global-metadata.dat" not in self._files:
            what = "Unity without its metadata and assemblies: they are in another file of the app, or have other names"
            self._add(UnreadKind.MISSING, what, unity)

    def _add(self, kind: UnreadKind, what: str, where: str) -> None:
        found = UnreadCode(kind, what, where)
        # The place of an encrypted part is what was not read; with the other kinds it is the evidence, which one shows.
        if kind is UnreadKind.ENCRYPTED and (kind, what) in self._found:
            (found,) = unread_parts((self._found[kind, what], found), ())
        self._found[kind, what] = found if kind is UnreadKind.ENCRYPTED else self._found.get((kind, what), found)

    def _name(self, file: str) -> None:
        name = file.rpartition("/")[2].rpartition("!")[2]
        if name.endswith(_PACKER_FILES):
            self._files.setdefault(name, file)
            if packer := _packer_of(name):
                self._add(UnreadKind.PACKED, f"packed with {packer}: the code is decrypted only at run time", file)
        elif name.endswith(_BUNDLE_FILES):
            self._bundle = True
        elif file.endswith(_APPLE_PARTS):
            self._files.setdefault("/".join(file.split("/")[-2:]), file)
        elif name == _ON_DEMAND:
            self._on_demand = file
        if _ASSET_PACK in file:
            self._asset_packs = True
        if name.endswith(_OTHER_CODE):
            self._other_code = True
        if _ASSEMBLIES.fullmatch(name):
            self._assemblies = True

    def _buffer(self, buffer: Buffer) -> None:
        file, kind, data = buffer.file, buffer.kind, buffer.data
        if kind is BufferKind.DEX or file.endswith(".dex"):
            self._has_code = True
            begin, end = buffer.string_region()
            if self._missing and self._has_class(buffer, begin, end):
                self._missing = False
            elif self._missing and not self._own_code:
                packages = {name[: name.rfind(b"/") + 1] for name in self._classes}
                self._own_code = any(has_text(data, package, begin, end) for package in packages if package)
            if has_text(data, _CODEPUSH[0], begin, end):
                self._codepush(file)
            if has_text(data, _TITANIUM, begin, end):
                self._add(UnreadKind.ENCRYPTED, "the scripts of Titanium are encrypted", file)
        elif kind is BufferKind.MANIFEST:
            self._manifest(file, data)
        elif kind is BufferKind.RESOURCES:
            if has_text(data, _CODEPUSH[1]):
                self._codepush(file)
        else:
            self._bundle = self._bundle or is_metro(data)
            if not buffer.base:
                self._configuration(file, data)

    def _has_class(self, buffer: Buffer, begin: int, end: int) -> bool:
        """True if one of the classes that the manifest names is in the strings of a DEX file."""
        data = buffer.data
        if any(_is_string(buffer, name) for name in self._classes):
            return True
        # Tools that rename classes need not sort the bytes of the strings, and a list of classes can be a text.
        packages = {package for package in set(map(_package, self._classes)) if has_text(data, package, begin, end)}
        return any(_package(name) in packages and has_text(data, name, begin, end) for name in self._classes)

    def _codepush(self, file: str) -> None:
        self._add(UnreadKind.DOWNLOADED, "CodePush can replace the JavaScript code at run time", file)

    def _manifest(self, file: str, data: Bytes) -> None:
        """Settings of libraries that load code, in AndroidManifest.xml or a property list."""
        if _CODEPUSH[1] in data:
            self._codepush(file)
        if b"EXUpdatesURL" in data and not _is_off(data, "EXUpdatesEnabled"):
            self._add(UnreadKind.DOWNLOADED, "Expo Updates can replace the JavaScript code at run time", file)
        if not any(mark in data for mark in (_EXPO, _TWA, _DEFERRED)):
            return
        values: dict[bytes, bytes] = {}
        for tag in _META.finditer(data):
            pairs = dict(_ATTRIBUTE.findall(tag[0]))
            values[pairs.get(b"name", b"")] = pairs.get(b"value", b"")
        if _EXPO + b"EXPO_UPDATE_URL" in values and values.get(_EXPO + b"ENABLED", b"true") != b"false":
            self._add(UnreadKind.DOWNLOADED, "Expo Updates can replace the JavaScript code at run time", file)
        if values.get(_DEFERRED):
            self._add(UnreadKind.DOWNLOADED, "Flutter loads parts of the code later (deferred components)", file)
        if _TWA in values:
            self._web_page(values[_TWA].decode("utf-8", "replace"), file)

    def _configuration(self, file: str, data: Bytes) -> None:
        """Files that set which code or page an app loads, by their names."""
        name = file.rpartition("/")[2]
        if name in _BUNDLES and sniff(data[:SNIFF]) is Content.BINARY:
            self._add(UnreadKind.ENCRYPTED, "the JavaScript bundle is encrypted or in an unknown format", file)
        elif name == "global-metadata.dat" and data[:4] != b"\xaf\x1b\xb1\xfa":
            self._add(UnreadKind.ENCRYPTED, "the Unity metadata is encrypted: its strings cannot be read", file)
        elif name == _SHOREBIRD:
            self._add(UnreadKind.DOWNLOADED, "Shorebird can replace the Dart code at run time", file)
        elif name in (_EXPO_SETTINGS, _INFO):  # here in the binary form; a property list of XML is a manifest
            self._manifest(file, data)
        elif name.endswith(_PAGES):
            self._page(file, data)
        elif name.endswith(_SEALED) and name not in _CAPACITOR:
            if _looks_random(data):
                self._add(UnreadKind.ENCRYPTED, _NO_TEXT, file)
        elif len(data) > MAX_CONFIGURATION:
            return
        elif name in _CAPACITOR:
            self._capacitor(file, data)
        elif name == _CORDOVA:
            self._cordova(file, bytes(data))

    def _page(self, file: str, data: Bytes) -> None:
        """A page or script that is encrypted, or that decrypts a long text of its own: it is usually a page too."""
        if _is_sealed(data):
            self._add(UnreadKind.ENCRYPTED, _NO_TEXT, file)
            return
        # The second search takes 15 times as long, and few scripts have the word.
        if len(data) > _MAX_PAGE or not has_text(data, b"decrypt") or _DECRYPTS.search(data) is None:
            return
        found = _ENCRYPTED_TEXT.search(data)
        raw = _decoded(bytes(found[1][: 2 * _SAMPLE])) if found is not None else b""
        if found is not None and sniff(raw[:SNIFF]) is Content.BINARY and len(set(raw[:_SAMPLE])) >= _LEAST_VALUES:
            what = f"a script decrypts a text of {count_text(len(found[1]), 'character')}, which is not read"
            self._add(UnreadKind.ENCRYPTED, what, file)

    def _capacitor(self, file: str, data: Bytes) -> None:
        try:
            values = json.loads(data)
        except (ValueError, RecursionError):
            return
        server = values.get("server") if isinstance(values, dict) else None
        if isinstance(server, dict) and isinstance(server.get("url"), str):
            self._web_page(server["url"], file)
        plugins = values.get("plugins") if isinstance(values, dict) else None
        if isinstance(plugins, dict) and not {"CapacitorUpdater", "LiveUpdate", "LiveUpdates"}.isdisjoint(plugins):
            self._add(UnreadKind.DOWNLOADED, "Capacitor live updates can replace the code at run time", file)

    def _cordova(self, file: str, data: bytes) -> None:
        try:
            root = read_tree(data) if data.startswith(COMPILED) else read_text_xml(data)
        except MalformedPoolError:
            return
        content = root.first("content") if root.name == "widget" else None
        if content is not None:
            self._web_page(content.attributes.get("src", ""), file)

    def _web_page(self, url: str, file: str) -> None:
        """A page of the app; local ones are in the package."""
        try:
            parts = urlsplit(url[:_MAX_URL])
            host = parts.hostname
        except ValueError:
            return
        if parts.scheme in {"http", "https"} and host and host != "localhost":
            shown = printable(f"{parts.scheme}://{host}", _MAX_URL)
            self._add(UnreadKind.WEB_PAGE, f"the app shows the web site {shown}: its code is not in the package", file)


def component_classes(manifest: Element) -> tuple[str, ...]:
    """Full names of the classes that a manifest names as components; empty if the package states that it has no code.

    Classes of Android itself are not part of an app.
    """
    application = manifest.first("application")
    if application is None or application.attributes.get("hasCode") == "false":
        return ()
    package = manifest.attributes.get("package", "")
    found: list[str] = []
    for child in application.children:
        name = child.attributes.get("name", "") if child.name in _COMPONENTS else ""
        full = f"{package}{name}" if name.startswith(".") else name if "." in name else f"{package}.{name}"
        if name and not name.startswith("android."):
            found.append(full)
            if len(found) >= MAX_COMPONENTS:
                break
    return tuple(found)


def _can_hold(lost: Iterable[str], *ends: str) -> bool:
    """True if one of the parts that were not read has such a name, or is the package or a package in it."""
    return any(not where or where.endswith((*ends, ".apk")) for where in lost)


def _is_sealed(data: Bytes) -> bool:
    """True if a page or script is no text, or random bytes in base64, as of cordova-plugin-crypt-file."""
    head = bytes(data[:SNIFF])
    if _BASE64.fullmatch(head):
        return _looks_random(_decoded(bytes(data[: 2 * _SAMPLE])))
    return bool(head) and sniff(head) is Content.BINARY


def _looks_random(data: Bytes) -> bool:
    """True if a file has nearly as many different bytes as random ones have: it is encrypted or compressed."""
    size = min(len(data), _SAMPLE)
    if size < _LEAST_SEALED or sniff(data[:SNIFF]) is not Content.BINARY:
        return False
    return len(set(bytes(data[:size]))) >= 0.97 * 256 * (1 - (255 / 256) ** size)


def _decoded(text: bytes) -> bytes:
    """The bytes of a text in hexadecimal digits or base64."""
    try:
        return bytes.fromhex(text.decode()) if _HEX.fullmatch(text) else binascii.a2b_base64(text[: len(text) // 4 * 4])
    except ValueError:
        return b""


@cache
def _packers() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    read = prepared.load_rules(Path(__file__).with_name("packers.toml").read_bytes(), _File).packer
    names = {file: packer.name for packer in read for file in packer.files}
    return names, tuple((prefix, packer.name) for packer in read for prefix in packer.prefixes)


def _package(name: bytes) -> bytes:
    """The beginning of a class descriptor that it shares with others of its package."""
    return name[: name.find(b"/", name.find(b"/") + 1) + 1] or name


def _is_string(buffer: Buffer, text: bytes) -> bool:
    """True if a DEX file has this string. Compilers store strings in the order of their bytes."""
    starts, data, length = buffer.starts, buffer.data, len(text) + 1
    if starts is None:
        return False
    wanted = text + b"\0"
    at = bisect_left(starts, wanted, key=lambda start: bytes(data[start : start + length]))
    return at < len(starts) and bytes(data[starts[at] : starts[at] + length]) == wanted


def _packer_of(name: str) -> str:
    """The packer that adds a file with this name; empty for all other files."""
    names, prefixes = _packers()
    if name in names:
        return names[name]
    if not name.endswith(".so"):
        return ""
    return next((packer for prefix, packer in prefixes if name.startswith(prefix)), "")
