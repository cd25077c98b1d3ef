package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/store"
)

func newPeople(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "people",
		Short: "Move the people of a company to another connection",
	}
	cmd.AddCommand(a.newMove())
	return cmd
}

func (a *app) newMove() *cobra.Command {
	cmd := jsonFlag(a.withStoreSettings(&cobra.Command{
		Use:   "move",
		Short: "Make the people of a connection known at another one",
		Args:  cobra.NoArgs,
		Long: "Make the people of a connection known at another one of the company, by a value that both\n" +
			"identity providers know: login, email, external_id, or attribute:NAME with the name of a claim.\n" +
			"Each keeps the account, with its groups and history, at the first sign-in there. Try it with\n" +
			"--dry-run first; people about whom an admin decides wait under People, Moves.",
		Example: "  gatehouse people move --from conn-… --to conn-… --by login --dry-run\n" +
			"  gatehouse people move --from conn-… --to conn-… --by attribute:employee_number",
	}))
	from := cmd.Flags().String("from", "", "`ID` of the connection that knows them")
	to := cmd.Flags().String("to", "", "`ID` of the connection that they sign in through from now on")
	by := cmd.Flags().String("by", "", "`attribute` that finds them")
	dry := cmd.Flags().Bool("dry-run", false, "only show what would happen")
	cmd.RunE = does(func(cmd *cobra.Command) error {
		r := connections.MoveRequest{
			From: sso.ConnectionID(*from),
			To:   sso.ConnectionID(*to),
			By:   sso.MoveBy(*by),
		}
		if r.From == "" || r.To == "" || r.By == "" {
			return errors.New("give --from, --to and --by")
		}
		return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
			return a.movePeople(ctx, db, r, *dry, wantsJSON(cmd))
		})
	})
	return cmd
}

// moveOutput is the JSON form of a move, or of what one would do.
type moveOutput struct {
	Move      sso.MoveID    `json:"move,omitempty"`
	State     sso.MoveState `json:"state,omitempty"`
	Waiting   int           `json:"waiting"`
	Used      int           `json:"used"`
	Held      int           `json:"held"`
	Unmatched int           `json:"unmatched"`
	There     int           `json:"there"`
	Left      int           `json:"left"`
	People    []movedOutput `json:"people"` // those who do not simply wait; of a dry run only
}

// movedOutput is the JSON form of a person in a move.
type movedOutput struct {
	User   sso.UserID         `json:"user"`
	Login  string             `json:"login"`
	State  sso.MoveEntryState `json:"state"`
	Reason sso.MoveReason     `json:"reason"`
}

// movePeople moves people, or shows what that would do. It returns once the move is ready.
func (a *app) movePeople(
	ctx context.Context, db *store.DB, r connections.MoveRequest, dry, asJSON bool,
) error {
	c, err := db.ConnectionByID(ctx, r.From)
	if sso.KindOf(err) == sso.NotFoundKind {
		return fmt.Errorf("there is no connection %s; its page and the API have the ID", sso.Sanitize(string(r.From)))
	}
	if err != nil {
		return fmt.Errorf("find the connection to move from: %w", err)
	}
	service := connections.New(connections.Options{
		Connections: db,
		Moves:       db,
	})
	out := moveOutput{People: []movedOutput{}}
	if dry {
		p, err := service.PreviewMove(ctx, c.Enterprise, r)
		if err != nil {
			return err
		}
		out.count(p.Counts)
		out.list(p.Held)
		out.list(p.Unmatched)
	} else {
		m, err := service.Move(ctx, sso.ActorOperator, c.Enterprise, r)
		if err != nil {
			return err
		}
		if m, err = readyMove(ctx, db, m); err != nil {
			return err
		}
		out.Move, out.State = m.ID, m.State
		out.count(m.Counts)
	}
	if asJSON {
		return a.printJSON(out)
	}
	a.printMove(out)
	return nil
}

// readyMove writes the entries of a move until it is ready.
func readyMove(ctx context.Context, db *store.DB, m sso.Move) (sso.Move, error) {
	for m.State == sso.MoveCollecting {
		if err := db.ApplyMoves(ctx); err != nil {
			return m, fmt.Errorf("%s was started, and continues with the next start of Gatehouse: %w", m.ID, err)
		}
		next, err := db.Move(ctx, m.Enterprise, m.ID)
		if err != nil {
			return m, err
		}
		m = next
	}
	return m, nil
}

func (o *moveOutput) count(c sso.MoveCounts) {
	o.Waiting, o.Used, o.Held = c.Waiting, c.Used, c.Held
	o.Unmatched, o.There, o.Left = c.Unmatched, c.There, c.Left
}

func (o *moveOutput) list(all []sso.MoveEntry) {
	for _, e := range all {
		o.People = append(o.People, movedOutput{
			User:   e.User,
			Login:  e.Login,
			State:  e.State,
			Reason: e.Why,
		})
	}
}

func (a *app) printMove(o moveOutput) {
	if o.Move == "" {
		a.printf("Nothing is changed. A move would have:\n")
	} else {
		a.printf("%s is %s:\n", o.Move, o.State)
	}
	a.printf("  %d wait for their first sign-in\n", o.Waiting+o.Used)
	a.printf("  %d wait for the decision of an admin\n", o.Held)
	a.printf("  %d are not found by the value, or are deactivated\n", o.Unmatched)
	a.printf("  %d are known there already\n", o.There)
	for _, p := range o.People {
		a.printf("%s %s (%s): %s\n", p.State, sso.Sanitize(p.Login), p.User, p.Reason)
	}
}
