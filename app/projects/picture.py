"""The funding mix as a bar: where each share begins and how wide it is, in hundredths of a percent of the whole."""

from dataclasses import dataclass

from app.projects.rules.mix import Mix, Share
from app.projects.wording import name

COLOURS = 8


@dataclass(frozen=True)
class Piece:
    """One share of the bar. `colour` numbers its source from 0; the gap has none. `pattern` says how sure it is."""

    share: Share
    start: int
    colour: int | None
    pattern: str
    label: str


def mix_picture(mix: Mix) -> list[Piece]:
    """The pieces of the bar from left to right."""
    sources = list(dict.fromkeys(share.source for share in mix.shares if share.source is not None))
    pieces, start = [], 0
    for share in mix.shares:
        colour = sources.index(share.source) % COLOURS if share.source is not None else None
        pattern = share.state.value if share.state is not None else "gap"
        pieces.append(Piece(share, start, colour, pattern, name(share.source)))
        start += share.part
    return pieces
