"""Participants of an event: registration, profile, availability, sessions, check-in."""
