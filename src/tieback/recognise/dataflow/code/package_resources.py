"""The files of an app that can refer to its resources, kept until the code is known: tables, compiled XML, manifests.

What code of other kinds can look up by name is a doubt: then no resource is without a reference.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.binary_xml import XmlAttribute, xml_attributes
from tieback.intake.apps.content import COMPILED
from tieback.intake.apps.interface import Artifact, ArtifactBatch, BufferKind, Bytes, Piece
from tieback.intake.apps.proto_resources import ProtoResources, reference_bytes
from tieback.intake.apps.proto_xml import ROOT, proto_attributes
from tieback.intake.apps.resources import Resources
from tieback.intake.apps.stringpool import MalformedPoolError, pool_frame
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.closed_components import ClosedComponents, full_name, manifest_package
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.code.own_packages import package_of

MAX_XML = 32 * 1024 * 1024
"""Most bytes of compiled XML of one app that are kept."""
MAX_READ = 4 * 1024 * 1024
"""Most bytes of it whose attributes are read: those of files that refer to a resource with an address."""
MAX_SEARCHED = 256 * 1024 * 1024
"""Most bytes of the XML of app bundles that are searched for references."""
MAX_TABLES = 8
MAX_COMPONENTS = 2_000
MAX_LAUNCHERS = 16

_REFERENCES = (0x01000008, 0x02000008, 0x07000008, 0x08000008)
_STRING = 3
_ID, _TEXT = 0x010100D0, 0x0101014F
"""``android:id`` and ``android:text``."""
MANIFEST = "AndroidManifest.xml"
_SPLITS = "splits0.xml"
_DECODED, _TEXT_XML = "apktool.yml", lazy_pattern(r"res/[^!]+\.xml")
"""Settings of apktool, and the resources of a folder that it decoded."""
_SMALI = lazy_pattern(r"smali[^/]*/.+\.smali")
"""Code that could not be read as such: it can call any method."""
_FOREIGN = lazy_pattern(
    r"(?:^|[/!])(?:lib(?:unity|il2cpp|mono[\w.-]*|xamarin[\w.-]*|Qt\dCore\w*|assembl[\w.-]*|luajava|NativeScript|chaquopy\w*|"
    r"python\d[\w.]*|cocos(?:2d(?:js|lua))?|layaair|corona)\.so|[\w.-]+\.dll|"
    r"assemblies\.blob)$"
)
"""Code that is not DEX code, and engines of languages that call Java by name: LuaJava, NativeScript, Chaquopy, Pyjnius.
So do engines of games with scripts, as Cocos Creator (``jsb.reflection.callStaticMethod``), LayaAir and Corona:
https://docs.cocos.com/creator/3.8/manual/en/advanced-topics/java-reflection.html

It can read resources by name or by number, and call any method.
"""
_BY_NAME = b"getIdentifier"
_COMPONENT = lazy_pattern(
    r"<(?:activity|service|receiver|provider|application|instrumentation)(?=\s)[^<>]{0,4000}?\s(?:android:)?name=\"([^\"]{1,300})\""
)
_PACKAGE = lazy_pattern(r"<manifest\b[^<>]{0,4000}?\bpackage=\"([^\"]{1,300})\"")
_LAUNCHER = "android.intent.category.LAUNCHER"
_STARTED = lazy_pattern(r"\s(?:android:)?(targetActivity|name)=\"([^\"]{1,300})\"")
_LINKED = lazy_pattern(r"<data\b[^<>]{0,2000}?\s(?:android:)?host=\"(?:\*\.)?([A-Za-z0-9.-]{4,253})\"")
_OPENER = lazy_pattern(
    r"<activity(?:-alias)?(?=\s)(?P<tag>[^<>]{0,4000})>(?P<filters>(?:[^<]|<(?!/?activity)){0,40000})</activity"
)
_FILTER = lazy_pattern(r"<intent-filter\b(?:[^<]|<(?!/intent-filter)){0,20000}")
_WEB = lazy_pattern(r"\sandroid:scheme=\"https?\"|\sscheme=\"https?\"")
_SPLIT = lazy_pattern(r"<manifest\b[^<>]{0,4000}?\b(?:split=\"|isolatedSplits=\"(?!false))")
_SDK = lazy_pattern(r"<uses-sdk\b[^<>]{0,1000}")
_VERSIONS = lazy_pattern(r"\b(target|min)SdkVersion=\"(\d{1,6})\"")
LAST_WITHOUT_ANNOTATION = 16
"""Until this target SDK, scripts can call every public method of an object that a web view offers to them:
https://developer.android.com/reference/android/webkit/WebView#addJavascriptInterface(java.lang.Object,%20java.lang.String)
"""
_LACKS_CODE = lazy_pattern(
    r"<instrumentation\b|\b(?:isSplitRequired|requiredSplitTypes)=\"(?!false)|\bcom\.android\.vending\.splits\.required\b|"
    r"<uses-(?:static-|sdk-)?library\b(?![^<>]{0,1000}?\bname=\"(?:android\.|androidx\.|org\.apache\.http\.|com\.google\.android\.))"
)
"""What a manifest has if the system adds classes that are not in the package: those of an app under test, of split
packages, and of libraries, except those of Android: https://developer.android.com/guide/topics/manifest/uses-library-element
"""
_FACTORY = lazy_pattern(
    r"\bappComponentFactory=\"(?!androidx\.core\.app\.CoreComponentFactory\"|android\.support\.v4\.app\.CoreComponentFactory\")"
)
_REFERENCE = lazy_pattern(r"=\"@(?:0x)?([0-9a-fA-F]{8})\"")
_NAME = lazy_pattern(r"[\w-]{1,60}\Z")
_BUNDLED = lazy_pattern(r"(?:^|[/!])[^/!]+/res/.+\.xml\Z")

type Table = Resources | ProtoResources
"""The resource table of a package, or of a module of an app bundle."""
_BETWEEN = b"\xff\xff\xff"
"""Between two compiled files that are searched together."""
_MAX_JOINED = 4 * 1024 * 1024
"""Most bytes of compiled files of which a copy is made for that."""


class XmlUse(NamedTuple):
    """An attribute or text of a file that refers to a resource."""

    file: str
    element: str
    resource: int
    """Resource ID of the attribute's name; 0 if it has none."""
    name: str
    view: int = 0
    """Identifier of the view that shows the text; 0 if it has none, or for other attributes."""


class PackageResources:
    """The resources of one app, in the order of its pieces."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {}
        """Resource tables by file."""
        self.has_doubt = False
        """True if other code than that of the DEX files can read resources."""
        self.native_names_app = False
        """True if a native library may have the name of a class of the app's own, and so can make objects of it."""
        self.names = NativeNames()
        """Names by which native code can call methods and read fields; not kept if there is a doubt."""
        self._compiled: list[tuple[str, Bytes]] = []
        self._manifests: list[str] = []
        self._texts: list[Bytes] = []
        """XML that apktool decoded."""
        self._texts_named = self.names.texts
        self._own_names: tuple[str, ...] = ()
        self._is_decoded = False
        self._left, self._left_to_read, self._left_to_search = MAX_XML, MAX_READ, MAX_SEARCHED
        self._read: dict[int, tuple[XmlAttribute, ...]] = {}

    def see(self, piece: Piece) -> None:
        """Note what a piece of the app can refer to."""
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                if content.startswith(COMPILED):
                    self._keep(file, content)
                elif file.endswith((".dll", ".blob")):
                    self.has_doubt |= _FOREIGN.search(file) is not None
                elif content.startswith(ROOT):
                    self.has_doubt |= _BUNDLED.search(file) is not None  # too much XML to read as such
                else:
                    self._keep_text(file, content)
            return
        self._artifact(piece)

    def _artifact(self, piece: Artifact) -> None:
        if piece.compiled:
            self._keep(piece.file, piece.compiled)
        for buffer in piece.buffers:
            if buffer.kind is BufferKind.MANIFEST and piece.file.endswith(MANIFEST):
                text = bytes(buffer.data).decode("utf-8", "replace")
                self._manifests.append(text)
                self._own_names = tuple(filter(None, (*self.packages(), *map(package_of, self.started_classes()))))
                self.has_doubt |= _SPLIT.search(text) is not None
            elif isinstance(buffer.resources, (Resources, ProtoResources)):
                self.has_doubt |= len(self.tables) >= MAX_TABLES or piece.file in self.tables
                self.tables[piece.file] = buffer.resources
            elif buffer.kind is BufferKind.NATIVE:
                names_app = self._is_named_in(buffer.data)
                self.native_names_app |= names_app
                if self.has_doubt:
                    continue
                self.names.see(buffer.data, of_app=names_app)
                self.has_doubt = _FOREIGN.search(piece.file) is not None or buffer.data.find(_BY_NAME) >= 0
            elif buffer.kind in (BufferKind.TEXT, BufferKind.BINARY):
                self._keep_text(piece.file, buffer.data)
        if piece.file.endswith((".dll", ".blob")):
            self.has_doubt |= _FOREIGN.search(piece.file) is not None
        elif not piece.compiled and any(one.data.startswith(ROOT) for one in piece.buffers):
            self.has_doubt |= _BUNDLED.search(piece.file) is not None

    def _is_named_in(self, library: Bytes) -> bool:
        """True if a library may have the package of the app, in a name of a class or of a function for Java.

        The longest part of the package is the same in ``com/shop/app``, ``com.shop.app`` and
        ``Java_com_shop_app_Main_sign``, unless it has an underscore: the last form has ``_1`` for that.
        """
        names = [max(re.split(r"[._]", name), key=len) for name in self._own_names]
        return not names or any(library.find(name.encode("utf-8", "replace")) >= 0 for name in names)

    def _keep_text(self, file: str, content: Bytes) -> None:
        self._texts_named.see(file, content, self._own_names)
        self._is_decoded |= file == _DECODED
        self.has_doubt |= _SMALI.fullmatch(file) is not None
        if _TEXT_XML.fullmatch(file):
            self._left -= len(content)
            self.has_doubt |= self._left < 0
            if self._left >= 0:
                self._texts.append(content)

    def _keep(self, file: str, content: Bytes) -> None:
        self._left -= len(content)
        if self._left < 0:
            self.has_doubt = True
            return
        self._compiled.append((file, content))
        vars(self).pop("_all_compiled", None)
        if file.endswith(_SPLITS):
            self.has_doubt |= any(
                one.element == "module" and one.name == "name" and one.end > one.begin for one in _read(content)
            )

    @property
    def is_known(self) -> bool:
        """True if every file that can refer to a resource is here, except the code."""
        return not self.has_doubt and bool(self.tables) and bool(self._manifests)

    @property
    def knows_components(self) -> bool:
        """True if the manifests name all components, and all resources that can name a class are here."""
        return self.is_known or (self._is_decoded and not self.has_doubt and bool(self._manifests))

    @property
    def has_factory(self) -> bool:
        """True if a class of the app makes its components, and can make others than the manifests name.

        https://developer.android.com/reference/android/app/AppComponentFactory
        """
        return any(_FACTORY.search(text) is not None for text in self._manifests)

    @property
    def scripts_call_all(self) -> bool:
        """True if scripts of web views can call methods without an annotation, because the target SDK is an old one."""
        for text in self._manifests:
            found = _SDK.search(text)
            versions: dict[str, str] = dict(_VERSIONS.findall(found[0])) if found else {}
            if int(versions.get("target") or versions.get("min") or 1) <= LAST_WITHOUT_ANNOTATION:
                return True
        return False

    @property
    def may_lack_code(self) -> bool:
        """True if the system can add classes that are not in the package, or if there is no manifest."""
        return not self._manifests or any(_LACKS_CODE.search(text) is not None for text in self._manifests)

    def packages(self) -> Iterator[str]:
        """The names that the manifests give the app, such as ``com.shop.app``."""
        yield from (found[1] for text in self._manifests if (found := _PACKAGE.search(text)))

    def started_classes(self) -> Iterator[str]:
        """Names of the activities that a launcher shows, such as ``com.shop.app.Main``."""
        for text in self._manifests:
            package = manifest_package(text)
            for found in islice(re.finditer(re.escape(_LAUNCHER), text), MAX_LAUNCHERS):
                begin = text.rfind("<activity", 0, found.start())
                names = dict(_STARTED.findall(text[begin : text.find(">", begin)])) if begin >= 0 else {}
                name = names.get("targetActivity") or names.get("name", "")
                if name:
                    yield full_name(package, name)

    def linked_hosts(self) -> set[str]:
        """The hosts whose links the app opens: ``<data android:host>`` of intent filters."""
        return {name.lower() for text in self._manifests for name in _LINKED.findall(text)[:MAX_COMPONENTS]}

    def link_openers(self) -> dict[str, frozenset[str]]:
        """By the descriptor of each activity that opens web links, their hosts."""
        found: dict[str, frozenset[str]] = {}
        for text in self._manifests:
            package = manifest_package(text)
            for one in islice(_OPENER.finditer(text), MAX_COMPONENTS):
                names = dict(_STARTED.findall(one["tag"]))
                filters = [each for each in _FILTER.findall(one["filters"]) if _WEB.search(each)]
                hosts = frozenset(name.lower() for each in filters for name in _LINKED.findall(each))
                if hosts and (title := names.get("targetActivity") or names.get("name", "")):
                    name = f"L{full_name(package, title).replace('.', '/')};"
                    found[name] = found.get(name, frozenset()) | hosts
        return found

    def components(self) -> Iterator[str]:
        """Descriptors of the classes that the manifests name."""
        for text in self._manifests:
            package = manifest_package(text)
            for name in _COMPONENT.findall(text)[:MAX_COMPONENTS]:
                yield f"L{full_name(package, name).replace('.', '/')};"

    def uses(self, identifier: int) -> Iterator[XmlUse]:
        """The attributes and texts that refer to a resource; without an element where a file is not read."""
        for number in self._files_with(identifier):
            file = self._compiled[number][0]
            every = self._attributes(number)
            found = [one for one in every if one.kind != _STRING and one.value == identifier]
            yield from (XmlUse(file, one.element, one.resource, one.name, _view(every, one)) for one in found)
            if not found:
                yield XmlUse(file, "", 0, "")
        if self._left_to_search < 0:
            yield XmlUse("", "", 0, "")
        yield from (XmlUse(MANIFEST, "", 0, name) for name in self._manifest_uses.get(identifier, ()))

    def texts_of_view(self, identifier: int) -> Iterator[str | int]:
        """The texts that layouts give to the views with an identifier: each a text, or the identifier of one."""
        for number in self._files_with(identifier):
            attributes = self._attributes(number)
            views = {one.number for one in attributes if one.resource == _ID and one.value == identifier}
            for one in attributes:
                if one.resource == _TEXT and one.number in views:
                    content = bytes(self._compiled[number][1])
                    utf8 = not content.startswith(COMPILED) or pool_frame(content, 8).utf8
                    codec = "utf-8" if utf8 else "utf-16-le"
                    yield one.value or content[one.begin : one.end].decode(codec, "replace")

    def names_class(self, name: str) -> bool:
        """True if a manifest has the name of a class, or a resource table, XML or another text has it behind a package.

        Args:
            name: the name without the package, such as ``Main`` or ``Main$Item``.
        """
        return any(name in text for text in self._manifests) or self._is_named_by_files(name)

    def is_closed(self, full: str) -> bool:
        """True for a component that only the app itself can start, and that only its declaration in a manifest names.

        Args:
            full: the name of its class, such as ``com.shop.app.Main``.
        """
        return self._closed.has(full) and not self._is_named_by_files(full.rpartition(".")[2])

    def _is_named_by_files(self, name: str) -> bool:
        """``names_class`` without the manifests."""
        forms = f".{name}".encode("utf-8", "replace"), f".{name}".encode("utf-16-le", "replace")
        return (
            name in self._texts_named
            or any(map(self._is_compiled_in, forms))
            or any(content.find(forms[0]) >= 0 for content in self._texts)
            or any(table.contains(form) for table in self.tables.values() for form in forms)
        )

    @cached_property
    def _closed(self) -> ClosedComponents:
        return ClosedComponents(self._manifests)

    def text_names(self, name: str) -> bool:
        """True if a text, such as a script or a list of plug-ins, has the name of a class behind a package."""
        return name in self._texts_named

    def text_has_simple(self, name: str) -> bool:
        """True if a text has the name of a class alone, which code can put behind a package."""
        return self._texts_named.has_simple(name)

    def names_handler(self, name: str) -> bool:
        """True if a layout or menu may name a method, as in ``android:onClick``; also if that is not known."""
        if not self.is_known:
            return True
        forms = f"{name}\0".encode("utf-8", "replace"), f"{name}\0".encode("utf-16-le", "replace")
        return any(map(self._is_compiled_in, forms)) or any(
            table.contains(form) for table in self.tables.values() for form in forms
        )

    def _is_compiled_in(self, form: bytes) -> bool:
        """True if a compiled file has this text."""
        if _BETWEEN in form or MAX_XML - self._left > _MAX_JOINED:
            return any(form in bytes(content) for _, content in self._compiled)
        return form in self._all_compiled

    @cached_property
    def _all_compiled(self) -> bytes:
        """All compiled files: one search takes a fifth of the time that one for each of hundreds takes."""
        return _BETWEEN.join(bytes(content) for _, content in self._compiled)

    def is_compiled(self, file: str) -> bool:
        """True if a file is compiled XML that was kept."""
        return file in self._numbers

    def texts(self, file: str, offset: int) -> Iterator[XmlUse]:
        """The attributes and texts of a compiled file that have the string around an offset of the file."""
        for number in self._numbers.get(file, ()):
            for one in self._attributes(number):
                if one.kind == _STRING and one.begin <= offset < one.end:
                    yield XmlUse(file, one.element, one.resource, one.name, _view(self._attributes(number), one))

    def _files_with(self, identifier: int) -> Iterable[int]:
        """Numbers of the compiled files with a reference to a resource."""
        values, files = self._references
        first, end = values.searchsorted(np.array((identifier, identifier + 1), np.int64)).tolist()
        return dict.fromkeys((*files[first:end].tolist(), *self._bundled_with(identifier)))

    def _bundled_with(self, identifier: int) -> Iterator[int]:
        """Numbers of the files of app bundles with the bytes of a reference to a resource."""
        text, starts, numbers = self._bundled
        raw, at = reference_bytes(identifier), 0
        while text and self._left_to_search >= 0:
            found = text.find(raw, at)
            self._left_to_search -= (found if found >= 0 else len(text)) - at
            if found < 0:
                return
            row = bisect_right(starts, found) - 1
            yield numbers[row]
            at = starts[row + 1] if row + 1 < len(starts) else len(text)

    @cached_property
    def _bundled(self) -> tuple[bytes, list[int], list[int]]:
        """The XML of app bundles behind each other, and for each file its offset there and its number."""
        numbers = [number for number, (_, content) in enumerate(self._compiled) if not content.startswith(COMPILED)]
        contents = [bytes(self._compiled[number][1]) for number in numbers]
        return b"".join(contents), [0, *accumulate(map(len, contents))][:-1], numbers

    def _attributes(self, number: int) -> tuple[XmlAttribute, ...]:
        """The attributes of a compiled file; none if it is damaged, or too many were read."""
        if number not in self._read:
            content = self._compiled[number][1]
            self._left_to_read -= len(content)
            self._read[number] = _read(content) if self._left_to_read >= 0 else ()
        return self._read[number]

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        numbers: dict[str, list[int]] = {}
        for number, (file, _) in enumerate(self._compiled):
            numbers.setdefault(file, []).append(number)
        return numbers

    @cached_property
    def _manifest_uses(self) -> dict[int, set[str]]:
        """Names of the attributes of manifests by the resource that they refer to."""
        found: dict[int, set[str]] = {}
        for text in self._manifests:
            for one in _REFERENCE.finditer(text):
                name = _NAME.search(text[max(0, one.start() - 60) : one.start()])
                if name is not None:
                    found.setdefault(int(one[1], 16), set()).add(name[0])
        return found

    @cached_property
    def _references(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sorted resource IDs of all values of the compiled files that are references, and the file of each."""
        every = (content if content.startswith(COMPILED) else b"" for _, content in self._compiled)
        padded = [bytes(content) + bytes(-len(content) % 4 + 4) for content in every]
        ends = np.cumsum([len(content) for content in padded], dtype=np.int64)
        words = np.frombuffer(b"".join(padded), "<u4")
        marks = np.zeros(len(words), np.bool_)
        for kind in _REFERENCES:
            marks |= words == kind
        at = np.flatnonzero(marks[:-1])
        values = words[at + 1].astype(np.int64)
        order = values.argsort(kind="stable")
        return values[order], ends.searchsorted(at[order] * 4, side="right")


def _view(attributes: tuple[XmlAttribute, ...], one: XmlAttribute) -> int:
    """The identifier of the element that has an attribute; 0 if it has none."""
    ids = (each.value for each in attributes if each.resource == _ID and each.number == one.number)
    return next(ids, 0) if one.resource == _TEXT else 0


def _read(content: Bytes) -> tuple[XmlAttribute, ...]:
    try:
        return tuple((xml_attributes if content.startswith(COMPILED) else proto_attributes)(bytes(content)))
    except MalformedPoolError:
        return ()
