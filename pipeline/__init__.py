"""What is done to documents: bytes and models in, results out. No Prefect, Django or network."""

from __future__ import annotations

import os
import sys

# Since 1.29 ONNX Runtime reports every session to its maker unless this is set before its import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
# OpenVINO writes an id of the user into the home folder for its reports as soon as it is imported;
# where this package cannot be imported it uses its own stand-in that does nothing.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
