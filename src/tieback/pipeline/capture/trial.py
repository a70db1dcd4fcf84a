"""The steps of ``verify-device`` and their ends so far."""

from collections.abc import Callable, Iterable

from tieback.intake.capture.device import DeviceError
from tieback.model.device_result import STEPS, StepOutcome, StepResult, StepSource
from tieback.pipeline.capture.device import Tell
from tieback.pipeline.capture.shareable import shareable

type Ask = Callable[[str], bool | None]
"""Puts a question to the person at the device; ``None`` if it is skipped, or there is no terminal."""


class Trial:
    """The results so far."""

    def __init__(self, tell: Tell, ask: Ask, private: Iterable[str] = ()) -> None:
        self.tell, self._ask = tell, ask
        self._private = tuple(private)
        self._found: dict[str, StepResult] = {}

    def measure(self, step: str, action: Callable[[], str | None], needs: Iterable[str] = ()) -> None:
        """Do a step: ``action`` returns why it failed, or nothing."""
        missing = [name for name in needs if not self.worked(name)]
        if missing:
            self.skip(step, f"needs the step {missing[0]}")
            return
        try:
            reason = action()
        except DeviceError as error:
            reason = error.what
        self.note(step, StepOutcome.FAILED if reason else StepOutcome.WORKED, reason or "")

    def ask(self, step: str, question: str) -> None:
        """A step that a person does."""
        answer = self._ask(question)
        if answer is None:
            self.skip(step, "no answer of a person")
        else:
            outcome = StepOutcome.WORKED if answer else StepOutcome.FAILED
            self.note(step, outcome, "" if answer else "a person reports that it did not work", StepSource.PERSON)

    def skip(self, step: str, reason: str) -> None:
        """A step that is not tried."""
        self.note(step, StepOutcome.NOT_TRIED, reason)

    def note(self, step: str, outcome: StepOutcome, reason: str = "", source: StepSource = StepSource.MEASURED) -> None:
        """Record the end of a step."""
        result = StepResult(step, outcome, source, shareable(reason, self._private))
        self._found[step] = result
        self.tell(f"{step}: {outcome.replace('_', ' ')}{f' ({result.reason})' if result.reason else ''}")

    def worked(self, step: str) -> bool:
        """True if a step worked."""
        return step in self._found and self._found[step].outcome is StepOutcome.WORKED

    def by_person(self, step: str) -> bool:
        """True if a person did a step, and it worked."""
        return self.worked(step) and self._found[step].source is StepSource.PERSON

    def results(self) -> tuple[StepResult, ...]:
        """One result per step, in the order of a run."""
        missing = "not part of this run"
        return tuple(
            self._found.get(step.name, StepResult(step.name, StepOutcome.NOT_TRIED, reason=missing)) for step in STEPS
        )
