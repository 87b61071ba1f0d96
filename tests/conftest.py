"""Every test begins without what the developer's shell may say."""

import os

os.environ.pop("ENTRALINT_CATALOG", None)
