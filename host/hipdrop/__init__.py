"""hipdrop finds contralateral pelvic drop, step by step, in the motion of a clip on a runner's waistband.

Start with `hipdrop.pipeline.Pipeline` (samples in, events out), `hipdrop.imucsv.read_imu_csv` (a file to samples) and
`hipdrop.simulate` (a runner with known truth). Frames, signs and units: docs/frames-and-signs.md.
"""

__version__ = "0.1.0"
