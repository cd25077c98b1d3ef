package main

import (
	"context"

	"github.com/spf13/cobra"

	"gatehouse/store"
)

func newMigrate(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Look at the database's schema, or bring it up to date",
		Long: "Bring the database's schema up to date, or say whether it is. serve does so itself when it\n" +
			"starts; do it beforehand if serve's database user may not change the schema. A schema never goes\n" +
			"back: restore a backup instead.",
	}
	cmd.AddCommand(
		jsonFlag(a.withStoreSettings(&cobra.Command{
			Use:   "status",
			Short: "Say which schema the database has",
			Args:  cobra.NoArgs,
			RunE:  does(func(cmd *cobra.Command) error { return a.schemaStatus(cmd) }),
		})),
		a.withStoreSettings(&cobra.Command{
			Use:   "up",
			Short: "Bring the schema up to date",
			Args:  cobra.NoArgs,
			RunE:  does(func(cmd *cobra.Command) error { return a.migrateUp(cmd) }),
		}),
	)
	return cmd
}

func (a *app) schemaStatus(cmd *cobra.Command) error {
	c, err := a.settings(cmd)
	if err != nil {
		return err
	}
	has, wants, err := store.Schema(cmd.Context(), c.Database.Reveal())
	if err != nil {
		return err
	}
	if wantsJSON(cmd) {
		return a.printJSON(map[string]any{
			"schema":     has,
			"wants":      wants,
			"up_to_date": has == wants,
		})
	}
	switch {
	case has == wants:
		a.printf("Schema %d, up to date.\n", has)
	case has < wants:
		a.printf("Schema %d of %d: run gatehouse migrate up, or start serve.\n", has, wants)
	default:
		a.printf("Schema %d, made by a newer version; this one knows schemas up to %d.\n", has, wants)
	}
	return nil
}

func (a *app) migrateUp(cmd *cobra.Command) error {
	// Opening the database migrates it.
	if err := a.withStore(cmd, func(context.Context, *store.DB) error {
		return nil
	}); err != nil {
		return err
	}
	return a.schemaStatus(cmd)
}
