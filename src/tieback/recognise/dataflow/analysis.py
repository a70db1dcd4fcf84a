"""Analysis of the DEX files of one app, from their tables to the texts that methods assemble together.

First the methods that use an endpoint-like constant or call a sink are walked, one by one, without following calls. If
a text then depends on a result, a field or a parameter, the methods that give it are walked too, and the first method
again. So only calls on a path between a constant and an endpoint are followed. Rounds and code units are bounded.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dalvik.run import Result
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.fields import FieldValues
from tieback.recognise.dataflow.code.member_uses import MemberUses
from tieback.recognise.dataflow.code.members import CodeUse, MemberRef, MethodCode
from tieback.recognise.dataflow.code.native_addresses import native_addresses
from tieback.recognise.dataflow.code.service_makers import CLIENTS, service_makers
from tieback.recognise.dataflow.dex.dexfile import KEEP_CODE, CodeItem, DexFile
from tieback.recognise.dataflow.methods.keyed import INPUT, PREFERENCE
from tieback.recognise.dataflow.methods.library import BUILDERS
from tieback.recognise.dataflow.methods.sinks import Sink
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    ArrayValue,
    Choice,
    EndpointParts,
    Frozen,
    InstanceValue,
    MapValue,
    Need,
    PartsValue,
    TextValue,
    Value,
    is_address,
)
from tieback.recognise.dataflow.walk.calls import KnownCalls
from tieback.recognise.dataflow.walk.decryption import called_method
from tieback.recognise.dataflow.walk.seeds import MethodFinder, anchored_strings
from tieback.recognise.dataflow.walk.settings import AppSettings
from tieback.recognise.dataflow.walk.state import BuiltText, WalkResult
from tieback.recognise.rules import RuleFiles

if TYPE_CHECKING:
    from tieback.recognise.dataflow.walk.walker import Walker

MAX_FLOWS = 5_000
"""Most texts and parts of one app."""
MAX_ROUNDS = 16
"""Most rounds; a text that comes through more members is reported as far as it is known."""
MAX_WALKS = 4_000
"""Most methods that are walked in rounds after the first."""
MAX_CHAIN = 8
_RECORDS = frozenset(("equals", "hashCode", "writeToParcel"))
"""Methods that read every field of a class and give no address to their callers."""
_EARLY = frozenset(("Landroid/app/Application;", "Landroid/content/ContentProvider;"))
"""Classes of the platform whose subclasses set static values before other code reads them."""
_FIRST = {
    "Landroid/content/ContentProvider;": "()Z",
    **dict.fromkeys(
        (
            "Landroid/app/Application;", "Landroidx/multidex/MultiDexApplication;",
            "Landroid/support/multidex/MultiDexApplication;",
        ), "()V",
    ),
}  # fmt: skip
"""What such classes extend, with the types of their ``onCreate``: it runs before other code.

Source: https://developer.android.com/reference/android/app/Application#onCreate()
"""
MAX_STARTED = 4
"""Most of those of one kind that are run because of that."""
_STARTED = frozenset(("Landroid/app/Activity;", "Landroid/app/Service;", "Landroid/content/BroadcastReceiver;"))
_QUERY = lazy_pattern(r"[?#]")
_SERVER = lazy_pattern(r"(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,}(?:[:/]|$)")
"""A server where a URL is expected: other code puts a scheme before it."""
_TEMPLATE = lazy_pattern(r"://(?:[:.]|[^/?#]*[$<>{}%])")
"""A host with a sign that no host has: code replaces it later."""
_SPARE = 100_000
_TWICE = 2
_MOST_UNITS = 300_000
"""Most code units of one app that are walked: about a second. With half of them, credentials and paths are lost."""


class DataFlow(NamedTuple):
    """A text or the parts of an endpoint from one method."""

    name: str
    """``concat``, ``format``, ``text``, ``retrofit`` or the name of the sink."""
    value: TextValue | EndpointParts
    sink: Sink | None
    method: str
    """Method in smali notation."""
    chain: tuple[str, ...] = ()
    """Methods and fields from the first caller over this method to the constants."""
    made: tuple[int, CodeItem, int] | None = None
    """Number of the file, the method and the code unit of the call that made the text, or that contacts it."""


class Roots(NamedTuple):
    """Methods of the app itself where walks began."""

    unknown: tuple[MethodCode, ...] = ()
    """Those that need something unknown for an endpoint, and methods that call them, or make their object."""
    others: tuple[MethodCode, ...] = ()
    is_cut: bool = False
    """True if a limit left out methods above those."""


class Analysis(NamedTuple):
    """Texts and endpoint parts from the methods of an app."""

    flows: tuple[DataFlow, ...]
    unread: int
    """Number of methods that were left out: too long, or beyond the limit for the size of the files."""
    roots: Roots = Roots()


def analyse(
    files: Sequence[DexFile],
    known: KnownCalls,
    rules: RuleFiles,
    settings: AppSettings | None = None,
    decryption: Decryption | None = None,
) -> Analysis:
    """Follow the constants of the DEX files of one app, and the strings that its code decrypts.

    At most one code unit per 16 bytes of the files is walked, a hundred times what real apps need. Hostile files
    assemble endpoints everywhere, or let many methods share one long piece of code.
    """
    app = AppCode(files)
    tables = [known.resolve(dex) for dex in files]
    fields = FieldValues(app, decryption.statics if decryption is not None else None)
    size = sum(len(dex.data) for dex in files)

    def walker() -> "Walker":
        from tieback.recognise.dataflow.walk.walker import Walker

        made = Walker(app, tables, fields, settings or AppSettings(), min(size // 16 + _SPARE, _MOST_UNITS))
        made.decryption = decryption
        return made

    uses = MemberUses(app)
    fields.writers = lambda field: (one.method.identity for one in uses.writers(field))
    keys = settings.address_keys() if settings is not None else ()
    rounds = _Rounds(app, uses, walker, fields)
    for number, dex in enumerate(files):
        strings = anchored_strings(dex, rules) | _strings_of(dex, keys)
        finder = MethodFinder(dex, tables[number], strings)
        for candidate in finder.candidates():
            method = app.method_at(number, candidate.code)
            rounds.add(method or MethodCode(-1, number, candidate.code), candidate.stop, own=candidate.own)
        for row in finder.initialised():
            # Compilers put most constants into the code itself, so that no field is read.
            if uses.reads_fields_of(dex.descriptor(int(dex.classes[row]["type"]))):
                for field in fields.anchored(number, row):
                    rounds.announce(field)
        if size > KEEP_CODE:
            dex.forget()
    if decryption is not None:
        _begin_at_decrypted(app, decryption, rounds)
    if settings is not None:
        for native in _native_addresses(app, settings, decryption):
            rounds.announce(native)
    rounds.run()
    flows = tuple(rounds.flows())
    makers, is_cut = service_makers(files, uses, _bases(flows))
    roots = rounds.own_roots(makers)
    return Analysis(flows, rounds.unread, roots._replace(is_cut=roots.is_cut or is_cut))


def _strings_of(dex: DexFile, texts: Iterable[str]) -> set[int]:
    """Indices of the texts that a DEX file has as constants."""
    return {index for text in texts if (index := dex.string_of(text.encode("utf-8", "surrogatepass"))) >= 0}


def _bases(flows: Iterable[DataFlow]) -> Iterator[tuple[str, str | None]]:
    """Each class that sets a base address of web services, with the address if it is known."""
    for flow in flows:
        if flow.name in CLIENTS and isinstance(flow.value, EndpointParts):
            url = flow.value.values.get("url")
            yield flow.method.partition("->")[0], url if isinstance(url, str) else None


def _begin_at_decrypted(app: AppCode, decryption: Decryption, rounds: "_Rounds") -> None:
    """Begin walks where an address is decrypted, or read from a static field."""
    for text in decryption.texts:
        method = app.method_at(text.file, text.code) if is_address(TextValue(text.text)) else None
        if method is not None:
            rounds.add(method)
    for field in _computed_addresses(app, decryption):
        rounds.announce(field)


def _native_addresses(app: AppCode, settings: AppSettings, decryption: Decryption | None) -> Iterator[int]:
    """Identities of the native methods that return an address, as a constant or as a run of them shows."""
    names: dict[str, str | None] = {}
    if decryption is not None and settings.native is not None:
        names |= dict.fromkeys(settings.native.functions)

    def run(ref: MemberRef) -> Result | None:
        return decryption.value(called_method(ref), (), ("", "")) if decryption is not None else None

    yield from native_addresses(app, names | settings.returned, run)


def _computed_addresses(app: AppCode, decryption: Decryption) -> Iterator[int]:
    """Identities of the static fields that have an address after the initialiser of their class ran."""
    for (owner, name), texts in decryption.statics.items():
        if not any("://" in text for text in filter(None, (texts,) if isinstance(texts, str) else texts)):
            continue
        number, row = app.class_of(owner) or (0, -1)
        for index in app.files[number].class_data(row).static_fields if row >= 0 else ():
            field = app.field(number, index)
            if app.ref(field).name == name:
                yield field


_ON_DEVICE = lazy_pattern(r"https?://(?:localhost|127\.0\.0\.1)(?![\w.-])")
_NO_SERVER = ("content:", "file:", "android.resource:")
"""Schemes of addresses that no server has."""
MAX_ABOVE = 120
"""Most methods that are run for an app because they call a method with an unknown part, or make its object."""
MAX_ASKED = 1_000
"""Most methods and constructors whose callers are looked up for that."""
_MORE_LEVELS = 3
"""Further calls from a coroutine on: one that starts another is a class with an object, and so on."""
_RESUMED = "(Ljava/lang/Object;)Ljava/lang/Object;"
"""Kind of the method in which the code of a coroutine is: ``invokeSuspend``, whatever a shrinker names it."""
MAX_REPLACED = 1_000
"""Most fields whose stores are looked up because an endpoint has their initial value."""
_LEVELS = 3
"""Most calls between them: a function, the class that a compiler makes for it, and the method that makes its object."""


class _Root(NamedTuple):
    method: MethodCode
    stop: int | None


class _Rounds:
    """Methods where walks begin, and what their results depend on."""

    def __init__(self, app: AppCode, uses: MemberUses, walker: "Callable[[], Walker]", fields: FieldValues) -> None:
        """``walker`` makes the walker, whose modules are imported with the first method to walk."""
        self._app, self._uses = app, uses
        self._make_walker = walker
        self._fields = fields
        self._roots: dict[int, _Root] = {}
        self._results: dict[int, WalkResult] = {}
        self._pending: dict[int, None] = {}
        self._waiting: dict[int, dict[int, None]] = {}
        """Roots that depend on a field."""
        self._handled: set[Need] = set()
        self._tried: set[tuple[int, Need]] = set()
        self._announced: set[int] = set()
        self._makers: dict[str, tuple[int, ...]] = {}
        """Constructors by class."""
        self._replaced: dict[int, bool] = {}
        """Static fields in endpoints, and whether other code replaces their initial values."""
        self._walks = 0
        self._unread = 0

    @cached_property
    def _walker(self) -> "Walker":
        return self._make_walker()

    @property
    def unread(self) -> int:
        """Number of methods that were not walked, or not to their end."""
        return self._unread + (self._walker.unread if self._results else 0)

    def add(self, method: MethodCode, stop: int | None = None, *, own: bool = False) -> None:
        """Begin a walk at a method, up to a code unit. With ``own`` only if it is code of the app itself."""
        identity = method.identity
        if identity < 0:
            return
        ref = self._app.ref(identity)
        if own and not self._app.is_own(ref.owner):
            return
        if stop is not None and ref.kind.rpartition(")")[2] not in ("V", "Z", "I"):
            stop = None  # the result is of interest too
        self._roots[identity] = _Root(method, stop)
        self._pending[identity] = None

    def own_roots(self, makers: Iterable[MethodCode] = ()) -> Roots:
        """Methods of the app itself where walks began, and those above them that give an unknown part.

        What the system runs first is first, and callers come before the methods that they call: a run passes what it
        knows on, before runs that know less have changed static values, or used up the work.

        Args:
            makers: methods that make clients of web services; they are run too.
        """
        every = {identity: root.method for identity, root in self._roots.items() if self._is_own(identity)}
        level = self._open_roots(every)
        opened = dict.fromkeys(level)
        left, asked, is_cut = MAX_ABOVE, set[int](), False
        for depth in range(1, _LEVELS + _MORE_LEVELS):
            above: dict[int, MethodCode] = {}
            makers_of = set[int]()
            for identity in level:
                is_cut |= len(above) >= left or len(asked) >= MAX_ASKED
                is_resumed = self._app.ref(identity).kind == _RESUMED
                for method in self._above(identity, asked) if len(above) < left else ():
                    if method.identity not in opened and self._is_own(method.identity):
                        above[method.identity] = method
                        makers_of |= {method.identity} if is_resumed else set()
            # What makes the object of a coroutine knows more than the coroutine, which is often a root itself.
            resumed = [one for one in above if self._app.ref(one).kind == _RESUMED]
            known = every.keys() - makers_of
            level = resumed if depth >= _LEVELS else [*resumed, *(one for one in above if one not in known)]
            left -= sum(one not in every for one in above)
            every |= above
            opened |= dict.fromkeys(above)
        is_cut |= len(asked) >= MAX_ASKED
        created = {one.identity: one for one in makers}
        if opened or created:
            every |= {one.identity: one for one in self._started()}
        every |= created
        turns = {one: self._turn(one) for one in every}
        first = [one for one in every if not turns[one]]
        above_first = list(opened)[::-1]
        ordered = dict.fromkeys((*first, *created, *sorted(above_first, key=turns.__getitem__)))
        others = (every[one] for one in every if one not in ordered)
        return Roots(tuple(map(every.__getitem__, ordered)), tuple(others), is_cut)

    def _started(self) -> Iterator[MethodCode]:
        """What the system runs first: it makes values that the screens read."""
        for early, types in _FIRST.items():
            kinds = (kind for kind in self._direct(early) if not self._app.is_extended(kind))
            methods = (self._app.declared_by(kind, "onCreate", types) for kind in islice(kinds, MAX_STARTED))
            yield from (method for method in methods if method is not None)

    def _direct(self, kind: str) -> Iterator[str]:
        """Classes of the app itself that extend a class directly."""
        for number, dex in enumerate(self._app.files):
            index = self._app.type_of(number, kind)
            rows = (dex.classes["super"] == index).nonzero()[0].tolist() if index >= 0 else []
            yield from filter(self._app.is_own, (dex.descriptor(int(dex.classes["type"][row])) for row in rows))

    def _turn(self, identity: int) -> int:
        """0 for a method of a class that the system starts before the screens of an app, 1 for other such classes."""
        above = set(self._app.ancestors(self._app.ref(identity).owner))
        return 0 if not _EARLY.isdisjoint(above) else 1 if not _STARTED.isdisjoint(above) else 2

    def _is_own(self, identity: int) -> bool:
        return self._app.is_own(self._app.ref(identity).owner)

    def _open_roots(self, roots: Iterable[int]) -> list[int]:
        """Those with an endpoint of which a run can show more: a part is not known, or other code replaces its host."""
        told = {_place_of(made) for result in self._results.values() for made in result.made if not _depends(made)}
        walked = ((one, self._results.get(one)) for one in roots)
        return [
            one
            for one, result in walked
            if result is not None and any(self._is_left(made, told) for made in result.made)
        ]

    def _is_left(self, made: BuiltText, told: Container[tuple[int, int, str]]) -> bool:
        """True if a run can show more of an endpoint. The callers of some of them have told the unknown part."""
        if not _is_open(made) and not _is_placeholder(made):
            return False
        if _url_of(made).startswith(_NO_SERVER) or (_depends(made) and _place_of(made) in told):
            return False
        needs = made.value.needs
        # Readers of JSON set fields that no code sets. A run knows nothing of settings and input fields.
        return not needs or any(need.kind != "field" or self._can_be_set(need.member) for need in needs)

    def _can_be_set(self, field: int) -> bool:
        return self._app.ref(field).owner not in (PREFERENCE, INPUT)

    def _is_set(self, field: int) -> bool:
        """True if code of the app can set a field, and not only a person or a saved setting."""
        return self._app.ref(field).owner not in (PREFERENCE, INPUT) and bool(self._uses.writers(field))

    def _above(self, identity: int, asked: set[int]) -> Iterator[MethodCode]:
        """Methods that call a method, or make an object of its class; those of ``asked`` are known."""
        for one in (identity, *self._constructors(self._app.ref(identity).owner)):
            if one not in asked and len(asked) < MAX_ASKED:
                asked.add(one)
                for use in self._uses.callers(one):
                    yield use.method

    def _constructors(self, owner: str) -> tuple[int, ...]:
        if owner not in self._makers:
            number, row = self._app.class_of(owner) or (0, -1)
            members = self._app.files[number].class_data(row).methods.values() if row >= 0 else ()
            makers = (self._app.method(number, index) for index in members)
            self._makers[owner] = tuple(maker for maker in makers if self._app.ref(maker).name == "<init>")
        return self._makers[owner]

    def announce(self, member: int) -> None:
        """An address is in a field, or is the result of a method: walk the methods that read it."""
        if member < 0 or member in self._announced:
            return
        self._announced.add(member)
        ref = self._app.ref(member)
        if not ref.kind.startswith("("):
            readers = tuple(self._uses.readers(member))
            self._further(readers, own=False)
            initial = self._fields.initial_text(member) if self._app.is_own(ref.owner) else ""
            if initial and "://" in initial and self._is_set(member):
                # Another value can come later than the first one.
                roots = (one.method.identity for one in readers if one.method.identity in self._roots)
                self._waiting.setdefault(member, {}).update(dict.fromkeys(roots))
        elif self._app.is_own(ref.owner):
            self._walker.follow(member)
            self._further(self._uses.callers(member, of_text=True))

    def _further(self, uses: Iterable[CodeUse], *, own: bool = True, whole: bool = True) -> None:
        """Begin walks at more methods; without ``whole`` they can end at the last use."""
        for method, last in uses:
            ref = self._app.ref(method.identity)
            if ref.name in _RECORDS or (own and not self._app.is_own(ref.owner)):
                continue
            known = self._roots.get(method.identity)
            stop = None if whole or (known is not None and known.stop is None) else last + 3
            if known is not None and known.stop is not None and stop is not None:
                stop = max(stop, known.stop)
            self._roots[method.identity] = _Root(method, stop)
            self._pending[method.identity] = None

    def run(self) -> None:
        """Walk until nothing new is found."""
        for number in range(MAX_ROUNDS):
            pending, self._pending = list(self._pending), {}
            if not pending:
                return
            self._walker.retry()
            for done, identity in enumerate(pending):
                self._walks += number > 0
                if self._walks > MAX_WALKS or self._walker.left <= 0:
                    self._unread += len(pending) - done
                    return
                self._walk(identity)
            for done, identity in enumerate(pending):
                if self._walker.left <= 0:
                    self._unread += len(pending) - done
                    return
                self._follow(identity)
                self._walker.charge()
        self._unread += sum(identity not in self._results for identity in self._pending)

    def _walk(self, identity: int) -> None:
        root = self._roots[identity]
        result = self._results[identity] = self._walker.walk(root.method, root.stop)
        for field in self._fields.record(identity, result.stored, result.objects, self._waiting, result.holders):
            self._pending.update(self._waiting[field])

    def _follow(self, identity: int) -> None:
        result = self._results[identity]
        known: dict[int, bool] = {}
        if holds_address(result.returned, known):
            self.announce(identity)
        for field, values in result.stored.items():
            if any(holds_address(value, known) for value in values):
                self.announce(field)
        for one in result.objects:
            for field, value in one.fields.items():
                if holds_address(value, known):
                    self.announce(field)
        if not self._app.is_own(self._app.ref(identity).owner):
            return
        for need in self._needs(result):
            self._handle(need, identity)

    def _needs(self, result: WalkResult) -> Iterator[Need]:
        """What the endpoints of a walk depend on, and the values in fields that an endpoint depends on."""
        known: dict[int, list[Need]] = {}
        yield from result.required
        if result.awaited and any(map(_is_template, result.made)):
            yield from result.awaited
        for made in result.made:
            if _is_open(made):
                needs = made.value.needs
                # A field behind a call does not hold the URL itself. To follow them too takes 6 % more time.
                bare = not made.value.parts and _is_whole_url(made) and all(need.kind != "result" for need in needs)
                yield from (need for need in needs if not bare or need.kind != "field" or self._is_builder(need.member))
            yield from (Need("field", member) for member in made.value.via if self._is_replaced(member))
        for field, values in result.stored.items():
            if field in self._waiting:
                for value in values:
                    yield from _needs_of(value, known)
        for one in result.objects:
            for field, held in one.fields.items():
                if field in self._waiting:
                    yield from _needs_of(held, known)
        if result.returned is not None and any(
            need.kind == "result" and need.member in self._announced for need in _needs_of(result.returned, known)
        ):
            yield from _needs_of(result.returned, known)

    def _is_replaced(self, member: int) -> bool:
        """True for a static field with an initial text that other code replaces: ``Client.SERVER = host``."""
        known = self._replaced.get(member)
        if known is None:
            if len(self._replaced) >= MAX_REPLACED:
                return False
            initial = self._fields.initial_text(member)
            # What holds an address is followed anyway, from the code that makes it.
            known = bool(initial) and "://" not in initial and self._is_set(member)
            self._replaced[member] = known
        return known

    def _is_builder(self, field: int) -> bool:
        """True for a field with a builder of texts: what code adds to it is not stored in a field again."""
        return self._app.ref(field).kind in BUILDERS

    def _handle(self, need: Need, root: int) -> None:
        if need.kind == "result" and not self._app.targets(need.member):
            return
        again = (root, need) not in self._tried
        self._tried.add((root, need))
        if need.kind == "field":
            self._waiting.setdefault(need.member, {})[root] = None
            again = again and self._fields.value(need.member) is not None
        if again and need.kind != "parameter":
            self._pending[root] = None
        if need in self._handled:
            return
        self._handled.add(need)
        if need.kind == "result":
            self._walker.follow(need.member)
        elif need.kind == "parameter":
            self._walker.follow(need.member)
            self._further(self._uses.callers(need.member), whole=False)
        else:
            self._walker.wanted.add(need.member)
            writers = self._uses.writers(need.member)
            for one in writers:
                self._walker.follow(one.method.identity)
            self._further(writers)

    def flows(self) -> list[DataFlow]:
        """What was found, without texts that another walk completes."""
        found: dict[tuple[int, int, str], dict[tuple[str, object], BuiltText]] = {}
        for identity in self._roots:
            result = self._results.get(identity)
            for made in result.made if result is not None else ():
                shown = (
                    made.value.text if isinstance(made.value, TextValue) else tuple(sorted(made.value.values.items()))
                )
                its = found.setdefault((made.method, made.at, made.name), {})
                held = its.get((made.name, shown))
                if held is None or len(made.chain) > len(held.chain):
                    its[made.name, shown] = made
        flows: list[DataFlow] = []
        for place, its in found.items():
            complete = any(not _depends(one) for one in its.values())
            for one in its.values():
                if complete and _depends(one):
                    continue
                if len(flows) >= MAX_FLOWS:
                    self._unread += 1
                    return flows
                chain = tuple(dict.fromkeys((*one.chain, *one.value.via)))[:MAX_CHAIN]
                names = tuple(self._app.ref(member).shown for member in chain)
                is_text = isinstance(one.value, TextValue)
                method = self._app.definition(one.method) if one.method >= 0 and is_text is (one.sink is None) else None
                origin = (method.file, method.code, one.at) if method is not None else None
                flows.append(DataFlow(one.name, one.value, one.sink, self._app.ref(place[0]).shown, names, origin))
        return flows


def _is_open(made: BuiltText) -> bool:
    """True if an unknown part belongs to the endpoint: it is not only in the query of a URL."""
    value = made.value
    if isinstance(value, TextValue):
        return is_address(value) and (
            HOLE in _QUERY.split(value.text, 1)[0] or (bool(value.needs) and _TEMPLATE.search(value.text) is not None)
        )
    url = value.values.get("url")
    if not isinstance(url, str) or len(value.values) > 1 or HOLE in _QUERY.split(url, 1)[0]:
        return True
    return _SERVER.match(url) is not None


def _is_whole_url(made: BuiltText) -> bool:
    """True if a call gets a URL as a whole: what a field holds as a whole is found where it is assembled."""
    sink = made.sink
    return sink is not None and not sink.keys and all(role in ("", "url", "base") for role in sink.roles)


def _is_template(made: BuiltText) -> bool:
    """True for the address of a host that other code replaces."""
    return _TEMPLATE.search(_url_of(made)) is not None


def _is_placeholder(made: BuiltText) -> bool:
    """True for an address on the device itself: an interceptor puts another host into it."""
    return _ON_DEVICE.match(_url_of(made)) is not None


def _url_of(made: BuiltText) -> str:
    """The text, or the URL of an endpoint; empty if it has none."""
    value = made.value
    text = value.text if isinstance(value, TextValue) else value.values.get("url")
    return text if isinstance(text, str) else ""


def _place_of(made: BuiltText) -> tuple[int, int, str]:
    """Method, code unit and kind of what makes it: several walks come to the same place."""
    return made.method, made.at, made.name


def _depends(made: BuiltText) -> bool:
    """True if an endpoint depends on a parameter, which callers complete."""
    return _is_open(made) and any(need.kind == "parameter" for need in made.value.needs)


def holds_address(value: Value | None, known: dict[int, bool] | None = None) -> bool:
    """True if a value has a text that can begin an endpoint, or a part of an endpoint that is known.

    Args:
        value: the value.
        known: the answers for values with others inside, by their identity. The same ones are in many places.
    """
    if isinstance(value, TextValue):
        return is_address(value)
    if not isinstance(value, (Choice, Frozen)):
        return False
    answers = {} if known is None else known
    if id(value) not in answers:
        answers[id(value)] = _holds_address(value, answers)
    return answers[id(value)]


def _holds_address(value: Choice | Frozen, known: dict[int, bool]) -> bool:
    if isinstance(value, Frozen) and isinstance(value.contents, PartsValue):
        return any(map(_is_known, value.contents.values.values()))
    for one in _inside(value, instances=False):
        kind = type(one)  # arrays can have thousands of numbers
        if kind is TextValue:
            if "://" in one.text:  # type: ignore[union-attr]
                return True
        elif (kind is Choice or kind is Frozen) and holds_address(one, known):
            return True
    return False


def _inside(value: Choice | Frozen, *, instances: bool) -> Iterable[Value | None]:
    """The values in a value; those in the fields of an object only with ``instances``."""
    match value:
        case Choice(alternatives):
            return [one.value for one in alternatives]
        case Frozen(ArrayValue(items)):
            return items
        case Frozen(MapValue(items)):
            return items.values()
        case Frozen(PartsValue(values)):
            return values.values()
        case Frozen(InstanceValue(_, fields)):
            return fields.values() if instances else ()
        case Frozen(TextValue() | Choice() as contents):
            return (contents,)
    return ()


def _is_known(value: Value) -> bool:
    """True if a text of an endpoint is known, at least in part."""
    if isinstance(value, Choice):
        return any(one.value is not None and _is_known(one.value) for one in value.alternatives)
    return isinstance(value, TextValue) and value.text != HOLE


def _needs_of(value: Value | None, known: dict[int, list[Need]]) -> Sequence[Need]:
    """What a value depends on, in order; nothing more than twice, because a third time changes nothing.

    Args:
        value: the value.
        known: the results for values with others inside, by their identity.
    """
    if isinstance(value, TextValue):
        return value.needs
    if not isinstance(value, (Choice, Frozen)):
        return ()
    found = known.get(id(value))
    if found is None:
        counts: dict[Need, int] = {}
        found = known[id(value)] = []
        for one in _inside(value, instances=True):
            for need in one.needs if isinstance(one, TextValue) else _needs_of(one, known):
                counts[need] = counts.get(need, 0) + 1
                if counts[need] <= _TWICE:
                    found.append(need)
    return found
