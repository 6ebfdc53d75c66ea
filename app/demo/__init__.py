"""Believable events to look at and to test with: an invented world and what loads it."""
