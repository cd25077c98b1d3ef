package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/route"
)

const documentPath = Prefix + "openapi.json"

// Handler serves all paths under Prefix. It must be mounted with
// route.Router.API, which refuses foreign hosts and unclean paths, and renders
// and logs errors.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.serve(w, r); err != nil {
			route.Fail(w, r, err)
		}
	})
}

func (a *API) serve(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Path == documentPath && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		w.Header().Set("Content-Type", "application/json")
		_, err := w.Write(a.document)
		return err
	}
	token, err := a.authenticate(w, r)
	if err != nil {
		return err
	}
	if err := a.limit(r.Context(), token.ID); err != nil {
		return err
	}
	pattern, err := a.match(w, r)
	if err != nil {
		return err
	}
	if err := a.permit(w, token, pattern); err != nil {
		return err
	}
	if err := checkQuery(r); err != nil {
		return err
	}
	body, err := takeBody(r, a.rules[pattern].bodyless)
	if err != nil {
		return err
	}
	r.Body = readCloser{bytes.NewReader(body)}
	key, repeatable, err := requestKey(r, token.ID)
	if err != nil {
		return err
	}
	var out *response
	if repeatable {
		out, err = a.once(r, token, key, body)
	} else {
		out, err = a.run(r, token)
	}
	if err != nil {
		return err
	}
	return out.send(w)
}

// authenticate returns the token of the Authorization header. The error does
// not reveal why a token is invalid, and a malformed one costs no query.
func (a *API) authenticate(w http.ResponseWriter, r *http.Request) (sso.Token, error) {
	given := r.Header.Values("Authorization")
	challenge := `Bearer realm="Gatehouse API"`
	if len(given) > 0 {
		challenge += `, error="invalid_token"`
	}
	token, err := a.find(r.Context(), given, r.UserAgent())
	if sso.KindOf(err) == sso.Unauthenticated {
		w.Header().Set("WWW-Authenticate", challenge)
	}
	return token, err
}

func (a *API) find(ctx context.Context, given []string, userAgent string) (sso.Token, error) {
	if len(given) != 1 {
		return sso.Token{}, sso.InvalidToken()
	}
	scheme, value, _ := strings.Cut(given[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return sso.Token{}, sso.InvalidToken()
	}
	return a.Tokens.Authenticate(ctx, value, userAgent)
}

// perMinute is the number of requests a token may make in a minute: far more
// than a script needs, far fewer than one in a loop makes.
const perMinute = 1200

// limit counts a request. If the limiter fails, the request is allowed, as with
// every other rate.
func (a *API) limit(ctx context.Context, token sso.TokenID) error {
	if a.Limiter == nil {
		return nil
	}
	wait, err := a.Limiter.Allow(ctx, "api:token:"+string(token), perMinute)
	if err != nil {
		a.Log.WarnContext(ctx, "rate limit not checked", "limit", "api:token", "error", err)
		return nil
	}
	if wait <= 0 {
		return nil
	}
	return &sso.Error{
		Kind:       sso.TooMany,
		Code:       "rate_limited",
		RetryAfter: wait,
		Public:     fmt.Sprintf("This token has made more than %d requests in a minute.", perMinute),
	}
}

// match returns the pattern of a request. Without one it returns an error in
// place of ServeMux's own responses, which are plain text.
func (a *API) match(w http.ResponseWriter, r *http.Request) (string, error) {
	h, pattern := a.mux.Handler(r)
	if pattern != "" {
		return pattern, nil
	}
	var refused response
	h.ServeHTTP(&refused, r)
	if refused.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", refused.Header().Get("Allow"))
		return "", &sso.Error{
			Kind:   sso.Invalid,
			Code:   "method_not_allowed",
			Public: "This address does not take this method.",
		}
	}
	return "", sso.NothingHere()
}

// run lets huma decode, validate and carry out a request.
func (a *API) run(r *http.Request, token sso.Token) (*response, error) {
	c := &call{token: token}
	var out response
	a.mux.ServeHTTP(&out, r.WithContext(context.WithValue(r.Context(), callKey{}, c)))
	if c.err != nil {
		return nil, c.err
	}
	out.once, out.stream = c.once, c.stream
	return &out, nil
}

// call carries values around huma: the token to the operation, the error from
// it. Operations do not see it; they have parameters.
type call struct {
	token      sso.Token
	enterprise sso.EnterpriseID      // of the path
	once       string                // member of the response that is not stored for repetitions
	stream     func(io.Writer) error // writes the body, after the operation; nil: huma did
	err        error
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// requestKey reads the Idempotency-Key of a POST; ok reports whether there is one.
func requestKey(r *http.Request, token sso.TokenID) (k sso.RequestKey, ok bool, err error) {
	given := r.Header.Values(keyHeader)
	if r.Method != http.MethodPost || len(given) == 0 {
		return k, false, nil
	}
	if len(given) > 1 ||
		len(given[0]) < 1 ||
		len(given[0]) > 255 ||
		strings.Trim(given[0], visible) != "" {
		return k, false, badRequest("The Idempotency-Key must be 1 to 255 visible ASCII characters.")
	}
	return sso.RequestKey{Token: token, Key: sha256.Sum256([]byte(given[0]))}, true, nil
}

const (
	keyHeader = "Idempotency-Key"
	visible   = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"
)

// once carries out a request with a key, or returns the stored response if it
// was carried out before. A repetition must be the same request; see digestOf.
func (a *API) once(r *http.Request, token sso.Token, k sso.RequestKey, body []byte) (*response, error) {
	var out *response
	kept, repeated, err := a.Requests.Once(r.Context(), k, digestOf(r, body), func() (sso.KeptResponse, error) {
		var err error
		out, err = a.run(r, token)
		if err != nil {
			return sso.KeptResponse{}, err
		}
		return out.kept(), nil
	})
	if err != nil {
		return nil, err
	}
	if repeated {
		return replayed(kept), nil
	}
	return out, nil
}

// digestOf returns the digest of a request's method, path, If-Match and body: a
// request for another revision is another request.
func digestOf(r *http.Request, body []byte) sso.Hash {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s\n", r.Method, r.URL.RequestURI())
	for _, revision := range r.Header.Values("If-Match") {
		fmt.Fprintf(h, "If-Match: %q\n", revision)
	}
	h.Write(body)
	return sso.Hash(h.Sum(nil))
}
