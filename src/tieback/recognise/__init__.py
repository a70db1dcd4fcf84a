"""Bytes and strings become endpoints, cloud identifiers and credentials: anchors, verifiers, rules as data."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tieback.recognise.interface import Extractor
    from tieback.recognise.rules import Rules

RECOGNISE_VERSION = "14"
"""Part of the key of a unit of work: rises when any extractor or rule file would find something else."""


def extractors(rules: "Rules | None" = None) -> "tuple[Extractor, ...]":
    """A fresh set of every extractor, for one thread at a time.

    Each compiles its anchors at its first artifact, and rules are read when first asked for: keep one set a process.

    Args:
        rules: the rule files, to be shared with ``collect``; read anew where missing.
    """
    from tieback.recognise.config import ConfigExtractor
    from tieback.recognise.dataflow.extract import DataflowExtractor
    from tieback.recognise.extract import EndpointExtractor
    from tieback.recognise.rules import Rules

    rules = rules if rules is not None else Rules()
    endpoints = EndpointExtractor(rules)
    return (endpoints, ConfigExtractor(rules), DataflowExtractor(endpoints, rules))
