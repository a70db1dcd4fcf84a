"""The types of openback: a labelled case, and what a tool answered to it. Each file has one JSON document per line.

Run ``python -m bench.openback.schema`` to write ``openback.schema.json`` again (JSON Schema 2020-12).
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

SCHEMA_FILE = Path(__file__).with_name("openback.schema.json")
VERSION = 1
MAX_LINE = 16 << 20
"""Bytes of one line of a file of cases or results."""

type Value = bool | int | float | str | list[str] | None
"""The value of a claim. ``None``: the labelled truth is that there is no value, such as no owner."""


class Topic(StrEnum):
    """What a case is about."""

    STORE = "store"
    """A data store of the lab, in a known state."""
    CONVERSATION = "conversation"
    """A recorded conversation with a real server."""
    APP = "app"
    """An app with known endpoints."""
    CAPTURE = "capture"
    """A capture with known stores, recipients or leaks."""
    FIELD_NAME = "field_name"
    FIELD_VALUE = "field_value"
    RULES = "rules"
    """A rules or configuration file with known answers."""
    CREDENTIAL = "credential"
    """A planted credential, or a decoy that is public by design."""
    HOST = "host"
    """A host name or address with a known owner, provider or region."""


class Split(StrEnum):
    """How a case may be used."""

    TUNE = "tune"
    """Rules and thresholds were made with it in view: its score is that of a regression test."""
    HELD_OUT = "held_out"
    """Labelled before it was scored, and never looked at while rules were made."""


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One statement about the subject of a case, such as ``access`` = ``open``."""

    name: str
    """``access``, ``product``, ``version``, ``records``, ``endpoint``, ``class``, ``owner`` and the like."""
    value: Value
    """In ``expected``, a list means that any one of its values is right."""
    subject: str = ""
    """The part of the input that the claim is about: a container, field, path or identity; empty for the whole."""


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="openback/case/1", tag_field="schema"):
    """An input and its labels."""

    id: str
    """Unique over all files."""
    topic: Topic
    split: Split
    source: str
    """Where the input is from: a URL, a document and section, or ``generated`` with the command."""
    group: str
    """What cases have in common that must not be split, such as the app or vendor. Intervals are resampled by it."""
    input: str
    """The input itself if it is text, or a path relative to the file of cases, or the name of a lab store."""
    expected: tuple[Claim, ...]
    labellers: tuple[str, ...]
    """Who labelled it, by a pseudonym per person; two if it was labelled twice without sight of the first labels.
    ``generator`` if the label is known from how the input was made.
    """
    ask: tuple[str, ...] = ()
    """What the tool is asked about, if the input does not give it: paths of a rules file, or names of claims."""
    allowed: tuple[Claim, ...] = ()
    """Claims that can be made or not. They are counted neither as right nor as wrong."""
    disputed: tuple[Claim, ...] = ()
    """Claims on which the labellers did not agree, as the second one gave them; ``None`` as value: there is none."""
    twice: tuple[str, ...] = ()
    """Names of the claims that both labellers gave."""
    note: str = ""


class Answer(StrEnum):
    """What became of a case."""

    DECIDED = "decided"
    UNDECIDED = "undecided"
    """The tool says that it does not know. Never counted as right or as closed."""
    UNSUPPORTED = "unsupported"
    """The tool does not claim to handle such inputs."""
    FAILED = "failed"
    """The tool crashed, or exceeded the time or memory limit."""


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="openback/result/1", tag_field="schema"):
    """What one tool answered to one case."""

    case: str
    tool: str
    version: str
    """Version of the tool, as it prints it."""
    answer: Answer
    claims: tuple[Claim, ...] = ()
    cpu_seconds: float | None = None
    """User and system time of the tool's processes; ``None`` if it was not measured."""
    peak_bytes: int | None = None
    bytes_sent: int | None = None
    """To the servers under test, as IP packets with their headers.

    ``None``: not measured, or nothing is sent because the topic has no servers.
    """
    machine: str = ""
    """Processor and number of cores."""
    error: str = ""


def read_lines(path: Path) -> Iterator[Case | Result]:
    """Yield the documents of a file in order.

    Raises:
        ValueError: a line is too long or is not a case or result; the message names file and line.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise ValueError(f"{path}:{number}: longer than {MAX_LINE} bytes")
            if not line.strip():
                continue
            try:
                yield msgspec.json.decode(line, type=Case | Result)
            except msgspec.DecodeError as error:
                raise ValueError(f"{path}:{number}: {error}") from None


def write_lines(path: Path, documents: Iterable[Case | Result]) -> None:
    """Write a file of cases or results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for one in documents:
            file.write(msgspec.json.encode(one) + b"\n")


def schema() -> bytes:
    """The JSON Schema of one line."""
    document = msgspec.json.schema(Case | Result)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "openback",
        "description": f"One line of a file of openback cases or results, version {VERSION}.",
    }
    return msgspec.json.format(msgspec.json.encode({**head, **document}), indent=2) + b"\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_bytes(schema())
