"""What is done to documents: bytes and models in, results out. No Prefect, Django or network."""

from __future__ import annotations

import os

# Since 1.29 ONNX Runtime reports every session to its maker unless this is set before its import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
