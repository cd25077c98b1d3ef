package store

import (
	"context"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// maxOrganizationTokens is how many tokens of an organization may be live.
const maxOrganizationTokens = 200

const serviceTokenColumns = "t.id, t.hash, t.applications, t.created_by, t.created_at, t.expires_at, t.revoked_at, " +
	"t.last_used_at, t.last_client, s.enterprise_id, s.id, s.organization_id, s.name, s.owner_id, s.created_at"

// serviceTokenSelect selects tokens with their services, and the groups of these.
func (db *DB) serviceTokenSelect(more string) string {
	return "select " + serviceTokenColumns + ", " +
		db.groupTripleColumns("service_groups", "m.service_id = s.id and m.enterprise_id = s.enterprise_id") + more + `
		from service_tokens t join services s on s.enterprise_id = t.enterprise_id and s.id = t.service_id`
}

func serviceTokenFields(k *sso.ServiceToken, groups *groupTriples) []any {
	s := &k.Service
	return append([]any{
		&k.ID, hexHash(&k.Hash), applicationIDs(&k.Applications), &k.CreatedBy, engine.Time(&k.CreatedAt),
		engine.Time(&k.ExpiresAt), engine.Time(&k.RevokedAt), engine.Time(&k.LastUsedAt), &k.LastClient,
		&s.Enterprise, &s.ID, &s.Organization, &s.Name, &s.Owner, engine.Time(&s.CreatedAt),
	}, groups.scan()...)
}

func scanServiceToken(r engine.Row) (k sso.ServiceToken, err error) {
	var groups groupTriples
	err = r.Scan(serviceTokenFields(&k, &groups)...)
	k.Service.Groups = groups.list()
	return k, err
}

// CreateServiceToken creates a token of a service: of a new one with the name, owner and
// groups in k, or another token of the one with the ID in k, which stays as it is. What
// is filled in is returned. A group of another organization is Invalid, and a third live
// token of a service is Conflict "too_many_tokens". conditions are checked in the
// transaction for each group of the service and its owner.
func (db *DB) CreateServiceToken(
	ctx context.Context, by sso.Actor, k sso.ServiceToken, conditions ...func(sso.Reach) error,
) (_ sso.ServiceToken, err error) {
	defer func() { doing(&err, "create service token") }()
	ent := k.Service.Enterprise
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if _, err := found(findOrganization(ctx, t, ent, k.Service.Organization)); err != nil {
			return err
		}
		if err := t.serviceOf(ctx, &k); err != nil {
			return err
		}
		if err := t.reachService(ctx, by, k.Service, conditions); err != nil {
			return err
		}
		if err := t.mayHaveServiceToken(ctx, k.Service); err != nil {
			return err
		}
		k.ID = sso.NewID[sso.ServiceTokenID](t.now)
		k.CreatedBy = by
		k.CreatedAt = t.now
		k.RevokedAt, k.LastUsedAt, k.LastClient = time.Time{}, time.Time{}, ""
		t.insertServiceToken(k)
		return t.audit(
			ctx, by, "service_token.created", string(k.ID), "name", k.Service.Name,
			"service", string(k.Service.ID), "organization", string(k.Service.Organization),
			"groups", joinRefs(k.Service.Groups), "owner", string(k.Service.Owner),
			"applications", joinApplications(k.Applications), "expires_at", expiryText(k.ExpiresAt),
		)
	})
	if err != nil {
		return sso.ServiceToken{}, err
	}
	return k, nil
}

// insertServiceToken queues a new token of a service that is written, or queued before.
func (t *tx) insertServiceToken(k sso.ServiceToken) {
	t.Queue(
		`insert into service_tokens (enterprise_id, service_id, id, hash, applications, created_by, created_at,
			expires_at, revoked_at, last_used_at, last_client)
		values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, '')`,
		string(k.Service.Enterprise), string(k.Service.ID), string(k.ID), k.Hash.String(),
		joinApplications(k.Applications), string(k.CreatedBy), engine.Micros(k.CreatedAt), engine.Micros(k.ExpiresAt),
	)
}

func joinRefs(groups []sso.PrincipalGroup) string {
	text := ""
	for i, g := range groups {
		if i > 0 {
			text += ", "
		}
		text += g.Ref()
	}
	return text
}

// mayHaveServiceToken returns an error unless a service, or a new one of its
// organization, may have another token.
func (t *tx) mayHaveServiceToken(ctx context.Context, s sso.Service) error {
	const live = `select count(*) from service_tokens t join services s
		on s.enterprise_id = t.enterprise_id and s.id = t.service_id
		where s.enterprise_id = $1 and t.revoked_at = 0 and t.expires_at > $3 and `
	tooMany := &sso.Error{Kind: sso.Conflict, Code: "too_many_tokens"}
	n, _, err := engine.One(
		ctx, t, engine.ScanNumber, live+"s.organization_id = $2",
		string(s.Enterprise), string(s.Organization), engine.Micros(t.now),
	)
	if err != nil {
		return err
	}
	if n >= maxOrganizationTokens {
		tooMany.Public = "The organization has 200 tokens already. Revoke one first."
		return tooMany
	}
	n, _, err = engine.One(
		ctx, t, engine.ScanNumber, live+"s.id = $2",
		string(s.Enterprise), string(s.ID), engine.Micros(t.now),
	)
	if err != nil {
		return err
	}
	if n >= sso.MaxServiceTokens {
		tooMany.Public = "The service has two tokens already. Revoke one first."
		return tooMany
	}
	return nil
}

// serviceOf completes the service of a token: it creates a new one, or reads the one
// with the ID.
func (t *tx) serviceOf(ctx context.Context, k *sso.ServiceToken) error {
	s := &k.Service
	if s.ID != "" {
		// Each service has a token: it is made with its first one, and swept after its last.
		known, err := found(engine.One(
			ctx, t, scanServiceToken, t.db.serviceTokenSelect("")+
				" where s.enterprise_id = $1 and s.organization_id = $2 and s.id = $3 order by t.id desc limit 1",
			string(s.Enterprise), string(s.Organization), string(s.ID),
		))
		k.Service = known.Service
		if k.Applications == nil {
			k.Applications = known.Applications
		}
		return err
	}
	organization, err := found(findOrganization(ctx, t, s.Enterprise, s.Organization))
	if err != nil {
		return err
	}
	for i, g := range s.Groups {
		if s.Groups[i], err = t.serviceGroup(ctx, organization, g.ID, "groups"); err != nil {
			return err
		}
	}
	if _, err := t.serviceGroup(ctx, organization, s.Owner, "owner_group"); err != nil {
		return err
	}
	s.ID, s.CreatedAt = sso.NewID[sso.ServiceID](t.now), t.now
	t.Queue(
		`insert into services (enterprise_id, id, organization_id, name, owner_id, created_at)
		values ($1, $2, $3, $4, $5, $6)`,
		string(s.Enterprise), string(s.ID), string(s.Organization), s.Name, string(s.Owner),
		engine.Micros(s.CreatedAt),
	)
	for _, g := range s.Groups {
		t.Queue(
			"insert into service_groups (enterprise_id, service_id, group_id) values ($1, $2, $3)",
			string(s.Enterprise), string(s.ID), string(g.ID),
		)
	}
	return nil
}

// serviceGroup returns a group of an organization; one that is not its group is Invalid.
func (t *tx) serviceGroup(
	ctx context.Context, of sso.Organization, id sso.GroupID, field string,
) (sso.PrincipalGroup, error) {
	g, ok, err := findGroup(ctx, t, of.Enterprise, id)
	if err == nil && (!ok || g.Organization != of.ID) {
		err = sso.InvalidField("validation_failed", field, "Choose groups of this organization.")
	}
	return sso.PrincipalGroup{
		ID:           g.ID,
		Organization: of.Key,
		Name:         g.Name,
	}, err
}

// ServiceTokens lists the tokens of the services of an organization, newest first, with
// those that ended in the last 90 days.
func (db *DB) ServiceTokens(
	ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, page sso.Page,
) (_ []sso.ServiceToken, next string, err error) {
	defer func() { doing(&err, "list service tokens") }()
	if _, err := found(findOrganization(ctx, db.sql, ent, organization)); err != nil {
		return nil, "", err
	}
	w := &engine.Where{}
	w.And("s.enterprise_id = ", string(ent))
	w.And("s.organization_id = ", string(organization))
	query := db.serviceTokenSelect("") + w.Page("t.id", page.Cursor, page.Size(), true)
	all, err := engine.List(ctx, db.sql, scanServiceToken, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(k sso.ServiceToken) string { return string(k.ID) })
	return all, next, err
}

// StandingServiceTokens lists the tokens of all services of an enterprise that are not
// revoked, expired ones included.
func (db *DB) StandingServiceTokens(ctx context.Context, ent sso.EnterpriseID) (_ []sso.ServiceToken, err error) {
	defer func() { doing(&err, "list service tokens") }()
	return engine.List(
		ctx, db.sql, scanServiceToken,
		db.serviceTokenSelect("")+" where t.enterprise_id = $1 and t.revoked_at = 0 order by t.id", string(ent),
	)
}

// RevokeServiceToken ends a token of a service of an organization for good. Revoking it
// again changes nothing. conditions are as for CreateServiceToken.
func (db *DB) RevokeServiceToken(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, id sso.ServiceTokenID,
	conditions ...func(sso.Reach) error,
) (err error) {
	defer func() { doing(&err, "revoke service token") }()
	return db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		k, err := found(engine.One(
			ctx, t, scanServiceToken,
			db.serviceTokenSelect("")+" where s.enterprise_id = $1 and s.organization_id = $2 and t.id = $3",
			string(ent), string(organization), string(id),
		))
		if err != nil || !k.RevokedAt.IsZero() {
			return err
		}
		if err := t.reachService(ctx, by, k.Service, conditions); err != nil {
			return err
		}
		t.Queue(
			"update service_tokens set revoked_at = $4 where enterprise_id = $1 and service_id = $2 and id = $3",
			string(ent), string(k.Service.ID), string(id), engine.Micros(t.now),
		)
		t.revoke(sso.Revocation{Session: sso.SessionID(id)})
		return t.audit(
			ctx, by, "service_token.revoked", string(id), "name", k.Service.Name,
			"service", string(k.Service.ID), "organization", string(organization),
		)
	})
}

// ServicePrincipal returns the principal of a service by the hash of its token, as
// Principal does of a session. A token that is unknown, expired or revoked is
// Unauthenticated "invalid_token".
func (db *DB) ServicePrincipal(ctx context.Context, token sso.Hash) (_ sso.Principal, err error) {
	defer func() { doing(&err, "find the service of a token") }()
	var e sso.Enterprise
	k, ok, err := engine.One(ctx, db.sql, func(r engine.Row) (k sso.ServiceToken, err error) {
		var groups groupTriples
		err = r.Scan(append(
			serviceTokenFields(&k, &groups), &e.ID, &e.Key, &e.Name, &e.Enforced, engine.Time(&e.CreatedAt),
		)...)
		k.Service.Groups = groups.list()
		return k, err
	}, db.serviceTokenSelect(", e.id, e.key, e.name, e.enforced, e.created_at")+
		" join enterprises e on e.id = t.enterprise_id where t.hash = $1", token.String())
	if err != nil {
		return sso.Principal{}, err
	}
	if !ok || !k.Live(db.now()) {
		return sso.Principal{}, sso.InvalidToken()
	}
	return k.Principal(e), nil
}

// UseServiceTokens stores when tokens of services were last used, as UsePersonalTokens
// does.
func (db *DB) UseServiceTokens(ctx context.Context, used map[sso.ServiceTokenID]sso.TokenUse) (err error) {
	defer func() { doing(&err, "record uses of service tokens") }()
	if len(used) == 0 {
		return nil
	}
	return db.write(ctx, func(_ context.Context, t *tx) error {
		for id, use := range used {
			t.Queue(
				"update service_tokens set last_used_at = $2, last_client = $3 where id = $1 and last_used_at < $2",
				string(id), engine.Micros(use.At.Truncate(time.Minute)), engine.Clean(use.Client, maxDetail),
			)
		}
		return nil
	})
}
