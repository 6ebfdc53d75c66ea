"""The features of the house, in the order in which they may know each other."""

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

FEATURES = (
    "core",
    "accounts",
    "organisations",
    "partnerships",
    "surveys",
    "events",
    "registrations",
    "marketplace",
    "matching",
    "meetings",
    "timetables",
    "agenda",
    "workshops",
    "projects",
    "feedback",
    "home",
    "demo",
)
ENTRY_POINTS = ("filters", "guards", "views", "administration", "api", "sockets", "jobs", "cli", "reactions")


def register(app: Flask) -> None:
    """Import each feature's entry points and register what they define.

    Guards come before pages: process templates name guards of later features, too.

    An entry-point module may have a `blueprint` (pages or JSON), a `commands` click group, an `init_app(app)`; jobs,
    socket handlers and reactions to facts register themselves on import.
    """
    for feature in FEATURES:
        for entry_point in ENTRY_POINTS:
            name = f"app.{feature}.{entry_point}"
            if find_spec(f"app.{feature}") is None or find_spec(name) is None:
                continue
            module = import_module(name)
            if hasattr(module, "blueprint"):
                app.register_blueprint(module.blueprint)
            if hasattr(module, "commands"):
                app.cli.add_command(module.commands)
            if hasattr(module, "init_app"):
                module.init_app(app)
