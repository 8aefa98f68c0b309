"""Our own model of person names and schools: how its text is made, trained, exported, measured.

Nothing here runs in the product. What the product loads are the files in ``weights``.
"""

from __future__ import annotations
