"""Back-tests: what the product would have said at earlier moments of a log.

`command` runs one, `span` reads FROM, TO and STEP, `plan` takes the models to rebuild
from dbt's manifest, `replay` rebuilds them on what was known at a moment, and
`timeline` keeps when each account and cluster reached each band.
"""
