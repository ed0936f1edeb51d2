"""From the lines of a page to its documents: what is title, caption, body, note and contributor, and what is page furniture.

A helper of the readers, as `sources/text.py` is. Words and names that it knows stand in `data/*.json`.
"""
