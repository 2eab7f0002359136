"""The examples in docs/scale: whole in form, and in keeping with the command line and the page's routes."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa.cli import quoth

SCALE = Path(__file__).parent.parent / "docs/scale"


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((SCALE / "compose.yaml").read_text(encoding="utf-8"))
    return found


def kubernetes() -> dict[str, dict[str, Any]]:
    text = (SCALE / "kubernetes.yaml").read_text(encoding="utf-8")
    return {found["kind"]: found for found in yaml.safe_load_all(text)}


def commands() -> list[list[str]]:
    """Every command line of quoth in the examples, without its name."""
    services, kinds = compose()["services"], kubernetes()
    pages = [services[f"page{number}"]["command"] for number in (1, 2, 3)]
    job = kinds["Job"]["spec"]["template"]["spec"]["containers"][0]["args"]
    shells = [
        shlex.split(line[0])[shlex.split(line[0]).index("quoth") + 1 :]
        for line in (job, services["index"]["command"])
    ]
    deployed = kinds["Deployment"]["spec"]["template"]["spec"]["containers"][0]["args"]
    return [*pages, deployed, *shells]


@pytest.mark.parametrize("line", commands(), ids=" ".join)
def test_the_examples_use_options_that_the_command_has(line: list[str]) -> None:
    name, *given = line
    quoth.commands[name].make_context(name, given)


def test_what_the_examples_name_is_there() -> None:
    services = compose()["services"]
    for service in services.values():
        assert set(service.get("depends_on", [])) <= services.keys()
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source.startswith(("$", "./")) or source in compose()["volumes"]
    balanced = re.findall(r"server (\w+):7860;", (SCALE / "nginx.conf").read_text(encoding="utf-8"))
    assert balanced == ["page1", "page2", "page3"]
    kinds = kubernetes()
    labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert kinds["Service"]["spec"]["selector"].items() <= labels.items()
    container = kinds["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    claim = kinds["PersistentVolumeClaim"]["metadata"]["name"]
    volumes = kinds["Job"]["spec"]["template"]["spec"]["volumes"]
    assert claim in {volume["persistentVolumeClaim"]["claimName"] for volume in volumes}
