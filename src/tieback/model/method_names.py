"""Names of methods and fields in evidence, for people: ``shop.Api.open`` instead of ``Lshop/Api;->open``."""

from collections.abc import Iterable, Iterator

from tieback.model.lazy_pattern import lazy_pattern

_STEP = lazy_pattern(r"L(?P<owner>[^;:]{1,500});(?:->(?P<name>[^:]{1,200}))?")
"""A class, or a method or field of it, in the form of DEX files."""
_CONTEXT = lazy_pattern(r"(L[^;:]{1,500};->[^:]{1,200}): ")
"""The method in which code completes an address, before the address."""
_SHORTEST = 3
"""Letters of a class name that says something; shrinkers replace names by one or two."""
ARROW = "→"


def step_text(step: str, *, short: bool = False) -> str:
    """A step of a chain: ``com.shop.Api.open``, or with ``short`` ``Api.open``; a name of a script stays as it is."""
    found = _STEP.fullmatch(step)
    if found is None:
        return step
    package, _, owner = found["owner"].rpartition("/")
    if not short or len(owner) < _SHORTEST:
        owner = f"{package.replace('/', '.')}.{owner}".removeprefix(".")
    return f"{owner}.{found['name']}" if found["name"] else owner


def steps_text(chain: Iterable[str]) -> list[str]:
    """The steps of a chain, without repeated ones: methods that differ only in their parameters look the same."""
    return list(_distinct(step_text(step) for step in chain))


def completing_method(context: str) -> str:
    """The method in which code completes a find, or the field that has it: ``Api.open``; empty if there is none."""
    found = _CONTEXT.match(context)
    return step_text(found[1], short=True) if found is not None else ""


def readable_member(context: str) -> str:
    """The same, and empty if a shrinker has renamed its class."""
    found = _CONTEXT.match(context)
    if found is None or len(found[1].rpartition(";->")[0].rpartition("/")[2].removeprefix("L")) < _SHORTEST:
        return ""
    return step_text(found[1], short=True)


def _distinct(steps: Iterable[str]) -> Iterator[str]:
    last = ""
    for step in steps:
        if step != last:
            yield step
        last = step
