# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which `MINIO_*` variables the server reads, which it no longer does, and which belong to a role's own variable.

The names are those in the server's source (github.com/minio/minio at 7aac2a2c5b7c). Values are never part of a message:
some are secrets.
"""

from __future__ import annotations

import difflib
import typing as t

VARIABLE = "minio_server_settings"

OWNED = {
    "MINIO_ROOT_USER": "minio_server_root_user",
    "MINIO_ROOT_PASSWORD": "minio_server_root_password",
    "MINIO_ROOT_USER_FILE": "minio_server_root_user",
    "MINIO_ROOT_PASSWORD_FILE": "minio_server_root_password",
    "MINIO_ACCESS_KEY": "minio_server_root_user",
    "MINIO_SECRET_KEY": "minio_server_root_password",
    "MINIO_ACCESS_KEY_FILE": "minio_server_root_user",
    "MINIO_SECRET_KEY_FILE": "minio_server_root_password",
    "MINIO_VOLUMES": "minio_server_pools",
    "MINIO_ENDPOINTS": "minio_server_pools",
    "MINIO_ARGS": "minio_server_pools",
    "MINIO_CONFIG": "minio_server_pools",
    "MINIO_CONFIG_ENV_FILE": "the role",
    "MINIO_ADDRESS": "minio_server_api_port",
    "MINIO_CONSOLE_ADDRESS": "minio_server_console_port",
    "MINIO_STORAGE_CLASS_STANDARD": "minio_server_parity",
}

_CACHE = "the disk cache was removed from the server; remove it"
_IMAGE = "it belongs to a container image, the server never reads it"
_TLS = "TLS is on when the certificates are there: set minio_tls_source"
REMOVED = {
    "MINIO_DISTRIBUTED_MODE_ENABLED": f"{_IMAGE}; the pools make the cluster, remove it",
    "MINIO_DISTRIBUTED_NODES": f"{_IMAGE}; name the hosts in the group minio_server",
    "MINIO_DEFAULT_BUCKETS": f"{_IMAGE}; list buckets in the manifest",
    "MINIO_API_PORT_NUMBER": f"{_IMAGE}; set minio_server_api_port",
    "MINIO_CONSOLE_PORT_NUMBER": f"{_IMAGE}; set minio_server_console_port",
    "MINIO_SCHEME": f"{_IMAGE}; {_TLS}",
    "MINIO_SKIP_CLIENT": f"{_IMAGE}; remove it",
    "MINIO_TLS_ENABLED": f"the server never read it; {_TLS}",
    "MINIO_API_SECURE": f"the server never read it; {_TLS}",
    "MINIO_LOG_LEVEL": "the server has no log level; remove it",
    "MINIO_ILM_EXPIRY_WORKERS": "use MINIO_ILM_EXPIRATION_WORKERS",
    "MINIO_API_TRANSITION_WORKERS": "use MINIO_ILM_TRANSITION_WORKERS",
    "MINIO_REGION": "use MINIO_SITE_REGION",
    "MINIO_REGION_NAME": "use MINIO_SITE_REGION",
    "MINIO_ROOTDISK_THRESHOLD_SIZE": "use MINIO_ROOTDRIVE_THRESHOLD_SIZE",
    "MINIO_BROWSER_SESSION_DURATION": "use MINIO_STS_DURATION",
    "MINIO_API_REQUESTS_DEADLINE": "the server ignores it; remove it",
    "MINIO_SHUTDOWN_TIMEOUT": "the server ignores it; remove it",
    "MINIO_WORM": "use object lock on the buckets",
    "MINIO_CRAWLER_DELAY": "use MINIO_SCANNER_SPEED",
    "MINIO_CRAWLER_MAX_WAIT": "use MINIO_SCANNER_SPEED",
    "MINIO_DOMAIN_IPS": "use MINIO_PUBLIC_IPS",
    "MINIO_HTTP_TRACE": "use `mc admin trace`",
    "MINIO_PROMETHEUS_AUTH": "use MINIO_PROMETHEUS_AUTH_TYPE",
}
REMOVED_PREFIXES = {
    "MINIO_CACHE_": _CACHE,
    "MINIO_GATEWAY_": "gateways were removed from the server; remove it",
    "MINIO_ETCD_IAM_": "the server never reads it; remove it",
    "MINIO_SSE_VAULT_": "use MINIO_KMS_KES_ENDPOINT and its companions",
    "MINIO_SSE_": "use MINIO_KMS_SECRET_KEY or MINIO_KMS_KES_ENDPOINT",
}

KNOWN = frozenset("""
MINIO_API_CLUSTER_DEADLINE MINIO_API_CORS_ALLOW_ORIGIN MINIO_API_DELETE_CLEANUP_INTERVAL MINIO_API_DISABLE_ODIRECT
MINIO_API_GZIP_OBJECTS MINIO_API_LIST_QUORUM MINIO_API_OBJECT_MAX_VERSIONS MINIO_API_ODIRECT
MINIO_API_REMOTE_TRANSPORT_DEADLINE MINIO_API_REPLICATION_MAX_LRG_WORKERS MINIO_API_REPLICATION_MAX_WORKERS
MINIO_API_REPLICATION_PRIORITY MINIO_API_REQUESTS_MAX MINIO_API_ROOT_ACCESS MINIO_API_SECURE_CIPHERS
MINIO_API_SELECT_PARQUET MINIO_API_STALE_UPLOADS_CLEANUP_INTERVAL MINIO_API_STALE_UPLOADS_EXPIRY MINIO_API_SYNC_EVENTS
MINIO_API_TRUSTED_PROXIES MINIO_API_LEGACY_BUCKET_RESOURCE_MATCH MINIO_API_MULTIPART_LISTING
MINIO_BROWSER MINIO_BROWSER_CONTENT_SECURITY_POLICY MINIO_BROWSER_HSTS_INCLUDE_SUB_DOMAINS MINIO_BROWSER_HSTS_PRELOAD
MINIO_BROWSER_HSTS_SECONDS MINIO_BROWSER_LOGIN_ANIMATION MINIO_BROWSER_REDIRECT MINIO_BROWSER_REDIRECT_URL
MINIO_BROWSER_REFERRER_POLICY MINIO_CERT_PASSWD MINIO_CI_CD MINIO_CONN_USER_TIMEOUT MINIO_CONSOLE_DEBUG_LOGLEVEL
MINIO_CROSSDOMAIN_XML MINIO_DELETE_CLEANUP_INTERVAL MINIO_DNS_CACHE_TTL MINIO_DNS_WEBHOOK_ENDPOINT MINIO_DOMAIN
MINIO_DRIVE_MAX_TIMEOUT MINIO_DSYNC_TRACE MINIO_ERASURE_SET_DRIVE_COUNT MINIO_FS_OSYNC MINIO_HEAL_BITROTSCAN
MINIO_HEAL_DRIVE_WORKERS MINIO_HEAL_MAX_IO MINIO_HEAL_MAX_SLEEP MINIO_IDLE_TIMEOUT MINIO_ILM_EXPIRATION_WORKERS
MINIO_ILM_TRANSITION_WORKERS MINIO_INTERFACE MINIO_LICENSE MINIO_LISTENERS MINIO_LOG_COMPRESS MINIO_LOG_DIR
MINIO_LOG_PREFIX MINIO_LOG_SIZE MINIO_MAX_IDLE_CONNS_PER_HOST MINIO_MEMLIMIT MINIO_NTP_SERVER MINIO_OPERATOR_VERSION
MINIO_OPTS MINIO_PUBLIC_IPS MINIO_READ_HEADER_TIMEOUT MINIO_RECV_BUF_SIZE MINIO_ROOTDRIVE_THRESHOLD_SIZE
MINIO_SCANNER_ALERT_EXCESS_FOLDERS MINIO_SCANNER_ALERT_EXCESS_VERSIONS MINIO_SCANNER_CYCLE MINIO_SCANNER_DELAY
MINIO_SCANNER_IDLE_SPEED MINIO_SCANNER_MAX_WAIT MINIO_SCANNER_SPEED MINIO_SEND_BUF_SIZE MINIO_SERVER_DEBUG
MINIO_SERVER_URL MINIO_SITE_NAME MINIO_SITE_REGION MINIO_STORAGE_CLASS_INLINE_BLOCK MINIO_STORAGE_CLASS_OPTIMIZE
MINIO_STORAGE_CLASS_RRS MINIO_STS_DURATION MINIO_SYNC_BOOT MINIO_UPDATE MINIO_UPDATE_MINISIGN_PUBKEY
MINIO_VSPHERE_PLUGIN_VERSION MINIO_COMPRESS
""".split())
# Families whose names end in a target's own name, or that are too many to list.
KNOWN_PREFIXES = (
    "MINIO_AUDIT_", "MINIO_BATCH_", "MINIO_CALLHOME_", "MINIO_COMPRESSION_", "MINIO_COMPRESS_", "MINIO_ETCD_",
    "MINIO_IDENTITY_", "MINIO_KMS_", "MINIO_LAMBDA_WEBHOOK_", "MINIO_LOGGER_", "MINIO_LOG_QUERY_", "MINIO_NOTIFY_",
    "MINIO_POLICY_", "MINIO_PROMETHEUS_", "MINIO_SUBNET_",
)
KMS_FAMILIES = {
    "a static key": ("MINIO_KMS_SECRET_KEY", "MINIO_KMS_SECRET_KEY_FILE"),
    "KES": ("MINIO_KMS_KES_ENDPOINT",),
    "MinIO KMS": ("MINIO_KMS_SERVER",),
}


def judge(settings: t.Any, parity: int | None = None) -> tuple[list[str], list[str]]:
    """Problems and warnings of the further environment variables; `parity` is the planned one."""
    if settings in (None, ""):
        return [], []
    if not isinstance(settings, t.Mapping):
        return [f"{VARIABLE} is no dictionary; write MINIO_NAME: value"], []
    problems: list[str] = []
    warnings: list[str] = []
    for name, value in sorted(settings.items(), key=lambda item: str(item[0])):
        _judge_name(str(name), problems, warnings)
        if value is None or isinstance(value, (t.Mapping, list, tuple)):
            problems.append(f"{VARIABLE}: {name} has no single value; write one text, a list with commas")
        elif isinstance(value, str) and any(char in value for char in "\n\r\0"):
            problems.append(f"{VARIABLE}: {name} spans lines, which an environment file does not keep; write one line")
    _judge_values(settings, parity, problems, warnings)
    return problems, warnings


def removed(name: str) -> str:
    """Why the server no longer reads this variable and what to do, empty if it still does or never did."""
    for prefix, why in REMOVED_PREFIXES.items():
        if name.startswith(prefix):
            return why
    return REMOVED.get(name, "")


def _judge_name(name: str, problems: list[str], warnings: list[str]) -> None:
    if not name.startswith(("MINIO_", "_MINIO_")):
        problems.append(f"{VARIABLE}: {name} is no variable of the server; its names begin with MINIO_")
    elif name in OWNED:
        problems.append(f"{VARIABLE}: {name} is set by {OWNED[name]}; remove it there and use that")
    elif removed(name):
        problems.append(f"{VARIABLE}: {name} does not exist any more: {removed(name)}")
    elif not name.startswith("_") and name not in KNOWN and not name.startswith(KNOWN_PREFIXES):
        near = difflib.get_close_matches(name, sorted(KNOWN), n=1, cutoff=0.8)
        hint = f"did you mean {near[0]}?" if near else "check its spelling"
        warnings.append(f"{VARIABLE}: the server does not know {name} and ignores it; {hint}")


def _judge_values(settings: t.Mapping[str, t.Any], parity: int | None, problems: list[str], warnings: list[str]) -> None:
    families = [family for family, names in KMS_FAMILIES.items() if any(settings.get(name) for name in names)]
    if len(families) > 1:
        problems.append(f"{VARIABLE}: there are settings for {' and '.join(families)}; the server takes exactly one key service")
    reduced = str(settings.get("MINIO_STORAGE_CLASS_RRS") or "").upper().removeprefix("EC:")
    if parity and reduced.isdigit() and int(reduced) > parity:
        problems.append(
            f"{VARIABLE}: MINIO_STORAGE_CLASS_RRS is EC:{reduced}, more than the standard parity EC:{parity}; "
            f"use EC:{parity} or less"
        )
    if settings.get("MINIO_CI_CD"):
        warnings.append(f"{VARIABLE}: MINIO_CI_CD lets the server use the root file system; it is for tests only")
    if str(settings.get("MINIO_API_ROOT_ACCESS", "")).lower() in ("off", "false", "no", "0"):
        warnings.append(f"{VARIABLE}: MINIO_API_ROOT_ACCESS is off, so nothing here that uses the root credentials will work")
