"""Names from a GLiNER model in a folder of this machine. The package gliner is optional and is imported when it is needed."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crisiskg.annotation.records import EntityType
from crisiskg.errors import ModelUnavailable
from crisiskg.readers.names import FoundName, put_names

if TYPE_CHECKING:
    from crisiskg.annotation.reading import Reading

#: What the model is asked for, in words that it can understand → type.
LABELS: dict[str, EntityType] = {
    "person": "Person",
    "armed group": "ArmedGroup",
    "government body": "GovernmentBody",
    "army or police": "SecurityForce",
    "political party": "PoliticalParty",
    "intergovernmental organization": "IntergovernmentalOrganization",
    "non-governmental organization": "NongovernmentalOrganization",
    "media organization": "MediaOrganization",
    "company": "Company",
    "organization": "Organization",
    "country": "State",
    "place": "Place",
    "nationality, ethnic or religious group": "PopulationGroup",
    "war, election or treaty": "NamedEvent",
}
#: Least score of a name.
THRESHOLD = 0.5
#: Longest text that is given at once, in characters: these models read some 380 words.
PASSAGE_CHARS = 1200


class GlinerReader:
    """Finds names with a GLiNER model; everything else is read by the rules.

    Args:
        folder: Folder of the model. Nothing is ever fetched.

    Raises:
        ModelUnavailable: the package gliner is not installed, or there is no such folder.
    """

    writes = frozenset({"mentions"})

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise ModelUnavailable(
                f"gliner_model is {str(folder)!r}, which is no folder", hint="Give the folder of a GLiNER model."
            )
        try:
            self._package = importlib.import_module("gliner")
            version = importlib.metadata.version("gliner")
        except ImportError as error:
            raise ModelUnavailable(
                "the reader gliner needs the package gliner, which is not installed", hint="Run pip install gliner."
            ) from error
        self._folder = folder
        self._model: Any = None
        self.description = f"gliner {version} ({folder.name})"

    def find_names(self, reading: Reading) -> None:
        """Put the model's names in the place of the rules'.

        Raises:
            ModelUnavailable: the model cannot be loaded.
        """
        model = self._loaded()
        found = []
        for start, end in passages(reading, PASSAGE_CHARS):
            for item in model.predict_entities(reading.document.text[start:end], list(LABELS), threshold=THRESHOLD):
                type_ = LABELS.get(item["label"])
                if type_ is not None and reading.document.text[start + item["start"] : start + item["end"]] == item["text"]:
                    found.append(FoundName(start + item["start"], start + item["end"], type_, float(item["score"])))
        put_names(reading, found, replacing=True)

    def find_claims(self, reading: Reading) -> None:
        """Leave what the rules found."""

    def _loaded(self) -> Any:
        if self._model is None:
            try:
                self._model = self._package.GLiNER.from_pretrained(str(self._folder), local_files_only=True)
            except Exception as error:
                reason = " ".join(str(error).split())[:200]
                raise ModelUnavailable(f"the GLiNER model in {self._folder.name} cannot be loaded: {reason}") from error
        return self._model


def passages(reading: Reading, limit: int) -> Iterator[tuple[int, int]]:
    """Yield stretches of whole sentences, each no longer than a limit in characters where its sentences allow it."""
    start = end = None
    for sentence in reading.sentences:
        if start is not None and end is not None and sentence.end_char - start > limit:
            yield start, end
            start = None
        start = sentence.start_char if start is None else start
        end = sentence.end_char
    if start is not None and end is not None:
        yield start, end
