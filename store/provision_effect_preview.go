package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// PreviewProvisioning returns what applying everything that was pushed to a
// connection would come to under a configuration. It asks what ApplyProvisioned
// asks, in the same order and a page at a time, and writes nothing.
func (db *DB) PreviewProvisioning(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, cfg sso.Config, q sso.FindingQuery,
) (_ sso.ProvisioningPreview, err error) {
	defer func() { doing(&err, "preview what was provisioned") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	p := newPreviewer(cfg, sso.Push{
		Enterprise: ent,
		Connection: conn,
	}, q)
	for _, step := range []func(context.Context, *effects, string) (string, error){
		p.gone, p.people, p.teams, p.extras, p.unknown,
	} {
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
	return p.finish(), nil
}

// previewer collects what pushes would come to. Nothing that it counts is kept but
// for the IDs of users, groups and members.
type previewer struct {
	push     sso.Push
	cfg      sso.Config
	query    sso.FindingQuery
	result   sso.ProvisioningPreview
	settled  *settled
	accounts map[sso.ResourceID]sso.UserID // that users would have
	was      map[sso.UserID]sso.UserStatus // of the users that change
	departed map[sso.UserID]bool
	members  map[sso.GroupID]map[sso.UserID]bool // whom pushes confirm
	joins    map[sso.GroupID][]sso.UserID        // the first
	leaves   map[sso.GroupID]map[sso.UserID]bool
	groups   map[sso.GroupID]*sso.ProvisioningGroupPreview
	order    []sso.GroupID // of groups
	created  map[sso.OrganizationID]int
	targets  []sso.Group                        // of the group whose members are counted
	marks    map[string]sso.ProvisioningFinding // by what may resemble a user
	listed   map[sso.FindingKind]int
}

func newPreviewer(cfg sso.Config, push sso.Push, q sso.FindingQuery) *previewer {
	return &previewer{
		push:     push,
		cfg:      cfg,
		query:    q,
		settled:  newSettled(),
		accounts: map[sso.ResourceID]sso.UserID{},
		was:      map[sso.UserID]sso.UserStatus{},
		departed: map[sso.UserID]bool{},
		members:  map[sso.GroupID]map[sso.UserID]bool{},
		joins:    map[sso.GroupID][]sso.UserID{},
		leaves:   map[sso.GroupID]map[sso.UserID]bool{},
		groups:   map[sso.GroupID]*sso.ProvisioningGroupPreview{},
		created:  map[sso.OrganizationID]int{},
		marks:    map[string]sso.ProvisioningFinding{},
		listed:   map[sso.FindingKind]int{},
	}
}

func (p *previewer) effects(t *tx) *effects {
	return &effects{
		tx:      t,
		push:    p.push,
		cfg:     p.cfg,
		preview: true,
	}
}

// finish returns the result.
func (p *previewer) finish() sso.ProvisioningPreview {
	var out []sso.UserID
	for id, status := range p.was {
		if status == sso.UserActive && p.settled.users[id].Status == sso.UserDeactivated {
			out = append(out, id)
		}
	}
	p.result.Deactivated, p.result.Deactivating = len(out), p.named(out)
	for _, id := range p.order {
		g := p.groups[id]
		g.Joining, g.Leaving = p.named(p.joins[id]), p.named(slices.Collect(maps.Keys(p.leaves[id])))
		p.result.Groups = append(p.result.Groups, *g)
	}
	slices.SortStableFunc(p.result.Findings, func(a, b sso.ProvisioningFinding) int {
		kinds := []sso.FindingKind{
			sso.FindingHeld, sso.FindingLookAlike, sso.FindingOtherLogin, sso.FindingGroupName, sso.FindingUnknown,
		}
		return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind)
	})
	return p.result
}

// firstPeople is how many people of a list are named.
const firstPeople = 20

// named returns the first of some users, by login.
func (p *previewer) named(users []sso.UserID) (people []sso.PreviewPerson) {
	for _, id := range users {
		x := sso.PreviewPerson{Login: p.settled.users[id].Login}
		if _, is := p.was[id]; is {
			x.User = id
		}
		people = append(people, x)
	}
	return firstNamed(people)
}

func firstNamed(people []sso.PreviewPerson) []sso.PreviewPerson {
	slices.SortFunc(people, func(a, b sso.PreviewPerson) int {
		return cmp.Or(cmp.Compare(a.Login, b.Login), cmp.Compare(a.User, b.User))
	})
	return people[:min(len(people), firstPeople)]
}

// find adds a finding that was asked for.
func (p *previewer) find(f sso.ProvisioningFinding) {
	q := p.query
	if q.Kind != "" && (f.Kind != q.Kind || f.Key() <= q.After) || p.listed[f.Kind] >= q.Limit {
		return
	}
	p.listed[f.Kind]++
	p.result.Findings = append(p.result.Findings, f)
}

// group returns the preview of a group.
func (p *previewer) group(g sso.Group) *sso.ProvisioningGroupPreview {
	if p.groups[g.ID] == nil {
		id := g.ID
		if g.CreatedAt.IsZero() {
			id = ""
		}
		p.order = append(p.order, g.ID)
		p.groups[g.ID] = &sso.ProvisioningGroupPreview{
			Group:        id,
			Name:         g.Name,
			Organization: g.Organization,
		}
	}
	return p.groups[g.ID]
}

// settle notes what becomes of a user.
func (p *previewer) settle(resource sso.ResourceID, before, after sso.User) {
	if _, is := p.was[after.ID]; !is && before.ID != "" {
		p.was[after.ID] = before.Status
	}
	p.settled.add(resource, after)
}

// people counts what becomes of the next users.
func (p *previewer) people(ctx context.Context, e *effects, after string) (string, error) {
	all, last, err := e.nextPeople(ctx, after)
	if err != nil || len(all) == 0 {
		return "", err
	}
	r := factsReader{
		effects: e,
		settled: p.settled,
	}
	if err := r.read(ctx, all); err != nil {
		return "", err
	}
	for _, u := range all {
		p.person(*u.after, identity.Provision(r.of(u)))
	}
	return last, nil
}

func (p *previewer) person(u sso.ProvisionedUser, r identity.Provisioned) {
	f := sso.ProvisioningFinding{
		Resource: u.ID,
		Name:     u.UserName,
		User:     r.Before.ID,
		Login:    r.Before.Login,
	}
	switch {
	case r.Outcome == identity.Held:
		p.result.Held++
		f.Kind = sso.FindingHeld
		if held, is := heldIn(r.Err); is {
			f.User, f.Login = held.Account, held.Login
		}
		p.find(f)
		return
	case r.Outcome == identity.New:
		p.result.Created++
		r.User.ID = sso.UserID(u.ID)
		p.mark(u)
	default:
		p.result.Adopted++
		if !identity.SameLogin(r.Before.Login, r.User.Login) {
			p.result.OtherLogins++
			f.Kind = sso.FindingOtherLogin
			p.find(f)
		}
	}
	p.settle(u.ID, r.Before, r.User)
	p.accounts[u.ID] = r.User.ID
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
	if g.after == "" {
		if err := p.target(ctx, e, g.ProvisionedGroup); err != nil {
			return "", err
		}
	}
	members, err := e.membersAfter(ctx, g.ID, g.after, appliedMembers)
	if err != nil {
		return "", err
	}
	accounts, err := p.accountsOf(ctx, e, members)
	if err != nil {
		return "", err
	}
	for _, group := range p.targets {
		if err := p.join(ctx, e, g.ID, group, accounts); err != nil {
			return "", err
		}
	}
	return nextMember(g.ID, members), nil
}

// target sets the groups that a pushed group maps to, or that are created for it.
func (p *previewer) target(ctx context.Context, e *effects, g sso.ProvisionedGroup) error {
	var err error
	if p.targets, err = e.groupsNamed(ctx, g.DisplayName); err != nil || len(p.targets) > 0 {
		return err
	}
	organizations, err := e.missingIn(ctx, g, p.created)
	for _, id := range organizations {
		p.created[id]++
		p.targets = append(p.targets, sso.Group{
			ID:           sso.GroupID(string(id) + " " + g.DisplayName),
			Organization: id,
			Name:         g.DisplayName,
		})
	}
	if err != nil || len(p.targets) > 0 {
		return err
	}
	p.result.UnmatchedGroups = append(p.result.UnmatchedGroups, g.DisplayName)
	return p.near(ctx, e, g)
}

// accountsOf returns the accounts that members would have.
func (p *previewer) accountsOf(
	ctx context.Context, e *effects, members []sso.ResourceID,
) (accounts []sso.UserID, err error) {
	var others []sso.ResourceID
	for _, id := range members {
		if account, is := p.accounts[id]; is {
			accounts = append(accounts, account)
		} else {
			others = append(others, id)
		}
	}
	w := e.where()
	more, err := e.accountsOf(ctx, others, e.inPilot(w), w)
	return append(accounts, more...), err
}

// join counts users who become members of a group.
func (p *previewer) join(
	ctx context.Context, e *effects, resource sso.ResourceID, g sso.Group, users []sso.UserID,
) error {
	confirmed := p.members[g.ID]
	if confirmed == nil {
		confirmed = map[sso.UserID]bool{}
		p.members[g.ID] = confirmed
	}
	var fresh []sso.UserID
	for _, u := range users {
		if !confirmed[u] {
			confirmed[u] = true
			fresh = append(fresh, u)
		}
	}
	facts, err := e.manyFacts(ctx, resource, g, fresh, nil)
	if err != nil {
		return err
	}
	plan := groupsync.PlanMany(facts)
	counts := p.group(g)
	for user, source := range facts.Rows {
		if p.departed[user] && source != sso.SourceManual { // they come back
			counts.Leave--
			delete(p.leaves[g.ID], user)
		}
	}
	counts.Join += len(plan.Join)
	p.joins[g.ID] = append(p.joins[g.ID], plan.Join[:min(len(plan.Join), firstPeople-len(p.joins[g.ID]))]...)
	counts.Confirm += len(plan.Confirm)
	return nil
}
