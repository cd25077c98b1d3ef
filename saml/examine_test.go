package saml

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestShow checks that a response can be shown, and that what is shown cannot be
// used again.
func TestShow(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t)
	for _, b := range bases() {
		x, err := p.Complete(
			t.Context(), p.connection, p.config, p.pending, post(b.build(t)),
		)
		if err != nil {
			t.Fatalf("%s: %v", b.name, err)
		}
		if !strings.Contains(x.Shown(), testPerson) || reusable(x.Shown()) {
			t.Errorf("%s: the response is shown as %s", b.name, x.Shown())
		}
	}
}

// reusable reports whether text has a signature, a ciphertext or a session index
// in it.
func reusable(raw string) bool {
	for _, tag := range []string{
		"SignatureValue>", "CipherValue>", `SessionIndex="`,
	} {
		for rest := raw; ; {
			_, after, found := strings.Cut(rest, tag)
			if !found {
				break
			}
			closes := strings.HasPrefix(after, "\n") ||
				strings.HasPrefix(after, "<") ||
				after == ""
			if !strings.HasPrefix(after, maskedText) && !closes {
				return true
			}
			rest = after
		}
	}
	return false
}

// TestExamineCaptured: years later it is what it was, and what is wrong with it is
// still wrong.
func TestExamineCaptured(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t)
	doc := bases()[0].build(t)
	p.now = func() time.Time { return testNow().Add(1000 * time.Hour) }
	x, err := p.ExamineCaptured(t.Context(), p.connection, p.config, doc)
	if err != nil ||
		!x.Captured ||
		x.At.After(testNow().Add(time.Minute)) ||
		x.Assertion.Subject != testPerson {
		t.Errorf("%+v, %v", x, err)
	}
	told := false
	for _, c := range x.Checks {
		told = told || c.Name == "in_response_to" && c.Warning
	}
	if !told {
		t.Errorf("it is not said that the request is not known: %+v", x.Checks)
	}
	other := setup{Trusted: []string{"idp-next"}}.party(t)
	if _, err := other.ExamineCaptured(
		t.Context(), other.connection, other.config, doc,
	); sso.CodeOf(err) != "saml_signature_invalid" {
		t.Errorf("with another certificate: %v", err)
	}
}

// FuzzExamineCaptured: whatever is pasted ends in checks, and nothing of it that
// could be used again is shown.
func FuzzExamineCaptured(f *testing.F) {
	p := setup{}.party(f)
	for _, b := range bases() {
		f.Add(b.build(f))
	}
	f.Add([]byte("<a/>"))
	f.Add([]byte(`<!DOCTYPE x><a/>`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		x, err := p.ExamineCaptured(t.Context(), p.connection, p.config, doc)
		if err != nil && sso.KindOf(err) == sso.Internal {
			t.Fatalf("not an error for the admin who pasted it: %v", err)
		}
		if err != nil && (len(x.Checks) == 0 || x.Checks[len(x.Checks)-1].OK) {
			t.Fatalf("no failed check: %v", err)
		}
		_, signature, found := strings.Cut(string(doc), "SignatureValue>")
		if signature, _, _ = strings.Cut(signature, "<"); found &&
			len(signature) > 100 &&
			strings.Contains(x.Shown(), strings.TrimSpace(signature)) {
			t.Fatalf("a signature is shown: %s", x.Shown())
		}
	})
}
