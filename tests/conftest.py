"""Shared parts: a cache of its own for every test, save for the compiled models, and no network."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browsing import Session
    from tests.scripted import Served

# Before any library reads it: nothing may ask a model hub.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def compiled_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what one test compiles is found by the next; compiling takes seconds."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(autouse=True)
def _own_cache(
    tmp_path_factory: pytest.TempPathFactory, compiled_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    (cache / "models").symlink_to(compiled_models, target_is_directory=True)
    monkeypatch.setenv("QUOTH_CACHE", str(cache))


@pytest.fixture
def article() -> Path:
    """The first article, which the project ships."""
    return ROOT / "seeds" / "deepseek.txt"


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A real Chromium, started once."""
    from tests.browsing import chromium

    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Served]":
    """A page whose answers are from a double; a module may serve another."""
    from tests.scripted import serving

    with serving(tmp_path_factory.mktemp("page")) as served:
        yield served


@pytest.fixture
def session(browser: "Browser", served: "Served", request: pytest.FixtureRequest) -> "Iterator[Session]":
    """The served page, opened in the browser; a parameter holds options of the browser."""
    from tests.browsing import browsing

    with browsing(browser, served.url, **getattr(request, "param", {})) as session:
        yield session
