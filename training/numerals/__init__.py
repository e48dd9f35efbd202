"""Numbers in scanned cells: how sure a reading of one is."""
