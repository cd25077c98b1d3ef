package oidc

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"gatehouse/sso"
)

// ExamineCallback looks at the address that a user's browser was sent back to.
// It does not redeem the code.
func (rp *RelyingParty) ExamineCallback(
	ctx context.Context, c sso.Connection, cfg sso.Config, form url.Values,
) (sso.Examined, error) {
	x, err := rp.examine(c, cfg, sso.PendingLogin{}, func(a *verifier) (_ sso.Assertion, err error) {
		if err := a.loadDiscovery(ctx); err != nil {
			return sso.Assertion{}, err
		}
		if _, err = a.checkAuthorizationResponse(sso.Callback{Form: form}); err == nil {
			a.checks.Warn("authorization", "a code", "a code, which was not redeemed: it is of use once")
		}
		return sso.Assertion{}, err
	})
	x.Captured = true
	return x, err
}

// ExamineToken verifies a pasted ID token: its times are checked as of the
// moment it was issued, and its nonce is not compared because it is no longer
// known.
func (rp *RelyingParty) ExamineToken(
	ctx context.Context, c sso.Connection, cfg sso.Config, token string,
) (sso.Examined, error) {
	then := *rp
	at, nonce := rp.now(), ""
	if d, err := parseDocument(payloadOf(token)); err == nil {
		nonce, _ = d.stringMember("nonce") // it is not compared with anything
		if issued, err := d.timeMember("iat"); err == nil && !issued.IsZero() {
			at = issued
		}
	}
	then.now = func() time.Time { return at }
	x, err := then.examine(
		c,
		cfg,
		sso.PendingLogin{Nonce: sso.Secret(nonce)},
		func(a *verifier) (sso.Assertion, error) {
			ctx, cancel := context.WithTimeout(ctx, budget)
			defer cancel()
			if err := a.loadDiscovery(ctx); err != nil {
				return sso.Assertion{}, err
			}
			a.captured = true
			a.keep("The ID token", payloadOf(token))
			id, err := a.verifyIDToken(ctx, tokens{id: token})
			if err != nil {
				return sso.Assertion{}, err
			}
			return a.buildAssertion(id), nil
		},
	)
	x.Captured, x.At = true, at
	for i, check := range x.Checks {
		if check.OK && check.Name == "nonce" {
			x.Checks[i].Want, x.Checks[i].Got, x.Checks[i].Warning = "not compared: which sign-in it was is not known any more",
				presence(
					nonce,
				), true
		}
	}
	return x, err
}

func presence(nonce string) string {
	if nonce == "" {
		return "none"
	}
	return "one"
}

func (rp *RelyingParty) examine(
	c sso.Connection, cfg sso.Config, p sso.PendingLogin, read func(*verifier) (sso.Assertion, error),
) (sso.Examined, error) {
	x := sso.Examined{At: rp.now()}
	known, err := rp.provider(c, cfg)
	if err != nil {
		return x, err
	}
	a := &verifier{
		rp:         rp,
		provider:   known,
		connection: c,
		config:     *cfg.OIDC,
		mapping:    cfg.Mapping,
		pending:    p,
	}
	assertion, err := read(a)
	x.Checks = a.checks
	x.Show = a.render
	if err != nil {
		return x, fmt.Errorf("response of %s: %w", cfg.OIDC.Issuer, err)
	}
	x.Assertion = assertion
	return x, nil
}

// render returns the documents that arrived in a form that may be shown.
func (v *verifier) render() string {
	var documents []string
	for _, d := range v.received {
		documents = append(documents, d.name+"\n\n"+redacted(d.body))
	}
	return strings.Join(documents, "\n\n")
}

// payloadOf returns the unverified payload of a token, or nil if it has none.
func payloadOf(token string) []byte {
	parts := strings.Split(token, ".")
	if len(token) > maxToken || len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	return payload
}

// redacted returns claims as JSON without the values that could be replayed or
// that end a session.
func redacted(doc []byte) string {
	if _, err := parseDocument(doc); err != nil {
		return fmt.Sprintf("(%d bytes that cannot be read as claims)", len(doc))
	}
	var out bytes.Buffer
	enc := jsontext.NewEncoder(&out, jsontext.WithIndent("  "))
	if err := maskSecrets(jsontext.NewDecoder(bytes.NewReader(doc)), enc); err != nil {
		return "(it cannot be written)"
	}
	return strings.TrimSpace(out.String())
}

// maskSecrets copies a document that was parsed before, and replaces the values of
// secret members.
func maskSecrets(dec *jsontext.Decoder, enc *jsontext.Encoder) error {
	for {
		kind, length := dec.StackIndex(dec.StackDepth())
		if kind == '{' && length%2 == 1 && isSecretName(nameAt(dec)) {
			if err := dec.SkipValue(); err != nil {
				return err
			}
			if err := enc.WriteToken(jsontext.String("(left out)")); err != nil {
				return err
			}
			continue
		}
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := enc.WriteToken(token); err != nil {
			return err
		}
		if dec.StackDepth() == 0 {
			return nil
		}
	}
}

// nameAt returns the name of the member whose value comes next.
func nameAt(dec *jsontext.Decoder) string {
	pointer := string(dec.StackPointer())
	return pointer[strings.LastIndexByte(pointer, '/')+1:]
}

func isSecretName(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "nonce", "at_hash", "c_hash", "s_hash", "sid", "jti":
		return true
	}
	return strings.Contains(name, "password") ||
		strings.Contains(name, "secret") ||
		strings.HasSuffix(name, "token")
}

// loadDiscovery loads the discovery document.
func (v *verifier) loadDiscovery(ctx context.Context) (err error) {
	if v.discovery, err = v.provider.metadata(ctx); err != nil {
		v.checks.Record(
			false, "discovery", "the discovery document of "+v.config.Issuer, explain(err),
		)
	}
	return err
}
