"""What forms of every feature share."""


def trimmed(value: str | None) -> str | None:
    """Filter: without white space around it."""
    return value.strip() if value else value
