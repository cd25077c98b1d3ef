// Package demoidp is a development identity provider: it speaks real SAML 2.0 and real
// OpenID Connect, signs in any person picked from a list, and can be made to
// misbehave. It is the customer's identity provider in `gatehouse demo` and in
// integration and browser tests.
//
// What lives here: the provider as one http.Handler ([IdP.Handler]), its pages,
// its people and their groups, the part of Microsoft Graph that tells them
// ([IdP.Graph]), and the [Fault] switches. [IdP.RespondSAML] and
// [IdP.RespondOIDC] answer without a browser.
//
// What must not live here: passwords and anything worth protecting. Any visitor can
// sign in as any person, so only the demo and tests may use it.
//
// The OpenID part uses go-jose and not a provider library: a good library refuses to
// make the faulty tokens needed here (unsigned, with a foreign issuer, with another
// request's nonce), and working around that would take more code than the
// endpoints.
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
