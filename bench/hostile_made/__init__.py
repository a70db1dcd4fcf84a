"""Packages that are built to be slow, by kind: what ``bench/hostile.py`` measures and ``tests/hostile`` reads."""

from bench.hostile_made import (
    archives,
    calls,
    code,
    data,
    formats,
    library_calls,
    native,
    native_runs,
    runs,
    script_runs,
    scripts,
    settings,
    tables,
)
from bench.hostile_made.kind import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for part in (
        calls,
        code,
        runs,
        tables,
        native,
        native_runs,
        scripts,
        script_runs,
        data,
        settings,
        archives,
        formats,
        library_calls,
    )
    for kind in part.KINDS
}
