"""Codes of states in the schemes that datasets use, valid for a period each: which state had the code 365 in 1990."""

from crisiskg.crosswalk.states import SCHEMES, CodedState, Crosswalk, Holding, load_crosswalk

__all__ = ["SCHEMES", "CodedState", "Crosswalk", "Holding", "load_crosswalk"]
