package sso_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestCommonName(t *testing.T) {
	t.Parallel()
	for dn, want := range map[string]string{
		"CN=Engineering,OU=Groups,DC=acme,DC=example": "Engineering",
		"cn=dev":                        "dev",
		"2.5.4.3=dev,DC=acme":           "dev",
		"OID.2.5.4.3=dev":               "dev",
		`CN=Sales\, EMEA,OU=Groups`:     "Sales, EMEA",
		`CN=Sales\2C EMEA,OU=Groups`:    "Sales, EMEA",
		`CN="Sales, EMEA",OU=Groups`:    "Sales, EMEA",
		`CN="a \"b\" c"`:                `a "b" c`,
		`CN=Caf\C3\A9,OU=x`:             "Café",
		`CN=R\+D,OU=x`:                  "R+D",
		" CN = dev team , OU = Groups ": "dev team",
		`CN=trailing\ ,OU=x`:            "trailing ",
		"UID=7+CN=dev,OU=x":             "dev",
		"CN=dev+UID=7,OU=x":             "dev",
		"CN=dev;OU=x":                   "dev",
		"CN=#0c03646576,OU=x":           "dev",
		"CN=a=b,OU=x":                   "a=b",
		"CN=研发,OU=x":                    "研发",
		"CN=dev,CN=Groups,DC=acme":      "dev",
		"OU=Sales,CN=Groups":            "", // the CN is that of the container
		"DC=acme":                       "",
		"engineering":                   "",
		"CN=":                           "",
		"CN=dev,":                       "",
		"CN=dev,nonsense":               "",
		`CN="dev`:                       "",
		`CN=dev\`:                       "",
		`CN=\ff`:                        "",
		"CN=#0c0464":                    "",
		"CN=#zz":                        "",
		"a b=c":                         "",
		"":                              "",
		"CN=" + strings.Repeat("x", 200) + ",DC=" + "acme": strings.Repeat("x", 200),
	} {
		if got, ok := sso.CommonName(dn); got != want || ok != (want != "") {
			t.Errorf("%q: got %q %v; want %q", dn, got, ok, want)
		}
	}
}

func TestLastSegment(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/developers":   "developers",
		"/acme/dev/sre": "sre",
		"/acme/sre/":    "sre",
		"a/b":           "b",
		"a / b":         "b",
		"developers":    "",
		"/":             "",
		"//":            "",
		"":              "",
	} {
		if got, ok := sso.LastSegment(path); got != want || ok != (want != "") {
			t.Errorf("%q: got %q %v; want %q", path, got, ok, want)
		}
	}
}

func TestLooksLikeObjectID(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"6731de76-14a6-49ae-97bc-6eba6914391e":  true,
		"6731DE76-14A6-49AE-97BC-6EBA6914391E":  true,
		"6731de76-14a6-49ae-97bc-6eba6914391":   false,
		"engineering":                           false,
		"x6731de76-14a6-49ae-97bc-6eba6914391e": false,
		"":                                      false,
	} {
		if got := sso.LooksLikeObjectID(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func FuzzCommonName(f *testing.F) {
	f.Add(`CN=Sales\, EMEA+UID=7,OU="a,b",DC=#0c03646576`)
	f.Fuzz(func(t *testing.T, dn string) {
		if name, ok := sso.CommonName(dn); ok == (name == "") || len(name) > len(dn) {
			t.Fatalf("%q gives %q %v", dn, name, ok)
		}
	})
}
