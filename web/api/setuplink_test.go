package api

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

func TestSetupLinks(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(setupLinksPath)
		made := f.do("POST", path, m{
			"for":        "Grace at the IT desk",
			"connection": f.acme["connection"],
			"expires_in": 7200,
			"max_opens":  3,
		})
		f.wants(made, 201, "")
		f.did("setup_link.created")
		url := made.text("url")
		token, ok := strings.CutPrefix(url, "https://"+host+"/setup/")
		if !ok ||
			made.json["open"] != true ||
			made.json["opens"] != 0.0 ||
			made.json["max_opens"] != 3.0 ||
			made.text("connection") != f.acme["connection"] {
			t.Errorf("got %s", made.Body)
		}
		l, err := f.db.SetupLinkByToken(t.Context(), sso.Secret(token).Hash())
		f.ok(err)
		if string(l.ID) != made.text("id") ||
			l.ExpiresAt.Sub(l.CreatedAt).Round(0).Seconds() < 7190 {
			t.Errorf("got %+v", l)
		}
		list := f.do("GET", path, nil)
		f.wants(list, 200, "")
		if strings.Contains(list.Body.String(), token) || len(list.items()) != 2 {
			t.Errorf("the list has the url, or %d links", len(list.items()))
		}
		f.wants(f.do("DELETE", path+"/"+made.text("id"), nil), 204, "")
		f.did("setup_link.revoked")
		if _, err := f.db.SetupLinkByToken(
			t.Context(), sso.Secret(token).Hash(),
		); sso.CodeOf(err) != "setup_link_gone" {
			t.Errorf("a revoked link opens: %v", err)
		}
		for name, body := range map[string]m{
			"no one": {"for": " "},
			"another company's connection": {
				"for":        "x",
				"connection": f.other["connection"],
			},
			"a connection that is none":       {"for": "x", "connection": "conn-x"},
			"a minute":                        {"for": "x", "expires_in": 60},
			"two months":                      {"for": "x", "expires_in": 60 * 24 * 3600},
			"more often than can be meant":    {"for": "x", "max_opens": 101},
			"a name with a direction in it":   {"for": "x\u202ey"},
			"a name that is longer than long": {"for": strings.Repeat("x", 300)},
		} {
			if got := f.do("POST", path, body); got.Code != 422 {
				t.Errorf("%s: %d %s", name, got.Code, got.Body)
			}
		}
	})
}

// TestSetupLinkIsToldOnce: what is kept for a repetition opens nothing.
func TestSetupLinkIsToldOnce(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(setupLinksPath)
		first := f.do("POST", path, m{"for": "Grace"}, keyHeader, "k")
		f.wants(first, 201, "")
		again := f.do("POST", path, m{"for": "Grace"}, keyHeader, "k")
		f.wants(again, 201, "")
		if first.text("url") == "" ||
			again.json["url"] != nil ||
			again.text("id") != first.text("id") ||
			again.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("got %s, then %s", first.Body, again.Body)
		}
	})
	dsn := storetest.SQLite(t)
	f := newFixture(t, func(testing.TB) string { return dsn })
	made := f.do(
		"POST", f.acme.in(setupLinksPath), m{"for": "Grace"}, keyHeader, "k",
	)
	token := made.text("url")[len("https://"+host+"/setup/"):]
	rows, err := storetest.Raw(t, dsn).Query("select body from idempotency_keys")
	f.ok(err)
	defer rows.Close() //nolint:errcheck // of a test
	kept := ""
	for rows.Next() {
		var body string
		f.ok(rows.Scan(&body))
		kept += body
	}
	f.ok(rows.Err())
	if !strings.Contains(kept, made.text("id")) || strings.Contains(kept, token) {
		t.Errorf("kept is %s", fmt.Sprint(kept))
	}
}
