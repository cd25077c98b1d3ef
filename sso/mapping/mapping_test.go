package mapping

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

var simple = sso.Mapping{
	Login:         []string{"login", "{domain}\\{account}"},
	Email:         []string{"email", "upn"},
	EmailVerified: []string{"email_verified"},
	Name:          []string{"name", "{givenname} {surname}"},
	Groups:        []string{"groups", "roles"},
}

func with(change func(*sso.Mapping)) sso.Mapping {
	m := simple
	change(&m)
	return m
}

func apply(m sso.Mapping, claims sso.Claims) (sso.Identity, []sso.Check, error) {
	return Apply(
		sso.Config{Mapping: m},
		sso.Connection{ID: "conn-x", Protocol: sso.SAML},
		sso.Assertion{Subject: "s-1", Claims: claims},
	)
}

func TestApply(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		mapping sso.Mapping
		claims  sso.Claims
		want    string // subject|login|email|name|verified, or the error code
	}{
		"first candidates": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"ada@acme.test"},
				"name":  {"Ada L"},
			},
			"s-1|ada|ada@acme.test|Ada L|false",
		},
		"space around a value is not it": {
			simple,
			sso.Claims{
				"login": {" ada "},
				"email": {"ada@acme.test"},
				"name":  {"Ada"},
			},
			"s-1|ada|ada@acme.test|Ada|false",
		},
		"blank candidate is passed over": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {""},
				"upn":   {"ada@acme.test"},
				"name":  {"Ada"},
			},
			"s-1|ada|ada@acme.test|Ada|false",
		},
		"template of two claims": {
			simple,
			sso.Claims{
				"login":     {"ada"},
				"email":     {"a@b.test"},
				"givenname": {"Ada"},
				"surname":   {"Lovelace"},
			},
			"s-1|ada|a@b.test|Ada Lovelace|false",
		},
		"half a template gives no name": {
			simple,
			sso.Claims{
				"login":     {"ada"},
				"email":     {"a@b.test"},
				"givenname": {"Ada"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"template with text": {
			simple,
			sso.Claims{
				"domain":  {"ACME"},
				"account": {"ada"},
				"email":   {"a@b.test"},
			},
			`s-1|ACME\ada|a@b.test|ACME\ada|false`,
		},
		"verified e-mail": {
			simple,
			sso.Claims{
				"login":          {"ada"},
				"email":          {"a@b.test"},
				"email_verified": {"true"},
			},
			"s-1|ada|a@b.test|ada|true",
		},
		"verified must be the word": {
			simple,
			sso.Claims{
				"login":          {"ada"},
				"email":          {"a@b.test"},
				"email_verified": {"TRUE"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"verified by a number": {
			simple,
			sso.Claims{
				"login":          {"ada"},
				"email":          {"a@b.test"},
				"email_verified": {"1"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"verified and not": {
			simple,
			sso.Claims{
				"login":          {"ada"},
				"email":          {"a@b.test"},
				"email_verified": {"true", "false"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"verified with no value": {
			simple,
			sso.Claims{
				"login":          {"ada"},
				"email":          {"a@b.test"},
				"email_verified": {},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"domain owner verified, of Entra": {
			with(func(m *sso.Mapping) {
				m.EmailVerified = []string{"xms_edov"}
			}),
			sso.Claims{
				"login":    {"ada"},
				"email":    {"a@b.test"},
				"xms_edov": {"1"},
			},
			"s-1|ada|a@b.test|ada|true",
		},
		"mapped subject": {
			with(func(m *sso.Mapping) { m.Subject = "{tid}:{oid}|nameid" }),
			sso.Claims{
				"tid":   {"t"},
				"oid":   {"o"},
				"login": {"ada"},
				"email": {"a@b.test"},
			},
			"t:o|ada|a@b.test|ada|false",
		},
		"alternative subject": {
			with(func(m *sso.Mapping) { m.Subject = "{tid}:{oid}|nameid" }),
			sso.Claims{
				"tid":   {"t"},
				"login": {"ada"},
				"email": {"a@b.test"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"mapped subject missing": {
			with(func(m *sso.Mapping) { m.Subject = "oid" }),
			sso.Claims{
				"login": {"ada"},
				"email": {"a@b.test"},
			},
			"saml_attribute_invalid",
		},
		"a claim cannot stand for NameID": {
			with(func(m *sso.Mapping) { m.Subject = "" }),
			sso.Claims{
				"login": {"ada"},
				"email": {"a@b.test"},
				"sub":   {"other"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"a claim cannot pose as NameID": {
			simple,
			sso.Claims{
				"nameid": {"other"},
				"login":  {"ada"},
				"email":  {"a@b.test"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"nor in a mapped subject": {
			with(func(m *sso.Mapping) { m.Subject = "oid|{nameid}" }),
			sso.Claims{
				"nameid": {"other"},
				"login":  {"ada"},
				"email":  {"a@b.test"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"no login": {
			simple,
			sso.Claims{"email": {"a@b.test"}},
			"saml_attribute_invalid",
		},
		"no e-mail": {simple, sso.Claims{"login": {"ada"}}, "saml_attribute_invalid"},
		"no e-mail wanted": {
			with(func(m *sso.Mapping) { m.Email = nil }),
			sso.Claims{
				"login": {"ada"},
				"email": {"not one"},
			},
			"s-1|ada||ada|false",
		},
		"e-mail with two at signs": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"a@corp.test@evil.test"},
			},
			"saml_attribute_invalid",
		},
		"e-mail in quotes": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {`"a@corp.test"@evil.test`},
			},
			"saml_attribute_invalid",
		},
		"e-mail of full-width letters": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"ａ@corp.test"},
			},
			"saml_attribute_invalid",
		},
		"e-mail at an IDN": {
			simple,
			sso.Claims{
				"login": {"ada@bücher.example"},
				"email": {"ada@bücher.example"},
			},
			"s-1|ada@bücher.example|ada@xn--bcher-kva.example|ada@bücher.example|false",
		},
		"e-mail at an IDN, decomposed": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"Ada@BU\u0308CHER.example"},
			},
			"s-1|ada|Ada@xn--bcher-kva.example|ada|false",
		},
		"e-mail at an IDN, in Punycode": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"ada@xn--bcher-kva.example"},
			},
			"s-1|ada|ada@xn--bcher-kva.example|ada|false",
		},
		"e-mail with an umlaut before @": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"jürgen@acme.test"},
			},
			"saml_attribute_invalid",
		},
		"e-mail with a look-alike domain": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"ada@аcme.test"},
			},
			"saml_attribute_invalid",
		},
		"e-mail with a line break": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"a@corp.test\r\nBcc: e@evil.test"},
			},
			"saml_attribute_invalid",
		},
		"login with a bidi override": {
			simple,
			sso.Claims{
				"login": {"ada\u202e"},
				"email": {"a@b.test"},
			},
			"saml_attribute_invalid",
		},
		"login of a service": {
			simple,
			sso.Claims{
				"login": {"SVC-06d5x0wkj3n8p7r5t2v4y6z8ab"},
				"email": {"a@b.test"},
			},
			"saml_attribute_invalid",
		},
		"login too long": {
			simple,
			sso.Claims{
				"login": {strings.Repeat("a", 255)},
				"email": {"a@b.test"},
			},
			"saml_attribute_invalid",
		},
		"unusable name is not fatal": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"a@b.test"},
				"name":  {"A\x00da"},
			},
			"s-1|ada|a@b.test|ada|false",
		},
		"bad candidate does not fall on": {
			simple,
			sso.Claims{
				"login": {"ada"},
				"email": {"nonsense"},
				"upn":   {"a@b.test"},
			},
			"saml_attribute_invalid",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, checks, err := apply(tt.mapping, tt.claims)
			got := fmt.Sprintf(
				"%s|%s|%s|%s|%v", id.Subject, id.Login, id.Email, id.Name,
				id.EmailVerified,
			)
			if err != nil {
				got = sso.CodeOf(err)
				if last := checks[len(checks)-1]; last.OK {
					t.Errorf("refused, but the last check is fine: %+v", last)
				}
			}
			if got != tt.want {
				t.Errorf("got %s, want %s (%v)", got, tt.want, err)
			}
		})
	}
}

// sevens are the names that begin with g7.
func sevens(names []string) (all []string) {
	for _, n := range names {
		if strings.HasPrefix(n, "g7") {
			all = append(all, n)
		}
	}
	return all
}

func TestGroupStates(t *testing.T) {
	t.Parallel()
	many := make([]string, sso.MaxGroups+1)
	for i := range many {
		many[i] = fmt.Sprint("g", i)
	}
	tests := map[string]struct {
		mapping sso.Mapping
		groups  sso.Claims
		state   sso.GroupsState
		names   []string
		code    string
	}{
		"no claim": {simple, sso.Claims{}, sso.GroupsAbsent, nil, ""},
		"claim without values": {
			simple,
			sso.Claims{"groups": {}},
			sso.GroupsEmpty,
			nil,
			"",
		},
		"only blanks": {
			simple,
			sso.Claims{"groups": {"", " "}},
			sso.GroupsEmpty,
			nil,
			"",
		},
		"values": {
			simple,
			sso.Claims{"groups": {"a", "b"}},
			sso.GroupsValues,
			[]string{"a", "b"},
			"",
		},
		"second candidate has the values": {
			simple,
			sso.Claims{
				"groups": {},
				"roles":  {"r"},
			},
			sso.GroupsValues,
			[]string{"r"},
			"",
		},
		"case and ligatures stay": {
			simple,
			sso.Claims{"groups": {"A", "a", "ﬁ", "é"}},
			sso.GroupsValues,
			[]string{"A", "a", "ﬁ", "é"},
			"",
		},
		"trimmed and composed": {
			simple,
			sso.Claims{"groups": {"\n  A \t", "\u00a0a\u200b", "e\u0301"}},
			sso.GroupsValues,
			[]string{"A", "a", "é"},
			"",
		},
		"duplicates after trimming go": {
			simple,
			sso.Claims{"groups": {"a", " a", "é", "e\u0301\ufeff"}},
			sso.GroupsValues,
			[]string{"a", "é"},
			"",
		},
		"delimited pieces are trimmed": {
			with(func(m *sso.Mapping) {
				m.Delimiter = ";"
			}),
			sso.Claims{"groups": {"a ; b;\u00a0c\n"}},
			sso.GroupsValues,
			[]string{"a", "b", "c"},
			"",
		},
		"duplicates go": {
			simple,
			sso.Claims{"groups": {"a", "b", "a"}},
			sso.GroupsValues,
			[]string{"a", "b"},
			"",
		},
		"delimited": {
			with(func(m *sso.Mapping) {
				m.Delimiter = ";"
			}),
			sso.Claims{"groups": {"a;b;;c"}},
			sso.GroupsValues,
			[]string{"a", "b", "c"},
			"",
		},
		"not delimited": {
			simple,
			sso.Claims{"groups": {"a;b"}},
			sso.GroupsPartial,
			[]string{"a;b"},
			"",
		},
		"include": {
			with(func(m *sso.Mapping) {
				m.Include = "^app-"
			}),
			sso.Claims{"groups": {"app-a", "b"}},
			sso.GroupsValues,
			[]string{"app-a"},
			"",
		},
		"exclude": {
			with(func(m *sso.Mapping) {
				m.Exclude = "^app-"
			}),
			sso.Claims{"groups": {"app-a", "b"}},
			sso.GroupsValues,
			[]string{"b"},
			"",
		},
		"all excluded is still a list": {
			with(func(m *sso.Mapping) {
				m.Exclude = "."
			}),
			sso.Claims{"groups": {"a"}},
			sso.GroupsValues,
			nil,
			"",
		},
		"truncated": {
			with(func(m *sso.Mapping) {
				m.GroupLimit = 2
			}),
			sso.Claims{"groups": {"a", "b"}},
			sso.GroupsTruncated,
			[]string{"a", "b"},
			"",
		},
		"truncated before exclude": {
			with(func(m *sso.Mapping) {
				m.GroupLimit = 2
				m.Exclude = "a"
			}),
			sso.Claims{"groups": {"a", "b"}},
			sso.GroupsTruncated,
			[]string{"b"},
			"",
		},
		"truncated with a name twice": {
			with(func(m *sso.Mapping) {
				m.GroupLimit = 3
			}),
			sso.Claims{"groups": {"a", "b", "a"}},
			sso.GroupsTruncated,
			[]string{"a", "b"},
			"",
		},
		"truncated with a blank": {
			with(func(m *sso.Mapping) {
				m.GroupLimit = 3
			}),
			sso.Claims{"groups": {"a", " ", "b"}},
			sso.GroupsTruncated,
			[]string{"a", "b"},
			"",
		},
		"truncated and delimited": {
			with(func(m *sso.Mapping) {
				m.GroupLimit = 3
				m.Delimiter = ";"
			}),
			sso.Claims{"groups": {"a;b;a"}},
			sso.GroupsTruncated,
			[]string{"a", "b"},
			"",
		},
		"below the limit": {
			with(func(m *sso.Mapping) {
				m.GroupLimit = 3
			}),
			sso.Claims{"groups": {"a", "b"}},
			sso.GroupsValues,
			[]string{"a", "b"},
			"",
		},
		"Entra SAML overage": {
			simple,
			sso.Claims{samlOverage: {"https://graph.windows.net/t/users/o/getMemberObjects"}},
			sso.GroupsOverage,
			nil,
			"",
		},
		"Entra OIDC overage": {
			simple,
			sso.Claims{"_claim_names.groups": {"src1"}},
			sso.GroupsOverage,
			nil,
			"",
		},
		"hasgroups": {
			simple,
			sso.Claims{"hasgroups": {"true"}},
			sso.GroupsOverage,
			nil,
			"",
		},
		"pointer for another claim": {
			simple,
			sso.Claims{"_claim_names.address": {"src1"}},
			sso.GroupsAbsent,
			nil,
			"",
		},
		"a list beside the pointer": {
			simple,
			sso.Claims{
				"_claim_names.groups": {"src1"},
				"roles":               {"r"},
			},
			sso.GroupsTruncated,
			[]string{"r"},
			"",
		},
		"a list beside the SAML pointer": {
			simple,
			sso.Claims{
				samlOverage: {"https://graph.windows.net/x"},
				"roles":     {"r"},
			},
			sso.GroupsTruncated,
			[]string{"r"},
			"",
		},
		"a list beside hasgroups": {
			simple,
			sso.Claims{
				"hasgroups": {"true"},
				"groups":    {"r"},
			},
			sso.GroupsTruncated,
			[]string{"r"},
			"",
		},
		"hasgroups false": {
			simple,
			sso.Claims{
				"hasgroups": {"false"},
				"groups":    {"r"},
			},
			sso.GroupsValues,
			[]string{"r"},
			"",
		},
		"a pointer beside an empty list": {
			simple,
			sso.Claims{
				"_claim_names.groups": {"src1"},
				"groups":              {},
			},
			sso.GroupsOverage,
			nil,
			"",
		},
		"longer than is read": {
			simple,
			sso.Claims{"groups": many},
			sso.GroupsTruncated,
			many[:sso.MaxGroups],
			"",
		},
		"include before the limit": {
			with(func(m *sso.Mapping) {
				m.Include = "^g(7|2000)$"
			}),
			sso.Claims{"groups": many},
			sso.GroupsValues,
			[]string{"g7", "g2000"},
			"",
		},
		"exclude before the limit": {
			with(func(m *sso.Mapping) {
				m.Exclude = "^g[^7]"
			}),
			sso.Claims{"groups": many[:1000]},
			sso.GroupsValues,
			sevens(many[:1000]),
			"",
		},
		"as many as there may be": {
			simple,
			sso.Claims{"groups": many[1:]},
			sso.GroupsValues,
			many[1:],
			"",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.groups["login"], tt.groups["email"] = []string{"ada"}, []string{
				"a@b.test",
			}
			id, _, err := apply(tt.mapping, tt.groups)
			if sso.CodeOf(err) != tt.code {
				t.Fatalf("error %v, want code %q", err, tt.code)
			}
			if id.Groups.State != tt.state ||
				!slices.Equal(id.Groups.Names, tt.names) {
				t.Errorf(
					"got %s %q, want %s %q", id.Groups.State, id.Groups.Names,
					tt.state, tt.names,
				)
			}
		})
	}
}

// Every preset must read what its own assistant tells the admin to send.
func TestPresetsReadOurNames(t *testing.T) {
	t.Parallel()
	for _, provider := range sso.Providers {
		for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
			m := Preset(provider, protocol)
			if p := Validate(m); len(p) > 0 {
				t.Errorf("%s %s: %v", provider, protocol, p)
			}
			claims := sso.Claims{
				"login":              {"ada"},
				"preferred_username": {"ada"},
				"email":              {"ada@acme.test"},
				"name":               {"Ada"},
				"groups":             {"sre"},
				"tid":                {"t"},
				"oid":                {"o"},
			}
			id, _, err := Apply(
				sso.Config{Mapping: m}, sso.Connection{Protocol: protocol},
				sso.Assertion{
					Subject: "s",
					Claims:  claims,
				},
			)
			if err != nil {
				t.Errorf("%s %s: %v", provider, protocol, err)
				continue
			}
			login := "ada"
			if provider == sso.Google && protocol == sso.OIDC {
				login = "ada@acme.test"
			}
			if diff := cmp.Diff(
				[]string{login, "ada@acme.test", "Ada", "sre"},
				append([]string{id.Login, id.Email, id.Name}, id.Groups.Names...),
			); diff != "" {
				t.Errorf("%s %s: %s", provider, protocol, diff)
			}
		}
	}
}

// TestAuth0WithoutMappings: an addon with its own settings sends the name of a person
// where other products send the login, which must not be taken for it.
func TestAuth0WithoutMappings(t *testing.T) {
	t.Parallel()
	id, _, err := Apply(
		sso.Config{Mapping: Preset(sso.Auth0, sso.SAML)}, sso.Connection{Protocol: sso.SAML},
		sso.Assertion{
			Subject: "auth0|65f1c0a2",
			Claims: sso.Claims{
				xmlsoap + "nameidentifier": {"auth0|65f1c0a2"},
				xmlsoap + "emailaddress":   {"ada@acme.test"},
				xmlsoap + "name":           {"Ada Lovelace"},
			},
		},
	)
	if err != nil || id.Login != "ada@acme.test" || id.Email != "ada@acme.test" || id.Name != "Ada Lovelace" {
		t.Errorf("read %q, %q, %q, %v", id.Login, id.Email, id.Name, err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	bad := sso.Mapping{
		Subject:    "{",
		Login:      nil,
		Email:      []string{" "},
		Name:       []string{"{}", "a}", "{a{b}}"},
		Include:    "(",
		GroupLimit: -1,
	}
	var fields []string
	for _, p := range Validate(bad) {
		fields = append(fields, p.Field)
	}
	slices.Sort(fields)
	want := []string{
		"mapping.email[0]", "mapping.group_limit", "mapping.include",
		"mapping.login", "mapping.name[0]", "mapping.name[1]", "mapping.name[2]",
		"mapping.subject",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
}

// TestGroupsAreWhatWasSent: whatever arrives, a name is one that was sent, but
// for what cleaning changes, and stands there once.
func TestGroupsAreWhatWasSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.SliceOfN(rapid.String(), 0, 40).Draw(t, "groups")
		id, _, err := apply(simple, sso.Claims{
			"login":  {"ada"},
			"email":  {"a@b.test"},
			"groups": sent,
		})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, n := range id.Groups.Names {
			if !slices.ContainsFunc(sent, func(s string) bool {
				return fold.Clean(s) == n
			}) || seen[n] {
				t.Fatalf("%q was not sent, or twice", n)
			}
			seen[n] = true
		}
		if id.Groups.State == sso.GroupsAbsent {
			t.Fatal("a claim that is there is not absent")
		}
	})
}

func FuzzExpand(f *testing.F) {
	f.Add("{a} {b}", "x")
	f.Add("{a", "}")
	f.Add("", "0")
	f.Fuzz(func(t *testing.T, candidate, value string) {
		got, ok := expandCandidate(candidate, func(string) (string, bool) {
			return value, true
		})
		if checkCandidate(candidate) == nil && !ok {
			t.Fatalf("%q passed the check but has no value", candidate)
		}
		if len(got) > (len(candidate)+1)*(len(value)+1) {
			t.Fatalf("%q grew to %d bytes", candidate, len(got))
		}
	})
}

// TestGroupsThatCouldNotBeFetched: they are absent for a reason, which goes on
// with them. What was sent anyway counts as always.
func TestGroupsThatCouldNotBeFetched(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims sso.Claims
		state  sso.GroupsState
		unread bool
	}{
		"nothing": {sso.Claims{}, sso.GroupsAbsent, true},
		"a list":  {sso.Claims{"groups": {"a"}}, sso.GroupsValues, false},
		"empty":   {sso.Claims{"groups": {}}, sso.GroupsEmpty, false},
		"a pointer": {
			sso.Claims{"_claim_names.groups": {"src1"}},
			sso.GroupsOverage,
			false,
		},
	} {
		c.claims["login"], c.claims["email"] = []string{"ada"}, []string{
			"ada@acme.test",
		}
		m := sso.Mapping{
			Login:  []string{"login"},
			Email:  []string{"email"},
			Groups: []string{"groups"},
		}
		a := sso.Assertion{
			Subject:         "ada",
			Claims:          c.claims,
			GroupsUnfetched: true,
		}
		id, checks, err := Apply(
			sso.Config{Mapping: m}, sso.Connection{Protocol: sso.OIDC}, a,
		)
		if err != nil ||
			id.Groups.State != c.state ||
			id.Groups.Unfetched != c.unread {
			t.Errorf("%s: %+v, %v", name, id.Groups, err)
		}
		if last := checks[len(checks)-1]; c.unread &&
			(!last.Warning || !strings.Contains(last.Got, "userinfo")) {
			t.Errorf("%s: %+v", name, last)
		}
	}
}
