"""One method, with values that are followed in it: which of its calls get them, and what these calls do with them."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tieback.recognise.dataflow.code.known_code import PARCEL
from tieback.recognise.dataflow.code.members import word_types
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, FILLED, STATIC_CALLS
from tieback.recognise.dataflow.dex.reaching import (
    AGET,
    APUT,
    IGET,
    IPUT,
    MANY,
    RETURN,
    SPUT,
    MethodFlow,
    Operation,
    Origins,
)
from tieback.recognise.dataflow.ends.compared_values import other_in_true_branch, returned_comparison
from tieback.recognise.dataflow.ends.outlined_joins import BUILDER
from tieback.recognise.dataflow.ends.overwritten import is_overwritten
from tieback.recognise.dataflow.ends.read_keys import is_extra_read, is_header_read, is_value_read
from tieback.recognise.dataflow.ends.sent_intents import is_used_inside
from tieback.recognise.dataflow.ends.unread_objects import is_uncalled_result, is_unread_object
from tieback.recognise.dataflow.ends.unread_settings import is_unread_setting
from tieback.recognise.dataflow.methods.ends import What
from tieback.recognise.reasons import COMPARED, COOKIES, DESCRIPTION, HEADER, LINK, NEVER, PAID, SHOWN, UNCALLED, UNREAD
from tieback.recognise.texts.prose import NOTIFIED, REDIRECT
from tieback.recognise.texts.redirects import CODE_KEYS, NOTIFY_KEYS

if TYPE_CHECKING:
    from tieback.recognise.dataflow.ends.uses import ConstantUses

_INTENT = "Landroid/content/Intent;"
_EDITOR = "Landroid/content/SharedPreferences$Editor;"
HEADERS = (
    "Referer", "Origin", "HTTP-Referer", "SOAPAction", "User-Agent", "X-Requested-With", "X-Twitter-Client-URL",
)  # fmt: skip
"""Headers with an address that the request does not go to; libraries and maps get them under these names."""
PAGE_KEYS = ("snsUserUrl",)
"""Keys of the page of a user for people, as in ``UserInfo`` of ShareSDK: https://github.com/MobClub/ShareSDK-for-Android"""
_ACTIONS = frozenset(("android.intent.action.VIEW", "android.intent.action.SEND", "android.intent.action.SENDTO"))
"""Actions that another app does: https://developer.android.com/guide/components/intents-common"""
_EXPLICIT = frozenset(("setClass", "setClassName", "setComponent"))
_NAMED = "(Ljava/lang/String;Ljava/lang/String;)"
_WITH_NAMES = 3
_LISTENER = "Landroidx/compose/ui/text/LinkInteractionListener;"
"""https://developer.android.com/reference/kotlin/androidx/compose/ui/text/LinkInteractionListener"""
_DATA = frozenset(("setData", "setDataAndNormalize", "setDataAndType", "setDataAndTypeAndNormalize"))


class Outcome(NamedTuple):
    """What becomes of a value."""

    reasons: frozenset[str]
    contacts: bool
    """True if code may contact the address."""
    returns: bool
    """True if the method returns it."""

    def with_other(self, other: "Outcome") -> "Outcome":
        """What becomes of a value that has two ways."""
        return Outcome(self.reasons | other.reasons, self.contacts or other.contacts, self.returns or other.returns)


MAX_COMPARED = 4
"""Most methods before a comparison whose result its callers test."""
CONTACTS = Outcome(frozenset(), contacts=True, returns=False)
NOTHING = Outcome(frozenset(), contacts=False, returns=False)


_REASONS = (LINK, SHOWN, REDIRECT, NOTIFIED, PAID, COMPARED, COOKIES, HEADER, DESCRIPTION, UNCALLED, NEVER)
KEYS = {
    **dict.fromkeys(HEADERS, HEADER), **dict.fromkeys(CODE_KEYS, REDIRECT), **dict.fromkeys(NOTIFY_KEYS, NOTIFIED),
    **dict.fromkeys(PAGE_KEYS, LINK),
}  # fmt: skip
_RETURN_KEYS = ("return_url", "returnUrl")
APPENDED = {
    f"{before}{key}{behind}": reason
    for keys, reason in ((CODE_KEYS, REDIRECT), (NOTIFY_KEYS, NOTIFIED), (_RETURN_KEYS, PAID))
    for key in keys
    for before in ("", "&", "?", '"&')
    for behind in ("=", '="')
}
"""Constants to which code appends such an address, as for Alipay: https://opendocs.alipay.com/open/204/105301"""
_ENDS: dict[What, str] = {
    "shown": SHOWN, "link": LINK, "compared": COMPARED, "cookies": COOKIES, "header": HEADER,
    "sign-in": REDIRECT,
}  # fmt: skip


def reason_of(outcomes: Iterable[Outcome]) -> str:
    """Why no code contacts an address that has only these ends; empty if code may."""
    reasons: set[str] = set()
    for outcome in outcomes:
        if outcome.contacts or outcome.returns:
            return ""
        reasons |= outcome.reasons
    return next((reason for reason in _REASONS if reason in reasons), UNREAD)


class Trace:
    """The values with some origins in one method."""

    def __init__(
        self, uses: "ConstantUses", place: tuple[int, CodeItem], flow: MethodFlow, starts: Origins, depth: int
    ) -> None:
        self._uses = uses
        self._number, self._code = place
        self._flow = flow
        self._depth = depth
        self._traced = {*starts, MANY}
        self._reasons: set[str] = set()
        self._contacts = False
        self._returns = False

    def outcome(self) -> Outcome:
        """Follow the values until nothing new has them."""
        seen: set[tuple[int, tuple[int, ...]]] = set()
        found = True
        if not self._flow.computed.isdisjoint(self._traced):
            return CONTACTS  # another identifier, calculated from this one
        traced, receivers = self._traced, self._receivers.keys()
        while found and not self._contacts:
            found = False
            self._uses.steps -= len(self._flow.operations)
            if self._uses.steps < 0:
                return CONTACTS
            for one in self._flow.operations:
                for its in one.values:  # nearly all operations have none of the values
                    if not (traced.isdisjoint(its) and receivers.isdisjoint(its)):
                        break
                else:
                    continue
                given = tuple([n for n, its in enumerate(one.values) if not traced.isdisjoint(self._objects(its))])
                if given and (one.at, given) not in seen and not self._contacts:
                    seen.add((one.at, given))
                    self._step(one, given)
                    found = True
        return Outcome(frozenset(self._reasons), self._contacts, self._returns)

    def _step(self, one: Operation, given: tuple[int, ...]) -> None:
        if one.opcode == RETURN:
            self._returns = True
        elif one.opcode == SPUT or (one.opcode == IPUT and 0 in given):
            if not is_overwritten(self._uses, (self._number, self._code), self._flow, one) and not self._is_replaced(
                one
            ):
                self._take(self._uses.stored(self._number, one, self._depth), one)
        elif one.opcode in (IPUT, IGET):
            pass  # a field of the object with the text, which such an object does not have
        elif one.opcode in CALLS:
            self._call(one, given)
        elif one.opcode == APUT:
            if 0 in given:
                self._into(one.values[1])  # the array has the text too
        elif one.opcode == AGET and given == (0,):
            self._traced.add(one.at)  # an element
        elif one.opcode in FILLED:
            self._traced.add(one.at)
        else:
            self._contacts = True

    def _is_replaced(self, one: Operation) -> bool:
        """True for a store of an initialiser into a static field that the application sets at its start."""
        starts = self._uses.start_values
        if one.opcode != SPUT or starts is None:
            return False
        owner, name, _ = self._uses.app.ref_at(self._number, self._code)
        field = self._uses.app.field(self._number, one.member)
        return name == "<clinit>" and owner == self._uses.app.ref(field).owner and starts.replaces(field)

    def _call(self, one: Operation, given: tuple[int, ...]) -> None:
        owner, name, kind = self._uses.method_names(self._number, one.member)
        if owner == _INTENT:
            self._intent(one, given, name, kind)
            return
        if owner == PARCEL and self._uses.app.ref_at(self._number, self._code).name == "writeToParcel":
            return  # it comes back into a field of the same class, whose readers are followed
        told = self._told_behind(one) if name == "append" and given == (1,) else ""
        if told:
            self._reasons.add(told)
            return
        what = self._uses.ends.what(self._number, one.member)
        named = self._key_reason(one, given) if what is None else ""
        if named and is_value_read(self._uses, self._texts(one.values[given[0] - 1])):
            self._contacts = True
        elif named:
            self._reasons.add(named)
        elif what in ("through", "into"):
            self._traced.add(one.at)
            if what == "into" and given != (0,):
                self._into(one.values[0])
        elif self._is_passed_on(what, one, given):
            self._contacts = True
        elif what in _ENDS:
            self._reasons.add(_ENDS[what])
        elif what is None and not self._is_unread(one, given):
            outcome = self._uses.called((self._number, self._flow), one, given, self._depth)
            place = self._number, self._code
            if outcome.contacts and is_uncalled_result(self._uses, place, self._flow, one, given):
                self._reasons.add(UNCALLED)
            else:
                self._take(outcome, one)

    def _is_passed_on(self, what: What | None, one: Operation, given: tuple[int, ...]) -> bool:
        """True for a text that code reads again, such as from a view, and for one that a method compares to permit it.

        So is one that is compared with a text which code contacts then, and a link that a listener of the app opens.
        """
        place = self._number, self._code
        if what == "shown":
            return self._uses.shown.is_contacted(self._number, self._code, self._flow, one, self._traced)
        if what == "header":
            return len(one.values) == _WITH_NAMES and is_header_read(self._uses, self._texts(one.values[1]))
        if what == "link":
            return self._is_listened(one) or self._uses.shown.is_link_read(
                self._uses.method_names(self._number, one.member)[0]
            )
        if what != "compared":
            return False
        if self._uses.permits(self._number, self._code, self._flow):
            return True
        other = other_in_true_branch(self._uses, place, self._flow, one, given)
        if other is not None:
            outcome = Trace(self._uses, place, other[0], other[1], self._depth).outcome()
            if outcome.contacts or (outcome.returns and self._uses.contacts_returned(*place, self._depth)):
                return True
        return self._depth < MAX_COMPARED and any(
            Trace(self._uses, (file, caller), flow, its, self._depth + 1).outcome().contacts
            for file, caller, flow, its in returned_comparison(self._uses, place, one, given)
        )

    def _is_listened(self, one: Operation) -> bool:
        """True for a link in a text of Compose that a listener gets: it can open the page in the app."""
        kind = self._uses.method_names(self._number, one.member)[2]
        kinds = word_types(kind)
        if len(kinds) > len(one.values):
            return False  # Android refuses such code
        arguments = zip(kinds, one.values[len(one.values) - len(kinds) :], strict=True)
        return any(
            its == _LISTENER and any(self._flow.numbers.get(origin) != 0 for origin in origins)
            for its, origins in arguments
        )

    def _texts(self, origins: Origins) -> set[str]:
        """The constants that a value can be."""
        return {self._uses.string(self._number, self._flow.strings[at]) for at in origins if at in self._flow.strings}

    def _is_unread(self, one: Operation, given: tuple[int, ...]) -> bool:
        """True for a call that makes an object of the value, which no code reads."""
        place = self._number, self._code
        return any(test(self._uses, place, self._flow, one, given) for test in (is_unread_setting, is_unread_object))

    def _key_reason(self, one: Operation, given: tuple[int, ...]) -> str:
        """The reason if the value is behind the name of a header or of a redirection, in the same call."""
        if self._uses.method_names(self._number, one.member)[0] == _EDITOR:
            return ""  # a setting, whatever its name
        before = one.values[given[0] - 1] if len(given) == 1 and given[0] else frozenset()
        names = self._uses.ends.key_names(self._number)
        reasons = {names.get(self._flow.strings.get(origin, -1), "") for origin in before}
        return reasons.pop() if len(reasons) == 1 else ""

    def _told_behind(self, one: Operation) -> str:
        """The reason if the last constant that was appended before ends with the key of such an address."""
        names = self._uses.ends.appended_keys(self._number)
        last: set[int] = set()
        for other in sorted(self._flow.operations if names else (), key=lambda operation: operation.at):
            if other.at >= one.at:
                break
            is_call = other.opcode in CALLS and len(other.values) == len(one.values)
            if is_call and self._uses.method_names(self._number, other.member)[1] == "append":
                texts = {self._flow.strings.get(origin, -1) for origin in other.values[1]}
                last = last if -1 in texts else texts
        reasons = {names.get(text, "") for text in last}
        return reasons.pop() if len(reasons) == 1 else ""

    def _into(self, receiver: Origins) -> None:
        """The receiver has the text too; one that others may know counts as contact."""
        objects = self._objects(receiver)
        known = self._flow.created | self._traced
        if objects and MANY not in objects and (objects <= known or objects <= known | self._builders):
            self._traced |= objects
        else:
            self._contacts = True

    def _objects(self, origins: Origins) -> Origins:
        """Origins of the same objects, without the calls that only return their receiver."""
        if self._receivers.keys().isdisjoint(origins):
            return origins
        found: set[int] = set()
        pending = list(origins)
        for origin in pending:
            receiver = self._receivers.get(origin)
            if receiver is None:
                found.add(origin)
            else:
                pending += (one for one in receiver if one not in pending)
        return frozenset(found)

    @cached_property
    def _builders(self) -> Origins:
        """Calls of methods that only make a ``StringBuilder`` and append to it."""
        return frozenset(one.at for one in self._flow.operations if self._outlined(one) == "through")

    def _outlined(self, one: Operation) -> What | None:
        """What becomes of a text in a call that appends to a ``StringBuilder``, which it returns."""
        if one.opcode not in STATIC_CALLS:
            return None
        identity = self._uses.app.method(self._number, one.member)
        is_builder = identity >= 0 and self._uses.app.ref(identity).kind.endswith(f"){BUILDER}")
        return self._uses.ends.outlined(identity) if is_builder else None

    @cached_property
    def _receivers(self) -> dict[int, Origins]:
        """The receiver of each call that returns it."""
        index = self._uses.indices.of(self._flow)
        if index.receivers is None:
            index.receivers = self._find_receivers()
        return index.receivers

    def _find_receivers(self) -> dict[int, Origins]:
        found = {}
        for one in self._flow.operations:
            if one.opcode in CALLS and one.values:
                owner, name, kind = self._uses.method_names(self._number, one.member)
                builds = self._uses.ends.listed(owner, name) == "into" or (owner == _INTENT and name != "createChooser")
                if (builds and kind.endswith(f"){owner}")) or self._outlined(one) == "into":
                    found[one.at] = one.values[0]
        return found

    def _intent(self, one: Operation, given: tuple[int, ...], name: str, kind: str) -> None:
        """An address in an intent: only a link if another app gets the intent."""
        is_data = name in _DATA or (name == "<init>" and kind.startswith("(Ljava/lang/String;Landroid/net/Uri;"))
        keys = self._texts(one.values[1]) if len(one.values) > 1 else set[str]()
        is_extra = name == "putExtra" and not is_extra_read(self._uses, keys)
        if (is_data or is_extra) and given and 0 not in given and self._is_for_others(one.values[0]):
            self._reasons.add(LINK)
        else:
            self._contacts = True

    def _is_for_others(self, receiver: Origins) -> bool:
        """True if an intent is new, has an action that other apps do, and names no class of this app."""
        objects = self._objects(receiver)
        if not objects or not objects <= self._flow.created:
            return False
        acts = False
        for one in self._flow.operations:
            if one.opcode not in CALLS or not one.values or objects.isdisjoint(self._objects(one.values[0])):
                continue
            owner, name, kind = self._uses.method_names(self._number, one.member)
            if owner != _INTENT:
                continue
            if (name in _EXPLICIT and not self._is_of_another_app(one, kind)) or "Ljava/lang/Class;" in kind:
                return False
            if name == "setPackage" and not self._names_others(one.values[1]):
                return False
            if name == "setAction" or (name == "<init>" and kind.startswith("(Ljava/lang/String;")):
                strings = {self._flow.strings.get(origin, -1) for origin in one.values[1]}
                if not strings or any(self._uses.string(self._number, at) not in _ACTIONS for at in strings):
                    return False
                acts = True
        return acts and not is_used_inside(self._uses, self._number, self._code, self._flow, objects)

    def _is_of_another_app(self, one: Operation, kind: str) -> bool:
        """True if ``setClassName`` names another app, such as that of a map."""
        if not kind.startswith(_NAMED) or len(one.values) < _WITH_NAMES:
            return False
        return self._names_others(one.values[1])

    def _names_others(self, origins: Origins) -> bool:
        """True if a text is the name of another app."""
        names = self._uses.texts(self._number, self._code, origins)
        return bool(names) and not any(map(self._uses.is_app, names or ()))

    def _take(self, outcome: Outcome, one: Operation) -> None:
        self._reasons |= outcome.reasons
        self._contacts |= outcome.contacts
        if outcome.returns:
            self._traced.add(one.at)
