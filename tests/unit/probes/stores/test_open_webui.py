"""Open WebUI: what its public configuration shows about logins, and what it does not prove."""

from typing import Any

import pytest

from tieback.model.probe import Access, Entry, Outcome
from tieback.probes.stores.open_webui import OpenWebuiProbe

CONFIG = "GET /api/config"


def config(web: Any, old: str, new: str) -> dict[str, str]:
    body = web.pages("open_webui").page[CONFIG].body
    assert old in body
    return {CONFIG: body.replace(old, new)}


def test_a_server_that_requires_a_login_is_closed(web: Any) -> None:
    report = web.ask("open_webui").result
    assert (report.access, report.untested, report.undecided) == (Access.AUTH_REQUIRED, (), False)
    assert ("enable_signup", "false") in report.traits


def test_open_sign_up_is_not_closed(web: Any) -> None:
    report = web.ask("open_webui", config(web, '"enable_signup":false', '"enable_signup":true')).result
    assert (report.access, report.undecided) == (Access.AUTH_REQUIRED, True)
    assert report.untested[0].startswith("signing up")


def test_a_server_without_an_account_is_not_closed(web: Any) -> None:
    report = web.ask("open_webui", config(web, '"status":true', '"onboarding":true,"status":true')).result
    assert report.undecided
    assert "becomes the administrator" in report.untested[0]


def test_a_server_without_logins_has_one_proof(web: Any) -> None:
    report = web.ask("open_webui", config(web, '"auth":true', '"auth":false')).result
    assert (report.access, report.entry, report.abilities) == (Access.PARTIAL, Entry.ANONYMOUS, ())
    assert len(report.proofs) == 1
    assert any("one proof only" in problem for problem in report.problems)


def test_a_renamed_server_is_recognised(web: Any) -> None:
    assert web.ask("open_webui", config(web, '"name":"Open WebUI"', '"name":"Acme Chat"')).result.outcome is Outcome.OK


@pytest.mark.parametrize(
    "answer",
    [
        "", "<html>ok</html>", "{}", 401, 404, 500,
        '{"status":true,"name":"wiki","version":"3","features":{"enable_signup":true,"enable_oauth":false}}',
    ],
)  # fmt: skip
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    assert web.ask("open_webui", {CONFIG: answer}, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_nobody_is_signed_in_or_up() -> None:
    patterns = b" ".join(send.pattern for send in OpenWebuiProbe.meta.sends)
    assert b"POST" not in patterns
    assert b"auths" not in patterns
