package demoscim

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// Failure is an object that could not be provisioned in a cycle. It is tried
// again in the next.
type Failure struct {
	Object string // its name in the directory
	Group  bool   // it is a group, else a user
	Err    error
}

// Report says how a cycle went.
type Report struct {
	Changed  int // objects that were created, changed or removed
	Failures []Failure
}

// Pusher provisions a directory to one connection, in cycles. It remembers what
// succeeded.
type Pusher struct {
	Client *Client
	// GroupsFirst sends groups before their users. Members without an ID at the
	// other end are sent by their key.
	GroupsFirst bool
	// Progress, if not nil, is told after each object how many of all are done.
	Progress func(done, all int)

	users  map[string]*pushedUser
	groups map[string]*pushedGroup
}

// pushedUser is what the pusher knows of a user at the other end.
type pushedUser struct {
	id   string // "" if not known
	was  string // the ID before a restart
	sent User   // that succeeded; zero if it has to be sent
	last User   // that was in the directory last
}

// pushedGroup is what the pusher knows of a group at the other end.
type pushedGroup struct {
	id    string
	name  string          // that succeeded
	tried string          // that a POST was sent with, whose response may be lost
	lost  string          // the same, until that group was found
	sure  map[string]bool // IDs that were added for certain
	maybe map[string]bool // IDs that may be there, because a request may have succeeded
}

// NewPusher returns a pusher that has not sent anything.
func NewPusher(c *Client) *Pusher {
	return &Pusher{
		Client: c,
		users:  map[string]*pushedUser{},
		groups: map[string]*pushedGroup{},
	}
}

// Restart makes the next cycle evaluate every object again, as "Restart
// provisioning" of Entra ID does.
func (p *Pusher) Restart() {
	for _, u := range p.users {
		u.was = u.id
		u.id = ""
		u.sent = User{}
	}
	for _, g := range p.groups {
		g.restart()
	}
}

// restart makes a group be evaluated again.
func (g *pushedGroup) restart() {
	g.id = ""
	g.name = ""
	g.sure = map[string]bool{}
}

// Cycle provisions what differs from what was sent: users first, then groups.
// An object that fails does not keep others from being provisioned, but a token
// that is not accepted ends the cycle.
func (p *Pusher) Cycle(ctx context.Context, d *Directory) Report { return p.carryOut(p.tasks(ctx, d)) }

// PushNow evaluates one group again, whatever was sent before, as "Push now" of
// Okta does.
func (p *Pusher) PushNow(ctx context.Context, d *Directory, key string) Report {
	if known := p.groups[key]; known != nil {
		known.restart()
	}
	return p.carryOut([]task{p.groupTask(ctx, d.Groups[key])})
}

func (p *Pusher) carryOut(all []task) (r Report) {
	for i, t := range all {
		changed, err := t.do()
		switch {
		case err != nil:
			r.Failures = append(r.Failures, Failure{
				Object: t.object,
				Group:  t.group,
				Err:    err,
			})
		case changed:
			r.Changed++
		}
		if p.Progress != nil {
			p.Progress(i+1, len(all))
		}
		if statusOf(err) == http.StatusUnauthorized {
			break
		}
	}
	return r
}

// task provisions one object.
type task struct {
	object string // its name in the directory
	group  bool
	do     func() (changed bool, err error)
}

// tasks returns what a cycle has to do, in order. A user whose name another user
// has by now is removed first.
func (p *Pusher) tasks(ctx context.Context, d *Directory) []task {
	var users, groups, first, last []task
	taken := map[string]bool{}
	for _, key := range sorted(d.Users) {
		taken[d.Users[key].UserName] = true
		users = append(users, p.userTask(ctx, d.Users[key]))
	}
	for _, key := range sorted(d.Groups) {
		groups = append(groups, p.groupTask(ctx, d.Groups[key]))
	}
	for _, key := range sorted(p.groups) {
		if _, there := d.Groups[key]; !there {
			last = append(last, task{key, true, func() (bool, error) { return true, p.removeGroup(ctx, key) }})
		}
	}
	for _, key := range sorted(p.users) {
		if _, there := d.Users[key]; there {
			continue
		}
		removal := task{key, false, func() (bool, error) { return true, p.removeUser(ctx, key) }}
		if taken[p.users[key].last.UserName] {
			first = append(first, removal)
		} else {
			last = append(last, removal)
		}
	}
	if p.GroupsFirst {
		return slices.Concat(first, groups, users, last)
	}
	return slices.Concat(first, users, groups, last)
}

func (p *Pusher) userTask(ctx context.Context, u User) task {
	return task{u.UserName, false, func() (bool, error) { return p.pushUser(ctx, u) }}
}

func (p *Pusher) groupTask(ctx context.Context, g Group) task {
	return task{g.Name, true, func() (bool, error) { return p.pushGroup(ctx, g) }}
}

// pushUser creates, adopts or changes a user.
func (p *Pusher) pushUser(ctx context.Context, u User) (changed bool, err error) {
	known := p.users[u.Key]
	if known == nil {
		known = &pushedUser{}
		p.users[u.Key] = known
	}
	known.last = u
	if known.id == "" {
		known.sent = User{}
		if known.id, err = p.matchUser(ctx, u.Key, u.UserName); err != nil {
			return false, err
		}
	}
	if known.id == "" {
		if known.id, err = p.Client.create(ctx, "Users", p.Client.Dialect.userDocument(u)); err != nil {
			return false, err
		}
		known.sent = u
		return true, nil
	}
	if known.sent == u {
		return false, nil
	}
	if err := p.updateUser(ctx, known.id, u); err != nil {
		known.forget(err)
		return false, err
	}
	known.sent = u
	return true, nil
}

// matchUser finds a user by the name, then by the object ID: the response to an
// earlier POST may have been lost, and the user renamed since.
func (p *Pusher) matchUser(ctx context.Context, key, name string) (id string, err error) {
	if id, err = p.Client.find(ctx, "Users", "userName", name); id != "" || err != nil {
		return id, err
	}
	return p.Client.find(ctx, "Users", "externalId", key)
}

// forget forgets the ID of a user that is no longer there.
func (u *pushedUser) forget(err error) {
	if statusOf(err) == http.StatusNotFound {
		u.id = ""
	}
}

func (p *Pusher) updateUser(ctx context.Context, id string, u User) error {
	c := p.Client
	switch c.Dialect {
	case Okta, OktaCustom:
		return c.replace(ctx, "Users", id, c.Dialect.userDocument(u))
	}
	return c.patch(ctx, "Users", id, c.Dialect.userOperations(u))
}

// removeUser deactivates or deletes a user removed from the directory.
func (p *Pusher) removeUser(ctx context.Context, key string) error {
	known := p.users[key]
	if known.id == "" {
		id, err := p.Client.find(ctx, "Users", "externalId", key)
		if err != nil {
			return err
		}
		if known.id = id; id == "" {
			delete(p.users, key)
			return nil
		}
	}
	err := p.deactivate(ctx, known.id, known.last)
	if err == nil && p.Client.Dialect.deletes() {
		err = p.Client.remove(ctx, "Users", known.id)
	}
	if err == nil || statusOf(err) == http.StatusNotFound {
		delete(p.users, key)
		return nil
	}
	return err
}

func (p *Pusher) deactivate(ctx context.Context, id string, u User) error {
	c := p.Client
	u.Active = false
	switch c.Dialect {
	case EntraOff:
		return c.patch(ctx, "Users", id, []object{{"op": "Replace", "path": "active", "value": "False"}})
	case OktaCustom:
		return c.replace(ctx, "Users", id, c.Dialect.userDocument(u))
	case JumpCloud, OneLogin:
		return nil // they delete
	}
	return c.patch(ctx, "Users", id, []object{{"op": "replace", "value": object{"active": false}}})
}

// pushGroup creates, adopts, renames or changes a group.
func (p *Pusher) pushGroup(ctx context.Context, g Group) (changed bool, err error) {
	known := p.groups[g.Key]
	if known == nil {
		known = &pushedGroup{
			sure:  map[string]bool{},
			maybe: map[string]bool{},
		}
		p.groups[g.Key] = known
	}
	if known.id == "" {
		if changed, err = p.matchGroup(ctx, known, g); err != nil {
			return changed, err
		}
	}
	if known.lost != "" {
		if err := p.removeLost(ctx, known); err != nil {
			return changed, err
		}
	}
	if known.name != g.Name {
		if err := p.Client.patch(ctx, "Groups", known.id, []object{p.Client.Dialect.rename(known.id, g)}); err != nil {
			known.forget(err)
			return changed, err
		}
		known.name = g.Name
		changed = true
	}
	moved, err := p.pushMembers(ctx, known, g)
	return changed || moved, err
}

func (g *pushedGroup) forget(err error) {
	if statusOf(err) == http.StatusNotFound {
		g.restart()
	}
}

// matchGroup finds a group by its name, or creates it.
func (p *Pusher) matchGroup(ctx context.Context, known *pushedGroup, g Group) (created bool, err error) {
	name := g.Name
	if known.id, err = p.findGroup(ctx, name); err != nil {
		return false, err
	}
	if known.id == "" && known.tried != "" && known.tried != name {
		name = known.tried // renamed since
		if known.id, err = p.findGroup(ctx, name); err != nil {
			return false, err
		}
	}
	if known.id == "" {
		name = g.Name
		known.tried, known.lost = name, name
		if known.id, err = p.Client.create(ctx, "Groups", p.Client.Dialect.groupDocument(g)); err != nil {
			return false, err
		}
		known.lost = ""
		created = true
	}
	known.name = name
	return created, nil
}

// removeLost removes the group that a POST without an answer has made, if the group
// was renamed since and linked to one that had its new name already.
func (p *Pusher) removeLost(ctx context.Context, known *pushedGroup) error {
	id, err := p.Client.find(ctx, "Groups", "displayName", known.lost)
	if err != nil {
		return err
	}
	for _, g := range p.groups { // also known itself
		if g.id == id {
			id = ""
		}
	}
	if id != "" {
		if err := p.Client.remove(ctx, "Groups", id); err != nil {
			return err
		}
	}
	known.lost = ""
	return nil
}

// findGroup returns the ID of the group with a name. One that another group of the
// directory is linked to will be renamed or deleted, so the next cycle tries again.
func (p *Pusher) findGroup(ctx context.Context, name string) (string, error) {
	id, err := p.Client.find(ctx, "Groups", "displayName", name)
	if err != nil || id == "" {
		return "", err
	}
	for _, other := range p.groups {
		if other.id == id {
			return "", fmt.Errorf(
				"the application has %s for another group of this directory; if their names differ only in letter "+
					"case, rename or unassign one of them", name,
			)
		}
	}
	return id, nil
}

// wanted returns the IDs that the members of a group have at the other end.
func (p *Pusher) wanted(g Group) map[string]bool {
	ids := map[string]bool{}
	for key := range g.Members {
		switch u := p.users[key]; {
		case u != nil && u.id != "":
			ids[u.id] = true
		case p.GroupsFirst && u != nil && u.was != "":
			ids[u.was] = true
		case p.GroupsFirst:
			ids[key] = true
		}
	}
	return ids
}

// pushMembers adds and removes members. Those whose user has no ID yet wait for
// the next cycle, unless groups are sent first.
func (p *Pusher) pushMembers(ctx context.Context, known *pushedGroup, g Group) (bool, error) {
	wanted := p.wanted(g)
	var add, remove []string
	for _, id := range sorted(wanted) {
		if !known.sure[id] {
			add = append(add, id)
		}
	}
	for _, id := range sorted(known.maybe) {
		if !wanted[id] {
			remove = append(remove, id)
		}
	}
	if len(add)+len(remove) == 0 {
		return false, nil
	}
	for _, id := range add {
		known.maybe[id] = true
	}
	if err := p.sendMembers(ctx, known.id, g, sorted(wanted), add, remove); err != nil {
		for _, id := range remove {
			delete(known.sure, id)
		}
		known.forget(err)
		return false, err
	}
	known.sure = wanted
	known.maybe = map[string]bool{}
	for id := range wanted {
		known.maybe[id] = true
	}
	return true, nil
}

func (p *Pusher) sendMembers(ctx context.Context, id string, g Group, all, add, remove []string) error {
	c := p.Client
	if c.Dialect == OktaCustom {
		doc := c.Dialect.groupDocument(g)
		doc["members"] = values(all)
		return c.replace(ctx, "Groups", id, doc)
	}
	const most = 100 // members of a request
	ops := c.Dialect.memberOperations(add, remove)
	for chunk := range slices.Chunk(ops, most) {
		if err := c.patch(ctx, "Groups", id, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pusher) removeGroup(ctx context.Context, key string) error {
	known := p.groups[key]
	if known.id == "" && known.tried != "" {
		id, err := p.findGroup(ctx, known.tried)
		if err != nil {
			return err
		}
		known.id = id
	}
	if known.id != "" {
		if err := p.Client.remove(ctx, "Groups", known.id); err != nil {
			return err
		}
	}
	delete(p.groups, key)
	return nil
}
