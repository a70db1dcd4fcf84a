"""Summary of a live capture, with its blind spots stated explicitly."""

from collections.abc import Iterable

from tieback.intake.capture.interface import ProxyMode
from tieback.model.capture import BlindSpot, LiveRun
from tieback.model.count_text import count_text, its_or_their
from tieback.model.flow import Flow, FlowApp
from tieback.pipeline.capture.flows import FORBIDDEN, NOT_REACHED, PASSED

MAX_LISTED = 500
"""Maximum servers of each kind in the document."""
SHOWN = 5
"""Maximum servers named in a sentence."""

STREAMS_MISSED = (
    "A proxy setting covers only HTTP and HTTPS: Redis, MySQL, MQTT and other connections of an app bypass it. "
    "Use --mode wireguard, transparent or socks5 to capture them."
)
PCAPDROID = "pcapdroid"
"""Mode of a run without a proxy: PCAPdroid records on the device."""
_OUTSIDE_BY_MODE: dict[str, str] = {
    ProxyMode.REGULAR: "Not captured: apps that ignore the proxy setting, QUIC, and protocols other than HTTP.",
    ProxyMode.SOCKS5: "Not captured: UDP (including QUIC), and connections that do not use the SOCKS setting.",
    ProxyMode.TRANSPARENT: "Captured: only redirected TCP connections. Not captured: UDP (including QUIC).",
    ProxyMode.WIREGUARD: "Not captured: IPv6, and traffic outside the tunnel.",
    PCAPDROID: "Not captured: traffic outside PCAPdroid's VPN. Not read: TLS without a key log, and QUIC.",
}


type BlindSpotTable = dict[tuple[str, str, str], BlindSpot]
"""Keys: server, app, kind."""


class FlowTally:
    """Counts the flows of a run as they arrive."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self.flows = self.bytes_out = self.bytes_in = 0
        self.others = self.unattributed = 0
        self._refused: BlindSpotTable = {}
        self._quic: BlindSpotTable = {}
        self._unreached: BlindSpotTable = {}
        self._passed: BlindSpotTable = {}

    def add(self, flow: Flow) -> None:
        """Count a flow."""
        self.flows += 1
        self.bytes_out += flow.bytes_out or 0
        self.bytes_in += flow.bytes_in or 0
        self.unattributed += flow.app is None
        if flow.tls is not None and flow.tls.refused_by_client:
            _count(self._refused, flow, flow.tls.refused_by_client)
        if flow.detail.startswith(PASSED):
            _count(self._passed, flow, PASSED)
        if flow.protocol == "quic" or flow.detail.startswith("HTTP/3"):
            how = "refused" if flow.protocol == "quic" else "read"
            _count(self._quic, flow, how, how)
        if flow.detail.startswith((NOT_REACHED, FORBIDDEN)):
            _count(self._unreached, flow, flow.detail)

    def finish(
        self,
        *,
        path: str,
        listened: str,
        app: str,
        start: float,
        end: float,
        lost: int,
        cut: int,
        outside: Iterable[tuple[str, int, FlowApp, int]] | None,
        troubles: Iterable[str] = (),
        faults: Iterable[str] = (),
    ) -> LiveRun:
        """The document of the run.

        Args:
            path: file with the flows.
            listened: listen address of the proxy.
            app: package requested by the user, or empty.
            start: seconds since 1970.
            end: seconds since 1970.
            lost: number of dropped observations.
            cut: number of flows truncated in the saved file.
            outside: connections that bypassed the proxy; ``None`` without a device.
            troubles: other problems, as text.
            faults: those of them because of which the run should be repeated.
        """
        past = [
            BlindSpot(f"{ip}:{port}" if ":" not in ip else f"[{ip}]:{port}", who.bundle_id or who.name, times, "")
            for ip, port, who, times in (outside or ())
            if not app or who.bundle_id == app
        ][:MAX_LISTED]
        words = [
            *_sentence(self._refused, "Certificate rejected by the app (pinned, or the CA is not installed)"),
            *_sentence(self._passed, "Passed through unread, because the app rejected the certificate before"),
            *_sentence(self._quic, "QUIC was used with"),
            *_sentence(_refused(self._unreached), "Refused by the destinations of this capture, so nothing was sent"),
            *_sentence(_refused(self._unreached, no=True), "Unreachable through the proxy"),
        ]
        if outside is not None and past:
            words.append(
                f"{count_text(len(past), 'connection')} bypassed the proxy: {_some(one.server for one in past)}."
            )
        words.append(_OUTSIDE_BY_MODE[self._mode])
        if self._mode == ProxyMode.REGULAR:
            words.append(STREAMS_MISSED)
        if outside is None and app:
            words.append(
                f"All flows are attributed to {app} by --only. Connections that bypassed the proxy are unknown."
            )
        elif outside is None:
            words.append(
                "No device was connected: apps of flows, and connections that bypassed the proxy, are unknown."
            )
        elif self.unattributed:
            words.append(f"{count_text(self.unattributed, 'flow')} could not be attributed to an app.")
        if self.others:
            words.append(f"{count_text(self.others, 'flow of another app was', 'flows of other apps were')} left out.")
        if lost:
            words.append(f"{count_text(lost, 'flow was lost', 'flows were lost')}: too many at the same time.")
        if cut:
            long = count_text(cut, "long flow was", "long flows were")
            words.append(f"{long} truncated: only {its_or_their(cut)} beginning was read or saved.")
        return LiveRun(
            path=path,
            mode=str(self._mode),
            listened=listened,
            app=app,
            start=start,
            end=end,
            flows=self.flows,
            bytes_out=self.bytes_out,
            bytes_in=self.bytes_in,
            refused=tuple(self._refused.values()),
            quic=tuple(self._quic.values()),
            outside=tuple(past),
            unreached=tuple(self._unreached.values()),
            others=self.others,
            unattributed=self.unattributed,
            lost=lost,
            blind_spots=(*words, *troubles),
            passed=tuple(self._passed.values()),
            faults=tuple(faults),
        )


def _count(into: BlindSpotTable, flow: Flow, reason: str, kind: str = "") -> None:
    host = flow.server.name or flow.server.ip
    server = f"[{host}]:{flow.server.port}" if ":" in host else f"{host}:{flow.server.port}"
    app = (flow.app.bundle_id or flow.app.name) if flow.app else ""
    known = into.get((server, app, kind))
    if known is not None:
        into[server, app, kind] = BlindSpot(server, app, known.times + 1, known.reason)
    elif len(into) < MAX_LISTED:
        into[server, app, kind] = BlindSpot(server, app, 1, reason)


def _sentence(found: BlindSpotTable, what: str) -> list[str]:
    if not found:
        return []
    return [f"{what}: {_some(dict.fromkeys(one.server for one in found.values()))}."]


def _refused(found: BlindSpotTable, *, no: bool = False) -> BlindSpotTable:
    """Those that the proxy refused, or the others."""
    return {key: one for key, one in found.items() if one.reason.startswith(FORBIDDEN) is not no}


def _some(servers: Iterable[str]) -> str:
    listed = list(servers)
    rest = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
