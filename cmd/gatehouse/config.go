package main

import (
	"github.com/spf13/cobra"

	"gatehouse/config"
)

func newConfig(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check or print the settings"}
	cmd.AddCommand(
		jsonFlag(a.withSettings(&cobra.Command{
			Use:   "check",
			Short: "Report every problem of the settings at once",
			Args:  cobra.NoArgs,
			RunE:  does(func(cmd *cobra.Command) error { return a.checkSettings(cmd) }),
		})),
		jsonFlag(a.withSettings(&cobra.Command{
			Use:   "print",
			Short: "Print the settings in effect, secrets redacted",
			Args:  cobra.NoArgs,
			RunE:  does(func(cmd *cobra.Command) error { return a.printSettings(cmd) }),
		})),
	)
	return cmd
}

// checkSettings prints warnings and returns problems as its error. With --json both
// are printed to standard output, and only the exit status reports the problems.
func (a *app) checkSettings(cmd *cobra.Command) error {
	c, problems := config.Load(a.sources(cmd))
	warnings := c.Warnings()
	if len(problems) == 0 { // else the files may not be those that were meant
		b := readBrand(c.Brand)
		problems = b.problems
		warnings = append(warnings, b.warnings...)
	}
	if wantsJSON(cmd) {
		err := a.printJSON(map[string]any{
			"ok":       len(problems) == 0,
			"problems": orEmpty(problems),
			"warnings": orEmpty(warnings),
		})
		if err == nil && len(problems) > 0 {
			err = errReported
		}
		return err
	}
	if len(problems) > 0 {
		return &configError{problems}
	}
	for _, w := range warnings {
		a.printf("Warning: %s\n", w)
	}
	a.printf("The settings are good.\n")
	return nil
}

// orEmpty returns an empty list for nil, so that JSON has [] and not null.
func orEmpty(problems []config.Problem) []config.Problem {
	if problems == nil {
		return []config.Problem{}
	}
	return problems
}

// printSettings prints the settings, including invalid ones: an operator looks at
// them when something is wrong.
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
