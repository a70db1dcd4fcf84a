"""Bytes and strings become endpoints, cloud identifiers and credentials: anchors, verifiers, rules as data."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tieback.recognise.interface import Extractor

RECOGNISE_VERSION = "1"
"""Part of the key of a unit of work: rises when any extractor or rule file would find something else."""


def extractors() -> "tuple[Extractor, ...]":
    """A fresh set of every extractor. Each compiles its anchors at its first artifact: keep one set a process.

    A set is for one thread at a time.
    """
    from tieback.recognise.extract import EndpointExtractor

    return (EndpointExtractor(),)
