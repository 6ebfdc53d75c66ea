"""``python -m scheduler``."""

import sys

from scheduler.commands import main

sys.exit(main())
