package api

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestRegressions are flaws that were published about other administrative
// interfaces. docs/regressions.md lists them all.
func TestRegressions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*testing.T, *fixture){
		"CVE-2020-15223 a revocation that did not happen":        revocationFails,
		"CVE-2026-15630 one object is named, another is changed": mismatchedIDs,
		"CVE-2026-55670 names used again":                        recycledNames,
		"CVE-2024-46999 a user who is switched off":              switchedOff,
		"CVE-2026-27840 a token cut short":                       cutToken,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newFixture(t, storetest.SQLite))
		})
	}
}

// stuck is a store that cannot end sessions or deactivate users.
type stuck struct{ *store.DB }

var errDisk = errors.New("the disk is full")

func (stuck) RevokeSession(context.Context, sso.Actor, sso.EnterpriseID, sso.SessionID) error {
	return errDisk
}

func (stuck) RevokeUserSessions(context.Context, sso.Actor, sso.EnterpriseID, sso.UserID) (int, error) {
	return 0, errDisk
}

func (stuck) DeleteConnection(
	context.Context, sso.Actor, sso.EnterpriseID, sso.ConnectionID, func(sso.ConnectionReach) error,
) error {
	return errDisk
}

func (stuck) UpdateUser(
	context.Context, sso.Actor, sso.EnterpriseID, sso.UserID, func(sso.User) (sso.User, error),
) (sso.User, error) {
	return sso.User{}, &sso.Error{
		Kind:   sso.Unavailable,
		Code:   "temporarily_unavailable",
		Public: "Not now.",
	}
}

func revocationFails(t *testing.T, f *fixture) {
	whole := f.api.Directory
	f.api.Directory = directory.New(directory.Options{
		Users:    stuck{f.db},
		Sessions: stuck{f.db},
	})
	f.api.Setup.Connections = stuck{f.db}
	f.unchanged(func() {
		for call, want := range map[string]int{
			"DELETE " + enterprisePath + "/sessions/{session}": 500,
			"DELETE " + userPath + "/sessions":                 500,
			"DELETE " + connectionPath:                         500,
			"POST " + userPath + "/deactivate":                 503,
		} {
			method, path, _ := strings.Cut(call, " ")
			got := f.do(method, f.acme.in(path), nil)
			if got.Code != want || strings.Contains(got.Body.String(), "disk") {
				t.Errorf("%s: %d %s, want %d", call, got.Code, got.Body, want)
			}
		}
	})
	if _, err := f.db.Principal(t.Context(), sso.Secret(canaryCookie+"acmeada").Hash()); err != nil {
		t.Errorf("this test looks at nothing: %v", err)
	}
	f.api.Directory = whole
	f.wants(f.do("DELETE", f.acme.in(userPath+"/sessions"), nil), 204, "")
	if f.revoked != 1 {
		t.Errorf("%d revocations announced", f.revoked)
	}
}

// mismatchedIDs: what is changed is named by the path alone. No body and no query
// has a place for another name; a body may name an object of another kind.
func mismatchedIDs(t *testing.T, f *fixture) {
	f.unchanged(func() {
		for _, e := range f.endpoints() {
			for _, name := range []string{
				"id", "enterprise", "enterprise_id", "user", "group", "connection",
				"organization", "ID",
			} {
				body, ok := e.body().(m)
				if e.op.OperationID == "create-api-token" && name == "enterprise" {
					continue // the path names none; TestTokensMakeNoMoreThanTheyHave is about it
				}
				if _, named := body[name]; ok && !named {
					crossed := m{name: f.other["enterprise"]}
					for k, v := range body {
						crossed[k] = v
					}
					if got := f.do(e.method, f.acme.in(e.path), crossed); got.Code != 422 {
						t.Errorf(
							"%s with a %s in the body: %d %s", e, name, got.Code,
							got.Body,
						)
					}
				}
				known := false
				for _, p := range e.op.Parameters {
					known = known || p.In == "query" && p.Name == name
				}
				if known {
					continue
				}
				if got := f.do(
					e.method, f.acme.in(e.path)+"?"+name+"="+f.other["user"],
					e.body(),
				); got.Code != 422 {
					t.Errorf(
						"%s with a %s in the query: %d %s", e, name, got.Code,
						got.Body,
					)
				}
			}
		}
	})
}

// recycledNames: an enterprise of an old key has nothing of the old enterprise.
func recycledNames(t *testing.T, f *fixture) {
	old := f.acme
	f.wants(f.do("DELETE", old.in(enterprisePath), nil), 204, "")
	made := f.do("POST", old.in("/enterprises"), m{
		"key":  "acme",
		"name": "Company acme",
	})
	f.wants(made, 201, "")
	again := world{}
	for wildcard, id := range old {
		again[wildcard] = id
	}
	again["enterprise"] = made.text("id")
	if again["enterprise"] == old["enterprise"] {
		t.Fatal("an identifier was used again")
	}
	for _, path := range []string{
		userPath, connectionPath, organizationPath, groupPath,
		enterprisePath + "/attempts/{attempt}",
	} {
		f.wants(f.do("GET", again.in(path), nil), 404, "not_found")
		f.wants(f.do("GET", old.in(path), nil), 404, "not_found")
	}
	for _, path := range []string{
		"/users", "/connections", "/organizations", "/groups", "/attempts",
		"/sync-records", "/domains",
	} {
		if got := f.do("GET", again.in(enterprisePath+path), nil); got.Code != 200 || len(got.items()) != 0 {
			t.Errorf("%s: %d %s", path, got.Code, got.Body)
		}
	}
	if _, err := f.db.Principal(
		t.Context(), sso.Secret(canaryCookie+"acmeada").Hash(),
	); sso.CodeOf(err) != "session_ended" {
		t.Errorf("an old session opens something: %v", err)
	}
}

// switchedOff: their sessions have ended when the answer comes, and a sign-in
// that was under way ends nowhere.
func switchedOff(t *testing.T, f *fixture) {
	f.wants(f.do("POST", f.acme.in(userPath+"/deactivate"), nil), 200, "")
	if _, err := f.db.Principal(
		t.Context(), sso.Secret(canaryCookie+"acmeada").Hash(),
	); sso.CodeOf(err) != "session_ended" || f.revoked != 1 {
		t.Errorf("%v, %d revocations announced", err, f.revoked)
	}
	e := sso.Enterprise{ID: sso.EnterpriseID(f.acme["enterprise"]), Key: "acme"}
	s := signIn(
		e, sso.Connection{ID: sso.ConnectionID(f.acme["connection"])}, "ada",
		time.Now(),
	)
	s.Session.Token = sso.NewSecret().Hash()
	if _, _, err := f.db.RecordLogin(
		t.Context(), s, storetest.Reset(s.Identity.Groups),
	); sso.CodeOf(err) != "user_inactive" {
		t.Errorf("signed in: %v", err)
	}
}

func cutToken(t *testing.T, f *fixture) {
	token := f.token.Reveal()
	path := f.acme.in("/enterprises")
	for i := range token {
		for _, wrong := range []string{
			token[:i], token[i:][1:], token[:i] + token[i+1:],
		} {
			f.wants(
				f.do("GET", path, nil, "Authorization", "Bearer "+wrong), 401,
				"invalid_token",
			)
		}
	}
	for _, end := range []string{"=", " x", ".", "\t", "%3D"} {
		f.wants(
			f.do("GET", path, nil, "Authorization", "Bearer "+token+end), 401,
			"invalid_token",
		)
	}
	f.wants(f.do("GET", path, nil), 200, "")
}
