"""What is shipped beside the code can be read, and names settings, commands and metrics that there are."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.cli import main
from service.settings import PREFIX, Settings
from tests.guards.sources import ROOT

DEPLOY = ROOT / "deploy"
SHIPPED = [ROOT / "compose.yaml", *sorted(path for path in DEPLOY.rglob("*") if path.is_file())]


def measured() -> set[str]:
    """Return the names of the metrics in the code, counters with the ending that Prometheus gives them."""
    code = "".join((ROOT / "service" / name).read_text() for name in ("kit/metrics.py", "health/collector.py"))
    names = set(re.findall(r'"(crossover_[a-z_]+)"', code))
    endings = ("_total", "_count", "_bucket", "_sum")
    return names | {f"{name}{ending}" for name in names for ending in endings}


def expressions() -> Iterator[str]:
    """Yield every expression of alerts and dashboard."""
    for group in yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in json.loads((DEPLOY / "grafana/dashboard.json").read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_alerts_and_dashboard_ask_for_metrics_that_there_are() -> None:
    asked = {name for expression in expressions() for name in re.findall(r"crossover_[a-z_]+", expression)}
    assert asked
    assert asked <= measured()


def test_every_setting_that_is_set_is_one() -> None:
    known = {f"{PREFIX}{setting.name.upper()}" for setting in fields(Settings)}
    named = {name for path in SHIPPED for name in re.findall(r"CROSSOVER_[A-Z_]+", path.read_text())}
    assert named
    assert named <= known


def test_every_command_that_is_run_is_one() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    run = {service["command"][0] for service in services if "command" in service}
    for document in yaml.safe_load_all((DEPLOY / "kubernetes/crossover.yaml").read_text()):
        pod = document["spec"].get("template", {}).get("spec", {})
        run |= {container["args"][0] for container in pod.get("containers", [])}
    for unit in (DEPLOY / "systemd").glob("*.service"):
        run |= set(re.findall(r"bin/crossover (\w+)", Path(unit).read_text()))
    assert {"serve", "worker", "migrate", "backup"} <= run
    assert run <= set(main.commands)


def kubernetes_faults(document: dict[str, Any]) -> list[str]:
    """Return what the newest Kubernetes API that is known here would refuse of a resource, unknown fields too."""
    validate = pytest.importorskip("kubernetes_validate", reason="needs what requirements-dev.txt locks")
    try:
        validate.validate(document, validate.latest_version(), strict=True)
    except (validate.ValidationError, validate.SchemaNotFoundError) as fault:
        return [f"{document['kind']}: {fault}"]
    return []


def test_kubernetes_would_take_every_resource() -> None:
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes/crossover.yaml").read_text()))
    assert [fault for document in documents for fault in kubernetes_faults(document)] == []
    server = next(document for document in documents if document["kind"] == "Deployment")
    server["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}
    assert kubernetes_faults(server), "the control: a misspelled field is found"


def test_compose_would_take_its_file(tmp_path: Path) -> None:
    pytest.importorskip("check_jsonschema", reason="needs what requirements-dev.txt locks")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text((ROOT / "compose.yaml").read_text().replace("healthcheck:", "helthcheck:"))

    def faults(path: Path) -> int:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert faults(ROOT / "compose.yaml") == 0
    assert faults(wrong) == 1, "the control: a misspelled field is found"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_would_take_every_unit(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text().replace("/opt/crossover/.venv/bin/crossover", sys.executable)
        (tmp_path / unit.name).write_text(text)
    (tmp_path / "wrong.service").write_text("[Service]\nExecStart=/bin/true\nProtectSytem=strict\n")

    def said(*names: str) -> str:
        command = ["systemd-analyze", "verify", *(str(tmp_path / name) for name in names)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr

    assert said(*(unit.name for unit in (DEPLOY / "systemd").iterdir())) == ""
    assert "ProtectSytem" in said("wrong.service"), "the control: a misspelled setting is found"
