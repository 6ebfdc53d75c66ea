"""Thematic partnerships: their process, members and roles, from the first idea to an active network."""
