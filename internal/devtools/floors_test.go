package devtools

import (
	"go/version"
	"regexp"
	"testing"
)

// TestLibraryFloors asserts that each library has at least the version that fixed a
// published flaw, so that no change of go.mod brings the flaw back.
func TestLibraryFloors(t *testing.T) {
	required := map[string]string{}
	for _, m := range regexp.MustCompile(
		`(?m)^\t(?:)(\S+) v(\d+\.\d+\.\d+)\S*(?: // indirect)?$`,
	).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		required[m[1]] = m[2]
	}
	for _, floor := range []struct{ module, version, flaws string }{
		{"github.com/jackc/pgx/v5", "5.9.2", "CVE-2026-33815, CVE-2026-33816, CVE-2024-27304, CVE-2026-41889"},
		{"cel.dev/cel-go", "0.30.0", "GHSA-gcjh-h69q-9w9g"},
		{"github.com/wneessen/go-mail", "0.7.1", "CVE-2025-59937"},
		{"github.com/russellhaering/goxmldsig", "1.6.1", "CVE-2026-33487"},
		{"github.com/go-jose/go-jose/v4", "4.1.4", "CVE-2026-34986"},
	} {
		switch got := required[floor.module]; {
		case got == "":
			t.Errorf("%s is not required any more: take its row out of this test", floor.module)
		case older(got, floor.version):
			t.Errorf(
				"%s %s is older than %s, which fixed %s", floor.module, got,
				floor.version, floor.flaws,
			)
		}
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"5.9.1", "5.9.2", true},
		{"5.9.2", "5.9.2", false},
		{"5.10.0", "5.9.2", false},
		{"0.7.0", "0.7.1", true},
		{"4.13.0", "5.9.2", true},
	} {
		if older(c.a, c.b) != c.want {
			t.Errorf("%s older than %s: %v", c.a, c.b, !c.want)
		}
	}
}

// older reports whether version a is older than b; both have three numbers.
func older(a, b string) bool { return version.Compare("go"+a, "go"+b) < 0 }
