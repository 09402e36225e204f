"""Groups of measurements, one module each: the file's name is the registration."""
