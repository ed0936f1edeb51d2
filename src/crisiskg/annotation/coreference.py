"""Ties mentions to entities: names first, then appositions, nominals and pronouns; what is not clear stays unresolved."""

from __future__ import annotations

from dataclasses import replace

from crisiskg.annotation.clusters import Cluster, coarse
from crisiskg.annotation.gazetteer import Gazetteer
from crisiskg.annotation.name_coreference import NameCoreference
from crisiskg.annotation.nominal_coreference import NominalCoreference
from crisiskg.annotation.part_names import PartNames
from crisiskg.annotation.pronoun_coreference import PronounCoreference
from crisiskg.annotation.reading import Reading
from crisiskg.annotation.records import Entity

#: Pronouns that are mentions even where nobody can say of whom.
_PERSONS = frozenset(["he", "she", "they", "him", "his", "her", "them", "their", "who", "we", "i", "us", "our", "my", "me"])

#: First words of a nominal that lean on what was said before or count.
_LEANING = frozenset(
    "all both some many most several other this that these those his her its their our my your whose".split()  # noqa: SIM905
)


def resolve_coreference(reading: Reading, gazetteer: Gazetteer) -> None:
    """Give each mention its entity, and the reading its entities.

    Args:
        reading: A document whose mentions were found.
        gazetteer: Names of the reference data: a state, its demonym and its capital as its government are one entity.
    """
    Resolver(reading, gazetteer).run()


class Resolver(NameCoreference, PartNames, NominalCoreference, PronounCoreference):
    """Ties the mentions of one document."""

    def run(self) -> None:
        """Tie the mentions and write the entities."""
        names = [mention for mention in self.reading.mentions if mention.kind == "name"]
        self.tie_names(names)
        self.tie_definitions(names)
        self.part_names(names)
        for mention in names:
            title = self.reading.titles.get(mention.id)
            if title:
                self.owner[mention.id].describe(title.split())
        # "his" before "his son": a nominal knows whose it is.
        for mention in sorted(self.reading.mentions, key=lambda m: (m.start, m.kind != "pronoun", -m.end)):
            if mention.kind == "name":
                self.touch(self.owner[mention.id], mention)
            elif mention.kind == "nominal":
                self.tie_nominal(mention, self.reading.head_of(mention))
            else:
                self.tie_pronoun(mention, self.reading.head_of(mention))
        self._finish()

    def _finish(self) -> None:
        ordered = sorted(
            (cluster for cluster in self.clusters.values() if cluster.mentions),
            key=lambda c: min((m.start, -m.end) for m in c.mentions),
        )
        entities: list[Entity] = []
        ids: dict[int, str] = {}
        for number, cluster in enumerate(ordered):
            ids[id(cluster)] = f"e{number}"
            entities.append(_entity(f"e{number}", cluster))
        entries = {f"e{number}": cluster.entry for number, cluster in enumerate(ordered) if cluster.entry is not None}
        mentions = []
        for mention in self.reading.mentions:
            owner = self.owner.get(mention.id)
            if owner is None:
                if mention.kind == "pronoun" and mention.text.lower() not in _PERSONS:
                    continue  # "it" or "that" without an antecedent may be no mention at all
                mentions.append(mention)
                continue
            kind = mention.type
            if (
                mention.kind == "pronoun"
                or (mention.kind == "nominal" and coarse(kind) != owner.coarse)
                or (mention.kind == "name" and coarse(kind) == owner.coarse and kind != "PopulationGroup")
            ):
                kind = owner.type
            confidence = round(mention.confidence * self.scores.get(mention.id, 1.0), 3)
            mentions.append(replace(mention, entity=ids[id(owner)], type=kind, confidence=confidence))
        self.reading.entries = entries
        self.reading.set_mentions(mentions)
        self.reading.set_entities(entities)


def _entity(entity_id: str, cluster: Cluster) -> Entity:
    names = [m.text for m in sorted(cluster.mentions, key=lambda m: m.start) if m.kind == "name"]
    if names:
        plain = [name for name in names if not _is_demonym(cluster, name)] or names
        chosen = max(dict.fromkeys(plain), key=lambda name: (len(name.split()) if not name.isupper() else 0, plain.count(name)))
    elif cluster.label is not None:
        chosen = cluster.label
    else:
        nominals = [m.text for m in cluster.mentions if m.kind == "nominal"]
        chosen = max(nominals, key=lambda text: (_is_plain(text), len(text)), default=cluster.mentions[0].text)
    aliases = tuple(dict.fromkeys(name for name in names if name != chosen))
    return Entity(entity_id, cluster.type, chosen, aliases=aliases, subtype=cluster.entry.subtype if cluster.entry else None)


def _is_plain(nominal: str) -> bool:
    """Whether a nominal says what it is by itself: "French troops", not "all French troops", "their troops" or "40 troops"."""
    first = nominal.split(maxsplit=1)[0].lower()
    return first not in _LEANING and not first[:1].isdigit()


def _is_demonym(cluster: Cluster, name: str) -> bool:
    return cluster.entry is not None and name in cluster.entry.demonyms
