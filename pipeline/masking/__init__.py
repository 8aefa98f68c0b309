"""Findings and a policy in, a new document built from masked pixels out."""
