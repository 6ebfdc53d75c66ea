"""Tells the socket layer whose session ended."""

from flask import Flask

from app.accounts.queries import ended_cookies
from app.core.sockets import tell_ended_sessions


def init_app(_app: Flask) -> None:
    """Register the check."""
    tell_ended_sessions(ended_cookies)
