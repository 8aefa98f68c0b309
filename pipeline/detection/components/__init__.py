"""The components of the spaCy pipeline; each writes to the span group of its own name."""
