package connections_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
)

func TestTidy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "",
		"  ":                         "",
		"https://a.test":             "https://a.test",
		"\ufeff https://a.test\r\n":  "https://a.test",
		`"https://a.test"`:           "https://a.test",
		"<https://a.test>":           "https://a.test",
		"“ 'x' ”":                    "x",
		"\u200bhttps://a.test\u200b": "https://a.test",
		"`a`":                        "a",
		`"`:                          `"`,
		`""`:                         `""`,
		"a b":                        "a b",
		" <a>x</a>\n":                "<a>x</a>",
		`"a" or "b"`:                 `"a" or "b"`,
	} {
		if got := connections.Tidy(text); got != want {
			t.Errorf("%q: wanted %q, got %q", text, want, got)
		}
	}
}

func TestAdvise(t *testing.T) {
	t.Parallel()
	const metadata, signOn, issuer = "saml.metadata_url", "saml.sso_url", "oidc.issuer"
	for _, tt := range []struct{ field, text, says, better string }{
		{
			metadata, "acme.example/metadata", "begins with https",
			"https://acme.example/metadata",
		},
		{
			metadata, " “http://idp.acme.example/metadata” ", "not encrypted",
			"https://idp.acme.example/metadata",
		},
		{metadata, "https://sso.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/metadata", "address of Gatehouse", ""},
		{metadata, "https://sso.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/acs", "address of Gatehouse", ""},
		{issuer, "https://sso.example.com/oidc/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/callback", "address of Gatehouse", ""},
		{signOn, "https://sso.example.com/login/sso?enterprise_key=acme", "address of Gatehouse", ""},
		{
			metadata,
			"https://acme.okta.com/app/acme_gatehouse_1/exk1a2b3/sso/saml",
			"people sign in at",
			"https://acme.okta.com/app/exk1a2b3/sso/saml/metadata",
		},
		{metadata, "https://acme-admin.okta.com/admin/app/saml/instance/0oa", "page of the console", ""},
		{issuer, "acme-admin.okta.com", "begins with https", "https://acme.okta.com"},
		{
			issuer, "https://acme-admin.okta.com/", "has no -admin",
			"https://acme.okta.com",
		},
		{issuer, "acme.okta.com", "begins with https", "https://acme.okta.com"},
		{
			issuer, "https://acme.okta.com/oauth2/v1/authorize", "behind the issuer",
			"https://acme.okta.com",
		},
		{
			issuer, "https://acme.okta.com/oauth2/default/v1/token",
			"behind the issuer", "https://acme.okta.com/oauth2/default",
		},
		{
			issuer, "https://acme.okta.com/app/UserHome", "application",
			"https://acme.okta.com",
		},
		{
			metadata,
			"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/saml2",
			"App Federation Metadata Url",
			"",
		},
		{
			metadata,
			"https://portal.azure.com/#view/Microsoft_AAD_IAM",
			"page of the console",
			"",
		},
		{
			issuer,
			"https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/",
			"ends with /v2.0",
			"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
		},
		{
			issuer,
			"https://login.microsoftonline.com/72f988bf/oauth2/v2.0/authorize",
			"ends with /v2.0",
			"https://login.microsoftonline.com/72f988bf/v2.0",
		},
		{
			metadata,
			"https://kc.example/realms/acme",
			"another address",
			"https://kc.example/realms/acme/protocol/saml/descriptor",
		},
		{
			metadata,
			"https://kc.example/auth/realms/acme/protocol/saml",
			"another address",
			"https://kc.example/auth/realms/acme/protocol/saml/descriptor",
		},
		{
			metadata,
			"https://kc.example/realms/acme/.well-known/openid-configuration",
			"another address",
			"https://kc.example/realms/acme/protocol/saml/descriptor",
		},
		{
			issuer,
			"https://kc.example/realms/acme/protocol/saml/descriptor",
			"behind the issuer",
			"https://kc.example/realms/acme",
		},
		{metadata, "https://kc.example/admin/master/console/#/acme/clients", "page of the console", ""},
		{
			metadata,
			"https://adfs.acme.example/adfs/ls/",
			"people sign in at",
			"https://adfs.acme.example/FederationMetadata/2007-06/FederationMetadata.xml",
		},
		{metadata, "https://accounts.google.com/o/saml2/idp?idpid=C01", "file only", ""},
		{
			metadata,
			"https://acme.onelogin.com/trust/saml2/http-redirect/sso/1234",
			"people sign in at",
			"https://acme.onelogin.com/saml/metadata/1234",
		},
		{metadata, "https://idp.acme.example/.well-known/openid-configuration", "speaks SAML", ""},
		{issuer, "https://idp.acme.example/saml/metadata", "speaks OpenID Connect", ""},
		{signOn, "https://idp.acme.example/saml/metadata", "address of the metadata", ""},
		{
			issuer,
			"https://idp.acme.example/.well-known/oauth-authorization-server",
			"about the issuer",
			"https://idp.acme.example",
		},
		{issuer, "https://idp.acme.example/authorize", "behind the issuer", ""},
		{metadata, "https://idp.acme.example/metadata", "", ""},
		{issuer, "https://idp.acme.example", "", ""},
		{metadata, "not an address", "", ""},
		{metadata, "", "", ""},
		{metadata, "https://[", "", ""},
		{metadata, "javascript:alert(1)", "", ""},
	} {
		got := connections.Advise(tt.field, tt.text)
		if !strings.Contains(got.Says, tt.says) ||
			(got.Says == "") != (tt.says == "") ||
			got.Better != tt.better {
			t.Errorf("%s %q: %+v", tt.field, tt.text, got)
		}
		if next := connections.Advise(tt.field, got.Better); got.Better != "" &&
			next != (connections.Advice{}) {
			t.Errorf(
				"%s %q: what is better could be better: %+v", tt.field, got.Better,
				next,
			)
		}
	}
}

// TestRightValuesAreLeftAlone: what the assistant shows as an example is right.
func TestRightValuesAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, g := range guide.All() {
		for _, w := range g.Wanted {
			example := strings.TrimSuffix(
				strings.NewReplacer(
					"<tenant ID>", "72f988bf", "…", "72f988bf",
				).Replace(w.Form),
				"/.well-known/openid-configuration",
			)
			if got := connections.Advise(w.Field, example); w.Field != "saml.idp_entity_id" &&
				strings.Contains(example, "://") &&
				got != (connections.Advice{}) {
				t.Errorf(
					"%s %s, %s %s: %+v", g.Provider, g.Protocol, w.Field, example,
					got,
				)
			}
		}
	}
}

func FuzzAdvise(f *testing.F) {
	for _, seed := range []string{
		"https://acme.okta.com/app/a/b/sso/saml", "kc.example/realms/a/x",
		"“<'http://x'>”", "https://sts.windows.net/x/",
	} {
		f.Add("saml.metadata_url", seed)
		f.Add("oidc.issuer", seed)
	}
	f.Fuzz(func(t *testing.T, field, text string) {
		if tidy := connections.Tidy(text); connections.Tidy(tidy) != tidy {
			t.Errorf(
				"%q is tidied to %q, and that to %q", text, tidy,
				connections.Tidy(tidy),
			)
		}
		if better := connections.Advise(field, text).Better; better != "" &&
			!strings.HasPrefix(better, "http") {
			t.Errorf("%q: %q is no address", text, better)
		}
	})
}

// TestAdviceReachesTheAdmin: the message is that of the advice where an address
// is refused, and the code stays that of the refusal.
func TestAdviceReachesTheAdmin(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	d.set(func(d *directory) {
		d.override = answer(http.StatusOK, "\n<!DOCTYPE html><html><body>Sign in</body></html>")
	})
	for address, want := range map[string]string{
		d.URL + "/page":                    "This is a web page",
		d.URL + "/realms/acme":             "another address",
		"idp.acme.example/metadata":        "begins with https",
		"http://idp.acme.example/metadata": "not encrypted",
	} {
		_, _, err := w.Edit(w.Context(), by, w.ent, c.ID, connections.Edit{
			SAML: &connections.SAMLEdit{MetadataURL: &address},
		})
		if err == nil ||
			!strings.Contains(fieldMessage(err, "saml.metadata_url"), want) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestReview(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	empty, _, err := w.Create(w.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name:     new("New"),
		Provider: new(sso.Okta),
	})
	w.ok(err)
	if missing, warnings := w.Review(empty); len(missing) != 3 || len(warnings) != 0 {
		t.Errorf("nothing entered: %v, %v", missing, warnings)
	}
	d.set(func(d *directory) {
		d.entity, d.certs = "https://sts.windows.net/tenant/", [][]byte{
			certificate(t, -3),
		}
	})
	c, _, err := w.Edit(w.Context(), by, w.ent, empty.ID, connections.Edit{
		SAML: &connections.SAMLEdit{MetadataURL: new(d.metadataURL())},
	})
	w.ok(err)
	missing, warnings := w.Review(c)
	said := ""
	for _, x := range warnings {
		said += x.Field + ": " + x.Message + "\n"
	}
	if len(missing) != 0 ||
		!strings.Contains(said, "provider: What you entered looks like entra") ||
		!strings.Contains(said, "expired") {
		t.Errorf("%v\n%s", missing, said)
	}
}

func TestRestart(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	again, err := w.Restart(
		w.Context(), by, w.ent, c.ID, c.Revision, sso.SAML, sso.Keycloak,
	)
	w.ok(err)
	if again.Provider != sso.Keycloak ||
		again.Draft.SAML.IDPEntityID != c.Draft.SAML.IDPEntityID ||
		again.Draft.Mapping.Groups[3] != "Role" {
		t.Errorf("over the same protocol: %+v", again.Draft)
	}
	_, err = w.Restart(w.Context(), by, w.ent, c.ID, c.Revision, sso.OIDC, sso.Okta)
	w.fails(err, sso.Stale, "connection_changed")
	other, err := w.Restart(w.Context(), by, w.ent, c.ID, 0, sso.OIDC, sso.Okta)
	w.ok(err)
	if other.Protocol != sso.OIDC ||
		other.Draft.SAML != nil ||
		other.Draft.OIDC == nil ||
		other.Name != c.Name ||
		w.load(c.ID).Protocol != sso.OIDC {
		t.Errorf("over another protocol: %+v", other)
	}
	back, err := w.Restart(w.Context(), by, w.ent, c.ID, 0, sso.SAML, sso.Okta)
	w.ok(err)
	if back.Draft.SAML.IDPEntityID != "" || len(back.Keys) != 1 {
		t.Errorf("and back: %+v", back.Draft)
	}
	_, _, err = w.Edit(w.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{MetadataURL: new(d.metadataURL())},
	})
	w.ok(err)
	live, err := w.Enable(w.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	_, err = w.Restart(w.Context(), by, w.ent, c.ID, 0, sso.OIDC, sso.Okta)
	w.fails(err, sso.Invalid, "invalid_configuration", "protocol")
	w.same(live, w.load(c.ID))
	_, err = w.Restart(w.Context(), by, w.ent, c.ID, 0, sso.SAML, "nobody")
	w.fails(err, sso.Invalid, "invalid_configuration", "provider")
	entra, err := w.Restart(w.Context(), by, w.ent, c.ID, 0, sso.SAML, sso.Entra)
	w.ok(err)
	if entra.Draft == nil || entra.Draft.Version <= entra.Live.Version {
		t.Errorf("while it is live: draft %+v", entra.Draft)
	}
}

func fieldMessage(err error, field string) string {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		for _, f := range e.Fields {
			if f.Field == field {
				return f.Message
			}
		}
	}
	return ""
}
