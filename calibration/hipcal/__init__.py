"""Calibration: of the sensor, of how the clip sits, and of the runner (docs/calibration.md)."""
