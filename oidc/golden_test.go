package oidc_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

func TestGoldenResponses(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("testdata/good/*/id_token.json")
	if err != nil || len(dirs) < 6 {
		t.Fatalf("%d directories, %v", len(dirs), err)
	}
	for _, path := range dirs {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			p := newIDP(t)
			claims := readClaims(t, filepath.Join(dir, "id_token.json"), p)
			p.claims = func(m map[string]any) {
				for name := range m {
					if name != "iss" &&
						name != "aud" &&
						name != "nonce" &&
						name != "iat" &&
						name != "exp" {
						delete(m, name)
					}
				}
				maps.Copy(m, claims)
			}
			if _, err := os.Stat(filepath.Join(dir, "userinfo.json")); !errors.Is(err, fs.ErrNotExist) {
				p.userinfo = readClaims(t, filepath.Join(dir, "userinfo.json"), p)
			}
			provider, err := os.ReadFile(filepath.Join(dir, "provider"))
			if err != nil {
				t.Fatal(err)
			}
			p.config.Mapping = mapping.Preset(
				sso.Provider(strings.TrimSpace(string(provider))), sso.OIDC,
			)
			a, _, err := p.signIn(p.party())
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := mapping.Apply(sso.Config{Mapping: p.config.Mapping}, p.conn, a); err != nil {
				t.Errorf("the preset cannot read it: %v", err)
			}
			compareGolden(t, filepath.Join(dir, "assertion.json"), p, a)
		})
	}
}

// readClaims reads a file and puts in what differs from run to run.
func readClaims(t *testing.T, path string, p *fakeIDP) map[string]any {
	t.Helper()
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(doc, &claims); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	half := sha256.Sum256([]byte("the-access-token"))
	for name, value := range claims {
		switch text, _ := value.(string); {
		case text == "$ISSUER":
			claims[name] = p.issuer()
		case text == "$AT_HASH":
			claims[name] = base64.RawURLEncoding.EncodeToString(half[:16])
		case strings.HasPrefix(text, "$NOW"):
			seconds, err := strconv.Atoi(strings.TrimPrefix(text, "$NOW"))
			if err != nil {
				t.Fatalf("%s: %s: %v", path, name, err)
			}
			claims[name] = at().Unix() + int64(seconds)
		}
	}
	return claims
}

// compareGolden compares with what must come out, whatever port the provider
// happened to get. UPDATE_GOLDEN=1 writes it; look at the difference then.
func compareGolden(t *testing.T, path string, p *fakeIDP, a sso.Assertion) {
	t.Helper()
	if len(a.ResponseID) != 64 {
		t.Errorf("response ID %q", a.ResponseID)
	}
	a.ResponseID = ""
	a.AuthnAt, a.NotOnOrAfter = a.AuthnAt.UTC(), a.NotOnOrAfter.UTC()
	a.SessionEnd = a.SessionEnd.UTC()
	doc, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf(
		"%s\n", bytes.ReplaceAll(doc, []byte(p.issuer()), []byte("$ISSUER")),
	)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("assertion (-want +got):\n%s", diff)
	}
}
