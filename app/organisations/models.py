"""Table of organisations; shared by the colleagues who register from them."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.organisations.editions import keep_editions


class Organisation(Base):
    """A company, research organisation, cluster or authority. Codes are of the schemes named in `reference`."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    """A code of `reference.ORGANISATION_KINDS`."""
    size: Mapped[str | None] = mapped_column(String(40))
    """A code of `reference.ORGANISATION_SIZES`."""
    country: Mapped[str] = mapped_column(String(2))
    """ISO 3166-1 alpha-2."""
    nuts: Mapped[str | None] = mapped_column(String(5))
    """NUTS 2024, any level."""
    nace: Mapped[str | None] = mapped_column(String(8))
    """NACE Rev. 2.1, any level, e.g. 'C', '22', '22.2', '22.21'."""
    nuts_version: Mapped[str | None] = mapped_column(String(8))
    """Edition of `nuts`, kept true by itself; None without a code."""
    nace_version: Mapped[str | None] = mapped_column(String(8))
    editions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Scheme to edition of the codes of this row, kept by `keep_editions`."""
    website: Mapped[str | None] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]


keep_editions(
    Organisation, country="iso3166-1", kind="organisation-kind", size="organisation-size", nuts="nuts", nace="nace"
)


def _keep_versions(_mapper: Any, _connection: Any, row: Organisation) -> None:
    """Region and sector have the edition in a column of its own, too, for queries and exports."""
    row.nuts_version, row.nace_version = row.editions.get("nuts"), row.editions.get("nace")


for _moment in ("before_insert", "before_update"):
    event.listen(Organisation, _moment, _keep_versions)
