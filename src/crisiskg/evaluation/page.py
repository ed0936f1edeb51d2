"""Draws an evaluation as one page of HTML without script and without anything from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

from crisiskg.evaluation.reliability import Reliability
from crisiskg.evaluation.summary import Evaluation, Figure, Sentence
from crisiskg.evaluation.tallies import NOTHING, Mistake

#: Longest stretch of a sentence that is shown, in characters.
_SHOWN = 700
#: Types of a confusion table beyond which the rarest are left out.
_MOST_TYPES = 18


def page(evaluation: Evaluation, title: str, about: str) -> str:
    """Return the page.

    Args:
        evaluation: What to show.
        title: Heading.
        about: One line on what was compared: gold, reader, version.
    """
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{escape(about)}</p>",
        f"<p>{_missing(evaluation)}</p>",
        _contents(evaluation),
        *(_figures(task, figures) for task, figures in evaluation.tasks.items()),
        _reliability(evaluation.reliability),
        *(_confusion(table, counts) for table, counts in sorted(evaluation.confusions.items())),
        _worst(evaluation.worst),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _style() -> str:
    return Path(__file__).with_name("page.css").read_text("utf-8")


def _missing(evaluation: Evaluation) -> str:
    count = f"{evaluation.documents} document{'' if evaluation.documents == 1 else 's'}"
    if not evaluation.missing:
        return f"{count}, each with a prediction."
    shown = ", ".join(escape(name) for name in evaluation.missing[:10])
    return f"{count}; {len(evaluation.missing)} without prediction, counted as empty: {shown}."


def _slug(text: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in text.lower())


def _contents(evaluation: Evaluation) -> str:
    entries = [*evaluation.tasks, *(["reliability"] if evaluation.reliability else []), *sorted(evaluation.confusions)]
    if evaluation.worst:
        entries.append("worst sentences")
    items = "".join(f'<li><a href="#{_slug(entry)}">{escape(entry[:1].upper() + entry[1:])}</a></li>' for entry in entries)
    return f'<nav aria-label="Sections"><ul>{items}</ul></nav>'


def _section(name: str, body: str) -> str:
    """Return a part of the page under a heading."""
    slug = _slug(name)
    heading = f'<h2 id="{slug}-h">{escape(name[:1].upper() + name[1:])}</h2>'
    return f'<section id="{slug}" aria-labelledby="{slug}-h">\n{heading}\n{body}\n</section>'


def _table(caption: str, header: Iterable[str], rows: Iterable[str]) -> str:
    """Return a table that scrolls sideways by itself where it is wide, also by keyboard."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _figures(task: str, figures: Mapping[str, Figure]) -> str:
    def row(metric: str, figure: Figure) -> str:
        tally = figure.tally
        if tally.is_share:
            rest = ["", "", "", str(tally.predicted)]
        else:
            rest = [f"{100 * tally.precision:.1f}", f"{100 * tally.recall:.1f}", str(tally.gold), str(tally.predicted)]
        cells = [f"{100 * tally.value:.1f}", f"{100 * figure.low:.1f} – {100 * figure.high:.1f}", *rest]
        return f'<tr><th scope="row">{escape(metric)}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"

    header = ("metric", "F1 or share", "95 % interval", "precision", "recall", "gold", "predicted")
    rows = [row(metric, figure) for metric, figure in figures.items()]
    return _section(task, _table(f"Figures for {task}, in percent", header, rows) if rows else "<p>Nothing to compare.</p>")


def _reliability(found: Iterable[Reliability]) -> str:
    figures = [f"<figure>{_diagram(one)}<figcaption>{_caption(one)}</figcaption>{_bins(one)}</figure>" for one in found]
    if not figures:
        return ""
    text = (
        "<p>How far a confidence can be taken for a probability. Each point is a tenth of the scale: mean confidence to the "
        "right, "
        "share of right predictions upwards, area by how many there are. On the diagonal the two are equal.</p>"
    )
    return _section("reliability", text + f'<div class="diagrams">{"".join(figures)}</div>')


def _caption(one: Reliability) -> str:
    return (
        f"{escape(one.kind[:1].upper() + one.kind[1:])}: {one.count} predictions, expected calibration error "
        f"{one.error:.3f} (by chance alone {one.chance:.3f}), Brier score {one.brier:.3f}"
    )


def _diagram(one: Reliability) -> str:
    """Return a reliability diagram as SVG, 240 units wide and high."""
    most = max((cell.count for cell in one.bins), default=1)

    def x(value: float) -> float:
        return 30 + 200 * value

    def y(value: float) -> float:
        return 210 - 200 * value

    grid = "".join(
        f'<path class="grid" d="M{x(step / 4):.0f} 10V210M30 {y(step / 4):.0f}H230"/>'
        f'<text x="{x(step / 4):.0f}" y="224" text-anchor="middle">{step / 4:g}</text>'
        f'<text x="26" y="{y(step / 4) + 3:.0f}" text-anchor="end">{step / 4:g}</text>'
        for step in range(5)
    )
    points = " ".join(f"{x(cell.confidence):.1f},{y(cell.right):.1f}" for cell in one.bins)
    dots = "".join(
        f'<circle class="dot" cx="{x(cell.confidence):.1f}" cy="{y(cell.right):.1f}" '
        f'r="{3 + 7 * (cell.count / most) ** 0.5:.1f}"/>'
        for cell in one.bins
    )
    name = f"Reliability of {one.kind}: expected calibration error {one.error:.3f}; the numbers are in the table below."
    return (
        f'<svg viewBox="0 0 240 230" role="img" aria-label="{escape(name)}">{grid}<path class="ideal" d="M30 210L230 10"/>'
        f'<polyline class="line" points="{points}"/>{dots}</svg>'
    )


def _bins(one: Reliability) -> str:
    rows = [
        f'<tr><th scope="row">{cell.low:.1f} – {cell.high:.1f}</th><td>{cell.count}</td><td>{cell.confidence:.2f}</td>'
        f"<td>{cell.right:.2f}</td></tr>"
        for cell in one.bins
    ]
    table = _table(f"Bins of {one.kind}", ("confidence", "count", "mean", "right"), rows)
    return f"<details><summary>Numbers</summary>{table}</details>"


def _confusion(table: str, counts: Counter[tuple[str, str]]) -> str:
    totals: Counter[str] = Counter()
    for (gold, predicted), count in counts.items():
        totals[gold] += count
        totals[predicted] += count
    names = [name for name, _ in totals.most_common() if name != NOTHING][:_MOST_TYPES]
    names = [*names, *([NOTHING] if NOTHING in totals else [])]
    rows = []
    for gold in names:
        cells = []
        for predicted in names:
            count = counts.get((gold, predicted), 0)
            kind = " class=same" if gold == predicted else " class=other" if count else ""
            cells.append(f"<td{kind}>{count or ''}</td>")
        rows.append(f'<tr><th scope="row">{escape(gold)}</th>{"".join(cells)}</tr>')
    note = f"<p>Rows are gold, columns predictions; {NOTHING} means that there is nothing on that side.</p>"
    left_out = len([name for name in totals if name != NOTHING]) - len([name for name in names if name != NOTHING])
    if left_out > 0:
        note += f"<p>{left_out} rarer types are left out.</p>"
    return _section(table, note + _table(f"Confusions: {table}", ("gold", *names), rows))


def _worst(sentences: Iterable[Sentence]) -> str:
    items = [
        f'<li><p class="where">{escape(sentence.document)}, from {sentence.start}</p><blockquote>{_marked(sentence)}</blockquote>'
        f"<ul>{''.join(f'<li>{_told(mistake, sentence)}</li>' for mistake in sentence.mistakes)}</ul></li>"
        for sentence in sentences
    ]
    if not items:
        return ""
    note = "<p>Sentences with most differences from gold. Words at fault are underlined.</p>"
    return _section("worst sentences", f'{note}<ol class="worst">{"".join(items)}</ol>')


def _marked(sentence: Sentence) -> str:
    """Return the words of a sentence, with those at fault marked; marks that overlap are one."""
    text, done, out = sentence.text, 0, []
    for mistake in sentence.mistakes:
        if mistake.task in ("relations", "attributions"):  # whole sentences, which would mark everything
            continue
        start, end = max(mistake.start - sentence.start, done), min(mistake.end - sentence.start, len(text), _SHOWN)
        if start >= end:
            continue
        out += [escape(text[done:start]), f"<mark>{escape(text[start:end])}</mark>"]
        done = end
    rest = text[done:_SHOWN] if done < _SHOWN else ""
    return "".join(out) + escape(rest) + ("…" if len(text) > _SHOWN else "")


def _told(mistake: Mistake, sentence: Sentence) -> str:
    start = max(mistake.start - sentence.start, 0)
    words = " ".join(sentence.text[start : mistake.end - sentence.start].split())
    words = words if len(words) <= 60 else words[:59] + "…"
    what = f"<strong>{escape(mistake.task)}</strong> “{escape(words)}”: "
    if mistake.gold is None:
        return what + f"{escape(mistake.predicted or '')} is not in gold"
    if mistake.predicted is None:
        return what + f"{escape(mistake.gold)} was missed"
    return what + f"{escape(mistake.gold)}, predicted {escape(mistake.predicted)}"
