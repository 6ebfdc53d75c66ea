"""What the scorer reads of a participant. Plain data: no database, no request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """One need or one offer.

    `trl_min` and `trl_max` are levels 1 to 9, wanted in a need and available in an offer; `partnership_kind` is a
    code of `reference.PARTNERSHIP_KINDS`. `keywords` are free words or hierarchical codes with a scheme ('nace:22.21').
    """

    id: int
    title: str
    text: str = ""
    keywords: tuple[str, ...] = ()
    trl_min: int | None = None
    trl_max: int | None = None
    partnership_kind: str | None = None

    @property
    def full_text(self) -> str:
        """Title, text and keywords in one string: what the text part compares."""
        return " \n".join(part for part in (self.title, self.text, ", ".join(self.keywords)) if part)


@dataclass(frozen=True, slots=True)
class Profile:
    """One participant of one event. Everything except the two ids may be missing; a missing value is never guessed.

    Countries are ISO 3166-1 alpha-2, languages ISO 639-1, sectors NACE codes of any level. The `wanted_*` fields are
    wishes about the partner; an empty one means no wish.
    """

    id: int
    organisation_id: int
    country: str | None = None
    languages: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    size: str | None = None
    value_chain_position: str | None = None
    participant_type: str | None = None
    needs: tuple[Statement, ...] = ()
    offers: tuple[Statement, ...] = ()
    wanted_sectors: tuple[str, ...] = ()
    wanted_positions: tuple[str, ...] = ()
    wanted_types: tuple[str, ...] = ()
    wanted_sizes: tuple[str, ...] = ()
    wanted_countries: tuple[str, ...] = ()
