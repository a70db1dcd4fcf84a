"""Wording of the places of a finding in the maker's source, for all human-readable renderers."""

from tieback.model.exposure import Finding
from tieback.model.source import SourceLocation, SourceMatch
from tieback.report.shortened import cut
from tieback.report.texts.clean import clean

MOST_SHOWN = 3
"""Limit on the places that one finding shows; JSON and SARIF have all."""
_WORDS = {
    SourceMatch.ENDPOINT: "the endpoint",
    SourceMatch.CREDENTIAL: "the credential, by its ends and length",
    SourceMatch.RESOURCE: "the resource by its name",
    SourceMatch.SETTING: "the setting",
    SourceMatch.HOST: "only the host or identifier",
    SourceMatch.METHOD: "the method that builds it",
    SourceMatch.NONE: "",
}


def source_lines(finding: Finding) -> list[str]:
    """One line per place, the most exact first, and the number of the others."""
    lines = (source_text(one) for one in finding.locations[:MOST_SHOWN])
    words = ("place in the source", "places in the source")
    return cut(lines, MOST_SHOWN, count=len(finding.locations), one=words[0], many=words[1])


def source_text(one: SourceLocation) -> str:
    """``Source: app/src/main/assets/config.json:3 (the endpoint); in the package: assets/config.json at 0x68``."""
    method = f", in {clean(one.method, 300)}" if one.method else ""
    offset = "" if one.offset is None else f" at {one.offset:#x}"
    package = f"in the package: {clean(one.entry, 300)}{offset}{method}"
    if not one.file:
        return package.replace("in", "In", 1)
    return f"Source: {clean(one.file, 500)}:{one.line} ({_WORDS[one.match]}); {package}"
