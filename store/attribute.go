package store

import (
	"context"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

func scanAttribute(r engine.Row) (a sso.Attribute, err error) {
	err = r.Scan(&a.Name, &a.Label, &a.Type)
	return a, err
}

// Attributes returns the attributes that an enterprise has chosen.
func (db *DB) Attributes(ctx context.Context, ent sso.EnterpriseID) (_ sso.Attributes, err error) {
	defer func() { doing(&err, "list attributes") }()
	if _, err := db.Enterprise(ctx, ent); err != nil {
		return sso.Attributes{}, err
	}
	return attributes(ctx, db.sql, ent)
}

func attributes(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) (all sso.Attributes, err error) {
	all.List, err = engine.List(
		ctx, r, scanAttribute,
		"select a.name, a.label, a.type from attributes a where a.enterprise_id = $1 order by a.name",
		string(ent),
	)
	if err != nil {
		return all, err
	}
	all.Revision = 1
	revision, ok, err := engine.One(
		ctx, r, engine.ScanNumber, "select revision from attribute_revisions where enterprise_id = $1", string(ent),
	)
	if ok {
		all.Revision = revision
	}
	return all, err
}

// AttributeCounts returns how many users of an enterprise have a value of each attribute;
// one that no user has is not in it.
func (db *DB) AttributeCounts(ctx context.Context, ent sso.EnterpriseID) (_ map[string]int, err error) {
	defer func() { doing(&err, "count the values of attributes") }()
	counts := map[string]int{}
	err = db.sql.Query(ctx, func(r engine.Row) error {
		var name string
		var n int
		err := r.Scan(&name, &n)
		counts[name] = n
		return err
	}, "select a.name, count(*) from user_attributes a where a.enterprise_id = $1 group by a.name", string(ent))
	return counts, err
}

// UpdateAttributes changes the attributes that an enterprise has chosen; fn runs inside
// the transaction, and must not modify the list it receives. The values of an attribute
// that is removed go, and every node reads the sessions of the enterprise again. A change
// adds one to the revision.
func (db *DB) UpdateAttributes(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, fn func(sso.Attributes) (sso.Attributes, error),
) (result sso.Attributes, err error) {
	defer func() { doing(&err, "change attributes") }()
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		old, err := attributes(ctx, t, ent)
		if err != nil {
			return err
		}
		if result, err = fn(old); err != nil {
			return err
		}
		result.List = slices.Clone(result.List)
		slices.SortFunc(result.List, func(a, b sso.Attribute) int { return strings.Compare(a.Name, b.Name) })
		result.Revision = old.Revision
		if slices.Equal(result.List, old.List) {
			return nil
		}
		result.Revision++
		t.saveAttributes(ent, old, result)
		return t.audit(
			ctx, by, "attributes.updated", string(ent), "attributes", describeAttributes(result.List),
			"attributes_were", describeAttributes(old.List),
		)
	})
	if err != nil {
		return sso.Attributes{}, err
	}
	return result, nil
}

// saveAttributes queues the attributes of an enterprise in place of old ones.
func (t *tx) saveAttributes(ent sso.EnterpriseID, old, all sso.Attributes) {
	removed := false
	for _, a := range old.List {
		if kept, ok := all.Find(a.Name); !ok || kept.Type != a.Type {
			removed = true
			t.Queue("delete from attributes where enterprise_id = $1 and name = $2", string(ent), a.Name)
		}
	}
	for _, a := range all.List {
		if had, ok := old.Find(a.Name); ok && had == a {
			continue
		}
		t.Queue(
			`insert into attributes (enterprise_id, name, label, type) values ($1, $2, $3, $4)
			on conflict (enterprise_id, name) do update set label = excluded.label`,
			string(ent), a.Name, a.Label, string(a.Type),
		)
	}
	t.Queue(
		`insert into attribute_revisions (enterprise_id, revision) values ($1, $2)
		on conflict (enterprise_id) do update set revision = excluded.revision`,
		string(ent), all.Revision,
	)
	if removed {
		t.revoke(sso.Revocation{Enterprise: ent})
	}
}

// describeAttributes returns attributes for the audit trail.
func describeAttributes(all []sso.Attribute) string {
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = a.Name + " (" + string(a.Type) + "): " + a.Label
	}
	return strings.Join(texts, ", ")
}

// definedAttributes is a column with the attributes of the enterprise of a connection c.
func (db *DB) definedAttributes() string {
	return "(select " + db.sql.Dialect.Triples("a.name", "a.label", "a.type") +
		" from attributes a where a.enterprise_id = c.enterprise_id)"
}

// scanDefined scans definedAttributes.
func scanDefined(into *[]sso.Attribute) engine.ScanFunc {
	return func(src any) error {
		var all [][3]string
		if err := triples(&all)(src); err != nil {
			return err
		}
		*into = nil
		for _, a := range all {
			*into = append(*into, sso.Attribute{
				Name:  a[0],
				Label: a[1],
				Type:  sso.AttributeType(a[2]),
			})
		}
		slices.SortFunc(*into, func(a, b sso.Attribute) int { return strings.Compare(a.Name, b.Name) })
		return nil
	}
}
