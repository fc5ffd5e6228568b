"""Stands in for the package of a tree's server."""
