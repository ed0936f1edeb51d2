"""Reads a text up to linked entities, for the tests of these stages; model and gazetteer are loaded once."""

from functools import cache

from crisiskg.annotation.coreference import resolve_coreference
from crisiskg.annotation.gazetteer import Gazetteer, load_gazetteer
from crisiskg.annotation.linking import link_entities
from crisiskg.annotation.mentions import find_mentions
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Entity, Mention
from crisiskg.documents import Document
from crisiskg.settings import load_settings


@cache
def gazetteer() -> Gazetteer:
    return load_gazetteer(load_settings())


def tokens(document: Document) -> Reading:
    return Reading(document, next(doc for _, doc in read_docs(load_language(), [document])))


def mentioned(text: str, **about: object) -> Reading:
    reading = tokens(Document(text, **about))
    find_mentions(reading, gazetteer())
    return reading


def read(text: str, **about: object) -> Reading:
    reading = mentioned(text, **about)
    resolve_coreference(reading, gazetteer())
    link_entities(reading, gazetteer())
    return reading


def types(reading: Reading, kind: str = "name") -> dict[str, str]:
    return {mention.text: mention.type for mention in reading.mentions if mention.kind == kind}


def find(reading: Reading, words: str, number: int = 0) -> Mention:
    return [mention for mention in reading.mentions if mention.text == words][number]


def entity(reading: Reading, words: str, number: int = 0) -> Entity:
    found = reading.entity_of(find(reading, words, number))
    assert found is not None, f"{words!r} is unresolved"
    return found
