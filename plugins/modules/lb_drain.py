#!/usr/bin/python
# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lb_drain
short_description: Keep new requests of a balancer from nodes, without a reload
version_added: 0.1.0
description:
  - Names the nodes that nginx, as the role P(oracle1.minio.minio_lb#role) configures it, sends no new requests to, and waits until
    what is under way there has ended. All other nodes get requests again.
  - nginx looks for a file of each node at every request, so nothing is reloaded and no client's connection is closed. The
    files survive a restart and a reboot.
  - nginx is prepared for each node, for each two that follow each other in its list, and for the nodes that an upgrade takes
    together. Of another set the largest part that it is prepared for is drained, with a warning.
  - Runs on the balancer, as root. A host where the role has not been is left alone.
author:
  - The oracle1.minio maintainers (@oracle1)
options:
  nodes:
    description: Inventory names of the nodes. Empty lets all nodes have requests again.
    type: list
    elements: str
    required: true
  timeout:
    description:
      - Seconds to wait for the end of requests that are under way. What is still there then is returned in RV(busy), and is no error.
      - nginx keeps idle connections for a while (C(minio_lb_keepalive_timeout)), and they count.
    type: int
    default: 0
  hold:
    description:
      - Whether S3 requests wait instead of going to any node, and the end of those under way is awaited, at most ten seconds.
      - They wait until this module is called with V(false), or until C(minio_lb_hold_timeout) seconds are over; then all go on.
        The admin API and metrics do not wait.
    type: bool
    default: false
  settings:
    description: File in which the role describes the balancer.
    type: path
    default: /etc/nginx/minio_lb.json
attributes:
  check_mode:
    description: Says which nodes would be drained. Waits for nothing.
    support: full
  diff_mode:
    description: Shows the drained nodes.
    support: full
seealso:
  - module: oracle1.minio.server_restart
"""

EXAMPLES = r"""
- name: Keep requests from a node, and wait for those that are under way
  oracle1.minio.lb_drain:
    nodes: [minio2]
    timeout: 60

- name: Let requests wait while all nodes restart
  oracle1.minio.lb_drain:
    nodes: []
    hold: true
    timeout: 10

- name: Let all nodes have requests again
  oracle1.minio.lb_drain:
    nodes: []
"""

RETURN = r"""
drained:
  description: Nodes that get no new requests now.
  returned: success
  type: list
  elements: str
  sample: [minio2]
before:
  description: Nodes that got no new requests before.
  returned: success
  type: list
  elements: str
  sample: []
held:
  description: Whether requests wait now.
  returned: success
  type: bool
  sample: false
busy:
  description: Connections that were left at the end of O(timeout), by node.
  returned: success
  type: dict
  sample: {}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.oracle1.minio.plugins.module_utils import _lb_drain as lb


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "nodes": {"type": "list", "elements": "str", "required": True},
            "timeout": {"type": "int", "default": 0},
            "hold": {"type": "bool", "default": False},
            "settings": {"type": "path", "default": lb.SETTINGS},
        },
        supports_check_mode=True,
    )
    wanted, hold, timeout = (module.params[key] for key in ("nodes", "hold", "timeout"))
    try:
        settings = lb.read(module.params["settings"])
        if settings is None:
            module.exit_json(changed=False, drained=[], before=[], held=False, busy={})
        before, drained, left = lb.drained(settings), lb.choose(settings, wanted), {}
        if set(drained) != set(wanted):
            module.warn(
                f"the balancer is not prepared to leave out {', '.join(wanted)} together, only {', '.join(drained) or 'nobody'} of "
                "them; to drain all, set minio_lb_drained in the inventory and run the role oracle1.minio.minio_lb"
            )
        if hold and not settings.get("hold"):
            module.warn("the balancer is not prepared to let requests wait; run the role oracle1.minio.minio_lb for that")
            hold = False
        held = lb.held(settings)
        if not module.check_mode:
            lb.switch(settings, drained)
            lb.hold(settings, hold)
            left = lb.wait(settings, *((settings["addresses"], min(timeout, lb.HOLD_WAIT)) if hold else (drained, timeout)))
    except lb.Refused as error:
        module.fail_json(msg=f"{error}.")
    except (OSError, ValueError) as error:
        module.fail_json(msg=f"The drained nodes cannot be set: {error}")
    module.exit_json(
        changed=set(before) != set(drained) or held != hold, drained=drained, before=before, held=hold, busy=left,
        diff={"before": {"drained": sorted(before), "held": held}, "after": {"drained": sorted(drained), "held": hold}},
    )


if __name__ == "__main__":
    main()
