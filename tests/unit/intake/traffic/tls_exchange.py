"""Real TLS between Python's own client and server, without a network: its packets, and the keys."""

import datetime
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.wire import Packet

NAME = "api.test"


def exchange(
    folder: Path, messages: Sequence[tuple[bytes, bytes]], *, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> tuple[list[Packet], Path]:
    """Send each pair of messages through TLS: the packets of the connection, and the key log."""
    keylog, chain = folder / "keys.txt", folder / "server.pem"
    _make_certificate(chain)
    serving, asking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    serving.load_cert_chain(chain)
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    asking.maximum_version = version
    asking.keylog_filename = str(keylog)
    to_client, from_client, to_server, from_server = (ssl.MemoryBIO() for _ in range(4))
    client = asking.wrap_bio(to_client, from_client, server_hostname=NAME)
    server = serving.wrap_bio(to_server, from_server, server_side=True)
    packets = [
        wire.ip(wire.tcp(40000, 443, seq=0, flags=2)),
        wire.ip(wire.tcp(443, 40000, seq=0, flags=18), wire.SERVER, wire.CLIENT),
    ]
    sent = {40000: 1, 443: 1}

    def carry() -> None:
        ways = (
            (from_client, to_server, 40000, 443, wire.CLIENT, wire.SERVER),
            (from_server, to_client, 443, 40000, wire.SERVER, wire.CLIENT),
        )
        for source, target, here, there, start, end in ways:
            data = source.read()
            target.write(data)
            for at in range(0, len(data), 1400):
                piece = data[at : at + 1400]
                packets.append(wire.ip(wire.tcp(here, there, piece, seq=sent[here], ack=sent[there]), start, end))
                sent[here] += len(piece)

    waiting = [client, server]
    while waiting:
        for end in list(waiting):
            try:
                end.do_handshake()
                waiting.remove(end)
            except ssl.SSLWantReadError:
                pass
            carry()
    for out, back in messages:
        client.write(out)
        carry()
        assert server.read(1 << 16) == out
        server.write(back)
        carry()
        assert client.read(1 << 16) == back
    return [(1.0 + number / 100, wire.ethernet(packet)) for number, packet in enumerate(packets)], keylog


def _make_certificate(path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
