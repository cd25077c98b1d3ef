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
	subject    string
	issuedAt   time.Time
	expires    time.Time
	sessionEnd time.Time // zero if not stated
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
			"algorithm %q, not one of %s", sso.Sanitize(h.Algorithm),
			strings.Join(algorithms, ", "),
		)
	case !slices.Contains(types, kind):
		return h, fmt.Errorf("type %q", sso.Sanitize(h.Type))
	case len(h.Critical) > 0:
		return h, fmt.Errorf(
			"the header makes %q critical", sso.Sanitize(strings.Join(h.Critical, " ")),
		)
	}
	return h, nil
}

// verifyIDToken verifies the ID token (OpenID Connect Core §3.1.3.7).
func (v *verifier) verifyIDToken(ctx context.Context, t tokens) (*idToken, error) {
	algorithms := v.discovery.algorithms()
	want := strings.Join(algorithms, ", ") + " with a key of " + v.discovery.JWKSURI
	h, err := readHeader(t.id, algorithms, "", "jwt")
	if err != nil {
		v.checks.Record(false, "signature", want, err.Error())
		return nil, errToken(err)
	}
	s := &signatureVerifier{
		provider:    v.provider,
		header:      h,
		unsolicited: v.captured,
	}
	verified, verifyErr := v.tokenVerifier(s).Verify(ctx, t.id)
	if err := v.recordSignature(s, want, verifyErr); err != nil {
		return nil, err
	}
	doc, err := parseDocument(s.payload)
	if err == nil {
		err = v.checkCaseDuplicates(doc)
	}
	if !v.checks.Record(
		err == nil, "claims", "a JSON object without repeated names",
		fmt.Sprint(orAsWanted(adminCause(err))),
	) {
		return nil, errToken(fmt.Errorf("ID token: %w", err))
	}
	id := &idToken{document: doc}
	for _, check := range []func(*idToken) error{
		v.checkIssuer, v.checkAudience, v.checkAuthorizedParty, v.checkTimes, v.checkNonce,
		v.checkSubject, v.checkSessionExpiry,
	} {
		if err := check(id); err != nil {
			return nil, errToken(err)
		}
	}
	if !v.checks.Record(verifyErr == nil, "id_token", "valid", fmt.Sprint(orAsWanted(verifyErr))) {
		return nil, errToken(verifyErr)
	}
	return id, v.checkAccessTokenHash(id, verified, t)
}

// recordSignature records whether the signature is good, and returns an error if
// not. A good signature has a payload; verifyErr says why there is none, or what
// else go-oidc refused.
func (v *verifier) recordSignature(s *signatureVerifier, want string, verifyErr error) error {
	h := s.header
	switch {
	case s.payload != nil:
		v.checks.Record(true, "signature", want, h.Algorithm+", key "+h.KeyID)
		return nil
	case s.upstream != nil:
		v.checks.Record(false, "signature", want, explain(s.upstream))
		return s.upstream
	default:
		v.checks.Record(
			false,
			"signature",
			want,
			fmt.Sprintf("%s, key %q: %v", h.Algorithm, h.KeyID, verifyErr),
		)
		return errToken(verifyErr)
	}
}

func orAsWanted(err error) any {
	if err == nil {
		return "as wanted"
	}
	return err
}

// tokenVerifier returns go-oidc's verifier. Its clock is set back by the leeway,
// because it applies none to exp.
func (v *verifier) tokenVerifier(s *signatureVerifier) *gooidc.IDTokenVerifier {
	return gooidc.NewVerifier(v.config.Issuer, s, &gooidc.Config{
		ClientID:             v.config.ClientID,
		SupportedSigningAlgs: v.discovery.algorithms(),
		Now:                  func() time.Time { return v.rp.now().Add(-leeway) },
	})
}

// check records a check and returns an error if it did not pass.
func (v *verifier) check(ok bool, name, want, got string) error {
	if v.checks.Record(ok, name, want, got) {
		return nil
	}
	return fmt.Errorf("%s: want %s, got %s", name, sso.Sanitize(want), sso.Sanitize(got))
}

func (v *verifier) checkIssuer(id *idToken) error {
	got, err := id.stringMember("iss")
	return v.check(
		err == nil && got == v.config.Issuer, "issuer", v.config.Issuer, orMissing(got, err),
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

func (v *verifier) checkAudience(id *idToken) error {
	got, err := id.document.audienceMember()
	ok := err == nil && slices.Contains(got, v.config.ClientID)
	return v.check(ok, "audience", v.config.ClientID, orMissing(strings.Join(got, ", "), err))
}

// checkAuthorizedParty checks azp: a token with several audiences must name the
// client that asked for it.
func (v *verifier) checkAuthorizedParty(id *idToken) error {
	audience, _ := id.document.audienceMember()
	got, err := id.stringMember("azp")
	if _, ok := id.members["azp"]; !ok && len(audience) == 1 {
		return nil
	}
	return v.check(
		err == nil && got == v.config.ClientID, "authorized_party", v.config.ClientID,
		orMissing(got, err),
	)
}

// checkTimes checks exp, iat and nbf against our clock.
func (v *verifier) checkTimes(id *idToken) error {
	now := v.rp.now()
	var err error
	if id.expires, err = id.timeMember("exp"); err != nil || id.expires.IsZero() {
		return v.check(false, "expiry", "after "+stamp(now), orMissing("", err))
	}
	if err := v.check(
		now.Before(id.expires.Add(leeway)), "expiry", "after our time, "+stamp(now),
		stamp(id.expires),
	); err != nil {
		return err
	}
	oldest, newest := now.Add(-maxTokenAge-leeway), now.Add(leeway)
	want := "at most " + sso.FormatDuration(maxTokenAge) + " before and " +
		sso.FormatDuration(leeway) +
		" after our time, " + stamp(now)
	if id.issuedAt, err = id.timeMember("iat"); err != nil || id.issuedAt.IsZero() {
		return v.check(false, "issued_at", want, orMissing("", err))
	}
	if err := v.check(
		!id.issuedAt.Before(oldest) && !id.issuedAt.After(newest), "issued_at", want,
		stamp(id.issuedAt),
	); err != nil {
		return err
	}
	if begins, err := id.timeMember("nbf"); err != nil || begins.After(newest) {
		return v.check(
			false, "not_before",
			"at most "+sso.FormatDuration(leeway)+" after our time, "+stamp(now),
			orMissing(stamp(begins), err),
		)
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func (v *verifier) checkNonce(id *idToken) error {
	got, err := id.stringMember("nonce")
	ok := err == nil &&
		subtle.ConstantTimeCompare([]byte(got), []byte(v.pending.Nonce.Reveal())) == 1
	shown := "that one" // the value itself would not help a reader of the checks
	if !ok {
		if shown = orMissing(got, err); got != "" {
			shown = "another one"
		}
	}
	return v.check(ok, "nonce", "the one of this sign-in", shown)
}

func (v *verifier) checkSubject(id *idToken) error {
	got, err := id.stringMember("sub")
	ok := err == nil && isValidSubject(got)
	id.subject = got
	return v.check(
		ok,
		"subject",
		fmt.Sprintf("1 to %d bytes, all visible", sso.MaxSubjectLength),
		orMissing(got, err),
	)
}

func isValidSubject(s string) bool {
	return strings.TrimSpace(s) != "" &&
		len(s) <= sso.MaxSubjectLength &&
		sso.Printable(s)
}

// checkAccessTokenHash checks at_hash, which ties the access token used for userinfo
// to the ID token, if the provider sends it.
func (v *verifier) checkAccessTokenHash(id *idToken, verified *gooidc.IDToken, t tokens) error {
	if _, ok := id.members["at_hash"]; !ok ||
		v.captured ||
		t.access == "" { // no access token to compare
		return nil
	}
	err := verified.VerifyAccessToken(t.access)
	if v.check(
		err == nil, "access_token_hash", "that of the access token", fmt.Sprint(orAsWanted(err)),
	) != nil {
		return errToken(fmt.Errorf("at_hash: %w", err))
	}
	return nil
}
