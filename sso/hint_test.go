package sso

import (
	"slices"
	"strings"
	"testing"
)

func TestLoginHint(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", MaxLoginLength+1)
	for name, tt := range map[string]struct {
		login, domain string
		provider      Provider
		want          []Parameter
	}{
		"none":          {},
		"address":       {login: " ada@acme.example ", want: []Parameter{{"login_hint", "ada@acme.example"}}},
		"Okta":          {domain: "acme.example", provider: Okta},
		"Entra ID":      {domain: "Acme.example", provider: Entra, want: []Parameter{{"domain_hint", "acme.example"}}},
		"no domain":     {domain: "acme.example&prompt=none", provider: Entra},
		"not printable": {login: "ada\r\nX: y"},
		"too long":      {login: long},
		"Google": {
			login:    "ada",
			domain:   "acme.example",
			provider: Google,
			want:     []Parameter{{"login_hint", "ada"}, {"hd", "acme.example"}},
		},
	} {
		if got := NewLoginHint(tt.login, tt.domain).Parameters(tt.provider); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q; want %q", name, got, tt.want)
		}
	}
}
