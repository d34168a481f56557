"""Checks of the GitHub workflows, offline."""
