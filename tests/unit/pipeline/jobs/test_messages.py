"""Lines from the process of a job, which a hostile input may control: a message, or nothing."""

import pytest

from tieback.model.errors import UsageError
from tieback.pipeline.jobs.kinds import ScanJob, decode_arguments, encode_arguments
from tieback.pipeline.jobs.messages import JobFailed, JobResult, StageProgress, decode_message, encode_message

DEEP = b'{"x":' + b"[" * 60_000
"""Shorter than a line may be. The type of the message could follow, so the decoder reads on."""


@pytest.mark.parametrize(
    "message",
    [
        StageProgress(stage="read", done=1, total=2),
        JobResult(figures={"inputs_read": 1}, files=("a.html",), run="r"),
        JobFailed(problem="<img src=x>"),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_is_read_back(message: StageProgress | JobResult | JobFailed) -> None:
    assert decode_message(encode_message(message)) == message


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b'{"type":"other"}', b'{"type":"failed"}', b'{"type":"failed","problem":"p","more":1}',
     b'{"type":"failed","problem":"\xff"}', b'{"type":"progress","stage":"a","done":1e999,"total":1}', DEEP],
    ids=lambda line: line[:60].decode("latin-1"),
)  # fmt: skip
def test_any_other_line_is_no_message(line: bytes) -> None:
    assert decode_message(line) is None


@pytest.mark.parametrize(
    "text", ["", "{}", '{"kind":"other"}', '{"kind":"\ud800"}', DEEP.decode()], ids=lambda text: ascii(text[:30])
)
def test_arguments_of_another_release_are_one_error(text: str) -> None:
    with pytest.raises(UsageError, match="not a job of this release"):
        decode_arguments(text)


def test_arguments_are_read_back() -> None:
    job = ScanJob(inputs=("ab",), grant="cd", retry=True)
    assert decode_arguments(encode_arguments(job)) == job
