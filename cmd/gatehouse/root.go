package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/web/ops"
)

// app holds the inputs and outputs of every command.
type app struct {
	environ        []string
	stdout, stderr io.Writer
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "gatehouse",
		Short: "SAML and OpenID Connect sign-in with just-in-time group sync",
		Long: "Gatehouse signs people in through their company's own identity provider and puts\n" +
			"them into the right groups. See it at once with: gatehouse demo",
		Version:           versionText(ops.ReadBuild()),
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(
		newServe(a), newDemo(a), newMigrate(a), newAdmin(a), newConfig(a), newSCIM(a), newPeople(a),
		newHealthcheck(a), newVersion(a))
	for _, parent := range root.Commands() {
		if parent.HasSubCommands() {
			parent.Args, parent.RunE = cobra.ArbitraryArgs, listSubcommands
		}
	}
	return root
}

// listSubcommands runs a command that only has subcommands: it prints help, or fails
// on an unknown subcommand.
func listSubcommands(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return fmt.Errorf("unknown command %q for %q; see %[2]s --help", args[0], cmd.CommandPath())
}

// does returns a cobra RunE that wraps the error of work in a failure.
func does(work func(cmd *cobra.Command) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		if err := work(cmd); err != nil {
			return &failure{err}
		}
		return nil
	}
}

// configError lists all problems with the settings.
type configError struct{ problems []config.Problem }

func (e *configError) Error() string {
	return fmt.Sprintf("%d settings are wrong", len(e.problems))
}

// withSettings adds the flags of all settings to a command.
func (a *app) withSettings(cmd *cobra.Command) *cobra.Command {
	flags := cmd.Flags()
	flags.StringP("config", "c", "", "YAML `file` with settings")
	for _, s := range config.Settings() {
		flags.Var(&flagText{text: s.Default, kind: s.Type}, s.Flag, s.Help)
		if s.Bool {
			flags.Lookup(s.Flag).NoOptDefVal = "true"
		}
		if s.MayBeFile() {
			flags.Var(&flagText{kind: "file"}, s.Flag+"-file", "file that holds "+s.Name)
		}
	}
	return cmd
}

// listOnly hides the flags of settings from a command's --help, except those named.
// They are still accepted, so every command accepts the flags of serve.
func listOnly(cmd *cobra.Command, names ...string) *cobra.Command {
	for _, s := range config.Settings() {
		for _, name := range []string{s.Flag, s.Flag + "-file"} {
			if f := cmd.Flags().Lookup(name); f != nil {
				f.Hidden = !slices.Contains(names, s.Name)
			}
		}
	}
	return cmd
}

// withStoreSettings is like withSettings, for a command that only opens the database.
func (a *app) withStoreSettings(cmd *cobra.Command, more ...string) *cobra.Command {
	return listOnly(
		a.withSettings(cmd),
		append(more, "data_dir", "database", "secret_key", "secret_key_previous")...,
	)
}

// flagText keeps a flag's value as text: package config parses it the same way, and
// with the same messages, as from any other source.
type flagText struct{ text, kind string }

func (f *flagText) String() string { return f.text }
func (f *flagText) Set(s string) error {
	f.text = s
	return nil
}
func (f *flagText) Type() string { return f.kind }

// settings loads the settings of cmd from all sources.
func (a *app) settings(cmd *cobra.Command) (config.Config, error) {
	c, problems := config.Load(a.sources(cmd))
	if len(problems) > 0 {
		return c, &configError{problems}
	}
	return c, nil
}

func (a *app) sources(cmd *cobra.Command) config.Sources {
	given := map[string]string{}
	for _, s := range config.Settings() {
		for _, name := range []string{s.Flag, s.Flag + "-file"} {
			if f := cmd.Flags().Lookup(name); f != nil && f.Changed {
				given[name] = f.Value.String()
			}
		}
	}
	file := cmd.Flag("config").Value.String()
	for _, pair := range a.environ {
		if path, ok := strings.CutPrefix(pair, config.Prefix+"CONFIG="); ok && file == "" {
			file = path
		}
	}
	return config.Sources{
		File:  file,
		Env:   a.environ,
		Flags: maps.Clone(given),
	}
}

// jsonFlag adds --json to a command whose output is data.
func jsonFlag(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().Bool("json", false, "print JSON")
	return cmd
}

func wantsJSON(cmd *cobra.Command) bool {
	yes, _ := cmd.Flags().GetBool("json") // false if there is no such flag
	return yes
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func (a *app) printf(format string, args ...any) {
	fmt.Fprintf(a.stdout, format, args...) //nolint:errcheck // a closed standard output cannot be reported
}
