"""Steps of the partnership stage. Each checks first whether it was taken before."""

from app.demo.partnering import Step
from app.demo.scoping import submit_and_judge, write_scoping_note

STEPS: list[Step] = [write_scoping_note, submit_and_judge]
"""In order; a later feature adds its own at the end."""
