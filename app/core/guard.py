"""The guard at every door: an endpoint or socket event names its policy, or it does not open.

A policy is a named check that looks at the signed-in user and the address and raises SignInNeeded, Forbidden or
NotFound. Features define theirs in `policy.py`; `guarded` ties one to a view, `guarded_event` to a socket handler.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, request

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Policy:
    """A name for docs and tests, and the check. The check gets the values captured from the address."""

    name: str
    check: Callable[[Mapping[str, Any]], None]


public = Policy("public", lambda _values: None)
"""Anybody, signed in or not."""


def guarded(policy: Policy) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Name the policy of a view."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.__dict__["policy"] = policy
        return view

    return mark


def guarded_event(policy: Policy) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Name the policy of a socket handler and check it before each event; the handler's first argument is a dict."""

    def mark(handler: Callable[..., R]) -> Callable[..., R]:
        @wraps(handler)
        def checked(*args: Any) -> R:
            values = args[0] if args and isinstance(args[0], Mapping) else {}
            policy.check(values)
            return handler(*args)

        checked.__dict__["policy"] = policy
        return checked

    return mark


def policy_of(view: Callable[..., Any]) -> Policy | None:
    """The policy a view or handler names."""
    found = getattr(view, "policy", None)
    return found if isinstance(found, Policy) else None


def check_request() -> None:
    """Run the policy of the current endpoint; an endpoint without one is a mistake of ours and stays shut."""
    if request.endpoint is None:
        return
    policy = policy_of(current_app.view_functions[request.endpoint])
    if policy is None:
        raise RuntimeError(f"endpoint {request.endpoint} names no policy")
    policy.check(request.view_args or {})


def guard_framework_views(app: Flask) -> None:
    """Flask's own static view is public."""
    guarded(public)(app.view_functions["static"])
