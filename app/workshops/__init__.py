"""Thematic workshops: sessions of an event in which people collect ideas, decisions and follow-ups together, live."""
