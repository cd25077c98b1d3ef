package store

import (
	"context"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// previewed is how many rows a step of a preview reads.
const previewed = 2_000

// gone counts the users who were deleted while effects waited.
func (p *previewer) gone(ctx context.Context, e *effects, _ string) (string, error) {
	accounts, err := e.departing(ctx)
	if err != nil {
		return "", err
	}
	for _, id := range accounts {
		before, ok, err := findUser(ctx, e.tx, p.push.Enterprise, id)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		p.departed[id] = true
		p.settle("", before, identity.Deprovisioned(before))
		groups, err := engine.List(
			ctx, e.tx, scanGroup,
			"select "+groupColumns+` from memberships m cross join groups g
			where m.enterprise_id = $1 and m.user_id = $2
				and m.source in ('scim', 'jit', 'connection') and g.enterprise_id = $1 and g.id = m.group_id
				and not g.is_default order by g.id`,
			string(p.push.Enterprise), string(id),
		)
		if err != nil {
			return "", err
		}
		for _, g := range groups {
			p.leave(g, id)
		}
	}
	return "", p.outside(ctx, e)
}

// leave counts a user who leaves a group.
func (p *previewer) leave(g sso.Group, user sso.UserID) {
	p.group(g).Leave++
	if p.leaves[g.ID] == nil {
		p.leaves[g.ID] = map[sso.UserID]bool{}
	}
	p.leaves[g.ID][user] = true
}

// outside counts the pushed users whose effects wait for the end of the pilot.
func (p *previewer) outside(ctx context.Context, e *effects) error {
	if e.whole() {
		return nil
	}
	w := e.where()
	n, _, err := engine.One(
		ctx, e.tx, engine.ScanNumber,
		"select count(*) from provisioned_users u where u.enterprise_id = $1 and u.connection_id = $2 "+
			"and u.origin = 'pushed' and not "+e.inPilot(w),
		w.Args()...,
	)
	p.result.Waiting = int(n)
	return err
}

// extras counts the memberships of the next groups that no push confirms.
func (p *previewer) extras(ctx context.Context, e *effects, after string) (string, error) {
	if p.cfg.SCIM.GroupsOff {
		return "", nil
	}
	type row struct {
		group sso.Group
		user  sso.UserID
	}
	group, user, _ := strings.Cut(after, " ")
	rows, err := engine.List(ctx, e.tx, func(r engine.Row) (x row, err error) {
		x.group, err = scanGroup(scanMore{r, []any{&x.user}})
		return x, err
	}, "select "+groupColumns+`, m.user_id from groups g cross join memberships m
		where g.enterprise_id = $1 and not g.is_default and g.id >= $3 and m.enterprise_id = $1 and m.group_id = g.id
			and m.source in ('jit', 'scim') and (g.id > $3 or m.user_id > $4)
			and exists (select 1 from identities i
				where i.enterprise_id = $1 and i.connection_id || '' = $2 and i.user_id = m.user_id)
		order by g.id, m.user_id limit $5`,
		string(p.push.Enterprise), string(p.push.Connection), group, user, int64(previewed))
	for _, x := range rows {
		ours := e.whole() || p.settled.owners[x.user] != ""
		if ours && !p.members[x.group.ID][x.user] && !p.departed[x.user] {
			p.result.Extra++
			p.group(x.group).Extra++
		}
	}
	if err != nil || len(rows) < previewed {
		return "", err
	}
	last := rows[len(rows)-1]
	return string(last.group.ID) + " " + string(last.user), nil
}

// unknown counts the next active users of sign-ins who were not pushed.
func (p *previewer) unknown(ctx context.Context, e *effects, after string) (string, error) {
	if !e.whole() {
		return "", nil
	}
	users, err := engine.List(
		ctx, e.tx, scanUser,
		"select "+userColumns+` from users u where u.enterprise_id = $1 and u.status = 'active' and u.id > $3
			and exists (select 1 from identities i
				where i.enterprise_id = $1 and i.connection_id || '' = $2 and i.user_id = u.id)
		order by u.id limit $4`,
		string(p.push.Enterprise), string(p.push.Connection), after, int64(previewed),
	)
	for _, u := range users {
		if p.settled.owners[u.ID] == "" && !p.departed[u.ID] {
			p.unmet(u)
		}
	}
	if err != nil || len(users) < previewed {
		return "", err
	}
	return string(users[len(users)-1].ID), nil
}

func (p *previewer) unmet(u sso.User) {
	p.result.Unknown++
	f := sso.ProvisioningFinding{
		Kind:  sso.FindingUnknown,
		User:  u.ID,
		Login: u.Login,
	}
	for _, mark := range marksOf(u.Email, u.Login) {
		if like, is := p.marks[mark]; is {
			p.result.LookAlikes++
			f.Kind, f.Resource, f.Name = sso.FindingLookAlike, like.Resource, like.Name
			break
		}
	}
	p.find(f)
}

// mark notes by what a user who would be created may resemble another.
func (p *previewer) mark(u sso.ProvisionedUser) {
	for _, mark := range marksOf(u.Email(), u.UserName) {
		p.marks[mark] = sso.ProvisioningFinding{
			Resource: u.ID,
			Name:     u.UserName,
		}
	}
}

// marksOf returns by what two records may be of one person: an address, and the part
// of the login before the @.
func marksOf(address, login string) (marks []string) {
	if address != "" {
		marks = append(marks, "address "+strings.ToLower(address))
	}
	name, _, _ := strings.Cut(login, "@")
	if key := fold.Name(name); key != "" {
		marks = append(marks, "name "+key)
	}
	return marks
}

// near finds the groups whose names look like that of a pushed group.
func (p *previewer) near(ctx context.Context, e *effects, g sso.ProvisionedGroup) error {
	groups, err := engine.List(
		ctx, e.tx, scanGroup,
		"select "+groupColumns+` from groups g where g.enterprise_id = $1 and not g.is_default and g.folded = $2
		order by g.id limit 5`,
		string(p.push.Enterprise), fold.Name(g.DisplayName),
	)
	for _, x := range groups {
		p.find(sso.ProvisioningFinding{
			Kind:     sso.FindingGroupName,
			Resource: g.ID,
			Name:     g.DisplayName,
			Group:    x.ID,
			Known:    x.Name,
		})
	}
	return err
}
