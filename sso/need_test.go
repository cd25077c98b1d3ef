package sso_test

import (
	"testing"
	"time"

	"gatehouse/sso"
)

func TestAuthnNeedAnd(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ company, application, want sso.AuthnNeed }{
		"nothing":              {},
		"company only":         {sso.AuthnNeed{MaxAge: 7, Acr: "a b"}, sso.AuthnNeed{}, sso.AuthnNeed{MaxAge: 7, Acr: "a b"}},
		"application only":     {sso.AuthnNeed{}, sso.AuthnNeed{MaxAge: 7, Acr: "a b"}, sso.AuthnNeed{MaxAge: 7, Acr: "a b"}},
		"the shorter age":      {sso.AuthnNeed{MaxAge: time.Hour}, sso.AuthnNeed{MaxAge: 7}, sso.AuthnNeed{MaxAge: 7}},
		"the company's age":    {sso.AuthnNeed{MaxAge: 7}, sso.AuthnNeed{MaxAge: time.Hour}, sso.AuthnNeed{MaxAge: 7}},
		"contexts in common":   {sso.AuthnNeed{Acr: "a b c"}, sso.AuthnNeed{Acr: "c x b"}, sso.AuthnNeed{Acr: "c b"}},
		"no context in common": {sso.AuthnNeed{Acr: "a b"}, sso.AuthnNeed{Acr: "x"}, sso.AuthnNeed{Acr: "x"}},
	} {
		if got := c.company.And(c.application); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
