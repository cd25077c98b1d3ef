package setup

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"

	"gatehouse/saml"
	"gatehouse/sso"
)

// Bounds of the certificates of one identity provider.
const (
	maxCertificates    = 16
	maxCertificateText = 64 << 10
)

// trust replaces the certificates that an admin gave; described says that those
// of the metadata stay.
func (w *editing) trust(texts []string, described bool) {
	var all []sso.Certificate
	if described {
		all = slices.DeleteFunc(slices.Clone(w.cfg.SAML.Certificates), func(c sso.Certificate) bool { return c.Source != sso.FromMetadata })
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
			if !slices.ContainsFunc(all, func(c sso.Certificate) bool { return bytes.Equal(c.Raw, der) }) {
				all = append(all, sso.Certificate{Raw: der, Source: sso.FromAdmin})
			}
		}
	}
	w.cfg.SAML.Certificates = all
}

func (w *editing) tooMany(n int) {
	w.add(invalid, "saml.certificates", fmt.Sprintf("There are %d certificates. Use at most %d.", n, maxCertificates))
}

// byHand makes the certificates of metadata that is not read any more an admin's
// own.
func byHand(all []sso.Certificate) []sso.Certificate {
	all = slices.Clone(all)
	for i := range all {
		all[i].Source = sso.FromAdmin
	}
	return all
}

// readCertificates reads PEM, with any number of certificates, or the base64 of
// one, and says what is wrong if it cannot. That they parse is checked with the
// rest of the configuration.
func readCertificates(text string) (all [][]byte, wrong string) {
	const none = "Enter a certificate: the text between BEGIN CERTIFICATE and END CERTIFICATE."
	if len(text) > maxCertificateText {
		return nil, fmt.Sprintf("Use at most %d bytes.", maxCertificateText)
	}
	if !strings.Contains(text, "-----BEGIN") {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil || len(der) == 0 {
			return nil, none
		}
		return [][]byte{der}, ""
	}
	for rest := []byte(text); ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		switch {
		case block == nil && (len(all) == 0 || bytes.Contains(rest, []byte("-----BEGIN"))):
			return nil, none
		case block == nil:
			return all, ""
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil, "This is a private key, which only its owner should have. Enter the certificate."
		case block.Type != "CERTIFICATE":
			return nil, none
		}
		all = append(all, block.Bytes)
	}
}

// checkCertificates looks at all that are trusted, wherever they came from.
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
			w.add("own_certificate", field, "This is the certificate that Gatehouse gave to the identity provider. Enter the one the identity provider signs with.")
		}
	}
}
