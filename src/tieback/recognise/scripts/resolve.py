"""Endpoints that a script puts together: the texts of its candidates, with the place and the way of each."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.callers import Callers
from tieback.recognise.scripts.candidates import (
    BASE_KEYS,
    CALLS,
    JOINS,
    METHODS,
    PREFIX,
    SCHEMES,
    SLASHES,
    Candidate,
    called,
    client_calls,
    joining,
    uses,
    with_scheme,
)  # fmt: skip
from tieback.recognise.scripts.evaluate import Evaluator
from tieback.recognise.scripts.methods import below
from tieback.recognise.scripts.reader import Budget, BudgetError, Reader
from tieback.recognise.scripts.request_bases import BASES, INTERCEPTORS, RESTANGULAR, RequestBases
from tieback.recognise.scripts.rtk_query import BASE_QUERY, queries
from tieback.recognise.scripts.scopes import Scope
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Client,
    Env,
    Kind,
    Merged,
    Plain,
    Source,
    Text,
    Unknown,
    Value,
    as_text,
    combine,
    is_unknown,
    single,
)  # fmt: skip
from tieback.recognise.texts.script import LastScript

MARKS = (*CALLS, *METHODS, *JOINS, *SCHEMES, *BASES, INTERCEPTORS, BASE_QUERY)
_WHOLE_SCRIPT = (*BASES, INTERCEPTORS, BASE_QUERY)
"""Texts around which candidates are looked for."""
MAX_CANDIDATES = 4_000
"""Most expressions of one script that are evaluated."""
MAX_CALLED = 200
"""Most calls of functions for which one expression is evaluated again."""
MAX_JOINED = 20_000
"""Most steps for one place that joins a scheme and a host which both have names."""
_MAX_LEVELS = 3
_MAX_SCOPES = 4
"""Most functions around an expression whose calls are looked for."""
_DIRECT = frozenset(("fetch", "open", "ajax", "getJSON"))
"""Calls that get nothing but addresses."""
_BASED = {"ajax": b"$", "getJSON": b"$", "$http": b"$http"}
"""Calls that get an address below the base, and their objects."""
ADDRESS_KEYS = ("url", "uri", "baseURL", "link", "address")
_NESTED = lazy_pattern(r"[?&][\w.\[\]-]{1,60}=\w{2,8}:")
"""A parameter that is an address itself; that is found on its own."""
_CLIENT = lazy_pattern(rb"\.(?:create|extend)\(|\bdefaults\.baseURL")
_CONFIGURED = lazy_pattern(rb"[\"']?\s{0,9}:\s{0,9}[\"'`]https?:")
"""Settings of a client, which can be created in another place."""
WORTH = lazy_pattern(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]{1,20}://[^/]*[A-Za-z0-9\]]|(?:stun|turn)s?:[A-Za-z0-9])")
"""Begins like an address with a host."""

BUCKET_HOST = lazy_pattern(r"[a-z0-9-]{4,63}\.(?:appspot\.com|firebasestorage\.app)")
HOST_KEYS = ("host", "hostname", "endPoint", "wsHost")
PORT_KEYS = ("port", "wsPort", "wssPort")
SCHEME_KEYS = ("protocol", "scheme")
HOST = lazy_pattern(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
SCHEME = lazy_pattern(r"https?|wss?|mqtts?|tcp|tls|ssl|amqps?|rediss?|grpcs?")
MAX_ARGUMENTS = 4
"""Most arguments of a call among which a host and a port are looked for."""
_PORT = lazy_pattern(r"[\w.-]+:\d{1,5}")
_BEFORE_PATH = lazy_pattern(
    r"(?P<host>[A-Za-z][A-Za-z0-9+.-]{1,20}://(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24})(?::\d{1,5})?)"
    + re.escape(HOLE)
)
"""A whole host, and what is not known behind it: a path, as a domain is in one literal."""
RELATIVE = lazy_pattern(r"//[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?=[:/?#]|\Z)")
"""An address with the scheme of the page, which is that of the app if a call requests it."""
_HOSTED = lazy_pattern(r"://[A-Za-z0-9]")
_AFTER_SCHEME = lazy_pattern(re.escape(HOLE) + f"(?={RELATIVE.pattern})")
"""A scheme that is not known, such as that of the page, before a host."""


_QUERY = lazy_pattern(rf"\?{re.escape(HOLE)}")
"""A query of which nothing is known."""


class Resolved(NamedTuple):
    """A text that a script puts together, and that can be an endpoint."""

    text: Text
    at: int
    """Where its expression begins."""
    call: str
    """The call that it is passed to; empty if that is not known."""


class _Setting(NamedTuple):
    """Values of the parameters around an expression, and the call that gives them."""

    env: Env
    level: int
    """How many calls give them."""
    scope: Scope | None = None
    """The function that is called last."""
    at: int = -1
    before: Env = NO_ENV
    """The values without those of this call."""
    passed: tuple[Scope, ...] = ()
    """Functions whose parameters are arguments of this call."""


class Resolution:
    """The texts of one script."""

    def __init__(
        self,
        data: Bytes,
        budget: Budget,
        *,
        markup: bool = False,
        script: LastScript | None = None,
        settings: Sequence[int] = (),
    ) -> None:
        """Read this script with a budget.

        Args:
            data: the script.
            budget: the steps that it may take.
            markup: as for ``Scopes``.
            script: as for ``Scopes``.
            settings: where objects begin that the script requests as files.
        """
        self._data = data
        self._run = Evaluator(data, budget, markup=markup, script=script)
        self._run.objects.settings = tuple(settings)
        self._callers = Callers(self._run)
        self._bases = RequestBases(self._run)
        self._has_base = False
        self._seen: set[int] = set()
        self._told: set[str] = set()
        self._defaults: dict[bytes, int] = {}
        """Where the base address of a client with this name is set."""
        self.stopped = False
        """True if a bound ended the search."""
        self.shared: list[tuple[Resolved, tuple[str, ...]]] = []
        """Texts without a known host, and the names in each that the script does not declare."""

    def close(self) -> None:
        """Release the script; its readers refer to each other, so that it would stay in memory with the next one."""
        vars(self._run).clear()

    def is_comment(self, at: int) -> bool:
        """True if the expression that begins at an offset is only in a comment."""
        return self._run.scopes.is_comment(at)

    def texts(self, hits: Sequence[tuple[bytes, int]]) -> Iterator[Resolved]:
        """Every text that can be an endpoint; ``hits``: marks, and the offset behind each."""
        hits = [(mark, end) for mark, end in hits if mark != PREFIX or _CONFIGURED.match(self._data, end, end + 40)]
        clients = any(
            mark in BASE_KEYS
            and (_CLIENT.search(self._data, max(0, end - 200), end) or _CONFIGURED.match(self._data, end, end + 40))
            for mark, end in hits
        )
        try:
            marks = {mark for mark, _ in hits}
            yield from self._of_bases(marks)
            clients = clients or self._has_base or (INTERCEPTORS in marks and bool(self._bases.intercepted))
            named: dict[str, int] = {}
            for mark, end in hits:
                if mark in SCHEMES:
                    for found in with_scheme(self._data, end):
                        if isinstance(found, Candidate):
                            yield from self._of(found)
                        else:
                            named.setdefault(*found)
                elif mark in JOINS:
                    for candidate in joining(self._data, mark, end):
                        yield from self._of(candidate) if mark not in SLASHES else self._within(candidate, MAX_JOINED)
                elif mark not in _WHOLE_SCRIPT:
                    yield from self._of_call(mark, end, clients=clients)
            for name, at in named.items():
                for candidate in uses(self._data, name, at, self._run.scopes, self._run.names.words):
                    yield from self._of(candidate)
        except (BudgetError, RecursionError):
            self.stopped = True

    def _of_call(self, mark: bytes, end: int, *, clients: bool) -> Iterator[Resolved]:
        """The text that a call gets, and those that a client gets whose base address is here."""
        for candidate in called(self._data, mark, end, clients=clients):
            yield from self._of(candidate)
        if mark in BASE_KEYS:
            for candidate in client_calls(self._data, end, self._run.scopes, self._run.names.words):
                yield from self._of(candidate)

    def _of_bases(self, marks: set[bytes]) -> Iterator[Resolved]:
        """Look for the address before all requests, if a mark is there; the addresses of resources of a library."""
        self._has_base = not marks.isdisjoint(BASES) and self._bases.base is not None
        resources = self._bases.resources() if RESTANGULAR in marks else ()
        for candidate, value in chain(resources, queries(self._run) if BASE_QUERY in marks else ()):
            for _, one in value:
                if isinstance(one, Text) and is_worth(one, candidate.call) and one.text not in self._told:
                    self._told.add(one.text)
                    yield Resolved(one, candidate.at, candidate.call)

    def of_calls(self, candidates: Sequence[Candidate]) -> Iterator[Resolved]:
        """The texts of some candidates only."""
        try:
            for candidate in candidates:
                yield from self._of(candidate)
        except (BudgetError, RecursionError):
            self.stopped = True

    def _within(self, candidate: Candidate, steps: int) -> list[Resolved]:
        """The texts of a candidate, if they take no more than these steps: libraries join the parts of any address."""
        budget = self._run.budget
        rest = max(0, budget.left - steps)
        budget.left -= rest
        found: list[Resolved] = []
        try:
            found.extend(self._of(candidate))
        except BudgetError:
            if not rest:
                raise
        finally:
            budget.left = max(budget.left, 0) + rest
        return found

    def _of(self, candidate: Candidate) -> Iterator[Resolved]:
        at = candidate.at if candidate.receiver < 0 else candidate.receiver
        if at in self._seen:
            return
        if len(self._seen) >= MAX_CANDIDATES:
            raise BudgetError
        self._seen.add(at)
        hosts: dict[str, Text] = {}
        passed = False
        self._run.record.unbound.clear()
        for texts in self._texts(candidate, at):
            passed = passed or bool(self._run.record.missing)
            for whole in texts:
                whole = whole._replace(text=_QUERY.split(whole.text, maxsplit=1)[0])  # noqa: PLW2901
                text = as_called(without_nested(whole), candidate.call)
                if self._has_base and candidate.call in _BASED:
                    text = self._bases.requested(_BASED[candidate.call], at, text) or text
                if (unbound := self._run.record.unbound) and f"://{HOLE}" in text.text:
                    self.shared.append((Resolved(text, at, candidate.call), tuple(unbound)))
                new = text.text not in text.parts and text.text not in self._told
                if new and is_worth(text, candidate.call):
                    self._told.add(text.text)
                    yield Resolved(text, at, candidate.call)
                    if passed and (host := _BEFORE_PATH.fullmatch(text.text)):
                        hosts[host["host"]] = text._replace(text=host["host"])
        for address, text in hosts.items():
            # The path is a parameter that no call of the function gives.
            if address not in text.parts and not any(one.startswith(f"{address}/") for one in self._told):
                self._told.add(address)
                yield Resolved(text, at, candidate.call)

    def _texts(self, candidate: Candidate, at: int) -> Iterator[list[Text]]:
        """The addresses in a candidate, and those in it for each call of the functions around it."""
        run = self._run
        waiting = [_Setting(NO_ENV, 0)]
        for count in range(MAX_CALLED):
            if not waiting:
                return
            setting = waiting.pop(0)
            env = setting.env
            run.record.missing.clear()
            run.given = env
            value = run.value(at, env)
            run.given = NO_ENV
            if candidate.receiver >= 0 and all(isinstance(one, Unknown) for _, one in value):
                value = self._of_default_client(candidate)
            texts = list(self._addresses(value, at))
            yield texts
            if candidate.positional:
                yield list(self._addresses(self._with_port(at, value, env), at))
            direct = candidate.call in _DIRECT
            if setting.level < _MAX_LEVELS and any(is_open(one, direct=direct) for one in texts):
                hosted = any(_HOSTED.search(one.text) for one in texts)
                waiting += self._further(setting, MAX_CALLED - count, hosted=hosted)

    def _further(self, setting: _Setting, most: int, *, hosted: bool) -> list[_Setting]:
        """The values of parameters that are missing, for each call of their function; ``hosted``: the host is known."""
        run, level = self._run, setting.level + 1
        # The function that loads modules is a parameter, too; nothing in the script calls its function.
        for scope in list(dict.fromkeys(missing.scope for missing in run.record.missing))[:_MAX_SCOPES]:
            further = []
            for more, at, passed in islice(self._callers.environments(scope), most):
                further.append(_Setting({**setting.env, **more}, level, scope, at, setting.env, passed))
            if further:
                return further
        # The arguments of the last call can be parameters of the function that makes it.
        if setting.scope is not None and hosted:
            for outer in setting.passed[:_MAX_SCOPES]:
                found = []
                for more, _, _ in islice(self._callers.environments(outer), most):
                    env = {**setting.before, **self._callers.again(setting.scope, setting.at, more)}
                    found.append(_Setting(env, level))
                if found:
                    return found
        return []

    def _with_port(self, at: int, first: Cases, env: Env) -> Cases:
        """A host and a port that are two arguments in a row, in any order; ``at``: the first argument."""
        values, place = [first], at
        reader = Reader(self._data, at, self._run.budget)
        for _ in range(MAX_ARGUMENTS - 1):
            place = reader.next_item(place)
            if place < 0:
                break
            values.append(self._run.value(place, env))
        return row_with_port(values)

    def _addresses(self, value: Cases, at: int) -> Iterator[Text]:
        for _, one in value:
            if isinstance(one, Text) or (isinstance(one, Plain) and isinstance(one.value, str)):
                yield as_text(one)
            elif isinstance(one, Client):
                yield one.base
            elif isinstance(one, (Plain, Merged)) or (isinstance(one, Source) and one.kind is Kind.OBJECT):
                yield from self._in_options(((frozenset(), one),), at)

    def _in_options(self, options: Cases, at: int) -> Iterator[Text]:
        """The address in the options of a call, below its base address."""
        member = self._run.objects.member
        base = member(options, "baseURL", at)
        for key in ADDRESS_KEYS:
            found = member(options, key, at)
            if all(isinstance(one, Unknown) for _, one in found):
                continue
            if key != "baseURL" and not all(isinstance(one, Unknown) for _, one in base):
                found = combine(lambda one, other: below(Client(as_text(one)), as_text(other)), base, found)
            yield from (one for _, one in found if isinstance(one, Text))

        if (host := self._host_in(options, at)) is not None:
            yield from (one for _, one in host if isinstance(one, Text))

    def _host_in(self, options: Cases, at: int) -> Cases | None:
        """The host in options with its port, its scheme or both; ``None`` if there is none."""
        member = self._run.objects.member
        host = next((one for key in HOST_KEYS if not is_unknown(one := member(options, key, at))), None)
        if host is None:
            return None
        port = next((one for key in PORT_KEYS if not is_unknown(one := member(options, key, at))), UNKNOWN)
        scheme = next((one for key in SCHEME_KEYS if not is_unknown(one := member(options, key, at))), UNKNOWN)
        return combine(server, host, port, scheme)

    def _of_default_client(self, candidate: Candidate) -> Cases:
        """A path below ``axios.defaults.baseURL``."""
        data = self._data
        name = bytes(data[candidate.receiver : candidate.at - len(candidate.call) - 2])
        path = self._run.value(candidate.at)
        if (
            self._has_base
            and (text := self._bases.requested(name, candidate.receiver, as_text(path[0][1]))) is not None
        ):
            return single(text)
        if (own := self._bases.intercepted.get(name)) is not None:
            client = Client(own)
            return combine(lambda one: below(client, as_text(one)), path)
        if name not in self._defaults:
            self._defaults[name] = data.find(name + b".defaults.baseURL") if 0 < len(name) <= 80 else -1
        place = self._defaults[name]
        if place < 0:
            return path
        places = list(self._run.names.members("baseURL", place, place + len(name) + 200))
        if not places:
            return path
        base = self._run.once(("=", places[0]), places[0])
        return combine(lambda one, other: below(Client(as_text(one)), as_text(other)), base, path)


def as_called(text: Text, call: str) -> Text:
    """A text that a call gets: with a scheme if it begins with the host; ``call`` is empty if that is not known."""
    if unknown := _AFTER_SCHEME.match(text.text):
        return text._replace(text=f"https:{text.text[unknown.end() :]}")
    return text._replace(text=f"https:{text.text}") if call and RELATIVE.match(text.text) else text


def without_nested(whole: Text) -> Text:
    """A text without the first parameter that is an address itself, and what follows it."""
    nested = _NESTED.search(whole.text)
    return whole if nested is None else whole._replace(text=whole.text[: nested.start() + 1])


def is_worth(text: Text, call: str) -> bool:
    """True if a text can be an address: it has a scheme, or is a host with a port that a call gets."""
    if call == "storageBucket":
        return BUCKET_HOST.fullmatch(text.text) is not None
    return bool(WORTH.match(text.text) or (call and _PORT.fullmatch(text.text)))


def row_with_port(values: Sequence[Cases]) -> Cases:
    """A host and a port that are two arguments in a row, in any order; unknown if there are none."""
    for host, port in (*pairwise(values), *pairwise(values[::-1])):
        found = combine(lambda one, other: server(one, other, Unknown()), host, port)
        if any(isinstance(value, Text) for _, value in found):
            return found
    return UNKNOWN


def server(host: Value, port: Value, scheme: Value) -> Value:
    """``host:port``, with the scheme if there is one; unknown without both, or if the host is no name with a dot."""
    name, number, protocol = as_text(host), as_text(port).text, as_text(scheme).text.rstrip(":/")
    if not HOST.fullmatch(name.text):
        return Unknown()
    known = number.isdecimal() and 0 < int(number) <= 65_535
    begin = f"{protocol}://" if SCHEME.fullmatch(protocol) else ""
    return name._replace(text=f"{begin}{name.text}{f':{number}' * known}") if known or begin else Unknown()


def is_open(value: Value, *, direct: bool = False) -> bool:
    """True if a call of the function can complete the host or path of an address.

    Args:
        value: what the call gets.
        direct: true for a call that requests nothing but addresses: all parts can be parameters of the function.
    """
    if not isinstance(value, Text):
        return False
    place = value.text.partition("?")[0]
    begins = ("//", HOLE) if direct else ("//", f"{HOLE}/")
    return HOLE in place and ("://" in place or place.startswith(begins))
