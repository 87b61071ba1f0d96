"""The checks: one module per rule family, one pure generator function per rule.

A large family is a package with a module for each subject.

A check's parameters are the inputs it needs (without default) or uses when
they are there (`= None`); it yields a `Hit` for each fault and an `Unknown` for
each field that it needed and nobody stated.
"""
