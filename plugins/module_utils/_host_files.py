# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and directories of a host, one after the other in the order given. Standard library and AnsibleModule only."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import shutil
import tempfile
import typing as t

from ansible.module_utils.basic import AnsibleModule

MODES = {"file": "0644", "directory": "0755"}


class Refused(Exception):
    """What stands in the way, in words."""


def ensure(module: AnsibleModule, item: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]] | None:
    """Bring one path to its state, or foresee it in check mode: the differences, None where there are none.

    item: path, state, content, owner, group, mode, validate, as the module's options name them.
    """
    if item["state"] == "absent":
        return _remove(module, item["path"])
    existed = os.path.lexists(item["path"])
    made = (_write if item["state"] == "file" else _make_directory)(module, item)
    changed = _set_attributes(module, item, item["path"])
    # What a new path was made with on its way is nobody's change.
    return (made + changed if existed else made) or None


def _remove(module: AnsibleModule, path: str) -> list[dict[str, t.Any]] | None:
    if not os.path.lexists(path):
        return None
    if not module.check_mode:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    return [_difference(path, {"state": "present"}, {"state": "absent"})]


def _make_directory(module: AnsibleModule, item: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    path = item["path"]
    if os.path.isdir(path):
        return []
    if os.path.lexists(path):
        raise Refused(f"{path} is there and is no directory")
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for parent in [] if module.check_mode else reversed(missing):
        os.mkdir(parent)
        _set_attributes(module, item, parent)
    return [_difference(item["path"], {"state": "absent"}, {"state": "directory"})]


def _write(module: AnsibleModule, item: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    path, content = item["path"], item["content"].encode("utf-8")
    if os.path.isdir(path):
        raise Refused(f"{path} is there and is a directory")
    before = b""
    if os.path.isfile(path) and not os.path.islink(path):
        with open(path, "rb") as stream:
            before = stream.read()
        if before == content:
            return []
    if not module.check_mode:
        handle, source = tempfile.mkstemp(dir=module.tmpdir)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        if item["validate"]:
            code, said, complained = module.run_command(item["validate"].replace("%s", shlex.quote(source)))
            if code:
                raise Refused(f"{path} was not written: {item['validate']} refuses it: {(complained or said).strip()}")
        module.atomic_move(source, path)
    return [_difference(path, before.decode("utf-8", "replace"), item["content"])]


def _set_attributes(module: AnsibleModule, item: t.Mapping[str, t.Any], path: str) -> list[dict[str, t.Any]]:
    wanted = {"owner": item["owner"], "group": item["group"], "mode": item["mode"] or MODES[item["state"]]}
    if module.check_mode:
        if not os.path.lexists(path):
            return []
        # Who is made by an earlier task is not there yet, and whatever belongs to nobody yet will change.
        unknown = {key: wanted[key] for key in ("owner", "group") if wanted[key] and not _is_known(key, wanted[key])}
        if unknown:
            return [_difference(path, dict.fromkeys(unknown, ""), unknown)]
    before_and_after: dict[str, t.Any] = {}
    arguments = module.load_file_common_arguments(wanted, path=path)
    if not module.set_fs_attributes_if_different(arguments, False, diff=before_and_after):
        return []
    return [_difference(path, before_and_after.get("before", {}), before_and_after.get("after", {}))]


def _is_known(key: str, name: str) -> bool:
    try:
        (pwd.getpwnam if key == "owner" else grp.getgrnam)(name)
    except KeyError:
        return name.isdigit()
    return True


def _difference(path: str, before: t.Any, after: t.Any) -> dict[str, t.Any]:
    return {"before": before, "after": after, "before_header": path, "after_header": path}
