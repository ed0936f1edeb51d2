"""Imports reference data of others into a local reference base: Wikidata, GeoNames, FollowTheMoney, UCDP."""
