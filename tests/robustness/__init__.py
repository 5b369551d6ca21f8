"""Whatever happens: killed, out of disk, interrupted, read and written at once."""
