package sso

import (
	"strings"
	"testing"
)

func TestBearer(t *testing.T) {
	t.Parallel()
	seen := map[Secret]bool{}
	for range 1000 {
		value := APIToken.New()
		got, err := APIToken.Parse(value.Reveal())
		if err != nil || got != value || len(value) != 53 || seen[value] {
			t.Fatalf("%q (%d bytes): %v", value.Reveal(), len(value), err)
		}
		seen[value] = true
	}
}

func TestBearerKnownValue(t *testing.T) {
	t.Parallel()
	const known = "gw_api_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh"
	if _, err := APIToken.Parse(known); err != nil {
		t.Errorf("a token of an earlier version is refused: %v", err)
	}
}

func TestBearerKeyed(t *testing.T) {
	t.Parallel()
	key, seen := NewSecret(), map[Secret]bool{}
	for range 1000 {
		value := PersonalTokenKind.NewKeyed(key)
		got, err := PersonalTokenKind.ParseKeyed(key, value.Reveal())
		if err != nil || got != value || len(value) != 53 || seen[value] {
			t.Fatalf("%q (%d bytes): %v", value.Reveal(), len(value), err)
		}
		if _, err := PersonalTokenKind.Parse(value.Reveal()); err != nil {
			t.Fatal("who has no key does not recognise one that leaked")
		}
		seen[value] = true
	}
	// made without the key, with another, and as another kind: the checksum is right
	for name, s := range map[string]Secret{
		"no key":     PersonalTokenKind.New(),
		"other key":  PersonalTokenKind.NewKeyed(NewSecret()),
		"other kind": resigned(APIToken.NewKeyed(key)),
	} {
		if _, err := PersonalTokenKind.Parse(s.Reveal()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := PersonalTokenKind.ParseKeyed(key, s.Reveal()); got != "" || CodeOf(err) != "invalid_token" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// resigned turns a value into one of a personal token, with its checksum.
func resigned(s Secret) Secret {
	value := string(PersonalTokenKind) + s.Reveal()[len(APIToken):len(s)-bearerCheck]
	return Secret(value + checksum(value))
}

// TestBearerVariants is the row of the catalogue: prefix, suffix and case
// variants of a valid token.
func TestBearerVariants(t *testing.T) {
	t.Parallel()
	t.Run("api", func(t *testing.T) {
		testVariants(t, APIToken.New().Reveal(), APIToken.Parse)
	})
	t.Run("personal", func(t *testing.T) {
		key := NewSecret()
		testVariants(t, PersonalTokenKind.NewKeyed(key).Reveal(), func(s string) (Secret, error) {
			return PersonalTokenKind.ParseKeyed(key, s)
		})
	})
}

func testVariants(t *testing.T, valid string, parse func(string) (Secret, error)) {
	t.Helper()
	variants := map[string]string{
		"empty":        "",
		"cut":          valid[:len(valid)-1],
		"longer":       valid + "0",
		"space before": " " + valid,
		"space after":  valid + " ",
		"line break":   valid + "\n",
		"upper":        strings.ToUpper(valid),
		"lower":        strings.ToLower(valid),
		"other kind":   "gw_svc_" + valid[7:],
		"no kind":      valid[7:],
		"dash":         strings.Replace(valid, "_", "-", 1),
		"NUL":          valid[:20] + "\x00" + valid[21:],
		"wide digit":   valid[:len(valid)-8] + "９" + valid[len(valid)-5:],
		"twice":        valid + valid,
	}
	for i := range valid { // one character replaced, or two swapped
		other := byte('x')
		if valid[i] == other {
			other = 'y'
		}
		variants["typo at "+
			string(rune('A'+i))] = valid[:i] + string(other) + valid[i+1:]
		if i > 0 && valid[i] != valid[i-1] {
			variants["swapped at "+string(rune('A'+i))] = valid[:i-1] +
				string(valid[i]) + string(valid[i-1]) + valid[i+1:]
		}
	}
	for name, v := range variants {
		got, err := parse(v)
		if got != "" ||
			CodeOf(err) != "invalid_token" ||
			KindOf(err) != Unauthenticated {
			t.Errorf("%s: %q is %q, %v", name, v, got.Reveal(), err)
		}
	}
}
