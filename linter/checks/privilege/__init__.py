"""Privilege: permissions and settings that give away more than most apps should. One module per subject."""
