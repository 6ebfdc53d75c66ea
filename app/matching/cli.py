"""`flask matching …`: checks of the scorer from the command line."""

from collections.abc import Iterable
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.orm import Session

from app.core.database import database
from app.events.models import Event
from app.events.queries import event_by_slug

commands = AppGroup("matching", help="Measure and check the complementarity scorer.")


@commands.command("benchmark")
@click.argument("notes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seeds", default="1,2,3", show_default=True, help="Numbers of the random splits, with commas between.")
@click.option("--embeddings", is_flag=True, help="With sentence embeddings as well (the optional packages).")
def benchmark_command(notes: Path, seeds: str, embeddings: bool) -> None:
    """Retrieval of the right class from one activity line of its NOTES (NACE, tab-separated)."""
    from app.matching import benchmark
    from app.matching.semantic import minilm

    try:
        chosen = [int(seed) for seed in seeds.split(",")]
    except ValueError:
        raise click.BadParameter(
            "write whole numbers with commas between, such as 1,2,3", param_hint="--seeds"
        ) from None
    try:
        rows = benchmark.read_classes(notes)
    except (ValueError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error
    if embeddings and (missing := minilm.missing_packages()):
        raise click.ClickException(f"{', '.join(missing)}: not installed; see requirements-embeddings.txt")
    found = benchmark.measure(rows, chosen)
    click.echo(f"{'method':<38}" + "".join(f"{name:>8}" for name in benchmark.MEASURES))
    for method, figures in benchmark.BASELINES.items():
        click.echo(_line(method + " *", figures))
    click.echo(_line("Meetwright, lexical default", found.values()))
    if embeddings:
        click.echo(_line("Meetwright with embeddings", benchmark.measure(rows, chosen, minilm.Encoded()).values()))
    click.echo(f"Mean of seeds {seeds}; {len(rows)} classes.  * measured earlier, seeds 1 to 3")


@commands.command("evaluate")
@click.argument("event")
@click.option("--k", default=10, show_default=True, type=click.IntRange(1, 100), help="Length of the lists looked at.")
@click.option("--held-back", default=0.3, show_default=True, type=click.FloatRange(0.05, 0.9), help="The later share.")
@with_appcontext
def evaluate_command(event: str, k: int, held_back: float) -> None:
    """How well EVENT's later requests are foreseen, against simple rivals."""
    from app.matching import trials

    with database().open() as session:
        found = _event(session, event)
        trials.collect(session, found, current_app.extensions["clock"]())
        session.commit()
        try:
            trial = trials.evaluate(session, found, k=k, held_back=held_back)
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(trial.about)
    names = list(trial.measured[0].figures)
    click.echo(
        f"{'method':<30}" + "".join(f"{name:>21}" for name in names) + f"{'accepted':>16}{'coverage':>10}{'Gini':>7}"
    )
    for one in trial.measured:
        cells = "".join(f"{mean:7.3f} ({low:.3f}-{high:.3f})" for mean, low, high in one.figures.values())
        accepted = f"{one.acceptance[0]:.0%} of {one.acceptance[1]}" if one.acceptance else "none shown"
        click.echo(f"{one.name:<30}{cells}{accepted:>16}{one.coverage:>10.0%}{one.exposure:>7.2f}")


@commands.command("learn")
@click.argument("event")
@click.option("--propose/--only-show", default=True, help="Lay weights that win before the organiser.")
@with_appcontext
def learn_command(event: str, propose: bool) -> None:
    """Fit weights to EVENT's earlier requests; proposed only if they rank the later ones better."""
    from app.matching import services, trials

    with database().open() as session:
        found = _event(session, event)
        trials.collect(session, found, current_app.extensions["clock"]())
        session.commit()
        outcome = trials.learn(session, found)
        if propose:
            services.propose(session, found.id, outcome.proposal)
            session.commit()
    click.echo(outcome.text)


@commands.command("best")
@click.argument("event")
@click.option("--count", default=20, show_default=True, type=click.IntRange(1, 500), help="How many pairs.")
@click.option("--markdown", is_flag=True, help="As a table in Markdown.")
@with_appcontext
def best_command(event: str, count: int, markdown: bool) -> None:
    """The best pairs of EVENT with the need and the offer that carry each direction, to be read by a human."""
    from app.matching import best

    with database().open() as session:
        found = best.best_pairs(session, _event(session, event), count)
    if not found:
        raise click.ClickException("no two people of this event complement each other yet")
    click.echo("\n".join(best.as_table(found) if markdown else best.as_lines(found)))


def _event(session: Session, slug: str) -> Event:
    found = event_by_slug(session, slug)
    if found is None:
        raise click.ClickException(f"there is no event with the short name {slug!r}")
    return found


def _line(method: str, figures: Iterable[float]) -> str:
    return f"{method:<38}" + "".join(f"{figure:8.3f}" for figure in figures)
