"""Kind of partnership: what a need looks for against what an offer has in mind."""

# Kinds close enough to be worth a talk: half a fit. The codes are those of `reference.PARTNERSHIP_KINDS`.
RELATED = frozenset(
    {
        frozenset({"commercial", "technical"}),
        frozenset({"commercial", "supplier"}),
        frozenset({"technical", "research"}),
        frozenset({"outsourcing", "supplier"}),
    }
)


def partnership_fit(sought: str | None, offered: str | None) -> float | None:
    """1 for the same kind, 1/2 for a related one, else 0; None if a side says nothing."""
    if not sought or not offered:
        return None
    if sought == offered:
        return 1.0
    return 0.5 if frozenset({sought, offered}) in RELATED else 0.0
