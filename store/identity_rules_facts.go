package store

import (
	"context"
	"time"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// readTry reads the latest questions about logins since [sso.RuleTryPeriod] before now, and
// what the rule says about them.
func readTry(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, now time.Time,
) (try sso.RuleTry, err error) {
	if try.Rules, err = identityRules(ctx, r, ent); err != nil {
		return try, err
	}
	all, err := engine.List(
		ctx, r, scanQuestion,
		"select "+questionColumns+` from identity_questions q
		where q.enterprise_id = $1 and q.created_at >= $2 and q.kind = '' order by q.id desc limit $3`,
		string(ent), engine.Micros(now.Add(-sso.RuleTryPeriod)), int64(mostTried+1),
	)
	if err != nil {
		return try, err
	}
	if try.More = len(all) > mostTried; try.More {
		all = all[:mostTried]
	}
	try.Verdicts, err = verdicts(ctx, r, all)
	return try, err
}

// verdicts returns what the rule says about questions, in their order.
func verdicts(
	ctx context.Context, r engine.Reader, questions []sso.IdentityQuestion,
) (all []sso.RuleVerdict, err error) {
	all = make([]sso.RuleVerdict, len(questions))
	for i, q := range questions {
		b, err := broughtBy(ctx, r, q, sso.Identity{})
		if err != nil {
			return nil, err
		}
		if all[i], err = verdict(ctx, r, q, b); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// verdict returns what the rule says about a question whose claimant brings groups along.
func verdict(ctx context.Context, r engine.Reader, q sso.IdentityQuestion, b brought) (v sso.RuleVerdict, err error) {
	f := identity.SamePersonFacts{Question: q}
	if f.Claimant, _, err = findUser(ctx, r, q.Enterprise, q.User); err != nil {
		return v, err
	}
	if f.Holder, _, err = findUser(ctx, r, q.Enterprise, q.Holder); err != nil {
		return v, err
	}
	err = ruleFacts(ctx, r, &f, b)
	return sso.RuleVerdict{
		Question: q,
		Claimant: f.Claimant,
		Holder:   f.Holder,
		Against:  identity.SamePerson(f),
	}, err
}

// selectRuleFacts selects the facts about a claimant $2 and a holder $3 at a connection $4
// with a login $5. Of what may be because of a decision, only that counts which was
// before the time $6; for a question that waits, this is the end of time. $7 is the
// question, "" for none yet, and $8 the domain of the claimant's address. $9 is the key of
// the login, $10 that of the holder as it is, and $11 the userName of a push with it. $12 is
// the claimant's subject and $13 the externalId, "" for none.
var selectRuleFacts = `select
	exists (select 1 from users u where u.enterprise_id = $1 and u.id = $3 and u.off_since_sign_in),
	exists (select 1 from domains d where d.enterprise_id = $1 and d.name = $8 and d.verified_at > 0),
	exists (select 1 from identities i
			where i.enterprise_id = $1 and i.user_id = $3 and i.connection_id = $4 and i.created_at < $6)
		or exists (select 1 from linked_subjects l
			where l.enterprise_id = $1 and l.user_id = $3 and l.connection_id = $4 and l.created_at < $6)
		or exists (select 1 from former_identities f
			where f.enterprise_id = $1 and f.user_id = $3 and f.connection_id = $4 and f.ended_at < $6),
	exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.user_id = $2
			and (q.doubted or q.kind <> '')),
	` + passedOn + `,
	exists (select 1 from attempts a
			where a.enterprise_id = $1 and a.user_id = $2 and a.outcome = 'succeeded' and a.at < $6)
		or exists (select 1 from provisioned_users p where p.enterprise_id = $1 and p.account_id = $2
			and p.origin = 'pushed'),
	exists (select 1 from memberships m
		where m.enterprise_id = $1 and m.user_id = $2 and m.source = 'manual' and m.since < $6),
	exists (select 1 from enterprise_admins a where a.enterprise_id = $1 and a.user_id in ($2, $3))
		or exists (select 1 from organization_admins a where a.enterprise_id = $1 and a.user_id in ($2, $3))
		or exists (select 1 from memberships m join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id
			where m.enterprise_id = $1 and m.user_id in ($2, $3) and g.is_admin),
	exists (select 1 from admins a where a.enterprise_id = $1 and a.user_id in ($2, $3) and a.user_id <> ''),
	exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.state = 'waiting' and q.id <> $7
			and q.user_id = $3)
		or exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.state = 'waiting'
			and q.id <> $7 and q.user_id <> $2 and q.holder_id in ($2, $3))
		or exists (select 1 from move_entries e where e.enterprise_id = $1 and e.user_id in ($2, $3)
			and e.state in ('waiting', 'held')),
	exists (select 1 from merges g where g.enterprise_id = $1 and g.from_id in ($2, $3) and g.undone_at > 0
			and g.made_at < $6)
		or exists (select 1 from merges g where g.enterprise_id = $1 and g.into_id in ($2, $3) and g.undone_at > 0
			and g.made_at < $6)
		or exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.user_id in ($2, $3)
			and ` + apart + `)
		or exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.holder_id in ($2, $3)
			and q.holder_id <> '' and ` + apart + `)
		or exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.login_key = $9
			and ` + apart + `),
	exists (select 1 from provisioned_users p where p.enterprise_id = $1 and p.account_id = $3 and p.origin = 'pushed'
			and p.connection_id <> $4)
		and (exists (select 1 from connections c where c.enterprise_id = $1 and c.id = $4
				and c.live like '%"provisioning":"scim"%')
			or exists (select 1 from provisioned_users p where p.enterprise_id = $1 and p.connection_id = $4
				and p.origin = 'pushed' and p.user_name_folded = $11))`

// passedOn reports whether a third user has or had the login, through any connection: as an
// identity, also one that ended, as a deactivated account, as the claimant of a question, as a
// deleted provisioned user, or in an attempt. A user who never signed in counts at the
// connection only, since each person has such an account while they wait. Of identities that ended, those of the holder
// count as well, and those with the claimant's subject or externalId: an admin untied them,
// or their connection was deleted, and what leads to the next user of the login is not known.
var passedOn = `(exists (select 1 from identities i join users u on u.enterprise_id = $1 and u.id = i.user_id
			where i.enterprise_id = $1 and lower(i.login) = lower($5) and i.user_id <> $2 and i.user_id <> $3
			and i.created_at < $6 and (i.connection_id = $4 or u.last_sign_in_at > 0))
		or exists (select 1 from users u where u.enterprise_id = $1 and u.login_folded = $9 and u.id <> $2
			and u.id <> $3 and u.created_at < $6 and (exists (select 1 from identities i where i.enterprise_id = $1
					and i.user_id = u.id and i.connection_id = $4 and i.created_at < $6)
				or u.merged_into <> $3 and u.status = 'deactivated' and (u.last_sign_in_at > 0
					or exists (select 1 from provisioned_users p where p.enterprise_id = $1 and p.account_id = u.id)
					or exists (select 1 from provisioned_tombstones s
						where s.enterprise_id = $1 and s.account_id = u.id))))
		or exists (select 1 from linked_subjects l where l.enterprise_id = $1
			and lower(l.login) = lower($5) and l.user_id <> $2 and l.user_id <> $3 and l.created_at < $6)
		or exists (select 1 from former_identities f where f.enterprise_id = $1
			and lower(f.login) = lower($5) and f.login <> '' and f.user_id <> $2 and f.ended_at < $6)
		or exists (select 1 from former_identities f where f.enterprise_id = $1
			and f.subject in ($12, $13) and f.subject <> '' and f.user_id <> $2 and f.ended_at < $6)
		or exists (select 1 from former_identities f where f.enterprise_id = $1
			and f.external_id in ($12, $13) and f.external_id <> '' and f.user_id <> $2 and f.ended_at < $6)
		or exists (select 1 from identity_questions q where q.enterprise_id = $1 and q.login_key = $9
			and q.user_id <> $2 and q.user_id <> $3 and q.created_at < $6 and q.id <> $7
			and (q.state = 'settled' or q.state = 'answered'
				and (q.connection_id = $4 or q.answer = 'same') and not (q.answer = 'same' and q.holder_id = $3)))
		or exists (select 1 from provisioned_tombstones s where s.enterprise_id = $1 and s.login_key = $9
			and s.account_id <> $2 and s.account_id <> $3 and s.deleted_at < $6
			and not ` + mergedBy("s.account_id") + `)
		or exists (select 1 from attempts a where a.enterprise_id = $1 and a.login in ($5, $10, lower($5))
			and a.outcome = 'succeeded' and a.user_id not in ('', $2, $3) and a.at < $6
			and not ` + mergedBy("a.user_id") + `))`

// mergedBy is whether a user was merged into the holder $3.
func mergedBy(user string) string {
	return "exists (select 1 from users u where u.enterprise_id = $1 and u.id = " + user + " and u.merged_into = $3)"
}

// apart are the answers of admins before $6, but to the question $7, that a claimant and a
// holder are two people.
const apart = "q.state = 'answered' and q.answer <> 'same' and q.id <> $7 and q.decided_at < $6"

// endOfTime is after every time that the store keeps.
const endOfTime = int64(1) << 62

// ruleFacts reads the facts about a question and its two users, of whom the claimant brings
// groups along.
func ruleFacts(ctx context.Context, r engine.Reader, f *identity.SamePersonFacts, b brought) error {
	q := f.Question
	before := endOfTime
	if q.State != sso.QuestionWaiting {
		before = engine.Micros(q.CreatedAt)
	}
	var err error
	if f.Identities, err = userIdentities(ctx, r, q.Enterprise, q.Holder); err != nil {
		return err
	}
	if f.Former, err = formerIdentities(ctx, r, q.Enterprise, q.Holder); err != nil {
		return err
	}
	err = r.Query(ctx, func(row engine.Row) error {
		return row.Scan(
			&f.Returned, &f.DomainProven, &f.AtConnection, &f.Doubted, &f.PassedOn, &f.WasActive, &f.ByHand, &f.Admin,
			&f.Operator, &f.Waits, &f.Separated, &f.ProvisionedElsewhere,
		)
	}, selectRuleFacts,
		string(q.Enterprise), string(q.User), string(q.Holder), string(q.Connection), q.Login, before, string(q.ID),
		sso.EmailDomain(f.Claimant.Email), identity.LoginKey(q.Login), f.Holder.Login, filter.Fold(q.Login),
		b.subject, b.externalID)
	if err != nil {
		return err
	}
	brings, err := b.admin(ctx, r, q.Enterprise)
	f.Admin = f.Admin || brings
	vouched := f.Claimant.VouchedAt
	f.WasActive = f.WasActive || !vouched.IsZero() && engine.Micros(vouched) < before
	if q.State == sso.QuestionWaiting {
		f.WasActive = f.WasActive || !f.Claimant.LastSignInAt.IsZero() || f.Claimant.Status != sso.UserPending
		return err
	}
	f.Waits = false // at that time, as far as is known
	return err
}
