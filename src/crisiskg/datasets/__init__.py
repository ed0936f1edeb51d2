"""Datasets of events and actors: tables of publishers, read a row at a time into the ontology's terms.

One module a dataset. `find_dataset` gives them by name; `crisiskg.importing` writes what they read into a store.
"""

from __future__ import annotations

from functools import cache

from crisiskg.datasets.dataset import Dataset
from crisiskg.errors import UnknownName

__all__ = ["Dataset", "all_datasets", "find_dataset"]


@cache
def all_datasets() -> dict[str, Dataset]:
    """Return all datasets by name."""
    from crisiskg.datasets.acled import ACLED
    from crisiskg.datasets.archigos import ARCHIGOS
    from crisiskg.datasets.followthemoney import FOLLOWTHEMONEY
    from crisiskg.datasets.gdelt import GDELT
    from crisiskg.datasets.gdelt_documents import GDELT_GKG, GDELT_MENTIONS
    from crisiskg.datasets.gtd import GTD
    from crisiskg.datasets.hxl import HXL
    from crisiskg.datasets.icews import ICEWS
    from crisiskg.datasets.polecat import POLECAT
    from crisiskg.datasets.sigacts import SIGACTS
    from crisiskg.datasets.state_lists import COW_STATES, GW_STATES
    from crisiskg.datasets.ucdp_actors import UCDP_ACTORS
    from crisiskg.datasets.ucdp_ged import UCDP_GED
    from crisiskg.datasets.ucdp_prio import UCDP_PRIO
    from crisiskg.datasets.wikidata import WIKIDATA

    found = (
        UCDP_GED,
        ICEWS,
        SIGACTS,
        ACLED,
        POLECAT,
        GDELT,
        GDELT_GKG,
        GDELT_MENTIONS,
        UCDP_PRIO,
        GTD,
        HXL,
        ARCHIGOS,
        UCDP_ACTORS,
        GW_STATES,
        COW_STATES,
        WIKIDATA,
        FOLLOWTHEMONEY,
    )
    return {dataset.name: dataset for dataset in sorted(found, key=lambda dataset: dataset.name)}


def find_dataset(name: str) -> Dataset:
    """Return a dataset.

    Raises:
        UnknownName: there is none of that name.

    >>> find_dataset("ucdp-ged").publisher
    'Uppsala Conflict Data Program'
    """
    found = all_datasets().get(name)
    if found is None:
        raise UnknownName(f"there is no dataset {name[:60]!r}; there are {', '.join(all_datasets())}")
    return found
