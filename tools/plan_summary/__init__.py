"""Say in one comment what plans would change, from plan JSON."""
