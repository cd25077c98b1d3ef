package saml

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// Metadata is what an identity provider publishes about itself, limited to what
// is used. It does not prove its author: it is trusted because of where it was
// fetched.
type Metadata struct {
	EntityID     string
	SSO          sso.Endpoint      // by HTTP-Redirect if that is offered, else by HTTP-POST
	SLO          *sso.Endpoint     // likewise; nil: neither is offered
	Certificates []sso.Certificate // strong enough, from metadata
	// WantSigned says that requests must be signed.
	WantSigned    bool
	NameIDFormats []string
	ValidUntil    time.Time // zero: no end
	// Warnings are sentences for an admin about what works but should be
	// changed.
	Warnings []string
}

// ParseMetadata reads a document with one identity provider. It has no clock,
// so it checks neither validUntil nor the dates of certificates;
// [ServiceProvider.ReadMetadata] does that as well. Errors are Invalid:
// "metadata_unreadable", "metadata_ambiguous", "metadata_no_signing_key",
// "weak_key", "metadata_bad_endpoint".
func ParseMetadata(doc []byte) (Metadata, error) { return parseMetadata(doc, "") }

// ReadMetadata reads a document that an admin pasted or uploaded. entityID
// selects among several identity providers and is ignored otherwise. Errors:
// those of ParseMetadata, and Invalid "metadata_expired".
func (sp *ServiceProvider) ReadMetadata(doc []byte, entityID string) (Metadata, error) {
	m, err := parseMetadata(doc, entityID)
	if err != nil {
		return Metadata{}, err
	}
	return m.checkDates(sp.now())
}

func parseMetadata(doc []byte, entityID string) (Metadata, error) {
	doc, err := plainDocument(doc)
	if err != nil {
		return Metadata{}, err
	}
	if isWebPage(doc) {
		return Metadata{}, errWebPage()
	}
	seen, err := scan(doc, metadataLimits(), nil)
	if err != nil {
		return Metadata{}, errUnreadable(err)
	}
	if seen.space != nsMetadata {
		return Metadata{}, errUnreadable(fmt.Errorf("an element %q", sso.Sanitize(seen.tag)))
	}
	root, err := parse(doc, metadataLimits())
	if err != nil {
		return Metadata{}, errUnreadable(err)
	}
	all, err := entities(root, time.Time{})
	if err != nil {
		return Metadata{}, errUnreadable(err)
	}
	selected, err := selectEntity(all, entityID)
	if err != nil {
		return Metadata{}, err
	}
	return selected.read()
}

// plainDocument removes a byte order mark, and the space around it that is copied along
// when a document is pasted.
func plainDocument(doc []byte) ([]byte, error) {
	const space = " \t\r\n"
	doc, err := sso.PlainText(bytes.TrimLeft(doc, space))
	if err != nil {
		message := err.Error()
		return nil, &sso.Error{
			Kind:   sso.Invalid,
			Code:   "metadata_unreadable",
			Public: strings.ToUpper(message[:1]) + message[1:] + ".",
			Err:    err,
		}
	}
	return bytes.TrimLeft(doc, space), nil
}

// isWebPage reports whether doc is HTML, which an admin gets who enters the
// sign-in address in place of the metadata address.
func isWebPage(doc []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(doc[:min(len(doc), 512)]))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html"))
}

// entity is one entity of a document, with its roles as an identity provider.
type entity struct {
	id    string
	roles []*etree.Element // each describes the same identity provider
	until time.Time        // the earliest validUntil of it and the elements around it
}

// entities returns the entities of a document at any depth. The scan limits the
// depth.
func entities(el *etree.Element, until time.Time) ([]entity, error) {
	until, err := earliestUntil(until, el)
	if err != nil {
		return nil, err
	}
	if hasName(el, nsMetadata, "EntityDescriptor") {
		p, err := readEntity(el, until)
		return []entity{p}, err
	}
	if !hasName(el, nsMetadata, "EntitiesDescriptor") {
		return nil, nil
	}
	var all []entity
	for _, child := range el.ChildElements() {
		inside, err := entities(child, until)
		if err != nil {
			return nil, err
		}
		all = append(all, inside...)
	}
	return all, nil
}

func readEntity(el *etree.Element, until time.Time) (entity, error) {
	p := entity{
		id:    strings.Trim(attrValue(el, "entityID"), " \t\r\n"),
		until: until,
	}
	for _, role := range children(el, nsMetadata, "IDPSSODescriptor") {
		if protocols := attrValue(role, "protocolSupportEnumeration"); protocols != "" &&
			!slices.Contains(strings.Fields(protocols), nsProtocol) {
			continue
		}
		p.roles = append(p.roles, role)
		var err error
		if p.until, err = earliestUntil(until, role); err != nil {
			return entity{}, err
		}
	}
	return p, nil
}

// earliestUntil returns the earlier of until and el's own validUntil.
func earliestUntil(until time.Time, el *etree.Element) (time.Time, error) {
	s := attrValue(el, "validUntil")
	if s == "" {
		return until, nil
	}
	t, err := parseTime(s)
	if err != nil {
		return until, fmt.Errorf("validUntil: %w", err)
	}
	if until.IsZero() || t.Before(until) {
		return t, nil
	}
	return until, nil
}

// selectEntity selects the identity provider with that entity ID.
func selectEntity(all []entity, entityID string) (entity, error) {
	var idps, named []entity
	for _, p := range all {
		if len(p.roles) == 0 {
			continue
		}
		idps = append(idps, p)
		if p.id == entityID {
			named = append(named, p)
		}
	}
	switch {
	case len(idps) == 1:
		return idps[0], nil
	case len(named) == 1:
		return named[0], nil
	case len(idps) > 1:
		return entity{}, errAmbiguous(idps)
	case len(all) > 0:
		return entity{}, &sso.Error{
			Kind:   sso.Invalid,
			Code:   "metadata_unreadable",
			Public: "This is the metadata of an application, not of an identity provider.",
			Err:    fmt.Errorf("%d entities, none with an IDPSSODescriptor for SAML 2.0", len(all)),
		}
	}
	return entity{}, errUnreadable(errors.New("no EntityDescriptor"))
}

const (
	maxEntityIDLength = 1024 // metadata §2.2.1
	maxNameIDFormats  = 16
)

func (p entity) read() (Metadata, error) {
	if p.id == "" || len(p.id) > maxEntityIDLength || !sso.Printable(p.id) {
		return Metadata{}, errUnreadable(errors.New("an entityID that is missing, too long or not printable"))
	}
	m, err := p.readRole(p.roles[0])
	if err != nil {
		return Metadata{}, err
	}
	for _, role := range p.roles[1:] {
		other, err := p.readRole(role)
		if err != nil {
			return Metadata{}, err
		}
		if part := m.firstDifference(other); part != "" {
			return Metadata{}, &sso.Error{
				Kind: sso.Invalid,
				Code: "metadata_unreadable",
				Public: "This metadata describes the identity provider twice, with different " +
					part + ". Publish one description.",
				Err: fmt.Errorf("%d IDPSSODescriptors with different %s", len(p.roles), part),
			}
		}
		m.WantSigned = m.WantSigned || other.WantSigned
	}
	return m, nil
}

// firstDifference names the first difference between two descriptions of one identity
// provider, or "" if they agree.
func (m Metadata) firstDifference(other Metadata) string {
	sameLogout := m.SLO == other.SLO || m.SLO != nil && other.SLO != nil && *m.SLO == *other.SLO
	missing := func(c sso.Certificate) bool {
		return !containsCertificate(other.Certificates, c)
	}
	switch {
	case m.SSO != other.SSO:
		return "single sign-on addresses"
	case !sameLogout:
		return "single logout addresses"
	case len(m.Certificates) != len(other.Certificates) ||
		slices.ContainsFunc(m.Certificates, missing):
		return "certificates"
	}
	return ""
}

func (p entity) readRole(role *etree.Element) (Metadata, error) {
	want := attrValue(role, "WantAuthnRequestsSigned")
	m := Metadata{
		EntityID:   p.id,
		ValidUntil: p.until,
		WantSigned: want == "true" || want == "1",
	}
	ssoEndpoint, skipped, err := endpoint(role, "SingleSignOnService")
	if err != nil {
		return Metadata{}, err
	}
	if ssoEndpoint == nil {
		return Metadata{}, errBadEndpoint(fmt.Errorf(
			"no usable SingleSignOnService by HTTP-Redirect or HTTP-POST; left out: %q", skipped,
		))
	}
	m.SSO, m.Warnings = *ssoEndpoint, skipped
	if m.SLO, skipped, err = endpoint(role, "SingleLogoutService"); err != nil {
		return Metadata{}, err
	}
	if m.SLO == nil && len(skipped) > 0 {
		skipped = append(skipped, "Signing out here does not sign people out at the identity provider.")
	}
	m.Warnings = append(m.Warnings, skipped...)
	for _, el := range children(role, nsMetadata, "NameIDFormat") {
		if format, err := trimmedText(el); err == nil && len(m.NameIDFormats) < maxNameIDFormats {
			m.NameIDFormats = append(m.NameIDFormats, sso.Sanitize(format))
		}
	}
	var warnings []string
	if m.Certificates, warnings, err = certificates(role); err != nil {
		return Metadata{}, err
	}
	m.Warnings = append(m.Warnings, warnings...)
	return m, nil
}

const maxSkipped = 8 // how many unusable addresses an error names

// endpoint returns the browser endpoint of a service. An unusable address is
// skipped with a warning, since it may not be needed. Only an address that runs
// as a script refuses the whole document: that is no mistake.
func endpoint(role *etree.Element, service string) (found *sso.Endpoint, skipped []string, err error) {
	for _, el := range children(role, nsMetadata, service) {
		e := sso.Endpoint{
			URL:     strings.Trim(attrValue(el, "Location"), " \t\r\n"),
			Binding: attrValue(el, "Binding"),
		}
		if isScript(e.URL) {
			return nil, nil, errBadEndpoint(fmt.Errorf("%s %q", service, sso.Sanitize(e.URL)))
		}
		if e.Binding != sso.BindingRedirect && e.Binding != sso.BindingPOST {
			continue // SOAP and artifacts are for servers
		}
		usable, err := address.URL(e.URL)
		if err == nil {
			err = sso.CheckEndpoint(usable)
		}
		if err != nil {
			if len(skipped) < maxSkipped {
				skipped = append(skipped, skippedWarning(service, e, err))
			}
			continue
		}
		e.URL = usable
		if found == nil ||
			found.Binding != sso.BindingRedirect && e.Binding == sso.BindingRedirect {
			found = &e
		}
	}
	return found, skipped, nil
}

// skippedWarning returns the warning about an address that is not used.
func skippedWarning(service string, e sso.Endpoint, err error) string {
	binding := e.Binding[strings.LastIndexByte(e.Binding, ':')+1:]
	if e.URL == "" {
		return "The " + service + " by " + binding + " was left out: its address is empty."
	}
	return "The " + service + " by " + binding + " was left out: " + sso.Sanitize(e.URL) +
		" cannot be used (" + err.Error() + ")."
}

// isScript reports whether a browser would run or show the address instead of
// navigating to it.
func isScript(raw string) bool {
	scheme, _, _ := strings.Cut(raw, ":")
	scheme = strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, scheme))
	return slices.Contains(
		[]string{"javascript", "data", "vbscript", "file", "blob", "view-source"}, scheme,
	)
}

// Apply writes an identity provider's metadata into a configuration. It keeps
// what an admin added by hand: certificates from elsewhere, and signing that
// the identity provider does not require. It fails with Conflict
// "metadata_entity_changed" if cfg is about another identity provider: control
// over an address must not be enough to replace a connection's identity
// provider.
func (m Metadata) Apply(cfg sso.SAMLConfig) (sso.SAMLConfig, error) {
	if cfg.IDPEntityID != "" && cfg.IDPEntityID != m.EntityID {
		return sso.SAMLConfig{}, &sso.Error{
			Kind:   sso.Conflict,
			Code:   "metadata_entity_changed",
			Public: "This metadata is of another identity provider than the one configured here. Make a new connection for it.",
			Err: fmt.Errorf(
				"entityID: want %q, got %q", sso.Sanitize(cfg.IDPEntityID),
				sso.Sanitize(m.EntityID),
			),
		}
	}
	trusted := slices.Clone(m.Certificates)
	for _, c := range cfg.Certificates {
		if c.Source == sso.FromAdmin && !containsCertificate(m.Certificates, c) {
			trusted = append(trusted, c)
		}
	}
	if len(trusted) > maxCertificates {
		return sso.SAMLConfig{}, errTooManyKeys(len(trusted))
	}
	cfg.IDPEntityID = m.EntityID
	cfg.SSO = m.SSO
	cfg.SLO = m.SLO
	cfg.Certificates = trusted
	cfg.SignRequests = cfg.SignRequests || m.WantSigned
	return cfg, nil
}
