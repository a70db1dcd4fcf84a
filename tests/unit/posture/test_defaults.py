"""What providers always do fills what no source tells, and overrules what cannot be."""

from tests.each import each
from tieback.model.resource import AtRest, Resource, ResourceKind, TriState
from tieback.posture.defaults import ProviderDefaults

DEFAULTS = ProviderDefaults()


def resource(provider: str, service: str, at_rest: str = "unknown", **more: object) -> Resource:
    return Resource(
        key="k",
        provider=provider,
        kind=more.pop("kind", ResourceKind.DATABASE),  # type: ignore[arg-type]
        service=service,
        at_rest=AtRest(at_rest),
        **more,  # type: ignore[arg-type]
    )


@each(
    ("provider", "service", "told", "at_rest"),
    [
        ("aws", "rds", "unknown", "unknown"),
        ("aws", "rds", "none", "none"),
        ("aws", "dynamodb", "unknown", "provider_key"),
        ("aws", "dynamodb", "none", "provider_key"),
        ("aws", "dynamodb", "customer_key", "customer_key"),
        ("aws", "s3", "none", "provider_key"),
        ("azure", "sql", "none", "none"),
        ("azure", "cosmosdb", "unknown", "provider_key"),
        ("gcp", "cloudsql", "unknown", "provider_key"),
        ("gcp", "bigquery", "customer_key", "customer_key"),
        ("mongodb-atlas", "atlas", "unknown", "provider_key"),
        ("aws", "opensearch", "unknown", "unknown"),
    ],
)
def test_encryption(provider: str, service: str, told: str, at_rest: str) -> None:
    assert DEFAULTS.apply(resource(provider, service, told)).at_rest == at_rest


def test_a_source_that_is_overruled_is_named() -> None:
    (problem,) = DEFAULTS.apply(resource("aws", "s3", "none")).problems
    assert "always encrypts" in problem
    assert "https://docs.aws.amazon.com/" in problem
    assert "5 January 2023" in problem


def test_memcached_default_is_no_authentication_and_a_statement_overrides_it() -> None:
    assert DEFAULTS.apply(resource("aws", "elasticache", product="memcached")).authentication is TriState.NO
    assert DEFAULTS.apply(resource("aws", "elasticache", product="redis")).authentication is TriState.UNKNOWN
    told = resource("aws", "rds", authentication=TriState.NO)
    assert DEFAULTS.apply(told).authentication is TriState.NO


@each(
    ("service", "backups", "at_rest", "encrypted"),
    [
        ("rds", "yes", "none", "no"),
        ("rds", "yes", "customer_key", "yes"),
        ("rds", "yes", "unknown", "unknown"),
        ("rds", "no", "customer_key", "unknown"),
        ("dynamodb", "yes", "unknown", "yes"),
        ("opensearch", "yes", "none", "unknown"),
    ],
)
def test_backups_are_encrypted_like_the_data_if_the_provider_documents_it(
    service: str, backups: str, at_rest: str, encrypted: str
) -> None:
    told = resource("aws", service, at_rest, backups=TriState(backups))
    assert DEFAULTS.apply(told).backups_encrypted == encrypted


def test_snapshots_have_no_defaults() -> None:
    snapshot = resource("aws", "dynamodb", kind=ResourceKind.SNAPSHOT)
    assert DEFAULTS.apply(snapshot) == snapshot


def test_every_default_has_its_page() -> None:
    assert all(one.source.startswith("https://") for one in DEFAULTS.all)
    assert all(one.at_rest is not AtRest.UNKNOWN for one in DEFAULTS.all if one.always_encrypted)
