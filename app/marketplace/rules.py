"""Pure decisions about needs and offers."""

import re

TITLE_LENGTH = 256
TEXT_LENGTH = 4000
KEYWORDS_AT_MOST = 12
KEYWORD_LENGTH = 60
ENTRIES_PER_KIND = 20


def keywords_of(text: str) -> list[str]:
    """The keywords in a line, parted by comma or semicolon; no empty one and none twice, capitals aside."""
    found: dict[str, str] = {}
    for part in re.split(r"[,;\n]", text):
        word = " ".join(part.split())
        if word:
            found.setdefault(word.casefold(), word)
    return list(found.values())


def title_key(title: str) -> str:
    """The form in which titles are compared."""
    return " ".join(title.casefold().split())
