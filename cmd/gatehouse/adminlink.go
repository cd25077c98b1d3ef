package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/sso"
	"gatehouse/sso/access"
	"gatehouse/store"
)

// newLink returns the command that prints a one-time link to become an operator.
// A shell on the server is the proof of identity.
func (a *app) newLink() *cobra.Command {
	cmd := jsonFlag(a.withStoreSettings(&cobra.Command{
		Use:     "link",
		Short:   "Make a one-time link that makes an admin, and print it once",
		Args:    cobra.NoArgs,
		Example: "  gatehouse admin link --recovery",
	}, "base_url", "listen"))
	recovery := cmd.Flags().Bool(
		"recovery", false, "of a recovery admin, who gets in even where single sign-on is enforced",
	)
	cmd.RunE = does(func(cmd *cobra.Command) error {
		c, err := a.settings(cmd)
		if err != nil {
			return err
		}
		return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
			service := access.New(access.Options{
				Accounts: db,
				Sessions: db,
				Access:   db,
				Links:    db,
				Now:      time.Now,
			})
			i, token, err := service.Invite(ctx, sso.ActorOperator, *recovery)
			if err != nil {
				return err
			}
			if wantsJSON(cmd) {
				return a.printJSON(map[string]any{
					"id":         i.ID,
					"url":        welcomeURL(c, token),
					"recovery":   i.Recovery,
					"expires_at": i.ExpiresAt,
				})
			}
			a.printf("%s\n", welcomeURL(c, token))
			return nil
		})
	})
	return cmd
}

func welcomeURL(c config.Config, token sso.Secret) string {
	return c.BaseURL + "/admin/welcome/" + token.Reveal()
}

// firstLink prints the link that creates the first operator if there is none, and
// reports whether it did. Only users with a shell on the server or access to its log see
// the output.
func (a *app) firstLink(ctx context.Context, g *gateway) (printed bool, err error) {
	token, ok, err := g.admin.FirstInvitation(ctx)
	if err != nil {
		return false, fmt.Errorf("look for an admin: %w", err)
	}
	if ok {
		a.printf("Create the first admin account within 24 hours: %s\n", welcomeURL(g.config, token))
	}
	return ok, nil
}
