package oidc

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-json-experiment/json"

	"gatehouse/sso"
)

const (
	maxToken  = 768 << 10 // allows sso.MaxGroups of the longest names in Base64
	maxHeader = 16 << 10  // allows a certificate chain, which is not read
)

// idToken is a verified ID token.
type idToken struct {
	document
	subject  string
	issuedAt time.Time
	expires  time.Time
}

// header is a JOSE header, limited to the members that are used. Keys in the
// header, or places to fetch them from (jwk, jku, x5c, x5u), are not.
type header struct {
	Algorithm string   `json:"alg"`
	KeyID     string   `json:"kid"`
	Type      string   `json:"typ"`
	Critical  []string `json:"crit"`
}

// readHeader reads the header of a signed token in compact form, of one of the
// given types (RFC 8725 §3.11).
func readHeader(token string, algorithms []string, types ...string) (header, error) {
	if len(token) > maxToken {
		return header{}, fmt.Errorf(
			"a token of %d bytes; at most %d are read", len(token), maxToken,
		)
	}
	switch strings.Count(token, ".") {
	case 2:
	case 4:
		return header{}, errors.New("an encrypted token; switch encryption off at the identity provider")
	default:
		return header{}, errors.New("not a signed token in compact form")
	}
	first, _, _ := strings.Cut(token, ".")
	if len(first) > maxHeader {
		return header{}, fmt.Errorf(
			"a header of %d bytes; at most %d are read", len(first), maxHeader,
		)
	}
	doc, err := base64.RawURLEncoding.Strict().DecodeString(first)
	if err != nil {
		return header{}, fmt.Errorf("decode header: %w", err)
	}
	if _, err := strictDocument(doc); err != nil {
		return header{}, fmt.Errorf("header: %w", err)
	}
	var h header
	if err := json.Unmarshal(doc, &h); err != nil {
		return header{}, fmt.Errorf("header: %w", err)
	}
	kind := strings.TrimPrefix(strings.ToLower(h.Type), "application/")
	switch {
	case !slices.Contains(algorithms, h.Algorithm):
		return h, fmt.Errorf(
			"algorithm %q, not one of %s", sso.Inert(h.Algorithm), strings.Join(algorithms, ", "),
		)
	case !slices.Contains(types, kind):
		return h, fmt.Errorf("type %q", sso.Inert(h.Type))
	case len(h.Critical) > 0:
		return h, fmt.Errorf(
			"the header makes %q critical", sso.Inert(strings.Join(h.Critical, " ")),
		)
	}
	return h, nil
}

// idToken verifies the ID token (OpenID Connect Core §3.1.3.7).
func (a *answer) idToken(ctx context.Context, t tokens) (*idToken, error) {
	algorithms := a.discovery.algorithms()
	want := strings.Join(algorithms, ", ") + " with a key of " + a.discovery.JWKSURI
	h, err := readHeader(t.id, algorithms, "", "jwt")
	if err != nil {
		a.checks.That(false, "signature", want, err.Error())
		return nil, errToken(err)
	}
	s := &signature{
		provider: a.provider,
		header:   h,
		stranger: a.kept,
	}
	verified, verdict := a.verifier(s).Verify(ctx, t.id)
	if s.payload == nil {
		if s.upstream != nil {
			a.checks.That(false, "signature", want, reason(s.upstream))
			return nil, s.upstream
		}
		a.checks.That(
			false, "signature", want, fmt.Sprintf("%s, key %q: %v", h.Algorithm, h.KeyID, verdict),
		)
		return nil, errToken(verdict)
	}
	a.checks.That(true, "signature", want, h.Algorithm+", key "+h.KeyID)
	doc, err := parseDocument(s.payload)
	if err == nil {
		err = a.unambiguous(doc)
	}
	if !a.checks.That(
		err == nil, "claims", "a JSON object without repeated names", fmt.Sprint(okay(cause(err))),
	) {
		return nil, errToken(fmt.Errorf("ID token: %w", err))
	}
	id := &idToken{document: doc}
	for _, check := range []func(*idToken) error{a.issuer, a.audience, a.authorizedParty, a.times, a.nonce, a.subject} {
		if err := check(id); err != nil {
			return nil, errToken(err)
		}
	}
	if !a.checks.That(verdict == nil, "id_token", "valid", fmt.Sprint(okay(verdict))) {
		return nil, errToken(verdict)
	}
	return id, a.accessTokenHash(id, verified, t)
}

func okay(err error) any {
	if err == nil {
		return "as wanted"
	}
	return err
}

// verifier returns go-oidc's verifier. Its clock is set back by the leeway,
// because it applies none to exp.
func (a *answer) verifier(s *signature) *gooidc.IDTokenVerifier {
	return gooidc.NewVerifier(a.config.Issuer, s, &gooidc.Config{
		ClientID:             a.config.ClientID,
		SupportedSigningAlgs: a.discovery.algorithms(),
		Now:                  func() time.Time { return a.rp.now().Add(-leeway) },
	})
}

// failed records a check and returns an error if it did not pass.
func (a *answer) failed(ok bool, name, want, got string) error {
	if a.checks.That(ok, name, want, got) {
		return nil
	}
	return fmt.Errorf("%s: want %s, got %s", name, sso.Inert(want), sso.Inert(got))
}

func (a *answer) issuer(id *idToken) error {
	got, err := id.text("iss")
	return a.failed(
		err == nil && got == a.config.Issuer, "issuer", a.config.Issuer, orMissing(got, err),
	)
}

func orMissing(s string, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case s == "":
		return "missing"
	}
	return s
}

func (a *answer) audience(id *idToken) error {
	got, err := id.document.audience()
	ok := err == nil && slices.Contains(got, a.config.ClientID)
	return a.failed(ok, "audience", a.config.ClientID, orMissing(strings.Join(got, ", "), err))
}

// authorizedParty checks azp: a token with several audiences must name the
// client that asked for it.
func (a *answer) authorizedParty(id *idToken) error {
	audience, _ := id.document.audience()
	got, err := id.text("azp")
	if _, there := id.members["azp"]; !there && len(audience) == 1 {
		return nil
	}
	return a.failed(
		err == nil && got == a.config.ClientID, "authorized_party", a.config.ClientID,
		orMissing(got, err),
	)
}

// times checks exp, iat and nbf against our clock.
func (a *answer) times(id *idToken) error {
	now := a.rp.now()
	var err error
	if id.expires, err = id.moment("exp"); err != nil || id.expires.IsZero() {
		return a.failed(false, "expiry", "after "+stamp(now), orMissing("", err))
	}
	if err := a.failed(
		now.Before(id.expires.Add(leeway)), "expiry", "after our time, "+stamp(now),
		stamp(id.expires),
	); err != nil {
		return err
	}
	oldest, newest := now.Add(-maxTokenAge-leeway), now.Add(leeway)
	want := "at most " + sso.Spoken(maxTokenAge) + " before and " + sso.Spoken(leeway) +
		" after our time, " + stamp(now)
	if id.issuedAt, err = id.moment("iat"); err != nil || id.issuedAt.IsZero() {
		return a.failed(false, "issued_at", want, orMissing("", err))
	}
	if err := a.failed(
		!id.issuedAt.Before(oldest) && !id.issuedAt.After(newest), "issued_at", want,
		stamp(id.issuedAt),
	); err != nil {
		return err
	}
	if begins, err := id.moment("nbf"); err != nil || begins.After(newest) {
		return a.failed(
			false, "not_before", "at most "+sso.Spoken(leeway)+" after our time, "+stamp(now),
			orMissing(stamp(begins), err),
		)
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (a *answer) nonce(id *idToken) error {
	got, err := id.text("nonce")
	ok := err == nil &&
		subtle.ConstantTimeCompare([]byte(got), []byte(a.pending.Nonce.Reveal())) == 1
	seen := "that one" // the value itself would not help a reader of the checks
	if !ok {
		if seen = orMissing(got, err); got != "" {
			seen = "another one"
		}
	}
	return a.failed(ok, "nonce", "the one of this sign-in", seen)
}

func (a *answer) subject(id *idToken) error {
	got, err := id.text("sub")
	ok := err == nil && usableSubject(got)
	id.subject = got
	return a.failed(
		ok,
		"subject",
		fmt.Sprintf("1 to %d bytes, all visible", sso.MaxSubjectLength),
		orMissing(got, err),
	)
}

func usableSubject(s string) bool {
	return strings.TrimSpace(s) != "" &&
		len(s) <= sso.MaxSubjectLength &&
		sso.Printable(s)
}

// accessTokenHash checks at_hash, which ties the access token used for userinfo
// to the ID token, if the provider sends it.
func (a *answer) accessTokenHash(id *idToken, verified *gooidc.IDToken, t tokens) error {
	if _, there := id.members["at_hash"]; !there ||
		a.kept ||
		t.access == "" { // no access token to compare
		return nil
	}
	err := verified.VerifyAccessToken(t.access)
	if a.failed(
		err == nil, "access_token_hash", "that of the access token", fmt.Sprint(okay(err)),
	) != nil {
		return errToken(fmt.Errorf("at_hash: %w", err))
	}
	return nil
}
