// Package demoidp is a development identity provider: it speaks real SAML 2.0
// and real OpenID Connect, signs anyone in who is picked from a list, and can be
// told to misbehave. It plays the customer's identity provider in `gatehouse
// demo` and in integration and browser tests.
//
// What lives here: the provider as one http.Handler ([IdP.Handler]), its pages,
// its people and their groups, the part of Microsoft Graph that tells them
// ([IdP.Graph]), and the [Fault] switches. [IdP.RespondSAML] and
// [IdP.RespondOIDC] answer without a browser.
//
// What must not: passwords, anything worth protecting, and any use outside of
// the demo and tests. Whoever reaches it is whoever they like.
//
// The OpenID part is written here on go-jose and not on a provider library: a
// good library refuses to make what this one is for (an unsigned ID token, a
// foreign issuer, somebody else's nonce), and working around that would be more
// code than the four endpoints. The gateway's own OpenID provider is not this.
//
// The SAML part takes its message types from crewjam/saml and its signatures
// from goxmldsig. Encryption is done here with crypto/cipher and crypto/rsa,
// because crewjam's GCM encrypter writes the ciphertext of zeros and without
// its nonce.
//
// In a test, with the address known before the provider is made:
//
//	srv := httptest.NewUnstartedServer(nil)
//	idp, err := demoidp.New(demoidp.Options{BaseURL: "http://" + srv.Listener.Addr().String()})
//	srv.Config.Handler = idp.Handler()
//	srv.Start()
package demoidp
