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

// wantsUserinfo reports whether the mapping asks for something the ID token does
// not have and userinfo could. Groups behind an overage pointer are known not to
// fit anywhere.
func (a *answer) wantsUserinfo(claims sso.Claims) bool {
	if a.discovery.UserinfoEndpoint == "" {
		return false
	}
	m := a.mapping
	for _, candidates := range [][]string{m.Login, m.Email, m.Name} {
		if len(candidates) > 0 && !slices.ContainsFunc(candidates, func(c string) bool { return expressible(claims, c) }) {
			return true
		}
	}
	return !a.hasGroups(claims)
}

// hasGroups reports whether the claims say something about groups, or the mapping
// does not ask for any.
func (a *answer) hasGroups(claims sso.Claims) bool {
	if _, overage := claims["hasgroups"]; overage || len(a.mapping.Groups) == 0 {
		return true
	}
	return slices.ContainsFunc(a.mapping.Groups, func(name string) bool {
		_, there := claims[name]
		_, pointed := claims["_claim_names."+name]
		return there || pointed
	})
}

// expressible reports whether a candidate of the mapping, a claim or a template
// of claims, has a value.
func expressible(claims sso.Claims, candidate string) bool {
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

// askUserinfo completes the claims of an ID token, if the mapping asks for more.
// Userinfo that cannot be had or read ends a sign-in only if login or e-mail would
// have come from there. Groups that would have come from there are then unknown,
// which is not the same as absent. Userinfo about another subject ends every
// sign-in.
func (a *answer) askUserinfo(ctx context.Context, t tokens, id *idToken) error {
	if !a.wantsUserinfo(id.claims) {
		return nil
	}
	info, err := a.userinfo(ctx, t)
	if err != nil && a.suffices(id.claims) {
		a.checks.Warn("userinfo", "claims", reason(err)+"; the ID token has login and e-mail, so the sign-in goes on")
		a.unread = true
		return nil
	}
	if err != nil {
		a.checks.That(false, "userinfo", "claims", reason(err))
		return fmt.Errorf("userinfo: %w", err)
	}
	got, err := info.text("sub")
	if !a.checks.That(err == nil && got == id.subject, "userinfo_subject", id.subject, orMissing(got, err)) {
		return errToken(fmt.Errorf("userinfo is about %q, the ID token about %q", sso.Inert(got), sso.Inert(id.subject)))
	}
	merge(&id.document, info, a.mapping)
	return nil
}

// suffices reports whether the ID token alone has what no sign-in can do without.
func (a *answer) suffices(claims sso.Claims) bool {
	for _, candidates := range [][]string{a.mapping.Login, a.mapping.Email} {
		if len(candidates) > 0 && !slices.ContainsFunc(candidates, func(c string) bool { return expressible(claims, c) }) {
			return false
		}
	}
	return true
}

// userinfo fetches the claims of the userinfo endpoint (OpenID Connect Core §5.3).
func (a *answer) userinfo(ctx context.Context, t tokens) (document, error) {
	if t.access == "" {
		return document{}, errUnusable(errors.New("the token endpoint gave no access token, which userinfo is asked with"))
	}
	var body []byte
	var contentType string
	err := a.provider.call(ctx, func(ctx context.Context) (err error) {
		body, contentType, err = a.rp.get(ctx, a.discovery.UserinfoEndpoint, t.access)
		return err
	})
	if err != nil {
		return document{}, errUpstream(fmt.Errorf("fetch: %w", err))
	}
	if a.tell != nil {
		a.tell("Userinfo", body)
	}
	info, err := a.readUserinfo(ctx, body, contentType)
	if err == nil {
		err = a.unambiguous(info)
	}
	return info, err
}

// readUserinfo reads the answer, which is JSON or, where the client is
// registered so, a signed token (OpenID Connect Core §5.3.2).
func (a *answer) readUserinfo(ctx context.Context, body []byte, contentType string) (document, error) {
	if kind, _, _ := mime.ParseMediaType(contentType); kind == "application/jwt" {
		return a.signedUserinfo(ctx, strings.TrimSpace(string(body)))
	}
	info, err := parseDocument(body)
	if err != nil {
		return document{}, errToken(err)
	}
	return info, nil
}

func (a *answer) signedUserinfo(ctx context.Context, token string) (document, error) {
	h, err := readHeader(token, a.discovery.algorithms(), "", "jwt")
	if err != nil {
		return document{}, errToken(err)
	}
	s := &signature{provider: a.provider, header: h}
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
	issuer, errIss := info.text("iss")
	audience, errAud := info.audience()
	if errIss != nil || errAud != nil || issuer != a.config.Issuer || !slices.Contains(audience, a.config.ClientID) {
		return document{}, errToken(fmt.Errorf("signed by %q for %q: %w", sso.Inert(issuer), audience, errors.Join(errIss, errAud)))
	}
	return info, nil
}

// merge adds what the ID token does not have. What it has stays, under any
// case, because it was signed for this sign-in; and what says for whom, by whom
// and when it was made comes from nowhere else. Whether the e-mail is verified
// is taken from where the e-mail is: the one of the two is not a word about that
// of the other.
func merge(into *document, info document, m sso.Mapping) {
	claims := into.claims
	if !slices.ContainsFunc(m.Email, func(c string) bool { return expressible(claims, c) }) {
		for _, name := range m.EmailVerified {
			delete(claims, name)
		}
	}
	have := make(map[string]bool, len(claims))
	for name := range claims {
		have[fold(name)] = true
	}
	take := func(name string) bool {
		reserved := slices.ContainsFunc([]string{
			"iss", "aud", "sub", "azp", "exp", "iat", "nbf", "jti", "nonce", "sid", "auth_time", "acr", "amr", "tid", "oid",
		}, func(root string) bool { return hasRoot(name, root) })
		return !reserved && !have[fold(name)]
	}
	for name, values := range info.claims {
		if take(name) {
			claims[name] = values
			delete(into.mixed, name) // of the ID token: an object in the place of the list
		}
	}
	for name, mixed := range info.mixed {
		if take(name) {
			into.mixed[name] = mixed
		}
	}
}

// hasRoot reports whether name is root or a path below it, in any case.
func hasRoot(name, root string) bool {
	first, _, _ := strings.Cut(name, ".")
	return strings.EqualFold(first, root)
}
