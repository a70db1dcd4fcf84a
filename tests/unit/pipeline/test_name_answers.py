"""What DNS says of names becomes reasons: aliases, names that dangle, wildcards; and servers of clusters."""

import pytest

from tests.unit.scope.test_names import grant, responder
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.pipeline.name_answers import NameAnswers
from tieback.scope.names import Names


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("db.x.test", []),
        ("table.x.test", []),
        ("chain.x.test", [("alias", "elsewhere.test")]),
        ("dangling.x.test", [("alias", "gone.azurewebsites.test"), ("dns", "dangling")]),
        ("missing.x.test", [("dns", "does not exist")]),
        ("none.x.test", [("dns", "no address")]),
        ("shop.wild.x.test", [("dns", "wildcard")]),
        ("outside.test", []),
    ],
)
async def test_reasons(host: str, said: list[tuple[str, str]]) -> None:
    async with responder() as (_, resolver):
        answers = NameAnswers(Names(grant(dns=True), resolver=resolver))
        await answers.resolve(host)
        assert [(one.claim, one.value) for one in answers.said_of(host)] == said
        assert list(answers.said_of("never.x.test")) == []


async def test_a_name_that_dangles_says_so_without_claiming_anything() -> None:
    async with responder() as (_, resolver):
        answers = NameAnswers(Names(grant(dns=True), resolver=resolver))
        await answers.resolve("dangling.x.test")
        _, found = answers.said_of("dangling.x.test")
    assert found.reason == (
        "CNAME dangling.x.test → gone.azurewebsites.test, and that does not exist: whoever may make it answers for "
        "dangling.x.test; nothing was claimed"
    )
    assert answers.aliases("dangling.x.test") == ("gone.azurewebsites.test",)


async def test_names_are_asked_once_and_wildcards_once_a_domain() -> None:
    async with responder() as (server, resolver):
        answers = NameAnswers(Names(grant(dns=True), resolver=resolver))
        for host in ("db.x.test", "db.x.test", "many.x.test"):
            await answers.resolve(host)
    assert len([one for one in server.asked if one.startswith("tieback-")]) == 1
    assert len([one for one in server.asked if one == "db.x.test A"]) == 1


async def test_the_servers_of_a_cluster_are_named_by_the_app() -> None:
    cluster = Endpoint(EndpointKind.CONNECTION_STRING, "mongodb+srv://c.x.test/shop", "mongodb+srv", "c.x.test", None)
    async with responder() as (server, resolver):
        server.zone["m1.x.test"] = ["192.0.2.5"]
        found = await NameAnswers(Names(grant(dns=True), resolver=resolver)).servers([Backend(cluster)])
    (one,) = found
    assert (one.host, one.port, one.service, one.endpoints) == ("m1.x.test", 27017, "mongodb", (cluster.value,))
    assert one.reason == "the SRV record of c.x.test, which the app names, leads to it"
