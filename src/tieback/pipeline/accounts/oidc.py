"""The authorization code flow of OpenID Connect Core 1.0, with PKCE (RFC 7636).

Begun sign-ins are not stored: state, nonce and code verifier are in an encrypted cookie of the browser. Requests to the
provider go through ``scope``'s client for configured services, only to the origins of the settings.
"""

import base64
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from tieback.model.errors import TiebackError
from tieback.pipeline.accounts.oidc_settings import OidcSettings, client_secret, load_oidc_settings
from tieback.pipeline.accounts.secret_box import SecretBox
from tieback.pipeline.accounts.secrets import digest_of, new_secret
from tieback.scope.services import RequestOutcome, ServiceClient

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures with a public key. Not ``none``, and not HMAC, whose key a provider's document could name."""
BEGUN_SECONDS = 600
"""Time for a sign-in at the provider."""
LEEWAY_SECONDS = 60
KEPT_SECONDS = 3600.0
"""The provider's documents are fetched again after this time, and its keys at once for an unknown key."""
REFETCH_SECONDS = 60.0
"""Keys are fetched at most this often."""
RETRY_SECONDS = 10.0
"""After a failure, the discovery document is fetched again after this time."""
MAX_KEYS = 100
MAX_TOKEN = 64 * 1024
MAX_GROUPS = 5_000
MAX_USED = 10_000
_KEY_TYPES = ("RSA", "EC", "OKP")
"""Not symmetric keys, which a public document must not have."""
_TIMEOUT = 10.0
_INVALID = (JoseError, ValueError, TypeError, KeyError, AttributeError)
"""What the libraries raise for documents of another shape."""


class ProviderError(TiebackError):
    """The provider did not sign the user in, or its answer is not valid."""


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a valid ID token says about its user."""

    issuer: str
    subject: str
    name: str
    """A name for the log; not an identity."""
    display: str
    groups: tuple[str, ...]
    next: str
    """Where the user wanted to go."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that has begun."""

    url: str
    """Of the provider; the browser goes there."""
    cookie: str


class _Flow(msgspec.Struct, frozen=True):
    state: str
    nonce: str
    verifier: str
    redirect: str
    next: str


class _Metadata(msgspec.Struct, frozen=True):
    """The used members of the discovery document (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _TokenAnswer(msgspec.Struct, frozen=True):
    id_token: str
    access_token: str = ""


class OidcProvider:
    """One configured provider."""

    def __init__(
        self, settings: OidcSettings, secret: str, box: SecretBox, clock: Callable[[], float] = time.time
    ) -> None:
        """Set the provider.

        Args:
            settings: its addresses and the roles of its groups.
            secret: the client secret; empty for a public client.
            box: encrypts begun sign-ins.
            clock: seconds since 1970.

        Raises:
            UsageError: an address is not allowed for a service.
        """
        self.settings = settings
        self._secret = secret
        self._box = box
        self._clock = clock
        self._services = ServiceClient([settings.issuer, *settings.hosts], timeout=_TIMEOUT)
        self._lock = threading.Lock()
        self._metadata: tuple[float, _Metadata] | None = None
        self._keys: tuple[float, list[Key]] | None = None
        self._used: OrderedDict[str, float] = OrderedDict()
        self._silent_until = 0.0

    def begin(self, redirect: str, next_path: str) -> Begun:
        """Begin a sign-in.

        Args:
            redirect: our address to which the provider sends the browser back.
            next_path: where the user wants to go.

        Raises:
            ProviderError: the provider does not answer.
        """
        metadata = self._discover()
        flow = _Flow(new_secret(), new_secret(), new_secret(), redirect, next_path)
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": " ".join(self.settings.scopes),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": create_s256_code_challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        mark = "&" if "?" in metadata.authorization_endpoint else "?"
        cookie = self._box.close(msgspec.json.encode(flow).decode())
        return Begun(url=f"{metadata.authorization_endpoint}{mark}{urlencode(query)}", cookie=cookie)

    def finish(self, cookie: str, answer: Mapping[str, str]) -> Claims:
        """Complete a sign-in with what the provider sent back by the browser.

        Args:
            cookie: of ``begin``.
            answer: the query of the request: ``code`` and ``state``, or ``error``; ``iss`` of RFC 9207.

        Raises:
            ProviderError: this browser did not begin it, it was completed before, or the answer is not valid.
        """
        flow = self._flow(cookie, answer.get("state", ""))
        if answer.get("error"):
            raise ProviderError("the provider did not sign you in", where=answer["error"][:100], advice="Try again")
        metadata = self._discover()
        issuer = answer.get("iss")
        if issuer is None and metadata.authorization_response_iss_parameter_supported:
            raise _invalid("the answer does not name its issuer")
        if issuer is not None and issuer != self.settings.issuer:
            raise _invalid("the answer is from another issuer")
        code = answer.get("code", "")
        if not code or len(code) > MAX_TOKEN:
            raise _invalid("the answer has no code")
        token = self._redeem(metadata, code, flow)
        return self._claims(token, flow)

    def _flow(self, cookie: str, state: str) -> _Flow:
        opened = self._box.open(cookie, BEGUN_SECONDS)
        advice = "Begin the sign-in again"
        if opened is None:
            raise ProviderError("this browser did not begin this sign-in, or too long ago", advice=advice)
        flow = msgspec.json.decode(opened, type=_Flow)
        if not hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "replace")):
            raise ProviderError("this browser did not begin this sign-in", advice=advice)
        now = self._clock()
        with self._lock:
            while self._used and (len(self._used) >= MAX_USED or next(iter(self._used.values())) < now):
                self._used.popitem(last=False)
            if digest_of(state) in self._used:
                raise ProviderError("this sign-in was completed before", advice=advice)
            self._used[digest_of(state)] = now + BEGUN_SECONDS
        return flow

    def _discover(self) -> _Metadata:
        now = self._clock()
        kept = self._metadata
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        if now < self._silent_until:
            raise ProviderError("the provider did not answer some seconds ago", advice="Try again later")
        # Others must not wait for a provider that does not answer; a success ends this.
        self._silent_until = now + RETRY_SECONDS
        url = self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self._decode(self._fetch("GET", url, {}), _Metadata, "discovery document")
        if found.issuer != self.settings.issuer:
            raise ProviderError(
                f"the provider calls itself {found.issuer[:200]}",
                where=self.settings.issuer,
                advice="Write exactly this name as issuer in the sign-in configuration, if it is right",
            )
        self._metadata = now, found
        self._silent_until = 0.0
        return found

    def _redeem(self, metadata: _Metadata, code: str, flow: _Flow) -> _TokenAnswer:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": flow.redirect,
            "client_id": self.settings.client_id,
            "code_verifier": flow.verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if self._secret and "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif self._secret:
            form["client_secret"] = self._secret
        body = self._fetch("POST", metadata.token_endpoint, headers, urlencode(form).encode())
        found = self._decode(body, _TokenAnswer, "token answer")
        if len(found.id_token) > MAX_TOKEN:
            raise _invalid("the ID token is too long")
        return found

    def _claims(self, answer: _TokenAnswer, flow: _Flow) -> Claims:
        token = self._verified(answer.id_token)
        options = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
        }
        params = {
            "nonce": flow.nonce,
            "client_id": self.settings.client_id,
            "access_token": answer.access_token,
        }
        claims = CodeIDToken(token.claims, token.header, options, params)
        try:
            claims.validate(int(self._clock()), LEEWAY_SECONDS)
        except _INVALID as error:
            raise _invalid(f"the ID token is not valid: {str(error)[:200]}") from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= 255:
            raise _invalid("the ID token names no user")
        name = _text(claims, "preferred_username") or _text(claims, "email") or subject
        return Claims(
            issuer=self.settings.issuer,
            subject=subject,
            name=name,
            display=_text(claims, "name") or name,
            groups=_groups(claims, self.settings.groups_claim),
            next=flow.next,
        )

    def _verified(self, id_token: str) -> jwt.Token:
        problem = ""
        for fresh in (False, True):
            keys = self._key_set(fresh=fresh)
            try:
                return jwt.decode(id_token, KeySet(keys), algorithms=ALGORITHMS)
            except (*_INVALID, RecursionError) as error:
                problem = str(error)[:200]
        raise _invalid(f"the signature of the ID token is not valid: {problem}")

    def _key_set(self, *, fresh: bool) -> list[Key]:
        """The provider's keys; ``fresh``: fetched again, if not just fetched."""
        now, kept = self._clock(), self._keys
        if kept is not None and now - kept[0] < (REFETCH_SECONDS if fresh else KEPT_SECONDS):
            return kept[1]
        found = self._decode(self._fetch("GET", self._discover().jwks_uri, {}), dict[str, Any], "key set")
        entries = found.get("keys")
        keys: list[Key] = []
        for entry in entries[:MAX_KEYS] if isinstance(entries, list) else ():
            if not isinstance(entry, dict) or entry.get("kty") not in _KEY_TYPES:
                continue
            try:
                keys.append(KeySet.registry_cls.import_key(entry))
            except _INVALID:
                continue
        if not keys:
            raise _invalid("the key set has no usable key")
        self._keys = now, keys
        return keys

    def _fetch(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
        answer = self._services.request(method, url, headers, body)
        if answer.sent is not RequestOutcome.ANSWERED:
            raise ProviderError(f"the provider does not answer ({answer.problem})", where=url, advice="Try again later")
        if answer.status != 200:
            raise ProviderError(f"the provider answers with status {answer.status}", where=url, advice="Try again")
        return answer.body

    def _decode[T](self, data: bytes, kind: type[T], what: str) -> T:
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _invalid(f"the {what} is not valid") from None


def load_provider(path: Path, environment: Mapping[str, str]) -> OidcProvider:
    """The provider of a file (``oidc_settings``).

    Raises:
        InputError: the file is not valid, or the variable with the client secret is not set.
        UsageError: an address is not allowed for a service.
        WorkspaceError: the user's key cannot be read or made.
    """
    settings = load_oidc_settings(path)
    return OidcProvider(settings, client_secret(settings, environment), SecretBox.of_user("sign-in"))


def _invalid(what: str) -> ProviderError:
    return ProviderError(what, advice="Contact the operator of the sign-in provider")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value[:255] if isinstance(value, str) else ""


def _groups(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The groups in a claim, or in a member of nested objects; empty if it has another shape."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return (found,)
    if not isinstance(found, list) or len(found) > MAX_GROUPS:
        return ()
    return tuple(group for group in found if isinstance(group, str))
