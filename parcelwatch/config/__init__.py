"""config.toml and the secrets it names; the only reader of configuration files and of the environment."""

from parcelwatch.config.differences import changes, fingerprint, secrets
from parcelwatch.config.load import Config, example, find, load, schema
from parcelwatch.config.peers import AccountConfig, ChannelConfig, HelpdeskConfig, ShopConfig, TokenConfig
from parcelwatch.config.secrets import Secret

__all__ = [
    "AccountConfig",
    "ChannelConfig",
    "Config",
    "HelpdeskConfig",
    "Secret",
    "ShopConfig",
    "TokenConfig",
    "changes",
    "example",
    "find",
    "fingerprint",
    "load",
    "schema",
    "secrets",
]
