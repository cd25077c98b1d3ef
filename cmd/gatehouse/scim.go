package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/store"
)

// exitBroken is the exit status of gatehouse scim drift if it cannot compare; 1 says
// that something differs.
const exitBroken = 3

// brokenComparison is the error of a comparison that was not made.
type brokenComparison struct{ error }

func (b *brokenComparison) Unwrap() error { return b.error }

func newSCIM(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "scim",
		Short: "Compare what identity providers provision with the current accounts and groups",
	}
	cmd.AddCommand(a.newDrift(), a.newExpect())
	return cmd
}

// withConnection adds the flags that select connections.
func withConnection(cmd *cobra.Command) (company, connection *string) {
	company = cmd.Flags().String("company", "", "`key` of the company; without it, all companies")
	connection = cmd.Flags().String("connection", "", "`ID` of the connection; without it, all that provision by SCIM")
	return company, connection
}

func (a *app) newDrift() *cobra.Command {
	cmd := jsonFlag(a.withStoreSettings(&cobra.Command{
		Use:   "drift",
		Short: "Compare expected and actual members of provisioned groups",
		Args:  cobra.NoArgs,
		Long: "Compare who should be in the groups that identity providers provision with who is, and say why\n" +
			"people are missing. Exit status: 0 if nothing differs, 1 if something does, 2 for a wrong command\n" +
			"line, 3 if it cannot be compared.",
		Example: "  gatehouse scim drift --company acme\n  gatehouse scim drift --json",
	}))
	company, connection := withConnection(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		differs := false
		err := a.withStore(cmd, func(ctx context.Context, db *store.DB) (err error) {
			differs, err = a.printDrift(ctx, db, selection{*company, *connection}, wantsJSON(cmd))
			return err
		})
		switch {
		case err != nil:
			return &brokenComparison{err}
		case differs:
			return errReported
		}
		return nil
	}
	return cmd
}

// selection says which connections a command is about; "" for all.
type selection struct{ company, connection string }

// provisioned is a connection that provisions by SCIM, and its company.
type provisioned struct {
	sso.Enterprise
	sso.Connection
}

// connections returns the selected connections whose pushes take effect; one that is
// named also if they do not.
func (s selection) connections(ctx context.Context, db *store.DB) (all []provisioned, err error) {
	for page := (sso.Page{Limit: 200}); ; {
		enterprises, next, err := db.Enterprises(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, e := range enterprises {
			if s.company != "" && e.Key != s.company {
				continue
			}
			some, err := db.Connections(ctx, e.ID)
			if err != nil {
				return nil, err
			}
			for _, c := range some {
				if s.includes(c) {
					all = append(all, provisioned{e, c})
				}
			}
		}
		if next == "" {
			break
		}
		page.Cursor = next
	}
	if len(all) == 0 && s != (selection{}) {
		return nil, errors.New("there is no such connection that provisions by SCIM")
	}
	return all, nil
}

func (s selection) includes(c sso.Connection) bool {
	if s.connection != "" {
		return string(c.ID) == s.connection
	}
	return c.State == sso.ConnectionEnabled && c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM
}

func comparer(db *store.DB) *drift.Service {
	return drift.New(drift.Options{
		Facts:  db,
		Writer: db,
		Now:    time.Now,
	})
}

// driftOutput is the JSON form of a comparison.
type driftOutput struct {
	Company    string           `json:"company"`
	Connection sso.ConnectionID `json:"connection"`
	Name       string           `json:"name"`
	Differs    bool             `json:"differs"`
	Expected   int              `json:"expected_members"`
	Actual     int              `json:"actual_members"`
	Missing    int              `json:"missing"`
	Extra      int              `json:"extra"`
	Groups     []groupOutput    `json:"groups"`
}

// groupOutput is the JSON form of the comparison of a group.
type groupOutput struct {
	Name     string         `json:"name"`
	Group    sso.GroupID    `json:"group,omitempty"`
	Differs  bool           `json:"differs"`
	Expected int            `json:"expected_members"`
	Evidence string         `json:"evidence"`
	Actual   int            `json:"actual_members"`
	Missing  int            `json:"missing"`
	Extra    int            `json:"extra"`
	Reasons  []reasonOutput `json:"reasons"`
	Refused  int            `json:"refused"`
	Refusal  string         `json:"refusal,omitempty"`
}

// reasonOutput is the JSON form of a reason.
type reasonOutput struct {
	Reason  sso.DriftReason `json:"reason"`
	Missing bool            `json:"missing"`
	People  int             `json:"people"`
	Text    string          `json:"text"`
	Do      string          `json:"do,omitempty"`
}

// printDrift compares the selected connections, prints the result, and reports
// whether something differs.
func (a *app) printDrift(ctx context.Context, db *store.DB, s selection, asJSON bool) (differs bool, err error) {
	all, err := s.connections(ctx, db)
	if err != nil {
		return false, err
	}
	rows := []driftOutput{}
	for _, p := range all {
		r, err := comparer(db).Report(ctx, p.Enterprise.ID, p.Connection.ID)
		if err != nil {
			return false, err
		}
		differs = differs || r.Differs()
		if asJSON {
			rows = append(rows, outputOf(p, r))
		} else {
			a.printReport(p, r)
		}
	}
	if asJSON {
		return differs, a.printJSON(rows)
	}
	return differs, nil
}

func (a *app) printReport(p provisioned, r drift.Report) {
	a.printf("%s, %s (%s):\n", p.Enterprise.Key, p.Connection.Name, p.Connection.ID)
	if len(r.Lines) == 0 {
		a.printf("  no group was pushed or expected\n")
	}
	for _, l := range r.Lines {
		mark := " "
		if l.Differs() {
			mark = "!"
		}
		a.printf("%s %s\n", mark, r.Summary(l))
		for _, x := range l.Reasons {
			if words := r.Remedy(l, x.Reason, x.Missing); words.Do != "" {
				a.printf("    %s\n", words.Do)
			}
		}
	}
}

func outputOf(p provisioned, r drift.Report) driftOutput {
	o := driftOutput{
		Company:    p.Enterprise.Key,
		Connection: p.Connection.ID,
		Name:       p.Connection.Name,
		Differs:    r.Differs(),
		Expected:   r.Total.Expected,
		Actual:     r.Total.Actual,
		Missing:    r.Total.Missing,
		Extra:      r.Total.Extra,
		Groups:     []groupOutput{},
	}
	for _, l := range r.Lines {
		g := groupOutput{
			Name:     l.Name,
			Group:    l.Group.ID,
			Differs:  l.Differs(),
			Expected: l.Expected,
			Evidence: l.Evidence.Words(),
			Actual:   l.Actual,
			Missing:  l.Missing,
			Extra:    l.Extra,
			Reasons:  []reasonOutput{},
			Refused:  l.Refusals.Count,
			Refusal:  l.Refusals.Detail,
		}
		for _, x := range l.Reasons {
			words := r.Remedy(l, x.Reason, x.Missing)
			g.Reasons = append(g.Reasons, reasonOutput{
				Reason:  x.Reason,
				Missing: x.Missing,
				People:  x.People,
				Text:    words.Text,
				Do:      words.Do,
			})
		}
		o.Groups = append(o.Groups, g)
	}
	return o
}

func (a *app) newExpect() *cobra.Command {
	cmd := a.withStoreSettings(&cobra.Command{
		Use:   "expect GROUP NUMBER|FILE",
		Short: "Say how many members a group should have, or which",
		Args:  groupAndNumber,
		Long: "Say how many members a group of the identity provider should have, as its console shows it; or\n" +
			"which: a file of logins, one per line, or CSV with a column userPrincipalName, userName, login or\n" +
			"email. - forgets it.",
		Example: "  gatehouse scim expect grp_all@acme.example 269\n" +
			"  gatehouse scim expect grp_all@acme.example members.csv",
	})
	company, connection := withConnection(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return does(func(cmd *cobra.Command) error {
			return a.expect(cmd, selection{*company, *connection}, args[0], args[1])
		})(cmd, args)
	}
	return cmd
}

func groupAndNumber(_ *cobra.Command, args []string) error {
	if len(args) != 2 {
		return errors.New("give the name of a group, and a number or a file of logins")
	}
	return nil
}

// expect keeps what is expected of a group of the only selected connection.
func (a *app) expect(cmd *cobra.Command, s selection, group, given string) error {
	w := drift.Wish{Group: group}
	if given != "-" {
		text := given
		if content, err := os.ReadFile(given); err == nil { //nolint:gosec // the operator names the file
			text = string(content)
		}
		var err error
		if w.People, w.Logins, err = drift.Read(text); err != nil {
			return err
		}
		if w.Logins != nil && text == given {
			return fmt.Errorf("%s is no number, and there is no such file", given)
		}
	}
	return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
		all, err := s.connections(ctx, db)
		if err != nil {
			return err
		}
		if len(all) != 1 {
			return fmt.Errorf("%d connections provision by SCIM; name one with --connection", len(all))
		}
		c := all[0]
		if given == "-" {
			return comparer(db).Forget(ctx, sso.ActorOperator, c.Enterprise.ID, c.Connection.ID, group)
		}
		e, err := comparer(db).Expect(ctx, sso.ActorOperator, c.Enterprise.ID, c.Connection.ID, w)
		if err != nil {
			return err
		}
		a.printf("%s: %d members expected\n", e.Group, e.People)
		return nil
	})
}
