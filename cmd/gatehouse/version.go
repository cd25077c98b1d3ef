package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/web/ops"
)

func newVersion(a *app) *cobra.Command {
	return jsonFlag(&cobra.Command{
		Use:   "version",
		Short: "Say which version this is",
		Args:  cobra.NoArgs,
		RunE: does(func(cmd *cobra.Command) error {
			b := ops.ReadBuild()
			if wantsJSON(cmd) {
				return a.printJSON(b)
			}
			a.printf("%s\n", versionText(b))
			return nil
		}),
	})
}

func versionText(b ops.Build) string {
	text := "gatehouse " + b.Version
	if b.Revision != "" {
		text += fmt.Sprintf(" (%.12s)", b.Revision)
	}
	return text + " " + b.Go
}
