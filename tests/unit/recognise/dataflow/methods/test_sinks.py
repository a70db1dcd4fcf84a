"""The file of sinks holds together."""

import re

from tests.each import each
from tieback.probes import PROBES
from tieback.recognise.dataflow.methods.sinks import Sink, by_owner, read_sinks

SINKS = read_sinks()


@each("sink", SINKS, ids=lambda sink: f"{sink.owner}{sink.method}({','.join(sink.takes)})")
def test_each_entry(sink: Sink) -> None:
    assert re.fullmatch(r"L[\w/$]+;", sink.owner)
    assert len([kind for kind in sink.takes if kind != "..."]) == len(sink.roles)
    assert "..." not in sink.takes[:-1]
    assert re.fullmatch(r"(?:\[*(?:[ZBCSIJFD]|L[\w/$]+;))*", sink.parameters)
    assert sink.source.startswith("https://")


def test_no_call_is_listed_twice() -> None:
    calls = [(sink.owner, sink.method, sink.takes) for sink in SINKS]
    assert len(calls) == len(set(calls))
    assert sum(len(its) for its in by_owner(SINKS).values()) == len(SINKS)


def test_a_library_of_a_protocol_that_a_probe_speaks_names_the_service() -> None:
    """Without the service, the probe of the port would be one for the web."""
    probed = {probe.meta.name for probe in PROBES}
    hosts = [sink for sink in SINKS if sink.name.lower() in probed and "host" in sink.roles and sink.emits]
    assert {sink.name for sink in hosts} >= {"FTP", "SMB", "LDAP"}
    assert [(sink.owner, sink.method) for sink in hosts if sink.service not in probed] == []


@each(
    ("takes", "parameters", "fits"),
    [
        (("String", "int"), "Ljava/lang/String;I", True),
        (("String", "int"), "Ljava/lang/String;II", False),
        (("String", "int", "..."), "Ljava/lang/String;II", True),
        (("String", "int", "..."), "Ljava/lang/String;", False),
        ((), "", True),
        ((), "I", False),
    ],
)
def test_which_methods_fit(takes: tuple[str, ...], parameters: str, fits: bool) -> None:
    assert Sink("x", "Lx;", "y", takes, (), "https://x.test").fits(parameters) == fits
