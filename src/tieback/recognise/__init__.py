"""Endpoints, cloud identifiers and credentials from bytes and strings: anchors, verifiers, and rules as data."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tieback.recognise.interface import Extractor
    from tieback.recognise.rules import RuleFiles

RECOGNISE_VERSION = "71"
"""Part of the key of a unit of work. Increased if a changed extractor or rule file has other results."""


def extractors(rules: "RuleFiles | None" = None) -> "tuple[Extractor, ...]":
    """A new set of every extractor, for one thread at a time.

    Each extractor compiles its anchors at its first artifact, and rules are read when first used. Use one set per
    process.

    Args:
        rules: the rule files, shared with ``collect``; read from the package if missing.
    """
    from tieback.recognise.dataflow.extract import DataflowExtractor
    from tieback.recognise.extract import EndpointExtractor
    from tieback.recognise.hermes.extract import HermesExtractor
    from tieback.recognise.rules import RuleFiles
    from tieback.recognise.scripts.extract import ScriptExtractor
    from tieback.recognise.settings.config import ConfigExtractor

    rules = rules if rules is not None else RuleFiles()
    endpoints = EndpointExtractor(rules)
    configured = ConfigExtractor(rules)
    return (
        endpoints,
        configured,
        ScriptExtractor(endpoints),
        HermesExtractor(endpoints, configured),
        DataflowExtractor(endpoints, rules),
    )
