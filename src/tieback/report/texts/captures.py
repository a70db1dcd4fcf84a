"""Words for captures and for the servers in them."""

from collections.abc import Iterable, Iterator

from tieback.model.count_text import count_text
from tieback.model.report.captures import ContactedServer, Encryption
from tieback.model.report.document import Report
from tieback.pii.taxonomy import class_phrase
from tieback.report.shortened import cut, cut_text, more_text
from tieback.report.texts.clean import clean

NO_FLOWS = "read; it contains no flows"
"""About a capture without flows, which is no problem."""


def encryption_text(server: ContactedServer) -> str:
    """Return the weakest encryption of the traffic with a server, with the versions of TLS if there are some.

    ``refused`` if the proxy of the capture refused each connection, ``not reached`` if there was none.
    """
    if not server.was_reached:
        return "refused" if server.refused == server.flows else "not reached"
    versions = ", ".join(clean(version, 20) for version in server.tls)
    match server.encryption:
        case Encryption.CLEARTEXT:
            return f"cleartext and {versions}" if versions else "cleartext"
        case Encryption.WEAK_TLS:
            return f"weak: {versions}"
        case Encryption.ENCRYPTED:
            return versions or "encrypted"
    return "unknown"


def server_text(server: ContactedServer) -> str:
    """Return ``host:port``, or only the host if the capture does not show the port."""
    host = f"[{server.host}]" if ":" in server.host else server.host
    return clean(host if server.port is None else f"{host}:{server.port}", 300)


def app_text(server: ContactedServer) -> str:
    """Return the app of a server as the capture shows it, or ``unknown``."""
    return clean(server.app or server.bundle_id, 80) or "unknown"


_CLASSES = {"contact_list": "list of contacts", "app_list": "list of installed apps"}


def class_name(pii_class: str) -> str:
    """The name of a class of personal data in a sentence, such as ``list of contacts``."""
    return _CLASSES.get(pii_class) or clean(class_phrase(pii_class), 60)


def class_names(labels: Iterable[str]) -> str:
    """The names of classes in a sentence; semicolons, because names contain commas."""
    return "; ".join(map(class_name, labels))


def leaks_text(server: ContactedServer) -> str:
    """Return the classes that leaked to or from a server, or why there are none."""
    if server.leaks:
        return class_names(server.leaks)
    if not server.was_reached:
        return "nothing sent"
    if server.encryption is Encryption.CLEARTEXT:
        return "none found"
    return "unknown" if server.encryption is Encryption.UNKNOWN else "none: encrypted"


def count_servers(servers: Iterable[ContactedServer]) -> tuple[int, int]:
    """Number of distinct servers (host and port), and of those with leaks. A server has a row per capture and app."""
    leaks: dict[tuple[str, int | None], bool] = {}
    for one in servers:
        place = one.host, one.port
        leaks[place] = leaks.get(place, False) or bool(one.leaks)
    return len(leaks), sum(leaks.values())


def capture_lines(report: Report, most: int) -> Iterator[tuple[str, str]]:
    """Yield a label and a sentence for each capture, at most ``most``, and the number of the others."""
    shown = report.captures.first(most)
    rows: dict[str, list[ContactedServer]] = {one.path: [] for one in shown}
    for server in report.servers.rows():
        if server.capture in rows:
            rows[server.capture].append(server)
    for one in shown:
        if not one.flows:
            text = "no flows were read" if one.unread else NO_FLOWS
        else:
            text = f"{count_text(one.flows, 'flow')} with {count_text(count_servers(rows[one.path])[0], 'server')}"
            if one.others:
                others = "is" if one.others == 1 else "are"
                text += f"; {one.others:,} of them {others} name resolution, discovery or time, and not listed"
        apps = cut_text((clean(app, 60) for app in one.apps), 5)
        text += f"; apps: {apps}" if apps else "; it does not show which apps" if one.flows else ""
        mark = "damaged, partly read; " if one.damaged else "partly read; " if one.unread else ""
        yield clean(one.path, 200), mark + text
        for text in cut((clean(problem.what) for problem in one.remarks), 3, one="problem"):
            yield clean(one.path, 200), text
    if report.captures.count > most:
        yield "", more_text(report.captures.count - most, "capture")
