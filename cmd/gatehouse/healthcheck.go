package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthcheckTimeout is shorter than the timeout of container engines.
const healthcheckTimeout = 5 * time.Second

func newHealthcheck(a *app) *cobra.Command {
	return listOnly(a.withSettings(&cobra.Command{
		Use:   "healthcheck",
		Short: "Ask the gateway on this machine whether it is ready, for containers",
		Args:  cobra.NoArgs,
		RunE: does(func(cmd *cobra.Command) error {
			c, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return askReady(cmd.Context(), c.Listen)
		}),
	}), "listen")
}

// askReady requests /readyz at the address serve listens on; an address of all
// interfaces means the loopback address.
func askReady(ctx context.Context, listen string) error {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("read listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, healthcheckTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(
		ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil,
	)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("ask whether the gateway is ready: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	why, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // the status says enough
	return fmt.Errorf("the gateway is not ready: %s", strings.SplitN(string(why), "\n", 2)[0])
}
