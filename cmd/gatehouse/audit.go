package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/sso"
	"gatehouse/store"
)

const (
	auditEvery    = time.Hour
	auditBatch    = 500 // heads marked as logged in one transaction
	auditPasses   = 3   // a head that is being written is passed over
	auditPause    = time.Second
	auditHeadLine = "audit head"
	auditLineMax  = 1 << 20
)

// logAuditHeads writes the signed end of every strand that grew to the log, in
// several passes, because one that is being written is passed over. `gatehouse
// admin audit --log` compares them with the trails.
func (g *gateway) logAuditHeads(ctx context.Context) error {
	for pass := range auditPasses {
		if pass > 0 {
			select {
			case <-time.After(auditPause):
			case <-ctx.Done():
				return nil
			}
		}
		for more := true; more; {
			heads, err := g.db.AuditHeadsToLog(ctx, auditBatch)
			if err != nil {
				return err
			}
			for _, h := range heads {
				g.logAuditHead(ctx, h)
			}
			more = len(heads) == auditBatch
		}
	}
	return nil
}

func (g *gateway) logAuditHead(ctx context.Context, h sso.AuditHead) {
	if h.Forged {
		g.log.ErrorContext(
			ctx, "audit chain head was changed in the database",
			"enterprise", h.Enterprise, "strand", h.Strand, "sequence", h.Sequence,
		)
	}
	g.log.InfoContext(
		ctx, auditHeadLine, "enterprise", h.Enterprise, "strand", h.Strand, "position", h.Position,
		"sequence", h.Sequence, "hash", h.Hash.String(),
		"signed_at", h.At.Format(time.RFC3339Nano), "signature", h.Signature.String(),
	)
}

func (a *app) newAudit() *cobra.Command {
	cmd := jsonFlag(a.withStoreSettings(&cobra.Command{
		Use:   "audit",
		Short: "Verify the hash chains of the audit trail",
		Args:  cobra.NoArgs,
		Long: "Verify the hash chain of each enterprise and that of the installation. With --log, also compare\n" +
			"them with the signed ends that serve writes to its log every hour: that shows a chain which was\n" +
			"set back to an earlier end. The log is read as JSON lines; other lines are passed over.",
	}))
	log := cmd.Flags().String("log", "", "`file` with log lines of serve (log.format json)")
	cmd.RunE = does(func(cmd *cobra.Command) error {
		return a.withStore(cmd, func(ctx context.Context, db *store.DB) error {
			err := a.verifyAudit(ctx, db, wantsJSON(cmd))
			if *log == "" {
				return err
			}
			return errors.Join(err, a.verifyLog(ctx, db, *log, wantsJSON(cmd)))
		})
	})
	return cmd
}

// verifyAudit verifies every chain, including the installation's own, and prints
// which are broken and where.
func (a *app) verifyAudit(ctx context.Context, db *store.DB, asJSON bool) error {
	chains := []sso.Enterprise{{Key: "(installation)"}}
	for page := (sso.Page{Limit: 200}); ; {
		some, next, err := db.Enterprises(ctx, page)
		if err != nil {
			return err
		}
		chains = append(chains, some...)
		if next == "" {
			break
		}
		page.Cursor = next
	}
	rows := []map[string]any{}
	var broken error
	for _, ent := range chains {
		events, err := db.VerifyAudit(ctx, ent.ID)
		row := map[string]any{
			"enterprise": ent.ID,
			"key":        ent.Key,
			"events":     events,
			"intact":     err == nil,
		}
		if err != nil {
			broken = errors.Join(broken, err)
			row["problem"] = err.Error()
		}
		rows = append(rows, row)
		if !asJSON && err == nil {
			a.printf("%-24s %d events, intact\n", ent.Key, events)
		}
	}
	if asJSON {
		if err := a.printJSON(rows); err != nil {
			return err
		}
	}
	return broken
}

// loggedHead is the JSON form of a sso.AuditHead in the log.
type loggedHead struct {
	Message    string           `json:"msg"`
	Enterprise sso.EnterpriseID `json:"enterprise"`
	Strand     int64            `json:"strand"`
	Position   int64            `json:"position"` // 0 in lines from before there were strands
	Sequence   int64            `json:"sequence"`
	Hash       string           `json:"hash"`
	SignedAt   time.Time        `json:"signed_at"`
	Signature  string           `json:"signature"`
}

// verifyLog compares every audit head in a log file with its chain.
func (a *app) verifyLog(ctx context.Context, db *store.DB, path string, quiet bool) error {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	var problems error
	heads := 0
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, auditLineMax)
	for number := 1; lines.Scan(); number++ {
		var line loggedHead
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Message != auditHeadLine {
			continue
		}
		heads++
		head, err := line.head()
		if err == nil {
			err = db.VerifyLoggedHead(ctx, head)
		}
		if err != nil {
			problems = errors.Join(problems, fmt.Errorf("line %d of the log: %w", number, err))
		}
	}
	if err := lines.Err(); err != nil {
		problems = errors.Join(problems, fmt.Errorf("read the log: %w", err))
	}
	if problems == nil && !quiet {
		a.printf("%-24s %d signed ends, all in their chains\n", "(log)", heads)
	}
	return problems
}

func (l loggedHead) head() (sso.AuditHead, error) {
	h := sso.AuditHead{
		Enterprise: l.Enterprise,
		Strand:     l.Strand,
		Position:   l.Position,
		Sequence:   l.Sequence,
		At:         l.SignedAt,
	}
	if h.Position == 0 {
		h.Position = h.Sequence
	}
	for text, into := range map[string]*sso.Hash{l.Hash: &h.Hash, l.Signature: &h.Signature} {
		b, err := hex.DecodeString(text)
		if err != nil || len(b) != len(into) {
			return h, errors.New("a hash in it is not complete")
		}
		copy(into[:], b)
	}
	return h, nil
}
