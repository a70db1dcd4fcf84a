"""The app that an HTTP archive names, and the TLS handshakes that an app refused.

Sources: ``TweaselHarMetaV1`` of https://github.com/tweaselORG/cyanoacrylate and ``AppMeta`` of its appstraction;
``src/model/http/har.ts`` of https://github.com/httptoolkit/httptoolkit-ui (``HarTlsErrorEntry``).

tweasel writes ``log._tweasel`` behind the entries: the app, the device, and which apps were recorded. On Android, an
allow list with one app routes only that app through the proxy, so all entries are its own. In other cases (iOS, all
apps, several apps), an entry may belong to any app of the device, and none is attributed. All of it is what the file
states.
"""

from ipaddress import ip_address

import msgspec

from tieback.intake.traffic.names import hostname
from tieback.model.flow import Flow, FlowApp, FlowEvidence, FlowTls, NameSource, Peer, Server

MEMBER = b'"_tweasel"'
_MARKS = (MEMBER, b'"cyanoacrylate"')
_MOST = 255
_CAUSES = {
    "cert-rejected": "the client does not trust the proxy's certificate",
    "closed": "closed by the client",
    "reset": "reset by the client",
    "no-shared-cipher": "no common cipher",
}


class _TweaselApp(msgspec.Struct, rename="camel"):
    id: str = ""
    name: str | None = None
    version: str | None = None


class _Options(msgspec.Struct):
    mode: str = ""
    apps: list[str] = []


class _Device(msgspec.Struct):
    platform: str = ""


class _Tweasel(msgspec.Struct):
    options: _Options = msgspec.field(default_factory=_Options)
    device: _Device = msgspec.field(default_factory=_Device)
    apps: list[_TweaselApp] | None = None


class StatedApp(msgspec.Struct, frozen=True):
    """What an archive states about its app."""

    app: FlowApp | None
    """The app of all entries; ``None`` if they may belong to others."""
    note: str = ""
    """Why no entry is attributed; empty if they are, or if no app is named."""


class TlsError(msgspec.Struct, rename="camel"):
    """A failed handshake, as HTTP Toolkit writes it."""

    started_date_time: str | None = None
    time: float | None = None
    """Milliseconds."""
    hostname: str | None = None
    cause: str | None = None
    client_ip: str | None = msgspec.field(name="clientIPAddress", default=None)
    client_port: float | None = None


def may_state_app(head: bytes) -> bool:
    """True if an archive with this head may have tweasel's metadata, which are then worth a walk of their own."""
    return any(mark in head for mark in _MARKS)


def stated_app(member: bytes | None) -> StatedApp:
    """The app of tweasel's metadata.

    Args:
        member: value of ``log._tweasel``; ``None`` if it is missing or too large.
    """
    if member is None:
        return StatedApp(None)
    try:
        meta = msgspec.json.decode(member, type=_Tweasel)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return StatedApp(None, f"the metadata of tweasel are invalid, so no entry is attributed: {error}"[:200])
    apps = [app for app in meta.apps or [] if app.id]
    recorded = [name for name in meta.options.apps if name] if meta.options.mode == "allowlist" else []
    named = ", ".join(_line(app.id) for app in apps[:3]) or ", ".join(map(_line, recorded[:3]))
    if not named:
        return StatedApp(None)
    if meta.device.platform != "android" or len(recorded) != 1 or any(app.id != recorded[0] for app in apps):
        return StatedApp(
            None, f"the archive was recorded for {named}, but other apps may have sent entries, so none is attributed"
        )
    bundle = _line(recorded[0])
    app = apps[0] if apps else _TweaselApp()
    found = FlowApp(
        _line(app.name or "") or bundle,
        bundle,
        source="tweasel",
        version=_line(app.version or "")[:40],
        platform="android",
    )
    return StatedApp(found)


def tls_error_flow(path: str, error: TlsError, start: float) -> Flow | None:
    """A failed handshake as a flow; ``None`` if the file does not name the server. The port is not in the file.

    Args:
        path: the archive.
        error: the failure.
        start: its time, seconds since 1970.
    """
    name = hostname(error.hostname or "")
    if not name:
        return None
    is_address = _is_address(name)
    cause = _line(error.cause or "")[:40] or "unknown"
    text = _CAUSES.get(cause, cause)
    port = error.client_port or 0
    return Flow(
        path=path,
        app=None,
        client=Peer(_line(error.client_ip or "")[:64], int(port) if 0 < port < 1 << 16 else None),
        server=Server(name, None) if is_address else Server("", None, name, NameSource.SNI),
        transport="tcp",
        protocol="tls",
        evidence=FlowEvidence.PAYLOAD,
        confidence=0.99,
        encrypted=True,
        tls=FlowTls(sni="" if is_address else name, refused_by_client=text if cause == "cert-rejected" else ""),
        bytes_out=None,
        bytes_in=None,
        packets_out=None,
        packets_in=None,
        start=start,
        end=start + min(max(0.0, error.time or 0.0) / 1000, 86_400.0),  # in this order, NaN is 0
        detail=f"TLS handshake failed: {text}",
    )


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _line(text: str) -> str:
    """A text of the file as one printable line."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:_MOST]).strip()
