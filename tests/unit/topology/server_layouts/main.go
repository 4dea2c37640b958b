// Layouts as the server itself computes them: the fixture of test_topology_server.py.
//
// Run inside a copy of the server's source, because it uses the server's own packages:
//
//	go mod download -json github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c   # shows "Dir"
//	cp -r "$Dir" src && chmod -R u+w src && mkdir src/layouts && cp main.go src/layouts/
//	cd src && CGO_ENABLED=0 go run -trimpath ./layouts > server_layouts.json
//
// One row per layout: style, hosts, drives per host, MINIO_ERASURE_SET_DRIVE_COUNT (0 = unset), sets, set size,
// default parity (sets = 0: the server refuses the layout), and the endpoints of the first set for small layouts.
//
// Copyright: (c) 2026, the oracle1.minio maintainers
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/minio/minio/cmd"
	"github.com/minio/minio/internal/config/storageclass"
)

type row struct {
	Style    string   `json:"style"`
	Hosts    int      `json:"hosts"`
	Drives   int      `json:"drives"`
	Override uint64   `json:"override"`
	Sets     int      `json:"sets"`
	SetSize  int      `json:"set_size"`
	Parity   int      `json:"parity"`
	FirstSet []string `json:"first_set,omitempty"`
}

// ellipsisArg is the argument of the command line: hosts and drives numbered from 1.
func ellipsisArg(hosts, drives int) string {
	host, drive := "minio1", "drive1"
	if hosts > 1 {
		host = fmt.Sprintf("minio{1...%d}", hosts)
	}
	if drives > 1 {
		drive = fmt.Sprintf("drive{1...%d}", drives)
	}
	if hosts == 1 {
		return "/mnt/" + drive
	}
	return fmt.Sprintf("https://%s:9000/mnt/%s", host, drive)
}

// fileArgs are the endpoints in the order in which the server reads them out of its configuration file.
func fileArgs(hosts, drives int) (eps []string) {
	for d := 1; d <= drives; d++ {
		for h := 1; h <= hosts; h++ {
			if hosts == 1 {
				eps = append(eps, fmt.Sprintf("/mnt/drive%d", d))
			} else {
				eps = append(eps, fmt.Sprintf("https://minio%d:9000/mnt/drive%d", h, d))
			}
		}
	}
	return eps
}

func main() {
	var rows []row
	for _, style := range []string{"ellipsis", "file"} {
		for hosts := 1; hosts <= 18; hosts++ {
			for drives := 1; drives <= 16; drives++ {
				for _, override := range []uint64{0, 3, 5, 8} {
					if override > 0 && (hosts > 4 || drives > 8) {
						continue
					}
					args := fileArgs(hosts, drives)
					if style == "ellipsis" {
						args = []string{ellipsisArg(hosts, drives)}
					}
					r := row{Style: style, Hosts: hosts, Drives: drives, Override: override}
					if sets, err := cmd.GetAllSets(override, args...); err == nil {
						r.Sets, r.SetSize = len(sets), len(sets[0])
						r.Parity = storageclass.DefaultParityBlocks(r.SetSize)
						if hosts <= 3 && drives <= 4 {
							r.FirstSet = sets[0]
						}
					}
					rows = append(rows, r)
				}
			}
		}
	}
	fmt.Println("[")
	for i, r := range rows {
		line, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		comma := ","
		if i == len(rows)-1 {
			comma = ""
		}
		fmt.Fprintf(os.Stdout, "%s%s\n", line, comma)
	}
	fmt.Println("]")
}
