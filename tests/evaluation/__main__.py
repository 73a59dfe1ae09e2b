"""Judge the product on worlds that nothing was fitted on; write the page about it."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from extraction_watch.dbt_build import PROJECT
from tests.evaluation.ablation import AblationError
from tests.evaluation.builds import RunError
from tests.evaluation.judgement import JudgementError
from tests.evaluation.markdown import replace_block
from tests.evaluation.plan import Plan, usual_plan
from tests.evaluation.sections import sections

PAGE = PROJECT / "docs" / "evaluation.md"
PARTS = ("judgement", "ladders", "hardest", "crowd")
# Blocks that speak of several parts; a choice of parts prints them only.
_JOINT_BLOCKS = ("cost", "ablation")


def parser() -> argparse.ArgumentParser:
    """All options."""
    options = argparse.ArgumentParser(
        prog="python -m tests.evaluation", description=__doc__
    )
    options.add_argument("--peers", action="store_true", help="judge the peers as well")
    options.add_argument(
        "--full",
        action="store_true",
        help="also pools of 2,000 and the crowd of 200,000",
    )
    options.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    options.add_argument(
        "--pools", type=int, nargs="+", help="sizes of the ladder's pools"
    )
    options.add_argument("--folder", type=Path, help="keeps worlds and builds")
    options.add_argument(
        "--reuse",
        action="store_true",
        help="take finished builds of the folder as they are",
    )
    options.add_argument(
        "--page", type=Path, default=PAGE, help="where blocks are replaced"
    )
    return options


def main() -> int:
    """Print each block and put it into the page; exit code 1 when a world fails."""
    options = parser().parse_args()
    whole = usual_plan(options.full, options.peers)
    plan = _chosen(whole, options.parts, options.pools)
    try:
        with TemporaryDirectory(prefix="evaluation-") as temporary:
            folder = (options.folder or Path(temporary)).resolve()
            keep = options.folder is not None
            for name, body in sections(plan, folder, options.reuse, keep):
                print(f"## {name}\n\n{body}\n", flush=True)
                if plan == whole or name not in _JOINT_BLOCKS:
                    page = options.page.read_text(encoding="utf-8")
                    options.page.write_text(replace_block(page, name, body), "utf-8")
    except (RunError, JudgementError, AblationError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    return 0


def _chosen(plan: Plan, parts: tuple[str, ...], pools: list[int] | None) -> Plan:
    """The plan without the parts and pools that were not asked for."""
    ladders = {
        pool: worlds
        for pool, worlds in plan.ladders.items()
        if "ladders" in parts and (pools is None or pool in pools)
    }
    return replace(
        plan,
        judgement=plan.judgement if "judgement" in parts else (),
        ladders=ladders,
        hardest=plan.hardest if "hardest" in parts else None,
        crowd=plan.crowd if "crowd" in parts else None,
    )


if __name__ == "__main__":
    sys.exit(main())
