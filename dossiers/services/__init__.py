"""What the portal and the flows may do: typed functions, each in one transaction.

``by`` is the account that asks, whose permission is checked; None is the system itself (a flow, a
command). Import these modules after :func:`dossiers.setup`.
"""

from __future__ import annotations
