"""Recorded conversations with real servers: our requests are the recorded ones, and the verdicts are the truth.

``tests/recordings/README.md`` describes the files. A changed request must be listed with its reason in
``changed_sends.toml``, a wrong verdict with its cause in ``known_wrong.toml``. A conversation that becomes right must
be removed there, so the figure can only improve.
"""

import re
import tomllib
from itertools import pairwise

from bench import recordings
from bench.recordings import FOLDER, Replayed, known_wrong, replay_all
from tests.each import each
from tieback.probes import PROBES
from tieback.scope.transcript import EventKind

NAMES = [f"{name}.{depth}" for name, depth, _ in recordings.recordings()]


def _replayed(name: str) -> Replayed:
    return next(one for one in replay_all() if one.name == name)


@each("name", NAMES)
def test_our_requests_are_the_recorded_ones(name: str) -> None:
    found = _replayed(name).unrecorded
    assert [(probe, data) for probe, data in found if not recordings.is_listed(name, probe, data)] == []


@each("name", NAMES)
def test_the_verdict_is_the_truth_or_known_to_be_wrong(name: str) -> None:
    wrong = _replayed(name).wrong
    if name in known_wrong():
        assert wrong, f"{name} is right now: remove it from known_wrong.toml, and run `python -m bench recordings`"
    else:
        assert wrong == ()


CATALOGUE_OF_MYSQL = {
    "information_schema.USER_PRIVILEGES", "information_schema.USER_PRIVILEGES: whole server",
    "information_schema.TABLES: others", "information_schema.TABLES of named tables",
    "information_schema.COLUMNS of named tables", "@@hostname, @@datadir and start time",
}  # fmt: skip
"""Queries that decide what is hidden from an account, and that a view is not listed."""


def test_a_real_server_answers_the_catalogue_queries_of_mysql() -> None:
    """An answer from a document, in ``changed_sends.toml``, would not show that the query is valid there."""
    sends = [send for probe in PROBES if probe.meta.name == "mysql" for send in probe.meta.sends]
    answered = {
        send.name
        for _, _, transcripts in recordings.recordings()
        for transcript in transcripts
        if transcript.probe == "mysql"
        for line in transcript.lines
        for sent, answer in pairwise(line.events)
        if sent.what is EventKind.SENT and answer.what is EventKind.RECEIVED
        for send in sends
        if send.matches(sent.data)
    }
    assert answered >= CATALOGUE_OF_MYSQL


def test_no_closed_server_is_called_open() -> None:
    assert [one.name for one in replay_all() if one.false_open] == []


def test_servers_that_are_called_closed_are_listed() -> None:
    groups = tomllib.loads((FOLDER / "known_wrong.toml").read_text())["wrong"]
    listed = {name for group in groups if group.get("called_closed") for name in group["conversations"]}
    assert {one.name for one in replay_all() if one.false_closed} == listed


def test_known_wrong_conversations_exist_and_have_a_cause() -> None:
    assert set(known_wrong()) <= set(NAMES)
    assert all(len(cause) > 20 for cause in known_wrong().values())


def test_each_changed_send_is_declared_used_and_explained() -> None:
    declared = {(probe.meta.name, send.name) for probe in PROBES for send in probe.meta.sends}
    used = {change for one in replay_all() for change in one.used}
    left = [data for one in replay_all() for data in one.unrecorded]
    for entry in recordings.changed_sends():
        assert (entry["probe"], entry["send"]) in declared or entry["send"] == "every search"
        assert len(entry["reason"]) > 20
        assert len(entry["source"]) > 20
        if re.search(r"documentation|reference|section|source of|STOMP 1|protocol, version", entry["source"]):
            assert "https://" in entry["source"], f"the address of the document is missing: {entry['source']}"
        now = re.compile(entry["now"].encode("latin-1"), re.DOTALL)
        if entry.get("unanswered"):
            assert any(probe == entry["probe"] and now.fullmatch(data) for probe, data in left)
        else:
            assert any(change.probe == entry["probe"] and change.now == now for change in used), entry["send"]


def test_each_conversation_has_one_truth() -> None:
    assert {name.rpartition(".")[0] for name in NAMES} == set(recordings.truths())
    products = {product for probe in PROBES for product in probe.meta.products}
    emulated = {"activemq", "artemis", "dolt", "tidb"}
    assert {truth.product for truth in recordings.truths().values()} <= products | emulated | {"", recordings.NO_PROBE}


def test_the_published_figures_are_current() -> None:
    page = (FOLDER.parents[1] / "docs" / "benchmarks" / "README.md").read_text()
    rows = [line for line in recordings.run().splitlines() if line.startswith("| `")]
    assert len(rows) == 2
    assert [row for row in rows if row not in page] == [], "copy the table of `python -m bench recordings`"
