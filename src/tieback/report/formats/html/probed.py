"""Table of probed targets: each target that sent data in its own row, all others in one row per host and outcome."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from tieback.model.count_text import count_text
from tieback.model.probe import ProbeReport
from tieback.model.report.document import Report

MOST_READ = 50_000
"""Limit on the probe reports that are read for the table."""
MOST_ROWS = 500
"""Limit on the rows with an answer, and on those without."""
MOST_PORTS = 12
"""Limit on the ports named per row; the JSON report lists them all."""


class SilentPorts(msgspec.Struct, frozen=True):
    """Ports of one host with the same outcome, none of which sent data."""

    host: str
    outcome: str
    """For example ``refused``."""
    ports: str
    """Number of ports, and the first ones."""


class ProbedTargets(msgspec.Struct, frozen=True):
    """Data for the template."""

    rows: tuple[ProbeReport, ...]
    """Targets that sent data, and single ports that did not."""
    silent: tuple[SilentPorts, ...]
    left_out: int
    """Number of targets that are in neither."""


def probed_targets(report: Report) -> ProbedTargets:
    """Return the table, in the order of the report; it is empty if nothing was probed."""
    rows: list[ProbeReport] = []
    groups: dict[tuple[str, str], list[ProbeReport]] = {}
    for probe in islice(report.probes.rows(), MOST_READ):
        if probe.bytes_read or probe.product:
            rows.append(probe)
        else:
            host = probe.target.rpartition(":")[0] or probe.target
            groups.setdefault((host, probe.outcome.value.replace("_", " ")), []).append(probe)
    rows += (probes[0] for probes in groups.values() if len(probes) == 1)
    silent = [
        SilentPorts(host, outcome, _ports(probes)) for (host, outcome), probes in groups.items() if len(probes) > 1
    ]
    counts = [len(probes) for probes in groups.values() if len(probes) > 1]
    shown = len(rows[:MOST_ROWS]) + sum(counts[:MOST_ROWS])
    return ProbedTargets(tuple(rows[:MOST_ROWS]), tuple(silent[:MOST_ROWS]), report.probes.count - shown)


def _ports(probes: Iterable[ProbeReport]) -> str:
    numbers = sorted(set(_numbers(probes)))
    named = ", ".join(str(number) for number in numbers[:MOST_PORTS])
    more = f" and {len(numbers) - MOST_PORTS:,} more" if len(numbers) > MOST_PORTS else ""
    return f"{count_text(len(numbers), 'port')}: {named}{more}"


def _numbers(probes: Iterable[ProbeReport]) -> Iterator[int]:
    for probe in probes:
        port = probe.target.rpartition(":")[2]
        if port.isascii() and port.isdecimal():
            yield int(port)
