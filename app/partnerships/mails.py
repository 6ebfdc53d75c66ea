"""Mails about a partnership's way."""

from collections.abc import Sequence

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.mail import write_mail
from app.partnerships.models import Partnership


def page_address(partnership: Partnership) -> str:
    """The absolute address of a partnership's page; works outside a request too."""
    public_url = str(current_app.extensions["settings"].public_url)
    with current_app.test_request_context(base_url=public_url):
        path = url_for("partnerships.show", partnership=partnership.slug)
    return public_url + path


def send_state(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    people: Sequence[User],
    *,
    state: str,
    hint: str,
    comment: str,
) -> None:
    """Tell people that a partnership is in a new state, and what that means."""
    reason = _("\nReason given: %(comment)s\n", comment=comment) if comment else ""
    for user in people:
        body = _(
            "Hello %(name)s,\n\n“%(partnership)s” is in a new state: %(state)s.\n%(hint)s\n%(reason)s\n%(address)s\n",
            name=user.name,
            partnership=partnership.name,
            state=state,
            hint=hint,
            reason=reason,
            address=page_address(partnership),
        )
        write_mail(session, clock, user.email, _("%(name)s: %(state)s", name=partnership.name, state=state), body)
