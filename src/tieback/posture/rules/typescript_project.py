"""Several TypeScript modules: values that one module imports from another."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tieback.posture.rules.source import RulesText
from tieback.posture.rules.typescript_values import Module, Name, Node, read_module

_ENDINGS = ("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", "/index.ts", "/index.tsx", "/index.js")
_MAX_STEPS = 20
"""Most imports and constants that lead to a value."""


@dataclass(frozen=True, slots=True)
class Value:
    """An expression and its module."""

    module: Module
    node: Node

    @property
    def path(self) -> str:
        """Path of the module."""
        return self.module.text.path


class Modules:
    """The modules of a project by their path."""

    def __init__(self, texts: Iterable[RulesText]) -> None:
        self.by_path: Mapping[str, Module] = {posixpath.normpath(text.path): read_module(text) for text in texts}

    def resolve(self, module: Module, node: Node | None) -> Value | None:
        """The value of an expression, also of a constant of another module; ``None`` if it is not in these files."""
        for _ in range(_MAX_STEPS):
            if not isinstance(node, Name):
                return Value(module, node) if node is not None else None
            if node.name in module.declared:
                node = module.declared[node.name]
                continue
            if node.name not in module.imports:
                return None
            found = self._exported(module, *module.imports[node.name])
            if found is None:
                return None
            module, node = found.module, found.node
        return None

    def _exported(self, module: Module, source: str, name: str) -> Value | None:
        for _ in range(_MAX_STEPS):
            target = self.find(module, source)
            if target is None or name == "*":
                return None
            if name in target.exports:
                return Value(target, target.exports[name])
            if name not in target.forwarded:
                return None
            module = target
            source, name = target.forwarded[name]
        return None

    def find(self, module: Module, source: str) -> Module | None:
        """The module of a relative import."""
        if not source.startswith("."):
            return None
        base = posixpath.normpath(posixpath.join(posixpath.dirname(module.text.path), source))
        stem = base.removesuffix(".js")
        return next(
            (self.by_path[path] for one in (base, stem) for end in _ENDINGS if (path := one + end) in self.by_path),
            None,
        )
