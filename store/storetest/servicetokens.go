package storetest

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func serviceTokenTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"open":         testServicePrincipal,
		"rotated":      testServiceRotation,
		"revoked":      testServiceTokenRevoked,
		"forgotten":    testServiceForgotten,
		"outlive":      testServicesOutlivePeople,
		"organization": testServicesOfOrganization,
		"groups":       testServiceGroups,
		"used":         testServiceTokenUsed,
	}
}

// newService returns a service to create, in app/dev and owned by app/ops.
func (w *world) newService(name string) sso.ServiceToken {
	return sso.ServiceToken{
		Service: sso.Service{
			Enterprise:   w.ent.ID,
			Organization: w.orgs["app"].ID,
			Name:         name,
			Owner:        w.group["app/ops"].ID,
			Groups:       []sso.PrincipalGroup{{ID: w.group["app/dev"].ID}},
		},
		Hash:         sso.ServiceTokenKind.NewKeyed(w.db.TokenKey()).Hash(),
		Applications: []sso.ApplicationID{"app-files", "app-wiki"},
		ExpiresAt:    w.clock.Now().Add(30 * 24 * time.Hour),
	}
}

func (w *world) service(name string) sso.ServiceToken {
	w.Helper()
	k, err := w.db.CreateServiceToken(w.Context(), by, w.newService(name))
	w.ok(err)
	w.clock.Move(time.Second)
	return k
}

// another creates a further token of a service.
func (w *world) another(s sso.Service) (sso.ServiceToken, error) {
	return w.db.CreateServiceToken(w.Context(), by, sso.ServiceToken{
		Service: sso.Service{
			ID:           s.ID,
			Enterprise:   s.Enterprise,
			Organization: s.Organization,
			Name:         "is not changed",
		},
		Hash:      sso.NewSecret().Hash(),
		ExpiresAt: w.clock.Now().Add(60 * 24 * time.Hour),
	})
}

func (w *world) serviceTokens() []sso.ServiceToken {
	w.Helper()
	all, _, err := w.db.ServiceTokens(w.Context(), w.ent.ID, w.orgs["app"].ID, sso.Page{})
	w.ok(err)
	return all
}

func (w *world) serviceOpens(want bool, all ...sso.ServiceToken) {
	w.Helper()
	for _, k := range all {
		p, err := w.db.ServicePrincipal(w.Context(), k.Hash)
		if !want {
			w.fails(err, sso.Unauthenticated, "invalid_token")
			w.same(sso.Principal{}, p)
			continue
		}
		w.ok(err)
		w.same(sso.UserID(k.Service.ID), p.User.ID)
	}
}

func testServicePrincipal(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k := w.service("export")
	p, err := w.db.ServicePrincipal(t.Context(), k.Hash)
	w.ok(err)
	w.same(sso.User{
		ID:         sso.UserID(k.Service.ID),
		Enterprise: w.ent.ID,
		Login:      string(k.Service.ID),
		Name:       "export",
		Status:     sso.UserActive,
		CreatedAt:  k.Service.CreatedAt,
	}, p.User)
	w.same(w.ent, p.Enterprise)
	w.same([]sso.PrincipalGroup{{
		ID:           w.group["app/dev"].ID,
		Organization: "app",
		Name:         "dev",
	}}, p.Groups)
	w.same(&sso.TokenGrant{
		Applications: k.Applications,
		Service:      true,
	}, p.Token)
	if !p.Session.Alive(k.ExpiresAt.Add(-time.Microsecond)) || p.Session.Alive(k.ExpiresAt) {
		t.Errorf("%+v", p.Session)
	}
	w.same([]sso.ServiceToken{k}, w.serviceTokens())
	// It opens as nothing else.
	_, err = w.db.TokenPrincipal(t.Context(), k.Hash)
	w.fails(err, sso.Unauthenticated, "invalid_token")
	_, err = w.db.Principal(t.Context(), k.Hash)
	w.fails(err, sso.Unauthenticated, "session_ended")
	u, _ := w.enter("ada")
	_, err = w.db.ServicePrincipal(t.Context(), w.personalToken(u, "backup").Hash)
	w.fails(err, sso.Unauthenticated, "invalid_token")
	w.clock.now = k.ExpiresAt
	w.serviceOpens(false, k)
}

// testServiceRotation: a service has two live tokens at most, and is the same with each.
func testServiceRotation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	first := w.service("export")
	second, err := w.another(first.Service)
	w.ok(err)
	w.same(first.Service, second.Service)
	w.same(first.Applications, second.Applications)
	w.serviceOpens(true, first, second)
	w.standing(first, second)
	_, err = w.another(first.Service)
	w.fails(err, sso.Conflict, "too_many_tokens")
	w.ok(w.db.RevokeServiceToken(t.Context(), by, w.ent.ID, w.orgs["app"].ID, first.ID))
	w.serviceOpens(false, first)
	w.serviceOpens(true, second)
	w.standing(second)
	_, err = w.another(first.Service)
	w.ok(err)
	unknown := first.Service
	unknown.ID = "svc-unknown"
	_, err = w.another(unknown)
	w.fails(err, sso.NotFoundKind, "not_found")
	elsewhere := first.Service
	elsewhere.Organization = w.orgs["web"].ID
	_, err = w.another(elsewhere)
	w.fails(err, sso.NotFoundKind, "not_found")
	w.chainHolds()
}

// standing fails unless these tokens are the ones that are not revoked, oldest first.
func (w *world) standing(want ...sso.ServiceToken) {
	w.Helper()
	all, err := w.db.StandingServiceTokens(w.Context(), w.ent.ID)
	w.ok(err)
	w.same(want, all)
}

func testServiceTokenRevoked(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k := w.service("export")
	err := w.db.RevokeServiceToken(t.Context(), by, w.ent.ID, w.orgs["web"].ID, k.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	last, err := w.db.LastRevocation(t.Context())
	w.ok(err)
	before := w.chainHolds()
	for range 2 {
		w.ok(w.db.RevokeServiceToken(t.Context(), by, w.ent.ID, w.orgs["app"].ID, k.ID))
	}
	w.same(before+1, w.chainHolds())
	w.serviceOpens(false, k)
	revoked, err := w.db.Revocations(t.Context(), last+1)
	w.ok(err)
	if len(revoked) != 1 || revoked[0].Session != sso.SessionID(k.ID) {
		t.Errorf("the nodes are told %+v", revoked)
	}
}

// testServiceForgotten: a service is swept after its last token.
func testServiceForgotten(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k := w.service("export")
	w.ok(w.db.RevokeServiceToken(t.Context(), by, w.ent.ID, w.orgs["app"].ID, k.ID))
	w.clock.Move(89 * 24 * time.Hour)
	w.ok(w.db.Sweep(t.Context(), store.Retention{}))
	w.same(1, len(w.serviceTokens()))
	w.clock.Move(24 * time.Hour)
	w.ok(w.db.Sweep(t.Context(), store.Retention{}))
	w.same(0, len(w.serviceTokens()))
	_, err := w.another(k.Service)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// testServicesOutlivePeople and the group that answers for them.
func testServicesOutlivePeople(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	u, _ := w.enter("ada", "ops")
	k := w.newService("export")
	k, err := w.db.CreateServiceToken(t.Context(), sso.Actor(u.ID), k)
	w.ok(err)
	_, err = w.db.UpdateUser(t.Context(), by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	w.ok(w.db.DeleteGroup(t.Context(), by, w.ent.ID, w.group["app/ops"].ID))
	w.serviceOpens(true, k)
	w.same(w.group["app/ops"].ID, w.serviceTokens()[0].Service.Owner)
}

func testServicesOfOrganization(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for name, change := range map[string]func(*sso.Service){
		"a group of another organization":  func(s *sso.Service) { s.Groups[0].ID = w.group["web/dev"].ID },
		"no group":                         func(s *sso.Service) { s.Groups[0].ID = "group-unknown" },
		"an owner of another organization": func(s *sso.Service) { s.Owner = w.group["web/dev"].ID },
		"no owner":                         func(s *sso.Service) { s.Owner = "" },
	} {
		k := w.newService("export")
		change(&k.Service)
		if _, err := w.db.CreateServiceToken(t.Context(), by, k); sso.CodeOf(err) != "validation_failed" {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.same(0, len(w.serviceTokens()))
	k := w.service("export")
	last, err := w.db.LastRevocation(t.Context())
	w.ok(err)
	w.ok(w.db.DeleteOrganization(t.Context(), by, w.ent.ID, w.orgs["app"].ID))
	w.serviceOpens(false, k)
	revoked, err := w.db.Revocations(t.Context(), last+1)
	w.ok(err)
	if len(revoked) == 0 || revoked[len(revoked)-1].Enterprise != w.ent.ID {
		t.Errorf("the nodes are told %+v", revoked)
	}
	w.chainHolds()
}

// testServiceGroups: a service leaves a group that is deleted, and every node reads it
// again.
func testServiceGroups(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k := w.service("export")
	last, err := w.db.LastRevocation(t.Context())
	w.ok(err)
	w.ok(w.db.DeleteGroup(t.Context(), by, w.ent.ID, w.group["app/dev"].ID))
	revoked, err := w.db.Revocations(t.Context(), last+1)
	w.ok(err)
	if len(revoked) != 1 || revoked[0].User != sso.UserID(k.Service.ID) {
		t.Errorf("the nodes are told %+v", revoked)
	}
	p, err := w.db.ServicePrincipal(t.Context(), k.Hash)
	w.ok(err)
	w.same(0, len(p.Groups))
}

func testServiceTokenUsed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k := w.service("export")
	now := w.clock.Now().Add(time.Minute)
	for _, use := range []sso.TokenUse{{At: now, Client: "curl/8"}, {At: now.Add(-time.Minute), Client: "earlier"}} {
		w.ok(w.db.UseServiceTokens(t.Context(), map[sso.ServiceTokenID]sso.TokenUse{
			k.ID:          use,
			"svctok-gone": use,
		}))
	}
	k.LastUsedAt, k.LastClient = now.Truncate(time.Minute), "curl/8"
	w.same([]sso.ServiceToken{k}, w.serviceTokens())
	w.ok(w.db.UseServiceTokens(t.Context(), nil))
}

func (f foreign) serviceTokens() calls {
	ctx, db := f.w.Context(), f.w.db
	ent, organization := f.other.ent.ID, f.service.Service.Organization
	return calls{
		"CreateServiceToken": func() (int, error) {
			k := f.w.newService("export")
			k.Service.Enterprise = ent
			_, err := db.CreateServiceToken(ctx, by, k)
			return 0, err
		},
		"ServiceTokens": func() (int, error) {
			all, _, err := db.ServiceTokens(ctx, ent, organization, sso.Page{})
			return len(all), err
		},
		"StandingServiceTokens": func() (int, error) {
			all, err := db.StandingServiceTokens(ctx, ent)
			return len(all), err
		},
		"RevokeServiceToken": func() (int, error) {
			return 0, db.RevokeServiceToken(ctx, by, ent, organization, f.service.ID)
		},
	}
}
