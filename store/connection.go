package store

import (
	"context"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// CreateConnection creates a connection of c.Enterprise. ID, Revision and
// CreatedAt are filled in, and State if it is empty.
func (db *DB) CreateConnection(ctx context.Context, by sso.Actor, c sso.Connection) (_ sso.Connection, err error) {
	defer func() { doing(&err, "create connection") }()
	if c.State == "" {
		c.State = sso.ConnectionDraft
	}
	err = db.change(ctx, c.Enterprise, func(ctx context.Context, t *tx) error {
		c.ID, c.Revision, c.CreatedAt = sso.NewID[sso.ConnectionID](t.now), 1, t.now
		c.Keys, c.Shadow = t.nameKeys(c.Keys), sso.Connection{}.Shadow // starts with a change
		s, err := t.connectionRow(c)
		if err != nil {
			return err
		}
		t.Queue(
			`insert into connections (enterprise_id, id, name, protocol, provider, state, revision, live, live_secret, draft, draft_secret,
				previous, previous_secret, metadata_url, metadata_checked_at, metadata_error, live_directory, draft_directory, previous_directory, shadow_since,
				trust, trust_asked, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
			append(s, engine.Micros(c.CreatedAt))...,
		)
		t.saveKeys(c)
		t.seeCertificates(c)
		return t.audit(
			ctx, by, "connection.created", string(c.ID), "name", c.Name, "protocol",
			string(c.Protocol),
		)
	})
	if err != nil {
		return sso.Connection{}, err
	}
	return c, nil
}

// Connection returns one connection.
func (db *DB) Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (_ sso.Connection, err error) {
	defer func() { doing(&err, "find connection") }()
	return found(db.findConnection(ctx, db.sql, ent, id))
}

// ConnectionByID returns a connection of any enterprise: the address that an
// identity provider responds to names the connection only.
func (db *DB) ConnectionByID(ctx context.Context, id sso.ConnectionID) (_ sso.Connection, err error) {
	defer func() { doing(&err, "find connection") }()
	ent, err := found(engine.One(
		ctx, db.sql, engine.ScanText, "select enterprise_id from connections where id = $1",
		string(id),
	))
	if err != nil {
		return sso.Connection{}, err
	}
	return found(db.findConnection(ctx, db.sql, sso.EnterpriseID(ent), id))
}

func (db *DB) findConnection(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, bool, error) {
	all, err := db.listConnections(
		ctx, r, "where c.enterprise_id = $1 and c.id = $2", string(ent), string(id),
	)
	if err != nil || len(all) == 0 {
		return sso.Connection{}, false, err
	}
	return all[0], true, nil
}

// Connections lists an enterprise's connections, oldest first.
func (db *DB) Connections(ctx context.Context, ent sso.EnterpriseID) (_ []sso.Connection, err error) {
	defer func() { doing(&err, "list connections") }()
	return db.listConnections(ctx, db.sql, "where c.enterprise_id = $1", string(ent))
}

// ConnectionsToRefresh lists the enabled SAML connections of all enterprises
// whose live configuration has a metadata URL that was last checked before a
// time, or never.
func (db *DB) ConnectionsToRefresh(ctx context.Context, checkedBefore time.Time) (_ []sso.Connection, err error) {
	defer func() { doing(&err, "list connections to refresh") }()
	return db.listConnections(ctx, db.sql, "where c.state = $1 and c.metadata_url <> '' and c.metadata_checked_at < $2",
		string(sso.ConnectionEnabled), engine.Micros(checkedBefore))
}

// UpdateConnection changes a connection; fn runs inside the transaction and must
// not modify the lists it receives. Revision grows, and action is the name of the
// audit event. The protocol cannot change once the connection was live. If the
// live Mapping.Subject changes, the subjects of the connection are unbound,
// because the old ones are no longer asserted: users are found by login once and
// bound again. If the connection is no longer enabled, its sessions end; Conflict
// "would_lock_out" if single sign-on is enforced and no other connection is
// enabled. Shadow mode starts anew with another draft and ends without one. If
// Trust.Since changes, operators' accounts are unlinked from users of the
// connection. If it provisions by SCIM from now on, or for another pilot, what was
// pushed so far is applied after the commit: see ApplyProvisioned.
func (db *DB) UpdateConnection(
	ctx context.Context,
	by sso.Actor,
	ent sso.EnterpriseID,
	id sso.ConnectionID,
	action string,
	fn func(sso.Connection) (sso.Connection, error),
) (result sso.Connection, err error) {
	defer func() { doing(&err, "update connection") }()
	asked := false
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		old, err := found(db.findConnection(ctx, t, ent, id))
		if err != nil {
			return err
		}
		c, err := fn(old)
		if err != nil {
			return err
		}
		c.ID = old.ID
		c.Enterprise = old.Enterprise
		c.CreatedAt = old.CreatedAt
		c.Revision = old.Revision + 1
		if old.Live != nil {
			c.Protocol = old.Protocol
		}
		c.Keys = t.nameKeys(c.Keys)
		t.followShadow(old, &c)
		if err := t.replaceConnection(c); err != nil {
			return err
		}
		t.unbindSubjects(old, c)
		asked = appliesAnew(old, c)
		if err := t.followConnection(ctx, by, old, c); err != nil {
			return err
		}
		result = c
		return t.audit(
			ctx,
			by,
			action,
			string(id),
			append(changedDefaults(old.Live, c.Live), "name", c.Name, "state", string(c.State))...,
		)
	})
	if err != nil {
		return sso.Connection{}, err
	}
	if asked {
		db.applySoon(ctx, ent, id)
	}
	return result, nil
}

// followConnection carries out what follows from a changed connection.
func (t *tx) followConnection(ctx context.Context, by sso.Actor, old, c sso.Connection) error {
	if !old.Trust.Since.Equal(c.Trust.Since) {
		if err := t.unlinkAdmins(ctx, by, c.Enterprise, c.ID); err != nil {
			return err
		}
	}
	if appliesAnew(old, c) {
		t.askToApply(c.Enterprise, c.ID)
	}
	if c.Live != nil && c.Live.Provisioning != sso.ProvisionSCIM && provisionsBy(old.Live) {
		t.release(c.Enterprise, c.ID)
	}
	if old.State == sso.ConnectionEnabled && c.State != sso.ConnectionEnabled {
		return t.switchOff(ctx, by, c.Enterprise, c.ID)
	}
	return nil
}

// unbindSubjects removes the subjects of a connection if it now reads them from
// another claim.
func (t *tx) unbindSubjects(old, c sso.Connection) {
	if old.Live == nil ||
		c.Live == nil ||
		old.Live.Mapping.Subject == c.Live.Mapping.Subject {
		return
	}
	for _, table := range []string{"identities", "linked_subjects"} {
		t.Queue(
			"update "+table+" set subject = null where enterprise_id = $1 and connection_id = $2",
			string(c.Enterprise), string(c.ID),
		)
	}
}

// replaceConnection overwrites the stored connection and its keys.
func (t *tx) replaceConnection(c sso.Connection) error {
	row, err := t.connectionRow(c)
	if err != nil {
		return err
	}
	t.Queue(
		`update connections set name = $3, protocol = $4, provider = $5, state = $6, revision = $7, live = $8, live_secret = $9,
			draft = $10, draft_secret = $11, previous = $12, previous_secret = $13, metadata_url = $14, metadata_checked_at = $15, metadata_error = $16,
			live_directory = $17, draft_directory = $18, previous_directory = $19, shadow_since = $20, trust = $21, trust_asked = $22,
			metadata_failing_since = `+failingSince("$16", "$15")+`
		where enterprise_id = $1 and id = $2`,
		row...,
	)
	t.Queue(
		"delete from connection_keys where enterprise_id = $1 and connection_id = $2",
		string(c.Enterprise), string(c.ID),
	)
	t.saveKeys(c)
	t.seeCertificates(c)
	return nil
}

// switchOff ends the sessions of a connection that stops being enabled. The check
// for the last connection is inside the transaction because two connections may
// be disabled at the same time.
func (t *tx) switchOff(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) error {
	reach, err := t.db.reach(ctx, t, ent, id)
	if err != nil {
		return err
	}
	reach.State = sso.ConnectionEnabled // the queued update is sent before the read
	if err := reach.CheckEnforced(); err != nil {
		return err
	}
	return t.endSessionsOf(ctx, by, ent, id)
}

// failingSince returns the time of the first of consecutive failures.
func failingSince(failure, checked string) string {
	return "case when " + failure + " = '' then 0 when metadata_failing_since = 0 then " + checked +
		" else metadata_failing_since end"
}

// SetMetadataStatus records the outcome of a metadata refresh. Revision stays,
// and there is no audit event.
func (db *DB) SetMetadataStatus(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID, s sso.MetadataStatus,
) (err error) {
	defer func() { doing(&err, "record metadata refresh") }()
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		return t.ExecOne(
			ctx, errMissing(),
			"update connections set metadata_checked_at = $3, metadata_error = $4, metadata_failing_since = "+
				failingSince("$4", "$3")+" where enterprise_id = $1 and id = $2",
			string(ent), string(id), engine.Micros(s.CheckedAt), engine.Clean(s.Error, maxDetail),
		)
	})
}

// DeleteConnection deletes a connection with its identities, which become former ones,
// ends its sessions and discards its held syncs. The users stay. allow, if not nil, is called in
// the transaction with the users who depend on the connection; its error aborts.
func (db *DB) DeleteConnection(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, allow func(sso.ConnectionReach) error,
) (err error) {
	defer func() { doing(&err, "delete connection") }()
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		name, err := found(engine.One(
			ctx, t, engine.ScanText,
			"select name from connections where enterprise_id = $1 and id = $2",
			string(ent), string(id),
		))
		if err != nil {
			return err
		}
		if allow != nil {
			reach, err := db.reach(ctx, t, ent, id)
			if err == nil {
				err = allow(reach)
			}
			if err != nil {
				return err
			}
		}
		if err := t.endSessionsOf(ctx, by, ent, id); err != nil {
			return err
		}
		if err := t.unlinkAdmins(ctx, by, ent, id); err != nil {
			return err
		}
		dropped, err := t.discardHeldOf(ctx, by, ent, id)
		if err != nil {
			return err
		}
		t.keepFormerOf(by, ent, id, name)
		t.Queue("delete from connections where enterprise_id = $1 and id = $2", string(ent), string(id))
		detail := []string{"name", name}
		if dropped > 0 {
			detail = append(detail, "held_syncs_discarded", strconv.Itoa(dropped))
		}
		return t.audit(ctx, by, "connection.deleted", string(id), detail...)
	})
}

// endSessionsOf ends sessions, pending logins and waiting codes of a connection.
func (t *tx) endSessionsOf(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID) error {
	ids, err := engine.List(
		ctx, t, engine.ScanText,
		"delete from sessions where enterprise_id = $1 and connection_id = $2 returning id",
		string(ent), string(id),
	)
	if err != nil {
		return err
	}
	return t.sessionsRevoked(ctx, by, ids)
}

// Certificates lists the certificates that an identity provider signed or may
// sign with, last used first. Certificates that are no longer trusted stay
// listed.
func (db *DB) Certificates(
	ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID,
) (_ []sso.CertificateUse, err error) {
	defer func() { doing(&err, "list certificates") }()
	if _, err := found(engine.One(
		ctx, db.sql, engine.ScanText,
		"select name from connections where enterprise_id = $1 and id = $2",
		string(ent), string(id),
	)); err != nil {
		return nil, err
	}
	return engine.List(ctx, db.sql, func(r engine.Row) (c sso.CertificateUse, err error) {
		err = r.Scan(
			&c.Fingerprint, &c.Source, engine.Time(&c.FirstSeen), engine.Time(&c.LastSeen),
			engine.Time(&c.LastUsed),
		)
		return c, err
	},
		`select fingerprint, source, first_seen, last_seen, last_used from certificates where enterprise_id = $1 and connection_id = $2
		order by last_used desc, fingerprint`, string(ent), string(id))
}
