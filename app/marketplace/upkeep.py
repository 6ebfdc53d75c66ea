"""The name of the regular work, and how often it is done; apart so that whoever writes can ask for it."""

from datetime import timedelta

TEND = "marketplace.tend"
TEND_EVERY = timedelta(hours=1)
