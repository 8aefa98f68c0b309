"""Papers and books: their parts, their numbers, the journal, the authors, the vendor's report.

Reads originals, never masked copies, and knows nothing of masking.
"""
