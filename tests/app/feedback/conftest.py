"""The people of a partnership with projects."""

from tests.app.projects.conftest import pipeline

__all__ = ["pipeline"]
