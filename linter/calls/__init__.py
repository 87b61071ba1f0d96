"""Where planned calls come from: each module reads one source into an `Inventory`.

Today that is the calls file (`file`); recorded traffic, logs and source code may follow.
"""
