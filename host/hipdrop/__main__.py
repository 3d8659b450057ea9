"""`python -m hipdrop` is `hipdrop`."""

import sys

from hipdrop.cli import main

sys.exit(main())
