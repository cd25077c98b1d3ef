package mapping

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// FuzzApply reads any claims through any mapping that can be saved. Nothing
// panics; nothing is invented: whatever the identity says stands in the claims;
// the state of the groups is one that fits the claims, and says "complete" of no
// list that is not.
func FuzzApply(f *testing.F) {
	f.Add(
		`{"login":["login"],"email":["email"],"groups":["groups","roles"]}`,
		`{"login":["ada"],"email":["ada@acme.test"],"groups":["a","b","a"]}`,
		"s-1",
	)
	f.Add(
		`{"subject":"{tid}:{oid}|nameid","login":["{a} {b}"],"groups":["g"],"delimiter":";","include":"^x","exclude":"y$","group_limit":2}`,
		`{"tid":["t"],"oid":["o"],"a":["1"],"b":["2"],"g":["xa;xb;y"],"_claim_names.g":["src"]}`,
		"s-1",
	)
	f.Add(
		`{"login":["nameid"],"name":["n"],"email_verified":["v"],"groups":["g"]}`,
		`{"nameid":["evil"],"v":["true"],"hasgroups":["true"]}`,
		"s-1",
	)
	f.Add(
		`{"login":["l"],"groups":["http://schemas.microsoft.com/claims/groups.link"]}`,
		`{"l":["\u202e"],"http://schemas.microsoft.com/claims/groups.link":["x"]}`,
		"\xff",
	)
	f.Fuzz(func(t *testing.T, mapping, said, subject string) {
		var m sso.Mapping
		var claims sso.Claims
		if json.Unmarshal([]byte(mapping), &m) != nil ||
			json.Unmarshal([]byte(said), &claims) != nil ||
			len(Validate(m)) > 0 {
			return
		}
		cfg, a := sso.Config{Mapping: m}, sso.Assertion{
			Subject: subject,
			Claims:  claims,
		}
		id, checks, err := Apply(
			cfg, sso.Connection{ID: "conn-x", Protocol: sso.OIDC}, a,
		)
		if err != nil {
			if code := sso.CodeOf(err); sso.KindOf(err) != sso.Forbidden || code != "oidc_attribute_invalid" {
				t.Fatalf("refused with %v", err)
			}
			if last := checks[len(checks)-1]; last.OK ||
				id.Subject != "" ||
				id.Groups.Names != nil {
				t.Fatalf("refused, but the last check is %+v and the identity %+v", last, id)
			}
			return
		}
		if id.Subject == "" ||
			id.Login == "" ||
			len(m.Email) > 0 && !sso.ValidEmail(id.Email) ||
			m.Subject == "" && id.Subject != subject {
			t.Fatalf("accepted as %+v", id)
		}
		for _, text := range []string{id.Subject, id.Login, id.Name} {
			if !sso.Printable(text) || len(text) > sso.MaxNameLength {
				t.Fatalf("%q cannot be shown", text)
			}
		}
		checkGroups(t, m, claims, id.Groups)
	})
}

func checkGroups(t *testing.T, m sso.Mapping, claims sso.Claims, g sso.AssertedGroups) {
	source, there := claims[g.Source]
	pointed := g.Source == samlOverage ||
		g.Source == oidcHasGroups ||
		strings.HasPrefix(g.Source, oidcPointer)
	for i, name := range g.Names {
		if slices.Contains(g.Names[:i], name) ||
			!sso.Printable(name) ||
			len(name) > sso.MaxGroupNameLength ||
			strings.TrimSpace(name) == "" {
			t.Fatalf("%q twice, or of no use", name)
		}
		whole := func(v string) bool {
			return fold.Clean(v) == name ||
				m.Delimiter != "" && slices.ContainsFunc(strings.Split(v, m.Delimiter), func(piece string) bool {
					return fold.Clean(piece) == name
				})
		}
		if m.GroupsRewrite == nil && !slices.ContainsFunc(source, whole) {
			t.Fatalf("%q is not in %q", name, source)
		}
	}
	fits := map[sso.GroupsState]bool{
		sso.GroupsAbsent: g.Source == "" && g.Names == nil,
		sso.GroupsEmpty: there &&
			g.Names == nil &&
			slices.Contains(m.Groups, g.Source),
		sso.GroupsOverage: there && g.Names == nil && pointed,
		sso.GroupsValues: there &&
			slices.Contains(m.Groups, g.Source) &&
			(m.GroupLimit == 0 || m.Delimiter != "" || len(source) != m.GroupLimit),
		sso.GroupsPartial: there &&
			slices.Contains(m.Groups, g.Source) &&
			len(g.NotUnderstood) > 0,
		sso.GroupsTruncated: there && slices.Contains(m.Groups, g.Source),
	}
	if g.State.Complete() && g.NotUnderstoodCount+g.Unread > 0 {
		t.Fatalf(
			"%s, with %d not understood and %d unread", g.State,
			g.NotUnderstoodCount, g.Unread,
		)
	}
	if !fits[g.State] {
		t.Fatalf("%s: %q of %s in %q", g.State, g.Names, g.Source, claims)
	}
	for _, name := range m.Groups {
		_, list := claims[name]
		_, pointer := claims[oidcPointer+name]
		if g.State == sso.GroupsAbsent && (list || pointer) ||
			(g.State == sso.GroupsValues || g.State == sso.GroupsEmpty) && pointer {
			t.Fatalf("%s, and %s is there", g.State, name)
		}
	}
}
