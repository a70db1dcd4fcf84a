"""Sign-in by a provider: the whole flow over HTTP, and every answer that must be refused."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import RSAKey

from tests.lab.oidc_provider import CLIENT, SECRET, OidcHost, location_of, oidc_provider
from tests.unit.pipeline.accounts.conftest import HERE
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.accounts.oidc import OidcProvider, ProviderError, _Flow, _groups, _TokenAnswer
from tieback.pipeline.accounts.oidc_settings import OidcSettings, client_secret, load_oidc_settings
from tieback.pipeline.accounts.provider_users import sign_in_from_provider
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.accounts.secret_box import SecretBox
from tieback.pipeline.accounts.sessions import session_user, token_user
from tieback.pipeline.accounts.sign_in import SignInOutcome
from tieback.pipeline.accounts.tokens import create_token
from tieback.pipeline.accounts.users import create_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tieback.pipeline.accounts.oidc import Claims
    from tieback.pipeline.accounts.service import AccountService, Identity

BACK = "http://localhost:8484/sign-in/provider/done"
ROLES = {"staff": Role.ANALYST, "security": Role.OPERATOR, "admins": Role.ADMIN}


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture(scope="module")
def running() -> Iterator[OidcHost]:
    with oidc_provider() as host:
        yield host


@pytest.fixture
def host(running: OidcHost) -> OidcHost:
    running.reset()
    return running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(host: OidcHost) -> OidcSettings:
    return OidcSettings(issuer=host.issuer, client_id=CLIENT, roles=ROLES)


@pytest.fixture
def provider(settings: OidcSettings, clock: Clock) -> OidcProvider:
    return OidcProvider(settings, SECRET, SecretBox(b"k" * 32, "sign-in"), clock)


def at_provider(url: str) -> dict[str, str]:
    """What the browser brings back from the provider."""
    to = location_of(url)
    assert to.startswith(BACK)
    return dict(parse_qsl(urlsplit(to).query))


def whole_flow(provider: OidcProvider) -> Claims:
    begun = provider.begin(BACK, "/cases")
    return provider.finish(begun.cookie, at_provider(begun.url))


def test_a_whole_sign_in(host: OidcHost, provider: OidcProvider) -> None:
    claims = whole_flow(provider)
    assert (claims.issuer, claims.subject, claims.name, claims.display) == (host.issuer, "1001", "ann", "Ann Ek")
    assert claims.groups == ("staff",)
    assert claims.next == "/cases"


def test_the_request_has_pkce_state_and_nonce(provider: OidcProvider) -> None:
    first, second = provider.begin(BACK, "/"), provider.begin(BACK, "/")
    queries = [dict(parse_qsl(urlsplit(one.url).query)) for one in (first, second)]
    assert queries[0]["code_challenge_method"] == "S256"
    assert queries[0]["response_type"] == "code"
    for name in ("state", "nonce", "code_challenge"):
        assert len(queries[0][name]) == 43
        assert queries[0][name] != queries[1][name]
        assert queries[0][name] not in first.cookie


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic", "client_secret_post"]])
def test_both_ways_of_client_authentication(host: OidcHost, provider: OidcProvider, methods: list[str]) -> None:
    host.metadata = {"token_endpoint_auth_methods_supported": methods}
    assert whole_flow(provider).subject == "1001"


def test_a_public_client_has_pkce_alone(host: OidcHost, settings: OidcSettings) -> None:
    host.public_client = True
    assert whole_flow(OidcProvider(settings, "", SecretBox(b"k" * 32, "sign-in"))).subject == "1001"


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


@pytest.mark.parametrize(
    "change",
    [
        lambda claims: claims | {"nonce": "another"},
        without("nonce"),
        lambda claims: claims | {"nonce": ""},
        lambda claims: claims | {"iss": "https://another.test"},
        lambda claims: claims | {"iss": claims["iss"] + "/"},
        without("iss"),
        lambda claims: claims | {"aud": "another client"},
        lambda claims: claims | {"aud": ["another client"]},
        lambda claims: claims | {"aud": []},
        without("aud"),
        lambda claims: claims | {"aud": [CLIENT, "another client"]},
        lambda claims: claims | {"azp": "another client"},
        lambda claims: claims | {"exp": claims["iat"] - 120},
        lambda claims: claims | {"exp": "tomorrow"},
        lambda claims: claims | {"exp": None},
        without("exp"),
        without("iat"),
        lambda claims: claims | {"nbf": claims["iat"] + 3600},
        lambda claims: claims | {"iat": claims["iat"] + 3600},
        without("sub"),
        lambda claims: claims | {"sub": ""},
        lambda claims: claims | {"sub": 5},
        lambda claims: claims | {"sub": "x" * 256},
        lambda claims: claims | {"at_hash": "wrong"},
    ],
    ids=[
        "nonce", "no-nonce", "empty-nonce", "issuer", "issuer-slash", "no-issuer", "audience", "audience-list",
        "no-audience-in-list", "no-audience", "two-audiences", "authorised-party", "expired", "expiry-text",
        "expiry-null", "no-expiry", "no-issue-time", "not-before", "issued-later", "no-subject", "empty-subject",
        "subject-number", "long-subject", "access-token-hash",
    ],
)  # fmt: skip
def test_a_wrong_claim_is_refused(host: OidcHost, provider: OidcProvider, change: Any) -> None:
    host.claims = change
    with pytest.raises(ProviderError, match="the ID token"):
        whole_flow(provider)


def _signatures(host: OidcHost) -> dict[str, Callable[[dict[str, Any]], str]]:
    other = RSAKey.generate_key(2048, {"kid": "one"})
    return {
        "none": host.unsigned,
        "another-key": lambda claims: host.signed(claims, key=other),
        "unknown-key-id": lambda claims: host.signed(claims, key=other, kid="two"),
        "hmac-with-the-public-key": host.hashed,
        "changed": lambda claims: host.signed(claims)[:-8] + "AAAAAAAA",
        "no-signature": lambda claims: host.signed(claims).rpartition(".")[0] + ".",
        "two-parts": lambda claims: host.signed(claims).rpartition(".")[0],
        "no-token": lambda _: "",
        "long": lambda _: "x" * 70_000,
        "no-object": lambda claims: host.signed([claims]),  # type: ignore[arg-type]
    }


@pytest.mark.filterwarnings("ignore:.*:UserWarning", "ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    "which",
    [
        "none", "another-key", "unknown-key-id", "hmac-with-the-public-key", "changed", "no-signature", "two-parts",
        "no-token", "long", "no-object",
    ],
)  # fmt: skip
def test_a_wrong_signature_is_refused(host: OidcHost, provider: OidcProvider, which: str) -> None:
    host.sign = _signatures(host)[which]
    with pytest.raises(ProviderError, match="ID token"):
        whole_flow(provider)


_JSON = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_VALUE = _JSON | st.lists(_JSON, max_size=3) | st.dictionaries(st.text(max_size=5), _JSON, max_size=3)
_CLAIM = st.sampled_from(
    ["iss", "aud", "sub", "exp", "iat", "nbf", "nonce", "azp", "amr", "auth_time", "at_hash", "groups", "name", "email"]
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(_CLAIM, _VALUE, max_size=4), alg=st.sampled_from(["RS256", "PS256", 5, None, [], "none"])
)
def test_claims_of_any_type_are_valid_or_refused(
    host: OidcHost, provider: OidcProvider, changes: dict[str, Any], alg: Any
) -> None:
    now = int(time.time())
    claims = {"iss": host.issuer, "aud": CLIENT, "sub": "7", "exp": now + 300, "iat": now, "nonce": "n"} | changes
    token = host.signed(claims, alg) if alg in ("RS256", "PS256") else host.unsigned(claims, alg)
    flow = _Flow("s", "n", "v", BACK, "/")
    try:
        found = provider._claims(_TokenAnswer(id_token=token), flow)
    except ProviderError:
        return
    assert (found.issuer, claims["iss"], claims["nonce"]) == (host.issuer, host.issuer, "n")
    assert CLIENT in str(claims["aud"])
    assert alg in ("RS256", "PS256")


@pytest.mark.parametrize("token", ["a.b.c", "é.é.é", "\udcff", "..", "e30.e30.", f"{'W' * 40_000}.e30.e30"])
def test_any_text_as_a_token_is_refused(provider: OidcProvider, token: str) -> None:
    with pytest.raises(ProviderError):
        provider._verified(token)


def test_other_entries_of_the_key_set_are_skipped(host: OidcHost, provider: OidcProvider) -> None:
    host.keys = [
        5, None, [], "x", {}, {"kty": "new"}, {"kty": "RSA"}, {"kty": "RSA", "n": 5, "e": "AQAB"},
        {"kty": "RSA", "n": "", "e": ""}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        {"kty": ["RSA"]}, {"kty": "oct", "k": "c2VjcmV0"},
    ]  # fmt: skip
    assert whole_flow(provider).subject == "1001"


def test_a_deep_token_is_refused(host: OidcHost, provider: OidcProvider) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 20_000).decode().rstrip("=")
    head = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"one"}').decode().rstrip("=")
    for token in (f"{deep}.e30.e30", f"{head}.{deep}.e30"):
        with pytest.raises(ProviderError):
            provider._verified(token)
    signed = jws.serialize_compact({"alg": "RS256", "kid": "one"}, b"[" * 20_000, host.key, algorithms=["RS256"])
    with pytest.raises(ProviderError):
        provider._verified(signed)


def test_a_new_key_of_the_provider_is_fetched_but_not_for_every_token(
    host: OidcHost, provider: OidcProvider, clock: Clock
) -> None:
    assert whole_flow(provider).subject == "1001"
    new = RSAKey.generate_key(2048, {"kid": "two"})
    host.published = new
    host.sign = lambda claims: host.signed(claims, key=new, kid="two")
    with pytest.raises(ProviderError, match="signature"):
        whole_flow(provider)  # fetched seconds ago
    clock.ahead = 61
    assert whole_flow(provider).subject == "1001"
    assert host.requests.count("/keys") == 2


def test_a_sign_in_is_completed_once(provider: OidcProvider) -> None:
    begun = provider.begin(BACK, "/")
    answer = at_provider(begun.url)
    provider.finish(begun.cookie, answer)
    with pytest.raises(ProviderError, match="completed before"):
        provider.finish(begun.cookie, answer)


def test_a_sign_in_belongs_to_the_browser_that_began_it(provider: OidcProvider, clock: Clock) -> None:
    mine, theirs = provider.begin(BACK, "/"), provider.begin(BACK, "/")
    answer = at_provider(theirs.url)
    for cookie in ("", "x", mine.cookie):
        with pytest.raises(ProviderError, match="this browser did not begin"):
            provider.finish(cookie, answer)
    with pytest.raises(ProviderError, match="this browser did not begin"):
        provider.finish(theirs.cookie, answer | {"state": "\udcff"})
    assert provider.finish(theirs.cookie, answer).subject == "1001"


def test_a_code_of_another_sign_in_fails_at_the_provider(provider: OidcProvider) -> None:
    mine, theirs = provider.begin(BACK, "/"), provider.begin(BACK, "/")
    stolen = at_provider(theirs.url)["code"]
    with pytest.raises(ProviderError, match="status 400"):
        provider.finish(mine.cookie, at_provider(mine.url) | {"code": stolen})


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"error": "access_denied"}, "did not sign you in"),
        ({"code": ""}, "no code"),
        ({"code": "x" * 70_000}, "no code"),
        ({"iss": "https://another.test"}, "another issuer"),
    ],
)
def test_a_wrong_answer_of_the_browser_is_refused(provider: OidcProvider, change: dict[str, str], match: str) -> None:
    begun = provider.begin(BACK, "/")
    with pytest.raises(ProviderError, match=match):
        provider.finish(begun.cookie, at_provider(begun.url) | change)


def test_a_provider_that_promises_its_name_must_send_it(host: OidcHost, provider: OidcProvider) -> None:
    host.metadata = {"authorization_response_iss_parameter_supported": True}
    begun = provider.begin(BACK, "/")
    answer = at_provider(begun.url)
    with pytest.raises(ProviderError, match="does not name its issuer"):
        provider.finish(begun.cookie, answer)
    begun = provider.begin(BACK, "/")
    assert provider.finish(begun.cookie, at_provider(begun.url) | {"iss": host.issuer}).subject == "1001"


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"issuer": "https://another.test"}, ProviderError),
        ({"authorization_endpoint": 5}, ProviderError),
        ({"token_endpoint": "http://127.0.0.2:1/token"}, UsageError),
        ({"token_endpoint": "https://attacker.test/token"}, UsageError),
        ({"jwks_uri": "file:///etc/passwd"}, UsageError),
    ],
)
def test_a_discovery_document_names_no_other_hosts(
    host: OidcHost, provider: OidcProvider, metadata: dict[str, Any], error: type[Exception]
) -> None:
    host.metadata = metadata
    with pytest.raises(error):
        whole_flow(provider)


def test_a_provider_that_does_not_answer_is_an_error(host: OidcHost) -> None:
    settings = OidcSettings(issuer=f"{host.issuer}/other", client_id=CLIENT, roles=ROLES)
    with pytest.raises(ProviderError, match="status 404"):
        OidcProvider(settings, SECRET, SecretBox(b"k" * 32, "sign-in")).begin(BACK, "/")


def test_a_provider_that_fails_is_left_alone_for_some_seconds(
    host: OidcHost, provider: OidcProvider, clock: Clock
) -> None:
    host.metadata = {"issuer": "https://another.test"}
    for match in ("calls itself", "some seconds ago"):
        with pytest.raises(ProviderError, match=match):
            provider.begin(BACK, "/")
    assert len(host.requests) == 1
    host.metadata = {}
    clock.ahead = 11
    assert whole_flow(provider).subject == "1001"


# Users and roles


def as_user(claims: Claims, **changes: Any) -> Claims:
    return msgspec.structs.replace(claims, **changes)


@pytest.fixture
def claims(provider: OidcProvider) -> Claims:
    return whole_flow(provider)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ((), None),
        (("unknown",), None),
        (("Staff",), None),
        (("staff ",), None),
        (("staff",), Role.ANALYST),
        (("unknown", "staff"), Role.ANALYST),
        (("staff", "security"), Role.OPERATOR),
        (("admins", "staff"), Role.ADMIN),
    ],
)
def test_the_highest_role_of_the_groups_counts(
    service: AccountService, settings: OidcSettings, claims: Claims, groups: tuple[str, ...], role: Role | None
) -> None:
    result = sign_in_from_provider(service, settings, as_user(claims, groups=groups), HERE, "")
    if role is None:
        assert result.outcome is SignInOutcome.REFUSED
        assert result.secret == ""
        assert service.store.count() == 0
        assert service.store.log()[0].fields["why"] == "no group has a role"
    else:
        found = session_user(service, result.secret)
        assert found is not None
        assert found.role is role


def test_a_user_who_loses_the_group_loses_sessions_and_tokens(
    service: AccountService, settings: OidcSettings, claims: Claims
) -> None:
    secret = sign_in_from_provider(service, settings, as_user(claims, groups=("admins",)), HERE, "").secret
    identity = session_user(service, secret)
    assert identity is not None
    token = create_token(service, identity, "ci", Role.ADMIN, reads_only=False).secret
    result = sign_in_from_provider(service, settings, as_user(claims, groups=()), HERE, "")
    assert result.outcome is SignInOutcome.REFUSED
    assert session_user(service, secret) is None
    assert token_user(service, token) is None
    again = sign_in_from_provider(service, settings, as_user(claims, groups=("staff",)), HERE, "")
    assert again.outcome is SignInOutcome.SIGNED_IN
    found = token_user(service, token)
    assert found is not None
    assert found.role is Role.ANALYST, "the token has the lower role of itself and its owner"


def test_a_disabled_user_stays_out(service: AccountService, settings: OidcSettings, claims: Claims) -> None:
    sign_in_from_provider(service, settings, claims, HERE, "")
    user = service.store.user_of(claims.issuer, claims.subject)
    assert user is not None
    service.store.change_user(user.id, lambda found: msgspec.structs.replace(found, disabled=1))
    assert sign_in_from_provider(service, settings, claims, HERE, "").outcome is SignInOutcome.REFUSED


def test_a_provider_never_signs_in_a_local_user(
    service: AccountService, admin: Identity, settings: OidcSettings, claims: Claims
) -> None:
    secret = sign_in_from_provider(service, settings, as_user(claims, name="root"), HERE, "").secret
    found = session_user(service, secret)
    assert found is not None
    assert found.id != admin.id
    assert found.name == "root@127.0.0.1"
    assert found.role is Role.ANALYST


def test_a_local_name_like_one_of_the_provider_is_another_user(
    service: AccountService, admin: Identity, settings: OidcSettings, claims: Claims
) -> None:
    local = create_user(service, admin, "root@127.0.0.1", "", Role.ADMIN)
    found = session_user(
        service, sign_in_from_provider(service, settings, as_user(claims, name="root"), HERE, "").secret
    )
    assert found is not None
    assert (found.id == local.id, found.name == local.name, found.role) == (False, False, Role.ANALYST)


@pytest.mark.parametrize("name", ["", "@", "<script>alert(1)</script>", "a\nb", "\u202eroot", "x" * 5000, "A@b@c"])
def test_any_name_of_a_provider_becomes_a_plain_one(
    service: AccountService, settings: OidcSettings, claims: Claims, name: str
) -> None:
    secret = sign_in_from_provider(service, settings, as_user(claims, name=name, display=name), HERE, "").secret
    found = session_user(service, secret)
    assert found is not None
    assert set(found.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-@")
    assert len(found.name) < 100


def test_two_subjects_with_one_name_are_two_users(
    service: AccountService, settings: OidcSettings, claims: Claims
) -> None:
    for subject in ("1001", "1002", "1001"):
        sign_in_from_provider(service, settings, as_user(claims, subject=subject), HERE, "")
    assert [one.subject for one in service.store.users()] == ["1002", "1001"]


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_groups_of_any_shape_are_texts(value: Any) -> None:
    found = _groups({"groups": value, "realm_access": {"roles": value}}, "groups")
    assert all(isinstance(group, str) for group in found)
    assert _groups({"realm_access": {"roles": ["a"]}}, "realm_access.roles") == ("a",)
    assert _groups({"https://x.test/groups": "a"}, "https://x.test/groups") == ("a",)


# Settings


def test_the_settings_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "sign-in.toml"
    file.write_text(
        '[oidc]\nissuer = "https://idp.hospital.test"\nclient_id = "tieback"\nclient_secret_env = "SECRET"\n'
        '[oidc.roles]\nstaff = "analyst"\n'
    )
    settings = load_oidc_settings(file)
    assert settings.roles == {"staff": Role.ANALYST}
    assert client_secret(settings, {"SECRET": "s"}) == "s"
    with pytest.raises(InputError, match="not set"):
        client_secret(settings, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[oidc]\n",
        '[oidc]\nissuer = "https://a.test"\nclient_id = "x"\n',
        '[oidc]\nissuer = "https://a.test"\nclient_id = "x"\nroles = {}\n',
        '[oidc]\nissuer = "https://a.test"\nclient_id = "x"\nroles = {a = "owner"}\n',
        '[oidc]\nissuer = "https://a.test"\nclient_id = ""\nroles = {a = "admin"}\n',
        '[oidc]\nissuer = "https://a.test"\nclient_id = "x"\nroles = {a = "admin"}\nscopes = ["profile"]\n',
        '[oidc]\nissuer = "https://a.test"\nclient_id = "x"\nroles = {a = "admin"}\nclient_secret = "in the file"\n',
        "\udcff",
        "x" * 70_000,
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "sign-in.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="invalid sign-in configuration"):
        load_oidc_settings(file)


@pytest.mark.parametrize("issuer", ["http://idp.hospital.test", "https://u:p@idp.test", "file:///etc/passwd", "idp"])
def test_a_provider_is_reached_over_tls(tmp_path: Path, issuer: str) -> None:
    file = tmp_path / "sign-in.toml"
    file.write_text(f'[oidc]\nissuer = "{issuer}"\nclient_id = "x"\nroles = {{a = "admin"}}\n')
    with pytest.raises(UsageError):
        load_oidc_settings(file)
