package oidc

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"gatehouse/sso"
)

// needsUserinfo reports whether the mapping asks for something that the ID
// token lacks and userinfo could have. Groups behind an overage pointer are too
// many for userinfo as well.
func (v *verifier) needsUserinfo(claims sso.Claims) bool {
	if v.discovery.UserinfoEndpoint == "" {
		return false
	}
	m := v.mapping
	for _, candidates := range [][]string{m.Login, m.Email, m.Name} {
		if len(candidates) > 0 && !slices.ContainsFunc(candidates, func(c string) bool {
			return hasValue(claims, c)
		}) {
			return true
		}
	}
	return !v.mentionsGroups(claims)
}

// mentionsGroups reports whether the claims say something about groups, or the
// mapping reads none.
func (v *verifier) mentionsGroups(claims sso.Claims) bool {
	if _, overage := claims["hasgroups"]; overage || len(v.mapping.Groups) == 0 {
		return true
	}
	return slices.ContainsFunc(v.mapping.Groups, func(name string) bool {
		_, ok := claims[name]
		_, pointer := claims["_claim_names."+name]
		return ok || pointer
	})
}

// hasValue reports whether a candidate of the mapping, a claim or a template
// of claims, has a value.
func hasValue(claims sso.Claims, candidate string) bool {
	if !strings.Contains(candidate, "{") {
		_, ok := claims.First(candidate)
		return ok
	}
	for _, part := range strings.Split(candidate, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		if _, ok := claims.First(name); !ok {
			return false
		}
	}
	return true
}

// addUserinfo adds the claims of userinfo to those of an ID token, if the
// mapping asks for more. A userinfo failure ends the sign-in only if login or
// e-mail would have come from there; groups that would have come from there are
// then unknown, which is not the same as absent. Userinfo about another subject
// always ends the sign-in.
func (v *verifier) addUserinfo(ctx context.Context, t tokens, id *idToken) error {
	if !v.needsUserinfo(id.claims) {
		return nil
	}
	info, err := v.fetchUserinfo(ctx, t)
	if err != nil && v.hasLoginAndEmail(id.claims) {
		v.checks.Warn(
			"userinfo", "claims", explain(err)+"; the ID token has login and e-mail, so the sign-in continues",
		)
		v.userinfoFailed = true
		return nil
	}
	if err != nil {
		v.checks.Record(false, "userinfo", "claims", explain(err))
		return fmt.Errorf("userinfo: %w", err)
	}
	got, err := info.stringMember("sub")
	if !v.checks.Record(
		err == nil && got == id.subject, "userinfo_subject", id.subject, orMissing(got, err),
	) {
		return errToken(fmt.Errorf(
			"userinfo is about %q, the ID token about %q", sso.Sanitize(got),
			sso.Sanitize(id.subject),
		))
	}
	mergeClaims(&id.document, info, v.mapping)
	return nil
}

// hasLoginAndEmail reports whether the ID token alone has what every sign-in requires.
func (v *verifier) hasLoginAndEmail(claims sso.Claims) bool {
	for _, candidates := range [][]string{v.mapping.Login, v.mapping.Email} {
		if len(candidates) > 0 && !slices.ContainsFunc(candidates, func(c string) bool {
			return hasValue(claims, c)
		}) {
			return false
		}
	}
	return true
}

// fetchUserinfo fetches the claims of the userinfo endpoint (OpenID Connect Core §5.3).
func (v *verifier) fetchUserinfo(ctx context.Context, t tokens) (document, error) {
	if t.access == "" {
		return document{}, errUnusable(errors.New(
			"the token endpoint gave no access token, which userinfo is asked with",
		))
	}
	var body []byte
	var contentType string
	err := v.provider.call(ctx, func(ctx context.Context) (err error) {
		body, contentType, err = v.rp.get(ctx, v.discovery.UserinfoEndpoint, t.access)
		return err
	})
	if err != nil {
		return document{}, errUpstream(fmt.Errorf("fetch: %w", err))
	}
	v.keep("Userinfo", body)
	info, err := v.readUserinfo(ctx, body, contentType)
	if err == nil {
		err = v.checkCaseDuplicates(info)
	}
	return info, err
}

// readUserinfo reads a userinfo response: JSON or, if the client is registered
// for it, a signed token (OpenID Connect Core §5.3.2).
func (v *verifier) readUserinfo(ctx context.Context, body []byte, contentType string) (document, error) {
	if kind, _, _ := mime.ParseMediaType(contentType); kind == "application/jwt" {
		return v.verifyUserinfo(ctx, strings.TrimSpace(string(body)))
	}
	info, err := parseDocument(body)
	if err != nil {
		return document{}, errToken(err)
	}
	return info, nil
}

func (v *verifier) verifyUserinfo(ctx context.Context, token string) (document, error) {
	h, err := readHeader(token, v.discovery.algorithms(), "", "jwt")
	if err != nil {
		return document{}, errToken(err)
	}
	s := &signatureVerifier{provider: v.provider, header: h}
	payload, err := s.VerifySignature(ctx, token)
	if err != nil {
		if s.upstream != nil {
			return document{}, s.upstream
		}
		return document{}, errToken(err)
	}
	info, err := parseDocument(payload)
	if err != nil {
		return document{}, errToken(err)
	}
	issuer, errIss := info.stringMember("iss")
	audience, errAud := info.audienceMember()
	if errIss != nil ||
		errAud != nil ||
		issuer != v.config.Issuer ||
		!slices.Contains(audience, v.config.ClientID) {
		return document{}, errToken(fmt.Errorf(
			"signed by %q for %q: %w", sso.Sanitize(issuer), audience, errors.Join(errIss, errAud),
		))
	}
	return info, nil
}

// mergeClaims adds the claims that the ID token lacks. Claims of the ID token win, in
// any case of their names, because they were signed for this sign-in; subject,
// issuer, audience and times are never taken from userinfo. email_verified is
// taken from the same document as the e-mail, because it says nothing about the
// address in the other.
func mergeClaims(target *document, info document, m sso.Mapping) {
	claims := target.claims
	if !slices.ContainsFunc(m.Email, func(c string) bool {
		return hasValue(claims, c)
	}) {
		for _, name := range m.EmailVerified {
			delete(claims, name)
		}
	}
	present := make(map[string]bool, len(claims))
	for name := range claims {
		present[foldName(name)] = true
	}
	mayAdd := func(name string) bool {
		reserved := slices.ContainsFunc([]string{
			"iss", "aud", "sub", "azp", "exp", "iat", "nbf", "jti", "nonce", "sid", "auth_time",
			"acr", "amr", "session_expiry", "tid", "oid",
		}, func(root string) bool { return isOrBelow(name, root) })
		return !reserved && !present[foldName(name)]
	}
	for name, texts := range info.claims {
		if mayAdd(name) {
			claims[name] = texts
			delete(target.mixed, name) // replaces an object of the ID token at the place of the list
		}
	}
	for name, mixed := range info.mixed {
		if mayAdd(name) {
			target.mixed[name] = mixed
		}
	}
}

// isOrBelow reports whether name is root or a path below it, ignoring case.
func isOrBelow(name, root string) bool {
	first, _, _ := strings.Cut(name, ".")
	return strings.EqualFold(first, root)
}
