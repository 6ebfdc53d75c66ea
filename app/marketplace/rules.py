"""Pure decisions about needs, offers and interest in them."""

import re
import unicodedata
from datetime import datetime, timedelta

TITLE_LENGTH = 256
SUMMARY_LENGTH = 500
TEXT_LENGTH = 4000
KEYWORDS_AT_MOST = 12
KEYWORD_LENGTH = 60
ENTRIES_PER_KIND = 20
"""At one event; outside events it is `ENTRIES_OUTSIDE`."""
ENTRIES_OUTSIDE = 50

CONCEALABLE = ("text", "keywords", "country", "region", "sector", "segment", "languages")
"""What an anonymous entry can keep back beside the name; keeping back the country keeps back the region too."""

LIFETIME = timedelta(days=365)
RENEWABLE = timedelta(days=30)
"""So long before its end an entry can be renewed."""
NOTICE = timedelta(days=14)

MESSAGE_LENGTH = 2000
MESSAGE_AT_LEAST = 20
ANSWER_LENGTH = 1000
INTEREST_LIFETIME = timedelta(days=30)
OPEN_INTERESTS = 20
INTERESTS_A_DAY = 15
PAUSE_AFTER_REFUSAL = timedelta(days=90)

SAVED_SEARCHES = 20
NAME_LENGTH = 120


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


def folded(text: str) -> str:
    """Lower case without accents: 'Kärnten' and 'karnten' are one."""
    plain = text.casefold().translate({ord("ø"): "o", ord("ł"): "l", ord("đ"): "d", ord("æ"): "ae", ord("œ"): "oe"})
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def words_of(text: str) -> list[str]:
    """The folded words of a text in order, two letters or more, cut after forty."""
    return [word[:40] for word in re.findall(r"[^\W_]{2,}", folded(text))]


LEGAL_FORMS = frozenset(
    (
        *("ab", "ag", "aps", "as", "asbl", "bv", "bvba", "co", "dac", "eood", "ev", "gmbh", "hf", "inc", "kft", "kg"),
        *("ltd", "llc", "lda", "mbh", "nv", "oy", "oyj", "plc", "sa", "sarl", "sas", "se", "sia", "sl", "slu", "snc"),
        *("sp", "spa", "spol", "srl", "sro", "ug", "uab", "zoo", "zrt"),
    )
)


def names_in(text: str, names: list[str]) -> str | None:
    """The first of these names that a text gives away, as a whole, without its legal form, or by itself; else None."""
    spoken = f" {' '.join(words_of(text))} "
    squeezed = spoken.replace(" ", "")
    for name in names:
        words = [word for word in words_of(name) if word not in LEGAL_FORMS]
        if not words or (len(words) == 1 and len(words[0]) < 3):
            continue
        if f" {' '.join(words)} " in spoken or (len("".join(words)) >= 6 and "".join(words) in squeezed):
            return name
    return None


def telling_names(person: str, organisation: str, email: str, website: str) -> list[str]:
    """What an anonymous text must not hold: the names of person and organisation, the address and the domain."""
    host = re.sub(r"^(https?://)?(www\.)?", "", website.casefold()).split("/")[0]
    label = host.split(".")[0]
    return [name for name in (person, organisation, email, host, label if len(label) >= 6 else "") if name]


def renewable(expires_at: datetime | None, now: datetime) -> bool:
    """Whether the end of an entry is near, or past."""
    return expires_at is not None and expires_at - RENEWABLE <= now
