"""The proxy process: mitmproxy as a library, with its own event loop. It is started with ``python -m``.

Only this module and its add-ons (``connections``, ``dns``, ``observer``, ``next_layer``, ``pinned``, and ``convert``)
use mitmproxy. Only this process imports them: mitmproxy keeps module state, installs its own exception handlers and
loop settings, and its native parts can crash. The process listens and connects. It writes only its authority's files,
the key log and the flow file that the user requested.
"""

import asyncio
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import msgspec
from mitmproxy import addons, options
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.exceptions import OptionsError
from mitmproxy.master import Master
from mitmproxy.proxy.mode_servers import ServerInstance, WireGuardServerInstance

from tieback.intake.capture.authority_page import AuthorityPage
from tieback.intake.capture.connections import ConnectionAddon
from tieback.intake.capture.destinations import Destinations, GuardedResolver
from tieback.intake.capture.dns import DnsAddon
from tieback.intake.capture.interface import ProxyEnd, ProxyFailure, ProxyListening, ProxyMode, ProxySettings
from tieback.intake.capture.next_layer import PinnedNextLayer
from tieback.intake.capture.observer import FlowAddon
from tieback.intake.capture.pinned import PassThrough
from tieback.intake.capture.sender import DocumentSender

LONGEST_SETTINGS = 1024 * 1024


class ReadyAddon:
    """Reports that the proxy listens, or why it does not."""

    def __init__(
        self, outlet: DocumentSender, proxyserver: Proxyserver, settings: ProxySettings, master: Master
    ) -> None:
        self._outlet = outlet
        self._proxyserver = proxyserver
        self._settings = settings
        self._master = master

    async def running(self) -> None:
        """Report the result of the start-up; mitmproxy calls this when every server has started or failed."""
        server = next(iter(self._proxyserver.servers))
        if not server.is_running:
            self._outlet.send(ProxyFailure(str(server.last_exception or "the proxy does not listen")))
            self._master.shutdown()
            return
        host, port = server.listen_addrs[0][:2]
        certificate = Path(self._settings.directory) / "mitmproxy-ca-cert.pem"
        page = 0
        with suppress(OSError, ValueError):  # the certificate is still in its file
            page = await AuthorityPage(certificate).start(host)
        self._outlet.send(ProxyListening(host, port, str(certificate), _profile(server, host, port), page))


def _profile(server: ServerInstance, host: str, port: int) -> str:  # type: ignore[type-arg]
    """The WireGuard profile for the device; empty in other modes."""
    if not isinstance(server, WireGuardServerInstance):
        return ""
    lines = (server.client_conf() or "").splitlines()
    # mitmproxy writes the configured port, which may be "any".
    return "\n".join([line for line in lines if not line.startswith("Endpoint")] + [f"Endpoint = {host}:{port}"])


async def serve(settings: ProxySettings, outlet: DocumentSender) -> None:
    """Run the proxy until standard input ends or a signal arrives."""
    destinations = Destinations(settings.destinations, settings.names, settings.never)
    pinned = PassThrough() if settings.pass_through else None
    connections = ConnectionAddon(outlet.send, destinations, pinned)
    observer = FlowAddon(outlet.send, connections, saving=bool(settings.save))
    proxyserver = Proxyserver()
    master = Master(options.Options())
    master.addons.add(
        addons.core.Core(),
        addons.block.Block(),
        addons.strip_dns_https_records.StripDnsHttpsRecords(),
        addons.disable_h2c.DisableH2C(),
        proxyserver,
        connections,
        observer,
        DnsAddon(outlet.send, destinations, connections),
        addons.dns_resolver.DnsResolver(),
        PinnedNextLayer(pinned) if pinned is not None else addons.next_layer.NextLayer(),
        addons.save.Save(),
        addons.tlsconfig.TlsConfig(),
        ReadyAddon(outlet, proxyserver, settings, master),
    )
    loop = asyncio.get_running_loop()
    loop.getaddrinfo = GuardedResolver(loop, destinations).getaddrinfo  # type: ignore[method-assign]
    loop.add_signal_handler(signal.SIGTERM, master.shutdown)
    threading.Thread(target=_await_end, args=(master,), daemon=True).start()
    try:
        master.options.update(**_options(settings))
    except (OptionsError, ValueError, OSError) as error:
        outlet.close(ProxyFailure(str(error)))
        return
    await master.run()
    observer.finish()
    connections.finish()
    outlet.close(ProxyEnd(outlet.dropped, observer.cut))


def _options(settings: ProxySettings) -> dict[str, object]:
    found: dict[str, object] = {
        "confdir": settings.directory,
        "mode": [settings.mode.value],
        "listen_host": settings.host,
        "listen_port": settings.port,
        "stream_large_bodies": "8m",
    }
    if settings.upstream_ca:
        found["ssl_verify_upstream_trusted_ca"] = settings.upstream_ca
    if settings.save:
        found["save_stream_file"] = settings.save.replace("%", "%%")  # mitmproxy expands strftime codes
    if settings.mode is ProxyMode.WIREGUARD:
        Path(settings.directory).mkdir(parents=True, exist_ok=True)
    return found


def _await_end(master: Master) -> None:
    """Wait for the end of standard input; the parent keeps it open while it runs."""
    with suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    master.shutdown()


def _read_settings() -> ProxySettings:
    line = bytearray()
    while not line.endswith(b"\n") and len(line) < LONGEST_SETTINGS:
        data = os.read(0, 1)
        if not data:
            break
        line += data
    return msgspec.json.decode(bytes(line), type=ProxySettings)


def main() -> None:
    """Run the child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides when to end
    os.umask(0o077)  # only the user may read the keys of the authority and the tunnel
    settings = _read_settings()
    outlet = DocumentSender(os.dup(1))
    logging.disable(logging.WARNING)  # one line per failed connection would fill the log of a long run
    os.dup2(2, 1)  # other output must not mix with the documents
    asyncio.run(serve(settings, outlet))
    sys.stderr.flush()
    # Everything is reported and closed. mitmproxy's native threads (WireGuard) may crash during interpreter shutdown.
    os._exit(0)


if __name__ == "__main__":
    main()
