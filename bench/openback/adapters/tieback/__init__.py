"""Adapter for tieback: calls what its commands call. Each topic is a module."""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from bench.openback.schema import Answer, Case, Claim, Result, Topic
from tieback import __version__

TOPICS = frozenset(Topic)
_MODULES = {
    Topic.STORE: "stores",
    Topic.CONVERSATION: "conversations",
    Topic.APP: "apps",
    Topic.CAPTURE: "captures",
    Topic.FIELD_NAME: "pii",
    Topic.FIELD_VALUE: "pii",
    Topic.RULES: "rules",
    Topic.CREDENTIAL: "credentials",
    Topic.HOST: "hosts",
}

type Claims = Sequence[Claim] | None
"""The claims about a case; ``None`` if tieback did not decide."""
type Claimer = Callable[[Sequence[Case], Path], Iterator[tuple[Case, Claims]]]
"""Each case with its claims."""


def version() -> str:
    """Version of tieback."""
    return __version__


def answer(cases: Sequence[Case], folder: Path) -> Iterator[Result]:
    """The results of the cases of one topic."""
    if not cases:
        return
    claimer: Claimer = import_module(f"bench.openback.adapters.tieback.{_MODULES[cases[0].topic]}").claims
    for case, claims in claimer(cases, folder):
        decided = Answer.UNDECIDED if claims is None else Answer.DECIDED
        yield Result(case.id, "tieback", __version__, decided, tuple(claims or ()))
