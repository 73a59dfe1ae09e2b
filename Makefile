# A thin shell: every target is a command that you could type. `make help` lists them.
PYTHON ?= python3
LOG_FORMAT ?= native
ENGINE ?= duckdb
DEMO ?= demo
SIZE ?= demo
JOBS ?= 2
RUN := .venv/bin/python -m extraction_watch

# Which locked set of packages a target needs; a larger one also serves a smaller need.
EXTRA_FOR_ENGINE := $(if $(filter spark,$(ENGINE)),spark,core)
JAVA := $(shell command -v java 2>/dev/null)
EXTRA_FOR_TESTS := $(if $(JAVA),test-spark,test)

.PHONY: help demo test run backtest publish rollback report forget doctor calibrate evaluate \
	bench chaos lock clean
help:
	@echo "make demo                                try it on generated logs"
	@echo "make run LOGS=<dir> WAREHOUSE=<dir>      read logs, build, check, publish"
	@echo "         [LOG_FORMAT=native|litellm|otel_genai] [ENGINE=duckdb|spark] [FULL_REFRESH=1]"
	@echo "make backtest LOGS=<dir> WAREHOUSE=<dir> what would have been known when"
	@echo "         [FROM=2026-03-01] [TO=2026-03-28] [STEP=1h|6h|1d] [LOG_FORMAT=...]"
	@echo "make publish WAREHOUSE=<dir>             audit and publish after a plain dbt build"
	@echo "make rollback WAREHOUSE=<dir> [TO=<run id>]  put an older publication in force"
	@echo "make report WAREHOUSE=<dir>              show what was found"
	@echo "make doctor [WAREHOUSE=<dir>] [LOGS=<dir>]  tell what is missing or wrong"
	@echo "make forget WAREHOUSE=<dir> ACCOUNT=<id>  remove an account for good"
	@echo "make calibrate [WAREHOUSE=<dir>]         fit the weights, also to your analysts' verdicts"
	@echo "         [VERDICT_WEIGHT=1] [FOLDER=<dir>] [WRITE=1]"
	@echo "make evaluate [PEERS=1] [FULL=1]         judge it on held-out worlds, and its peers"
	@echo "make bench [SIZES=\"300000 3300000\"]      what runs cost at scale [FOLDER=<dir>]"
	@echo "make bench PEERS=1 [SIZES=300000]        steps beside other tools [FOLDER=<dir>]"
	@echo "make chaos                               kill runs, fill disks, read meanwhile (an hour)"
	@echo "make test [JOBS=2]                       run every test, files side by side"
	@echo "make lock                                pin the dependencies anew (needs uv)"

demo: .venv/.quality
	.venv/bin/python -m tests.worlds --out $(DEMO) --preset $(SIZE) --seed 1 --format $(LOG_FORMAT)
	$(RUN) run --logs $(DEMO)/logs --warehouse $(DEMO)/warehouse --log-format $(LOG_FORMAT) --full-refresh
	@echo
	@$(RUN) report --warehouse $(DEMO)/warehouse

test: .venv/.$(EXTRA_FOR_TESTS)
	.venv/bin/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

run: .venv/.$(EXTRA_FOR_ENGINE)
	@test -n "$(LOGS)" -a -n "$(WAREHOUSE)" || { echo "usage: make run LOGS=<dir> WAREHOUSE=<dir>" >&2; exit 2; }
	$(RUN) run --logs "$(LOGS)" --warehouse "$(WAREHOUSE)" --log-format $(LOG_FORMAT) --engine $(ENGINE) $(if $(FULL_REFRESH),--full-refresh)

backtest: .venv/.core
	@test -n "$(LOGS)" -a -n "$(WAREHOUSE)" || { echo "usage: make backtest LOGS=<dir> WAREHOUSE=<dir> [FROM=2026-03-01] [TO=2026-03-28] [STEP=1h|6h|1d]" >&2; exit 2; }
	$(RUN) backtest --logs "$(LOGS)" --warehouse "$(WAREHOUSE)" --log-format $(LOG_FORMAT) --engine $(ENGINE) $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") $(if $(STEP),--step "$(STEP)")

publish: .venv/.$(EXTRA_FOR_ENGINE)
	@test -n "$(WAREHOUSE)" || { echo "usage: make publish WAREHOUSE=<dir>" >&2; exit 2; }
	$(RUN) publish --warehouse "$(WAREHOUSE)" --engine $(ENGINE)

rollback: .venv/.core
	@test -n "$(WAREHOUSE)" || { echo "usage: make rollback WAREHOUSE=<dir> [TO=<run id>]" >&2; exit 2; }
	$(RUN) rollback --warehouse "$(WAREHOUSE)" $(if $(TO),--to "$(TO)")

report: .venv/.core
	@test -n "$(WAREHOUSE)" || { echo "usage: make report WAREHOUSE=<dir>" >&2; exit 2; }
	@$(RUN) report --warehouse "$(WAREHOUSE)"

# An id comes from the logs: neither make nor the shell may take it for a command.
override ACCOUNT := $(value ACCOUNT)
export ACCOUNT
forget: .venv/.core
	@test -n "$(WAREHOUSE)" -a -n "$$ACCOUNT" || { echo "usage: make forget WAREHOUSE=<dir> ACCOUNT=<id>" >&2; exit 2; }
	$(RUN) forget --warehouse "$(WAREHOUSE)" --account="$$ACCOUNT"

# Needs nothing installed: it tells what is missing.
doctor:
	@$(if $(wildcard .venv/bin/python),.venv/bin/python,$(PYTHON)) -m extraction_watch.doctor --engine $(ENGINE) \
		$(if $(WAREHOUSE),--warehouse "$(WAREHOUSE)") $(if $(LOGS),--logs "$(LOGS)") $(if $(JSON),--json)

# With the packages of the tests: the fit needs SciPy. WRITE=1 replaces the weights in seeds/.
calibrate: .venv/.$(EXTRA_FOR_TESTS)
	.venv/bin/python -m tests.worlds.calibration $(if $(WAREHOUSE),--warehouse "$(WAREHOUSE)") \
		$(if $(VERDICT_WEIGHT),--verdict-weight $(VERDICT_WEIGHT)) \
		$(if $(FOLDER),--folder "$(FOLDER)") $(if $(WRITE),--write)

# With the packages of the tests, which the peers need.
evaluate: .venv/.$(EXTRA_FOR_TESTS)
	.venv/bin/python -m tests.evaluation $(if $(PEERS),--peers) $(if $(FULL),--full)

bench: .venv/.$(if $(PEERS),bench,$(EXTRA_FOR_TESTS))
	.venv/bin/python -m tests.benchmarks.scale$(if $(PEERS),.peers) \
		$(if $(SIZES),$(if $(PEERS),--size,--sizes) $(SIZES)) $(if $(FOLDER),--folder "$(FOLDER)")

chaos: .venv/.$(EXTRA_FOR_TESTS)
	.venv/bin/python -m tests.reliability

# The checkout itself goes on the path of the environment, so that dbt finds the plugin.
.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("extraction_watch needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv .venv
	.venv/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "extraction_watch.pth").write_text("$(CURDIR)\n")'

.venv/.%: requirements/%.txt | .venv/bin/python
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ .venv/.core

# The largest set is resolved first and constrains the others, so that one environment
# serves every target whatever is run first.
LOCKED := uv pip compile --quiet pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-strip-extras --no-annotate --no-header
CONSTRAINED := $(LOCKED) --constraint requirements/test-spark.txt
lock:
	$(LOCKED) --extra quality --extra spark --extra test -o requirements/test-spark.txt
	$(CONSTRAINED) -o requirements/core.txt
	$(CONSTRAINED) --extra quality -o requirements/quality.txt
	$(CONSTRAINED) --extra quality --extra spark -o requirements/spark.txt
	$(CONSTRAINED) --extra quality --extra test -o requirements/test.txt
	$(CONSTRAINED) --extra bench -o requirements/bench.txt

clean:
	rm -rf .venv target logs $(DEMO)
