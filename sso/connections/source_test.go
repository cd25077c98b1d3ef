package connections_test

import (
	"encoding/pem"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// Everything by hand, then from metadata, then by hand again.
func TestWhereTheIdentityProviderIsDescribed(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name: new("x"),
	})
	w.ok(err)
	edit := func(e connections.SAMLEdit) *sso.SAMLConfig {
		t.Helper()
		edited, _, err := w.Edit(
			t.Context(), by, w.ent, c.ID, connections.Edit{SAML: &e},
		)
		w.ok(err)
		return edited.Draft.SAML
	}
	one, two, three := certificate(t, 365), certificate(t, 365), certificate(t, 365)
	bundle := string(pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: one,
	})) + "\n" + string(pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: two,
	}))

	got := edit(connections.SAMLEdit{
		IDPEntityID:  new(" urn:idp "),
		SSOURL:       new("https://idp.test/a"),
		SLOURL:       new("https://idp.test/o"),
		Certificates: []string{bundle, b64(two)},
	})
	w.same([]string{b64(one), b64(two)}, keysOf(&sso.Config{SAML: got}))
	w.same(
		sso.Endpoint{URL: "https://idp.test/a", Binding: sso.BindingRedirect},
		got.SSO,
	)
	w.same(
		&sso.Endpoint{URL: "https://idp.test/o", Binding: sso.BindingRedirect},
		got.SLO,
	)
	if got.IDPEntityID != "urn:idp" {
		t.Errorf("%q", got.IDPEntityID)
	}
	got = edit(connections.SAMLEdit{
		SSOBinding: new(sso.BindingPOST),
		SLOURL:     new(""),
	})
	if got.SLO != nil || got.SSO.Binding != sso.BindingPOST {
		t.Errorf("%+v", got)
	}

	// Metadata of the same identity provider leaves what was typed.
	d.set(func(d *directory) { d.entity = "urn:idp" })
	got = edit(connections.SAMLEdit{MetadataURL: new(d.metadataURL())})
	w.same(
		[]string{b64(d.certs[0]), b64(one), b64(two)},
		keysOf(&sso.Config{SAML: got}),
	)
	got = edit(connections.SAMLEdit{
		Certificates: []string{b64(three), b64(d.certs[0])},
	})
	w.same([]string{b64(d.certs[0]), b64(three)}, keysOf(&sso.Config{SAML: got}))

	// That of another one takes everything away.
	d.set(func(d *directory) { d.entity = "urn:other" })
	got = edit(connections.SAMLEdit{MetadataURL: new(d.metadataURL())})
	w.same([]string{b64(d.certs[0])}, keysOf(&sso.Config{SAML: got}))

	// A document ends the fetching; then all of it can be changed by hand.
	got = edit(connections.SAMLEdit{
		MetadataXML: new(metadataOf("urn:pasted", "https://idp.test/p", one)),
	})
	if got.MetadataURL != "" || got.IDPEntityID != "urn:pasted" {
		t.Errorf("%+v", got)
	}
	got = edit(connections.SAMLEdit{
		SSOURL:       new("https://idp.test/q"),
		Certificates: []string{b64(two)},
	})
	w.same([]string{b64(two)}, keysOf(&sso.Config{SAML: got}))
	got = edit(connections.SAMLEdit{Certificates: []string{}})
	if len(got.Certificates) != 0 {
		t.Errorf("%d certificates left", len(got.Certificates))
	}

	// An address taken away leaves what it said as the admin's own.
	edit(connections.SAMLEdit{MetadataURL: new(d.metadataURL())})
	got = edit(connections.SAMLEdit{MetadataURL: new("")})
	if got.MetadataURL != "" ||
		len(got.Certificates) != 1 ||
		got.Certificates[0].Source != sso.FromAdmin {
		t.Errorf("%+v", got)
	}
}

func TestOneOfAFederation(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	doc := `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` +
		metadataOf("https://a.test", "https://a.test/sso", d.certs...) +
		metadataOf("https://b.test", "https://b.test/sso", d.certs...) +
		`</EntitiesDescriptor>`
	d.set(func(d *directory) { d.override = answer(http.StatusOK, doc) })
	c, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name: new("x"),
		SAML: &connections.SAMLEdit{
			MetadataURL: new(d.metadataURL()),
			IDPEntityID: new("https://b.test"),
		},
	})
	w.ok(err)
	if c.Draft.SAML.SSO.URL != "https://b.test/sso" {
		t.Errorf("%+v", c.Draft.SAML.SSO)
	}
	c, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	if _, changed, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID); changed || err != nil {
		t.Errorf("another of the federation: %v, %v", changed, err)
	}
}

// An address that answered once may fail now; a new one may not.
func TestMetadataThatWasReadBefore(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	d.set(func(d *directory) {
		d.override = answer(http.StatusServiceUnavailable, "")
	})
	edited, warnings, err := w.Edit(
		t.Context(), by, w.ent, c.ID,
		connections.Edit{SAML: &connections.SAMLEdit{
			MetadataURL: new(d.metadataURL()),
			ForceAuthn:  new(true),
		}},
	)
	w.ok(err)
	w.same(keysOf(c.Live), keysOf(edited.Draft))
	w.same([]string{"saml.metadata_url", "saml.metadata_url"}, fieldsOf(warnings)) // and that it is not encrypted
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name: new("x"),
	})
	w.ok(err)
	_, warnings, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{
			IDPEntityID:       new("urn:idp"),
			SSOURL:            new("http://127.0.0.1/sso"),
			AllowSHA1:         new(true),
			AllowIDPInitiated: new(sso.IDPInitiatedDirect),
			Certificates: []string{
				b64(certificate(t, 365)), b64(certificate(t, 20)),
				b64(certificate(t, -1)),
			},
		},
		Mapping: &connections.MappingEdit{
			Subject: new("email"),
			Email:   []string{"email"},
		},
	})
	w.ok(err)
	w.same(
		[]string{
			"mapping.subject", "saml.allow_idp_initiated", "saml.allow_sha1",
			"saml.certificates[1]", "saml.certificates[2]", "saml.sso_url",
		},
		fieldsOf(warnings),
	)

	_, warnings, err = w.Edit(
		t.Context(), by, w.ent, c.ID,
		connections.Edit{SAML: &connections.SAMLEdit{
			MetadataXML: new(metadataOf(
				"urn:new", "https://idp.test/sso", certificate(t, 20),
			)),
			AllowSHA1:         new(false),
			AllowIDPInitiated: new(sso.IDPInitiatedOff),
		}},
	)
	w.ok(err)
	// once, though the metadata and the configuration both tell
	w.same([]string{"mapping.subject", "saml.metadata_xml"}, fieldsOf(warnings))

	d.set(func(d *directory) { d.methods = []string{"client_secret_jwt"} })
	_, warnings, err = w.Create(t.Context(), by, w.ent, sso.OIDC, connections.Edit{
		Name: new("x"),
		OIDC: &connections.OIDCEdit{Issuer: new(d.URL)},
	})
	w.ok(err)
	w.same(
		[]string{"oidc.issuer", "oidc.token_endpoint_auth_method"},
		fieldsOf(warnings),
	)
}

// A provider that is down may be right; it is asked again before it counts.
func TestIssuerThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	d.set(func(d *directory) {
		d.override, d.issuer = answer(http.StatusServiceUnavailable, ""), d.URL+"/"
	})
	c, warnings, err := w.Create(t.Context(), by, w.ent, sso.OIDC, connections.Edit{
		Name: new("x"),
		OIDC: &connections.OIDCEdit{
			Issuer:       new(d.URL),
			ClientID:     new("gatehouse"),
			ClientSecret: new(sso.Secret("canary")),
		},
	})
	w.ok(err)
	w.same([]string{"oidc.issuer", "oidc.issuer"}, fieldsOf(warnings))

	_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.fails(err, sso.Upstream, "idp_unavailable", "oidc.issuer")
	d.set(func(d *directory) {
		d.override = answer(http.StatusOK, discovery("https://evil.test", d.URL))
	})
	_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.fails(err, sso.Invalid, "issuer_mismatch", "oidc.issuer")
	if c = w.load(c.ID); c.State != sso.ConnectionDraft || c.Live != nil {
		t.Errorf("%+v", c)
	}

	d.set(func(d *directory) { d.override = nil })
	c, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	if c.Live.OIDC.Issuer != d.URL+"/" {
		t.Errorf("the issuer is not what the provider calls itself: %s", c.Live.OIDC.Issuer)
	}
}

// A secret is sent only to the issuer it was entered for (CVE-2026-15943).
func TestSecretIsOfOneIssuer(t *testing.T) {
	t.Parallel()
	w, d, evil := newWorld(t), newDirectory(t), newDirectory(t)
	c := w.oidc(d)
	to := connections.Edit{OIDC: &connections.OIDCEdit{Issuer: new(evil.URL)}}
	w.refuses(c, map[string]refused{
		"another issuer": {to, "secret_needed", []string{"oidc.client_secret"}},
	})
	for name, secret := range map[string]sso.Secret{
		"again": "another-canary",
		"none":  "",
	} {
		to.OIDC.ClientSecret = new(secret)
		edited, _, err := w.Edit(t.Context(), by, w.ent, c.ID, to)
		w.ok(err)
		if edited.Draft.OIDC.ClientSecret != secret {
			t.Errorf("%s: the old secret is kept", name)
		}
	}
	c = w.oidc(d)
	same, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		OIDC: &connections.OIDCEdit{Issuer: new(d.URL + "/")},
	})
	w.ok(err)
	w.same(c.Draft.OIDC, same.Draft.OIDC) // a slash makes no other issuer
}

// TestConfirmedIssuer: an address that states another issuer is refused with that
// issuer, until an admin confirms it; then it stays confirmed, and the secret goes
// nowhere else without being entered again.
func TestConfirmedIssuer(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	stated := d.URL + "/tenant/v2.0/"
	d.set(func(d *directory) {
		d.override = answer(http.StatusOK, discovery(stated, d.URL))
	})
	edit := func(e connections.OIDCEdit) connections.Edit {
		return connections.Edit{
			Name: new("x"),
			OIDC: &e,
		}
	}
	secret := new(sso.Secret("canary"))

	_, _, err := w.Create(
		t.Context(),
		by,
		w.ent,
		sso.OIDC,
		edit(connections.OIDCEdit{Issuer: new(d.URL + "/policy/v2.0")}),
	)
	w.fails(err, sso.Invalid, "issuer_mismatch", "oidc.issuer")
	if got := connections.StatedIssuer(err); got != stated || !strings.Contains(err.Error(), stated) {
		t.Errorf("stated issuer %q, %v", got, err)
	}
	_, _, err = w.Create(t.Context(), by, w.ent, sso.OIDC, edit(connections.OIDCEdit{
		Issuer:          new(d.URL + "/policy/v2.0"),
		ConfirmedIssuer: new(d.URL),
	}))
	w.fails(err, sso.Invalid, "issuer_mismatch", "oidc.issuer")
	_, _, err = w.Create(
		t.Context(), by, w.ent, sso.OIDC,
		edit(connections.OIDCEdit{ConfirmedIssuer: new(stated)}),
	)
	w.fails(err, sso.Invalid, "invalid_configuration", "oidc.confirmed_issuer")

	c, warnings, err := w.Create(
		t.Context(), by, w.ent, sso.OIDC,
		edit(connections.OIDCEdit{
			Issuer:          new(d.URL + "/policy/v2.0"),
			ConfirmedIssuer: new(stated),
			ClientID:        new("gatehouse"),
			ClientSecret:    secret,
		}),
	)
	w.ok(err)
	document := d.URL + "/policy/v2.0/.well-known/openid-configuration"
	if o := c.Draft.OIDC; o.Issuer != stated ||
		o.DiscoveryURL != document ||
		!slices.Contains(fieldsOf(warnings), "oidc.issuer") {
		t.Errorf("%+v, %v", o, warnings)
	}
	// saved again as it is shown
	c, _, err = w.Edit(t.Context(), by, w.ent, c.ID, edit(connections.OIDCEdit{
		Issuer:   new(stated),
		ClientID: new("other"),
	}))
	w.ok(err)
	if c.Draft.OIDC.DiscoveryURL != document {
		t.Errorf("saving again lost the confirmation: %+v", c.Draft.OIDC)
	}
	c, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	if c.Live.OIDC.DiscoveryURL != document || c.Live.OIDC.Issuer != stated {
		t.Errorf("%+v", c.Live.OIDC)
	}
	evil := newDirectory(t)
	evil.set(func(e *directory) {
		e.override = answer(http.StatusOK, discovery(stated, e.URL))
	})
	_, _, err = w.Edit(t.Context(), by, w.ent, c.ID, edit(connections.OIDCEdit{
		Issuer:          new(evil.URL),
		ConfirmedIssuer: new(stated),
	}))
	w.fails(err, sso.Invalid, "secret_needed", "oidc.client_secret") // the same issuer, another token endpoint

	d.set(func(d *directory) {
		d.override = answer(http.StatusOK, discovery("https://login.microsoftonline.com/{tenantid}/v2.0", d.URL))
	})
	_, _, err = w.Create(t.Context(), by, w.ent, sso.OIDC, edit(connections.OIDCEdit{
		Issuer:          new(d.URL),
		ConfirmedIssuer: new("https://login.microsoftonline.com/{tenantid}/v2.0"),
	}))
	w.fails(err, sso.Invalid, "issuer_mismatch", "oidc.issuer")
	if got := connections.StatedIssuer(err); got != "" {
		t.Errorf("a pattern can be confirmed: %q", got)
	}
}
