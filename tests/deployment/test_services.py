"""The files for Docker Compose, systemd and Kubernetes agree with what b24bot needs: folders, probes, time to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.usecases.runtime.worker import STOP_SECONDS
from bot.web.site import FINISH_SECONDS
from tests.deployment.dockerfile import environment_of, of, read_instructions

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "deployment"
LONGEST_STOP = STOP_SECONDS + FINISH_SECONDS
IMAGE = read_instructions((ROOT / "Dockerfile").read_text(encoding="utf-8"))
VOLUMES = {"/var/lib/b24bot", "/var/lib/b24bot-key"}


def read_unit() -> dict[str, list[str]]:
    """The lines of the systemd unit by key; a key may stand there several times."""
    found: dict[str, list[str]] = {}
    for line in (FOLDER / "b24bot.service").read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


ALONE, REPLICATED = "kubernetes.yaml", "kubernetes-postgresql.yaml"


def read_pods(name: str = ALONE) -> dict[str, Any]:
    """The specification of the deployment's pods and the deployment's own."""
    documents = list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))
    (deployment,) = [one for one in documents if one["kind"] == "Deployment"]
    spec: dict[str, Any] = deployment["spec"]
    return spec


def test_each_waits_longer_than_b24bot_takes_to_stop() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["bot"]
    waits = {
        "compose": int(compose["stop_grace_period"].removesuffix("s")),
        "systemd": int(read_unit()["TimeoutStopSec"][0]),
        **{name: read_pods(name)["template"]["spec"]["terminationGracePeriodSeconds"] for name in (ALONE, REPLICATED)},
    }
    assert LONGEST_STOP <= 25
    assert {name: wait for name, wait in waits.items() if wait <= LONGEST_STOP} == {}


def test_the_folders_of_the_image_are_the_volumes_of_each() -> None:
    assert set(of("VOLUME", IMAGE)[-1].words) == VOLUMES
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["bot"]
    assert {mount.split(":")[1] for mount in compose["volumes"]} == VOLUMES
    pod = read_pods()["template"]["spec"]
    for container in (*pod["initContainers"], *pod["containers"]):
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == VOLUMES | {"/tmp"}


def test_the_unit_keeps_its_files_where_the_image_does() -> None:
    image = environment_of(IMAGE)
    unit = dict(line.split("=", 1) for line in read_unit()["Environment"])
    assert {name: unit[name] for name in unit if name.startswith("B24BOT_")} == {
        name: image[name] for name in ("B24BOT_HOME", "B24BOT_BACKUPS", "B24BOT_KEY_FILE")
    }


def test_the_unit_starts_again_but_for_a_wrong_configuration() -> None:
    unit = read_unit()
    assert unit["Restart"] == ["on-failure"]
    assert unit["RestartPreventExitStatus"] == ["78"]
    assert unit["ExecStart"] == ["/opt/b24bot/.venv/bin/b24bot serve"]
    assert unit["User"] == ["b24bot"]


def test_a_pod_is_alone_and_the_old_one_ends_first() -> None:
    spec = read_pods()
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_replicas_on_a_server_keep_nothing_in_a_pod() -> None:
    spec = read_pods(REPLICATED)
    assert spec["replicas"] == 2
    assert spec["strategy"] == {"type": "Recreate"}, "replicas of two versions or settings are not beside each other"
    pod = spec["template"]["spec"]
    assert [volume for volume in pod["volumes"] if volume.get("emptyDir") != {}] == []
    (container,) = pod["containers"]
    assert container["env"] == [{"name": "B24BOT_KEY_FILE", "value": ""}]
    assert container["envFrom"] == read_pods()["template"]["spec"]["containers"][0]["envFrom"]


@pytest.mark.parametrize(
    ("probe", "path"), [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")]
)
@pytest.mark.parametrize("file", [ALONE, REPLICATED])
def test_each_probe_asks_the_port_of_the_image(file: str, probe: str, path: str) -> None:
    (container,) = read_pods(file)["template"]["spec"]["containers"]
    asked = container[probe]["httpGet"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert asked["path"] == path
    assert ports[asked["port"]] == int(environment_of(IMAGE)["B24BOT_HEALTH_PORT"])


@pytest.mark.parametrize("file", [ALONE, REPLICATED])
def test_nothing_runs_as_root(file: str) -> None:
    pod = read_pods(file)["template"]["spec"]
    user = int(of("USER", IMAGE)[-1].rest.split(":")[0])
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == user
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
