package store

import (
	"context"

	"gatehouse/store/engine"
)

// copyAttributes gives Into the attributes of From that it lacks. Value, source and time
// stay.
func (m *merging) copyAttributes(ctx context.Context) (err error) {
	m.Moved.Attributes, err = engine.List(
		ctx, m.tx, engine.ScanText,
		`insert into user_attributes (enterprise_id, user_id, name, value, connection_id, pushed, changed_at)
		select a.enterprise_id, $3, a.name, a.value, a.connection_id, a.pushed, a.changed_at from user_attributes a
		where a.enterprise_id = $1 and a.user_id = $2 and not exists (
			select 1 from user_attributes k where k.enterprise_id = $1 and k.user_id = $3 and k.name = a.name)
		returning name`,
		string(m.Enterprise), string(m.From), string(m.Into),
	)
	return err
}

// returnAttributes queues that Into loses the attributes that it got by the merge. One
// that changed since stays.
func (u *unmerging) returnAttributes() {
	for _, name := range u.Moved.Attributes {
		u.Queue(
			`delete from user_attributes where enterprise_id = $1 and user_id = $3 and name = $4 and exists (
				select 1 from user_attributes f where f.enterprise_id = $1 and f.user_id = $2 and f.name = $4
					and f.value = user_attributes.value and f.changed_at = user_attributes.changed_at)`,
			string(u.Enterprise), string(u.From), string(u.Into), name,
		)
	}
}
