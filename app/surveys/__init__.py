"""Mapping surveys of a partnership, the capability map that comes of them, and matching runs between regions."""
