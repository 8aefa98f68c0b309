"""The redaction diff: what was hidden and why, beside the original; and how it is corrected."""
