package health

import (
	"crypto/x509"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// thresholds returns how many days before the expiry of a certificate an admin
// is told, in the order in which they are reached; 0 is the expiry itself.
func thresholds() [6]int { return [...]int{int(sso.CertificateWarning / day), 30, 14, 7, 1, 0} }

// LatestCertificate returns the certificate of a connection's live configuration that
// expires last: until then the identity provider has a trusted one to sign
// with. It returns false if there is none.
func LatestCertificate(c sso.Connection) (cert *x509.Certificate, fingerprint string, ok bool) {
	if c.Live == nil || c.Live.SAML == nil {
		return nil, "", false
	}
	for _, raw := range c.Live.SAML.Certificates {
		parsed, err := raw.Parse()
		if err != nil {
			continue // it verifies nothing, and was warned about when it was saved
		}
		if cert == nil || parsed.NotAfter.After(cert.NotAfter) {
			cert, fingerprint = parsed, raw.Fingerprint()
		}
	}
	return cert, fingerprint, cert != nil
}

// DaysLeft returns how many whole days remain until a moment; negative if it
// has passed.
func DaysLeft(until, now time.Time) int {
	left := until.Sub(now)
	if left < 0 {
		return -1 - int(-left/day)
	}
	return int(left / day)
}

// checkCertificate reports that the last certificate of a connection expires soon, or
// has expired.
func checkCertificate(s State, c sso.Connection) (f sso.Finding, ok bool) {
	cert, fingerprint, ok := LatestCertificate(c)
	if !ok {
		return f, false
	}
	left := cert.NotAfter.Sub(s.Now)
	reached := false
	for _, days := range thresholds() {
		if left <= time.Duration(days)*day {
			f.Threshold, reached = days, true
		}
	}
	if !reached {
		return f, false
	}
	f.Kind, f.Subject = sso.HealthCertificate, fingerprint
	on := cert.NotAfter.UTC().Format("2 January 2006")
	f.FindingDetail = sso.FindingDetail{
		Text:   "The certificate of " + c.Name + " expires on " + on + ".",
		Side:   string(catalog.Company),
		By:     cert.NotAfter.UTC(),
		Path:   "connections/" + string(c.ID),
		Urgent: f.Threshold <= 7,
	}
	if f.Threshold == 0 {
		f.Text = "The certificate of " + c.Name + " expired on " + on +
			". Sign-in continues, because the key is what is trusted, until the identity provider signs with another."
	}
	f.Do = "Make a new signing certificate at the identity provider, add it to the connection here, and only then switch to it there."
	if c.Live.SAML.MetadataURL != "" {
		f.Do = "Create a new signing certificate at the identity provider. It is picked up from the metadata automatically once it is published there."
	}
	return f, true
}
