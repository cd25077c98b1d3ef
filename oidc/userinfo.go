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

// wantsUserinfo reports whether the mapping asks for something that the ID
// token lacks and userinfo could have. Groups behind an overage pointer are too
// many for userinfo as well.
func (a *answer) wantsUserinfo(claims sso.Claims) bool {
	if a.discovery.UserinfoEndpoint == "" {
		return false
	}
	m := a.mapping
	for _, candidates := range [][]string{m.Login, m.Email, m.Name} {
		if len(candidates) > 0 && !slices.ContainsFunc(candidates, func(c string) bool {
			return expressible(claims, c)
		}) {
			return true
		}
	}
	return !a.hasGroups(claims)
}

// hasGroups reports whether the claims say something about groups, or the
// mapping reads none.
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

// askUserinfo adds the claims of userinfo to those of an ID token, if the
// mapping asks for more. A userinfo failure ends the sign-in only if login or
// e-mail would have come from there; groups that would have come from there are
// then unknown, which is not the same as absent. Userinfo about another subject
// always ends the sign-in.
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
	if !a.checks.That(
		err == nil && got == id.subject, "userinfo_subject", id.subject, orMissing(got, err),
	) {
		return errToken(fmt.Errorf(
			"userinfo is about %q, the ID token about %q", sso.Inert(got), sso.Inert(id.subject),
		))
	}
	merge(&id.document, info, a.mapping)
	return nil
}

// suffices reports whether the ID token alone has what every sign-in requires.
func (a *answer) suffices(claims sso.Claims) bool {
	for _, candidates := range [][]string{a.mapping.Login, a.mapping.Email} {
		if len(candidates) > 0 && !slices.ContainsFunc(candidates, func(c string) bool {
			return expressible(claims, c)
		}) {
			return false
		}
	}
	return true
}

// userinfo fetches the claims of the userinfo endpoint (OpenID Connect Core §5.3).
func (a *answer) userinfo(ctx context.Context, t tokens) (document, error) {
	if t.access == "" {
		return document{}, errUnusable(errors.New(
			"the token endpoint gave no access token, which userinfo is asked with",
		))
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

// readUserinfo reads a userinfo response: JSON or, if the client is registered
// for it, a signed token (OpenID Connect Core §5.3.2).
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
	if errIss != nil ||
		errAud != nil ||
		issuer != a.config.Issuer ||
		!slices.Contains(audience, a.config.ClientID) {
		return document{}, errToken(fmt.Errorf(
			"signed by %q for %q: %w", sso.Inert(issuer), audience, errors.Join(errIss, errAud),
		))
	}
	return info, nil
}

// merge adds the claims that the ID token lacks. Claims of the ID token win, in
// any case of their names, because they were signed for this sign-in; subject,
// issuer, audience and times are never taken from userinfo. email_verified is
// taken from the same document as the e-mail, because it says nothing about the
// address in the other.
func merge(into *document, info document, m sso.Mapping) {
	claims := into.claims
	if !slices.ContainsFunc(m.Email, func(c string) bool {
		return expressible(claims, c)
	}) {
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
			"iss", "aud", "sub", "azp", "exp", "iat", "nbf", "jti", "nonce", "sid", "auth_time",
			"acr", "amr", "tid", "oid",
		}, func(root string) bool { return hasRoot(name, root) })
		return !reserved && !have[fold(name)]
	}
	for name, values := range info.claims {
		if take(name) {
			claims[name] = values
			delete(into.mixed, name) // replaces an object of the ID token at the place of the list
		}
	}
	for name, mixed := range info.mixed {
		if take(name) {
			into.mixed[name] = mixed
		}
	}
}

// hasRoot reports whether name is root or a path below it, ignoring case.
func hasRoot(name, root string) bool {
	first, _, _ := strings.Cut(name, ".")
	return strings.EqualFold(first, root)
}
