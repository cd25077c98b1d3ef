package store

import (
	"context"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// PreviewProvisioning returns what applying everything that was pushed to a
// connection would come to under a configuration. It asks what ApplyProvisioned
// asks, a page at a time, and writes nothing.
func (db *DB) PreviewProvisioning(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, cfg sso.Config,
) (_ sso.ProvisioningPreview, err error) {
	defer func() { doing(&err, "preview what was provisioned") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	p := previewer{
		cfg:      cfg,
		accounts: map[sso.ResourceID]sso.UserID{},
		push: sso.Push{
			Enterprise: ent,
			Connection: conn,
		},
	}
	for _, step := range []func(context.Context, *effects, string) (string, error){p.people, p.teams} {
		for after, more := "", true; more; more = after != "" {
			err := db.write(ctx, func(ctx context.Context, t *tx) (err error) {
				if _, err := found(db.findConnection(ctx, t, ent, conn)); err != nil {
					return err
				}
				after, err = step(ctx, p.effects(t), after)
				return err
			})
			if err != nil {
				return sso.ProvisioningPreview{}, err
			}
		}
	}
	return p.result, nil
}

// previewer collects what pushes would come to.
type previewer struct {
	push     sso.Push
	cfg      sso.Config
	result   sso.ProvisioningPreview
	accounts map[sso.ResourceID]sso.UserID // that users would have; "" of one who would be new
}

func (p *previewer) effects(t *tx) *effects {
	return &effects{
		tx:      t,
		push:    p.push,
		cfg:     p.cfg,
		preview: true,
	}
}

// people counts what becomes of the next users.
func (p *previewer) people(ctx context.Context, e *effects, after string) (string, error) {
	all, last, err := e.nextPeople(ctx, after)
	if err != nil || len(all) == 0 {
		return "", err
	}
	r := factsReader{effects: e}
	facts, err := r.read(ctx, all)
	if err != nil {
		return "", err
	}
	for i, f := range facts {
		p.count(all[i].after.ID, identity.Provision(f))
	}
	return last, nil
}

func (p *previewer) count(id sso.ResourceID, r identity.Provisioned) {
	switch {
	case r.Outcome == identity.Held:
		p.result.Held++
		return
	case r.Outcome == identity.New:
		p.result.Created++
	default:
		p.result.Adopted++
		if !identity.SameLogin(r.Before.Login, r.User.Login) {
			p.result.OtherLogins++
		}
		if r.Before.Status == sso.UserActive && r.User.Status == sso.UserDeactivated {
			p.result.Deactivated++
		}
	}
	p.accounts[id] = r.User.ID
}

// teams counts what becomes of the members of the next group.
func (p *previewer) teams(ctx context.Context, e *effects, after string) (string, error) {
	if p.cfg.SCIM.GroupsOff {
		return "", nil
	}
	g, ok, err := e.nextTeam(ctx, after)
	if err != nil || !ok {
		return "", err
	}
	members, err := e.membersAfter(ctx, g.ID, g.after, appliedMembers)
	if err != nil {
		return "", err
	}
	var known []sso.UserID
	created := 0
	for _, id := range members {
		switch account, is := p.accounts[id]; {
		case is && account == "":
			created++
		case is:
			known = append(known, account)
		}
	}
	groups, err := e.groupsNamed(ctx, g.DisplayName)
	if err != nil {
		return "", err
	}
	if len(groups) == 0 && g.after == "" {
		p.result.UnmatchedGroups = append(p.result.UnmatchedGroups, g.DisplayName)
	}
	for _, group := range groups {
		facts, err := e.manyFacts(ctx, g.ID, group, known, nil)
		if err != nil {
			return "", err
		}
		plan := groupsync.PlanMany(facts)
		p.addGroup(group, len(plan.Join)+created, len(plan.Confirm))
	}
	return nextMember(g.ID, members), nil
}

// addGroup counts changes of a group.
func (p *previewer) addGroup(g sso.Group, join, confirm int) {
	for i := range p.result.Groups {
		if p.result.Groups[i].Group == g.ID {
			p.result.Groups[i].Join += join
			p.result.Groups[i].Confirm += confirm
			return
		}
	}
	p.result.Groups = append(p.result.Groups, sso.ProvisioningGroupPreview{
		Group:        g.ID,
		Name:         g.Name,
		Organization: g.Organization,
		Join:         join,
		Confirm:      confirm,
	})
}

// ProvisionedAmong returns which users the identity provider of a connection pushed.
func (db *DB) ProvisionedAmong(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, users []sso.UserID,
) (_ map[sso.UserID]bool, err error) {
	defer func() { doing(&err, "look for provisioned users") }()
	all := map[sso.UserID]bool{}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		id, err := scanUserID(r)
		all[id] = true
		return err
	}, "select p.account_id from ("+db.sql.Dialect.Values("$3")+`) n cross join provisioned_users p
		where p.enterprise_id = $1 and p.account_id = n.value and p.connection_id = $2 and p.origin = 'pushed' and `+isFollowed,
		string(ent), string(conn), userList(users))
	return all, err
}
