"""The guided calibration at the rim: samples of a link or a file into a procedure, its words to terminal and window."""
