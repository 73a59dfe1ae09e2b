"""Fit the weights of links and signals on labelled worlds, and try them on others."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from extraction_watch.dbt_build import PROJECT, BuildError
from tests.worlds.calibration import report
from tests.worlds.calibration.building import (
    LabelledWorld,
    build_link_models,
    build_signal_models,
    copy_project,
    make_world,
)
from tests.worlds.calibration.capped_logistic import Fit, FitError
from tests.worlds.calibration.link_weights import fit_link_weights
from tests.worlds.calibration.observations import (
    LabelledAccounts,
    LabelledPairs,
    read_accounts,
    read_pairs,
)
from tests.worlds.calibration.seeds import (
    Columns,
    link_columns,
    read_link_weights,
    read_signal_weights,
    signal_columns,
    write_link_weights,
    write_signal_weights,
)
from tests.worlds.calibration.signal_weights import fit_signal_weights
from tests.worlds.presets import PRESETS

_SEEDS = PROJECT / "seeds"
