"""Template filters that turn stored codes into names in the reader's language."""

from collections.abc import Sequence

from flask import Flask

from app.organisations import reference


def language_names(codes: Sequence[str] | None) -> str:
    """'English, German' of ['en', 'de']."""
    return ", ".join(reference.languages().label(code) for code in codes or [])


def init_app(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(
        country_name=lambda code: reference.countries().label(code),
        region_name=lambda code: reference.regions().label(code),
        activity_name=lambda code: reference.activities().label(code),
        size_name=lambda code: reference.organisation_sizes().label(code),
        organisation_kind_name=lambda code: reference.organisation_kinds().label(code),
        position_name=lambda code: reference.value_chain().label(code),
        partnership_name=lambda code: reference.partnership_kinds().label(code),
        language_names=language_names,
    )
