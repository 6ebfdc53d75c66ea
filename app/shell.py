"""What every page needs around its content: event, navigation, links, language."""

from itertools import groupby
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from app.accounts.policy import signed_in_user
from app.core import navigation
from app.registrations.policy import registration_of


def _flat(entries: list[navigation.NavigationEntry], **values: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": e.label,
            "url": e.url(**values),
            "icon": e.icon,
            "active": e.active,
            "count": e.badge(),
        }
        for e in entries
    ]


def _grouped(entries: list[navigation.NavigationEntry], **values: Any) -> list[dict[str, Any]]:
    """Entries under their group's heading; groups in the order of their first entry."""
    order = {str(e.group): i for i, e in reversed(list(enumerate(entries)))}
    ranked = sorted(entries, key=lambda e: (order[str(e.group)], e.order))
    return [
        {"label": group, "entries": _flat(list(members), **values)}
        for group, members in groupby(ranked, key=lambda e: str(e.group))
    ]


def _links(event: Any) -> dict[str, str]:
    links = {
        "home": url_for("home.index"),
        "sign_in": url_for("accounts.sign_in", next=request.full_path.rstrip("?")),
        "account": url_for("accounts.account"),
        "sign_out": url_for("accounts.sign_out"),
    }
    if event is not None:
        links["event"] = url_for("events.show", slug=event.slug)
        if g.get("staff_role") is not None:
            links["search"] = url_for("registrations.participants", slug=event.slug)
    return links


def _account_entries(event: Any) -> list[dict[str, str]]:
    user = signed_in_user()
    if user is None:
        return []
    entries = [
        {"label": _("My events"), "url": url_for("home.index"), "icon": "calendar2-event"},
        {"label": _("Marketplace"), "url": url_for("market.index"), "icon": "shop"},
        {"label": _("Account"), "url": url_for("accounts.account"), "icon": "person-gear"},
    ]
    if event is not None and g.get("staff_role") is not None:
        entries.insert(
            0, {"label": _("Organise"), "url": url_for("events.dashboard", slug=event.slug), "icon": "sliders"}
        )
    if user.is_administrator:
        entries.append({"label": _("Administration"), "url": url_for("administration.overview"), "icon": "gear"})
    return entries


def page_context() -> dict[str, Any]:
    """Variables of every template; the layouts of the design kit say what they are."""
    event = g.get("event")
    context: dict[str, Any] = {"lang": str(get_locale() or "en"), "current_user": current_user}
    if not request.endpoint or request.endpoint in {"static", "assets.file"}:
        return context
    context.update(links=_links(event), account_entries=_account_entries(event), staff_role=g.get("staff_role"))
    if event is not None:
        if signed_in_user() is not None and "participant" not in g:
            registration_of({"slug": event.slug})
        context["event"] = event
        context["own_registration"] = g.get("participant")
        organising = "/organise" in request.path
        found = navigation.entries("organiser" if organising else "participant")
        context["nav"] = _grouped(found, slug=event.slug) if organising else _flat(found, slug=event.slug)
    elif g.get("partnership") is not None:
        context["partnership"] = g.partnership
        context["tabs"] = _flat(navigation.entries("partnership"), partnership=g.partnership.slug)
        context["nav"] = _flat(navigation.entries("site"))
    elif request.path.startswith("/admin"):
        context["nav"] = _flat(navigation.entries("administrator"))
    else:
        context["nav"] = _flat(navigation.entries("site"))
    return context


def init_app(app: Flask) -> None:
    """Hand the context to every template."""
    app.context_processor(page_context)
