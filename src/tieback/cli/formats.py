"""Names of output formats: one list for all commands. Spellings of earlier releases still work, but help hides them."""

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from tieback.model.errors import UsageError

FORMATS = {
    "table": "Tables for people, on a terminal.",
    "json": "JSON. A command that lists results prints one document per line.",
    "ndjson": "One JSON document per line.",
    "csv": "Comma-separated values (RFC 4180).",
    "recipients-csv": "Comma-separated values: which party receives which class of personal data.",
    "html": "A page for a browser.",
    "markdown": "Markdown.",
    "pdf": "Pages to print; writing them takes several seconds.",
    "sarif": "SARIF 2.1.0, for code scanning.",
    "ocsf": "OCSF detection findings.",
    "stix": "STIX 2.1 bundle.",
    "defectdojo": "Generic findings import of DefectDojo.",
    "cyclonedx": "CycloneDX SaaS bill of materials.",
    "csaf": "CSAF 2.0 advisory.",
    "junit": "JUnit XML.",
    "graphml": "GraphML, a graph.",
    "dot": "Graphviz, a graph.",
    "svg": "A drawing of a graph.",
    "ics": "A calendar (RFC 5545).",
    "jira-csv": "Comma-separated values for the import of Jira.",
    "docx": "A document of a word processor.",
    "eml": "A draft e-mail (RFC 5322).",
    "mailto": "A link that opens a draft e-mail.",
    "intune": "A list for Microsoft Intune.",
    "jamf": "A profile for Jamf Pro.",
    "android-enterprise": "A list for Android Enterprise (managed Google Play).",
    "workspace-one": "A list for Workspace ONE.",
    "rpz": "A response policy zone for DNS servers.",
    "hosts": "A hosts file.",
    "xlsx": "A spreadsheet (Office Open XML).",
    "intelmq": "Events for IntelMQ, one file for each recipient.",
    "misp": "Events for MISP, one file for each recipient.",
    "plain": "HOST:PORT, one per line.",
    "nmap": "A target list for Nmap.",
    "masscan": "A configuration for masscan.",
    "nuclei": "A target list for nuclei.",
    "shodan": "Queries for Shodan.",
    "censys": "Queries for Censys.",
}
"""Every format name, with its meaning. Two commands that write the same format use the same name."""
OLD_NAMES = {"terminal": "table", "md": "markdown", "jsonl": "ndjson"}
"""Spellings of earlier releases and of other tools, with the name in use."""
_SHOWN_NAMES = 6
"""A longer list of names is in the help text only: it is too wide for the column of values."""


def format_name(text: str, names: Iterable[str], option: str = "--format") -> str:
    """The name of a format among ``names``.

    Args:
        text: what the user typed; spellings of earlier releases are accepted.
        names: the formats of the command. If ``json`` is among them, but not ``ndjson``, both mean JSON lines.
        option: the option, for the message of an error.

    Raises:
        UsageError: the command has no such format.
    """
    known = tuple(map(str, names))
    name = OLD_NAMES.get(text, text)
    if name in known:
        return name
    if name == "ndjson" and "json" in known:
        return "json"
    choices = ", ".join(_shown(known))
    raise UsageError("unknown format", where=f"{option} {text}"[:80], advice=f"Choose one of {choices}")


def format_of_file(
    context: typer.Context, typed: str, out: Path | None, suffixes: Mapping[str, str], *, plain: bool = True
) -> str:
    """The format of an output file: that of ``--format`` if the command line has it, else that of its suffix.

    Args:
        context: of the command; its parameter for ``--format`` is ``output`` or ``form``.
        typed: the value of ``--format``, or its default.
        out: the file; ``None`` for stdout, whose format is ``typed``.
        suffixes: the formats by suffix; the longest one that fits counts.
        plain: whether a file without a suffix, with ``.txt``, or a device has the default format.

    Raises:
        UsageError: the suffix is that of no format.
    """
    if out is None or any(is_typed(context, name) for name in ("output", "form")):
        return typed
    from tieback.report.files import is_device

    name = out.name.lower()
    if fitting := [suffix for suffix in suffixes if name.endswith(suffix)]:
        return suffixes[max(fitting, key=len)]
    if plain and (out.suffix.lower() in ("", ".txt") or is_device(out)):
        return typed
    known = ", ".join(suffixes)
    raise UsageError("no format has this suffix", where=f"--out {out}", advice=f"Use one of {known}, or add --format")


def is_typed(context: Any, name: str) -> bool:
    """True if the command line has this parameter, which then does not come from a default or a file of settings."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def format_option(names: Iterable[str], text: str, *flags: str, plugins: bool = False) -> Any:
    """The option ``--format`` of a command, with completion of its formats.

    Args:
        names: a ``StrEnum``, or the names themselves.
        text: the help text.
        flags: other names of the option.
        plugins: whether ``plugin:NAME`` is accepted, too.
    """
    kind = names if isinstance(names, type) and issubclass(names, Enum) else None
    known = tuple(map(str, names))
    shown = _shown(known)

    def parse(value: str) -> object:
        if plugins and value.startswith("plugin:"):
            return value
        name = format_name(value, known)
        return kind(name) if kind is not None else name

    few = len(shown) <= _SHOWN_NAMES
    return typer.Option(
        *(flags or ("--format",)),
        parser=parse,
        metavar="|".join(shown) if few else "FORMAT",
        help=text if few else f"{text} One of {', '.join(shown)}.",
        autocompletion=lambda incomplete: [(name, FORMATS[name]) for name in shown if name.startswith(incomplete)],
    )


def _shown(known: tuple[str, ...]) -> tuple[str, ...]:
    """The names for help and completion."""
    if "json" not in known or "ndjson" in known:
        return known
    at = known.index("json") + 1
    return (*known[:at], "ndjson", *known[at:])
