# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the release module."""
from __future__ import annotations

_FILE = {"type": "dict", "options": {"path": {"type": "path", "required": True}, "sha256": {"type": "str"}}}
_FILES = {"type": "dict", "options": {"amd64": _FILE, "arm64": _FILE}}
_COMPONENT = {"type": "str", "choices": ["server", "client"], "required": True}

_WANTED = {
    "component": _COMPONENT,
    "release": {"type": "str", "required": True},
    "architectures": {"type": "list", "elements": "str", "default": []},
}
_BUILD = {
    "module": {"type": "str", "required": True},
    "version": {"type": "str", "required": True},
    "go": {"type": "str"},
}
_DOWNLOAD = {
    "architecture": {"type": "str", "required": True},
    "urls": {"type": "list", "elements": "str", "required": True},
    "sha256": {"type": "str", "required": True},
    "member": {"type": "str"},
}
_ENTRY = {
    "component": _COMPONENT,
    "release": {"type": "str", "required": True},
    "distribution": {"type": "str", "choices": ["minio", "silo"], "default": "minio"},
    "version": {"type": "str", "required": True},
    "tagged": {"type": "bool", "default": True},
    "note": {"type": "str"},
    "commit": {"type": "str"},
    "build": {"type": "dict", "options": _BUILD},
    "downloads": {"type": "list", "elements": "dict", "default": [], "options": _DOWNLOAD},
    "advisories": {"type": "list", "elements": "str", "default": []},
}

ARGUMENT_SPEC = {
    "wanted": {"type": "list", "elements": "dict", "required": True, "options": _WANTED},
    "catalogue": {"type": "list", "elements": "dict", "required": True, "options": _ENTRY},
    "source": {"type": "str", "choices": ["auto", "build", "download", "file"], "default": "auto"},
    "cache_dir": {"type": "path", "default": "~/.cache/oracle1.minio"},
    "files": {"type": "dict", "default": {}, "options": {"server": _FILES, "client": _FILES}},
    "go": {"type": "str"},
    "checksum_database": {"type": "bool", "default": True},
}
