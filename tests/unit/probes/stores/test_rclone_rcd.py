"""Remote control of rclone: open, or behind its login; only three commands that read are sent."""

from typing import Any

import pytest

from tieback.model.probe import Ability, Access, Outcome

ASK, REMOTES, MOUNTS = "POST /core/version", "POST /config/listremotes", "POST /mount/listmounts"
STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({}, Access.OPEN),
    ({REMOTES: '{"remotes":null}'}, Access.OPEN),
    ({REMOTES: 403}, Access.AUTH_REQUIRED),
    ({REMOTES: 401}, Access.AUTH_REQUIRED),
    # One proof is not enough.
    ({MOUNTS: 403}, Access.PARTIAL),
    ({MOUNTS: "<html>ok</html>"}, Access.PARTIAL),
    ({REMOTES: "<html>ok</html>"}, Access.UNKNOWN),
    ({REMOTES: "{}"}, Access.UNKNOWN),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    report = web.ask("rclone_rcd", change).result
    assert report.access is access
    assert report.abilities == ((Ability.RUN_CODE,) if access is Access.OPEN else ())


def test_only_three_commands_are_sent_each_without_input(web: Any) -> None:
    sent = web.ask("rclone_rcd").sent
    assert [one.split(b" ")[1] for one in sent] == [b"/core/version", b"/config/listremotes", b"/mount/listmounts"]
    assert all(one.endswith(b"\r\n\r\n{}") for one in sent)


def test_remotes_are_listed_by_name_without_a_figure(web: Any) -> None:
    report = web.ask("rclone_rcd").result
    assert [(one.name, one.records) for one in report.containers] == [("shop", None), ("cloud", None)]


@pytest.mark.parametrize("answer", ["", "ok", "{}", '{"version":"1"}', "<html>shop</html>", 401, 403, 404, 500])
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    report = web.ask("rclone_rcd", {ASK: answer}, port=7).result
    assert report.outcome is not Outcome.OK
    assert not report.access.exposed
