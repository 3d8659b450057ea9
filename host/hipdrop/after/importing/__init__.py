"""Recordings of other sensors become recordings of hipdrop (docs/import.md).

::

    container      files, folders and zips, as members that can be read safely
    csvtext        the header of a CSV and its numbers, in any of the usual dialects
    phyphox, movella_dot, columns, columnmap
                   what the makers' layouts mean: sensors in SI units, the date, the device
    recognise      which layout it is, by the content
    clocks         one uniform time base of one or two sensors' time stamps
    plausible      wrong units and a missing gravity are refused
    frames         samples as messages of a clip
    writing        messages and events into run.mcap
"""
