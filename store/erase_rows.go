package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// dropResources queues the end of the provisioned users: a client is told that they are
// gone, but not their names.
func (e *erasing) dropResources() {
	for _, x := range e.resources {
		p := sso.Push{
			Enterprise: e.Enterprise,
			Connection: x.connection,
		}
		e.lockResources(p)
		e.leaveGroups(p, x.id)
		e.Queue(
			"delete from provisioned_users where enterprise_id = $1 and connection_id = $2 and id = $3",
			string(e.Enterprise), string(x.connection), string(x.id),
		)
		e.bury(p, userResources, x.id, "", x.seq)
	}
}

// erasedLists are the parameters of the statements of a deletion, by name: lists of what
// the user had.
func (e *erasing) erasedLists() map[string][]string {
	logins := slices.Sorted(maps.Keys(e.logins))
	lists := map[string][]string{
		"users":    textsOf(e.accounts),
		"targets":  slices.Sorted(maps.Keys(e.targets)),
		"logins":   logins,
		"subjects": slices.Sorted(maps.Keys(e.subjects)),
		"codes":    e.codes,
		// empty, if there is none
		"folded":    {},
		"keys":      {},
		"mailboxes": {},
	}
	for _, login := range logins {
		lists["folded"] = append(lists["folded"], filter.Fold(login))
		lists["keys"] = append(lists["keys"], identity.LoginKey(login))
	}
	lists["names"] = slices.Concat(logins, lists["folded"], lists["keys"], lists["subjects"])
	for email := range e.emails {
		lists["mailboxes"] = append(lists["mailboxes"], sso.MailboxOf(email).String())
	}
	return lists
}

// erasedRows are the statements by which the rows of a user go, or lose what is
// personal. [name] is a list of erasedLists. Memberships, identities, sessions, tokens
// and what else refers to a user goes with the row.
func erasedRows() []string {
	return []string{
		"delete from attempts where enterprise_id = $1 and user_id in [users]",
		"delete from attempts where enterprise_id = $1 and user_id = '' and login in [logins]",
		"delete from sync_records where enterprise_id = $1 and user_id in [users]",
		"delete from membership_history where enterprise_id = $1 and user_id in [users]",
		"delete from held_syncs where enterprise_id = $1 and user_id in [users]",
		"update identity_questions set login = '', login_key = '', keeps = '', move_key = '' " +
			"where enterprise_id = $1 and holder_id in [users]",
		"delete from email_proofs where enterprise_id = $1 and account in [codes]",
		"delete from email_codes where enterprise_id = $1 and account in [codes]",
		"delete from email_codes where enterprise_id = $1 and recipient in [mailboxes]",
		"delete from shadow_differences where enterprise_id = $1 and (user_id in [users] or person in [names])",
		"delete from brake_signs where enterprise_id = $1 and user_id in [users]",
		"delete from brake_losses where enterprise_id = $1 and user_id in [users]",
		"delete from subject_signs where enterprise_id = $1 and (user_id in [users] or login_key in [keys])",
		"delete from move_entries where enterprise_id = $1 and other_id in [users]",
		"delete from provisioned_receipts where enterprise_id = $1 and user_id in [users]",
		"delete from provisioned_receipt_nodes where enterprise_id = $1 and user_id in [users]",
		"delete from provisioned_former where enterprise_id = $1 and account_id in [users]",
		"delete from provisioned_tombstones where enterprise_id = $1 " +
			"and (account_id in [users] or account_id = '' and login_key in [keys])",
		"update provisioned_gone set name = '' where enterprise_id = $1 and (id in [targets] or name in [logins])",
		"delete from provisioned_waiting where enterprise_id = $1 and (member in [targets] or member in [names])",
		"update provisioning_events set name = '', folded = '', detail = '' " +
			"where enterprise_id = $1 and kind like 'users:%' and (resource_id in [targets] or folded in [folded])",
		"delete from provisioning_refusals where enterprise_id = $1 and kind like 'users:%' " +
			"and (resource_id in [targets] or folded in [folded])",
		"delete from provisioning_expected where enterprise_id = $1 and login_key in [keys]",
		"update provisioning_milestones set name = '' where enterprise_id = $1 and name in [names]",
		"delete from users where enterprise_id = $1 and id in [users]",
	}
}

// dropRows queues erasedRows.
func (e *erasing) dropRows() {
	lists := e.erasedLists()
	for _, query := range erasedRows() {
		args := []any{string(e.Enterprise)}
		for name, values := range lists {
			if !strings.Contains(query, "["+name+"]") {
				continue
			}
			args = append(args, engine.JSONList(values))
			param := fmt.Sprintf("$%d", len(args))
			query = strings.ReplaceAll(query, "["+name+"]", "("+e.db.sql.Dialect.Values(param)+")")
		}
		e.Queue(query, args...)
	}
	// Answers to requests with an Idempotency-Key are kept for a day. They stay, so that
	// the request is not carried out again, without their text.
	for id := range e.targets {
		e.Queue(`update idempotency_keys set body = '{}' where body like $1`, "%"+id+"%")
	}
}

// redactTests empties the results of test connections that have a value of the user, and
// the names of setup links that were made for them.
func (e *erasing) redactTests(ctx context.Context) error {
	type row struct{ id, detail, text string }
	runs, err := engine.List(ctx, e.tx, func(r engine.Row) (x row, err error) {
		err = r.Scan(&x.id, &x.detail, &x.text)
		return x, err
	}, "select t.id, t.detail, t.result from test_runs t where t.enterprise_id = $1", string(e.Enterprise))
	if err != nil {
		return err
	}
	for _, run := range runs {
		text, err := e.db.sealer.open(place{testResult, run.id, e.Enterprise}, run.text)
		if err != nil {
			return err
		}
		if !e.namesInJSON(text.Reveal()) && !e.names(run.detail) {
			continue
		}
		e.Queue(
			"update test_runs set result = $3, detail = '' where enterprise_id = $1 and id = $2",
			string(e.Enterprise), run.id, e.db.sealer.seal(place{testResult, run.id, e.Enterprise}, "{}"),
		)
	}
	links, err := engine.List(ctx, e.tx, func(r engine.Row) (x row, err error) {
		err = r.Scan(&x.id, &x.text)
		return x, err
	}, "select l.id, l.made_for from setup_links l where l.enterprise_id = $1", string(e.Enterprise))
	if err != nil {
		return err
	}
	for _, l := range links {
		if e.isOnly(l.text) || e.names(l.text) {
			e.Queue(
				"update setup_links set made_for = $3 where enterprise_id = $1 and id = $2",
				string(e.Enterprise), l.id, sso.Erased,
			)
		}
	}
	return nil
}
