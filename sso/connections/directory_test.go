package connections_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

func reader(tenant, clientID, secret string) connections.Edit {
	s := sso.Secret(secret)
	return connections.Edit{Directory: &connections.DirectoryEdit{
		Tenant:       &tenant,
		ClientID:     &clientID,
		ClientSecret: &s,
	}}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	edit := func(e connections.Edit) *sso.Directory {
		t.Helper()
		_, _, err := w.Edit(t.Context(), by, w.ent, c.ID, e)
		w.ok(err)
		return w.load(c.ID).Draft.Directory
	}
	w.same(&sso.Directory{
		Tenant:       "contoso.example",
		ClientID:     "reader",
		ClientSecret: "canary-secret",
	}, edit(reader("contoso.example", "reader", "canary-secret")))
	yes := true
	w.same(&sso.Directory{
		Tenant:       "contoso.example",
		ClientID:     "reader",
		ClientSecret: "canary-secret",
		ByID:         true,
	}, edit(connections.Edit{Directory: &connections.DirectoryEdit{ByID: &yes}}))
	live, err := w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	if live.Live.Directory == nil ||
		live.Live.Directory.ClientSecret != "canary-secret" {
		t.Errorf("live: %+v", live.Live.Directory)
	}
	if got := edit(reader("", "", "")); got != nil {
		t.Errorf("taken away: %+v", got)
	}
	if w.load(c.ID).Live.Directory.ClientSecret != "canary-secret" {
		t.Error("an edit of the draft changed what is live")
	}
}

func TestBadDirectory(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	bad := func(e connections.Edit, fields ...string) refused {
		return refused{e, "invalid_configuration", fields}
	}
	empty := ""
	w.refuses(c, map[string]refused{
		"a path": bad(
			reader("../evil", "reader", "x"), "directory.tenant",
		),
		"an address": bad(
			reader("https://contoso.example", "reader", "x"), "directory.tenant",
		),
		"no tenant": bad(reader("", "reader", "x"), "directory.tenant"),
		"every tenant": bad(
			reader("Common", "reader", "x"), "directory.tenant",
		),
		"too long a tenant": bad(
			reader(strings.Repeat("a", 254), "reader", "x"), "directory.tenant",
		),
		"no application": bad(
			reader("contoso.example", "", "x"), "directory.client_id",
		),
		"odd application": bad(
			reader("contoso.example", "rea\u202eder", "x"), "directory.client_id",
		),
		"the placeholder": bad(
			reader("contoso.example", "reader", "[redacted]"),
			"directory.client_secret",
		),
		"too long a secret": bad(
			reader("contoso.example", "reader", strings.Repeat("x", 1025)),
			"directory.client_secret",
		),
		"a secret with NUL": bad(
			reader("contoso.example", "reader", "canary\x00"),
			"directory.client_secret",
		),
		"half of it": bad(connections.Edit{
			Directory: &connections.DirectoryEdit{
				Tenant:       &empty,
				ClientSecret: new(sso.Secret),
			},
			Name: &empty,
		}, "name"),
		"everything at once": bad(
			reader("../evil", " ", "[redacted]"), "directory.client_secret",
			"directory.tenant", "directory.client_id",
		),
	})
	_, _, err := w.Edit(
		t.Context(), by, w.ent, c.ID, reader("contoso.example", "reader", ""),
	)
	w.ok(err)
	_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	if sso.CodeOf(err) != "connection_incomplete" ||
		strings.Join(blamed(err), " ") != "directory.client_secret" {
		t.Errorf("enabled without a secret: %v", err)
	}
}
