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
	if len(m.Groups) == 0 {
		return false
	}
	_, overage := claims["hasgroups"]
	return !overage && !slices.ContainsFunc(m.Groups, func(name string) bool {
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

// userinfo adds the claims of the userinfo endpoint (OpenID Connect Core §5.3)
// to those of the ID token. If it cannot be had the sign-in fails: going on
// without would look as if the person had none of what it would have said.
func (a *answer) userinfo(ctx context.Context, t tokens, id *idToken) error {
	var body []byte
	var contentType string
	err := a.provider.call(ctx, func(ctx context.Context) (err error) {
		body, contentType, err = a.rp.get(ctx, a.discovery.UserinfoEndpoint, t.access)
		return err
	})
	if err != nil {
		a.checks.That(false, "userinfo", "an answer", cause(err).Error())
		return upstream(fmt.Errorf("fetch userinfo: %w", err))
	}
	if a.tell != nil {
		a.tell("Userinfo", body)
	}
	info, err := a.readUserinfo(ctx, body, contentType)
	if err != nil {
		a.checks.That(false, "userinfo", "claims", cause(err).Error())
		return fmt.Errorf("userinfo: %w", err)
	}
	got, err := info.text("sub")
	if !a.checks.That(err == nil && got == id.subject, "userinfo_subject", id.subject, orMissing(got, err)) {
		return errToken(fmt.Errorf("userinfo is about %q, the ID token about %q", sso.Inert(got), sso.Inert(id.subject)))
	}
	merge(id.claims, info.claims, a.mapping)
	return nil
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
func merge(claims, info sso.Claims, m sso.Mapping) {
	if !slices.ContainsFunc(m.Email, func(c string) bool { return expressible(claims, c) }) {
		for _, name := range m.EmailVerified {
			delete(claims, name)
		}
	}
	have := make(map[string]bool, len(claims))
	for name := range claims {
		have[fold(name)] = true
	}
	for name, values := range info {
		reserved := slices.ContainsFunc([]string{
			"iss", "aud", "sub", "azp", "exp", "iat", "nbf", "jti", "nonce", "sid", "auth_time", "acr", "amr", "tid", "oid",
		}, func(root string) bool { return hasRoot(name, root) })
		if !reserved && !have[fold(name)] {
			claims[name] = values
		}
	}
}

// hasRoot reports whether name is root or a path below it, in any case.
func hasRoot(name, root string) bool {
	first, _, _ := strings.Cut(name, ".")
	return strings.EqualFold(first, root)
}
