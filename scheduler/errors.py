"""What can be wrong with a problem, as errors that name the place."""

from __future__ import annotations


class SchedulerError(Exception):
    """Base of everything the engine raises on purpose.

    ``code`` is stable and meant for programs, ``place`` is a path into the JSON (``requests[3].sides[0]``) or
    an empty string, ``sentence`` is meant for people.
    """

    def __init__(self, code: str, place: str, sentence: str) -> None:
        self.code = code
        self.place = place
        self.sentence = sentence
        super().__init__(f"{place}: {sentence}" if place else sentence)


class ProblemError(SchedulerError):
    """The input is malformed: not JSON, a wrong type, an unknown or doubled id, a number out of range."""


class ImpossibleError(SchedulerError):
    """The input is well formed, but no legal schedule exists (proven, never assumed)."""
