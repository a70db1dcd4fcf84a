"""Web addresses in resources of an app that nothing refers to, or that are only shown: they are no back ends.

A resource is referred to by its identifier in code, in compiled XML, in the manifest and in other resources, or by its
name. What is found is followed like a constant. Anything that is not known is a doubt and leaves a back end.
"""

from collections.abc import Iterable, Iterator

from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.code.package_resources import MANIFEST, PackageResources, Table, XmlUse
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.ends.lookups import NameLookups
from tieback.recognise.dataflow.ends.numbers import NumberUses
from tieback.recognise.dataflow.ends.shown_texts import DESCRIBED, HINT, LINK_TEXT, SUMMARY, TEXT, TITLE
from tieback.recognise.dataflow.ends.trace import CONTACTS, Outcome, reason_of
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import LINK, SHOWN, UNREAD

UNREAD_RESOURCE = "only in a resource that nothing reads"
MAX_SIGHTINGS = 500
"""Most addresses in resources of one app that are followed."""
MAX_IDENTIFIERS = 64
"""Most resources that have one address, or refer to it."""

_TABLE = "resources.arsc"
_BUNDLE_TABLE = "resources.pb"
_SHOWN = frozenset(
    (0x01010001, 0x01010020, 0x0101014F, 0x01010150, 0x010101E1, 0x010101E9, 0x010101EF, 0x010101F0, 0x010101F2,
     0x010101F3, 0x0101017B, 0x01010124, 0x01010125, 0x01010273, 0x010102D1, 0x010103B9, 0x01010553)
)  # fmt: skip
"""Attributes with a text for people (AOSP ``public-final.xml``): ``label``, ``description``, ``text``, ``hint``,
``title``, ``summary``, ``summaryOn``, ``summaryOff``, ``dialogTitle``, ``dialogMessage``, ``prompt``, ``textOn``,
``textOff``, ``contentDescription``, ``subtitle``, ``tooltipText``.
"""
_READ_BACK = {0x01010150: HINT, 0x010101E1: TITLE, 0x010101E9: SUMMARY, 0x01010273: DESCRIBED}
"""``hint``, ``title``, ``summary`` and ``contentDescription``, and the methods by which code reads them."""
_SHOWN_NAMES = frozenset(("label", "description", "hint", "title", "summary", "subtitle"))
"""The same in the manifest, and as attributes of libraries such as ``app:title``."""
_LIBRARIES = ("android.", "androidx.", "com.google.android.material.")
"""Packages of views that show such an attribute; another one may load what it has."""
_OWN = 0x7F
STALE = 5
"""One of as many classes of a manifest can be missing."""
_KINDS = ("string/", "array/", "xml/", "raw/", "layout/", "menu/", "navigation/")
"""Types of resources whose uses are all found: styles also have uses in their children."""
_TEXT, _DATA = 0x0101014F, 0x0101002E
_VIEWS = ("TextView", "Button", "CheckBox", "Switch", "SwitchCompat", "Chip", "TabItem", "Chronometer")
"""Ends of the names of views whose text a person cannot change. ``AutoCompleteTextView`` is an exception."""
_EDITED = "CompleteTextView"
_ABOUT = lazy_pattern(
    r"string/(?:library_\w+_(?:author|authorWebsite|libraryDescription|libraryName|libraryWebsite|repositoryLink)"
    r"|licen[sc]e_\w+_licen[sc]e(?:Website|ShortDescription|Description))\Z"
)
"""Names of the texts about the libraries of an app, which AboutLibraries looks up by name and opens in a browser:
https://github.com/mikepenz/AboutLibraries/tree/v6.2.3/library-definitions
"""

_RAW = "res/raw/"
_SPAN = lazy_pattern(r"a;(?:[a-z]{1,20}=[^;]{0,200};){0,4}href=")
"""The beginning of a style of a text with markup: ``<a href="…">`` in a text for people.
https://developer.android.com/guide/topics/resources/string-resource#StylingWithHTML
"""


class ResourceEnds:
    """Decides about the resources of one app."""

    def __init__(self, uses: ConstantUses, package: PackageResources) -> None:
        """The code of the app, with all its DEX files, and its other files."""
        self._package, self._shown = package, uses.shown
        self._app = uses.app
        self._numbers = NumberUses(uses)
        self._lookups = NameLookups(uses)
        self._reasons: dict[tuple[str, int], str] = {}
        self._known: dict[frozenset[int], str] = {}
        self._complete: bool | None = None

    def reason(self, find: Sighting) -> str:
        """Why nothing of the app contacts an address in a resource; empty if something may."""
        offset, file = find.evidence.offset, find.evidence.file
        name, path = _place(file)
        table = self._package.tables.get(name)
        if offset is None or table is None:
            return ""
        # One answer for all addresses of a file that is no compiled XML, however many it has.
        key = file, offset if not path or self._package.is_compiled(file) else 0
        if not path and _SPAN.match(find.evidence.context):
            return "" if self._shown.are_contacted(LINK_TEXT, "()Ljava/lang/String;") else LINK
        if not path and self._is_about_libraries(table, offset):
            return LINK
        if not self._is_complete():
            return ""
        if key not in self._reasons:
            if len(self._reasons) >= MAX_SIGHTINGS:
                return ""
            if path:
                self._reasons[key] = self._of_file(table, file, path, offset)
            else:
                self._reasons[key] = self._of_string(table, table.string_at(offset))
        return self._reasons[key]

    def _is_about_libraries(self, table: Table, offset: int) -> bool:
        """True if a string of a table only describes the libraries of the app for people."""
        index = table.string_at(offset)
        labels = table.values.labels(table.values.with_string(index)) if index >= 0 else ()
        return bool(labels) and all(map(_ABOUT.match, labels))

    def _is_complete(self) -> bool:
        """True if all code is known: classes that the manifest names and that are not here are in other code.

        Some manifests still name a few classes that were deleted; a packer hides most of them.
        """
        if self._complete is None:
            kinds = [kind for kind in dict.fromkeys(self._package.components()) if not kind.startswith("Landroid/")]
            missing = sum(self._app.class_of(kind) is None for kind in kinds)
            self._complete = self._package.is_known and missing * STALE <= len(kinds)
        return self._complete

    def _of_string(self, table: Table, index: int) -> str:
        """The reason for a string of a table."""
        return self._of_holders(table, table.values.with_string(index)) if index >= 0 else ""

    def _of_file(self, table: Table, file: str, path: str, offset: int) -> str:
        """The reason for a text in a file of the resources."""
        texts = list(self._package.texts(file, offset))
        reason = reason_of(map(self._end, texts)) if texts else ""
        if reason:
            return reason
        # The table names the file, at least if an address in it can be reached by an identifier.
        by_path = any(
            dex.string_of(name) >= 0 for dex in self._app.files for name in (path.encode(), b"/" + path.encode())
        ) or self._is_in_address(path)
        found = "" if by_path else self._of_string(table, table.string_of(path))
        return found if found == UNREAD_RESOURCE else ""

    def _is_in_address(self, path: str) -> bool:
        """True if a text of the code ends with the folder and the name of a raw file, with or without its suffix.

        ``file:///android_res/raw/help.html`` and ``android.resource://com.shop.app/raw/help``:
        https://developer.android.com/reference/android/webkit/WebSettings#setAllowFileAccess(boolean)
        """
        if not path.startswith(_RAW):
            return False
        name = path.removeprefix(_RAW)
        forms = [f"raw/{one}\0".encode("utf-8", "replace") for one in (name, name.partition(".")[0])]
        sections = ((dex, dex.sections.get(SectionKind.STRING_DATA)) for dex in self._app.files)
        return any(
            section is None or any(dex.data.find(form, section.begin, section.end) >= 0 for form in forms)
            for dex, section in sections
        )

    def _of_holders(self, table: Table, holders: frozenset[int]) -> str:
        if holders not in self._known:
            self._known[holders] = self._followed(table, holders)
        return self._known[holders]

    def _followed(self, table: Table, holders: frozenset[int]) -> str:
        every = self._referring(holders) if holders else None
        if every is None:
            return ""
        labels = table.values.labels(every).union(*(other.values.labels(every) for other in self._tables))
        if not all(label.startswith(_KINDS) for label in labels) or any(map(self._lookups.can_ask, labels)):
            return ""
        reason = reason_of(self._outcomes(every))
        return UNREAD_RESOURCE if reason == UNREAD else reason

    def _referring(self, holders: frozenset[int]) -> frozenset[int] | None:
        """These and all that refer to them, also in other packages of a set; ``None`` if they are too many."""
        every = holders
        for _ in range(MAX_IDENTIFIERS):
            found = [table.values.referring(every) for table in self._tables]
            more = every.union(*(one for one in found if one is not None))
            if None in found or len(more) > MAX_IDENTIFIERS:
                return None
            if more == every:
                return every
            every = more
        return None

    def _end(self, use: XmlUse) -> Outcome:
        """What becomes of a text in an attribute, also if code reads a hint or summary again."""
        reader = _READ_BACK.get(use.resource, "")
        is_read = bool(reader) and self._shown.are_contacted(reader)
        is_read = is_read or (use.resource == _TEXT and self._shown.are_read_in_any(TEXT))
        if is_read or (use.view and self._shown.is_view_read(use.view, TEXT)):
            return CONTACTS
        return _end(use)

    @property
    def _tables(self) -> tuple[Table, ...]:
        return tuple(self._package.tables.values())

    def _outcomes(self, identifiers: Iterable[int]) -> Iterator[Outcome]:
        for identifier in identifiers:
            for use in self._package.uses(identifier):
                yield self._end(use)
            yield from self._numbers.outcomes(identifier)


def _place(file: str) -> tuple[str, str]:
    """The table to which a file belongs, and the path of the file in it; an empty path for the table itself."""
    outer, mark, path = file.rpartition("!")
    if path == _TABLE:
        return file, ""
    if path.startswith("res/"):
        return f"{outer}{mark}{_TABLE}", path
    module, _, rest = path.partition("/")
    if rest == _BUNDLE_TABLE:
        return file, ""
    return f"{outer}{mark}{module}/{_BUNDLE_TABLE}", rest if rest.startswith("res/") else ""


def _end(use: XmlUse) -> Outcome:
    """What becomes of a text that an attribute of a layout, a menu, the manifest or settings has."""
    of_library = "." not in use.element or use.element.startswith(_LIBRARIES)
    is_shown = use.resource in _SHOWN or (
        use.name in _SHOWN_NAMES and (use.file == MANIFEST or (use.resource >> 24 == _OWN and of_library))
    )
    if use.resource == _TEXT:
        is_shown = use.element.endswith(_VIEWS) and not use.element.endswith(_EDITED)
    if is_shown:
        return Outcome(frozenset((SHOWN,)), contacts=False, returns=False)
    if use.resource == _DATA and use.element == "intent":
        return Outcome(frozenset((LINK,)), contacts=False, returns=False)
    return CONTACTS
