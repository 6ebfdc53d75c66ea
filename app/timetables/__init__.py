"""Timetables: scheduling runs, manual changes, published versions; the one door to the engine."""
