package connection

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestLifelines: a lifetime is drawn where it lies, however long it is.
func TestLifelines(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	h := New(Options{Now: func() time.Time { return now }})
	for name, tt := range map[string]struct {
		from, to     time.Duration
		state, words string
		least, most  int // of the length
	}{
		"ten years":   {-time.Hour, 3652 * day, "ok", "3652 days left", 900, 1000},
		"thirty":      {-3650 * day, 7300 * day, "ok", "7300 days left", 990, 1000},
		"about over":  {-335 * day, 20 * day, "warn", "20 days left", 800, 1000},
		"over":        {-400 * day, -day, "error", "expired on", 800, 960},
		"not yet":     {10 * day, 375 * day, "warn", "from ", 800, 960},
		"for a while": {-day, 29 * day, "warn", "29 days left", 400, 600},
	} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1),
			Subject:      pkix.Name{CommonName: "idp.test"},
			NotBefore:    now.Add(tt.from),
			NotAfter:     now.Add(tt.to),
		}
		der, err := x509.CreateCertificate(
			rand.Reader, template, template, key.Public(), key,
		)
		if err != nil {
			t.Fatal(err)
		}
		c := sso.Certificate{Raw: der}
		window := windowOf([]sso.Certificate{c}, now)
		var row certificateRow
		h.describe(&row, c, window)
		l := row.Life
		if row.Subject != "idp.test" ||
			l == nil ||
			l.State != tt.state ||
			!strings.Contains(l.Text, tt.words) ||
			l.Length < tt.least ||
			l.Length > tt.most ||
			l.From < 0 ||
			l.From+l.Length > 1004 ||
			l.Now <= 0 ||
			l.Now >= 1000 {
			t.Errorf("%s: %+v %+v", name, row, l)
		}
	}
}
