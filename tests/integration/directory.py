# Copyright: (c) 2026, the oracle1.minio maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An LDAP directory on loopback, a process of its own: `directory.py PASSWORD` prints its port and ends with its standard input."""
from __future__ import annotations

import io
import sys
import threading

from ldaptor.inmemory import fromLDIFFile
from ldaptor.interfaces import IConnectedLDAPEntry
from ldaptor.protocols.ldap.ldapserver import LDAPServer
from twisted.internet import protocol, reactor
from twisted.python.components import registerAdapter

BASE = "dc=example,dc=com"
READER = f"cn=reader,{BASE}"
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
NAMES = ("alice", "bob", "carol")


def entries(password: str) -> str:
    """The whole directory as LDIF: three people, two groups, and the account that may look."""
    def entry(dn: str, **attributes: str | list[str]) -> str:
        name, _, value = dn.split(",")[0].partition("=")
        lines = [f"dn: {dn}", f"{name}: {value}"]
        for key, values in attributes.items():
            lines += [f"{key}: {item}" for item in ([values] if isinstance(values, str) else values)]
        return "\n".join(lines) + "\n\n"
    result = entry(BASE, objectClass="dcObject")
    result += entry(READER, objectClass="person", userPassword=password)
    result += entry(PEOPLE, objectClass="organizationalUnit") + entry(GROUPS, objectClass="organizationalUnit")
    for name in NAMES:
        result += entry(f"uid={name},{PEOPLE}", objectClass="inetOrgPerson", cn=name, userPassword=password)
    for name in ("readers", "writers"):
        result += entry(f"cn={name},{GROUPS}", objectClass="groupOfNames", member=[f"uid={who},{PEOPLE}" for who in NAMES[:2]])
    return result


class Directory(protocol.ServerFactory):
    protocol = LDAPServer

    def __init__(self, root: object) -> None:
        self.root = root


def stop_with_input() -> None:
    sys.stdin.read()
    reactor.callFromThread(reactor.stop)


def serve(root: object) -> None:
    port = reactor.listenTCP(0, Directory(root), interface="127.0.0.1")
    print(port.getHost().port, flush=True)
    threading.Thread(target=stop_with_input, daemon=True).start()


if __name__ == "__main__":
    registerAdapter(lambda factory: factory.root, Directory, IConnectedLDAPEntry)
    fromLDIFFile(io.BytesIO(entries(sys.argv[1]).encode())).addCallback(serve)
    reactor.run()
