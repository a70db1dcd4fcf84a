"""What a live run came to, and what it could not see: blind spots are told, never left to be guessed."""

from collections.abc import Iterable

from tieback.intake.capture.interface import ProxyMode
from tieback.model.capture import LiveRun, Unseen
from tieback.model.flow import Flow, FlowApp
from tieback.pipeline.capture.flows import FORBIDDEN, NOT_REACHED

MAX_LISTED = 500
"""Servers of each kind in the document."""
SHOWN = 5
"""Servers that a sentence names."""

STREAMS_MISSED = (
    "An HTTP proxy setting brings HTTP and HTTPS alone: an app's Redis, MySQL, MQTT or other connection goes past it. "
    "Use --mode wireguard, transparent or socks5 to see those."
)
_OUTSIDE_BY_MODE = {
    ProxyMode.REGULAR: "Apps that ignore the proxy setting, QUIC, and what is not HTTP went past this proxy unseen.",
    ProxyMode.SOCKS5: "UDP, QUIC among it, and what does not use the SOCKS setting went past this proxy unseen.",
    ProxyMode.TRANSPARENT: "Only the TCP connections that were redirected here were seen; UDP, QUIC among it, was not.",
    ProxyMode.WIREGUARD: "IPv6, and what the device sent outside the tunnel, were not seen.",
}


type Found = dict[tuple[str, str, str], Unseen]
"""By server, app and kind."""


class Tally:
    """Counts the flows of a run as they come."""

    def __init__(self, mode: ProxyMode) -> None:
        self._mode = mode
        self.flows = self.bytes_out = self.bytes_in = 0
        self.others = self.unattributed = 0
        self._refused: Found = {}
        self._quic: Found = {}
        self._unreached: Found = {}

    def add(self, flow: Flow) -> None:
        """Count a flow."""
        self.flows += 1
        self.bytes_out += flow.bytes_out
        self.bytes_in += flow.bytes_in
        self.unattributed += flow.app is None
        if flow.tls is not None and flow.tls.refused_by_client:
            _count(self._refused, flow, flow.tls.refused_by_client)
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
    ) -> LiveRun:
        """The document of the run.

        Args:
            path: file with the flows.
            listened: where the proxy was.
            app: package that was asked for, or empty.
            start: seconds since 1970.
            end: seconds since 1970.
            lost: observations that were dropped.
            cut: flows of which the saved file holds the beginning only.
            outside: connections past the proxy; ``None`` where no device told.
            troubles: what else went wrong, in words.
        """
        past = [
            Unseen(f"{ip}:{port}" if ":" not in ip else f"[{ip}]:{port}", who.bundle_id or who.name, times, "")
            for ip, port, who, times in (outside or ())
            if not app or who.bundle_id == app
        ][:MAX_LISTED]
        words = [
            *_sentence(self._refused, "Certificate refused by the app (pinned, or the CA is not installed)"),
            *_sentence(self._quic, "QUIC was spoken with"),
            *_sentence(self._unreached, "Not reached through the proxy"),
        ]
        if outside is not None and past:
            words.append(f"{len(past)} connections went past the proxy: {_some(one.server for one in past)}.")
        words.append(_OUTSIDE_BY_MODE[self._mode])
        if self._mode is ProxyMode.REGULAR:
            words.append(STREAMS_MISSED)
        if outside is None and app:
            words.append(f"That all flows are of {app} is what --only says; what went past the proxy is not known.")
        elif outside is None:
            words.append("No device was asked, so which app a flow is of, and what went past the proxy, is not known.")
        elif self.unattributed:
            words.append(f"{self.unattributed} flows may be of any app: the device did not tell whose they are.")
        if self.others:
            words.append(f"{self.others} flows of other apps were left out.")
        if lost:
            words.append(f"{lost} flows were lost: too many came at a time.")
        if cut:
            words.append(f"Of {cut} long flows only the beginning was followed or saved.")
        return LiveRun(
            path=path,
            mode=self._mode.value,
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
        )


def _count(into: Found, flow: Flow, reason: str, kind: str = "") -> None:
    host = flow.server.name or flow.server.ip
    server = f"[{host}]:{flow.server.port}" if ":" in host else f"{host}:{flow.server.port}"
    app = (flow.app.bundle_id or flow.app.name) if flow.app else ""
    known = into.get((server, app, kind))
    if known is not None:
        into[server, app, kind] = Unseen(server, app, known.times + 1, known.reason)
    elif len(into) < MAX_LISTED:
        into[server, app, kind] = Unseen(server, app, 1, reason)


def _sentence(found: Found, what: str) -> list[str]:
    if not found:
        return []
    return [f"{what}: {_some(dict.fromkeys(one.server for one in found.values()))}."]


def _some(servers: Iterable[str]) -> str:
    listed = list(servers)
    rest = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
