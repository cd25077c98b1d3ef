package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"golang.org/x/oauth2"

	"gatehouse/sso"
)

// tokens are what a code was redeemed for.
type tokens struct {
	id     string
	access string
}

// redeem exchanges the code, once: an answer that did not come may have been
// made, and a code presented twice revokes what it gave (RFC 6749 §4.1.2).
func (a *answer) redeem(ctx context.Context, code string) (tokens, error) {
	options := []oauth2.AuthCodeOption{oauth2.VerifierOption(a.pending.Verifier.Reveal())}
	if a.config.AuthMethod == sso.PrivateKeyJWT {
		assertion, err := a.rp.clientAssertion(a.connection, a.config.ClientID, a.discovery.TokenEndpoint)
		if err != nil {
			return tokens{}, err
		}
		options = append(options, oauth2.SetAuthURLParam("client_assertion", assertion),
			oauth2.SetAuthURLParam("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
	}
	var token *oauth2.Token
	err := a.provider.call(ctx, func(ctx context.Context) (err error) {
		ctx = context.WithValue(ctx, oauth2.HTTPClient, a.rp.client)
		token, err = a.rp.oauth(a.connection, a.config, a.discovery).Exchange(ctx, code, options...)
		return err
	})
	const want = "tokens for the code"
	if err != nil {
		err = exchangeError(err)
		a.checks.That(false, "code_exchange", want, cause(err).Error())
		return tokens{}, err
	}
	id, _ := token.Extra("id_token").(string)
	if id == "" {
		a.checks.That(false, "code_exchange", want, "no id_token")
		return tokens{}, errToken(errors.New("the token endpoint gave no id_token"))
	}
	a.checks.That(true, "code_exchange", want, string(a.authMethod())+" at "+a.discovery.TokenEndpoint)
	a.checks.That(true, "pkce", "S256", "S256") // whether it is demanded, only the identity provider knows
	return tokens{id: id, access: token.AccessToken}, nil
}

func (a *answer) authMethod() sso.AuthMethod {
	if a.config.AuthMethod == "" {
		return sso.ClientSecretBasic
	}
	return a.config.AuthMethod
}

// exchangeError tells a refusal, which is an OAuth error with a status of the
// 400s (RFC 6749 §5.2), from a failure. x/oauth2's own error is not kept: it
// carries the whole answer.
func exchangeError(err error) error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return upstream(fmt.Errorf("redeem code: %w", err))
	}
	status := 0
	if refused.Response != nil {
		status = refused.Response.StatusCode
	}
	said := fmt.Errorf("the token endpoint answered %d %s", status, sso.Inert(refused.ErrorCode+" "+refused.ErrorDescription))
	if status >= http.StatusInternalServerError || refused.ErrorCode == "" ||
		refused.ErrorCode == "server_error" || refused.ErrorCode == "temporarily_unavailable" {
		return errUpstream(said)
	}
	return errDenied(said)
}

// cause is what an sso.Error has to say to an admin.
func cause(err error) error {
	if e, ok := errors.AsType[*sso.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}
