# What can be done here: `make` alone prints it. Each line after ## is the help of its target.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := app/web/static/bundle
WORDS := app/web/translations
# Pages count too: the build leaves out the styles that none of them names.
SOURCES := $(shell find app/web \( -name node_modules -o -name static -o -name __pycache__ \) -prune -o -type f -print)
FAST := not slow and not long and not browser and not crash and not postgres
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test test-fast test-long bench lint check rehearse verify diagrams pictures assets words lock clean chromium

help:  ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## make the environment .venv with everything of requirements.lock

run: setup assets  ## everything from a bare checkout: demo people, demo complaints, pages on 127.0.0.1:8000 (PORT=...)
	$(BIN)/alur serve --demo

test: setup assets chromium  ## install what the tests need and run them all (under 10 minutes)
	$(PYTEST) -n 2 --dist worksteal

test-fast: setup assets  ## the tests that need no browser, no PostgreSQL and no patience (under 60 seconds)
	$(PYTEST) -n 2 --dist worksteal -m "$(FAST)"

test-long: setup assets chromium  ## all tests with their full counts (crashes, pairs, random walks)
	ALUR_LONG=1 $(PYTEST) -n 2 --dist worksteal

bench: setup assets  ## measure speed and size, print a table, write tests/benchmarks/results.json
	$(BIN)/python -m tests.benchmarks

lint: setup  ## ruff, mypy and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: setup  ## say everything that is wrong with the diagrams, decisions and forms of this city
	$(BIN)/alur check $$(find processes forms -name '*.bpmn' -o -name '*.dmn' -o -name '*.form')

rehearse: setup  ## play every scenario of every procedure
	for folder in processes/*/manifest.toml; do $(BIN)/alur rehearse "$${folder%/*}" || exit 1; done

verify: setup  ## check the stored data: invariants and the audit chain (of the demo, unless ALUR_DEMO=0)
	ALUR_DEMO="$${ALUR_DEMO:-1}" $(BIN)/alur verify

diagrams: setup  ## draw the procedures again into diagrams/
	$(BIN)/alur diagrams

pictures: setup assets chromium  ## photograph every page in each width into pictures/
	$(BIN)/python -m tests.browser.pictures pictures

assets: $(BUNDLE)/.built  ## build what browsers load: scripts, styles, icons, fonts

words: setup  ## gather the sentences of the pages into the English catalogue; translate what it leaves empty
	@pot=$$(mktemp) && trap 'rm -f "$$pot"' EXIT && \
	$(BIN)/pybabel --quiet extract --mapping pyproject.toml --no-location --sort-output --output "$$pot" app/web && \
	$(BIN)/pybabel --quiet update --input-file "$$pot" --output-dir $(WORDS) --locale en --init-missing \
		--no-fuzzy-matching --ignore-obsolete --omit-header --no-wrap

lock:  ## choose the newest fitting versions again and write requirements.lock (needs uv)
	@uv=$$(command -v uv || echo $(BIN)/uv); \
	"$$uv" --version >/dev/null 2>&1 || { echo "make lock needs uv: $(BIN)/python -m pip install uv"; exit 1; }; \
	"$$uv" pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

clean:  ## remove what was built or cached; the environment and the data in var/ stay
	rm -rf $(BUNDLE) app/web/assets/node_modules pictures dist test-results .coverage
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

chromium:
	@.ci/chromium

$(VENV)/.ready: requirements.lock pyproject.toml .ci/setup
	PYTHON="$(PYTHON)" .ci/setup $(VENV)
	@touch $@

$(BUNDLE)/.built: $(SOURCES) .ci/assets | setup
	.ci/assets
	@touch $@
