"""Texts outside the code that code reads by an identifier or a name: resources, manifest, assets, remote defaults."""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from tieback.intake.apps.binary_xml import read_tree
from tieback.intake.apps.element import Element, read_text_xml
from tieback.intake.apps.interface import ArtifactBatch, BufferKind, Bytes, Piece, ResourceTexts
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.code.package_files import PackageFiles
from tieback.recognise.dataflow.code.package_resources import PackageResources

if TYPE_CHECKING:
    from tieback.recognise.machine_code.native import NativeCode

MAX_KEYS = 2_000
"""Most names of settings of one app."""
MAX_FILE = 64 * 1024
"""Most bytes of a file of settings."""
MAX_MANIFEST = 1024 * 1024
MAX_FILES = 200
MAX_VALUE = 1_000
MAX_VIEWS = 8
"""Most views with one identifier whose texts are read."""
MAX_LIBRARIES = 8 << 20
"""Most bytes of the libraries of one app whose native methods are run."""

_META = lazy_pattern(r"<meta-data\b[^>]{0,2000}>")
_ATTRIBUTE = lazy_pattern(r"(name|value)=\"([^\"]{1,1000})\"")
_PROPERTY = lazy_pattern(rb"^[ \t]*([\w.-]{1,100})[ \t]*[=:][ \t]*([^\r\n]{1,1000})", re.MULTILINE)
_ESCAPED = lazy_pattern(r"\\([:=#!\\ ])")
"""Signs that ``Properties.store`` escapes: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html"""
_REFERENCE = lazy_pattern(r"@(?:0x)?([0-9a-fA-F]{8})")
_MANIFEST = "AndroidManifest.xml"
_SUFFIXES = (_MANIFEST, ".properties", ".json", ".ini", ".cfg", ".conf", ".env")
_XML = "res/xml/"
_DEFAULT = "defaultValue"
_PART = lazy_pattern(r"[.:/]|^\d{2,5}$")
"""A host, a path or a port; a user chooses another word, such as a country."""
_DEFAULT_MARKS = tuple(_DEFAULT.encode(width) for width in ("utf-8", "utf-16-le"))
_FILE = lazy_pattern(
    r"AndroidManifest\.xml$|(?:^|[/!])(?:assets|res/raw)/.*\.(?:properties|json|ini|cfg|conf|env)$|"
    r"(?:^|[/!])res/xml/[^/]*(?:config|default)[^/]*\.xml$"
)


class AppSettings:
    """Texts of one app by identifier or name. A name with two different values has none."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._numbers: dict[str, int | None] = {}
        self._preferences: dict[str, str] = {}
        self._metadata: dict[str, str] = {}
        self._remote_values: dict[str, str] = {}
        self._tables: list[ResourceTexts] = []
        self._unread: list[tuple[str, Bytes]] = []
        self._files = PackageFiles()
        self.package = PackageResources()
        """The files that can refer to resources."""
        self.returned: dict[str, str] = {}
        """Texts that native methods return, by name of the function; see ``intake.apps.jni``."""
        self._libraries: dict[str, bytes] = {}
        self._lacks_library = False

    def see(self, piece: Piece) -> None:
        """Note the files of settings in a piece of the app; they are read when code first reads a setting."""
        self.package.see(piece)
        self._files.see(piece)
        if isinstance(piece, ArtifactBatch):
            for file, content in zip(piece.files, piece.contents, strict=True):
                self._note(file, content)
            return
        for buffer in piece.buffers:
            if len(self.returned) < MAX_KEYS:
                self.returned |= buffer.returned
            if buffer.native:
                self._note_library(buffer.file, buffer.native)
            if buffer.resources is not None:
                self._tables.append(buffer.resources)
            elif buffer.kind is BufferKind.MANIFEST or buffer.kind is BufferKind.TEXT:
                self._note(buffer.file, buffer.data)

    def _note_library(self, file: str, content: bytes) -> None:
        """Keep a library; of one for several processors, that for 64-bit ARM."""
        folder, _, name = file.rpartition("/")
        left = MAX_LIBRARIES - sum(map(len, self._libraries.values()))
        if name not in self._libraries or folder.endswith("arm64-v8a"):
            if len(content) <= left:
                self._libraries[name] = content
            else:
                self._lacks_library = True

    @cached_property
    def native(self) -> "NativeCode | None":
        """The native methods of the app; ``None`` if it has no library for a processor that is run."""
        if not self._libraries:
            return None
        from tieback.recognise.machine_code.native import NativeCode

        return NativeCode(self._libraries, lacks_one=self._lacks_library)

    def _note(self, file: str, content: Bytes) -> None:
        if not file.endswith(_SUFFIXES) and _XML not in file:
            return
        limit = MAX_MANIFEST if file.endswith(_MANIFEST) else MAX_FILE
        is_screen = _XML in file and len(content) <= MAX_FILE and _has_defaults(bytes(content))
        if len(self._unread) < MAX_FILES and len(content) <= limit and (is_screen or _FILE.search(file)):
            self._unread.append((file, content))

    def resource(self, identifier: int) -> str:
        """The string with a resource identifier (``0x7fTTEEEE``); empty if there is none."""
        if identifier >> 24 in (0, 1):
            return ""  # not an identifier, or one of the platform
        return next((text for table in self._tables if (text := table.text(identifier))), "")[:MAX_VALUE]

    def raw_file(self, identifier: int) -> bytes | None:
        """The file with a resource identifier, whose value in the table is its path; ``None`` if it is not kept."""
        path = self.resource(identifier)
        return self._files.file(path) if path.startswith("res/") else None

    def asset(self, name: str) -> bytes | None:
        """The file with this path below ``assets``; ``None`` if it is not kept."""
        return self._files.file(f"assets/{name}")

    def java_file(self, name: str) -> bytes | None:
        """The file with this path in the package; ``None`` if it is not kept."""
        return self._files.file(name)

    def items(self, identifier: int) -> tuple[str, ...]:
        """The texts of an array of strings; empty if there is none."""
        its = next((found for table in self._tables if (found := table.items(identifier))), ())
        return tuple(one[:MAX_VALUE] for one in its)

    def name(self) -> str:
        """The package name of the app in the manifest; empty if there is none, or another one."""
        names = {*self.package.packages()}
        return names.pop() if len(names) == 1 else ""

    def integer(self, identifier: int) -> int | None:
        """The integer with a resource identifier; ``None`` if there is none."""
        values = (table.integer(identifier) for table in self._tables)
        return next((value for value in values if value is not None), None)

    def view_texts(self, identifier: int) -> tuple[str, ...]:
        """The texts that layouts give to the view with an identifier, such as the default of a text field."""
        found = islice(self.package.texts_of_view(identifier), MAX_VIEWS)
        texts = (self.resource(one) if isinstance(one, int) else one[:MAX_VALUE] for one in found)
        return tuple(dict.fromkeys(text for text in texts if text))

    def named(self, name: str) -> str:
        """The string resource with a name; empty if there is none."""
        return next((text for table in self._tables if (text := table.named(name))), "")[:MAX_VALUE]

    def setting(self, key: str) -> str:
        """The value of a name in the manifest, a file of settings or the defaults; empty if it is not known."""
        unread, self._unread = self._unread, []
        for file, content in unread:
            self._read(file, bytes(content))
        number = self._numbers.get(key)
        return self._resolved(self._values.get(key, "" if number is None else str(number)))

    def metadata(self, key: str) -> str:
        """The value of ``meta-data`` in the manifest; empty if there is none, or several."""
        self.setting("")
        return self._resolved(self._metadata.get(key, ""))

    def address_keys(self) -> list[str]:
        """Names of ``meta-data`` and remote settings whose values are addresses: code that has a name can join one."""
        self.setting("")
        named = (*self._metadata.items(), *self._remote_values.items())
        return [key for key, value in named if "://" in self._resolved(value)]

    def remote(self, key: str) -> str:
        """The default of a remote setting in a file of the app; empty if there is none, or several."""
        self.setting("")
        return self._resolved(self._remote_values.get(key, ""))

    def preference(self, key: str) -> str:
        """The default value that a screen of settings gives to a preference; empty if none or several do."""
        self.setting("")
        return self._preferences.get(key, "")

    def _resolved(self, value: str) -> str:
        """The text that a reference to a resource stands for, or the value itself."""
        found = _REFERENCE.fullmatch(value)
        return self.resource(int(found[1], 16)) if found else value

    def _add(self, key: str, value: str) -> None:
        if len(self._values) < MAX_KEYS and key and len(value) <= MAX_VALUE:
            held = self._values.setdefault(key, value)
            if held != value:
                self._values[key] = ""

    def _add_number(self, key: str, value: int) -> None:
        if len(self._numbers) < MAX_KEYS or key in self._numbers:
            held = self._numbers.setdefault(key, value)
            if held != value:
                self._numbers[key] = None

    def _manifest(self, text: str) -> None:
        for found in _META.finditer(text):
            attributes = dict(_ATTRIBUTE.findall(found[0]))
            if "name" in attributes and "value" in attributes:
                key, value = attributes["name"], attributes["value"]
                self._add(key, value)
                if len(self._metadata) < MAX_KEYS:
                    self._metadata[key] = value if self._metadata.setdefault(key, value) == value else ""

    def _read(self, file: str, content: bytes) -> None:
        if file.endswith(_MANIFEST):
            self._manifest(content.decode("utf-8", "replace"))
        elif file.endswith(".xml"):
            self._remote(content)
        elif file.endswith(".json"):
            try:
                for key, value in _leaves(msgspec.json.decode(content)):
                    if isinstance(value, str):
                        self._add(key, value)
                    else:
                        self._add_number(key, value)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                return
        else:
            is_properties = file.endswith(".properties")
            for key, value in _PROPERTY.findall(content):
                text = value.decode("utf-8", "replace").strip().strip("\"'")
                self._add(key.decode(errors="replace"), _ESCAPED.sub(r"\1", text) if is_properties else text)

    def _remote(self, content: bytes) -> None:
        """``<defaultsMap><entry><key>..</key><value>..</value></entry></defaultsMap>``."""
        try:
            tree = read_text_xml(content) if content[:1] == b"<" else read_tree(content)
        except MalformedPoolError:
            return
        if tree.name == "defaultsMap":
            for entry in tree.all("entry"):
                key, value = _text(entry.first("key")), _text(entry.first("value"))
                self._add(key, value)
                if len(self._remote_values) < MAX_KEYS and len(value) <= MAX_VALUE:
                    self._remote_values[key] = value if self._remote_values.setdefault(key, value) == value else ""
        else:
            self._screen(tree)

    def _screen(self, tree: Element) -> None:
        """``<EditTextPreference android:key="server" android:defaultValue="..."/>``."""
        pending = [tree]
        for element in pending:  # grows
            pending += element.children
            key, value = (self._resolved(element.attributes.get(name, "")) for name in ("key", _DEFAULT))
            if key and _PART.search(value) and len(self._preferences) < MAX_KEYS and len(value) <= MAX_VALUE:
                held = self._preferences.setdefault(key, value)
                self._preferences[key] = value if held == value else ""


def _has_defaults(content: bytes) -> bool:
    return any(mark in content for mark in _DEFAULT_MARKS)


def _text(element: Element | None) -> str:
    return element.text.strip() if element is not None else ""


def _leaves(value: object, key: str = "", depth: int = 0) -> Iterator[tuple[str, str | int]]:
    if depth > 6:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, str(name), depth + 1)
    elif key and (isinstance(value, str) or type(value) is int):
        yield key, value
