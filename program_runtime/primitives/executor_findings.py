"""Problems with the executor's inputs, collected so that all are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.errors import BadInputsError, CodecError, Problem

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Findings", "UnfitError"]


class UnfitError(ValueError):
    """One part of the inputs can not be used; whoever reads on notes where it is."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Findings:
    """What is wrong with the inputs, and where."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def at(self, path: str) -> _Place:
        """Note what is unfit while a part is read, and go on behind the block.

        Args:
            path: Where that part stands in the inputs.
        """
        return _Place(path, self._problems)

    def check(self) -> None:
        """Refuse the inputs if anything was found.

        Raises:
            BadInputsError: With every problem.
        """
        if self._problems:
            raise BadInputsError(
                "The quantum program can not be run.", problems=self._problems
            )


class _Place:
    """A block that reads one part; a class because mypy sees that it swallows."""

    def __init__(self, path: str, problems: list[Problem]) -> None:
        self._path = path
        self._problems = problems

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(err, UnfitError | CodecError):
            return False
        problem = Problem(path=self._path, message=err.message, hint=err.hint)
        self._problems.append(problem)
        return True
