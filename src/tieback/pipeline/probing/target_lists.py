"""Lists of the targets that the last run probed, in the formats of other tools. Refused targets are left out.

Formats: Nmap's ``-iL`` (one host per line; ports in the first comment), masscan configuration (``range``, ``ports``),
nuclei's ``-list`` (``host:port``), queries of Shodan (``ip:``) and Censys (``host.ip:``).
"""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from tieback.model.errors import WorkspaceError
from tieback.model.probe import Outcome, ProbeReport
from tieback.pipeline.runs import finished_run
from tieback.storage.lake.tables.probes import RunProbes
from tieback.storage.workspace import Workspace

_HOSTS_A_QUERY = 50
"""Maximum addresses per query of a search engine."""
_UNASKED = frozenset({Outcome.OUT_OF_SCOPE, Outcome.BUDGET_SPENT})


def target_list(directory: Path, tool: str, run_id: str = "") -> Iterator[str]:
    """The lines of a target list.

    Args:
        directory: the workspace.
        tool: ``plain``, ``nmap``, ``masscan``, ``nuclei``, ``shodan`` or ``censys``.
        run_id: the run; default: the last finished one.

    Raises:
        WorkspaceError: the workspace does not exist, or has no finished run.
    """
    with Workspace.open(directory, create=False) as workspace:
        run = finished_run(workspace, run_id)
        if run is None:
            raise WorkspaceError("no finished run", where=str(directory), advice="Run `tieback scan` first")
        places = dict.fromkeys(_place(report) for report in RunProbes(workspace.lake, run.id).reports(but=_UNASKED))
    yield from lines(list(places), tool)


def lines(places: list[tuple[str, int, str]], tool: str) -> Iterator[str]:
    """The lines for the host, port and address of each target; none without targets."""
    if not places:
        return
    ports = ",".join(str(port) for port in sorted({port for _, port, _ in places}))
    addresses = list(dict.fromkeys(address for _, _, address in places if address))
    match tool:
        case "nmap":
            yield f"# nmap -sV -p {ports} -iL FILE"
            yield from dict.fromkeys(host for host, _, _ in places)
        case "masscan":
            yield from (f"range = {address}" for address in addresses)
            yield f"ports = {ports}"
        case "shodan":
            for at in range(0, len(addresses), _HOSTS_A_QUERY):
                yield f"ip:{','.join(addresses[at : at + _HOSTS_A_QUERY])}"
        case "censys":
            for address in addresses:
                yield f'host.ip: "{address}"'
        case _:
            yield from dict.fromkeys(
                f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port, _ in places
            )


def _place(report: ProbeReport) -> tuple[str, int, str]:
    host, _, port = report.target.partition("/")[0].rpartition(":")
    address = report.address.rpartition(":")[0] if report.address.count(":") == 1 else report.address
    try:
        canonical = str(ip_address(address.strip("[]") or host.strip("[]")))
    except ValueError:
        canonical = ""
    return host.strip("[]"), int(port), canonical
