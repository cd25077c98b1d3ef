package setup

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"errors"
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
		found, err := readCertificates(text)
		if err != nil {
			w.add("certificate_unreadable", fmt.Sprintf("saml.certificates[%d]", i), err.Error())
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
// one. That they parse is checked with the rest of the configuration.
func readCertificates(text string) ([][]byte, error) {
	if len(text) > maxCertificateText {
		return nil, fmt.Errorf("Use at most %d bytes.", maxCertificateText) //nolint:staticcheck // a sentence for a person
	}
	if !strings.Contains(text, "-----BEGIN") {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil || len(der) == 0 {
			return nil, errNoCertificate()
		}
		return [][]byte{der}, nil
	}
	var all [][]byte
	for rest := []byte(text); ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		switch {
		case block == nil && (len(all) == 0 || bytes.Contains(rest, []byte("-----BEGIN"))):
			return nil, errNoCertificate()
		case block == nil:
			return all, nil
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil, errors.New("This is a private key, which nobody but its owner should have. Enter the certificate.") //nolint:staticcheck // a sentence for a person
		case block.Type != "CERTIFICATE":
			return nil, errNoCertificate()
		}
		all = append(all, block.Bytes)
	}
}

func errNoCertificate() error {
	return errors.New("Enter a certificate: the text between BEGIN CERTIFICATE and END CERTIFICATE.") //nolint:staticcheck // a sentence for a person
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
