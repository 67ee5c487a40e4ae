"""What differs between deployments is read here, once, and nowhere else; what production must decide has no default."""

import json
import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from mendable import Mendable

ROOT = Path(__file__).resolve().parent
EMBEDDED_DATA_DIR = ROOT / ".ltc"
"""Where ``./ltc up`` keeps its data unless told otherwise."""


class WebhookScope(BaseModel):
    """What one source of webhooks may send.

    Attributes:
        kinds: kinds of deal commands, and ``receipt``.
        people: in whose name it may decide; nobody if empty.
        entities: whose deals and receipts it may speak of; all if empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinds: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()


class Settings(BaseSettings):
    """One deployment of LTC, from environment variables named ``LTC_`` and the field.

    Attributes:
        database_url: SQLAlchemy URL of LTC's own tables (SQLite or PostgreSQL).
        data_dir: folder for files, and for what ``./ltc up`` keeps.
        mail_url: ``smtp://``, ``smtps://``, or ``file:///folder`` to write ``.eml`` files.
        mail_sender: the address that mail by SMTP is from.
        policy_file: the process that new deals run by.
        public_url: how people outside reach the pages and approval links.
        signing_key: at least 32 characters; signs approval links and the actors of decisions.
        console_allowed: whether an unsigned signal (a person in the Temporal UI) may decide.
        metrics_port: where the API and each worker serve Prometheus metrics of their own; none if unset.
        oidc_issuer, oidc_audience: whose JWTs are accepted beside API keys; none if unset.
        webhook_secrets: by source, as JSON; a source without a secret is refused.
        webhook_scopes: by source, as JSON; a source without a scope reports, and decides nothing.
        temporal_address, temporal_namespace: win over Temporal's own environment and file.
        temporal_ui_url: where pages link to a workflow; no links if unset.
        temporal_metrics_url: the server's own meters, which ``./ltc cost`` reads; `up` knows them.
    """

    model_config = SettingsConfigDict(env_prefix="LTC_", frozen=True, extra="ignore")

    database_url: str = Field(repr=False)
    data_dir: Path
    mail_url: str = Field(repr=False)
    policy_file: Path
    public_url: str
    signing_key: SecretStr = Field(min_length=32)
    console_allowed: bool

    port: int = 8080
    task_queue: str = "ltc"
    mail_sender: str = "ltc@localhost.localdomain"
    max_cached_workflows: int = Field(default=1000, ge=2)
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    oidc_issuer: str | None = None
    oidc_audience: str | None = None
    webhook_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    webhook_scopes: dict[str, WebhookScope] = Field(default_factory=dict)
    temporal_address: str | None = None
    temporal_namespace: str | None = None
    temporal_ui_url: str | None = None
    temporal_metrics_url: str | None = None

    @classmethod
    def load(cls) -> Self:
        """Read the environment; without any, what ``./ltc up`` last ran with. `Mendable` names what is missing."""
        given = {name for name in os.environ if name.startswith("LTC_")}
        unknown = given - {variable(field) for field in cls.model_fields}
        if unknown:
            raise Mendable(f"{', '.join(sorted(unknown))}: no such setting; .env.example lists them")
        embedded = Path(os.environ.get("LTC_DATA_DIR", EMBEDDED_DATA_DIR)) / "environment"
        try:
            return cls(_env_file=embedded if given <= {"LTC_DATA_DIR"} else None)
        except ValidationError as error:
            raise Mendable(f"{faults(error)}; run ./ltc up here once, or set what .env.example lists") from error

    @classmethod
    def remembered(cls, folder: Path) -> Self | None:
        """Return what ``./ltc up`` last ran with in a folder, whatever the environment says; none if it never did."""
        place = folder / "environment"
        if not place.exists():
            return None
        try:
            return cls.model_validate(DotEnvSettingsSource(cls, env_file=place)())
        except ValidationError as error:
            raise Mendable(f"{place}: {faults(error)}; run ./ltc up there again") from error

    def environment(self) -> dict[str, str]:
        """Return the variables from which another process loads these same settings."""
        values = {name: revealed(value) for name, value in self if value is not None}
        return {variable(name): value for name, value in values.items()}

    def remember(self) -> None:
        """Write these settings, secrets too, where `load` finds them; readable by this user only."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        target = self.data_dir / "environment"
        target.touch(mode=0o600)
        target.write_text("".join(f"{name}='{value}'\n" for name, value in self.environment().items()))

    def temporal_options(self) -> ClientConnectConfig:
        """Return the arguments for ``Client.connect``: Temporal's own, then ours; `Mendable` if no address."""
        options = ClientConfig.load_client_connect_config()
        if self.temporal_address is not None:
            options["target_host"] = self.temporal_address
        if self.temporal_namespace is not None:
            options["namespace"] = self.temporal_namespace
        if "target_host" not in options:
            raise Mendable("no Temporal server is named; set TEMPORAL_ADDRESS, e.g. temporal.example.com:7233")
        return options


def served_metrics(settings: Settings) -> Runtime | None:
    """Serve the Prometheus metrics of this process at ``/metrics``, on every interface; called once, by what serves.

    Returns:
        What a connection to Temporal is measured by; none where no port is set.

    Raises:
        Mendable: the port is taken.
    """
    if settings.metrics_port is None:
        return None
    exporter = PrometheusConfig(
        f"0.0.0.0:{settings.metrics_port}", counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=exporter))
    except ValueError as error:
        raise Mendable(
            f"metrics cannot be served on port {settings.metrics_port} ({error}); give each process of one machine an "
            f"{variable('metrics_port')} of its own"
        ) from error


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    return f"LTC_{field.upper()}"


def revealed(value: object) -> str:
    """Write a setting as its variable holds it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return json.dumps({name: _inner(one) for name, one in value.items()})
    return str(value)


def _inner(value: object) -> object:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else revealed(value)


def faults(error: ValidationError) -> str:
    """Name each variable with what is wrong with it, without its value."""
    return ", ".join(
        f"{variable(str(fault['loc'][0]))} {'is not set' if fault['type'] == 'missing' else fault['msg'].lower()}"
        for fault in error.errors(include_input=False, include_url=False)
    )
