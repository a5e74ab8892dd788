// SPDX-License-Identifier: Apache-2.0

// Command etcd is a single-member etcd for test planes. It does not fsync: a plane's data lives as
// long as the plane, and the speed is worth more there than surviving a power cut. Its size is
// bounded, so that a test which writes for hours fails by quota and not by a full disk.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

const (
	quotaBytes      = 2 << 30
	compactInterval = "5m"
	readyTimeout    = 60 * time.Second
)

// options are what the command line decides; everything else is the same in every plane.
type options struct {
	dataDir string
	client  string
	peer    string
}

// loopbackURL turns HOST:PORT into a URL and refuses an address that other machines could reach,
// as this etcd has neither TLS nor authentication.
func loopbackURL(address string) (url.URL, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return url.URL{}, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return url.URL{}, fmt.Errorf("%s is not a loopback address", address)
	}
	return url.URL{Scheme: "http", Host: address}, nil
}

func config(o options) (*embed.Config, error) {
	client, err := loopbackURL(o.client)
	if err != nil {
		return nil, err
	}
	peer, err := loopbackURL(o.peer)
	if err != nil {
		return nil, err
	}
	c := embed.NewConfig()
	c.Dir = o.dataDir
	c.LogLevel = "warn"
	c.LogOutputs = []string{"stderr"}
	c.UnsafeNoFsync = true
	c.QuotaBackendBytes = quotaBytes
	c.AutoCompactionMode = embed.CompactorModePeriodic
	c.AutoCompactionRetention = compactInterval
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	c.InitialCluster = c.InitialClusterFromName(c.Name)
	return c, nil
}

// run serves until SIGTERM or SIGINT.
func run(o options) error {
	c, err := config(o)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	e, err := embed.StartEtcd(c)
	if err != nil {
		return err
	}
	defer e.Close()
	select {
	case <-e.Server.ReadyNotify():
	case <-signals:
		return nil
	case <-time.After(readyTimeout):
		return fmt.Errorf("not ready after %s", readyTimeout)
	}
	select {
	case <-signals:
		return nil
	case err := <-e.Err():
		return err
	}
}

func main() {
	var o options
	flag.StringVar(&o.dataDir, "data-dir", "", "`folder` for the data (required)")
	flag.StringVar(&o.client, "listen-client", "127.0.0.1:2379", "loopback `address` for clients")
	flag.StringVar(&o.peer, "listen-peer", "127.0.0.1:2380", "loopback `address` for peers")
	flag.Parse()
	if o.dataDir == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
}
