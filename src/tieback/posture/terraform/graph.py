"""Resources of a plan or state, and which of them belong together.

Format: https://developer.hashicorp.com/terraform/internals/json-format. In a plan, a bucket's policy refers to the
bucket by a value that is *known after apply*. So resources are linked by equal values if these are known, otherwise by
the references in the configuration. A reference that the output does not resolve (a local value) stays unresolved.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_RESOURCES = 200_000
MAX_MODULES = 50
"""Deepest module, and most steps from a reference to a resource."""
_INDEX = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|\d+)\]$")
_INDEXES = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|\d+)\]")
_ITERATION = frozenset({"each", "count", "self"})
"""References to the own instance: the index tells which one."""
_NO_RESOURCES = frozenset({"local", "data", "path", "terraform"})
_MAX_TARGETS = 1000
"""Most resources of one ``count`` or ``for_each`` that an argument names together."""
_MAX_REFERENCES = 1000
_OWN_NAMES = ("id", "arn", "name", "bucket", "identifier", "cluster_identifier", "domain_name")
"""Attributes by which other resources name a resource."""


@dataclass(frozen=True, slots=True)
class _Module:
    """One module of the configuration."""

    resources: Mapping[str, Mapping[str, Any]]
    """Expressions by address within the module."""
    calls: Mapping[str, "_Module"]
    inputs: Mapping[str, Mapping[str, Any]]
    """Expressions of the inputs, by call."""
    outputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TerraformResource:
    """A managed resource."""

    address: str
    module: str
    """Address of its module; empty for the root module."""
    type: str
    values: Mapping[str, Any]
    """Known values only."""
    unknown: Mapping[str, Any]
    """What is known after apply: ``true``, or an object or list with ``true`` inside."""
    expressions: Mapping[str, Any] | None = None
    """Configured arguments; ``None`` for a state, which has no configuration."""
    creates: bool = False
    """True if the plan creates it, so that the plan and the provider's defaults decide everything."""

    @property
    def index(self) -> str:
        """Its key in ``count`` or ``for_each``, with brackets; empty without one."""
        found = _INDEX.search(self.address)
        return found[0] if found else ""

    def is_set(self, name: str) -> bool:
        """True if an argument is configured, or if the configuration is not available."""
        return self.expressions is None or name in self.expressions

    def unsure(self, *names: str) -> bool:
        """True if a configured argument is known only after apply."""
        return any(_has_true(self.unknown.get(name)) and self.is_set(name) for name in names)

    def block(self, name: str) -> Mapping[str, Any]:
        """The first nested block of this name; empty if there is none."""
        found = self.values.get(name)
        found = found[0] if isinstance(found, list) and found else found
        return found if isinstance(found, dict) else {}


@dataclass(slots=True)
class TerraformGraph:
    """All managed resources of one output."""

    planned: bool
    resources: list[TerraformResource] = field(default_factory=list)
    left_out: int = 0
    """Resources beyond the limit."""
    _root: _Module | None = None
    _by_type: dict[str, list[TerraformResource]] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], list[TerraformResource]] = field(default_factory=dict)
    """By type and a value by which others name it."""
    _by_base: dict[str, list[TerraformResource]] = field(default_factory=dict)
    """By address without index."""
    _by_address: dict[str, TerraformResource] = field(default_factory=dict)
    _resolved: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Addresses by module and reference."""
    _links: dict[tuple[str, str, str], tuple[dict[str, list[TerraformResource]], bool]] = field(default_factory=dict)

    def add(self, one: TerraformResource) -> None:
        """Add a resource; beyond the limit it is only counted."""
        if len(self.resources) >= MAX_RESOURCES:
            self.left_out += 1
            return
        self.resources.append(one)
        self._by_type.setdefault(one.type, []).append(one)
        self._by_address[one.address] = one
        self._by_base.setdefault(_INDEX.sub("", one.address), []).append(one)
        words = {word for name in _OWN_NAMES if isinstance(word := one.values.get(name), str) and word}
        for word in words:
            self._by_name.setdefault((one.type, word), []).append(one)

    def of(self, *types: str) -> Iterator[TerraformResource]:
        """The resources of some types."""
        for one in types:
            yield from self._by_type.get(one, ())

    def related(self, target: TerraformResource, argument: str, *types: str) -> tuple[list[TerraformResource], bool]:
        """The resources of some types whose argument names ``target``, and whether one may that cannot be resolved."""
        found: list[TerraformResource] = []
        unresolved = False
        for type_ in types:
            links, unsure = self._linked(type_, argument, target.type)
            found += links.get(target.address, ())
            unresolved = unresolved or unsure
        return found, unresolved

    def _linked(self, type_: str, argument: str, to: str) -> tuple[dict[str, list[TerraformResource]], bool]:
        """The resources of a type by the address of each one that their argument names."""
        known = self._links.get((type_, argument, to))
        if known is None:
            links: dict[str, list[TerraformResource]] = {}
            unresolved = False
            for one in self.of(type_):
                targets = self.targets(one, argument, to)
                unresolved = unresolved or targets is None
                for target in targets or ():
                    links.setdefault(target.address, []).append(one)
            known = self._links[type_, argument, to] = (links, unresolved)
        return known

    def targets(self, one: TerraformResource, argument: str, *types: str) -> list[TerraformResource] | None:
        """The resources that an argument names; ``None`` if it cannot be resolved."""
        value = one.values.get(argument)
        words = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        known = [word for word in words if isinstance(word, str)]
        if known and not _has_true(one.unknown.get(argument)):
            some = (each for type_ in types for word in known for each in self._by_name.get((type_, word), ()))
            return list({each.address: each for each in some}.values())
        if not _has_true(one.unknown.get(argument)) or one.expressions is None:
            return []
        return self._referred(one, argument, types)

    def referred_types(self, one: TerraformResource, argument: str) -> frozenset[str]:
        """The types of all resources that an argument refers to, also in its nested blocks."""
        expression = (one.expressions or {}).get(argument)
        addresses = self._resolve(one.module, _all_references(expression, 0), MAX_MODULES)
        return frozenset(each.type for address in addresses for each in self._by_base.get(_INDEX.sub("", address), ()))

    def _referred(self, one: TerraformResource, argument: str, types: Sequence[str]) -> list[TerraformResource] | None:
        expression = (one.expressions or {}).get(argument)
        addresses = self._resolve(one.module, _references(expression), MAX_MODULES)
        if not addresses:
            return None
        found: dict[str, TerraformResource] = {}
        for address in addresses:
            base = _INDEX.sub("", address)
            exact = self._by_address.get(address) or self._by_address.get(base + one.index)
            chosen = [exact] if exact is not None else self._by_base.get(base, [])
            if len(chosen) > (_MAX_TARGETS if isinstance(one.values.get(argument), list) else 1):
                return None
            found |= {each.address: each for each in chosen if each.type in types}
        return list(found.values())

    def _resolve(self, module: str, references: Sequence[str], steps: int) -> list[str]:
        """Addresses of the resources behind references; empty if one of them cannot be resolved."""
        found: dict[str, None] = {}
        for reference in _longest(references):
            if reference.partition(".")[0] in _ITERATION:
                continue
            more = self._resolved.get((module, reference))
            if more is None:
                more = self._resolved[module, reference] = self._step(module, reference, steps)
            if not more:
                return []
            found |= dict.fromkeys(more)
        return list(found)

    def _step(self, module: str, reference: str, steps: int) -> list[str]:
        """As ``_resolve``, for one reference: through an input of the module, an output of another one, or none."""
        if steps <= 0:
            return []
        kind, _, rest = reference.partition(".")
        if kind == "var":
            outer, _, call = module.rpartition(".module.") if ".module." in module else ("", "", module[7:])
            inputs = self.module_of(outer)
            expressions = inputs.inputs.get(_INDEXES.sub("", call), {}) if inputs and module else {}
            return self._resolve(outer, _references(expressions.get(rest.partition(".")[0])), steps - 1)
        if kind == "module":
            call, _, output = rest.partition(".")
            here = self.module_of(module)
            inner = here.calls.get(_INDEXES.sub("", call)) if here else None
            expression = _dict(inner.outputs.get(output.partition(".")[0])).get("expression") if inner else None
            return self._resolve(f"{module}.module.{call}".lstrip("."), _references(expression), steps - 1)
        if kind in _NO_RESOURCES:
            return []
        parts = _split(reference)
        return [f"{module}.{'.'.join(parts[:2])}".lstrip(".")] if len(parts) > 1 else []

    def module_of(self, address: str) -> _Module | None:
        """The configuration of a module; ``None`` if there is none."""
        here = self._root
        for name in _INDEXES.sub("", address).split(".module.") if address else ():
            here = here.calls.get(name.removeprefix("module.")) if here else None
        return here


def read_graph(document: Mapping[str, Any]) -> TerraformGraph | None:
    """The resources of an output; ``None`` if it is neither a plan nor a state."""
    changes = document.get("resource_changes")
    if "planned_values" in document or isinstance(changes, list):
        configuration = document.get("configuration")
        root = configuration.get("root_module") if isinstance(configuration, dict) else None
        graph = TerraformGraph(planned=True, _root=_module(root, 0) if isinstance(root, dict) else None)
        for change in changes if isinstance(changes, list) else ():
            changed = _of_change(graph, change)
            if changed is not None:
                graph.add(changed)
        return graph
    values = document.get("values")
    if not isinstance(values, dict):
        return None
    graph = TerraformGraph(planned=False)
    for module in _modules(values.get("root_module"), 0):
        for one in _list(module.get("resources")):
            if one.get("mode") == "managed" and isinstance(one.get("values"), dict):
                made = TerraformResource(
                    str(one.get("address", ""))[:1000],
                    str(module.get("address", ""))[:1000],
                    str(one.get("type", ""))[:100],
                    one["values"],
                    {},
                )
                graph.add(made)
    return graph


def _of_change(graph: TerraformGraph, change: Any) -> TerraformResource | None:
    """The resource after a change; ``None`` if the change deletes it."""
    inner = change.get("change") if isinstance(change, dict) else None
    if not isinstance(inner, dict) or change.get("mode") != "managed" or not isinstance(inner.get("after"), dict):
        return None
    unknown = inner.get("after_unknown")
    unknown = unknown if isinstance(unknown, dict) else {}
    module = str(change.get("module_address") or "")[:1000]
    type_, name = str(change.get("type", ""))[:100], str(change.get("name", ""))[:500]
    configured = graph.module_of(module)
    return TerraformResource(
        str(change.get("address", ""))[:1000],
        module,
        type_,
        _known(inner["after"], unknown, 0),
        unknown,
        configured.resources.get(f"{type_}.{name}") if configured else None,
        creates="create" in _words(inner.get("actions")),
    )


def _module(raw: Mapping[str, Any], depth: int) -> _Module:
    calls = raw.get("module_calls") if depth < MAX_MODULES else None
    named = {
        str(name): call for name, call in (calls.items() if isinstance(calls, dict) else ()) if isinstance(call, dict)
    }
    return _Module(
        {str(one.get("address")): _dict(one.get("expressions")) for one in _list(raw.get("resources"))},
        {name: _module(_dict(call.get("module")), depth + 1) for name, call in named.items()},
        {name: _dict(call.get("expressions")) for name, call in named.items()},
        _dict(raw.get("outputs")),
    )


def _modules(raw: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(raw, dict) and depth <= MAX_MODULES:
        yield raw
        for child in _list(raw.get("child_modules")):
            yield from _modules(child, depth + 1)


def _known(value: Any, unknown: Any, depth: int) -> Any:
    """The value without what is known only after apply."""
    if depth > MAX_MODULES:
        return None
    if isinstance(value, dict) and isinstance(unknown, dict):
        known = ((key, one) for key, one in value.items() if unknown.get(key) is not True)
        return {key: _known(one, unknown.get(key), depth + 1) for key, one in known}
    if isinstance(value, list) and isinstance(unknown, list):
        marks = [*unknown, *[None] * (len(value) - len(unknown))]
        return [_known(one, mark, depth + 1) for one, mark in zip(value, marks, strict=False)]
    return value


def _has_true(unknown: Any, depth: int = 0) -> bool:
    if depth > MAX_MODULES:
        return True
    if isinstance(unknown, dict):
        return any(_has_true(one, depth + 1) for one in unknown.values())
    if isinstance(unknown, list):
        return any(_has_true(one, depth + 1) for one in unknown)
    return unknown is True


def _references(expression: Any) -> list[str]:
    """The references in an expression."""
    return _words(expression.get("references")) if isinstance(expression, dict) else []


def _all_references(expression: Any, depth: int) -> list[str]:
    """The references in an expression and in everything below it."""
    if depth > MAX_MODULES:
        return []
    if isinstance(expression, list):
        return [word for one in expression for word in _all_references(one, depth + 1)]
    if not isinstance(expression, dict):
        return []
    inner = [
        word for name, one in expression.items() if name != "references" for word in _all_references(one, depth + 1)
    ]
    return [*_references(expression), *inner]


def _longest(references: Sequence[str]) -> list[str]:
    """References without those that another one continues: Terraform lists ``a.b.id`` and then ``a.b``."""
    return [
        one
        for one in references
        if not any(other != one and other.startswith((f"{one}.", f"{one}[")) for other in references)
    ]


def _split(reference: str) -> list[str]:
    """The parts of a reference between dots that are outside brackets."""
    marks = _INDEXES.sub(lambda found: found[0].replace(".", "\0"), reference)
    return [part.replace("\0", ".") for part in marks.split(".")]


def _words(value: Any) -> list[str]:
    return [one for one in value[:_MAX_REFERENCES] if isinstance(one, str)] if isinstance(value, list) else []


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
