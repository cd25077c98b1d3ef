package connections

import (
	"bytes"
	"fmt"
	"slices"

	"gatehouse/saml"
	"gatehouse/sso"
)

// Bounds of the certificates of one identity provider.
const (
	maxCertificates    = 16
	maxCertificateText = 64 << 10
)

// trust replaces the certificates that an admin entered; if described, those of
// the metadata stay.
func (w *editing) trust(texts []string, described bool) {
	var all []sso.Certificate
	if described {
		all = slices.DeleteFunc(slices.Clone(w.cfg.SAML.Certificates), func(c sso.Certificate) bool {
			return c.Source != sso.FromMetadata
		})
	}
	if len(texts) > maxCertificates {
		w.tooMany(len(texts))
		return
	}
	for i, text := range texts {
		found, wrong := readCertificates(text)
		if wrong != "" {
			w.add("certificate_unreadable", fmt.Sprintf("saml.certificates[%d]", i), wrong)
			continue
		}
		for _, der := range found {
			if !slices.ContainsFunc(all, func(c sso.Certificate) bool {
				return bytes.Equal(c.Raw, der)
			}) {
				all = append(all, sso.Certificate{
					Raw:    der,
					Source: sso.FromAdmin,
				})
			}
		}
	}
	w.cfg.SAML.Certificates = all
}

func (w *editing) tooMany(n int) {
	w.add(
		invalid,
		"saml.certificates",
		fmt.Sprintf("There are %d certificates. Use at most %d.", n, maxCertificates),
	)
}

// byHand marks certificates as entered by an admin, once their metadata is no
// longer read.
func byHand(all []sso.Certificate) []sso.Certificate {
	all = slices.Clone(all)
	for i := range all {
		all[i].Source = sso.FromAdmin
	}
	return all
}

// checkCertificates checks all trusted certificates, from metadata or an admin.
func (w *editing) checkCertificates() {
	all := w.cfg.SAML.Certificates
	if len(all) > maxCertificates {
		w.tooMany(len(all))
		return
	}
	typed := 0
	for _, c := range all {
		field := "saml.metadata_url"
		switch {
		case c.Source == sso.FromAdmin:
			field = fmt.Sprintf("saml.certificates[%d]", typed)
			typed++
		case w.cfg.SAML.MetadataURL == "":
			field = "saml.metadata_xml"
		}
		warning, err := saml.CheckCertificate(c, w.Now())
		if err != nil {
			w.addError(field, err)
			continue
		}
		if warning != "" {
			w.warn(field, warning)
		}
		if cert, err := c.Parse(); err == nil && w.ours(cert) {
			w.add(
				"own_certificate", field,
				"This is the certificate that Gatehouse gave to the identity provider. Enter the one the identity provider signs with.",
			)
		}
	}
}
