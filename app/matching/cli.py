"""`flask matching …`: checks of the scorer from the command line."""

from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

commands = AppGroup("matching", help="Measure and check the complementarity scorer.")


@commands.command("benchmark")
@click.argument("notes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--seeds", default="1,2,3", show_default=True, help="Numbers of the random splits, with commas between.")
def benchmark_command(notes: Path, seeds: str) -> None:
    """Retrieval of the right class from one activity line of its NOTES (NACE, tab-separated)."""
    from app.matching import benchmark

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
    found = benchmark.measure(rows, chosen)
    click.echo(f"{'method':<38}" + "".join(f"{name:>8}" for name in benchmark.MEASURES))
    for method, figures in benchmark.BASELINES.items():
        click.echo(_line(method + " *", figures))
    click.echo(_line("Meetwright, lexical default", found.values()))
    click.echo(f"Mean of seeds {seeds}; {len(rows)} classes.  * measured earlier, seeds 1 to 3")


def _line(method: str, figures: Iterable[float]) -> str:
    return f"{method:<38}" + "".join(f"{figure:8.3f}" for figure in figures)
