package saml

import (
	"crypto/x509"
	"fmt"
	"time"

	"gatehouse/sso"
)

// CheckCertificate reports whether a certificate can be trusted for signatures:
// it must parse, and its key must be strong enough. Errors are Invalid
// "certificate_unreadable" and "weak_key". The warning, a sentence for an admin
// or empty, is about its dates; they are not enforced, because the key is
// pinned.
func CheckCertificate(c sso.Certificate, now time.Time) (warning string, err error) {
	cert, err := c.Parse()
	if err != nil {
		return "", &sso.Error{
			Kind:   sso.Invalid,
			Code:   "certificate_unreadable",
			Public: "This is not an X.509 certificate.",
			Err:    fmt.Errorf("parse certificate: %w", err),
		}
	}
	if err := checkKeyStrength(cert.PublicKey); err != nil {
		return "", errWeakKey(err)
	}
	return dateWarning(cert, now), nil
}

func errWeakKey(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "weak_key",
		Public: "The identity provider signs with a key that is not strong enough: RSA with 2048 bits or more, or ECDSA on P-256, P-384 or P-521, is needed.",
		Err:    err,
	}
}

// dateWarning returns a warning about a certificate that is not valid now or expires
// soon.
func dateWarning(cert *x509.Certificate, now time.Time) string {
	const date = "2 January 2006"
	name := "The certificate “" + sso.Sanitize(certificateSubject(cert)) + "”"
	end := cert.NotAfter.UTC().Format(date)
	switch {
	case now.After(cert.NotAfter):
		return name + " expired on " + end + "."
	case now.Before(cert.NotBefore):
		return name + " begins on " + cert.NotBefore.UTC().Format(date) + "."
	case now.After(cert.NotAfter.Add(-expiryNotice)):
		return name + " expires on " + end + "."
	}
	return ""
}
