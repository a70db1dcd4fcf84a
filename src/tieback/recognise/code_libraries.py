"""The known library whose code has what was found in a DEX file."""

from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.rules import RuleFiles

_METHOD = lazy_pattern(r"L?([A-Za-z_][\w$]*(?:[./][A-Za-z_$][\w$]*){1,15})")


def first_library(evidence: Evidence, rules: RuleFiles) -> str | None:
    """The library of the method that makes a text, or of the classes that have a constant; ``None`` for other code."""
    steps = _steps(evidence)
    return _library(steps[0], rules) if steps else None


def code_library(evidence: Evidence, rules: RuleFiles) -> str:
    """The library whose code alone has it, from the first caller to the constant; empty if there is none."""
    names = {_library(step, rules) for step in _steps(evidence)}
    return next(iter(names)) or "" if len(names) == 1 else ""


def _steps(evidence: Evidence) -> tuple[str, ...]:
    """The method that makes a text and those before it, or the class of a constant."""
    if evidence.how.startswith("dex-string/"):
        return evidence.chain
    return (evidence.context, *evidence.chain) if evidence.how.startswith("dex-flow/") else ()


def _library(step: str, rules: RuleFiles) -> str | None:
    method = _METHOD.match(step)
    return rules.third_parties.of_package(method[1].replace("/", ".")) if method else None
