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
)

// expiryNotice is how long before its expiry a certificate causes a warning.
const expiryNotice = 30 * 24 * time.Hour

// certificates returns the signing certificates of a role: those of key
// descriptors for signing, or without a use, which are for both. Unusable ones
// are skipped with a warning as long as one remains.
func certificates(role *etree.Element) (trusted []sso.Certificate, warnings []string, err error) {
	var weakErr, brokenErr error
	for _, descriptor := range children(role, nsMetadata, "KeyDescriptor") {
		if use := attrValue(descriptor, "use"); use != "" && use != "signing" {
			continue
		}
		found, err := readKey(descriptor)
		if err != nil {
			brokenErr = err
			continue
		}
		for _, c := range found {
			cert, err := c.Parse()
			switch {
			case err != nil:
				brokenErr = err
			case checkKeyStrength(cert.PublicKey) != nil:
				weakErr = checkKeyStrength(cert.PublicKey)
			case !containsCertificate(trusted, c):
				trusted = append(trusted, c)
			}
		}
	}
	switch {
	case len(trusted) > maxCertificates:
		return nil, nil, errTooManyKeys(len(trusted))
	case len(trusted) == 0 && weakErr != nil:
		return nil, nil, errWeakKey(weakErr)
	case len(trusted) == 0:
		return nil, nil, &sso.Error{
			Kind:   sso.Invalid,
			Code:   "metadata_no_signing_key",
			Public: "This metadata has no signing certificate, so no sign-in could be verified.",
			Err:    orMissing(brokenErr),
		}
	}
	if weakErr != nil {
		warnings = append(
			warnings,
			"A key that is not strong enough was left out: sign-ins signed with it are refused.",
		)
	}
	if brokenErr != nil {
		warnings = append(warnings, "A key that cannot be read was left out: sign-ins signed with it are refused.")
	}
	return trusted, warnings, nil
}

// readKey reads the certificates of a key descriptor. Several in one X509Data
// are a chain (XML Signature §4.5.4), of which only the end entity's key signs
// messages.
func readKey(descriptor *etree.Element) ([]sso.Certificate, error) {
	info, err := singleChild(descriptor, nsDSig, "KeyInfo")
	if err != nil || info == nil {
		return nil, fmt.Errorf("not one KeyInfo: %w", orMissing(err))
	}
	var all []sso.Certificate
	for _, data := range children(info, nsDSig, "X509Data") {
		var chain []sso.Certificate
		for _, el := range children(data, nsDSig, "X509Certificate") {
			c, err := readCertificate(el)
			if err != nil {
				return nil, err
			}
			chain = append(chain, c)
		}
		all = append(all, endEntities(chain)...)
	}
	if len(all) == 0 {
		return nil, errors.New("a key without a certificate")
	}
	return all, nil
}

func readCertificate(el *etree.Element) (sso.Certificate, error) {
	encoded, err := elementText(el)
	if err != nil {
		return sso.Certificate{}, err
	}
	// Some paste PEM where the base64 belongs.
	encoded = strings.NewReplacer(
		"-----BEGIN CERTIFICATE-----", "", "-----END CERTIFICATE-----", "",
	).Replace(encoded)
	der, err := decodeBase64(encoded)
	if err != nil || len(der) == 0 {
		return sso.Certificate{}, errors.New("an X509Certificate that is empty or not base64")
	}
	return sso.Certificate{Raw: der, Source: sso.FromMetadata}, nil
}

// endEntities leaves out the certificates that issued another one of the same chain.
func endEntities(chain []sso.Certificate) []sso.Certificate {
	if len(chain) < 2 {
		return chain
	}
	var issuers [][]byte
	for _, c := range chain {
		if cert, err := c.Parse(); err == nil && !bytes.Equal(cert.RawIssuer, cert.RawSubject) {
			issuers = append(issuers, cert.RawIssuer)
		}
	}
	return slices.DeleteFunc(slices.Clone(chain), func(c sso.Certificate) bool {
		cert, err := c.Parse()
		return err == nil && slices.ContainsFunc(issuers, func(name []byte) bool {
			return bytes.Equal(name, cert.RawSubject)
		})
	})
}

func containsCertificate(all []sso.Certificate, c sso.Certificate) bool {
	return slices.ContainsFunc(all, func(other sso.Certificate) bool {
		return bytes.Equal(other.Raw, c.Raw)
	})
}

// checkDates refuses expired metadata, and warns of certificates that have expired or
// soon will. Their dates are not enforced, because the keys are pinned.
func (m Metadata) checkDates(now time.Time) (Metadata, error) {
	if !m.ValidUntil.IsZero() && !now.Before(m.ValidUntil) {
		return Metadata{}, &sso.Error{
			Kind: sso.Invalid,
			Code: "metadata_expired",
			Public: "This metadata was valid until " + m.ValidUntil.Format(time.DateOnly) +
				". Get the current one from the identity provider.",
			Err: fmt.Errorf("validUntil %s, now %s", stamp(m.ValidUntil), stamp(now)),
		}
	}
	for _, c := range m.Certificates {
		cert, err := c.Parse()
		if err != nil {
			continue // only certificates that parse were taken over
		}
		if warning := dateWarning(cert, now); warning != "" {
			m.Warnings = append(m.Warnings, warning)
		}
	}
	return m, nil
}
