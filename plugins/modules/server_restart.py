#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: server_restart
short_description: Start or restart the MinIO server of one node behind guards
version_added: 0.1.0
description:
  - Starts or restarts the server of the node it runs on, and waits until that node serves.
  - A restart is refused unless the node itself answers that every erasure set keeps its write quorum without the node's
    own drives. So when all nodes are restarted one after the other and the first does not come back, the second is refused.
  - A node that does not come up ends in an error with the reason and the unit's last log lines, without secrets.
  - Runs on the node, as root. The administrator's credentials are taken from the live process, not from arguments.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  state:
    description:
      - V(started) starts a server that does not run, and waits.
      - V(restarted) restarts a server that runs, behind O(guard), starts one that does not, and waits.
      - V(spared) restarts nothing and waits until the others can do without a server that runs, as O(guard) asks. With O(settle)
        every other node must use all drives but this node's, and with O(heal_timeout) what earlier outages left is healed first.
      - V(serving) changes nothing and waits until the node serves, every node and drive is online as it sees them,
        and the process runs what the files want.
    type: str
    choices: [started, restarted, spared, serving]
    default: started
  endpoint:
    description: Address of this node's own API, with the name that its certificate holds.
    type: str
    required: true
  ca_path:
    description: File on the node with the authority that signed its certificate. The system's store if not given.
    type: path
  certs_dir:
    description:
      - Directory with C(public.crt) and C(private.key). Refused before anything is touched when an https address lacks
        them. Not checked if not given.
    type: path
  unit:
    description: Name of the systemd unit.
    type: str
    default: minio.service
  environment_file:
    description: Environment file of the unit.
    type: path
    default: /etc/default/minio
  binary:
    description: Path that the unit executes.
    type: path
    default: /usr/local/bin/minio
  guard:
    description:
      - Ask for write quorum before a restart. V(false) is an outage, for clusters that do not survive the loss of a
        node and for changes that nodes with different settings cannot bridge.
    type: bool
    default: true
  trial:
    description:
      - Number of drives of an erasure set, for each pool. With numbers here, an environment or binary that the running
        process does not have is first tried in a throw-away server of its own, on loopback, as the user of the unit, with
        that many temporary drives.
      - The module fails with the server's words, before anything is touched, when that server exits, is not ready within
        O(timeout), or goes on without a setting.
      - Settings that reach outside or write elsewhere take no effect there (etcd, notification, logging, audit, identity
        providers and plugins, external key management, volume list, addresses, log files); they are not tried.
    type: list
    elements: int
    default: []
  guard_timeout:
    description: Seconds to wait for the guard, for example for the node restarted before to be used by its peers again.
    type: int
    default: 120
  peers:
    description:
      - Addresses of the other nodes. Asked about the cluster when this node cannot be asked itself.
    type: list
    elements: str
    default: []
  waiting:
    description:
      - Names of nodes that may be waiting for peers with the same settings, as in a change of the environment one node at
        a time. The server's health checks count such a node out although its drives are in use.
      - With names here the guard is also content when the server lists these nodes as initializing, and all other nodes
        and their drives as online.
    type: list
    elements: str
    default: []
  behind:
    description:
      - Names of nodes that do not serve before restarts that come later. They are not waited for, and each need only use the drives that it
        knows itself.
    type: list
    elements: str
    default: []
  wait_for:
    description:
      - V(serving) waits until the node's cluster health is good.
      - V(joined) is content with a process that lives and answers, because nodes whose settings have changed wait for
        peers with the same settings while their drives are already in use.
    type: str
    choices: [serving, joined]
    default: serving
  timeout:
    description: Seconds to wait for the node.
    type: int
    default: 300
  settle:
    description:
      - A server that is ready says that it is healthy, and may still lack a peer's drive that it did not reach in its first second. It
        then does not find objects that exist, and refuses writes as soon as a node stops. It looks again every 15 seconds.
      - With a number here the module waits until this node, and after a restart its peers too, use all drives that are in order, or
        that any node uses.
        Each node is asked for that by an inspection (C(mc support inspect)), as the administrator.
      - Where that is refused, the server must have been ready for this many seconds instead.
    type: int
    default: 0
  heal_timeout:
    description:
      - With a number here a node that was started or restarted is brought, within so many seconds, what was written while it was away,
        and what was deleted is deleted there too. Otherwise the next node that is restarted leaves too few copies of the one, and
        brings the other back for a while.
      - The server looks at everything that is stored for that, without reading contents (C(mc admin heal --recursive --remove)).
    type: int
    default: 0
  allow_down:
    description: A node that does not come up is a warning instead of an error, and O(state=serving) asks for quorum only.
    type: bool
    default: false
  log_lines:
    description: How many of the unit's last log lines an error shows.
    type: int
    default: 20
attributes:
  check_mode:
    description: Says what would be started or restarted without asking the guard. Waits for nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: oracle1.minio.server_state
"""

EXAMPLES = r"""
- name: Start the servers of all nodes together
  oracle1.minio.server_restart:
    endpoint: "https://{{ inventory_hostname }}:9000"
    ca_path: /etc/minio/certs/CAs/ca.crt

- name: Restart the servers one after the other
  oracle1.minio.server_restart:
    state: restarted
    endpoint: "https://{{ inventory_hostname }}:9000"
    ca_path: /etc/minio/certs/CAs/ca.crt
    settle: 17
  throttle: 1
"""

RETURN = r"""
action:
  description: What was done, or would be done in check mode.
  returned: success
  type: str
  sample: restarted
reached:
  description: V(serving), V(joined) or V(down). Null in check mode and for O(state=spared).
  returned: success
  type: str
  sample: serving
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 4.2
running:
  description: Whether there is a server process.
  returned: success
  type: bool
release:
  description: Release that the binary's path selects.
  returned: success
  type: str
  sample: RELEASE.2026-02-12T20-18-48Z
"""

import time

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _server_process as process
from ansible_collections.oracle1.minio.plugins.module_utils import _server_restart as server
from ansible_collections.oracle1.minio.plugins.module_utils import _server_whole as whole


def arguments() -> dict:
    return {
        "state": {"type": "str", "choices": ["started", "restarted", "spared", "serving"], "default": "started"},
        "endpoint": {"type": "str", "required": True},
        "ca_path": {"type": "path"},
        "certs_dir": {"type": "path"},
        "unit": {"type": "str", "default": "minio.service"},
        "environment_file": {"type": "path", "default": "/etc/default/minio"},
        "binary": {"type": "path", "default": "/usr/local/bin/minio"},
        "guard": {"type": "bool", "default": True},
        "trial": {"type": "list", "elements": "int", "default": []},
        "guard_timeout": {"type": "int", "default": 120},
        "peers": {"type": "list", "elements": "str", "default": []},
        "waiting": {"type": "list", "elements": "str", "default": []},
        "behind": {"type": "list", "elements": "str", "default": []},
        "wait_for": {"type": "str", "choices": ["serving", "joined"], "default": "serving"},
        "timeout": {"type": "int", "default": 300},
        "settle": {"type": "int", "default": 0},
        "heal_timeout": {"type": "int", "default": 0},
        "allow_down": {"type": "bool", "default": False},
        "log_lines": {"type": "int", "default": 20},
    }


def reach(order: server.Order, action: str | None, unit: process.Unit, params: dict) -> tuple[str, str]:
    """Do it and wait: what was reached, and a warning."""
    asked = "restarted" if params["state"] == "spared" else action
    if asked:
        server.prepare_for(order, unit, asked == "restarted" and params["guard"], params["log_lines"])
    if params["state"] == "spared":
        try:
            return "", whole.make(order, "", "others", params["settle"], params["heal_timeout"]) if unit.running else ""
        except server.NotServing as error:
            raise server.Refused(f"{error}. Nothing was restarted") from error
    if action:
        server.act(order, "restart" if action == "restarted" else "start", unit)
    reached = server.wait(order, unit.invocation if action == "restarted" else None)
    judged = "own" if params["state"] == "serving" else "all"
    warning = whole.make(order, reached, judged, params["settle"], params["heal_timeout"] if action else 0)
    if params["state"] != "serving":
        return reached, warning
    warning = "" if params["allow_down"] else server.check_cluster(order)
    left = server.state(order)["reasons"]
    if left:
        raise server.NotServing(f"{order.node.host} serves, but not what its files want: {', '.join(left)}")
    return reached, warning


def main() -> None:
    module = AnsibleModule(argument_spec=arguments(), supports_check_mode=True)
    params = module.params
    names = set(module.params) & set(server.Order.__dataclass_fields__)
    order = server.Order(joined=params["wait_for"] == "joined", **{name: params[name] for name in names})
    start = time.monotonic()
    reached, warning, action = None, "", None
    try:
        unit = process.show(order.unit)
        if params["state"] in ("started", "restarted"):
            action = "started" if not unit.running else "restarted" if params["state"] == "restarted" else None
        if not module.check_mode:
            reached, warning = reach(order, action, unit, params)
    except (server.NotServing, OSError, ValueError) as error:
        log = server.log_tail(order, params["log_lines"])
        text = "\n".join([f"{error}.", f"The last log lines of {order.unit}:", *log])
        if not (params["allow_down"] and isinstance(error, server.NotServing)):
            module.fail_json(msg=text)
        reached, warning = "down", text
    except server.Refused as error:
        module.fail_json(msg=f"{error}.")
    if warning:
        module.warn(warning)
    seconds = round(time.monotonic() - start, 1)
    found = server.state(order)
    module.exit_json(
        changed=action is not None, action=action or "none", reached=reached or None, seconds=seconds,
        running=found["running"], release=found["release"],
    )


if __name__ == "__main__":
    main()
