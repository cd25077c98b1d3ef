package store

import (
	"bytes"
	"context"
	"encoding/json"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

const provisionedGroupColumns = "g.id, g.enterprise_id, g.connection_id, g.origin, g.display_name, g.external_id, " +
	"g.document, g.member_count, g.waiting_count, g.version, g.created_at, g.modified_at, g.seq"

// groupRow is a provisioned group with its position in lists.
type groupRow struct {
	sso.ProvisionedGroup
	seq int64
}

func scanProvisionedGroup(r engine.Row) (g groupRow, err error) {
	var document string
	err = r.Scan(
		&g.ID, &g.Enterprise, &g.Connection, &g.Origin, &g.DisplayName, &g.ExternalID, &document,
		&g.Members, &g.Waiting, &g.Version, engine.Time(&g.CreatedAt), engine.Time(&g.ModifiedAt),
		&g.seq,
	)
	g.Document = json.RawMessage(document)
	return g, err
}

const selectProvisionedGroup = "select " + provisionedGroupColumns + " from provisioned_groups g " +
	"where g.enterprise_id = $1 and g.connection_id = $2 and g.id = $3"

// ProvisionedGroup returns a group that an identity provider provisions. The error
// is a [sso.ResourceGoneError] if it was deleted lately.
func (db *DB) ProvisionedGroup(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ResourceID,
) (_ sso.ProvisionedGroup, err error) {
	defer func() { doing(&err, "find provisioned group") }()
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
	}
	read := func() (groupRow, bool, error) {
		return engine.One(
			ctx, db.sql, scanProvisionedGroup, selectProvisionedGroup, string(ent), string(conn), string(id),
		)
	}
	g, ok, err := read()
	if err == nil && ok && g.Origin == sso.OriginFound {
		wrote, findErr := db.findGroups(ctx, p, groupsNamed(g.DisplayName))
		if err = findErr; wrote && err == nil {
			g, ok, err = read()
		}
	}
	g, err = foundResource(ctx, db.sql, p, id, g, ok, err)
	return g.ProvisionedGroup, err
}

// CreateProvisionedGroup stores a group that an identity provider sent, with its
// members, and applies what follows. ID, Origin, the counts, Version and the times
// are filled in. A displayName that another group of the connection has is a
// [sso.ResourceExistsError].
func (db *DB) CreateProvisionedGroup(
	ctx context.Context, p sso.Push, g sso.ProvisionedGroup, members sso.MemberChange,
) (_ sso.ProvisionedGroup, effect sso.MemberEffect, err error) {
	defer func() { doing(&err, "create provisioned group") }()
	given := g
	if err := checkGroup(g); err != nil {
		return g, effect, err
	}
	if _, err := db.findGroups(ctx, p, groupsNamed(g.DisplayName)); err != nil {
		return g, effect, err
	}
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	err = db.changePushed(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
		g = t.newGroup(p, given)
		effect, err = t.createProvisionedGroup(ctx, p, &g, members)
		return err
	})
	db.grown.groups.add(1 + effect.Added)
	return g, effect, db.ifExists(err, func() (error, error) { return displayNameTaken(ctx, db.sql, p, given) })
}

// newGroup returns a pushed group with what the store fills in.
func (t *tx) newGroup(p sso.Push, g sso.ProvisionedGroup) sso.ProvisionedGroup {
	g.ID = sso.ResourceID(sso.NewID[sso.IDPGroupID](t.now))
	g.Enterprise = p.Enterprise
	g.Connection = p.Connection
	g.Origin = sso.OriginPushed
	g.Members = 0
	g.Waiting = 0
	g.Version = 1
	g.CreatedAt = t.now
	g.ModifiedAt = t.now
	return g
}

func (t *tx) createProvisionedGroup(
	ctx context.Context, p sso.Push, g *sso.ProvisionedGroup, change sso.MemberChange,
) (effect sso.MemberEffect, err error) {
	seq, err := t.takePosition(ctx, p, groupResources)
	if err != nil {
		return effect, err
	}
	taken, err := displayNameTaken(ctx, t, p, *g)
	if err != nil || taken != nil {
		return effect, firstOf(taken, err)
	}
	if err := t.insertProvisionedGroup(*g, seq); err != nil {
		return effect, err
	}
	members, err := t.changeMembers(ctx, p, *g, change)
	if err != nil {
		return effect, err
	}
	members.count(g)
	t.saveCounts(*g)
	if err := t.Flush(ctx); err != nil {
		return effect, err
	}
	if err := t.applyGroup(ctx, p, nil, g); err != nil {
		return effect, err
	}
	return members.effect(), t.applyMemberSets(ctx, p, *g, members)
}

// displayNameTaken returns the error that names the other group with a
// displayName, nil if there is none.
func displayNameTaken(
	ctx context.Context, r engine.Reader, p sso.Push, g sso.ProvisionedGroup,
) (taken, err error) {
	other, ok, err := engine.One(
		ctx, r, scanProvisionedGroup,
		"select "+provisionedGroupColumns+` from provisioned_groups g
		where g.enterprise_id = $1 and g.connection_id = $2 and g.display_name_folded = $3 and g.id <> $4
		order by case when g.origin = 'pushed' then 0 when g.display_name = $5 then 1 else 2 end, g.seq limit 1`,
		string(p.Enterprise), string(p.Connection), filter.Fold(g.DisplayName), string(g.ID), g.DisplayName,
	)
	if err != nil || !ok {
		return nil, err
	}
	return &sso.ResourceExistsError{
		ID:     other.ID,
		Origin: other.Origin,
		Field:  "displayName",
		Name:   other.DisplayName,
	}, nil
}

// groupValues returns the columns of a group that change, in the order in which
// the statements below have them.
func groupValues(g sso.ProvisionedGroup) ([]any, error) {
	if err := checkGroup(g); err != nil {
		return nil, err
	}
	search, err := searchOf(groupSchema(), g.Document)
	if err != nil {
		return nil, err
	}
	return []any{
		string(g.Enterprise), string(g.Connection), string(g.ID), string(g.Origin), g.DisplayName,
		filter.Fold(g.DisplayName), g.ExternalID, string(g.Document), search, int64(g.Members),
		int64(g.Waiting), g.Version, engine.Micros(g.ModifiedAt),
	}, nil
}

func checkGroup(g sso.ProvisionedGroup) error {
	return firstOf(
		checkValue("displayName", g.DisplayName),
		checkValue("externalId", g.ExternalID),
	)
}

func (t *tx) insertProvisionedGroup(g sso.ProvisionedGroup, seq int64) error {
	values, err := groupValues(g)
	if err != nil {
		return err
	}
	t.Queue(
		`insert into provisioned_groups (enterprise_id, connection_id, id, origin, display_name, display_name_folded,
			external_id, document, search, member_count, waiting_count, version, modified_at, created_at, seq)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		append(values, engine.Micros(g.CreatedAt), seq)...,
	)
	return nil
}

func (t *tx) updateProvisionedGroup(g sso.ProvisionedGroup) error {
	values, err := groupValues(g)
	if err != nil {
		return err
	}
	t.Queue(
		`update provisioned_groups set origin = $4, display_name = $5, display_name_folded = $6, external_id = $7,
			document = $8, search = $9, member_count = $10, waiting_count = $11, version = $12, modified_at = $13
		where enterprise_id = $1 and connection_id = $2 and id = $3`,
		values...,
	)
	return nil
}

// saveCounts queues the counts, the version and the time of a group whose members
// changed.
func (t *tx) saveCounts(g sso.ProvisionedGroup) {
	t.Queue(
		`update provisioned_groups set member_count = $4, waiting_count = $5, version = $6, modified_at = $7
		where enterprise_id = $1 and connection_id = $2 and id = $3`,
		string(g.Enterprise), string(g.Connection), string(g.ID), int64(g.Members), int64(g.Waiting),
		g.Version, engine.Micros(g.ModifiedAt),
	)
}

// ChangeProvisionedGroup changes a group and its members; fn runs inside the
// transaction, where it can compare the version, and does not see the members.
// Nothing is written, and the version stays, if nothing changes. The first call
// makes a found group a pushed one. The cost depends on the size of the change, not
// on that of the group. A displayName that another group has is a
// [sso.ResourceExistsError].
func (db *DB) ChangeProvisionedGroup(
	ctx context.Context, p sso.Push, id sso.ResourceID,
	fn func(sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error),
) (g sso.ProvisionedGroup, effect sso.MemberEffect, err error) {
	defer func() { doing(&err, "change provisioned group") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	err = db.changePushed(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
		row, err := t.lockProvisionedGroup(ctx, p, id)
		if err != nil {
			return err
		}
		before := row.ProvisionedGroup
		after, change, err := fn(before)
		if err != nil {
			return err
		}
		g = keptGroup(before, after)
		effect, err = t.changeProvisionedGroup(ctx, p, before, &g, change)
		return err
	})
	db.grown.groups.add(effect.Added)
	return g, effect, db.ifExists(err, func() (error, error) { return displayNameTaken(ctx, db.sql, p, g) })
}

func (t *tx) lockProvisionedGroup(ctx context.Context, p sso.Push, id sso.ResourceID) (groupRow, error) {
	g, ok, err := engine.One(
		ctx, t, scanProvisionedGroup, selectProvisionedGroup+t.db.sql.Dialect.ForNoKeyUpdate,
		string(p.Enterprise), string(p.Connection), string(id),
	)
	return foundResource(ctx, t, p, id, g, ok, err)
}

// keptGroup returns a changed group with what the store keeps.
func keptGroup(before, after sso.ProvisionedGroup) sso.ProvisionedGroup {
	g := before
	g.Origin = sso.OriginPushed
	g.DisplayName = after.DisplayName
	g.ExternalID = after.ExternalID
	g.Document = after.Document
	return g
}

// sameGroup reports whether two groups say the same, their members aside.
func sameGroup(a, b sso.ProvisionedGroup) bool {
	return a.DisplayName == b.DisplayName &&
		a.ExternalID == b.ExternalID &&
		bytes.Equal(a.Document, b.Document)
}

func (t *tx) changeProvisionedGroup(
	ctx context.Context, p sso.Push, before sso.ProvisionedGroup, g *sso.ProvisionedGroup, change sso.MemberChange,
) (effect sso.MemberEffect, err error) {
	if err := t.checkRenamed(ctx, p, before, *g); err != nil {
		return effect, err
	}
	members, err := t.changeMembers(ctx, p, *g, change)
	if err != nil {
		return effect, err
	}
	changed := !sameGroup(before, *g)
	if changed || members.changed() {
		g.Version++
		g.ModifiedAt = t.now
	}
	members.count(g)
	adopted := g.Origin != before.Origin
	switch {
	case changed || adopted:
		t.noteRename(before, *g)
		err = t.updateProvisionedGroup(*g)
	case members.changed() || g.Waiting != before.Waiting:
		t.saveCounts(*g)
	}
	if err = firstOf(err, t.Flush(ctx)); err != nil {
		return effect, err
	}
	if changed || adopted {
		err = t.applyGroup(ctx, p, &before, g, members.removed...)
	}
	return members.effect(), firstOf(err, t.applyMemberSets(ctx, p, *g, members))
}

// checkRenamed refuses a new name that another group has. A found group of exactly
// that name is the same group of the organization, and gives way.
func (t *tx) checkRenamed(ctx context.Context, p sso.Push, before, g sso.ProvisionedGroup) error {
	if filter.Fold(before.DisplayName) == filter.Fold(g.DisplayName) {
		return nil
	}
	if err := t.replaceFoundGroup(ctx, p, g.DisplayName); err != nil {
		return err
	}
	taken, err := displayNameTaken(ctx, t, p, g)
	return firstOf(taken, err)
}

// DeleteProvisionedGroup deletes a group, and applies what follows. conditions are
// checked in the transaction; an error of one aborts it.
func (db *DB) DeleteProvisionedGroup(
	ctx context.Context, p sso.Push, id sso.ResourceID, conditions ...func(sso.ProvisionedGroup) error,
) (err error) {
	defer func() { doing(&err, "delete provisioned group") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	return db.changePushed(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
		t.lockResources(p)
		g, err := t.lockProvisionedGroup(ctx, p, id)
		if err != nil {
			return err
		}
		for _, check := range conditions {
			if err := check(g.ProvisionedGroup); err != nil {
				return err
			}
		}
		members, err := t.emptyGroup(ctx, p, id)
		if err != nil {
			return err
		}
		t.Queue(
			"delete from provisioned_groups where enterprise_id = $1 and connection_id = $2 and id = $3",
			string(p.Enterprise), string(p.Connection), string(id),
		)
		t.bury(p, groupResources, id, g.DisplayName, g.seq)
		if err := t.Flush(ctx); err != nil {
			return err
		}
		if err := t.applyMemberSets(ctx, p, g.ProvisionedGroup, memberSets{removed: members}); err != nil {
			return err
		}
		return t.applyGroup(ctx, p, &g.ProvisionedGroup, nil)
	})
}

// emptyGroup ends all memberships of a group, and returns who was a member.
func (t *tx) emptyGroup(ctx context.Context, p sso.Push, id sso.ResourceID) ([]sso.ResourceID, error) {
	return engine.List(
		ctx, t, scanResourceID,
		"delete from provisioned_members where enterprise_id = $1 and connection_id = $2 and group_id = $3 "+
			"returning user_id",
		string(p.Enterprise), string(p.Connection), string(id),
	)
}
