"""Untrusted bytes in, checked pages out."""
