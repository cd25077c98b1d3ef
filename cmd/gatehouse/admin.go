package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/sso"
	"gatehouse/store"
)

func newAdmin(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "admin",
		Short: "Make admins and API tokens, verify the audit trail",
	}
	cmd.AddCommand(a.newLink(), a.newToken(), a.newTokens(), a.newRevoke(), a.newAudit())
	return cmd
}

func (a *app) newToken() *cobra.Command {
	cmd := jsonFlag(a.withStoreSettings(&cobra.Command{
		Use:     "token",
		Short:   "Make a token of the REST API and print it once",
		Args:    cobra.NoArgs,
		Example: "  gatehouse admin token --name terraform --expires-in 2160h",
	}))
	name := cmd.Flags().String("name", "", "what the token is for, as the audit trail and the list show it")
	expires := cmd.Flags().Duration(
		"expires-in", 0, "how long it is good for; 0: until it is revoked",
	)
	_ = cmd.MarkFlagRequired("name") // fails only for a flag that does not exist
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if problems := sso.ValidateName("name", *name); problems != nil {
			return fmt.Errorf("--name: %s", problems[0].Message)
		}
		if *expires < 0 {
			return errors.New("--expires-in: the token would be expired already")
		}
		return does(func(cmd *cobra.Command) error {
			return a.makeToken(cmd, *name, *expires)
		})(cmd, args)
	}
	return cmd
}

// makeToken creates an API token and prints it. The token is valid for expires, or
// without limit if expires is 0.
func (a *app) makeToken(cmd *cobra.Command, name string, expires time.Duration) error {
	return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
		bearer := sso.APIToken.New()
		token := sso.Token{Name: name, Hash: bearer.Hash()}
		if expires > 0 {
			token.ExpiresAt = time.Now().Add(expires)
		}
		token, err := db.CreateToken(ctx, sso.ActorOperator, token)
		if err != nil {
			return err
		}
		if wantsJSON(cmd) {
			return a.printJSON(map[string]any{
				"id":         token.ID,
				"name":       token.Name,
				"token":      bearer.Reveal(),
				"expires_at": orNil(token.ExpiresAt),
			})
		}
		a.printf("%s\n", bearer.Reveal())
		return nil
	})
}

func (a *app) newTokens() *cobra.Command {
	return jsonFlag(a.withStoreSettings(&cobra.Command{
		Use:   "tokens",
		Short: "List the tokens of the REST API",
		Args:  cobra.NoArgs,
		RunE: does(func(cmd *cobra.Command) error {
			return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
				return a.listTokens(ctx, db, wantsJSON(cmd))
			})
		}),
	}))
}

func (a *app) listTokens(ctx context.Context, db *store.DB, asJSON bool) error {
	rows := []map[string]any{}
	for page := (sso.Page{Limit: 200}); ; {
		tokens, next, err := db.Tokens(ctx, page)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			rows = append(rows, map[string]any{
				"id":           t.ID,
				"name":         t.Name,
				"created_at":   t.CreatedAt,
				"expires_at":   orNil(t.ExpiresAt),
				"last_used_at": orNil(t.LastUsedAt),
			})
			if !asJSON {
				a.printf(
					"%s  %-24s created %s, expires %s, last used %s\n", t.ID, t.Name,
					day(t.CreatedAt), day(t.ExpiresAt), day(t.LastUsedAt),
				)
			}
		}
		if next == "" {
			break
		}
		page.Cursor = next
	}
	if asJSON {
		return a.printJSON(rows)
	}
	return nil
}

func (a *app) newRevoke() *cobra.Command {
	return a.withStoreSettings(&cobra.Command{
		Use:   "revoke TOKEN-ID",
		Short: "Revoke a token of the REST API",
		Args:  oneTokenID,
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := sso.ParseID[sso.TokenID](args[0])
			if err != nil {
				return fmt.Errorf("%q is not the ID of a token; gatehouse admin tokens lists them", args[0])
			}
			return does(func(cmd *cobra.Command) error {
				return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
					return db.DeleteToken(ctx, sso.ActorOperator, id)
				})
			})(cmd, args)
		},
	})
}

func oneTokenID(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("give the ID of one token; gatehouse admin tokens lists them")
	}
	return nil
}

// withStore opens the database, calls work, and closes the database.
func (a *app) withStore(cmd *cobra.Command, work func(ctx context.Context, db *store.DB) error) error {
	c, err := a.settings(cmd)
	if err != nil {
		return err
	}
	keys, err := keyring(c)
	if err != nil {
		return err
	}
	db, err := openStore(cmd.Context(), c, keys, nil)
	if err != nil {
		return err
	}
	return errors.Join(work(cmd.Context(), db), db.Close())
}

// openStore opens the database; log may be nil.
func openStore(ctx context.Context, c config.Config, keys store.Keyring, log *slog.Logger) (*store.DB, error) {
	return store.Open(ctx, store.Options{
		DSN:          c.Database.Reveal(),
		Keys:         keys,
		Log:          log,
		MaxResources: int64(c.SCIM.MaxResources),
	})
}

func day(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format(time.DateOnly)
}

func orNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
