"""Steps of the partnership stage. Each checks first whether it was taken before."""

from app.demo.mapping import survey_and_match
from app.demo.partnering import Step
from app.demo.scoping import submit_and_judge, write_scoping_note

STEPS: list[Step] = [write_scoping_note, submit_and_judge, survey_and_match]
"""In order; a later feature adds its own at the end."""
