"""The texts that bytecode puts together, as far as they can be an endpoint, and the objects that configure a client."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.hermes.calls import SINKS
from tieback.recognise.hermes.interpret import Run
from tieback.recognise.scripts.resolve import as_called, is_open, is_worth, without_nested
from tieback.recognise.scripts.values import Cases, Client, Kind, Source, Text, Unknown, Value, as_text, single

if TYPE_CHECKING:
    from tieback.recognise.hermes.program import Program

MAX_FOUND = 4_000
"""Most texts and configurations of one file."""
_MAX_EXPORTS = 3
"""Most modules that export each other, one after the other."""
_MAX_BASES = 4
_MAX_AROUND = 3
"""Functions around one whose callers are looked for, too."""
_BASIC = "Basic "
_AUTHORIZED = lazy_pattern(r"Basic [A-Za-z0-9+/]{8,360}={0,2}\Z")
"""The value of a header with a user and a password, RFC 7617."""
_TWICE = lazy_pattern(r"[^/]*://(?:\{\})?\w+://")
"""Two schemes: on one of the paths, code that adds a scheme to what has one already."""


class Found(NamedTuple):
    """A text that the bytecode puts together, or the text of a configuration."""

    text: Text
    function: int
    at: int
    """Offset of the instruction in the file."""
    call: str
    """The call that it is passed to; empty if that is not known."""


class Record:
    """The texts of one file."""

    def __init__(self, program: "Program") -> None:
        """Record what the walks of this program find."""
        self._program = program
        self.found: dict[str, Found] = {}
        self.configurations: dict[int, tuple[int, int]] = {}
        """Function and place of each object that can be a configuration."""
        self.opened: dict[int, None] = {}
        """Functions with texts that a caller can complete."""
        self.clients: dict[int, None] = {}
        """Functions that create an HTTP client, or set its address."""
        self._bases: dict[object, Cases] = {}
        self._consumed: set[str] = set()
        self.is_cut = False
        """True if there are more than ``MAX_FOUND`` texts or configurations."""

    def joined(self, run: Run, value: Cases, operands: Sequence[Cases], *, call: str = "") -> None:
        """Record the texts that an instruction puts together."""
        for _, one in value:
            if isinstance(one, Text) and one.text.startswith(_BASIC):
                self._record(run, one, "authorization")
            elif isinstance(one, Text) and "://" in one.text:
                for operand in operands:
                    for _, part in operand:
                        if isinstance(part, Text) and "://" in part.text and part.text != one.text:
                            self._consume(part.text)
                self._record(run, one, call)

    def decoded(self, run: Run, value: Cases) -> None:
        """Record the texts that a function of the platform decodes."""
        for _, one in value:
            if isinstance(one, Text):
                self._record(run, one, "")

    def _consume(self, text: str) -> None:
        known = self.found.get(text)
        if known is not None and not known.call:
            del self.found[text]
        if len(self._consumed) < MAX_FOUND:
            self._consumed.add(text)

    def _record(self, run: Run, whole: Text, call: str) -> None:
        text = as_called(without_nested(whole), call)
        if (
            not (is_worth(text, call) or _AUTHORIZED.match(text.text))
            or _TWICE.match(text.text)
            or text.text in text.parts
            or (text.text in self._consumed and not call)
        ):
            return
        known = self.found.get(text.text)
        if known is None and len(self.found) >= MAX_FOUND:
            self.is_cut = True
        elif known is None or (call and not known.call):
            self.found[text.text] = Found(text, run.function, self._place(run), call)
        if is_open(text) and not self._program.inlining:
            for function in self._program.members.around(run.function, _MAX_AROUND):
                self.opened[function] = None

    def called(self, run: Run, name: str, this: Cases, arguments: Sequence[Cases]) -> None:
        """Record the addresses that a call gets, if its name is that of one that contacts a server."""
        if name not in SINKS or not arguments:
            return
        at = 1 if name == "open" else 0
        if at < len(arguments):
            root = self._based(this[0][1]) if self._bases else None
            clients = [self._program.heap.forced(this)]
            if root is not None:
                # One of several, as in ``base || "https://…"``; those that are not known give no address.
                bases = [as_text(one) for _, one in self._program.heap.forced(self._bases[root])][:_MAX_BASES]
                clients = [single(Client(one)) for one in bases if one.text != HOLE] or [single(Client(bases[0]))]
            for client in clients:
                for text in self._program.calls.address(arguments[at], client):
                    self._record(run, text, name)
        for text in self._program.calls.servers(name, arguments):
            self._record(run, text, name)

    def _based(self, client: Value) -> object:
        """The client with a base address that a value is, also as what modules export; ``None`` if it is none."""
        for _ in range(_MAX_EXPORTS):
            root = _root(client)
            if root in self._bases:
                return root
            if not isinstance(client, Source) or client.kind is not Kind.MODULE:
                break
            client = self._program.modules.same(client)
        return None

    def _place(self, run: Run) -> int:
        header = self._program.code.header(run.function)
        return header.offset + run.step.at if header and run.step else -1

    def configured(self, run: Run, made: Source) -> None:
        """Remember an object that can be a configuration."""
        if made.at in self.configurations:
            return
        if len(self.configurations) < MAX_FOUND:
            self.configurations[made.at] = run.function, self._place(run)
        else:
            self.is_cut = True

    def based(self, run: Run, client: Value, address: Cases) -> None:
        """Record the address that is set for an HTTP client, as in ``axios.defaults.baseURL = …``."""
        root = _root(client)
        if root is not None:
            self._bases.setdefault(root, address)
            self.clients[run.function] = None


def _root(value: Value) -> object:
    """What ``axios`` and ``axios.defaults`` have in common."""
    if isinstance(value, Source) and value.kind is Kind.MODULE:
        return value.at
    return (
        value.path.removesuffix(".defaults") if isinstance(value, Unknown) and value.path[:1] not in (".", "") else None
    )
