"""The command evaluate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crisiskg.cli.common import json_option, plural, print_json, print_table, settings_from
from crisiskg.errors import AnnotationError, InvalidParameter, SourceUnavailable, WorldError

if TYPE_CHECKING:
    from crisiskg.evaluation import Evaluation, GoldDocument
    from crisiskg.settings import Settings


@click.command("evaluate")
@click.argument("gold", metavar="GOLD")
@click.option("--predictions", metavar="FILE", help="Output of annotate; without it the texts are annotated now.")
@click.option("--report", metavar="FILE", help="Write a page of HTML: figures, reliability, confusions, worst sentences.")
@json_option
@click.pass_context
def evaluate_command(context: click.Context, gold: str, predictions: str | None, report: str | None, as_json: bool) -> int:
    """Hold annotations against gold.

    GOLD is a file of JSON Lines in the form of docs/evaluation.md: documents with what is right. What a gold file does not
    annotate is not scored. A line that cannot be used is named on standard error and passed over.

    Exit code 0; 3 when a line could not be used; 5 when a text could not be annotated or has no prediction.
    """
    from crisiskg.evaluation import GoldFault, evaluate, read_gold

    settings = settings_from(context)
    documents: list[GoldDocument] = []
    faults = 0
    for item in read_gold(_lines(gold), gold):
        if isinstance(item, GoldFault):
            faults += 1
            click.echo(f"error: {gold}: {item.message}", err=True)
        else:
            documents.append(item)
    if not documents:
        raise AnnotationError(f"{gold} holds no gold that can be used", hint="docs/evaluation.md says what a line must hold.")
    said = _read_predictions(predictions, documents) if predictions else _annotated(documents, settings)
    found = evaluate(documents, said)
    if not found.tasks:
        raise AnnotationError(
            f"{gold} annotates nothing that could be compared", hint="docs/evaluation.md says what a line may hold."
        )
    if report:
        _write_report(found, Path(report), Path(gold).name, predictions)
    if as_json:
        print_json(found.to_json())
    else:
        _print(found)
    return 3 if faults else 5 if found.missing else 0


def _lines(file: str) -> list[str]:
    try:
        text = Path(file).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceUnavailable(f"{file} cannot be opened: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        raise InvalidParameter(f"{file} is not UTF-8 (byte {error.start})") from error
    return text.split("\n")


def _annotated(documents: list[GoldDocument], settings: Settings) -> dict[str, Any]:
    """Annotate the texts of the gold; nothing of the gold but id, text and day of publication is given."""
    from crisiskg.annotating import Failure, open_annotating
    from crisiskg.annotation.contract import to_json

    said = {}
    with open_annotating(settings) as annotating:
        for document, outcome in annotating.outcomes(item.document for item in documents):
            if isinstance(outcome, Failure):
                click.echo(f"error: {document.source_id}: {' '.join(outcome.message.split())}", err=True)
                continue
            said[document.source_id or ""] = to_json(outcome)
    return said


def _read_predictions(file: str, documents: list[GoldDocument]) -> dict[str, Any]:
    from crisiskg.evaluation import fault_of

    texts = {item.id: item.document.text for item in documents}
    said = {}
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise AnnotationError(f"{file}: line {number} is not JSON") from error
        if not isinstance(record, dict) or not isinstance(record.get("id"), str | int):
            raise AnnotationError(f"{file}: line {number} must be an object with an id")
        identifier = str(record["id"])
        fault = fault_of(record, texts[identifier]) if identifier in texts else None
        if fault is not None:
            raise AnnotationError(f"{file}: line {number}: {fault}", hint="Is it the annotation of the same text?")
        said[identifier] = record
    return said


def _write_report(found: Evaluation, file: Path, gold: str, predictions: str | None) -> None:
    from crisiskg import __version__
    from crisiskg.evaluation.page import page

    about = f"Gold: {gold}. " + (
        f"Predictions: {Path(predictions).name}." if predictions else f"Annotated by crisiskg {__version__}."
    )
    try:
        file.write_text(page(found, f"Evaluation on {gold}", about), encoding="utf-8")
    except OSError as error:
        raise WorldError(f"{file} cannot be written: {(error.strerror or str(error)).lower()}") from error


def _print(found: Evaluation) -> None:
    rows = []
    for task, figures in found.tasks.items():
        for metric, figure in figures.items():
            tally = figure.tally
            shares = ("", "") if tally.is_share else (f"{100 * tally.precision:.1f}", f"{100 * tally.recall:.1f}")
            sizes = (str(tally.predicted), "") if tally.is_share else (str(tally.gold), str(tally.predicted))
            interval = f"{100 * figure.low:.1f}–{100 * figure.high:.1f}"
            rows.append((task, metric, *shares, f"{100 * tally.value:.1f}", interval, *sizes))
    print_table(("task", "metric", "precision", "recall", "F1 or share", "95 %", "gold", "predicted"), rows)
    if found.reliability:
        click.echo("")
        cells = [
            (one.kind, f"{cell.low:.1f}–{cell.high:.1f}", str(cell.count), f"{cell.confidence:.2f}", f"{cell.right:.2f}")
            for one in found.reliability
            for cell in one.bins
        ]
        print_table(("kind", "confidence", "count", "mean", "right"), cells)
        click.echo("")
        print_table(
            ("kind", "predictions", "expected calibration error", "by chance alone", "Brier score"),
            [
                (one.kind, str(one.count), f"{one.error:.3f}", f"{one.chance:.3f}", f"{one.brier:.3f}")
                for one in found.reliability
            ],
        )
    for table, counts in sorted(found.confusions.items()):
        wrong = [(gold, predicted, str(count)) for (gold, predicted), count in counts.most_common() if gold != predicted]
        if wrong:
            click.echo(f"\n{table}: what was most often taken for what")
            print_table(("gold", "predicted", "count"), wrong[:10])
    if found.missing:
        click.echo(f"{plural(len(found.missing), 'document')} without prediction, counted as empty", err=True)
