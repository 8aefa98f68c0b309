"""Shared text: what the vendors' reports say of it, and our own comparison.

Reads originals, never masked copies, and knows nothing of masking.
"""
