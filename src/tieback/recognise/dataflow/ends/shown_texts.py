"""Texts for people that code reads back and contacts: ``field.getHint()`` if a person entered nothing.

A view keeps what ``setText`` gave it. Code that calls ``getText`` on the same view gets the text: the same object in a
method, what is in the same field, or what has the same identifier or getter. A hint of a layout or a summary of a
setting has no such object; there it counts if code outside of libraries for views contacts any hint or summary.
``PrintStream`` shows a text only if it is that of the system: others write into a file, a process or a socket. Sources:
https://developer.android.com/reference/android/widget/TextView, https://developer.android.com/reference/java/lang/System
"""

from collections.abc import Container, Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tieback.recognise.dataflow.code.members import words
from tieback.recognise.dataflow.code.reflection import family
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, INSTANCE_READS, STATIC_READS
from tieback.recognise.dataflow.dex.reaching import IGET, IPUT, SGET, SPUT, MethodFlow, Operation, Origins

if TYPE_CHECKING:
    from tieback.recognise.dataflow.dex.dexfile import CodeItem
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_READERS = {
    "append": "getText", "setContentDescription": "getContentDescription", "setHint": "getHint",
    "setSummary": "getSummary", "setText": "getText", "setTitle": "getTitle",
}  # fmt: skip
_TEXT = "()Ljava/lang/CharSequence;"
_TEXT_KINDS = (_TEXT, "()Landroid/text/Editable;")
_VIEW = ")Landroid/view/View;"
_OTHER_FINDS = frozenset(("findViewWithTag", "focusSearch", "getChildAt", "getCurrentFocus", "getSelectedView"))
"""Methods that give a view which no constant names."""
_FIND, _MOST_VIEWS = ("findViewById", "(I)Landroid/view/View;"), 256
_OF_VIEWS = ("Landroid/", "Landroidx/", "Lcom/facebook/stetho/", "Lcom/google/android/material/")
"""Libraries for views, which read such texts to show them again: Stetho does so in the tools of a developer.
https://github.com/facebook/stetho
"""
_STREAM, _SYSTEM = "Ljava/io/PrintStream;", "Ljava/lang/System;"
_SPAN = "Landroid/text/style/URLSpan;"
_CLIP, _ITEM = "Landroid/content/ClipData;", "Landroid/content/ClipData$Item;"
_OF_CLIP = (
    ("coerceToText", "(Landroid/content/Context;)Ljava/lang/CharSequence;"), ("getUri", "()Landroid/net/Uri;"),
    ("getText", "()Ljava/lang/CharSequence;"),
)  # fmt: skip
"""Methods that read the clipboard; the last one has the name of that of a view, too."""
_MOST_SITES, _MOST_MESSAGES, _OF_APP = 32, 512, 3
HINT, SUMMARY, LINK_TEXT = "getHint", "getSummary", "getURL"
TEXT, TITLE, DESCRIBED = "getText", "getTitle", "getContentDescription"
"""Methods that read such a text again; the last one is that of ``URLSpan``."""


class ShownTexts:
    """What becomes of the texts that views of one app have."""

    def __init__(self, uses: "ConstantUses") -> None:
        """The code of the app."""
        self._uses = uses
        self._known: dict[str, bool] = {}
        self._of_any: dict[str, bool] = {}
        self._messages: dict[str, bool] = {}

    def are_contacted(self, reader: str, kind: str = _TEXT, *, of_clip: bool = False) -> bool:
        """True if code outside of libraries for views may contact what a method such as ``getHint`` gives."""
        key = f"{_ITEM}{reader}" if of_clip else reader
        if key not in self._known:
            self._known[key] = False  # in a recursion
            self._known[key] = any(self._contacts_any(*one) for one in self._calls(reader, kind, of_clip=of_clip))
        return self._known[key]

    def is_link_read(self, owner: str) -> bool:
        """True if code gets the address of a link or the text of the clipboard again, and may contact it.

        Args:
            owner: the class that gets the address.
        """
        if owner == _SPAN:
            return self.are_contacted(LINK_TEXT, "()Ljava/lang/String;")
        return owner == _CLIP and any(self.are_contacted(reader, kind, of_clip=True) for reader, kind in _OF_CLIP)

    def is_contacted(
        self, number: int, code: "CodeItem", flow: MethodFlow, one: Operation, traced: Container[int] = ()
    ) -> bool:
        """True if code may contact the text that a call shows: it reads the text back, or writes it elsewhere.

        Args:
            number: number of the DEX file.
            code: the method.
            flow: its values.
            one: the call.
            traced: origins in the method that are followed already, as of ``view.setText(view.getText() + "!")``.
        """
        owner, name, _ = self._uses.method_names(number, one.member)
        if not one.values:
            return False
        if owner == _STREAM:
            return not self._is_of_system(number, flow, one.values[0])
        if name == "<init>":
            return self._is_message_read(number, code)
        is_view = owner.startswith(_OF_VIEWS) or name == "setTitle"  # of the activity itself
        reader = _READERS.get(name, "") if is_view else ""
        if not reader or not one.values[0]:
            return False
        if reader == HINT:
            return self.are_contacted(HINT)
        if reader == TITLE and self.are_contacted(TITLE):  # a screen has one title for all its methods
            return True
        if self._reads(number, code, flow, one.values[0], reader, traced) or self.are_read_in_any(reader):
            return True
        known = {each.at: each for each in flow.operations}
        fields = {
            self._uses.app.field(number, known[at].member) for at in one.values[0] if self._is_field(known.get(at))
        }
        fields.update(
            self._uses.app.field(number, each.member)
            for each in flow.operations
            if each.opcode in (IPUT, SPUT) and not one.values[0].isdisjoint(each.values[0])
        )
        if any(self._reads_field(field, reader) for field in fields if field >= 0):
            return True
        return any(self._reads_again(number, flow, known[at], reader) for at in one.values[0] if at in known)

    def _is_message_read(self, number: int, code: "CodeItem") -> bool:
        """True if code of the same package contacts the message of an exception, which can name another server."""
        package = family(self._uses.app.ref_at(number, code).owner, _OF_APP)
        if package not in self._messages:
            self._messages[package] = False  # in a recursion
            self._messages[package] = bool(package) and any(
                family(self._uses.app.ref_at(file, its).owner, _OF_APP) == package and self._contacts_any(file, its, at)
                for name in ("getLocalizedMessage", "getMessage")
                for file, its, at in islice(self._calls(name, "()Ljava/lang/String;"), _MOST_MESSAGES)
            )
        return self._messages[package]

    def _is_of_system(self, number: int, flow: MethodFlow, receiver: Origins) -> bool:
        fields = {one.at: self._uses.app.field(number, one.member) for one in flow.operations if one.opcode == SGET}
        its = [fields.get(at, -1) for at in receiver]
        return bool(its) and all(field >= 0 and self._uses.app.ref(field).owner == _SYSTEM for field in its)

    def _is_field(self, one: Operation | None) -> bool:
        return one is not None and one.opcode in (IGET, SGET)

    def _reads(
        self,
        number: int,
        code: "CodeItem",
        flow: MethodFlow,
        receiver: Origins,
        reader: str,
        traced: Container[int] = (),
    ) -> bool:
        """True if a method reads the text of an object that it has, and code may contact it."""
        for one in flow.operations:
            if one.at in traced:
                continue
            if one.opcode in CALLS and len(one.values) == 1 and not receiver.isdisjoint(one.values[0]):
                _, name, kind = self._uses.method_names(number, one.member)
                if name == reader and kind in _TEXT_KINDS and self._uses.of_result(number, code, one.at):
                    return True
        return False

    def _reads_field(self, field: int, reader: str) -> bool:
        places = self._uses.places
        sites = (
            site for reads in (STATIC_READS, INSTANCE_READS) for site in places.of_field(field, reads, _MOST_SITES)
        )
        for count, site in enumerate(sites):
            flow = self._uses.flow(site.number, site.code) if site is not None else None
            if site is None or flow is None or count >= _MOST_SITES:
                return True  # not known
            if self._reads(site.number, site.code, flow, frozenset((site.at,)), reader):
                return True
        return False

    def is_view_read(self, identifier: int, reader: str) -> bool:
        """True if code finds a view by its identifier, reads its text, and may contact it."""
        return any(
            self._is_found(call, flow, identifier) and self._reads(number, code, flow, frozenset((call.at,)), reader)
            for number, code, flow, call in self._found_views
        )

    def _reads_again(self, number: int, flow: MethodFlow, made: Operation, reader: str) -> bool:
        """True if code gets a view by the same identifier or getter as a call does, and reads its text."""
        if made.opcode not in CALLS:
            return False
        identity = self._uses.app.method(number, made.member)
        _, name, kind = self._uses.method_names(number, made.member)
        if (name, kind) == _FIND:
            identifiers = {flow.numbers.get(at, -1) for at in made.values[-1]} if made.values else set[int]()
            return any(self.is_view_read(one, reader) for one in identifiers if one > 0)
        target = self._uses.app.definition(identity) if identity >= 0 else None
        if target is None or not kind.startswith("()L"):
            return False
        for file, caller, at in self._uses.callers.of(target.file, target.code) or ():
            its = self._uses.flow(file, caller)
            if its is not None and self._reads(file, caller, its, frozenset((at,)), reader):
                return True
        return False

    def _is_found(self, call: Operation, flow: MethodFlow, identifier: int) -> bool:
        return any(flow.numbers.get(at) == identifier for at in call.values[-1])

    def are_read_in_any(self, reader: str) -> bool:
        """True if a method contacts such a text of a view that it gets, or finds by an identifier that is not known.

        So does a listener with the view that was clicked, or with the button of a group that is checked.
        """
        if reader not in self._of_any:
            self._of_any[reader] = False  # in a recursion
            self._of_any[reader] = any(
                self._reads_some_view(number, code, at) and self._uses.of_result(number, code, at)
                for kind in _TEXT_KINDS
                for number, code, at in self._calls(reader, kind)
            )
        return self._of_any[reader]

    def _reads_some_view(self, number: int, code: "CodeItem", at: int) -> bool:
        """True for the text of a parameter, or of a view whose identifier no constant shows."""
        flow = self._uses.flow(number, code)
        call = flow.operation(at) if flow is not None else None
        if flow is None or call is None or not call.values:
            return False
        own = -1 if words(self._uses.app.ref_at(number, code).kind) < code.ins else 0
        for origin in call.values[0]:
            made = flow.operation(origin)
            if origin < own:
                return True
            if made is not None and made.opcode in CALLS and made.values:
                _, name, kind = self._uses.method_names(number, made.member)
                if name in _OTHER_FINDS and kind.endswith(_VIEW):
                    return True
                if (name, kind) == _FIND and not any(one in flow.numbers for one in made.values[-1]):
                    return True
        return False

    @cached_property
    def _found_views(self) -> list[tuple[int, "CodeItem", MethodFlow, Operation]]:
        """The calls that find a view, in methods outside of libraries for views that also read a text."""
        found: list[tuple[int, CodeItem, MethodFlow, Operation]] = []
        readers = {
            (number, code.offset)
            for reader in dict.fromkeys(_READERS.values())
            for kind in _TEXT_KINDS
            for number, code, _ in self._calls(reader, kind)
        }
        for number, place, _ in self._uses.places.calls(*_FIND):
            code = self._uses.file(number).code_around(place, every=True)
            if code is None or (number, code.offset) not in readers or len(found) >= _MOST_VIEWS:
                continue
            flow = self._uses.flow(number, code)
            call = flow.operation((place - code.begin) // 2) if flow is not None else None
            if flow is not None and call is not None and call.values:
                found.append((number, code, flow, call))
        return found

    def _calls(self, reader: str, kind: str, *, of_clip: bool = False) -> Iterator[tuple[int, "CodeItem", int]]:
        owners = frozenset[str]()
        if reader == LINK_TEXT:
            owners = frozenset((_SPAN, *(self._uses.hierarchy.below(_SPAN) or ())))
        elif reader == "getText" and kind == _TEXT and of_clip:
            owners = frozenset((_ITEM,))
        for number, place, _ in self._uses.places.calls(reader, kind, owners):
            dex = self._uses.file(number)
            code = dex.code_around(place, every=True)
            method = dex.method_of(code) if code is not None else -1
            if code is None or method < 0 or self._uses.method_names(number, method)[0].startswith(_OF_VIEWS):
                continue
            yield number, code, (place - code.begin) // 2

    def _contacts_any(self, number: int, code: "CodeItem", at: int) -> bool:
        flow = self._uses.flow(number, code)
        is_call = flow is not None and any(one.at == at for one in flow.operations)
        return is_call and self._uses.of_result(number, code, at)
