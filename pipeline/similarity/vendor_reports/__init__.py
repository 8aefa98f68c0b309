"""Reading a vendor's similarity report, and what is wrong with it."""

from __future__ import annotations

from pipeline.similarity.vendor_reports.check import check_report
from pipeline.similarity.vendor_reports.fields import read_report
from pipeline.similarity.vendor_reports.nouns import Fault, FaultKind, Vendor, VendorReport

__all__ = ["Fault", "FaultKind", "Vendor", "VendorReport", "check_report", "read_report"]
