"""Texts that can show who made an app, and are no endpoints: its own classes, the addresses of its support and author.

The activity that starts an app, and its ``Application``, are in its manifest
(https://developer.android.com/guide/topics/manifest/activity-element). Their package names the maker if the bundle
identifier is that of a template. An address such as ``support@acme.de`` names the domain of those who answer for the
app. The configuration of a Cordova app has the address of its author
(https://cordova.apache.org/docs/en/latest/config_ref/). The settings of Capacitor, Expo and Cordova have the identifier
that the app was made with (https://capacitorjs.com/docs/config, https://docs.expo.dev/versions/latest/config/app/), and
the links for a login often begin with it (https://www.rfc-editor.org/rfc/rfc8252#section-7.1). A script of React Native
registers its app with a name (https://reactnative.dev/docs/appregistry). Bounds: manifests and
settings of 256 KiB, 64 addresses per buffer.
"""

import re
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from itertools import islice

import msgspec

from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.intake.apps.text_places import has_text, places_of
from tieback.model.app import App, Platform
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.makers.name_forms import humps
from tieback.recognise.makers.words import is_template, maker_words
from tieback.recognise.rules import RuleFiles

MAX_SIZE = 256 * 1024
MAX_ADDRESSES = 64
MAX_NAME = 255
"""Characters of a class name that is read."""
_LAUNCHER = "android.intent.category.LAUNCHER"
_CLASS = lazy_pattern(r"[A-Za-z_]\w{0,62}(?:\.[A-Za-z_]\w{0,62}){2,15}")
_PLATFORM = ("android.", "androidx.", "java.", "javax.", "kotlin.")
_DOMAIN = rb"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,24})(?![\w-])"
MARK, _WIDE_NAME = b"support@", b"s\0u\0p\0p\0o\0r\0t\0@\0"
"""Plain text is found many times faster than a condition on what is before it."""
REGISTERED = b"AppRegistry.registerComponent("
"""Call with which a script of React Native gives its app a name."""
_SUPPORT = lazy_pattern(MARK + _DOMAIN)
_PICTURES = (b".png", b".jpg", b".gif", b".svg", b".webp")
"""Ends of the names of files for screens with more pixels: ``icon@2x.png`` is no address."""
_LONGER = lazy_pattern(rb"[A-Za-z0-9._%+-]\x00?\Z")
"""End of the text before ``support@`` in a longer address."""
_ADDRESS = lazy_pattern(rb"[A-Za-z0-9._%+-]{1,64}(?<![0-9]{3})@" + _DOMAIN)
"""An address of an author. One with a number is that of one person among many, such as a student."""
_SUPPORT_WIDE = lazy_pattern(_WIDE_NAME + rb"((?:[a-z0-9.-]\x00){4,253})(?![\w-]\x00)")
_HREF = lazy_pattern(rb"<author\b[^<>]{0,300}\bhref=\"https?://" + _DOMAIN)
_WIDGET = b"http://www.w3.org/ns/widgets"
"""Namespace of the configuration of a Cordova app."""
_SETTINGS = ("capacitor.config.json", "app.config", "app.json")
_IDENTIFIER = lazy_pattern(rb'"(?:appId|package|bundleIdentifier)"\s{0,4}:\s{0,4}"([A-Za-z][\w.]{2,200})"')
_WIDGET_IDENTIFIER = lazy_pattern(rb"<widget\b[^<>]{0,600}\bid=\"([A-Za-z][\w.]{2,200})\"")
_URL_SCHEMES = lazy_pattern(rb"<key>CFBundleURLSchemes</key>\s{0,40}<array>(.{0,4000}?)</array>", re.DOTALL)
_STRING = lazy_pattern(rb"<string>([A-Za-z][\w.]{2,200})</string>")
_FOREIGN = ("com.googleusercontent.apps.",)
"""Beginnings of links for a login that the service defines."""
_NAME = rb"([\"'])([A-Za-z][\w .-]{2,63})"
_REGISTRATION = lazy_pattern(re.escape(REGISTERED) + rb"\s{0,40}" + _NAME + rb"\1\s{0,40},")
_MODULE = lazy_pattern(
    rb"exports\s{0,4}=\s{0,4}\{\s{0,40}\"?name\"?\s{0,4}:\s{0,4}"
    + _NAME
    + rb"\1\s{0,40},\s{0,40}\"?displayName\"?\s{0,4}:"
)
"""The settings of an app as a module of its script: ``{"name":"AcmeFit","displayName":"Acme Fit"}``.

Source: https://github.com/react-native-community/template/blob/main/template/app.json.
"""
_USUAL_NAMES = frozenset({"main", "app", "myapp", "helloworld", "awesomeproject", "testproject", "reactnative"})
"""Names that templates and tutorials of React Native give, in lower case; Expo registers each app as ``main``.

Sources: https://docs.expo.dev/versions/latest/sdk/expo/#registerrootcomponentcomponent,
https://reactnative.dev/docs/getting-started-without-a-framework.
"""
_WORDS = lazy_pattern(r"[^a-z0-9]+")
_STANDS = ".app"
"""Follows an identifier, so that it reads as the class of a package."""
_ADDRESSED = (BufferKind.DEX, BufferKind.TEXT, BufferKind.RESOURCES)


class ClueKind(StrEnum):
    """What a text says about the maker."""

    CLASS = "class"
    """A class of the app itself, with its package; or the identifier that the app was made with, and ``.app``."""
    SUPPORT = "support"
    """The domain of the address of a support."""
    AUTHOR = "author"
    """The domain of the address of an author."""
    NAME = "name"
    """The name with which a script of React Native registers its app; empty for one that says nothing."""


class MakerClue(msgspec.Struct, frozen=True):
    """A text in the app that can show who made it, and is no endpoint."""

    kind: ClueKind
    value: str
    file: str


def maker_clues(buffer: Buffer, rules: RuleFiles, marks: Container[bytes] | None = None) -> Iterator[MakerClue]:
    """The clues in one buffer; none if it cannot be read.

    Args:
        buffer: the buffer.
        rules: the rule files.
        marks: has ``MARK`` and ``REGISTERED`` if they are in the buffer; looked for if it is ``None``.
    """
    if buffer.kind is BufferKind.MANIFEST:
        if len(buffer.data) <= MAX_SIZE:
            with suppress(MalformedPoolError):
                data = bytes(buffer.data)
                root = read_text_xml(data)
                named = (*_started(root, rules), *_identifiers(_links(root, data), rules))
                yield from (MakerClue(ClueKind.CLASS, name, buffer.file) for name in named)
    elif buffer.kind in _ADDRESSED:
        if buffer.kind is BufferKind.TEXT and (
            REGISTERED in marks if marks is not None else has_text(buffer.data, REGISTERED)
        ):
            for name in _registered(buffer):
                yield MakerClue(ClueKind.NAME, name, buffer.file)
        if buffer.kind is BufferKind.TEXT and len(buffer.data) <= MAX_SIZE:
            for name in _identifiers(_settings(buffer), rules):
                yield MakerClue(ClueKind.CLASS, name, buffer.file)
        kind = ClueKind.SUPPORT
        every = _supports(buffer) if marks is None or buffer.utf16 or MARK in marks else iter(())
        if buffer.file.endswith("config.xml") and len(buffer.data) <= MAX_SIZE and _WIDGET in bytes(buffer.data):
            kind, every = ClueKind.AUTHOR, _ADDRESS.finditer(buffer.data)
            for site in _HREF.finditer(buffer.data):
                yield MakerClue(kind, bytes(site[1]).decode("ascii"), buffer.file)
        for found in islice(every, MAX_ADDRESSES):
            before = bytes(buffer.data[max(found.start() - 2, 0) : found.start()])
            if (kind is ClueKind.SUPPORT and _LONGER.search(before)) or bytes(found[1]).endswith(_PICTURES):
                continue
            domain = bytes(found[1]).replace(b"\0", b"").decode("ascii")
            if not _has_package(buffer, domain):
                yield MakerClue(kind, domain, buffer.file)


def _has_package(buffer: Buffer, domain: str) -> bool:
    """True if code with an address of a support has a package of the same domain: it is that of its maker's library.

    If the package is the app's own, its identifier or the class that starts it names the domain, too.
    """
    package = f"L{'/'.join(reversed(domain.split('.')))}/".encode()
    return buffer.kind is BufferKind.DEX and has_text(buffer.data, package)


def script_app(clues: Iterable[MakerClue]) -> App | None:
    """The app of a script of React Native without a package; ``None`` if there is no such script.

    It has the name with which the script registers it. An example has the name of what it shows, and one made with Expo
    that of each of them, so these stay without a name. What it has of its own at a service, such as its Firebase
    project, is its maker's nevertheless.
    """
    found = {clue.value for clue in clues if clue.kind is ClueKind.NAME}
    if not found:
        return None
    names = found - {""}
    name = names.pop() if len(names) == 1 else ""
    parts = {*humps(name), *_WORDS.split(name.lower())}
    return App(Platform.UNKNOWN, "", "", name if parts.isdisjoint(maker_words().samples) else "")


def _supports(buffer: Buffer) -> Iterator[re.Match[bytes]]:
    """The addresses of a support in the strings of a buffer, as ``finditer`` gives them."""
    data, (first, last) = buffer.data, buffer.string_region()
    name, pattern = (_WIDE_NAME, _SUPPORT_WIDE) if buffer.utf16 else (MARK, _SUPPORT)
    for at in places_of(data, name, first, last):
        found = pattern.match(data, at) if at >= first else None
        if found is not None:
            yield found
            first = found.end()


def own_classes(root: Element, rules: RuleFiles) -> Iterator[str]:
    """The classes that start an app with the bundle identifier of a template, the first one first."""
    if is_template(root.attributes.get("package", "")):
        yield from _started(root, rules)


def _started(root: Element, rules: RuleFiles) -> Iterator[str]:
    """The classes that start an app, the first one first; none of a library or template."""
    application = root.first("application")
    if application is None:
        return
    for name in dict.fromkeys((*_launchers(application), application.attributes.get("name", ""))):
        if _is_own(name, rules):
            yield name


def _is_own(name: str, rules: RuleFiles) -> bool:
    """True for a name in a package that is not that of the platform, of a template or of a library."""
    return (
        len(name) <= MAX_NAME
        and _CLASS.fullmatch(name) is not None
        and not name.startswith(_PLATFORM)
        and not is_template(name)
        and rules.third_parties.of_package(name) is None
    )


def _identifiers(texts: Iterable[str], rules: RuleFiles) -> Iterator[str]:
    """Those of the texts that are identifiers of the app, as names of classes."""
    for text in dict.fromkeys(islice(texts, MAX_ADDRESSES)):
        if text.count(".") > 1 and not text.startswith(_FOREIGN) and _is_own(text, rules):
            yield f"{text}{_STANDS}"


def _registered(buffer: Buffer) -> Iterator[str]:
    """The name with which a script registers its app, if it is one; that of its settings if the call has no text.

    It is empty if it is a usual one, or unknown: the script is that of an app nevertheless.
    """
    for pattern in (_REGISTRATION, _MODULE):
        names = {bytes(found[2]).decode("ascii", "replace") for found in islice(pattern.finditer(buffer.data), 2)}
        if names:
            name = names.pop()
            yield "" if names or name.lower() in _USUAL_NAMES else name
            return
    yield ""


def _settings(buffer: Buffer) -> Iterator[str]:
    """The identifiers in the settings of a tool that makes apps."""
    pattern = _IDENTIFIER if buffer.file.rpartition("/")[2] in _SETTINGS else None
    if buffer.file.endswith("config.xml"):
        pattern = _WIDGET_IDENTIFIER
    for found in pattern.finditer(buffer.data) if pattern is not None else ():
        yield bytes(found[1]).decode("ascii", "replace")


def _links(root: Element, data: bytes) -> Iterator[str]:
    """The schemes of the links that an app with the identifier of a template opens."""
    application = root.first("application")
    if application is not None and is_template(root.attributes.get("package", "")):
        for one in application.children:
            for entry in one.all("intent-filter"):
                yield from (link.attributes.get("scheme", "") for link in entry.all("data"))
    for schemes in _URL_SCHEMES.finditer(data):
        yield from (found[1].decode("ascii", "replace") for found in _STRING.finditer(schemes[1]))


def _launchers(application: Element) -> Iterator[str]:
    """The classes of the activities that a launcher shows."""
    for one in application.children:
        if one.name in ("activity", "activity-alias") and any(
            category.attributes.get("name") == _LAUNCHER
            for entry in one.all("intent-filter")
            for category in entry.all("category")
        ):
            yield one.attributes.get("targetActivity") or one.attributes.get("name", "")
