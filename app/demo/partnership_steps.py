"""Steps of the partnership stage. Each checks first whether it was taken before."""

from app.demo.mapping import survey_and_match
from app.demo.partnering import Step
from app.demo.projects import grow_projects
from app.demo.scoping import submit_and_judge, write_scoping_note
from app.demo.workshops import fill_workshops, move_to_projects

STEPS: list[Step] = [
    write_scoping_note, submit_and_judge, survey_and_match, grow_projects, fill_workshops, move_to_projects,
]  # fmt: skip
"""In order; a later feature adds its own at the end."""
