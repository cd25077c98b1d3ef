package connections

import (
	"context"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/saml"
	"gatehouse/sso"
)

// Longest values of a SAML configuration, in bytes.
const (
	maxEntityID = 1024
	maxMetadata = 512 << 10
)

// saml applies an edit of a SAML configuration.
func (w *editing) saml(ctx context.Context, e SAMLEdit) {
	cfg := w.cfg.SAML
	described, ok := w.describe(ctx, e)
	if ok {
		w.byHand(e, described)
	}
	if e.Certificates != nil {
		w.trust(e.Certificates, described)
	}
	set(&cfg.SignRequests, e.SignRequests)
	set(&cfg.IDPInitiated, e.AllowIDPInitiated)
	set(&cfg.NameIDFormat, e.NameIDFormat)
	set(&cfg.ForceAuthn, e.ForceAuthn)
	set(&cfg.AllowSHA1, e.AllowSHA1)
	set(&cfg.ClockSkew, e.ClockSkew)
	set(&cfg.ConfirmNewKeys, e.ConfirmNewKeys)
}

// describe applies metadata that the edit names or contains. described reports
// whether the connection uses metadata from now on, ok whether it could be
// applied.
func (w *editing) describe(ctx context.Context, e SAMLEdit) (described, ok bool) {
	cfg := w.cfg.SAML
	address, doc := inASCII(given(e.MetadataURL)), given(e.MetadataXML)
	switch {
	case address != "" && doc != "":
		w.add(invalid, "saml.metadata_xml", "Give the address of the metadata or the metadata itself, not both.")
		return true, false
	case doc != "":
		return true, w.read(doc, w.expected(e))
	case address != "":
		return true, w.fetch(ctx, address, w.expected(e))
	case e.MetadataURL != nil:
		cfg.MetadataURL = ""
		cfg.Certificates = byHand(cfg.Certificates)
	}
	return cfg.MetadataURL != "", true
}

func given(text *string) string {
	if text == nil {
		return ""
	}
	return strings.TrimSpace(*text)
}

// expected returns the entity ID to choose from metadata with several entities.
func (w *editing) expected(e SAMLEdit) string {
	if e.IDPEntityID != nil {
		return strings.TrimSpace(*e.IDPEntityID)
	}
	return w.cfg.SAML.IDPEntityID
}

func (w *editing) read(doc, entityID string) bool {
	const field = "saml.metadata_xml"
	if len(doc) > maxMetadata {
		w.add("metadata_unreadable", field, fmt.Sprintf("Use at most %d bytes.", maxMetadata))
		return false
	}
	m, err := w.SAML.ReadMetadata([]byte(doc), entityID)
	if err != nil {
		w.addError(field, err)
		return false
	}
	return w.take(m, field, "")
}

// fetch fetches the metadata. If an address that was read before does not answer
// now, the previous metadata stays.
func (w *editing) fetch(ctx context.Context, address, entityID string) bool {
	const field = "saml.metadata_url"
	if !w.address(sso.CodeURLNotAllowed, field, address) {
		return false
	}
	m, err := w.SAML.FetchMetadataOf(ctx, address, entityID)
	switch {
	case err == nil:
		if w.c.Live == nil {
			w.c.Metadata = sso.MetadataStatus{CheckedAt: w.Now()}
		}
		return w.take(m, field, address)
	case sso.KindOf(err) == sso.Upstream && address == w.cfg.SAML.MetadataURL:
		w.addWarning(Warning{
			Code:    IDPUnanswered,
			Field:   field,
			Message: "The metadata could not be fetched now. What was read before is kept.",
		})
		return true
	}
	w.misread(field, address, err)
	return false
}

// take applies metadata. It may describe another identity provider, which is the
// admin's choice here; the keys of the previous one are then no longer trusted.
func (w *editing) take(m saml.Metadata, field, address string) bool {
	next := *w.cfg.SAML
	if next.IDPEntityID != m.EntityID {
		next.IDPEntityID, next.Certificates = "", nil
	}
	next, err := m.Apply(next)
	if err != nil {
		w.addError(field, err)
		return false
	}
	next.MetadataURL = address
	next.Pending, next.ReplacedAt = nil, time.Time{} // the admin sees the keys
	*w.cfg.SAML = next
	for _, text := range m.Warnings {
		w.warn(field, text)
	}
	return true
}

// byHand applies values about the identity provider that the admin entered. If
// the connection uses metadata, they must agree with it.
func (w *editing) byHand(e SAMLEdit, described bool) {
	cfg := w.cfg.SAML
	if e.SSOURL != nil {
		typed := inASCII(*e.SSOURL)
		e.SSOURL = &typed
	}
	if e.SLOURL != nil {
		typed := inASCII(*e.SLOURL)
		e.SLOURL = &typed
	}
	var slo string
	if cfg.SLO != nil {
		slo = cfg.SLO.URL
	}
	for _, part := range []struct {
		field string
		typed *string
		is    *string
	}{
		{"idp_entity_id", e.IDPEntityID, &cfg.IDPEntityID},
		{"sso_url", e.SSOURL, &cfg.SSO.URL},
		{"sso_binding", e.SSOBinding, &cfg.SSO.Binding},
		{"slo_url", e.SLOURL, &slo},
	} {
		switch {
		case part.typed == nil || *part.typed == *part.is:
		case described:
			w.add(
				invalid, "saml."+part.field,
				"The metadata says something else. Leave this out, or take the metadata away.",
			)
		default:
			*part.is = strings.TrimSpace(*part.typed)
		}
	}
	if cfg.SSO.URL != "" && cfg.SSO.Binding == "" {
		cfg.SSO.Binding = sso.BindingRedirect
	}
	switch {
	case slo == "":
		cfg.SLO = nil
	case cfg.SLO == nil:
		cfg.SLO = &sso.Endpoint{URL: slo, Binding: sso.BindingRedirect}
	case cfg.SLO.URL != slo:
		cfg.SLO = &sso.Endpoint{URL: slo, Binding: cfg.SLO.Binding}
	}
}

func (w *editing) checkSAML() {
	c := w.cfg.SAML
	c.SSO.URL = inASCII(c.SSO.URL) // it may have been saved before hosts were converted
	if c.SLO != nil {
		c.SLO = &sso.Endpoint{URL: inASCII(c.SLO.URL), Binding: c.SLO.Binding}
	}
	w.text("saml.idp_entity_id", c.IDPEntityID, maxEntityID)
	if c.SSO.URL != "" {
		w.address("metadata_bad_endpoint", "saml.sso_url", c.SSO.URL)
		oneOf(&w.problems, "saml.sso_binding", c.SSO.Binding, sso.BindingRedirect, sso.BindingPOST)
	}
	if c.SLO != nil {
		w.address("metadata_bad_endpoint", "saml.slo_url", c.SLO.URL)
	}
	w.checkCertificates()
	oneOf(
		&w.problems, "saml.allow_idp_initiated", c.IDPInitiated, sso.IDPInitiatedOff,
		sso.IDPInitiatedRebounce, sso.IDPInitiatedDirect,
	)
	oneOf(
		&w.problems, "saml.name_id_format", c.NameIDFormat, nameIDPersistent, nameIDUnspecified,
		nameIDEmail, nameIDWindows,
	)
	if limit := int(sso.MaxClockSkew / time.Second); c.ClockSkew < 0 || int(c.ClockSkew) > limit {
		w.add(invalid, "saml.clock_skew_seconds", fmt.Sprintf("Use 0 to %d.", limit))
	}
	if c.AllowSHA1 {
		w.warn(
			"saml.allow_sha1",
			"Signatures with SHA-1 can be forged with enough money. Have the identity provider sign with SHA-256.",
		)
	}
	if c.IDPInitiated == sso.IDPInitiatedDirect {
		w.warn(
			"saml.allow_idp_initiated",
			`A link can sign a person in as someone else. “Allowed: starts a sign-in of our own” gives people the same click without that risk.`,
		)
	}
}

// ours reports whether a certificate holds a key of the service provider: it must
// not be entered as the identity provider's, because then our own signatures
// would be trusted.
func (w *editing) ours(cert *x509.Certificate) bool {
	return slices.ContainsFunc(w.c.Keys, func(k sso.KeyPair) bool {
		own, err := x509.ParseCertificate(k.Certificate)
		return err == nil && slices.Equal(own.RawSubjectPublicKeyInfo, cert.RawSubjectPublicKeyInfo)
	})
}
