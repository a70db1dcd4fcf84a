"""An OpenID provider on loopback for tests: real HTTP, real keys, and answers that a test can falsify.

It is no emulation of a product. It checks what a provider must check: client, redirect address, code, PKCE.
"""

import base64
import hashlib
import hmac
import http.client
import http.server
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import KeySet, RSAKey

CLIENT = "tieback"
SECRET = "provider secret"


class OidcHost:
    """The provider, and what its next answers contain."""

    def __init__(self) -> None:
        self.port = 0
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.reset()

    def reset(self) -> None:
        """Answer as at the start, with the same key."""
        self.user: dict[str, Any] = {"sub": "1001", "preferred_username": "ann", "name": "Ann Ek", "groups": ["staff"]}
        self.published = self.key
        """The key of the key set."""
        self.claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        """Changes the claims of the next ID tokens."""
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.metadata: dict[str, Any] = {}
        """Changes the discovery document."""
        self.keys: list[Any] = []
        """More entries of the key set, in front."""
        self.public_client = False
        self.codes: dict[str, dict[str, str]] = {}
        self.requests: list[str] = []

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        } | self.metadata

    def authorize(self, query: dict[str, str]) -> str:
        """The user signs in at once; returns where the browser goes next."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        mark = "&" if "?" in query["redirect_uri"] else "?"
        return query["redirect_uri"] + mark + urlencode({"code": code, "state": query["state"]})

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Redeem a code, once."""
        asked = self.codes.pop(form.get("code", ""), None)
        pair = base64.b64encode(f"{CLIENT}:provider%20secret".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if not self.public_client and authorization != f"Basic {pair}" and form.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client"}
        if (
            asked is None
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != challenge.decode().rstrip("=")
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["client_id"] != form.get("client_id")
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"]} | self.user
        answer = {"token_type": "Bearer", "access_token": "opaque", "expires_in": 300}
        return 200, answer | {"id_token": self.sign(self.claims(claims))}

    def signed(self, claims: dict[str, Any], alg: str = "RS256", key: Any = None, kid: str = "one") -> str:
        data = json.dumps(claims).encode()
        return jws.serialize_compact({"alg": alg, "kid": kid}, data, key or self.key, algorithms=[alg])

    def hashed(self, claims: dict[str, Any]) -> str:
        """With HMAC, whose key is the text of the public key."""
        parts = (json.dumps({"alg": "HS256", "kid": "one"}), json.dumps(claims))
        text = ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)
        mark = hmac.digest(self.key.as_pem(private=False), text.encode(), "sha256")
        return f"{text}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"

    def unsigned(self, claims: dict[str, Any], alg: Any = "none") -> str:
        """With the algorithm ``none``, or another text, and no signature."""
        parts = (json.dumps({"alg": alg, "kid": "one"}), json.dumps(claims))
        return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."


def location_of(url: str) -> str:
    """Where the provider sends a browser that opens this address."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", f"{parts.path}?{parts.query}")
    to = connection.getresponse().headers["Location"]
    connection.close()
    return to


@contextmanager
def oidc_provider() -> Iterator[OidcHost]:
    """A running provider."""
    host = OidcHost()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.requests.append(self.path)
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._json(200, host.discovery())
            elif parts.path == "/keys":
                known = KeySet([host.published]).as_dict(private=False)["keys"]
                self._json(200, {"keys": [*host.keys, *known]})
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", host.authorize(dict(parse_qsl(parts.query))))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._json(404, {})

        def do_POST(self) -> None:
            host.requests.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
            self._json(*host.token(form, self.headers.get("Authorization", "")))

        def _json(self, status: int, document: Any) -> None:
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
