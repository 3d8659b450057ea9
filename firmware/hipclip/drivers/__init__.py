"""IMU drivers, one chip a file: FIFO bursts into buffers that the caller owns."""
