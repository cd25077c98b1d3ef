package mapping

import (
	"fmt"
	"testing"

	"gatehouse/sso"
)

// TestEmailOptional: a missing address is none where it may be missing, and one
// that is there counts as it does everywhere.
func TestEmailOptional(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		claims sso.Claims
		edit   func(*sso.Config)
		want   string // email|verified|unsaid, or the error code
	}{
		"none":           {sso.Claims{}, nil, "|false|true"},
		"an empty value": {sso.Claims{"email": {""}}, nil, "|false|true"},
		"blanks": {
			sso.Claims{
				"email": {" ", "\t"},
				"upn":   {},
			},
			nil,
			"|false|true",
		},
		"none, said verified": {
			sso.Claims{"email_verified": {"true"}},
			nil,
			"|false|true",
		},
		"one": {
			sso.Claims{
				"email":          {"a@b.test"},
				"email_verified": {"true"},
			},
			nil,
			"a@b.test|true|false",
		},
		"the second candidate": {
			sso.Claims{"email": {""}, "upn": {"a@b.test"}},
			nil,
			"a@b.test|false|false",
		},
		"one that is none": {
			sso.Claims{"email": {"none"}},
			nil,
			"saml_attribute_invalid",
		},
		"two readings": {
			sso.Claims{
				"email": {"a@corp.test@evil.test"},
				"upn":   {"a@b.test"},
			},
			nil,
			"saml_attribute_invalid",
		},
		"none is read": {
			sso.Claims{"email": {"a@b.test"}},
			func(cfg *sso.Config) {
				cfg.Mapping.Email = nil
			},
			"|false|false",
		},
		"required": {
			sso.Claims{},
			func(cfg *sso.Config) {
				cfg.EmailOptional = false
			},
			"saml_attribute_invalid",
		},
		"no login either": {sso.Claims{"login": {""}}, nil, "saml_attribute_invalid"},
		"half a template": {
			sso.Claims{"user": {"a"}},
			func(cfg *sso.Config) {
				cfg.Mapping.Email = []string{"{user}@{host}"}
			},
			"|false|true",
		},
		"a name from the e-mail": {
			sso.Claims{},
			func(cfg *sso.Config) {
				cfg.Mapping.Name = []string{"email"}
			},
			"|false|true",
		},
	} {
		cfg := sso.Config{Mapping: simple, EmailOptional: true}
		if c.edit != nil {
			c.edit(&cfg)
		}
		if _, given := c.claims["login"]; !given {
			c.claims["login"] = []string{"ada"}
		}
		id, checks, err := Apply(cfg,
			sso.Connection{ID: "conn-x", Protocol: sso.SAML},
			sso.Assertion{Subject: "s-1", Claims: c.claims},
		)
		got := fmt.Sprintf("%s|%v|%v", id.Email, id.EmailVerified, id.EmailUnsaid)
		if err != nil {
			got = sso.CodeOf(err)
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		if last := checks[len(checks)-1]; last.OK != (err == nil) {
			t.Errorf("%s: the last check is %+v", name, last)
		}
	}
}
