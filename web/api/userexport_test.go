package api

import (
	"encoding/json"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestExportUser reads one document with every record of a user, and no secret.
func TestExportUser(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		got := f.do("GET", f.acme.in(userPath)+"/export", nil)
		f.wants(got, 200, "")
		var d userExport
		if err := json.Unmarshal(got.Body.Bytes(), &d); err != nil {
			t.Fatalf("%v in %s", err, got.Body)
		}
		if string(d.User) != f.acme["user"] || len(d.Accounts) != 1 || d.At.IsZero() || len(d.Records["users"]) != 1 ||
			len(d.Records["sessions"]) == 0 || got.Header().Get("Content-Type") != "application/json" {
			t.Errorf("the export is %v %s", got.Header(), got.Body)
		}
		for _, secret := range []string{canarySecret, canaryCookie, sso.Secret(canaryCookie + "acmeada").Hash().String()} {
			if strings.Contains(got.Body.String(), secret) {
				t.Errorf("the export has %q", secret)
			}
		}
	})
}
