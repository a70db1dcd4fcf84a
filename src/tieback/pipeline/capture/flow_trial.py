"""What the flows of a short run show about the device: that they arrive, are decrypted, and have an owner."""

import time

from tieback.intake.capture.child import ProxyProcess
from tieback.model.flow import Flow, FlowApp, Peer
from tieback.pipeline.capture.device import LiveDevice
from tieback.pipeline.capture.flows import LiveFlows

_TICK = 0.25
_ENCRYPTED = ("tls", "quic")
"""Protocols of flows whose content the proxy did not read."""


class FlowTrial:
    """Counts of flows: all, with decrypted TLS, with a rejected certificate, and with an app."""

    def __init__(self, device: LiveDevice | None) -> None:
        self._device = device
        self._flows = LiveFlows("verify-device", self._attribute)
        self.flows = self.decrypted = self.refused = self.owned = 0

    def wait(self, proxy: ProxyProcess, seconds: float) -> None:
        """Read flows until all questions are answered, or the time is up."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end and not proxy.ended and not self._complete:
            if self._device is not None:
                self._device.poll(now)
            for one in proxy.read(_TICK):
                seen = self._flows.of(one)
                if seen is not None:
                    self._add(seen.flow)

    @property
    def why_unowned(self) -> str:
        """Why no flow has an app; empty if one has."""
        if self.owned:
            return ""
        troubles = self._device.troubles if self._device is not None else []
        return troubles[0] if troubles else "no flow could be attributed to an app"

    @property
    def _complete(self) -> bool:
        return bool(self.flows and self.decrypted and (self.owned or self._device is None))

    def _attribute(self, client: Peer, start: float, end: float) -> FlowApp | None:
        return self._device.attribute(client, start, end) if self._device is not None else None

    def _add(self, flow: Flow) -> None:
        self.flows += 1
        self.owned += flow.app is not None and bool(flow.app.bundle_id)
        if flow.tls is not None:
            self.refused += bool(flow.tls.refused_by_client)
            self.decrypted += not flow.tls.refused_by_client and flow.protocol not in _ENCRYPTED
