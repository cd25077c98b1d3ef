package api

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store"
)

// tester tests connections as in production.
func (f *fixture) tester(log *slog.Logger) *provisioning.Service {
	return provisioning.New(provisioning.Options{
		Users:       f.db,
		Groups:      f.db,
		Connections: f.db,
		Checks:      provisioning.NewTokens(f.db, time.Now),
		CursorKeys:  []sso.Secret{"key"},
		Log:         log,
		Now:         time.Now,
		Rehearse: func(
			ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, provisioning.Records) error,
		) error {
			return f.db.Rehearse(ctx, ent, func(ctx context.Context, db *store.DB) error {
				return fn(ctx, provisioning.Records{
					Users:       db,
					Groups:      db,
					Connections: db,
				})
			})
		},
	})
}

func TestReachability(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(connectionPath) + "/provisioning/reachability"
		none := f.do("GET", path, nil)
		f.wants(none, 200, "")
		if none.json["reached"] != false || none.json["with_token"] != nil {
			t.Errorf("got %s", none.Body)
		}
		at := time.Now().Truncate(time.Second).UTC()
		one := sso.ProvisioningContact{
			At:      at,
			Remote:  "192.0.2.1",
			Client:  "Azure AD",
			Request: "GET /Users",
			Status:  200,
		}
		f.ok(f.db.RecordContacts(t.Context(), map[sso.ContactKey]sso.ProvisioningContacts{{
			Connection: sso.ConnectionID(f.acme["connection"]),
			Known:      true,
		}: {First: one, Last: one}}))
		got := f.do("GET", path, nil)
		f.wants(got, 200, "")
		if got.json["reached"] != true || got.json["without_token"] != nil ||
			!strings.Contains(got.Body.String(), `"remote":"192.0.2.1"`) {
			t.Errorf("got %s", got.Body)
		}
	})
}

// TestProvisioningTest: a test tells what each request would be answered, by the record
// of a token or by its value, and leaves nothing.
func TestProvisioningTest(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		made := f.do("POST", f.acme.in(scimTokensPath), m{
			"name":   "narrow",
			"scopes": []string{"users:write"},
		})
		f.wants(made, 201, "")
		path := f.acme.in(connectionPath) + "/provisioning/test"
		left := func() string {
			events := f.do("GET", f.acme.in(connectionPath)+"/provisioning/events", nil)
			refusals := f.do("GET", f.acme.in(connectionPath)+"/provisioning/refusals", nil)
			return events.Body.String() + refusals.Body.String()
		}
		before := left()
		for name, body := range map[string]m{
			"record": {"scim_token": made.text("id")},
			"value":  {"token": made.text("token")},
		} {
			got := f.do("POST", path, body)
			f.wants(got, 200, "")
			steps, _ := got.json["steps"].([]any)
			if got.json["passed"] != false || got.text("scim_token") != made.text("id") || len(steps) != 12 {
				t.Fatalf("%s: %s", name, got.Body)
			}
			find, _ := steps[2].(map[string]any)
			if find["step"] != "find-group" || find["status"] != 403.0 || find["code"] != "scim_scope_missing" {
				t.Errorf("%s: %v", name, find)
			}
		}
		if after := left(); after != before {
			t.Errorf("left behind: %s", after)
		}
		f.wants(f.do("POST", path, m{}), 422, "validation_failed")
	})
}

// TestSetupLinkIntents: a link opens what its creator chose; by default single sign-on
// and what belongs to it.
func TestSetupLinkIntents(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(setupLinksPath)
		made := f.do("POST", path, m{"for": "Grace"})
		f.wants(made, 201, "")
		if !strings.Contains(made.Body.String(), `"intents":["sign-on","domain","groups"]`) {
			t.Errorf("got %s", made.Body)
		}
		made = f.do("POST", path, m{
			"for":        "Grace",
			"connection": f.acme["connection"],
			"intents":    []string{"groups", "provisioning", "groups"},
		})
		f.wants(made, 201, "")
		if !strings.Contains(made.Body.String(), `"intents":["provisioning","groups"]`) {
			t.Errorf("got %s", made.Body)
		}
		f.wants(f.do("POST", path, m{"for": "Grace", "intents": []string{"everything"}}), 422, "validation_failed")
		f.wants(f.do("POST", path, m{"for": "Grace", "intents": []string{"provisioning"}}), 422, "validation_failed")
	})
}
