"""A run of a project in this process, its calls going to a real broker."""

import time

from program_runtime import codec, execution
from program_runtime.program.testing import RecordingMessenger
from toolkit.harness import HarnessRun
from toolkit.harness.direct_line import DirectLine
from toolkit.harness.observing_broker import ObservingBroker


class _StaysOpen(ObservingBroker):
    """A line closes its broker; a run does not."""

    def __init__(self, broker):
        super().__init__(broker, lambda run, at: None)

    async def close(self):
        pass


class _TimedMessenger(RecordingMessenger):
    """Makes the events that a run has of its messages."""

    def __init__(self):
        super().__init__()
        self.events = []

    def publish(self, message, **options):
        super().publish(message, **options)
        self._note("interim")

    def metric(self, **values):
        super().metric(**values)
        self._note("metric")

    def _note(self, kind, text="{}"):
        kind = execution.EventType(kind)
        number = len(self.events) + 1
        self.events.append(execution.Event(number, time.time(), kind, text))

    def end(self, result):
        self._note("result", codec.encode(result))


def run_project(project, inputs, *, backend, broker, shots=None, seed=None, **_ignored):
    """Call ``main``; a RuntimeError of it is a failure of the program."""
    names = {}
    exec(project.source_path.read_text(), names)
    messenger = _TimedMessenger()
    ended = {"status": execution.JobStatus.COMPLETED, "code": None, "message": None}
    with DirectLine(_StaysOpen(broker), backend) as line:
        try:
            given = line.backend(shots=shots, seed=seed)
            messenger.end(names["main"](given, messenger, **inputs))
        except RuntimeError as error:
            ended["status"] = execution.JobStatus.FAILED
            ended |= {"code": "program_error", "message": str(error)}
    usage = execution.Usage(wall_s=0.5, cpu_s=0.1, peak_memory_bytes=1)
    outcome = execution.Outcome(**ended, traceback=None, usage=usage)
    return HarnessRun(outcome=outcome, events=tuple(messenger.events), report=None)
