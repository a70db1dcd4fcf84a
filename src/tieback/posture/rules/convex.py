"""Convex functions: which public queries, mutations and actions can be called without a login.

Semantics: https://docs.convex.dev/functions, https://docs.convex.dev/auth/functions-auth and
https://docs.convex.dev/understanding/best-practices/. Everybody can call a public function; its code decides the rest.
What the code does is read from its tokens (``convex_handlers``), never executed. The rest is not decided.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from tieback.model.errors import InputError
from tieback.posture.rules import interface
from tieback.posture.rules.convex_handlers import Behaviour, Handlers
from tieback.posture.rules.interface import PathPermissions, Permission, Requester, RulesReaderMeta
from tieback.posture.rules.source import RulesText
from tieback.posture.rules.table import Access, ResourceTable, not_in_files, same_access
from tieback.posture.rules.typescript_project import Modules, Value
from tieback.posture.rules.typescript_values import Call, Function, Member, Module, Name, Node, Record, calls_in

_BUILDER = re.compile(r"^(internal)?(query|mutation|action|httpaction)(generic)?$", re.IGNORECASE)
_CUSTOM = re.compile(r"custom(query|mutation|action)(builder)?$", re.IGNORECASE)
_NAMED = re.compile(r"(query|mutation|action)$", re.IGNORECASE)
_SOURCES = (".ts", ".tsx", ".js", ".jsx", ".mjs")
_MAX_FUNCTIONS = 10_000
_MAX_NESTED = 10
"""Most builders that are made of each other."""
_NO_DATA = "the handler uses no data of the deployment"


@dataclass(frozen=True, slots=True)
class _Builder:
    """What makes a function: its kind, and the checks that it adds to each handler."""

    kind: str
    is_internal: bool = False
    checks: Behaviour | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class _Public:
    """A function that everybody can call."""

    path: str
    kind: str
    file: str
    line: int
    rule: str
    behaviour: Behaviour


class Convex:
    """Reads the TypeScript sources of a folder ``convex/``."""

    meta = RulesReaderMeta("convex", "Convex functions", "https://docs.convex.dev/auth/functions-auth")

    def recognises(self, text: RulesText) -> bool:
        """True for a module that imports Convex's server."""
        head = text.text[:200_000]
        if not text.name.endswith((".ts", ".tsx", ".js", ".mjs")):
            return False
        return "_generated/server" in head or ("convex/server" in head and "Generic" in head)

    def read(self, text: RulesText) -> ResourceTable:
        """Read one module. Raises ``InputError``."""
        return self.read_project([text])

    def read_project(self, texts: Sequence[RulesText]) -> ResourceTable:
        """Read all modules of a folder. Raises ``InputError``."""
        modules = Modules(texts)
        reader = _Project(modules, _root([text.path for text in texts]), is_alone=len(texts) == 1)
        found = {one.path: one for one in reader.functions()}
        if not found and not reader.internal:
            raise InputError("no Convex functions", where=texts[0].path, advice="Pass the folder convex/")
        table: dict[str, Access] = {path: partial(_access, one) for path, one in found.items()}
        for path, (file, line) in reader.internal.items():
            closed = interface.deny("an internal function: clients cannot call it", line)
            closed = msgspec.structs.replace(closed, file=file)
            table[path] = same_access(PathPermissions(closed, closed))
        return ResourceTable(table, not_in_files("function"))


def _root(paths: Sequence[str]) -> str:
    """The folder whose modules give functions their names."""
    for path in paths:
        parts = path.split("/")
        if "convex" in parts[:-1]:
            return "/".join(parts[: len(parts) - 1 - parts[:-1][::-1].index("convex")])
    return (
        posixpath.dirname(paths[0])
        if len(paths) == 1
        else posixpath.commonpath([posixpath.dirname(p) or "." for p in paths])
    )


class _Project:
    """The functions of all modules."""

    def __init__(self, modules: Modules, root: str, *, is_alone: bool) -> None:
        self._modules = modules
        self._root = root
        self._is_alone = is_alone
        self._handlers = Handlers(modules, self._by_reference)
        self.internal: dict[str, tuple[str, int]] = {}
        """File and line of functions that clients cannot call."""

    def functions(self) -> Iterator[_Public]:
        count = 0
        for path, module in self._modules.by_path.items():
            if "_generated" in path.split("/"):
                continue
            for one in (*self._exports(path, module), *self._routes(module)):
                yield one
                count += 1
                if count >= _MAX_FUNCTIONS:
                    return

    def _exports(self, path: str, module: Module) -> Iterator[_Public]:
        stem = posixpath.splitext(posixpath.relpath(path, posixpath.normpath(self._root or ".")))[0]
        exported = {**{name: Value(module, node) for name, node in module.exports.items()}}
        for name, (source, other) in module.forwarded.items():
            target = self._modules.find(module, source)
            if target is not None and other in target.exports:
                exported[name] = Value(target, target.exports[other])
        for name, value in exported.items():
            found = self._modules.resolve(value.module, value.node)
            call = found.node if found is not None else None
            # A handler of HTTP is public only by a route.
            if found is None or not isinstance(call, Call):
                continue
            name_of_call = call.function.name if isinstance(call.function, Name | Member) else ""
            builder = self._builder(found.module, call.function)
            if builder is None or builder.kind == "httpaction" or _CUSTOM.search(name_of_call):
                continue
            shown = f"{stem}:{name}"
            if builder.is_internal:
                self.internal[shown] = ("" if self._is_alone else found.path, found.module.line(call))
                continue
            yield self._public(shown, found.module, call, builder)

    def _by_reference(self, names: Sequence[str]) -> Value | None:
        """The handler of ``api.folder.file.name``, if a builder without more checks makes it."""
        if len(names) < 2:
            return None
        stem = posixpath.join(posixpath.normpath(self._root or "."), *names[:-1])
        module = next(
            (self._modules.by_path[path] for end in _SOURCES if (path := stem + end) in self._modules.by_path), None
        )
        found = self._modules.resolve(module, module.exports.get(names[-1])) if module is not None else None
        if found is None or not isinstance(found.node, Call):
            return None
        builder = self._builder(found.module, found.node.function)
        if builder is None or not builder.is_known or builder.checks is not None:
            return None
        return self._handler(found.module, found.node)

    def _public(self, path: str, module: Module, call: Call, builder: _Builder) -> _Public:
        handler = self._handler(module, call)
        behaviour = self._handlers.of(handler) if handler is not None else Behaviour(is_known=False)
        if builder.checks is not None:
            behaviour = builder.checks.then(behaviour)
        if not builder.is_known:
            behaviour = msgspec.structs.replace(behaviour, is_known=False)
        source = f"{path.rpartition(':')[2]} = {module.source(call.function)}(…)"
        file = "" if self._is_alone else module.text.path
        return _Public(path, builder.kind, file, module.line(call), source, behaviour)

    def _handler(self, module: Module, call: Call) -> Value | None:
        """The function of ``query(f)``, ``query({ handler: f })`` and ``query(wrapper(f))``."""
        node: Node | None = call.arguments[0] if call.arguments else None
        found = self._modules.resolve(module, node)
        if found is not None and isinstance(found.node, Record):
            found = self._modules.resolve(found.module, found.node.members.get("handler"))
        if found is not None and isinstance(found.node, Function | Call):
            return found
        return None

    def _builder(self, module: Module, node: Node, depth: int = 0) -> _Builder | None:
        """The builder that an expression names; ``None`` if it makes no function of Convex."""
        if isinstance(node, Member):
            known = self._by_name(node.name)
            return _Builder(known.kind, known.is_internal, is_known=False) if known is not None else None
        if not isinstance(node, Name) or depth > _MAX_NESTED:
            return None
        source, name = module.imports.get(node.name, ("", node.name))
        if source.endswith(("_generated/server", "_generated/server.js")) or source == "convex/server":
            return self._by_name(name)
        found = self._modules.resolve(module, node)
        if found is None:
            # A builder of a package, or of a file that is not here.
            known = self._by_name(name)
            if source and known is not None:
                return _Builder(known.kind, known.is_internal, is_known=False)
            match = _NAMED.search(name) if source else None
            return _Builder(match.group(1).lower(), is_known=False) if match else None
        if isinstance(found.node, Call):
            return self._of_call(found.module, found.node, depth)
        match = _NAMED.search(node.name)
        if isinstance(found.node, Function) and match:
            return _Builder(match.group(1).lower(), is_known=False)
        return None

    @staticmethod
    def _by_name(name: str) -> _Builder | None:
        match = _BUILDER.match(name)
        return _Builder(match.group(2).lower(), bool(match.group(1))) if match else None

    def _of_call(self, module: Module, call: Call, depth: int) -> _Builder | None:
        """``customQuery(query, { input: … })`` and similar ones."""
        name = call.function.name if isinstance(call.function, Name | Member) else ""
        match = _CUSTOM.search(name)
        if not match or not call.arguments:
            return None
        base = self._builder(module, call.arguments[0], depth + 1)
        if base is None:
            return _Builder(match.group(1).lower(), is_known=False)
        added = self._customisation(module, call.arguments[1] if len(call.arguments) > 1 else None)
        if base.checks is not None:
            added = base.checks.then(added)
        return _Builder(base.kind, base.is_internal, added, base.is_known)

    def _customisation(self, module: Module, node: Node | None) -> Behaviour:
        found = self._modules.resolve(module, node)
        if found is not None and isinstance(found.node, Call) and found.node.arguments:
            # customCtx(async (ctx) => …)
            found = self._modules.resolve(found.module, found.node.arguments[0])
        if found is not None and isinstance(found.node, Record):
            member = found.node.members.get("input")
            found = self._modules.resolve(found.module, member) if member is not None else None
        if found is None or not isinstance(found.node, Function):
            return Behaviour(is_known=False)
        return self._handlers.of(found, is_wrapper=True)

    def _routes(self, module: Module) -> Iterator[_Public]:
        """``http.route({ path, method, handler })``."""
        if "httpRouter" not in module.text.text:
            return
        for call in calls_in(module, 0, len(module.tokens)):
            if not (isinstance(call.function, Member) and call.function.name == "route" and call.arguments):
                continue
            options = call.arguments[0]
            if not isinstance(options, Record):
                continue
            path = module.text_of(options.members.get("path") or options.members.get("pathPrefix")) or "?"
            method = module.text_of(options.members.get("method")) or "?"
            found = self._modules.resolve(module, options.members.get("handler"))
            handler = self._handler(found.module, found.node) if found and isinstance(found.node, Call) else None
            behaviour = self._handlers.of(handler) if handler is not None else Behaviour(is_known=False)
            file = "" if self._is_alone else module.text.path
            name = f"http:{method} {path}"
            yield _Public(name, "httpaction", file, module.line(call), f"http.route({method} {path})", behaviour)


def _access(one: _Public, who: Requester) -> PathPermissions:
    found = _decide(one, who)
    found = msgspec.structs.replace(found, file=one.file)
    other = interface.deny(f"a {one.kind}: see the other column", one.line)
    if one.kind == "query":
        return PathPermissions(found, other)
    if one.kind == "mutation":
        return PathPermissions(other, found)
    return PathPermissions(found, found if not found.certain or one.behaviour.writes or not found.allowed else other)


def _decide(one: _Public, who: Requester) -> Permission:
    noun = "httpAction" if one.kind == "httpaction" else one.kind
    request = f"{noun} {one.path}" + (" as any signed-in user" if who is Requester.ANY_USER else " without signing in")
    behaviour = one.behaviour

    def unsure(reason: str) -> Permission:
        return interface.allow(one.line, one.rule, request, reason=reason, certain=False)

    if behaviour.is_enforced:
        if who is Requester.ANONYMOUS:
            return interface.deny("the handler ends without a login", one.line, one.rule)
        if behaviour.is_refined or not behaviour.is_known:
            return unsure("the handler uses the login: which data it gives is not decided")
        return interface.allow(one.line, one.rule, request, reason="any login passes the check")
    if behaviour.consults:
        return unsure("the handler looks at the login: what it does without one is not decided")
    if not behaviour.is_known:
        return unsure("code that these files do not show decides")
    if behaviour.has_secret:
        return unsure("the handler compares a secret or a header")
    if not behaviour.uses_data:
        if one.kind in {"action", "httpaction"}:
            return unsure("no check of the login: what the code does outside of Convex is not decided")
        return interface.deny(_NO_DATA, one.line, one.rule)
    return interface.allow(one.line, one.rule, request, reason="the handler never looks at the login")
