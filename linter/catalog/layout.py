"""How a catalogue file is laid out: what `compile` writes, `store` reads and `verify` looks at.

Numbers are little-endian.

    entralint catalogue 2        the format's name and version
    123456789                    CRC-32 of the header
    key value                    header lines; `section NAME OFFSET LENGTH CRC-32` counts from …
    (empty line)
    payload                      … here: sections, one behind the other

* `literals`  lines: path literals as spelt, sorted in lower case, line number = id; line 0 is `{}`,
              the slot
* `edges`     u32, sorted: parent node << 13 | literal id; the edge's position + 1 is its node
* `rows`      u32, sorted: node << 4 | method << 1 | (1 for beta)
* `needs`     u16 a row: index into `triples`
* `triples`   u16 x 3: index into `grants_at`, for the schemes in `SCHEMES` order
* `grants_at` u32: where a support begins in `grants`
* `grants`    u16: supported | confidence << 1, number of alternatives, how many of them are least,
              then the alternatives: a name id, or 0x8000 | index into `pairs`, and 0x4000 for eligible
* `weights`   u16 a triple: operations that have it, those of both versions counted once
* `order`     u16 a row: its place among those operations
* `opens`     u16: the supports that a permission opens by itself, one list behind the other, then
              those of each pair; `opens_at` u32: where each list begins
* `names`     lines: permission names, sorted without regard to case
* `pairs`     u16 x 2: name ids
* `guids`     16 bytes a permission
* `facts`     u16 x 3 a permission: name id (sorted), resource index, flags
* `*_at`      u32, beside each section of lines: where every line begins, and the end + 1
* `resources` lines: appIds of the APIs that own permissions
* `app_ids`   16 bytes, and `app_names` lines: Microsoft's own applications
* `evidence_of`    u16 x 3 a row: index into `evidence_at`, for the schemes in `SCHEMES` order
* `evidence_at`    u32: where an entry begins in `evidence`
* `evidence`       u16: five lists, each its length (0xFFFF for none) and its items: alternatives that
                   permissions.json lists, those that it tags as least, those that are documented, those that
                   the guard removed, and without a length of their own the defects of these; then the
                   templates under which the two witnesses know the operation, 0 for its own
* `evidence_names` lines: names beyond those in `names`; `evidence_pairs` as `pairs`
* `defects`, `evidence_paths` lines

What only `explain` and `catalog` ask for lies at the end, so that no lint reads it. Nothing is compressed: a
wheel and Git do that themselves.
"""

from __future__ import annotations

from linter.typed import Final

MAGIC: Final = b"entralint catalogue 2\n"
END: Final = b"\n\n"
LITERAL_BITS: Final = 13
PAIR: Final = 0x8000
ELIGIBLE: Final = 0x4000
NOTHING: Final = 0xFFFF
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

# Flags of a permission: two bits hold admin consent (0 unknown, 1 no, 2 yes), three the level.
ROLE: Final = 1
LIVE: Final = 2
HIDDEN: Final = 4
ENABLED: Final = 8
PERSONAL: Final = 16
CONSENT_SHIFT: Final = 5
LEVEL_SHIFT: Final = 7

# What is read at once: in the file that ships, all that a look-up of operations and permissions needs. The
# names of Microsoft's apps and the evidence, half of the file, are read when they are asked for.
HEAD: Final = 424 * 1024

# Bytes of the largest file that is taken for a catalogue; ours has less than one million.
MAX_BYTES: Final = 8 * 1024 * 1024

# How many levels a template may have, and how many characters: the deepest published one has 16.
LEVELS: Final = 32
LENGTH: Final = 1000

# Operations, and nodes of their trie, of the largest catalogue: sixteen times what Microsoft Graph has.
MOST: Final = 1 << 18
