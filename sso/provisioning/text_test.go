package provisioning

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/scim"
	"gatehouse/sso"
)

// refusals are all texts of this package, by what they are about.
func refusals() map[string]error {
	connection := sso.Connection{
		Name:     "Entra ID of Acme",
		Provider: sso.Entra,
	}
	okta := &Call{
		Token: sso.ProvisioningToken{Name: "okta"},
		Connection: sso.Connection{
			Name:     "Okta",
			Provider: sso.Okta,
		},
	}
	c := &Call{
		Token: sso.ProvisioningToken{
			Name:   "entra-2",
			Scopes: []sso.ProvisioningScope{sso.ScopeUsersRead, sso.ScopeUsersWrite},
		},
		Connection: connection,
	}
	day := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	expired := sso.ProvisioningToken{
		Name:      "entra-1",
		ExpiresAt: day,
	}
	revoked := expired
	revoked.RevokedAt = day.AddDate(0, 0, -1)
	const id = "user-06h2f2vt94cbjqrkqz750vzg4m"
	return map[string]error{
		"no token":               noToken(),
		"another connection":     foreignToken(),
		"expired":                deadToken(expired, "entra-2"),
		"expired, no other":      deadToken(expired, ""),
		"revoked":                deadToken(revoked, "entra-2"),
		"scope":                  ScopeMissing(c, sso.ScopeGroupsRead),
		"scope, Okta":            ScopeMissing(okta, sso.ScopeGroupsWrite),
		"scope, another":         ScopeMissing(&Call{Connection: sso.Connection{Name: "Directory"}}, sso.ScopeUsersRead),
		"groups off":             groupsOff(connection),
		"too fast":               tooFast(connection, 6000, 1500*time.Millisecond),
		"overloaded":             Overloaded(),
		"body of known size":     errors.New(TooLarge(20 << 20)),
		"body of unknown size":   errors.New(TooLarge(-1)),
		"stale":                  stale(scim.Groups(), etag(7)),
		"unknown":                missing(c, scim.Users(), id, sso.NothingHere()),
		"unknown, long":          missing(c, scim.Groups(), strings.Repeat("x", 300), sso.NothingHere()),
		"deleted":                missing(c, scim.Users(), id, &sso.ResourceGoneError{DeletedAt: day}),
		"name taken":             exists(&sso.ResourceExistsError{ID: id, Origin: sso.OriginFound, Field: "userName"}),
		"name of a pushed group": exists(&sso.ResourceExistsError{ID: "idpgroup-1", Origin: sso.OriginPushed, Field: "displayName"}),
		"filter of discovery":    NoFilter(),
		"unknown schema":         NoDocument("urn:x"),
		"cursor over all types":  NoCursor(),
	}
}

// TestTexts compares the texts with testdata/texts.txt, where they can be read one
// after the other. The first 200 characters have to do on their own.
func TestTexts(t *testing.T) {
	t.Parallel()
	const file = "texts.txt"
	golden, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(golden)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), ": ")
		want[name] = text
	}
	for name, refused := range refusals() {
		text := refused.Error()
		if e, is := errors.AsType[*sso.Error](refused); is {
			text = e.Public
		}
		if text != want[name] {
			t.Errorf("%s: %s", name, text)
		}
		delete(want, name)
	}
	for name := range want {
		t.Errorf("%s has a text in %s, and no refusal", name, file)
	}
}

// TestTextsDoIn200Characters: with the longest names, the first 200 characters say
// what is wrong and what to do.
func TestTextsDoIn200Characters(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("名", 85)
	c := &Call{
		Token: sso.ProvisioningToken{
			Name:   long,
			Scopes: []sso.ProvisioningScope{sso.ScopeUsersRead, sso.ScopeUsersWrite, sso.ScopeGroupsRead},
		},
		Connection: sso.Connection{Name: long},
	}
	for refused, parts := range map[error][]string{
		ScopeMissing(c, sso.ScopeGroupsWrite): {"lacks scope groups:write", "it has users:read", "Add scope scim"},
		groupsOff(c.Connection):               {"switched off", "a new token will not help", "Switch it on under SSO & provisioning"},
		deadToken(c.Token, long):              {"expired", "A valid token", "put that into the identity provider"},
	} {
		e, _ := errors.AsType[*sso.Error](refused)
		first := string([]rune(e.Public)[:min(200, len([]rune(e.Public)))])
		for _, part := range parts {
			if !strings.Contains(first, part) {
				t.Errorf("%q is not in %q", part, first)
			}
		}
	}
}

// TestSendAgain: each product with steps of its own has an instruction of its own.
func TestSendAgain(t *testing.T) {
	t.Parallel()
	for p, name := range map[sso.Provider]string{
		sso.Entra:     "Entra",
		sso.Okta:      "Okta",
		sso.JumpCloud: "JumpCloud",
		sso.OneLogin:  "OneLogin",
		sso.Ping:      "PingOne",
		sso.Custom:    "the identity provider",
	} {
		if got := SendAgain(p); !strings.Contains(got, name) {
			t.Errorf("%s: %q", p, got)
		}
	}
}
