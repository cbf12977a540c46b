"""Figures that readers can play with: what is swept, what is stored, and what is shown of it."""
