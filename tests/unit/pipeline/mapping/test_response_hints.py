"""Hints go with their flow, and answers do not."""

from tests.unit.pipeline.mapping.test_api_leads import flow
from tieback.model.flow import CleartextSample, FlowTls, HostHint
from tieback.pipeline.mapping.flow_endpoints import add_hints, leads_of

ANSWER = b"HTTP/1.1 200 OK\r\nX-Backend: es.workhub.test:9200\r\n\r\nSECRET"


def test_answers_and_certificates() -> None:
    told = add_hints(
        flow(tls=FlowTls(certificate_names=("db.workhub.test",))),
        [
            CleartextSample("out", "http", ANSWER.replace(b"es.", b"out.")),
            CleartextSample("in", "http", ANSWER),
            CleartextSample("in", "sql", ANSWER),
        ],
    )
    assert told.hints == (
        HostHint("es.workhub.test", 9200, "", "header:x-backend"),
        HostHint("db.workhub.test", None, "", "certificate"),
    )
    assert "SECRET" not in repr(told)
    assert [(lead.api, lead.hint.host) for lead in leads_of([told], "run.pcap")] == [
        ("api.workhub.test", "es.workhub.test"),
        ("api.workhub.test", "db.workhub.test"),
    ]


def test_a_flow_without_answers_stays_as_it_is() -> None:
    plain = flow()
    assert add_hints(plain, [CleartextSample("out", "http", ANSWER)]) is plain
