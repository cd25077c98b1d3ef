package main

import (
	"github.com/spf13/cobra"

	"gatehouse/config"
)

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check or print the settings"}
	cmd.AddCommand(
		a.withSettings(&cobra.Command{
			Use: "check", Short: "Report every problem of the settings at once", Args: cobra.NoArgs,
			RunE: does(func(cmd *cobra.Command) error {
				c, err := a.settings(cmd)
				if err != nil {
					return err
				}
				for _, w := range c.Warnings() {
					a.printf("Warning: %s\n", w)
				}
				a.printf("The settings are good.\n")
				return nil
			}),
		}),
		jsonFlag(a.withSettings(&cobra.Command{
			Use: "print", Short: "Print the settings in effect, secrets redacted", Args: cobra.NoArgs,
			RunE: does(func(cmd *cobra.Command) error { return a.printSettings(cmd) }),
		})),
	)
	return cmd
}

// printSettings prints even what is wrong: that is when somebody looks.
func (a *app) printSettings(cmd *cobra.Command) error {
	c, problems := config.Load(a.sources(cmd))
	print := c.YAML
	if wantsJSON(cmd) {
		print = c.JSON
	}
	out, err := print()
	if err != nil {
		return err
	}
	a.printf("%s", out)
	if len(problems) > 0 {
		return &configError{problems}
	}
	return nil
}
