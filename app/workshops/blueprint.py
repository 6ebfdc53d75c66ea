"""The blueprints of workshops: pages within an event, and the list of a partnership."""

import uuid
from collections.abc import Callable

from flask import Blueprint, current_app, flash, render_template
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from app.core.clock import Clock
from app.core.database import session
from app.core.errors import AppError, Invalid

blueprint = Blueprint("workshops", __name__, url_prefix="/events/<slug>/workshops")
within_partnership = Blueprint("partnership_workshops", __name__, url_prefix="/partnerships/<partnership>/workshops")
Page = str | Response | tuple[str, int]


def clock() -> Clock:
    """The clock of the application."""
    found: Clock = current_app.extensions["clock"]
    return found


def new_token() -> str:
    """Names one sending of a form."""
    return uuid.uuid4().hex


def submitted(form: FlaskForm, work: Callable[[], object], done: str = "") -> bool:
    """True when the form was sent, is right and its work succeeded; errors land on their field."""
    if not form.validate_on_submit():
        return False
    try:
        with session().begin_nested():
            work()
    except AppError as error:
        name = error.field if isinstance(error, Invalid) else None
        if name and name in form:
            form[name].errors = [*form[name].errors, error.message]
        else:
            form.form_errors.append(error.message)
        return False
    if done:
        flash(done, "success")
    return True


def page(template: str, *, bad: bool = False, **context: object) -> tuple[str, int]:
    """A page; 422 when something on it was refused."""
    return render_template(f"workshops/{template}.html", **context), 422 if bad else 200
