package saml_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"gatehouse/saml"
	"gatehouse/sso"
)

func TestCheckCertificate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	strong, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := func(from, until time.Time) []byte {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1),
			Subject:      pkix.Name{CommonName: "idp"},
			NotBefore:    from,
			NotAfter:     until,
		}
		made, err := x509.CreateCertificate(
			rand.Reader, template, template, &strong.PublicKey, strong,
		)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		der           []byte
		warning, code string
	}{
		"fine": {der(now.Add(-day), now.Add(365*day)), "", ""},
		"ends soon": {
			der(now.Add(-day), now.Add(20*day)), "expires on 14 December 2026", "",
		},
		"over": {
			der(now.Add(-day), now.Add(-time.Hour)), "expired on 24 November 2026",
			"",
		},
		"not yet": {
			der(now.Add(day), now.Add(365*day)), "begins on 25 November 2026", "",
		},
		"no X.509":    {[]byte("certificate"), "", "certificate_unreadable"},
		"nothing":     {nil, "", "certificate_unreadable"},
		"a weak key":  {weakCertificate(t, now), "", "weak_key"},
		"cut in half": {der(now, now.Add(day))[:100], "", "certificate_unreadable"},
	} {
		warning, err := saml.CheckCertificate(sso.Certificate{Raw: tt.der}, now)
		if sso.CodeOf(err) != tt.code ||
			(tt.warning == "") != (warning == "") ||
			!strings.Contains(warning, tt.warning) {
			t.Errorf(
				"%s: %q, %v; want %q, code %q", name, warning, err, tt.warning,
				tt.code,
			)
		}
	}
}

// weakCertificate is of a 1024-bit key, signed by another: the key itself may be
// too short for this process to sign with.
func weakCertificate(t *testing.T, now time.Time) []byte {
	t.Helper()
	signer, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	modulus := new(big.Int).SetBit(big.NewInt(1), 1023, 1)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "idp"},
		NotBefore:    now,
		NotAfter:     now.AddDate(1, 0, 0),
	}
	made, err := x509.CreateCertificate(
		rand.Reader, template, template,
		&rsa.PublicKey{
			N: modulus,
			E: 65537,
		},
		signer,
	)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
