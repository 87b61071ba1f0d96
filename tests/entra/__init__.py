"""Tests of the documented facts."""
