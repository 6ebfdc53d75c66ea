"""A partnership at work, for the demo's projects."""

from tests.app.projects.conftest import pipeline

__all__ = ["pipeline"]
