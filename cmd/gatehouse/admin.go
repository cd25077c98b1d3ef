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
	"gatehouse/sso/tokens"
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

// tokenFlags are those of the command that makes a token.
type tokenFlags struct {
	name    string
	company string // key
	scopes  []string
	expires time.Duration
}

func (a *app) newToken() *cobra.Command {
	cmd := jsonFlag(a.withStoreSettings(&cobra.Command{
		Use:   "token",
		Short: "Make a token of the REST API and print it once",
		Args:  cobra.NoArgs,
		Example: "  gatehouse admin token --name terraform --expires-in 2160h\n" +
			"  gatehouse admin token --name reports --company acme --scope users:read --scope members:read",
	}))
	var f tokenFlags
	cmd.Flags().StringVar(&f.name, "name", "", "what the token is for, as the audit trail and the list show it")
	cmd.Flags().StringVar(
		&f.company, "company", "", "key of the only company that it is good for; without it, the whole installation",
	)
	cmd.Flags().StringSliceVar(
		&f.scopes, "scope", []string{string(sso.ScopeAll)},
		"what it may do, such as users:read or groups:write; may be repeated",
	)
	cmd.Flags().DurationVar(
		&f.expires, "expires-in", 0, "how long it is good for, such as 2160h for 90 days; 0: until it is revoked",
	)
	_ = cmd.MarkFlagRequired("name") // fails only for a flag that does not exist
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if problems := sso.ValidateName("name", f.name); problems != nil {
			return fmt.Errorf("--name: %s", problems[0].Message)
		}
		if f.expires < 0 {
			return errors.New("--expires-in: the token would be expired already")
		}
		if _, unknown := sso.OrderScopes(f.asked()); len(unknown) > 0 {
			return fmt.Errorf("--scope: there is no scope %q; there are %v", unknown[0], sso.Scopes())
		}
		return does(func(cmd *cobra.Command) error {
			return a.makeToken(cmd, f)
		})(cmd, args)
	}
	return cmd
}

func (f tokenFlags) asked() []sso.Scope {
	all := make([]sso.Scope, len(f.scopes))
	for i, s := range f.scopes {
		all[i] = sso.Scope(s)
	}
	return all
}

// makeToken creates an API token and prints it.
func (a *app) makeToken(cmd *cobra.Command, f tokenFlags) error {
	return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
		r := tokens.APIRequest{
			Name:   f.name,
			Scopes: f.asked(),
		}
		if f.company != "" {
			e, err := db.EnterpriseByKey(ctx, f.company)
			if sso.KindOf(err) == sso.NotFoundKind {
				return fmt.Errorf("there is no company with the key %q", f.company)
			}
			if err != nil {
				return err
			}
			r.Enterprise = e.ID
		}
		if f.expires > 0 {
			r.ExpiresAt = time.Now().Add(f.expires)
		}
		token, bearer, err := tokens.NewAPI(db, time.Now).Create(ctx, sso.ActorOperator, tokens.Operator(), r)
		if err != nil {
			return err
		}
		if wantsJSON(cmd) {
			row := tokenRow(token)
			row["token"] = bearer.Reveal()
			return a.printJSON(row)
		}
		a.printf("%s\n", bearer.Reveal())
		return nil
	})
}

// tokenRow returns a token as JSON shows it, without its secret.
func tokenRow(t sso.Token) map[string]any {
	return map[string]any{
		"id":           t.ID,
		"name":         t.Name,
		"enterprise":   orNull(t.Enterprise),
		"scopes":       t.Scopes,
		"created_by":   orNull(t.CreatedBy),
		"created_at":   t.CreatedAt,
		"expires_at":   orNil(t.ExpiresAt),
		"revoked_at":   orNil(t.RevokedAt),
		"last_used_at": orNil(t.LastUsedAt),
		"last_client":  orNull(t.LastClient),
	}
}

// orNull returns nil for an empty text.
func orNull[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return s
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
		all, next, err := db.Tokens(ctx, "", page)
		if err != nil {
			return err
		}
		for _, t := range all {
			rows = append(rows, tokenRow(t))
			if asJSON {
				continue
			}
			a.printf(
				"%s  %-24s %s, %v, created %s, %s, last used %s\n", t.ID, t.Name, companyOf(t), t.Scopes,
				day(t.CreatedAt), endOf(t), day(t.LastUsedAt),
			)
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

func companyOf(t sso.Token) string {
	if t.Enterprise == "" {
		return "installation"
	}
	return string(t.Enterprise)
}

func endOf(t sso.Token) string {
	if !t.RevokedAt.IsZero() {
		return "revoked " + day(t.RevokedAt)
	}
	return "expires " + day(t.ExpiresAt)
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
					return db.RevokeToken(ctx, sso.ActorOperator, "", id)
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
