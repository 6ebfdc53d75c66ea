"""`flask events`: the group of commands on events; later features add theirs to it."""

from flask.cli import AppGroup

commands = AppGroup("events", help="Import, schedule and export events.")
