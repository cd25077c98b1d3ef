package main

import (
	"github.com/spf13/cobra"

	"gatehouse/web/ops"
)

func newVersion(a *app) *cobra.Command {
	return jsonFlag(&cobra.Command{
		Use: "version", Short: "Say which version this is", Args: cobra.NoArgs,
		RunE: does(func(cmd *cobra.Command) error {
			b := ops.ReadBuild()
			if wantsJSON(cmd) {
				return a.printJSON(b)
			}
			a.printf("gatehouse %s", b.Version)
			if b.Revision != "" {
				a.printf(" (%.12s)", b.Revision)
			}
			a.printf(" %s\n", b.Go)
			return nil
		}),
	})
}
