package sso

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestIDs(t *testing.T) {
	t.Parallel()
	start := time.UnixMilli(1_800_000_000_000)
	var ids []string
	for i := range 100 {
		ids = append(
			ids, string(NewID[UserID](start.Add(time.Duration(i)*time.Millisecond))),
		)
	}
	if !slices.IsSorted(ids) {
		t.Error("identifiers do not sort by creation")
	}
	for _, id := range ids {
		if _, err := ParseID[UserID](id); err != nil {
			t.Errorf("%s is refused: %v", id, err)
		}
		if strings.ContainsAny(id, "_ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			t.Errorf("%s has a character Okta or a case-folding store would mind", id)
		}
	}
	good := ids[0]
	for _, bad := range []string{
		"",
		"user",
		"user-",
		good[:len(good)-1],
		good + "0",
		"conn" + good[4:],
		strings.ToUpper(good),
		good[:10] + "u" + good[11:],
		" " + good,
		good + "\n",
	} {
		if _, err := ParseID[UserID](bad); KindOf(err) != NotFoundKind {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestPrefixesAreDistinct(t *testing.T) {
	t.Parallel()
	now := time.Now()
	all := []string{
		string(NewID[EnterpriseID](now)), string(NewID[OrganizationID](now)),
		string(NewID[GroupID](now)), string(NewID[UserID](now)),
		string(NewID[ConnectionID](now)), string(NewID[DomainID](now)),
		string(NewID[SessionID](now)), string(NewID[AttemptID](now)),
		string(NewID[SyncRecordID](now)), string(NewID[TokenID](now)),
		string(NewID[KeyID](now)), string(NewID[EventID](now)),
		string(NewID[ApplicationID](now)),
	}
	seen := map[string]bool{}
	for _, id := range all {
		prefix, _, _ := strings.Cut(id, "-")
		if seen[prefix] {
			t.Errorf("prefix %s is used twice", prefix)
		}
		seen[prefix] = true
	}
}

func TestSecretIsNeverSeen(t *testing.T) {
	t.Parallel()
	const canary = "kanarienvogel"
	holder := struct {
		A Secret
		B *Secret
		C []Secret
		D map[string]Secret
	}{
		A: canary,
		C: []Secret{canary},
		D: map[string]Secret{"x": canary},
	}
	holder.B = &holder.A
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		fmt.Fprintf(&out, verb+"\n", holder)
		fmt.Fprintf(&out, verb+"\n", holder.A)
	}
	j, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	slog.New(slog.NewJSONHandler(&out, nil)).Info(
		"x", "holder", holder, "secret", holder.A,
	)
	slog.New(slog.NewTextHandler(&out, nil)).Info(
		"x", "holder", holder, "secret", holder.A,
	)
	if strings.Contains(out.String(), canary) {
		t.Errorf("the value is visible in\n%s", out.String())
	}
	if !strings.Contains(out.String(), redacted) {
		t.Error("nothing was redacted: this test looks at nothing")
	}
}

func TestNewSecretsDiffer(t *testing.T) {
	t.Parallel()
	seen := make(map[Secret]bool)
	ones := 0
	for range 20_000 {
		s := NewSecret()
		if seen[s] || len(s) != 43 {
			t.Fatalf("a value of %d characters, or a repeated one", len(s))
		}
		seen[s] = true
		h := s.Hash()
		ones += int(h[0]&1) + int(h[31]>>7)
	}
	if ones < 19_000 || ones > 21_000 {
		t.Errorf("%d of 40,000 bits are set", ones)
	}
}

func TestKindAndCode(t *testing.T) {
	t.Parallel()
	e := NotFound("not_found", "Nothing here.")
	wrapped := fmt.Errorf("find: %w", e.WithCause(fmt.Errorf("no rows")))
	if KindOf(wrapped) != NotFoundKind ||
		CodeOf(wrapped) != "not_found" ||
		e.Err != nil {
		t.Errorf(
			"%v %s, and the original has cause %v", KindOf(wrapped), CodeOf(wrapped),
			e.Err,
		)
	}
	if KindOf(fmt.Errorf("boom")) != Internal ||
		CodeOf(fmt.Errorf("boom")) != "internal" ||
		CodeOf(nil) != "" {
		t.Error("an unknown error is not internal")
	}
	for k := Internal; k <= Unavailable; k++ {
		if k.String() == "" {
			t.Errorf("kind %d has no name", k)
		}
	}
}

func TestValidEmail(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"ada@acme.test", "a@b.co", "a.b+c@sub.acme.example", "o'neil@acme.test",
		"A@ACME.TEST", "a@1-2.test",
	} {
		if !ValidEmail(good) {
			t.Errorf("%q is refused", good)
		}
	}
	for _, bad := range []string{
		"", "ada", "@acme.test", "ada@", "a@b", "a@corp.test@evil.test",
		`"a@corp.test"@evil.test`, "a b@acme.test", "a@acme.test ",
		"a@acme..test", ".a@acme.test", "a.@acme.test", "a..b@acme.test",
		"a@-acme.test", "a@acme.test.", "a@acme.test\n", "a@acme.test,b@evil.test",
		"Ada <a@acme.test>", "ａ@acme.test", "a＠acme.test", "a@аcme.test",
		"a@[127.0.0.1]", "a@acme.test\x00", "a@ac\u212ae.test", "a@acme.te\u017ft",
		"a@\u017fso.test", "a@acme.\u212ae", strings.Repeat("a", 65) + "@acme.test",
	} {
		if ValidEmail(bad) {
			t.Errorf("%q is accepted", bad)
		}
	}
	if EmailDomain("Ada@ACME.Example") != "acme.example" ||
		EmailDomain("a@b@c.test") != "" {
		t.Error("the domain of an address is wrong")
	}
}

func TestValidateNames(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"acme", "a", "a-b", "1", strings.Repeat("a", 63)} {
		if p := ValidateKey("key", key); p != nil {
			t.Errorf("%q: %v", key, p)
		}
	}
	for _, key := range []string{
		"", "Acme", "-a", "a-", "a_b", "a b", "ä", "a/b", strings.Repeat("a", 64),
		"a\n",
	} {
		if p := ValidateKey("key", key); len(p) != 1 || p[0].Field != "key" {
			t.Errorf("%q: %v", key, p)
		}
	}
	for _, name := range []string{
		"", " ", " dev", "dev ", "a\u200bb", "a\u202eb", "a\x00", "\xff",
		strings.Repeat("a", 256),
	} {
		if p := ValidateGroupName("name", name); len(p) != 1 {
			t.Errorf("%q: %v", name, p)
		}
	}
	for _, name := range []string{
		"dev", "Forschung & Entwicklung", "開発", "grp_all@acme.test", "a,b",
	} {
		if p := ValidateGroupName("name", name); p != nil {
			t.Errorf("%q: %v", name, p)
		}
	}
	for domain, ok := range map[string]bool{
		"acme.example":   true,
		"acme":           false,
		"Acme.example":   false,
		"*.acme.example": false,
		"acme.example.":  false,
		"a_b.test":       false,
		"acme.te\u017ft": false,
		"\u212aorp.test": false,
	} {
		if (ValidateDomain("name", domain) == nil) != ok {
			t.Errorf("%q: want accepted %v", domain, ok)
		}
	}
}

func TestGroupsStateText(t *testing.T) {
	t.Parallel()
	for s := GroupsAbsent; s <= GroupsPartial; s++ {
		text, _ := s.MarshalText()
		var back GroupsState
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("%s became %s (%v)", s, back, err)
		}
	}
	if new(GroupsState).UnmarshalText([]byte("all")) == nil {
		t.Error("an unknown state is accepted")
	}
	var zero AssertedGroups
	if zero.State != GroupsAbsent {
		t.Error("the zero value is not absent: forgetting to fill it in would remove people")
	}
}

func TestReturnTo(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"/", "/account", "/a/b?c=d&e=%2F", "/wiki/x#part", "/a%20b",
		"/a?u=https://evil.test/", "/.well-known/x", "/a.b/c.",
	} {
		if got := ReturnTo(good); got != good {
			t.Errorf("%q became %q", good, got)
		}
	}
	for _, bad := range []string{
		"", "account", "https://evil.test", "//evil.test", "/\\evil.test",
		"/%5cevil.test", "/%2fevil.test", "/%2f/evil.test",
		"\\/evil", "/\t/evil.test", "/\n/evil", " /a", "/a b", "javascript:alert(1)",
		"/../x", "/a/../../x", "/%2e%2e/x", "/.//evil.test", "/%2e//evil.test",
		"/a/./b", "/a/.", "/%09/evil.test", "/%0a/evil.test", "/a%00", "/%7f", "/ä",
		"/%zz", "/\x7f", "/" + strings.Repeat("a", 9<<10),
	} {
		if got := ReturnTo(bad); got != "/" {
			t.Errorf("%q became %q", bad, got)
		}
	}
}

func TestSessionAlive(t *testing.T) {
	t.Parallel()
	start := time.Unix(1_800_000_000, 0)
	s := Session{
		LastSeenAt:  start,
		IdleTimeout: time.Hour,
		ExpiresAt:   start.Add(90 * time.Minute),
	}
	for after, want := range map[time.Duration]bool{
		0:             true,
		time.Hour - 1: true,
		time.Hour:     false,
		2 * time.Hour: false,
	} {
		if s.Alive(start.Add(after)) != want {
			t.Errorf("after %s: want %v", after, want)
		}
	}
	s.LastSeenAt = start.Add(time.Hour)
	if s.Alive(start.Add(90 * time.Minute)) {
		t.Error("alive after its end because it was used")
	}
}

func TestPrintableNeverAcceptsWhatCannotBeSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if !Printable(s) {
			return
		}
		for _, r := range s {
			if r < ' ' ||
				r == 0x7f ||
				r >= 0x200b && r <= 0x200f ||
				r >= 0x202a && r <= 0x202e ||
				r >= 0x2060 && r <= 0x2069 ||
				r == 0xfeff {
				t.Fatalf("%q has %U", s, r)
			}
		}
	})
}
