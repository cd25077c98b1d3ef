package api

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

func (f *fixture) certificate() string {
	f.Helper()
	return pemOf(f.pair().Certificate)
}

// byHand is a SAML connection that can be enabled.
func (f *fixture) byHand() m {
	return m{
		"name":     "Employees",
		"protocol": "saml",
		"provider": "okta",
		"saml": m{
			"idp_entity_id":       "https://idp.test",
			"sso_url":             "https://idp.test/sso",
			"certificates":        []string{f.certificate()},
			"allow_idp_initiated": "off",
		},
		"group_sync": m{"mode": "add-only"},
		"mapping":    m{"groups": []string{"teams"}},
	}
}

// part is a member of a member.
func (r reply) part(names ...string) any {
	var v any = r.json
	for _, name := range names {
		object, _ := v.(m)
		v = object[name]
	}
	return v
}

func TestConnectionLife(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		w["connection"] = f.made(enterprisePath+"/connections", f.byHand())
		f.did("connection.created")
		made := f.do("GET", w.in(connectionPath), nil)
		base := "https://sso.example/saml/" + w["connection"]
		if diff := cmp.Diff(m{
			"entity_id":    base + "/metadata",
			"acs_url":      base + "/acs",
			"slo_url":      base + "/slo",
			"metadata_url": base + "/metadata",
			"encryption_certificate": made.part(
				"service_provider", "encryption_certificate",
			),
		}, made.part("service_provider")); diff != "" {
			t.Error(diff)
		}
		if s, _ := made.part(
			"service_provider", "encryption_certificate",
		).(string); !strings.HasPrefix(s, "-----BEGIN CERTIFICATE-----\n") {
			t.Errorf("encryption_certificate %q", s)
		}
		if made.text("state") != "draft" ||
			made.Header().Get("ETag") != `"1"` ||
			made.part("live") != nil ||
			made.part("relying_party") != nil ||
			made.part("draft", "saml", "allow_idp_initiated") != "off" ||
			made.part("draft", "group_sync", "mode") != "add-only" ||
			made.text("sign_in_url") != "https://sso.example/login/sso?connection="+
				w["connection"]+"&enterprise_key=acme" {
			t.Errorf("%s", made.Body)
		}
		got := f.do("POST", w.in(connectionPath+"/enable"), nil)
		f.wants(got, 200, "")
		f.did("connection.enabled")
		if got.text("state") != "enabled" ||
			got.part("draft") != nil ||
			got.part("live", "version") != 1.0 ||
			got.Header().Get("ETag") != `"2"` {
			t.Errorf("%s", got.Body)
		}
		got = f.do("PATCH", w.in(connectionPath), m{
			"group_sync": m{"mode": "reset"},
			"saml":       m{"allow_sha1": true},
		})
		if got.part("live", "group_sync", "mode") != "add-only" ||
			got.part("draft", "group_sync", "mode") != "reset" ||
			got.part("draft", "mapping", "groups").([]any)[0] != "teams" {
			t.Errorf("an edit reached the people: %s", got.Body)
		}
		if warnings, _ := got.part("warnings").([]any); len(warnings) != 1 ||
			warnings[0].(m)["field"] != "saml.allow_sha1" {
			t.Errorf("%s", got.Body)
		}
		if got := f.do(
			"DELETE", w.in(connectionPath+"/draft"), nil,
		); got.Code != 200 || got.part("draft") != nil {
			t.Errorf("%s", got.Body)
		}
		f.wants(
			f.do("POST", w.in(connectionPath+"/rollback"), nil), 409,
			"nothing_to_roll_back",
		)
		f.wants(
			f.do("PATCH", w.in(connectionPath), m{
				"group_sync": m{"mode": "reset-synced"},
			}),
			200,
			"",
		)
		f.wants(f.do("POST", w.in(connectionPath+"/enable"), nil), 200, "")
		got = f.do("POST", w.in(connectionPath+"/rollback"), nil)
		if got.part("live", "group_sync", "mode") != "add-only" ||
			got.part("previous", "group_sync", "mode") != "reset-synced" {
			t.Errorf("%s", got.Body)
		}
		before := got.part("service_provider", "encryption_certificate")
		if got := f.do("POST", w.in(connectionPath+"/rotate-key"), nil); got.Code != 200 ||
			got.part("service_provider", "encryption_certificate") == before {
			t.Errorf("%s", got.Body)
		}
		if got := f.do("POST", w.in(connectionPath+"/disable"), nil); got.text("state") != "disabled" {
			t.Errorf("the state is %s", got.text("state"))
		}
		if got := f.do("GET", w.in(connectionPath+"/certificates"), nil); len(got.items()) != 1 ||
			got.items()[0].(m)["source"] != "manual" {
			t.Errorf("%s", got.Body)
		}
		f.wants(f.do("DELETE", w.in(connectionPath), nil), 204, "")
		f.wants(f.do("GET", w.in(connectionPath), nil), 404, "not_found")
		if f.revoked != 0 { // no user signed in through it
			t.Errorf("%d revocations announced although no session ended", f.revoked)
		}
	})
}

// TestDeletingTheOnlyWayIn: who would be locked out is named, and nothing is done.
func TestDeletingTheOnlyWayIn(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		f.unchanged(func() {
			f.wants(f.do("DELETE", w.in(connectionPath), nil), 409, "would_lock_out")
		})
		f.wants(f.do("POST", w.in(connectionPath+"/disable"), nil), 200, "")
		f.wants(f.do("DELETE", w.in(connectionPath), nil), 204, "")
	})
}

// TestLastConnectionWhileEnforced: what is refused in one step is refused in two.
func TestLastConnectionWhileEnforced(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		id := sso.EnterpriseID(w["enterprise"])
		storetest.Enforce(t, f.db, id)
		f.unchanged(func() {
			f.wants(
				f.do("POST", w.in(connectionPath+"/disable"), nil), 409,
				"would_lock_out",
			)
			f.wants(f.do("DELETE", w.in(connectionPath), nil), 409, "would_lock_out")
		})
		if err := f.db.EnforceSSO(t.Context(), "x", id, false, ""); err != nil {
			t.Fatal(err)
		}
		f.wants(f.do("POST", w.in(connectionPath+"/disable"), nil), 200, "")
		f.wants(f.do("DELETE", w.in(connectionPath), nil), 204, "")
	})
}

// TestIfMatch tests a change from a revision that another change has replaced.
func TestIfMatch(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(connectionPath)
		tag := f.do("GET", path, nil).Header().Get("ETag")
		f.wants(f.do("PATCH", path, m{"name": "One"}, "If-Match", tag), 200, "")
		before := f.history()
		for _, stale := range []string{
			tag, `"x"`, "1", `W/"2"`, `"2", "3"`, `"-1"`, `"02"`, `""`,
		} {
			f.wants(
				f.do("PATCH", path, m{"name": "Two"}, "If-Match", stale), 412,
				"connection_changed",
			)
		}
		if diff := cmp.Diff(before, f.history()); diff != "" {
			t.Error(diff)
		}
		for _, fine := range []string{`"2"`, "*", ""} {
			f.wants(
				f.do("PATCH", path, m{"name": "Three"}, "If-Match", fine), 200, "",
			)
		}
		// Ten at once, from the same revision: one is right.
		tag = f.do("GET", path, nil).Header().Get("ETag")
		var group sync.WaitGroup
		codes := make(chan int, 10)
		for i := range cap(codes) {
			r := f.request(
				"PATCH", path, m{"name": fmt.Sprint("At once ", i)}, "If-Match", tag,
			)
			group.Go(func() {
				w := httptest.NewRecorder()
				f.ServeHTTP(w, r)
				codes <- w.Code
			})
		}
		group.Wait()
		close(codes)
		won := 0
		for code := range codes {
			if code == 200 {
				won++
			} else if code != 412 {
				t.Errorf("at once: %d", code)
			}
		}
		if won != 1 {
			t.Errorf("%d of 10 changed the same revision", won)
		}
	})
}

// TestStateChangesOfOneRevision tests If-Match of the changes of state, which apply
// to any revision without it.
func TestStateChangesOfOneRevision(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		w["connection"] = f.made(enterprisePath+"/connections", f.byHand())
		path := w.in(connectionPath)
		prepare := func() {
			f.wants(f.do("POST", path+"/enable", nil), 200, "")
			f.wants(f.do("PATCH", path, m{"group_sync": m{"mode": "add-only"}}), 200, "")
			f.wants(f.do("POST", path+"/enable", nil), 200, "")
			f.wants(f.do("PATCH", path, m{"group_sync": m{"mode": "reset-synced"}}), 200, "")
		}
		for _, change := range []struct{ method, path string }{
			{"POST", "/enable"}, {"POST", "/disable"}, {"POST", "/rollback"}, {"DELETE", "/draft"},
		} {
			prepare()
			looked := f.do("GET", path, nil).Header().Get("ETag")
			f.wants(f.do("PATCH", path, m{"group_sync": m{"mode": "reset"}}), 200, "")
			current := f.do("GET", path, nil).Header().Get("ETag")
			before := f.history()
			for _, stale := range []string{looked, `"x"`, "1", `"-1"`} {
				f.wants(
					f.do(change.method, path+change.path, nil, "If-Match", stale), 412,
					"connection_changed",
				)
			}
			if diff := cmp.Diff(before, f.history()); diff != "" {
				t.Error(diff)
			}
			got := f.do(change.method, path+change.path, nil, "If-Match", current)
			f.wants(got, 200, "")
			if tag := got.Header().Get("ETag"); tag == current {
				t.Errorf("%s: the ETag is still %s", change.path, tag)
			}
			for _, any := range []string{"", "*"} {
				prepare()
				f.wants(f.do(change.method, path+change.path, nil, "If-Match", any), 200, "")
			}
		}
	})
}

func TestConnectionInput(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		const path = enterprisePath + "/connections"
		saml := func(part m) m {
			return m{
				"name":     "x",
				"protocol": "saml",
				"saml":     part,
			}
		}
		f.unchanged(func() {
			for _, c := range []struct {
				body  m
				field string
			}{
				{m{"name": "x"}, "protocol"},
				{m{"name": "x", "protocol": "ldap"}, "protocol"},
				{m{"protocol": "saml"}, "name"},
				{m{"protocol": "saml", "name": "x", "provider": "x"}, "provider"},
				{saml(m{"sso_url": "http://idp.example/sso"}), "saml.sso_url"},
				{saml(m{"sso_url": "javascript:alert(1)"}), "saml.sso_url"},
				{saml(m{"metadata_xml": "<x>"}), "saml.metadata_xml"},
				{saml(m{"metadata_url": "file:///etc/passwd"}), "saml.metadata_url"},
				{saml(m{"certificates": []string{"x"}}), "saml.certificates[0]"},
				{saml(m{"allow_idp_initiated": "always"}), "saml.allow_idp_initiated"},
				{saml(m{"clock_skew_seconds": 301}), "saml.clock_skew_seconds"},
				{saml(m{"clock_skew_seconds": 1.5}), "saml.clock_skew_seconds"},
				{saml(m{"surprise": 1}), "saml.surprise"},
				{saml(m{"slo_url": nil}), "saml.slo_url"},
				{saml(m{"certificates": []any{nil}}), "saml.certificates.0"},
				{m{"name": "x", "protocol": "oidc", "saml": m{}}, "saml"},
				{m{"name": "x", "protocol": "saml", "oidc": m{}}, "oidc"},
				{
					m{
						"name":     "x",
						"protocol": "oidc",
						"oidc":     m{"token_endpoint_auth_method": "none"},
					},
					"oidc.token_endpoint_auth_method",
				},
				{
					m{
						"name":       "x",
						"protocol":   "saml",
						"group_sync": m{"mode": "keep"},
					},
					"group_sync.mode",
				},
				{
					m{
						"name":       "x",
						"protocol":   "saml",
						"group_sync": m{"on_overage": "clear"},
					},
					"group_sync.on_overage",
				},
				{
					m{
						"name":     "x",
						"protocol": "saml",
						"mapping":  m{"include": "("},
					},
					"mapping.include",
				},
				{
					m{
						"name":     "x",
						"protocol": "saml",
						"mapping":  m{"login": "x"},
					},
					"mapping.login",
				},
				{m{"name": "x", "protocol": "saml", "provisioning": "x"}, "provisioning"},
				{
					m{
						"name":               "x",
						"protocol":           "saml",
						"email_verification": m{"mode": "expression"},
					},
					"email_verification.expression",
				},
				{m{"name": "x", "protocol": "saml", "state": "enabled"}, "state"},
				{m{"name": "x", "protocol": "saml", "Revision": 1}, "Revision"},
				{m{"name": "x", "protocol": "saml", "revision": 1}, "revision"},
			} {
				got := f.do("POST", w.in(path), c.body)
				if got.Code != 422 ||
					len(got.fields()) == 0 ||
					got.fields()[0] != c.field {
					t.Errorf(
						"%v: got %d %s; want 422 about %s", c.body, got.Code,
						got.Body, c.field,
					)
				}
			}
			f.wants(
				f.do("PATCH", w.in(connectionPath), m{"protocol": "saml"}), 422,
				"validation_failed",
			)
		})
		// What is missing is said when it is enabled, all at once.
		w["connection"] = f.made(path, m{"name": "Bare", "protocol": "saml"})
		got := f.do("POST", w.in(connectionPath+"/enable"), nil)
		f.wants(got, 422, "connection_incomplete")
		if diff := cmp.Diff(
			[]string{"saml.idp_entity_id", "saml.sso_url", "saml.certificates"},
			got.fields(),
		); diff != "" {
			t.Error(diff)
		}
		f.wants(
			f.do("DELETE", w.in(connectionPath+"/draft"), nil), 409, "never_enabled",
		)
	})
}

// TestClientSecret goes in and stays in: every answer of these tests is searched
// for it.
func TestClientSecret(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		w["connection"] = f.made(enterprisePath+"/connections", m{
			"name":     "x",
			"protocol": "oidc",
			"oidc":     m{"client_id": "gatehouse"},
		})
		got := f.do("GET", w.in(connectionPath), nil)
		if got.part("draft", "oidc", "has_client_secret") != false ||
			got.part("relying_party", "redirect_uri") != "https://sso.example/oidc/"+
				w["connection"]+"/callback" ||
			got.part("relying_party", "certificate") != nil ||
			got.part("service_provider") != nil {
			t.Errorf("%s", got.Body)
		}
		got = f.do("PATCH", w.in(connectionPath), m{
			"oidc": m{"client_secret": canarySecret},
		})
		if got.part("draft", "oidc", "has_client_secret") != true {
			t.Errorf("%s", got.Body)
		}
		c, err := f.db.Connection(
			t.Context(), sso.EnterpriseID(w["enterprise"]),
			sso.ConnectionID(w["connection"]),
		)
		if err != nil || c.Draft.OIDC.ClientSecret.Reveal() != canarySecret {
			t.Errorf("the secret was not stored (%v)", err)
		}
		f.wants(
			f.do("PATCH", w.in(connectionPath), m{
				"oidc": m{"client_secret": []string{canarySecret}},
			}),
			422,
			"validation_failed",
		)
		f.wants(
			f.do("PATCH", w.in(connectionPath), m{
				"oidc": m{"secret": canarySecret},
			}),
			422,
			"validation_failed",
		)
		f.wants(
			f.do(
				"PATCH", w.in(connectionPath),
				`{"oidc":{"client_secret":"`+canarySecret+`"`,
			),
			400,
			"bad_request",
		)
		f.wants(f.do("POST", w.in(connectionPath+"/rotate-key"), nil), 409, "no_key")
		f.wants(
			f.do("PATCH", w.in(connectionPath), m{
				"oidc": m{"token_endpoint_auth_method": "private_key_jwt"},
			}),
			200,
			"",
		)
		f.wants(f.do("POST", w.in(connectionPath+"/rotate-key"), nil), 200, "")
		f.wants(f.do("GET", w.in(enterprisePath+"/audit-events"), nil), 200, "")
	})
}

func TestRefreshMetadata(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w, pair := f.acme, f.pair()
		status := http.StatusOK
		idp := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
			out.WriteHeader(status)
			fmt.Fprintf(
				out,
				`<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.test"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">`+
					`<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>%s</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`+
					`<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.test/sso"/></IDPSSODescriptor></EntityDescriptor>`,
				base64.StdEncoding.EncodeToString(pair.Certificate),
			)
		}))
		t.Cleanup(idp.Close)
		w["connection"] = f.made(enterprisePath+"/connections", m{
			"name":     "x",
			"protocol": "saml",
			"saml":     m{"metadata_url": idp.URL},
		})
		f.wants(f.do("POST", w.in(connectionPath+"/enable"), nil), 200, "")
		got := f.do("POST", w.in(connectionPath+"/refresh-metadata"), nil)
		if got.Code != 200 ||
			got.json["changed"] != false ||
			got.part("connection", "metadata", "error") != nil ||
			got.part("connection", "live", "saml", "metadata_url") != idp.URL {
			t.Errorf("%s", got.Body)
		}
		status = http.StatusInternalServerError
		got = f.do("POST", w.in(connectionPath+"/refresh-metadata"), nil)
		if got.Code != 502 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
	})
}

func (f *fixture) pair() sso.KeyPair {
	f.Helper()
	pair, err := keyPair()
	f.ok(err)
	return pair
}

func TestDomains(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		w["domain"] = f.made(
			enterprisePath+"/domains", m{"name": "Acme-Corp.example"},
		)
		got := f.do("GET", w.in(domainPath), nil)
		if got.text("name") != "acme-corp.example" ||
			got.json["verified_at"] != nil ||
			got.text("txt_name") != "_gatehouse-challenge.acme-corp.example" {
			t.Errorf("%s", got.Body)
		}
		f.wants(
			f.do(
				"POST", w.in(enterprisePath+"/domains"),
				m{"name": "acme-corp.example"},
			),
			409,
			"domain_taken",
		)
		for _, bad := range []string{
			"", "x", "com", "gmail.com", "127.0.0.1", "https://acme.example",
			"a b.example", "a..example",
		} {
			f.wants(
				f.do("POST", w.in(enterprisePath+"/domains"), m{"name": bad}),
				422,
				"domain_invalid",
			)
		}
		f.wants(
			f.do("POST", w.in(domainPath+"/verify"), nil), 422,
			"domain_not_verified",
		)
		f.records[got.text("txt_name")] = []string{
			"v=spf1 -all", got.text("txt_record"),
		}
		if got := f.do(
			"POST", w.in(domainPath+"/verify"), nil,
		); got.Code != 200 || got.json["verified_at"] == nil {
			t.Errorf("%s", got.Body)
		}
		f.did("domain.verified")
		f.wants(f.do("DELETE", w.in(domainPath), nil), 204, "")
		f.wants(f.do("GET", w.in(domainPath), nil), 404, "not_found")
	})
}
