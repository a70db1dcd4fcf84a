"""Docker Engine API: two proofs, and what its answers show about images and rights."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Outcome, Privileges

INFO, IMAGES = "GET /info", "GET /images/json"
EMPTY = '{"ID":"a","Containers":0,"Images":0,"Plugins":{"Authorization":null}}'
PLUGIN = '{"ID":"a","Containers":1,"Images":1,"Plugins":{"Authorization":["opa"]}}'
STATES: list[tuple[dict[str, int | str], Access, Privileges]] = [
    # what differs, access, privileges
    ({}, Access.OPEN, Privileges.ADMIN),
    # A client may mount the host's files: an engine without images is open too.
    ({INFO: EMPTY, IMAGES: "[]"}, Access.OPEN, Privileges.ADMIN),
    ({INFO: PLUGIN}, Access.OPEN, Privileges.UNKNOWN),
    ({INFO: '{"Containers":1,"Images":1}'}, Access.OPEN, Privileges.UNKNOWN),
    # One proof is not enough.
    ({IMAGES: 403}, Access.PARTIAL, Privileges.ADMIN),
    ({IMAGES: "<html>ok</html>"}, Access.PARTIAL, Privileges.ADMIN),
    ({IMAGES: '{"Id":"x"}'}, Access.PARTIAL, Privileges.ADMIN),
    ({INFO: 500}, Access.PARTIAL, Privileges.UNKNOWN),
    ({INFO: "<html>ok</html>"}, Access.PARTIAL, Privileges.UNKNOWN),
    ({INFO: 403}, Access.AUTH_REQUIRED, Privileges.NONE),
]


@pytest.mark.parametrize(("change", "access", "privileges"), STATES)
def test_access_state_by_server_answers(
    web: Any, change: dict[str, int | str], access: Access, privileges: Privileges
) -> None:
    report = web.ask("docker_api", change).result
    assert (report.access, report.privileges) == (access, privileges)
    runs = access is Access.OPEN and privileges is Privileges.ADMIN
    assert report.abilities == ((Ability.RUN_CODE,) if runs else ())


def test_images_and_containers_are_counted_without_their_names(web: Any) -> None:
    report = web.ask("docker_api").result
    assert {one.name: one.records.value for one in report.containers} == {"containers": 2, "images": 3}
    assert "acme" not in str(report)


def test_only_its_version_is_requested_to_identify_it(web: Any) -> None:
    played = web.ask("docker_api", depth=Depth.IDENTIFY)
    assert (played.result.access, len(played.sent)) == (Access.PARTIAL, 1)


@pytest.mark.parametrize("answer", ["", "<html>shop</html>", "{}", '{"Version":"1"}', 401, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("docker_api", {"GET /version": answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed


def test_no_send_creates_or_runs_anything(web: Any) -> None:
    assert {sent.split(b" ")[0] for sent in web.ask("docker_api").sent} == {b"GET"}
