package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// These tests are made from the document: an operation that is added is in them.

// endpoint is one operation of the document.
type endpoint struct {
	method, path string
	op           *huma.Operation
}

func (e endpoint) String() string { return e.method + " " + e.path }

func (f *fixture) endpoints() []endpoint {
	var all []endpoint
	paths := f.api.huma.OpenAPI().Paths
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		ops := operationsOf(paths[path])
		for _, method := range slices.Sorted(maps.Keys(ops)) {
			all = append(all, endpoint{method, path, ops[method]})
		}
	}
	if len(all) < 40 {
		f.Fatalf("only %d operations: this test sees too little", len(all))
	}
	return all
}

// body is one that an operation accepts as far as its form goes.
func (e endpoint) body() any {
	switch {
	case e.op.RequestBody == nil:
		return nil
	case e.op.OperationID == "create-connection":
		return m{"protocol": "saml", "name": "New"}
	case e.op.OperationID == "create-api-token":
		return m{"name": "new", "scopes": []string{"users:read"}}
	case e.op.OperationID == "create-application":
		return m{
			"key":     "new",
			"name":    "New",
			"kind":    "forward-auth",
			"origins": []string{"https://new.test"},
		}
	case strings.HasSuffix(e.path, "/restore"),
		strings.HasSuffix(e.path, "/restore-memberships"):
		return m{"at": "2026-11-24T12:00:00Z"}
	case strings.HasSuffix(e.path, "/reconcile"),
		strings.HasSuffix(e.path, "/sync-preview"),
		strings.HasSuffix(e.path, "/dry-run"):
		return m{}
	case e.op.OperationID == "link-identity":
		return m{"connection": "conn-00000000000000000000000000", "subject": "new"}
	case e.op.OperationID == "merge-user":
		return m{"into": "user-00000000000000000000000000"}
	case e.op.OperationID == "appoint-organization-admin":
		return m{"user": "user-00000000000000000000000000"}
	case e.op.OperationID == "answer-identity-question",
		e.op.OperationID == "answer-subject-change":
		return m{"answer": "refuse"}
	case e.op.OperationID == "decide-move-user":
		return m{"answer": "leave"}
	case strings.HasSuffix(e.path, "/move"), strings.HasSuffix(e.path, "/moves"):
		return m{
			"to": "conn-00000000000000000000000000",
			"by": "login",
		}
	case strings.HasSuffix(e.path, "/held-syncs/approve"),
		strings.HasSuffix(e.path, "/held-syncs/discard"):
		return m{"cause": "group_share"}
	case e.op.OperationID == "update-identity-rules":
		return m{"same_login_and_domain": false}
	case e.op.OperationID == "update-session-rules":
		return m{"single_session": true}
	case e.op.OperationID == "update-attributes":
		return m{"attributes": []m{{"name": "badge", "label": "Badge", "type": "number"}}}
	case strings.HasPrefix(e.op.OperationID, "update-") && strings.HasSuffix(e.op.OperationID, "brand"):
		return m{"product_name": "Northwind"}
	case e.op.OperationID == "permit-enterprise-brand":
		return m{"permission": "allowed"}
	case e.op.OperationID == "update-token-rules":
		return m{"personal": false}
	case e.method == http.MethodPatch:
		return m{"name": "new"}
	case strings.HasSuffix(e.path, "/trust-changes/approve"),
		strings.HasSuffix(e.path, "/trust-changes/refuse"):
		return m{"digest": "9f86d081884c7d659a2feaa0c55ad015"}
	case strings.HasSuffix(e.path, "/setup-links"):
		return m{"for": "Ada"}
	case strings.HasSuffix(e.path, "/provisioning/expect"):
		return m{
			"group":  "engineering",
			"people": 3,
		}
	case strings.HasSuffix(e.path, "/provisioning/expect/read"):
		return m{"group": "engineering"}
	case strings.HasSuffix(e.path, "/provisioning/test"):
		return m{"scim_token": "scimtok-00000000000000000000000000"}
	case strings.HasSuffix(e.path, "/link"):
		return m{"user": "user-00000000000000000000000000"}
	case e.op.OperationID == "create-personal-token":
		return m{
			"name":         "new",
			"applications": []string{"app-00000000000000000000000000"},
			"expires_at":   "2026-11-24T12:00:00Z",
		}
	case e.op.OperationID == "create-service-token":
		return m{
			"name":         "new",
			"owner_group":  "group-00000000000000000000000000",
			"applications": []string{"app-00000000000000000000000000"},
			"expires_at":   "2026-11-24T12:00:00Z",
		}
	case strings.HasSuffix(e.path, "/scim-tokens"):
		return m{"name": "new"}
	case strings.HasSuffix(e.path, "/domains"):
		return m{"name": "new.test"}
	case strings.HasSuffix(e.path, "/groups"):
		return m{"name": "new"}
	}
	return m{"key": "new", "name": "New"}
}

// history is how many changes either enterprise and the instance have seen.
func (f *fixture) history() []int {
	f.Helper()
	var all []int
	for _, id := range []string{f.acme["enterprise"], f.other["enterprise"], ""} {
		n, err := f.db.VerifyAudit(f.Context(), sso.EnterpriseID(id))
		f.ok(err)
		all = append(all, n)
	}
	return all
}

// unchanged asserts that do changes nothing.
func (f *fixture) unchanged(do func()) {
	f.Helper()
	before, revoked := f.history(), f.revoked
	do()
	if diff := cmp.Diff(before, f.history()); diff != "" || f.revoked != revoked {
		f.Errorf("something was changed: %s (%d revocations)", diff, f.revoked-revoked)
	}
}

func TestNoOperationWithoutToken(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	valid := f.token.Reveal()
	unknown := sso.APIToken.New().Reveal()
	given := map[string][]string{
		"none":       nil,
		"empty":      {""},
		"no scheme":  {valid},
		"basic":      {"Basic " + valid},
		"unknown":    {"Bearer " + unknown},
		"cut":        {"Bearer " + valid[:52]},
		"longer":     {"Bearer " + valid + "0"},
		"case":       {"Bearer " + strings.ToUpper(valid)},
		"two spaces": {"Bearer  " + valid},
		"two":        {"Bearer " + valid, "Bearer " + valid},
		"list":       {"Bearer " + valid + ", Bearer " + valid},
		"session":    {"Bearer " + canaryCookie + "acmeada"},
	}
	f.unchanged(func() {
		for _, e := range f.endpoints() {
			for name, values := range given {
				r := f.request(e.method, f.acme.in(e.path), e.body())
				r.Header.Del("Authorization")
				r.Header["Authorization"] = values
				got := f.send(r)
				f.wants(got, 401, "invalid_token")
				want := `Bearer realm="Gatehouse API"`
				if values != nil {
					want += `, error="invalid_token"`
				}
				if got.Header().Get("WWW-Authenticate") != want {
					t.Errorf(
						"%s, %s: %q", e, name, got.Header().Get("WWW-Authenticate"),
					)
				}
			}
		}
	})
	r := f.request("GET", f.acme.in("/enterprises?access_token="+valid), nil)
	r.Header.Del("Authorization")
	f.wants(f.send(r), 401, "invalid_token")
}

func TestExpiredAndRevokedTokens(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	expired := sso.APIToken.New()
	_, err := f.db.CreateToken(t.Context(), sso.ActorOperator, sso.Token{
		Name:      "expired",
		Hash:      expired.Hash(),
		ExpiresAt: time.Now().Add(-time.Second),
	})
	f.ok(err)
	f.wants(
		f.do(
			"GET", f.acme.in("/enterprises"), nil, "Authorization",
			"Bearer "+expired.Reveal(),
		),
		401,
		"invalid_token",
	)
	f.wants(
		f.do(
			"GET", f.acme.in("/enterprises"), nil, "Authorization",
			"bearer "+f.token.Reveal(),
		),
		200,
		"",
	)
	f.ok(f.db.RevokeToken(t.Context(), sso.ActorOperator, "", sso.TokenID(f.actor)))
	f.wants(f.do("GET", f.acme.in("/enterprises"), nil), 401, "invalid_token")
}

// TestForeignIdentifiers is T-IDOR (CVE-2025-64431, CVE-2025-27507): it asks for the other
// enterprise's things in every place, for such as never were, and for what is none: all the same
// answer, and nothing happens.
func TestForeignIdentifiers(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		now := time.Now()
		unknown := world{
			"enterprise":     string(sso.NewID[sso.EnterpriseID](now)),
			"organization":   string(sso.NewID[sso.OrganizationID](now)),
			"group":          string(sso.NewID[sso.GroupID](now)),
			"connection":     string(sso.NewID[sso.ConnectionID](now)),
			"domain":         string(sso.NewID[sso.DomainID](now)),
			"user":           string(sso.NewID[sso.UserID](now)),
			"session":        string(sso.NewID[sso.SessionID](now)),
			"attempt":        string(sso.NewID[sso.AttemptID](now)),
			"held_sync":      string(sso.NewID[sso.HeldSyncID](now)),
			"subject_change": string(sso.NewID[sso.SubjectChangeID](now)),
			"move":           string(sso.NewID[sso.MoveID](now)),
			"question":       string(sso.NewID[sso.QuestionID](now)),
			"test":           string(sso.NewID[sso.TestRunID](now)),
			"application":    string(sso.NewID[sso.ApplicationID](now)),
			"api_token":      string(sso.NewID[sso.TokenID](now)),
			"role":           string(sso.NewID[sso.RoleID](now)),
		}
		bodies := map[string]bool{}
		f.claim("newcomer")
		f.moved()
		f.unchanged(func() {
			for _, e := range f.endpoints() {
				for _, wildcard := range wildcardsOf(e.path) {
					ids := []string{
						unknown[wildcard], "x", f.acme["group"] + "x", "%20",
						strings.ToUpper(f.acme[wildcard]),
					}
					switch wildcard {
					case "enterprise", "application", "api_token", "role": // which belong to no enterprise
					default:
						ids = append(ids, f.other[wildcard], f.acme["enterprise"])
					}
					for _, id := range ids {
						w := maps.Clone(f.acme)
						w[wildcard] = id
						got := f.do(e.method, w.in(e.path), e.body())
						f.wants(got, 404, "not_found")
						bodies[strings.ReplaceAll(
							got.Body.String(), got.text("request_id"), "",
						)] = true
					}
				}
			}
		})
		if len(bodies) != 1 {
			t.Errorf("the answers tell more than that nothing is there: %v", bodies)
		}
	})
}

func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	cases := []struct {
		name, body string
		status     int
		code       string
	}{
		{"empty", "", 400, "bad_request"},
		{"space", " \n", 400, "bad_request"},
		{"cut", `{"name":`, 400, "bad_request"},
		{"not JSON", "name=x", 400, "bad_request"},
		{"comment", `{/**/}`, 400, "bad_request"},
		{"trailing comma", `{"name":"x",}`, 400, "bad_request"},
		{"two values", `{} {}`, 400, "bad_request"},
		{"byte order mark", "\ufeff{}", 400, "bad_request"},
		{"deep", deep, 400, "bad_request"},
		{"deep list", strings.Repeat("[", 9999), 400, "bad_request"},
		{"twice", `{"name":"x","name":"y"}`, 400, "duplicate_parameter"},
		{"twice, escaped", `{"name":"x","n\u0061me":"y"}`, 400, "duplicate_parameter"},
		{"not UTF-8", "{\"name\":\"\xff\"}", 400, "invalid_encoding"},
		{"lone surrogate", `{"name":"\ud800"}`, 400, "bad_request"},
		{
			"too large",
			`{"name":"` + strings.Repeat("x", MaxBody) + `"}`,
			413,
			"body_too_large",
		},
		{"list", `[]`, 422, "validation_failed"},
		{"text", `"x"`, 422, "validation_failed"},
		{"null", `null`, 422, "validation_failed"},
		{"null member", `{"name":null}`, 422, "validation_failed"},
		{"null deep", `{"saml":{"certificates":[null]}}`, 422, "validation_failed"},
		{"unknown member", `{"nome":"x"}`, 422, "validation_failed"},
		{"other case", `{"NAME":"x"}`, 422, "validation_failed"},
		{"wrong type", `{"name":7}`, 422, "validation_failed"},
		{
			"wrong type, deep", `{"name":{"a":["` + canarySecret + `"]}}`, 422,
			"validation_failed",
		},
		{"NUL", `{"key":"x\u0000","name":"x\u0000y","protocol":"saml"}`, 422, ""},
	}
	f.unchanged(func() {
		for _, e := range f.endpoints() {
			if e.op.RequestBody == nil {
				if e.method != http.MethodGet {
					f.wants(
						f.do(e.method, f.acme.in(e.path), `{"force":true}`), 400,
						"bad_request",
					)
				}
				continue
			}
			for _, c := range cases {
				got := f.do(e.method, f.acme.in(e.path), c.body)
				if got.Code != c.status || c.code != "" && got.code() != c.code {
					t.Errorf(
						"%s, %s: got %d %s; want %d %s", e, c.name, got.Code,
						got.Body, c.status, c.code,
					)
				}
			}
			for _, media := range []string{
				"", "text/plain", "application/x-www-form-urlencoded",
				"application/xml", "nonsense;;",
			} {
				got := f.do(
					e.method, f.acme.in(e.path), e.body(), "Content-Type", media,
				)
				f.wants(got, 415, "unsupported_media_type")
			}
		}
	})
}

func TestChunkedBody(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	r := f.request(
		"POST", f.acme.in("/enterprises"), "["+strings.Repeat(" ", MaxBody)+"]",
	)
	r.ContentLength = -1
	f.wants(f.send(r), 413, "body_too_large")
}

func TestQueryParameters(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	f.unchanged(func() {
		for _, e := range f.endpoints() {
			got := f.do(e.method, f.acme.in(e.path)+"?surprise=1", e.body())
			f.wants(got, 422, "validation_failed")
			if diff := cmp.Diff([]string{"surprise"}, got.fields()); diff != "" {
				t.Errorf("%s: %s", e, diff)
			}
			for _, p := range e.op.Parameters {
				if p.In != "query" {
					continue
				}
				f.wants(
					f.do(
						e.method, f.acme.in(e.path)+"?"+p.Name+"=1&"+p.Name+"=2",
						nil,
					),
					400,
					"duplicate_parameter",
				)
				for _, bad := range map[string][]string{
					"limit": {
						"0", "-1", "201", "x", "1e1", "99999999999999999999",
					},
					"cursor":       {"A", "x'y", strings.Repeat("a", 65)},
					"since":        {"yesterday", "2026-13-01T00:00:00Z", "2026-11-24"},
					"status":       {"gone"},
					"outcome":      {"x"},
					"user":         {"x", f.acme["group"]},
					"organization": {"x"},
				}[p.Name] {
					got := f.do(e.method, f.acme.in(e.path)+"?"+p.Name+"="+bad, nil)
					f.wants(got, 422, "validation_failed")
					if diff := cmp.Diff([]string{p.Name}, got.fields()); diff != "" {
						t.Errorf("%s, %s=%s: %s", e, p.Name, bad, diff)
					}
				}
			}
		}
	})
}

func TestMethods(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	allowed := map[string][]string{}
	for _, e := range f.endpoints() {
		allowed[e.path] = append(allowed[e.path], e.method)
	}
	f.unchanged(func() {
		for path, methods := range allowed {
			for _, method := range []string{
				"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
				"BREW",
			} {
				if slices.Contains(methods, method) ||
					method == "HEAD" && slices.Contains(methods, "GET") {
					continue
				}
				got := f.do(method, f.acme.in(path), nil)
				f.wants(got, 405, "method_not_allowed")
				for _, m := range methods {
					if !strings.Contains(got.Header().Get("Allow"), m) {
						t.Errorf(
							"%s %s: Allow: %s", method, path,
							got.Header().Get("Allow"),
						)
					}
				}
			}
		}
		for _, path := range []string{
			"", "x", "enterprises/", "enterprises/" + f.acme["enterprise"] + "/",
			"enterprises/" + f.acme["enterprise"] + "/x", "Enterprises",
			"enterprises//" + f.acme["enterprise"], "enterprises/../enterprises",
			"openapi.json/", "openapi.yaml", "docs", "schemas/Group",
		} {
			f.wants(f.do("GET", Prefix+path, nil), 404, "not_found")
		}
	})
}

// TestReads gets everything that can be read of an enterprise that has one of
// everything; that the answers are as documented, and have no secret in them,
// every request of these tests asserts.
func TestReads(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.claim("newcomer")
		f.moved()
		f.merge("merged")
		f.erase("deleted")
		f.unchanged(func() {
			for _, e := range f.endpoints() {
				if e.method != http.MethodGet || e.op.OperationID == "export-user" { // which is audited
					continue
				}
				got := f.do("GET", f.acme.in(e.path), nil)
				f.wants(got, 200, "")
				if _, list := got.json["items"]; list &&
					len(got.items()) == 0 &&
					e.op.OperationID != "list-certificates" {
					t.Errorf("%s: nothing: %s", e, got.Body)
				}
				head := httptest.NewRecorder()
				f.ServeHTTP(head, f.request("HEAD", f.acme.in(e.path), nil))
				if head.Code != 200 {
					t.Errorf("HEAD %s: %d", e.path, head.Code)
				}
			}
		})
	})
}

// TestLists walks every list one by one and in one go: the same items, each
// once.
func TestLists(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		f.more()
		f.claim("newcomer")
		f.claim("another newcomer")
		f.moved()
		f.moved()
		f.merge("merged")
		f.merge("merged, too")
		f.erase("deleted")
		f.erase("deleted, too")
		lists := 0
		for _, e := range f.endpoints() {
			if !slices.ContainsFunc(e.op.Parameters, func(p *huma.Param) bool {
				return p.Name == "cursor"
			}) {
				continue
			}
			lists++
			all := f.do("GET", f.acme.in(e.path)+"?limit=200", nil)
			var want, got []string
			for _, item := range all.items() {
				want = append(want, fmt.Sprint(item))
			}
			cursor := ""
			for range len(want) + 1 {
				page := f.do("GET", f.acme.in(e.path)+"?limit=1"+cursor, nil)
				f.wants(page, 200, "")
				for _, item := range page.items() {
					got = append(got, fmt.Sprint(item))
				}
				next := page.text("next")
				if next == "" {
					break
				}
				cursor = "&cursor=" + next
			}
			if diff := cmp.Diff(want, got); diff != "" ||
				len(want) < 2 && e.op.OperationID != "list-certificates" ||
				all.json["next"] != nil {
				t.Errorf("%s: %d items: %s", e, len(want), diff)
			}
		}
		if lists < 15 {
			t.Errorf("only %d lists", lists)
		}
	})
}

// more gives the first enterprise three of everything.
func (f *fixture) more() {
	f.Helper()
	f.personalToken(sso.User{
		ID:         sso.UserID(f.acme["user"]),
		Enterprise: sso.EnterpriseID(f.acme["enterprise"]),
	})
	ctx, ent := f.Context(), sso.EnterpriseID(f.acme["enterprise"])
	f.serviceToken(ent, sso.Group{
		ID:           sso.GroupID(f.acme["group"]),
		Organization: sso.OrganizationID(f.acme["organization"]),
	})
	e, err := f.db.Enterprise(ctx, ent)
	f.ok(err)
	c, err := f.db.Connection(ctx, ent, sso.ConnectionID(f.acme["connection"]))
	f.ok(err)
	f.subjectChange(c)
	for i, name := range []string{"grace", "edsger"} {
		o, err := f.db.CreateOrganization(ctx, sso.ActorOperator, sso.Organization{
			Enterprise: ent,
			Key:        name,
			Name:       name,
		})
		f.ok(err)
		_, err = f.db.CreateGroup(ctx, sso.ActorOperator, ent, sso.Group{
			Organization: o.ID,
			Name:         "engineering",
		})
		f.ok(err)
		_, err = f.db.CreateDomain(ctx, sso.ActorOperator, sso.Domain{
			Enterprise: ent,
			Name:       name + ".test",
			TXTRecord:  "x",
		})
		f.ok(err)
		_, err = f.db.CreateConnection(ctx, sso.ActorOperator, sso.Connection{
			Enterprise: ent,
			Name:       name,
			Protocol:   sso.OIDC,
			Provider:   sso.Okta,
			State:      sso.ConnectionDraft,
		})
		f.ok(err)
		_, err = f.db.CreateSetupLink(ctx, sso.ActorOperator, sso.SetupLink{
			Enterprise: ent,
			Token:      sso.NewSecret().Hash(),
			For:        name,
			MaxOpens:   1,
		})
		f.ok(err)
		f.provisioned(f.acme, name)
		for _, person := range []string{name, "ada", "barbara"} {
			s := signIn(e, c, person, time.Now())
			s.Session.Token = sso.Secret(fmt.Sprint(person, i)).Hash()
			u, _, err := f.db.RecordLogin(ctx, s, holding(s.Identity.Groups))
			f.ok(err)
			f.appoint(ent, f.acme["organization"], u.ID)
		}
	}
	_, err = f.db.CreateToken(ctx, sso.ActorOperator, sso.Token{
		Name: "x",
		Hash: sso.NewSecret().Hash(),
	})
	f.ok(err)
	f.wants(f.do("POST", f.acme.in("/enterprises/{enterprise}/connections/{connection}/tests"), nil), 201, "")
}
