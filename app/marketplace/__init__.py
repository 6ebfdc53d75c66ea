"""Needs and offers, as entries of their own."""
