"""The command line as on an install without the extra `quality`.

The gate takes as long as the build of a small world, and has tests of its own.
"""

import sys

from extraction_watch import quality_gate
from extraction_watch.__main__ import main

if __name__ == "__main__":
    quality_gate.is_available = lambda: False
    sys.exit(main())
