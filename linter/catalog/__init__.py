"""What Microsoft publishes about its APIs' permissions and operations.

`store` opens the compiled file, `match` finds the operation of a call,
`compile` and `guard` make the file from the upstream data.
"""
