"""What a name tells: every pattern by its own examples, and names that must tell nothing more than they say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.backends.hosting import (
    BY_DOMAIN,
    BY_PATTERN,
    HostingLookup,
    HostingMatch,
    hosting_attributions,
    read_hosting,
)

HOSTING = HostingLookup()
FILE = read_hosting()
EXAMPLES = [(host, *example) for host in FILE.host for example in host.examples]


@each(("rule", "name", "region", "account"), EXAMPLES, ids=[e[1] for e in EXAMPLES])
def test_examples_of_the_file(rule: object, name: str, region: str, account: str) -> None:
    found = HOSTING.lookup(name)
    assert found is not None
    assert found.product == getattr(rule, "product", "")
    assert found.provider_id == getattr(rule, "provider", "")
    assert (found.region, found.account) == (region, account)


def test_hosting_file_covers_the_providers_with_sources() -> None:
    assert len(FILE.host) >= 120
    assert all(host.source.startswith("https://") and host.examples for host in FILE.host)
    assert all(host.provider in FILE.provider for host in FILE.host)
    assert all(not host.codes or host.codes in FILE.codes for host in FILE.host)
    assert all(not host.account or f"{{{host.account}" in p for host in FILE.host for p in host.patterns)


@each(
    "name",
    [
        "shop.test",
        "amazonaws.com.shop.test",
        "s3.amazonaws.com.evil.test",
        "notamazonaws.com",
        "xamazonaws.com",
        "localhost",
        "",
        ".",
        "10.0.0.1",
    ],
)
def test_names_without_hosting_information(name: str) -> None:
    assert HOSTING.lookup(name) is None


@each(
    ("name", "provider"),
    [
        ("www.netlify.com", "Netlify"),
        ("app.netlify.com", "Netlify"),
        ("login.okta.com", "Okta"),
        ("www.cloudamqp.com", "CloudAMQP"),
        ("console.aws.dev", "Amazon Web Services"),
        ("new-service.mars-north-1.amazonaws.com", "Amazon Web Services"),
        ("a.b.c.d.vercel-dns.com", "Vercel"),
    ],
)
def test_only_the_provider_if_the_name_form_is_unknown(name: str, provider: str) -> None:
    found = HOSTING.lookup(name)
    assert found is not None
    assert (found.provider, found.product, found.region, found.account) == (provider, "", "", "")


@pytest.mark.parametrize(
    ("name", "runs_on"),
    [
        ("ep-cool-darkness-123456.us-east-2.aws.neon.tech", "aws"),
        ("pkc-4nym6.westeurope.azure.confluent.cloud", "azure"),
        ("redis-1.c1.us-east-1-2.ec2.cloud.redislabs.com", "aws"),
        ("redis-1.c1.europe-west1-2.gce.cloud.redislabs.com", "gcp"),
        ("cluster0.ab1cd.mongodb.net", ""),
    ],
)
def test_service_names_its_cloud(name: str, runs_on: str) -> None:
    found = HOSTING.lookup(name)
    assert found is not None
    assert found.runs_on == runs_on


def test_a_code_that_is_not_listed_gives_no_region() -> None:
    found = HOSTING.lookup("hello-abcdefgh-zz.a.run.app")
    assert found is not None
    assert (found.product, found.region) == ("Cloud Run", "")


def test_attributions_have_reason_and_confidence() -> None:
    found = HOSTING.lookup("shop.s3.eu-west-1.amazonaws.com")
    assert found is not None
    said = {one.claim: one for one in hosting_attributions(found)}
    assert said["provider"].value == "Amazon Web Services"
    assert said["account"].value == "bucket shop"
    assert said["region"].reason == "the name has the form {bucket*}.s3.{region}.amazonaws.com"
    assert {one.confidence for one in said.values()} == {BY_PATTERN}
    (alone,) = hosting_attributions(HostingMatch("Netlify", "netlify", pattern="*.netlify.com"))
    assert (alone.reason, alone.confidence) == ("the name is in netlify.com", BY_DOMAIN)


@settings(max_examples=examples(100), deadline=None)
@given(st.text(alphabet="abc019-._", max_size=253), st.sampled_from(sorted(FILE.provider)))
def test_any_front_is_answered(front: str, key: str) -> None:
    name = f"{front}.{FILE.provider[key].domains[0]}"
    found = HOSTING.lookup(name)
    assert found is not None
    assert found.region == "" or found.region in name or found.pattern
