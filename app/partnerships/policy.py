"""Who may do what in a partnership.

The partnership of an address is found once per request by its short name and kept in `g`, with the asking account's
roles in it.
"""

from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext as _

from app.accounts.policy import need_user, signed_in_user
from app.core.database import session
from app.core.errors import Forbidden, NotFound
from app.core.guard import Policy
from app.partnerships import queries
from app.partnerships.models import Partnership


def partnership_of(values: Mapping[str, Any]) -> Partnership:
    """The partnership that `values['partnership']` names; raises NotFound.

    Before it is approved a partnership is there only for those who have to do with it.
    """
    slug = str(values.get("partnership", ""))
    if has_request_context() and g.get("partnership") is not None and g.partnership.slug == slug:
        found: Partnership = g.partnership
        return found
    user = signed_in_user()
    partnership = queries.partnership_by_slug(session(), slug)
    if partnership is None:
        raise NotFound(_("There is no partnership at this address."))
    machine = queries.machine_of(session(), partnership, "partnership")
    if not machine.state(partnership.state).public and not queries.belongs(session(), partnership, user):
        if user is None:
            need_user()
        raise NotFound(_("There is no partnership at this address."))
    if has_request_context():
        g.partnership = partnership
        g.partnership_roles = queries.roles_of(session(), partnership, user)
    return partnership


def current_partnership() -> Partnership:
    """The partnership of this request, after its policy has found it."""
    found: Partnership = g.partnership
    return found


def current_roles() -> frozenset[str]:
    """The roles of the one who asks in the current partnership."""
    found: frozenset[str] = g.partnership_roles
    return found


def _check_visible(values: Mapping[str, Any]) -> None:
    partnership_of(values)


def _check_insider(values: Mapping[str, Any]) -> None:
    user = need_user()
    if not queries.belongs(session(), partnership_of(values), user):
        raise Forbidden(_("Only those who take part in this partnership may see this."))


def _check_region(values: Mapping[str, Any]) -> None:
    user, partnership = need_user(), partnership_of(values)
    if queries.belongs(session(), partnership, user):
        return
    if all(str(member.id) != str(values.get("number")) for member in queries.own_members(session(), partnership, user)):
        raise Forbidden(_("Only those who take part in this partnership may see this."))


def _check_joining(values: Mapping[str, Any]) -> None:
    need_user()
    partnership_of(values)


def _needs(*roles: str, sentence: Any) -> Any:
    def check(values: Mapping[str, Any]) -> None:
        need_user()
        partnership_of(values)
        if not current_roles() & set(roles):
            raise Forbidden(sentence())

    return check


def _check_secretariat(_values: Mapping[str, Any]) -> None:
    if not queries.is_secretariat(session(), need_user()):
        raise Forbidden(_("Only the secretariat may do this."))


partnership_visible = Policy("partnership visible", _check_visible)
"""Anybody once the partnership is public; before that those who have to do with it."""
partnership_insider = Policy("partnership insider", _check_insider)
"""Member and invited regions, experts, officers, evaluators of the case; the secretariat."""
partnership_region = Policy("partnership region", _check_region)
"""Insiders, and whoever speaks for the region of the address, also while it has only asked to join."""
partnership_joining = Policy("partnership joining", _check_joining)
"""Every account, once the partnership is visible to it."""
partnership_author = Policy(
    "partnership author",
    _needs(
        "lead", "region", "expert", "secretariat", sentence=lambda: _("Only the regions and the expert write here.")
    ),
)
"""Member regions, the expert and the secretariat."""
partnership_lead = Policy(
    "partnership lead",
    _needs("lead", "secretariat", sentence=lambda: _("Only the lead regions of this partnership may do this.")),
)
"""Lead regions and the secretariat."""
partnership_judge = Policy(
    "partnership judge",
    _needs(
        "eligibility_officer",
        "evaluator",
        "secretariat",
        sentence=lambda: _("Only those who judge the case may do this."),
    ),
)
"""Eligibility officers, evaluators and the secretariat."""
secretariat = Policy("secretariat", _check_secretariat)
"""The secretariat of the installation; administrators."""
