import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.each import each
from tests.examples import examples
from tests.unit.assess.test_findings import EXPOSURE, way
from tieback.assess.conditions import ABILITY_RULES, is_older, load_conditions, load_old_versions
from tieback.model.backend import Route
from tieback.model.figure import exact
from tieback.model.probe import (
    NOT_CHECKED,
    Ability,
    Access,
    Container,
    Entry,
    Notice,
    Privileges,
    Ransom,
    RansomVerdict,
    TlsInfo,
)
from tieback.scope.tls import NO_CERTIFICATE

LISTED = Container(("people",), "index")
"""Its records were not counted."""


def tls(version: str = "TLSv1.3", problem: str = "") -> tuple[tuple[str, TlsInfo], ...]:
    return (("10.0.0.1:9200", TlsInfo(version, not problem, problem)),)


@each(
    ("changes", "rules"),
    [
        ({}, {"open-store"}),
        ({"honeypot": ("answers everything",)}, set()),
        ({"honeypot": ("answers everything",), "access": Access.OPEN_EMPTY}, set()),
        ({"access": Access.ANY_USER}, {"open-to-any-user"}),
        ({"access": Access.PARTIAL}, {"partly-open-store"}),
        ({"access": Access.OPEN, "product": "s3"}, {"public-bucket-listing"}),
        ({"access": Access.PARTIAL, "product": "gcs"}, {"public-bucket-listing"}),
        ({"access": Access.OPEN_EMPTY}, {"open-store-empty"}),
        ({"access": Access.SCHEMA_ONLY}, {"schema-readable"}),
        ({"access": Access.UNKNOWN}, set()),
        ({"access": Access.AUTH_REQUIRED, "cleartext": True}, {"cleartext-store"}),
        ({"access": Access.NOT_FOUND, "product": "s3"}, {"dangling-name"}),
        ({"access": Access.NOT_FOUND, "product": "s3", "routes": ()}, set()),
        ({"ransom": Ransom(RansomVerdict.UNLIKELY, ("a name",))}, {"open-store"}),
        ({"ransom": Ransom(RansomVerdict.CONFIRMED, ("a note",))}, {"open-store", "store-ransomed"}),
        ({"ransom": Ransom(RansomVerdict.WIPED, ("meow",))}, {"open-store", "store-wiped"}),
        ({"intrusion": ("a name",)}, {"open-store", "store-intrusion"}),
        ({"intrusion": ("a name",), "honeypot": ("answers everything",)}, set()),
        ({"routes": (way("aa", Route.PIVOT),)}, {"open-store", "unauthenticated-behind-api"}),
        ({"version": "7.17.1"}, {"open-store", "no-authentication-by-default"}),
        ({"version": "7.17.1", "access": Access.AUTH_REQUIRED}, set()),
        ({"version": "7.17.1", "access": Access.UNKNOWN}, {"no-authentication-by-default"}),
        ({"version": "7.17.1", "access": Access.AUTH_REQUIRED, "untested": ("root",)},
         {"no-authentication-by-default"}),
        ({"access": Access.NOT_FOUND, "product": "s3", "untested": ("names other than a",)}, set()),
        ({"privileges": Privileges.ADMIN, "entry": Entry.ANONYMOUS}, {"open-store", "privileged-without-password"}),
        ({"privileges": Privileges.ADMIN, "access": Access.ANY_USER, "entry": Entry.ANY_USER},
         {"open-to-any-user", "privileged-without-password"}),
        ({"privileges": Privileges.ADMIN, "access": Access.OPEN_EMPTY}, {"open-store-empty"}),
        ({"privileges": Privileges.ADMIN, "honeypot": ("answers everything",)}, set()),
        ({"privileges": Privileges.LIMITED, "entry": Entry.ANONYMOUS}, {"open-store"}),
        ({"privileges": Privileges.UNKNOWN, "entry": Entry.ANONYMOUS}, {"open-store"}),
        ({"abilities": (Ability.RUN_CODE,), "containers": (LISTED,)}, {"open-store", "open-code-runner"}),
        ({"abilities": (Ability.GENERATE,), "containers": ()}, {"open-model-server"}),
        ({"abilities": (Ability.GENERATE,), "containers": (Container(("m",), "model"),)}, {"open-model-server"}),
        ({"abilities": (Ability.GENERATE,), "containers": (Container(("c",), "chat", records=exact(0, "list")),)},
         {"open-model-server"}),
        ({"abilities": (Ability.GENERATE,), "containers": (Container(("c",), "chat", records=exact(2, "list")),)},
         {"open-store", "open-model-server"}),
        ({"abilities": (Ability.CALL_TOOLS, Ability.RUN_CODE), "containers": (Container(("t",), "tool"),)},
         {"open-tool-server", "open-code-runner"}),
        ({"abilities": tuple(Ability), "honeypot": ("answers everything",)}, set()),
        ({"abilities": tuple(Ability), "access": Access.AUTH_REQUIRED}, set()),
        ({"access": Access.PARTIAL, "default_credentials": "guest"}, {"partly-open-store", "default-credentials"}),
        ({"notices": ((Notice.SENSITIVE_FILES, "2 backups"),)}, {"open-store", "sensitive-files-listed"}),
        ({"notices": ((Notice.UNINITIALISED, "a"),), "access": Access.OPEN_EMPTY},
         {"open-store-empty", "uninitialised-server"}),
        ({"notices": ((Notice.MEMORY_DUMP, "a"), (Notice.DIAGNOSTICS, "b")), "access": Access.SCHEMA_ONLY},
         {"schema-readable", "memory-dump-offered", "diagnostics-offered"}),
        ({"notices": ((Notice.MEMORY_DUMP, "a"),), "honeypot": ("answers everything",)}, set()),
        ({"version": "1.2", "product": "unheard-of"}, {"open-store"}),
        ({"tls": tls()}, {"open-store"}),
        ({"tls": tls(problem="certificate has expired")}, {"open-store", "tls-certificate-expired"}),
        ({"tls": tls(problem="Hostname mismatch, certificate is not valid for 'x'.")},
         {"open-store", "tls-certificate-name"}),
        ({"tls": tls(problem="self-signed certificate")}, {"open-store", "tls-certificate-untrusted"}),
        ({"tls": tls(problem=NO_CERTIFICATE)}, {"open-store", "tls-certificate-untrusted"}),
        ({"tls": tls("TLSv1.1", problem=f"{NOT_CHECKED}: unsupported protocol")}, {"open-store", "tls-version-old"}),
        ({"tls": tls("TLSv1.1")}, {"open-store", "tls-version-old"}),
        ({"tls": tls("SSLv3")}, {"open-store", "tls-version-old"}),
        ({"tls": tls("TLSv1.2")}, {"open-store"}),
    ],
)  # fmt: skip
def test_which_rules_apply(changes: dict[str, object], rules: set[str]) -> None:
    store = replace(EXPOSURE, **changes)
    assert {name for name, concerns in load_conditions().items() if concerns(store)} == rules


@pytest.mark.parametrize(
    ("entry", "account", "words"),
    [
        (Entry.ANONYMOUS, "", "a client without an account has access"),
        (Entry.ANY_USER, "", "any user name has access"),
        (Entry.NAMED_ACCOUNT, "root", "the account root has access"),
        (Entry.NAMED_ACCOUNT, "", "any existing account has access"),
        (Entry.NONE, "", "a client without an account has access"),
    ],
)
def test_evidence_of_a_privileged_entry_names_who_has_it(entry: Entry, account: str, words: str) -> None:
    store = replace(EXPOSURE, privileges=Privileges.ADMIN, entry=entry, account=account)
    evidence = load_conditions()["privileged-without-password"](store)
    assert evidence[0].startswith(words)


@pytest.mark.parametrize("ability", Ability)
def test_evidence_of_an_ability_says_what_is_at_stake_and_that_it_was_not_tried(ability: Ability) -> None:
    models = (Container(("a",), "model"), Container(("b",), "model"))
    checks = load_conditions()
    for containers, data in ((models, "it lists 2 models"), ((), "none found"), ((LISTED,), "too")):
        store = replace(EXPOSURE, abilities=(ability,), containers=containers)
        stake, besides, *proofs = next(found for name in ABILITY_RULES if (found := checks[name](store)))
        assert stake.startswith(("cost: ", "control: "))
        assert "not tried" in stake
        assert besides.startswith("data: ")
        assert data in besides
        assert proofs


@each(
    ("version", "than", "expected"),
    [
        ("7.17.1", "8.0", True),
        ("8.0.0", "8.0", False),
        ("10.1", "8.0", False),
        ("8", "8.0", True),
        ("2.11.0", "10", True),
        ("3.1.5-rc1", "3.2", True),
        ("", "8.0", False),
        ("unknown", "8.0", False),
        ("9" * 300, "8.0", False),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, than: str, expected: bool) -> None:
    assert is_older(version, than) is expected


@settings(deadline=None, max_examples=examples(200))
@given(st.text(max_size=200))
def test_any_version_can_be_compared(version: str) -> None:
    assert is_older(version, "0") is False


def test_old_versions_name_their_source() -> None:
    assert all(one.source.startswith("https://") and one.why for one in load_old_versions().values())
