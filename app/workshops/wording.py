"""Findings in words, for the pages of workshops and for later features."""

from app.surveys.queries import finding_words as finding

__all__ = ["finding"]
