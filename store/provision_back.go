package store

import (
	"context"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// PreviewSignIns returns what the next sign-ins of a connection would change by the
// rules of a configuration, if they asserted what the last ones did. It reads at most
// 20,000 users of a group who differ.
func (db *DB) PreviewSignIns(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, cfg sso.Config,
) (p sso.ProvisioningPreview, err error) {
	defer func() { doing(&err, "preview sign-ins") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	p.Back = true
	ours := map[sso.UserID]bool{}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		id, err := scanUserID(r)
		ours[id] = true
		return err
	}, "select i.user_id from identities i where i.enterprise_id = $1 and i.connection_id || '' = $2",
		string(ent), string(conn))
	if err != nil {
		return p, err
	}
	groups, err := engine.List(ctx, db.sql, scanGroup, "select "+groupColumns+
		" from groups g where g.enterprise_id = $1 and not g.is_default order by g.id", string(ent))
	for _, g := range groups {
		d, err := drift(ctx, db.sql, ent, g, maxReconciled)
		if err != nil {
			return p, err
		}
		counts := sso.ProvisioningGroupPreview{
			Group:        g.ID,
			Name:         g.Name,
			Organization: g.Organization,
		}
		previewDrifting(&counts, d.Drifting, ours, cfg)
		if counts.Join+counts.Leave > 0 {
			p.Groups = append(p.Groups, counts)
		}
	}
	return p, err
}

// previewDrifting adds to the preview of a group what sign-ins of users who differ
// would change.
func previewDrifting(
	g *sso.ProvisioningGroupPreview, drifting []sso.DriftingUser, ours map[sso.UserID]bool, cfg sso.Config,
) {
	for _, x := range drifting {
		x.Last.Mode = cfg.GroupSync.Mode
		x.Provisioned = false
		person := sso.PreviewPerson{
			User:  x.User.ID,
			Login: x.User.Login,
		}
		switch add, remove := groupsync.Reconcile(x); {
		case !ours[x.User.ID]:
		case add:
			g.Joining = append(g.Joining, person)
		case remove:
			g.Leaving = append(g.Leaving, person)
		}
	}
	g.Join, g.Leave = len(g.Joining), len(g.Leaving)
	g.Joining, g.Leaving = firstNamed(g.Joining), firstNamed(g.Leaving)
}

// LinkProvisioned makes an account that of a pushed user whose effects wait, so that
// it is adopted in place of a new one. The account is one of the connection that no
// other pushed user has. Errors: NotFound; Conflict "resource_adopted" if the effects
// do not wait, and "account_pushed".
func (db *DB) LinkProvisioned(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	conn sso.ConnectionID,
	id sso.ResourceID,
	account sso.UserID,
) (err error) {
	defer func() { doing(&err, "link provisioned user") }()
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
	}
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		u, err := t.lockProvisionedUser(ctx, p, id, t.db.sql.Dialect.ForNoKeyUpdate)
		if err != nil {
			return err
		}
		if u.Adopted || !u.Provisioned() {
			return &sso.Error{
				Kind:   sso.Conflict,
				Code:   "resource_adopted",
				Public: "This user has an account that follows the identity provider already.",
			}
		}
		if err := t.mayLink(ctx, p, u.ProvisionedUser, account); err != nil {
			return err
		}
		linked := u.ProvisionedUser
		linked.Account = account
		t.saveAccount(linked, u.ProvisionedUser)
		return t.audit(
			ctx, by, "provisioning.linked", string(account), "resource", string(id), "name", u.UserName,
			"connection", string(conn),
		)
	})
}

// mayLink returns an error unless an account can be that of a resource.
func (t *tx) mayLink(ctx context.Context, p sso.Push, u sso.ProvisionedUser, account sso.UserID) error {
	_, ok, err := engine.One(
		ctx, t, scanUserID, "select i.user_id from identities i "+
			"where i.enterprise_id = $1 and i.connection_id || '' = $2 and i.user_id = $3",
		string(p.Enterprise), string(p.Connection), string(account),
	)
	if err != nil {
		return err
	}
	if !ok {
		return errMissing()
	}
	other, taken, err := engine.One(
		ctx, t, engine.ScanText,
		`select user_name from provisioned_users where enterprise_id = $1 and connection_id = $2 and account_id = $3
			and origin = 'pushed' and id <> $4`,
		string(p.Enterprise), string(p.Connection), string(account), string(u.ID),
	)
	if err == nil && taken {
		err = &sso.Error{
			Kind:   sso.Conflict,
			Code:   "account_pushed",
			Public: "This account belongs to another user of the identity provider: " + sso.Sanitize(other) + ".",
		}
	}
	if err != nil {
		return err
	}
	found, err := engine.List(
		ctx, t, engine.ScanNumber,
		`delete from provisioned_users where enterprise_id = $1 and connection_id = $2 and account_id = $3
			and origin = 'found' returning seq`,
		string(p.Enterprise), string(p.Connection), string(account),
	)
	for _, seq := range found {
		t.countResources(p, userResources, seq/blockSize, -1)
	}
	return err
}
