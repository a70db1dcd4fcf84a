from typing import Any

import pytest

from tieback.model.probe import Access

STATES: list[tuple[dict[str, int | str], Access]] = [
    # what differs, access
    ({"GET /api/queues?columns=vhost,name,messages,message_bytes": 401}, Access.AUTH_REQUIRED),
    ({"GET /api/queues?columns=vhost,name,messages,message_bytes": "[]"}, Access.OPEN_EMPTY),
]


@pytest.mark.parametrize(("change", "access"), STATES)
def test_access_state_by_server_answers(web: Any, change: dict[str, int | str], access: Access) -> None:
    assert web.ask("rabbitmq", change).result.access is access


def test_a_refusal_names_it(web: Any) -> None:
    page = type(web.pages("rabbitmq").page["GET /"])
    refusal = page(status=401, headers={"WWW-Authenticate": 'Basic realm="RabbitMQ Management"'})
    report = web.ask("rabbitmq", {"GET /api/overview": refusal}, port=7).result
    assert (report.product, report.access) == ("rabbitmq", Access.AUTH_REQUIRED)
