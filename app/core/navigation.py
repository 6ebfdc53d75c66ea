"""Navigation and dashboard: each feature adds its own entries, so that no feature needs to know a later one.

Areas: 'site' (top of pages outside an event), 'participant' (tab bar of an event), 'organiser' (rail of an event),
'partnership' (tabs of a partnership), 'administrator' (installation). Labels are lazy translations. Dashboard panels
are rendered from a feature's template with what its function returns.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request, url_for


@dataclass(frozen=True)
class NavigationEntry:
    """One entry. `endpoint` takes the event's slug, a partnership's in its area, nothing in those of site and
    administrator; `group` heads the rail."""

    area: str
    endpoint: str
    label: Any
    icon: str
    order: int
    group: Any = ""
    shown: Callable[[], bool] = field(default=lambda: True)
    badge: Callable[[], int | None] = field(default=lambda: None)
    also: tuple[str, ...] = ()
    """Beginnings of further endpoints that belong to this entry."""

    @property
    def active(self) -> bool:
        """True when the current page belongs to this entry: the same endpoint, or one that starts with it."""
        return bool(request.endpoint) and str(request.endpoint).startswith((self.endpoint, *self.also))

    def url(self, **values: Any) -> str:
        return url_for(self.endpoint, **values)


@dataclass(frozen=True)
class Panel:
    """One panel of the organiser's dashboard: a template, and a function (event) -> its context, or None to hide it."""

    template: str
    context: Callable[[Any], dict[str, Any] | None]
    order: int


_entries: list[NavigationEntry] = []
_panels: list[Panel] = []
_sections: dict[str, list[Panel]] = {}


def add_entry(entry: NavigationEntry) -> None:
    """Add an entry; adding the same one twice changes nothing."""
    if entry not in _entries and all((e.area, e.endpoint) != (entry.area, entry.endpoint) for e in _entries):
        _entries.append(entry)


def add_panel(panel: Panel) -> None:
    """Add a dashboard panel; adding the same template twice changes nothing."""
    if all(p.template != panel.template for p in _panels):
        _panels.append(panel)


def entries(area: str) -> list[NavigationEntry]:
    """The entries of an area that the reader may see, in order."""
    return sorted((e for e in _entries if e.area == area and e.shown()), key=lambda e: e.order)


def panels(event: Any) -> list[tuple[str, dict[str, Any]]]:
    """Template and context of each dashboard panel of an event, in order."""
    filled = ((p.template, p.context(event)) for p in sorted(_panels, key=lambda p: p.order))
    return [(template, context) for template, context in filled if context is not None]


def add_section(page: str, section: Panel) -> None:
    """Add a section to a page of an earlier feature, e.g. 'participant'; its function gets what the page is about."""
    present = _sections.setdefault(page, [])
    if all(s.template != section.template for s in present):
        present.append(section)


def sections(page: str, subject: Any) -> list[tuple[str, dict[str, Any]]]:
    """Template and context of each section that later features added to a page, in order."""
    filled = ((s.template, s.context(subject)) for s in sorted(_sections.get(page, []), key=lambda s: s.order))
    return [(template, context) for template, context in filled if context is not None]


def init_app(app: Flask) -> None:
    """Make the entries known to templates as `navigation(area)`."""
    app.jinja_env.globals["navigation"] = entries
