"""Streamlit: what its answers show. Version 1.67.0 gave them."""

from typing import Any

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome

HOST = "GET /_stcore/host-config"


@pytest.mark.parametrize("change", [{}, {HOST: 404}, {HOST: "<html><title>Streamlit</title></html>"}, {HOST: 401}])
def test_its_access_is_never_decided(web: Any, change: dict[str, int | str]) -> None:
    report = web.ask("streamlit", change).result
    assert (report.product, report.access, report.containers) == ("streamlit", Access.UNKNOWN, ())
    assert report.untested == ("a session of the app",)
    assert report.undecided


@pytest.mark.parametrize("body", ["<html><title>Streamlit guide</title></html>", '{"title":"Streamlit"}', ""])
def test_another_page_is_another_product(web: Any, body: str) -> None:
    assert web.ask("streamlit", {"GET /": body}).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_no_session_is_opened(web: Any) -> None:
    sent = web.ask("streamlit", depth=Depth.SAMPLE).sent
    assert not any(b"/_stcore/stream" in one or b"Upgrade" in one for one in sent)
