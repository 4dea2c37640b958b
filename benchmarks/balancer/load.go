// Copyright: (c) 2026, the oracle1.minio maintainers
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// load keeps a number of connections busy with anonymous GETs or PUTs of one size and prints what it saw as JSON.
// Every worker has a key of its own, so that no request waits for another one's lock.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type worker struct {
	requests, errors int
	bytes            int64
	times            []float64
	problem          string
}

// counted knows how much of a body was sent, because the clock cuts off the last request of every worker.
type counted struct {
	*bytes.Reader
	sent atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.sent.Add(int64(n))
	return n, err
}

func (w *worker) fail(what string) {
	w.errors++
	w.problem = what
	time.Sleep(10 * time.Millisecond) // an answer that fails at once must not become a busy loop
}

func (w *worker) run(ctx context.Context, client *http.Client, method, url string, body []byte) {
	buffer := make([]byte, 256<<10)
	for ctx.Err() == nil {
		var upload counted
		request, err := http.NewRequestWithContext(ctx, method, url, nil)
		if err != nil {
			w.fail(err.Error())
			continue
		}
		if method == http.MethodPut {
			upload.Reader = bytes.NewReader(body)
			request.Body = io.NopCloser(&upload)
			request.ContentLength = int64(len(body))
		}
		begin := time.Now()
		answer, err := client.Do(request)
		if err != nil {
			if ctx.Err() == nil {
				w.fail(err.Error())
			}
			w.bytes += upload.sent.Load()
			continue
		}
		var size int64
		for err == nil {
			var n int
			n, err = answer.Body.Read(buffer)
			size += int64(n)
		}
		answer.Body.Close()
		if ctx.Err() != nil {
			if method == http.MethodGet {
				w.bytes += size
			}
			w.bytes += upload.sent.Load()
			continue
		}
		if method == http.MethodPut {
			size = int64(len(body))
		}
		if err != io.EOF || answer.StatusCode != http.StatusOK || size != int64(len(body)) {
			w.fail(fmt.Sprintf("status %d, %d bytes, %v", answer.StatusCode, size, err))
			continue
		}
		w.requests++
		w.bytes += size
		w.times = append(w.times, time.Since(begin).Seconds())
	}
}

func main() {
	method := flag.String("method", "GET", "GET or PUT")
	targets := flag.String("targets", "", "base URLs, separated by commas; workers are dealt out to them in turn")
	prefix := flag.String("prefix", "", "bucket and prefix of the keys")
	size := flag.Int("size", 4<<20, "bytes per object")
	workers := flag.Int("workers", 9, "connections")
	seconds := flag.Float64("seconds", 5, "duration")
	ca := flag.String("ca", "", "CA certificate")
	flag.Parse()

	pool := x509.NewCertPool()
	if *ca != "" {
		pem, err := os.ReadFile(*ca)
		if err != nil || !pool.AppendCertsFromPEM(pem) {
			fmt.Fprintln(os.Stderr, "no certificate in", *ca)
			os.Exit(1)
		}
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: pool},
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1, as S3 clients speak it
		MaxIdleConnsPerHost: *workers,
		DisableCompression:  true,
		ReadBufferSize:      64 << 10,
		WriteBufferSize:     64 << 10,
	}}
	bases := strings.Split(*targets, ",")
	body := bytes.Repeat([]byte("0123456789abcdef"), *size/16)
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(*seconds*float64(time.Second)))
	defer cancel()

	crew := make([]worker, *workers)
	var group sync.WaitGroup
	begin := time.Now()
	for i := range crew {
		group.Add(1)
		go func() {
			defer group.Done()
			crew[i].run(ctx, client, *method, fmt.Sprintf("%s/%s%d", bases[i%len(bases)], *prefix, i), body)
		}()
	}
	group.Wait()

	total := worker{}
	for _, w := range crew {
		total.requests += w.requests
		total.errors += w.errors
		total.bytes += w.bytes
		total.times = append(total.times, w.times...)
		if w.problem != "" {
			total.problem = w.problem
		}
	}
	sort.Float64s(total.times)
	median := 0.0
	if len(total.times) > 0 {
		median = total.times[len(total.times)/2]
	}
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"requests": total.requests, "errors": total.errors, "bytes": total.bytes, "problem": total.problem,
		"seconds": time.Since(begin).Seconds(), "median": median,
		"cpu": float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9,
	})
}
