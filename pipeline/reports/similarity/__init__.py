"""Similarity reports: one document, and a whole review round; HTML and PDF, masked or not."""

from __future__ import annotations
